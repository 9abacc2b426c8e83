"""What is bought on a day: how many things, of what kind, where, at what price, and how it is paid.

How many and of what kind follows what a household wants to spend (see `wants`); a price is what the
merchant sells at. What cannot be afforded is not bought: something small instead, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints, Words
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.behaviours.posting import LAG_BITS, PostingDays, posting_class
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.cents import priced
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.counting import Counting
from spendsense_pipeline.generation.living.paying import Paying, running_before
from spendsense_pipeline.generation.living.tastes import CASH_GROUP, FAVOURITE_SHARE, Tastes
from spendsense_pipeline.generation.living.wants import Wants
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.randomness import words_each
from spendsense_pipeline.generation.shops import TABLE_BITS, favourite_draws, shops_for
from spendsense_pipeline.generation.world import World

# The first favourite gets 70 % of those purchases, the second 24 %: by 8 bits of a draw.
_FAVOURITE_RANK: Final[Ints] = np.searchsorted(np.array([0.7, 0.94]), np.arange(256) / 256)
# Out of network: an operator's fee of $3.22 and one of the own bank of $1.64 on average (Bankrate
# 2025), at a fifth of withdrawals (Federal Reserve Payments Study).
FOREIGN_MACHINE_SHARE = 0.2
OPERATOR_FEES_CENTS = (250, 25, 7)
"""The least, and so many steps up."""
OWN_FEE_CENTS, OWN_FEE_FIFTHS = 275, 3
SMALLER_SHARE = 0.6
"""Of purchases that cannot be afforded, those in whose place something small is bought."""
REFUND_DAYS = (3, 12)
WHOLE_REFUND_SHARE = 0.55
PARTIAL_REFUND_RANGE = (0.15, 0.8)
_PURCHASE_NUMBER: Final = BitFields(day=16, serial=9)
"""Day of a purchase and which of the user's day: the number of its draws, so it never changes."""
_CHOICES: Final = BitFields(
    group=20, merchant=TABLE_BITS, price=TABLE_BITS, goes_to_favourite=8, favourite=8, spare=4
)
"""What the first word of a purchase decides."""
_SETTLEMENT: Final = BitFields(
    pays_with=12, lag=LAG_BITS, is_refunded=16, refund_delay=6, channel=10, ending=8, smaller=4
)
"""What its second word decides."""
_SMALLER: Final = BitFields(
    group=TABLE_BITS, merchant=TABLE_BITS, price=TABLE_BITS, refund_part=12, spare=16
)
"""What the third word decides: the small thing bought in place of another, the part refunded."""
_GROUP_PLACES: Final = 1 << 20


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
    """Day money comes back, -1 for most."""
    refund_cents: Ints


class Shopping:
    """Draws the purchases of one day after the other."""

    def __init__(
        self, world: World, tastes: Tastes, labels: Labels, cards: Cards, means: Floats
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            tastes: What the population buys.
            labels: The catalog.
            cards: The cards of the shard, `[C]`.
            means: What a household has for a purchase, relative to the usual one: `[U]`.
        """
        self._world, self._tastes, self._cards = world, tastes, cards
        catalog = labels.catalog
        self._merchant, self._shops = (
            catalog.merchants,
            shops_for(catalog, world.calendar.first_date),
        )
        self._state = catalog.places.state[home_places(world, catalog.places)]
        self._posting = PostingDays(world.calendar, catalog.posting_classes)
        self._favourite = favourite_draws(world, len(catalog.spending_groups))
        self._catalog = catalog
        self._days_between = catalog.visit_kinds.days_between
        self._visited = np.full((world.users, self._days_between.size), -10_000, dtype=np.int64)
        self._keys = [
            world.keys(purpose)
            for purpose in ("purchase", "purchase_settlement", "purchase_instead")
        ]
        self._counting = Counting(world)
        self._cash = labels.catalog.spending_groups.index(CASH_GROUP)
        self._means = means[:, np.newaxis] ** tastes.elasticity
        self._paying = Paying(world, cards)

    def of_day(self, day: int, wants: Wants, balances: Balances) -> Purchases:
        """The purchases of a day, in order of user.

        Args:
            day: The day.
            wants: How often each user buys, how dear, and what there is to spend: `[U]`.
            balances: What they have.

        Returns:
            What is bought, `[N]`.
        """
        tastes, calendar = self._tastes, self._world.calendar
        count = self._counting.of_day(day, wants.rate)
        user = np.repeat(np.arange(count.size), count)
        first_of = np.repeat(np.cumsum(count) - count, count)
        serial = np.arange(user.size) - first_of
        # As `_PURCHASE_NUMBER` packs it, without looking every day whether it fits.
        number = (day << _PURCHASE_NUMBER.width("serial")) + serial
        first, second = (words_each(keys[user], number) for keys in self._keys[:2])

        share = (
            tastes.group_share
            * tastes.by_weekday[calendar.weekday[day]]
            * tastes.by_month[calendar.month_of_year[day]]
        )
        edges = np.cumsum(share, axis=1)
        edges = np.rint(edges * (_GROUP_PLACES / edges[:, -1:])).astype(np.int64)
        place = _CHOICES.take(first, "group")
        group = (edges[wants.level[user]] <= place[:, np.newaxis]).sum(axis=1)
        group = np.where(wants.fetches_cash_apart[user] & (group == self._cash), 0, group)
        merchant = self._merchants(day, user, group, first)
        merchant, is_too_soon = self._rarely(day, user, group, merchant)
        cents = self._price(user, group, merchant, _CHOICES.take(first, "price"), second)

        # What there is to spend is looked at once a day: what was bought earlier is taken off.
        spendable = wants.spendable_cents[user]
        pays_with = _SETTLEMENT.take(second, "pays_with") / _SETTLEMENT.size("pays_with")
        card = self._paying.card_of(user, first_of, cents, pays_with, balances)
        is_debit = card == balances.nobodys
        before = running_before(first_of, np.where(is_debit, cents, 0))
        is_dear = (is_debit & (before + cents > spendable)) | is_too_soon
        if is_dear.any():
            dear = np.flatnonzero(is_dear)
            third = words_each(self._keys[2][user[dear]], number[dear])
            swaps = _SETTLEMENT.take(second[dear], "smaller") < SMALLER_SHARE * 16
            instead = tastes.small_table[_SMALLER.take(third, "group")]
            group[dear] = instead
            merchant[dear] = self._shops.choose(
                self._state[user[dear]],
                instead,
                np.full(dear.size, day),
                _SMALLER.take(third, "merchant"),
            )
            cents[dear] = self._price(
                user[dear], instead, merchant[dear], _SMALLER.take(third, "price"), second[dear]
            )
            before = running_before(first_of, np.where(is_debit, cents, 0))
            kept = ~is_dear
            kept[dear[swaps]] = (before + cents <= spendable)[dear[swaps]]
            user, serial, group, merchant, cents, card, number, second = (
                column[kept]
                for column in (user, serial, group, merchant, cents, card, number, second)
            )
        return self._paid(day, user, serial, number, group, merchant, cents, card, second, balances)

    def _merchants(self, day: int, user: Ints, group: Ints, word: Words) -> Ints:
        """Mostly one of the user's favourites of the group, else any, both by popularity: `[N]`."""
        rank = _FAVOURITE_RANK[_CHOICES.take(word, "favourite")]
        goes_to_favourite = _CHOICES.take(word, "goes_to_favourite") < FAVOURITE_SHARE * 256
        state, today = self._state[user], np.full(user.size, day)
        merchant = self._shops.favourites(state, group, today, self._favourite[user, group, rank])
        at = np.flatnonzero(~goes_to_favourite)
        merchant[at] = self._shops.choose(
            state[at], group[at], today[at], _CHOICES.take(word[at], "merchant")
        )
        return merchant

    def _rarely(self, day: int, user: Ints, group: Ints, merchant: Ints) -> tuple[Ints, Flags]:
        """Where a visit would come too soon after the last of its kind, the usual place instead.

        Returns:
            The merchants, `[N]`, and where the usual place would be visited too soon as well.
        """
        kind = self._merchant.visit_kind
        rare = np.flatnonzero(kind[merchant] > 0)
        is_too_soon = np.zeros(user.size, dtype=np.bool_)
        if rare.size == 0:
            return merchant, is_too_soon
        again = self._is_again(day, user[rare], kind[merchant[rare]])
        soon = rare[again]
        if soon.size:
            merchant[soon] = self._shops.favourites(
                self._state[user[soon]],
                group[soon],
                np.full(soon.size, day),
                self._favourite[user[soon], group[soon], 0],
            )
            is_too_soon[soon] = self._is_again(day, user[soon], kind[merchant[soon]])
        return merchant, is_too_soon

    def _is_again(self, day: int, user: Ints, kind: Ints) -> Flags:
        return (kind > 0) & (day - self._visited[user, kind] < self._days_between[kind])

    def _price(self, user: Ints, group: Ints, merchant: Ints, place: Ints, word: Words) -> Ints:
        """What the merchant sells at, a dearer basket for who has more: `[N]` cents."""
        shops, tastes = self._merchant, self._tastes
        relative = tastes.relative_price[tastes.spread_class[merchant], place]
        raw = relative * shops.ticket_median_cents[merchant] * self._means[user, group]
        raw = np.minimum(raw, shops.ticket_cap_cents[merchant])
        return priced(raw, _SETTLEMENT.take(word, "ending"), group == self._cash)

    def _paid(
        self,
        day: int,
        user: Ints,
        serial: Ints,
        number: Ints,
        group: Ints,
        merchant: Ints,
        cents: Ints,
        card: Ints,
        second: Words,
        balances: Balances,
    ) -> Purchases:
        """When purchases post, and which of them are given back: both the same for everybody."""
        is_cash = group == self._cash
        card = np.where(is_cash, balances.nobodys, card)
        channel = _SETTLEMENT.take(second, "channel") / _SETTLEMENT.size("channel")
        is_online = channel >= self._merchant.in_store_share[merchant]
        settles = self._posting.of(
            day,
            posting_class(self._catalog, merchant, is_online),
            _SETTLEMENT.take(second, "lag"),
        )
        # A machine pays out at once, on any day.
        settles = np.where(is_cash, day, settles)
        self._visited[user, self._merchant.visit_kind[merchant]] = day
        # Another bank's machine: its operator adds a fee to what it pays out, the own bank may too.
        draw = _SETTLEMENT.take(second, "is_refunded")
        elsewhere = is_cash & (channel < FOREIGN_MACHINE_SHARE)
        least, step, steps = OPERATOR_FEES_CENTS
        cents = cents + np.where(elsewhere, least + step * (draw % steps), 0)
        own_fee = np.where(elsewhere & (draw % 5 < OWN_FEE_FIFTHS), OWN_FEE_CENTS, 0)
        refunded = np.flatnonzero(
            _SETTLEMENT.take(second, "is_refunded") / _SETTLEMENT.size("is_refunded")
            < self._tastes.refund_share[group]
        )
        refund_day, refund_cents = np.full(user.size, -1), np.zeros(user.size, dtype=np.int64)
        if refunded.size:
            shortest, longest = REFUND_DAYS
            delay = shortest + _SETTLEMENT.take(second[refunded], "refund_delay") % (
                longest - shortest + 1
            )
            refund_day[refunded] = settles[refunded] + delay
            part = _SMALLER.take(
                words_each(self._keys[2][user[refunded]], number[refunded]), "refund_part"
            ) / _SMALLER.size("refund_part")
            low, high = PARTIAL_REFUND_RANGE
            share = np.where(
                part < WHOLE_REFUND_SHARE,
                1.0,
                low + (high - low) * (part - WHOLE_REFUND_SHARE) / (1 - WHOLE_REFUND_SHARE),
            )
            refund_cents[refunded] = np.maximum(np.rint(cents[refunded] * share), 1)
        return Purchases(
            user=user,
            day=np.full(user.size, day),
            settles=settles,
            serial=serial,
            merchant=merchant,
            is_online=is_online,
            cents=cents,
            card=card,
            bank_fee_cents=own_fee,
            refund_day=refund_day,
            refund_cents=refund_cents,
        )
