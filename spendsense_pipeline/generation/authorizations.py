"""What purchases show before they post: tips not yet added, fuel held for, and holds let go.

None of it moves money: amounts that post are decided where things are bought.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.behaviours.posting import PENDING_DAYS_MAX, posting_class
from spendsense_pipeline.generation.behaviours.trips import Trips
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import (
    NO_PLACE,
    PURPOSE_CODES,
    Postings,
    Purpose,
    account_index,
    postings,
)
from spendsense_pipeline.generation.randomness import bits, choice_table, uniform, words_each
from spendsense_pipeline.generation.world import World

IS_BOUGHT: Final[Flags] = np.isin(
    np.arange(PURPOSE_CODES), (Purpose.PURCHASE, Purpose.TRAVEL, Purpose.MOVING)
)
"""By purpose, whether its rows are seen before they post."""
TIP_ADDED_SHARE: Final = 0.7
"""Of tipped purchases, those whose tip is written on the slip: 60 to 80 % post with another amount
than they showed (Consumers Credit Union 2023)."""
# Toast, Restaurant Trends Report Q2 2025: 19.1 % on average at full-service restaurants.
_TIP_PERCENTS: Final = np.array([15, 18, 20, 22, 25])
_TIP_TABLE: Final = choice_table((0.2, 0.3, 0.3, 0.12, 0.08))
PAID_INSIDE_SHARE: Final = 0.12
"""Of fills, those paid at the counter for what they cost (at least 80 % of rows of fuel post with
another amount than they showed: Consumers Credit Union 2023)."""
HOLD_STEP_CENTS: Final = 2_500
"""Brands hold so many more or fewer dollars than others."""
DEPOSIT_CENTS: Final = {
    "TRAVEL_LODGING": (5_000, 10_000, 15_000),
    "TRAVEL_RENTAL_CARS": (20_000, 25_000, 30_000),
}
"""Held from arrival on for what might be consumed or broken; which of these, a merchant decides
(hotels: 25 to 200 dollars a night or stay; guides for travellers 2025)."""
RELEASE_DAYS: Final = (1, 3)
"""From leaving to when a deposit is let go; banks take up to ten days, here nothing is pending for
longer than PENDING_DAYS_MAX."""
SENT_TWICE_SHARE: Final = 0.004
"""Of purchases online, those whose first authorization came to nothing (judged)."""
SENT_TWICE_DAYS: Final = (1, 4)
_MOMENT: Final = BitFields(account=32, day=16)
_TRIP_END: Final = BitFields(user=32, day=16)


class Room:
    """What an account had left on a day: money held, or its limit less what was owed."""

    def __init__(self, rows: Postings, at_start: Ints) -> None:
        """Add up the rows by the day people knew of them.

        Args:
            rows: All rows up to a day, bought ones by the day they happened, `[N]`.
            at_start: What each account had left before the first, `[U, SLOTS]` cents.
        """
        happened = IS_BOUGHT[rows.purpose] | (rows.purpose == Purpose.EMERGENCY)
        known = np.where(happened, rows.authorized, rows.day)
        moment = _MOMENT.pack(account=account_index(rows.user, rows.slot), day=known)
        # Nobody asks in which order the rows of a day came: the fastest sort will do.
        order = np.argsort(moment)
        self._moments = moment[order]
        self._moved = np.append(0, np.cumsum(rows.cents[order]))
        self._at_start = at_start.ravel()

    def at_close(self, user: Ints, slot: Ints, day: Ints) -> Ints:
        """What was left once all of a day had happened.

        Args:
            user: Index of the user within the shard, `[N]`.
            slot: Which account, `[N]`.
            day: Up to the last day of the rows, `[N]`.

        Returns:
            Cents, below nought where more was spent than there was: `[N]`.
        """
        account = account_index(user, slot)
        first = np.searchsorted(self._moments, _MOMENT.pack(account=account, day=0))
        after = np.searchsorted(self._moments, _MOMENT.pack(account=account, day=day), "right")
        return np.asarray(self._at_start[account] - self._moved[after] + self._moved[first])


def authorized_cents(labels: Labels, rows: Postings, draw: Words, room: Room) -> Ints:
    """What purchases show while they are pending.

    Args:
        labels: Names of the shops, and through them the catalog.
        rows: Purchases that do not post at once, `[N]`.
        draw: A word each, `[N]`.
        room: What their accounts had left; a hold larger than that is refused at the pump.

    Returns:
        Cents each, `[N]`.
    """
    classes, merchant = labels.catalog.posting_classes, labels.merchant(rows.label)
    of = posting_class(labels.catalog, merchant, labels.is_online(rows.label))
    share = uniform(draw)
    percent = _TIP_PERCENTS[_TIP_TABLE[bits(draw, 0, 12)]]
    is_tipped = classes.is_tipped[of] & (share < TIP_ADDED_SHARE)
    before_tip = np.rint(rows.cents * 100 / (100 + percent)).astype(np.int64)
    shown = np.where(is_tipped, before_tip, rows.cents)
    least, most = classes.hold_least_cents[of], classes.hold_most_cents[of]
    pumps = np.flatnonzero((most > 0) & (share >= PAID_INSIDE_SHARE))
    steps = (most - least)[pumps] // HOLD_STEP_CENTS + 1
    held = least[pumps] + merchant[pumps] % steps * HOLD_STEP_CENTS
    left = room.at_close(rows.user[pumps], rows.slot[pumps], rows.authorized[pumps])
    # A pump stops at what is held, and holds no more than there is beside the fill.
    is_held = (held >= rows.cents[pumps]) & (left >= held - rows.cents[pumps])
    shown[pumps[is_held]] = held[is_held]
    return np.asarray(shown, dtype=np.int64)


def deposits(world: World, labels: Labels, trips: Trips, rows: Postings) -> Postings:
    """What hotels and lessors of cars hold from arrival on, beside what they charge on leaving.

    Args:
        world: The shard.
        labels: Names of the merchants, and through them the catalog.
        trips: The trips, `[T]`.
        rows: What the trips cost, by the accounts that pay, `[N]`.

    Returns:
        Rows that never post: they happen on arrival, and their day is when they are let go.
    """
    rows = rows.where(rows.place != NO_PLACE)
    merchant = labels.merchant(rows.label)
    held = _deposit_cents(labels.catalog)[merchant]
    ends = _TRIP_END.pack(user=trips.user, day=np.maximum(trips.start + trips.nights, 0))
    order = np.argsort(ends, kind="stable")
    left_on = _TRIP_END.pack(user=rows.user, day=rows.authorized)
    trip = order[np.minimum(np.searchsorted(ends[order], left_on), ends.size - 1)]
    at = np.flatnonzero((held > 0) & (ends[trip] == left_on))
    rows, arrived = rows.where(at), trips.start[trip[at]]
    soonest, latest = RELEASE_DAYS
    draw = words_each(world.keys("deposit")[rows.user], rows.authorized)
    after = soonest + bits(draw, 0, 16) % (latest - soonest + 1)
    return postings(
        user=rows.user,
        slot=rows.slot,
        day=np.minimum(rows.authorized + after, arrived + PENDING_DAYS_MAX),
        authorized=arrived,
        cents=held[at],
        label=rows.label,
        purpose=Purpose.DEPOSIT_HELD,
        serial=rows.serial,
        place=rows.place,
    )


def sent_twice(labels: Labels, rows: Postings, draw: Words) -> Postings:
    """Orders whose first authorization came to nothing and was let go some days later.

    Args:
        labels: Names of the shops.
        rows: Purchases, `[N]`.
        draw: A word each, `[N]`.

    Returns:
        Rows that never post, for what the order that did post cost.
    """
    at = np.flatnonzero(labels.is_online(rows.label) & (uniform(draw) < SENT_TWICE_SHARE))
    soonest, latest = SENT_TWICE_DAYS
    rows, word = rows.where(at), draw[at]
    return postings(
        user=rows.user,
        slot=rows.slot,
        day=rows.authorized + soonest + bits(word, 0, 8) % (latest - soonest + 1),
        authorized=rows.authorized,
        cents=rows.cents,
        label=rows.label,
        purpose=Purpose.ORDER_SENT_TWICE,
        serial=rows.serial,
        place=rows.place,
    )


def covered(holds: Postings, room: Room) -> Flags:
    """Whether an account had as much left as is held; a bank refuses other holds.

    Args:
        holds: What would be held, `[N]`.
        room: What accounts had left.

    Returns:
        A flag each, `[N]`.
    """
    return np.asarray(room.at_close(holds.user, holds.slot, holds.authorized) >= holds.cents)


@functools.lru_cache(maxsize=4)
def _deposit_cents(catalog: Catalog) -> Ints:
    """What each merchant holds beside what it charges, 0 where nothing: `[N]`."""
    return np.array(
        [
            DEPOSIT_CENTS[code][row % len(DEPOSIT_CENTS[code])] if code in DEPOSIT_CENTS else 0
            for row, code in enumerate(catalog.merchants.category_detailed)
        ],
        dtype=np.int64,
    )
