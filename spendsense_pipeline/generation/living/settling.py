"""What becomes of purchases: when they post, what machines charge for cash, what is given back."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints, places
from spendsense_pipeline.generation.behaviours.posting import PostingDays
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.living.cash_points import CashPoints
from spendsense_pipeline.generation.living.purchase_words import REFUND, SETTLEMENT, Draws
from spendsense_pipeline.generation.living.tastes import Tastes
from spendsense_pipeline.generation.postings import NO_PLACE
from spendsense_pipeline.generation.randomness import NORMAL_QUANTILES, integers
from spendsense_pipeline.generation.world import World

REFUND_DAYS = (3, 12)
WHOLE_REFUND_SHARE = 0.55
PARTIAL_REFUND_RANGE = (0.15, 0.8)
ONLINE_TASTES = 16
ONLINE_TASTE_SIGMA = 1.2
"""How far people differ in what they order instead of going there, in log odds (judged)."""
_HALVINGS = 30


@dataclass(frozen=True)
class Basket(Columns):
    """Purchases of a day as they are made, one array entry each (`[N]`), in order of user."""

    user: Ints
    serial: Ints
    """Number within the user's day."""
    group: Ints
    """Row of SpendingGroups."""
    merchant: Ints
    """Row of the catalog's merchants."""
    cents: Ints
    card: Ints
    """Which card pays, `Balances.nobodys` for the debit card."""
    trip_place: Ints
    """Where it is bought on a trip, row of the places; NO_PLACE of all else."""


@dataclass(frozen=True)
class Purchases(Columns):
    """Purchases, one array entry each (`[N]`)."""

    user: Ints
    day: Ints
    settles: Ints
    serial: Ints
    """Number within the user's day."""
    merchant: Ints
    """Row of the catalog's merchants."""
    is_online: Flags
    cents: Ints
    card: Ints
    """Which card pays, `Balances.nobodys` for the debit card."""
    bank_fee_cents: Ints
    """What the own bank charges for using another's machine, 0 for most."""
    refund_day: Ints
    """Day money comes back, a business day as for purchases; -1 for most."""
    refund_cents: Ints
    trip_place: Ints
    """Where it was bought on a trip, row of the places; NO_PLACE of all else."""


class Settling:
    """Decides it day by day, the same for everybody."""

    def __init__(self, world: World, catalog: Catalog, tastes: Tastes) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            catalog: Where it is bought.
            tastes: What is given back how often.
        """
        self._posting, self._calendar = PostingDays(world.calendar, catalog), world.calendar
        self._in_store = _in_store_by_taste(catalog) * SETTLEMENT.size("channel")
        self._online_taste = integers(world.words("online_taste", 0), ONLINE_TASTES)
        self._refunded = tastes.refund_share * SETTLEMENT.size("is_refunded")
        self._cash_points = CashPoints(world, catalog)
        self._cash = catalog.spending_groups.cash

    def of_day(self, day: int, basket: Basket, draws: Draws) -> Purchases:
        """What becomes of a day's purchases.

        Args:
            day: The day.
            basket: What is bought, `[N]`; its places and cents are changed where it is cash.
            draws: What is drawn for it, `[N]`.

        Returns:
            The same purchases, `[N]`.
        """
        user, merchant = basket.user, basket.merchant
        in_store = self._in_store[merchant, self._online_taste[user]]
        # On a trip one is there: only what is never bought in person is not.
        is_online = draws["channel"] >= in_store
        is_online &= (basket.trip_place == NO_PLACE) | (in_store == 0)
        settles = self._posting.of(day, merchant, is_online, draws["lag"])
        own_fee = np.zeros(user.size, dtype=np.int64)
        cash = places(basket.group == self._cash)
        if cash.size:
            # It is paid out at once, on any day.
            settles[cash] = day
            merchant[cash] = self._cash_points.open_on(day, merchant[cash])
            operators_fee, own_fee[cash] = self._cash_points.fees(merchant[cash], user[cash])
            basket.cents[cash] += operators_fee
        refund_day, refund_cents = np.full(user.size, -1), np.zeros(user.size, dtype=np.int64)
        refunded = places(draws["is_refunded"] < self._refunded[basket.group])
        if refunded.size:
            shortest, longest = REFUND_DAYS
            delay = draws["refund_delay"][refunded] % (longest - shortest + 1)
            back = settles[refunded] + shortest + delay
            refund_day[refunded] = self._calendar.on_or_after(back)
            share = _refunded_share(draws["part"][refunded])
            refund_cents[refunded] = np.maximum(np.rint(basket.cents[refunded] * share), 1)
        return Purchases(
            user=user,
            day=np.full(user.size, day),
            settles=settles,
            serial=basket.serial,
            merchant=merchant,
            is_online=is_online,
            cents=basket.cents,
            card=basket.card,
            bank_fee_cents=own_fee,
            refund_day=refund_day,
            refund_cents=refund_cents,
            trip_place=basket.trip_place,
        )


@functools.lru_cache(maxsize=4)
def _in_store_by_taste(catalog: Catalog) -> Floats:
    """Share bought in person at each merchant by taste, the catalog's over all: `[N, TASTES]`."""
    place = NORMAL_QUANTILES.reshape(ONLINE_TASTES, -1).mean(axis=1) * ONLINE_TASTE_SIGMA
    share = catalog.merchants.in_store_share
    low, high = np.full(share.size, -20.0), np.full(share.size, 20.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_low = (1 / (1 + np.exp(-(middle[:, np.newaxis] + place)))).mean(axis=1) < share
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    by_taste = 1 / (1 + np.exp(-(low[:, np.newaxis] + place)))
    is_both = ((share > 0) & (share < 1))[:, np.newaxis]
    return np.asarray(np.where(is_both, by_taste, share[:, np.newaxis]))


def _refunded_share(draw: Ints) -> Floats:
    """How much of what is given back is refunded, mostly all: `[N]`."""
    part = draw / REFUND.size("part")
    low, high = PARTIAL_REFUND_RANGE
    partial = low + (high - low) * (part - WHOLE_REFUND_SHARE) / (1 - WHOLE_REFUND_SHARE)
    return np.where(part < WHOLE_REFUND_SHARE, 1.0, partial)
