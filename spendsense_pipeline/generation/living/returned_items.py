"""Bills that a bank sends back for want of money: given back, charged for, and paid another way."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, places
from spendsense_pipeline.generation.catalog import BILL_KINDS
from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.overdrafts import Overdrafts
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot
from spendsense_pipeline.generation.randomness import bits, uniform, words_each
from spendsense_pipeline.generation.world import World

RETURNING_BANKS_SHARE: Final = 0.6
"""Of people, whose bank sends a bill back instead of paying it into an overdraft: of the quarter of
households charged for either in a year one in three met a fee for a returned item (CFPB, Making
Ends Meet 2023), which many large banks have dropped since."""
FEES_CENTS: Final = np.array([1_000, 1_500, 2_000, 2_500, 2_900, 3_200])
"""What such a bank charges, each its own: $19.94 on average (Bankrate 2023)."""
BILLERS_FEES_CENTS: Final = np.array([0, 0, 1_500, 2_000, 2_500, 3_000])
"""What a biller adds to the bill that is paid again, each its own; states allow $20 to 40 (judged).
"""
CUSHION_CENTS: Final = 5_000
"""Banks let accounts go so far below zero without a fee for it (Bankrate 2025: $5 to 50)."""
NEXT_DAY_SHARE: Final = 0.7
"""Of what is sent back, that on the next business day; the rest on the one after it (NACHA: by the
opening of business two banking days after settlement)."""
PAID_AGAIN_AFTER_DAYS: Final = (3, 9)
"""After the return, if there is money then: else on the first day there is (judged)."""
_RETURNABLE: Final = (
    "electricity",
    "gas",
    "water",
    "waste",
    "internet",
    "telephone",
    "auto_insurance",
    "home_insurance",
    "renters_insurance",
    "health_insurance",
    "life_insurance",
)
_NEVER: Final = -1


class ReturnedItems:
    """One at a time of each person: arrays are `[U]`."""

    def __init__(self, world: World, labels: Labels, planned: Postings) -> None:
        """Find the largest bill of every day that might be sent back.

        Args:
            world: The shard in chapters.
            labels: Tell which bill a row pays, and how one sent back is called.
            planned: Everything known beforehand.
        """
        self._calendar, self._labels = world.calendar, labels
        drawn = uniform(world.words("returned_item", np.arange(2)))
        self._returns: Flags = drawn[:, 0] < RETURNING_BANKS_SHARE
        self._fee = FEES_CENTS[(drawn[:, 1] * FEES_CENTS.size).astype(np.int64)]
        self._keys = world.keys("returned_item_days")
        self._paid_through = labels.counterparty("bill_paid_again", world.words("paid_again", 0))
        self._by_day = _largest_by_day(world, labels, planned, self._returns)
        users = world.users
        self._cents, self._label, self._place = (np.zeros(users, dtype=np.int64) for _ in range(3))
        self._returned_on, self._paid_again_from = (np.full(users, _NEVER) for _ in range(2))

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some take the place of others: what was sent back is theirs to pay.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        for state in (
            self._cents,
            self._label,
            self._place,
            self._returned_on,
            self._paid_again_from,
        ):
            state[taker] = state[giver]

    def begin_day(self, day: int, balances: Balances, diary: Diary) -> None:
        """Give back what is sent back today, charge for it, and pay again what was.

        Args:
            day: The day.
            balances: What everybody has.
            diary: Where it is written.
        """
        user = places(self._returned_on == day)
        if user.size:
            cents, label = self._cents[user], self._labels.returned(self._label[user])
            place = self._place[user]
            diary.on_checking(user, day, -cents, label, Purpose.RETURNED_ITEM, place=place)
            fee = self._fee[user]
            diary.on_checking(user, day, fee, Fixed.RETURNED_ITEM_FEE, Purpose.RETURNED_ITEM_FEE)
            balances.checking[user] += cents - fee
        owes = places((self._paid_again_from >= 0) & (self._paid_again_from <= day))
        if owes.size == 0 or self._calendar.on_or_after(day) != day:
            return
        biller = self._label[owes] - self._labels.first_biller
        cents = self._cents[owes] + BILLERS_FEES_CENTS[biller % BILLERS_FEES_CENTS.size]
        has = balances.checking[owes] >= cents
        user, cents = owes[has], cents[has]
        if user.size:
            diary.on_checking(user, day, cents, self._paid_through[user], Purpose.BILL_PAID_AGAIN)
            balances.checking[user] -= cents
            self._paid_again_from[user] = _NEVER

    def end_day(self, day: int, balances: Balances, overdrafts: Overdrafts) -> None:
        """See which accounts a bill alone has taken below zero: the bank will send it back.

        Args:
            day: The day.
            balances: What everybody has.
            overdrafts: Knows who is newly below zero, and charges nothing for what is sent back.
        """
        user, cents, label, place = self._by_day[day]
        if user.size == 0:
            return
        left = balances.checking[user]
        is_short = (
            (left < 0) & (left + cents >= -CUSHION_CENTS) & overdrafts.is_newly_below(day, user)
        )
        is_short &= self._paid_again_from[user] == _NEVER
        at = places(is_short)
        if at.size == 0:
            return
        user = user[at]
        self._cents[user], self._label[user], self._place[user] = cents[at], label[at], place[at]
        word = words_each(self._keys[user], day)
        calendar = self._calendar
        first = calendar.on_or_after(np.full(user.size, day + 1)).astype(np.int64)
        second = calendar.on_or_after(first + 1).astype(np.int64)
        is_next = bits(word, 40, 16) < NEXT_DAY_SHARE * (1 << 16)
        returned_on = np.where(is_next, first, second)
        soonest, latest = PAID_AGAIN_AFTER_DAYS
        self._returned_on[user] = returned_on
        self._paid_again_from[user] = (
            returned_on + soonest + bits(word, 20, 16) % (latest - soonest + 1)
        )
        overdrafts.charge_no_overdraft(user)


def _largest_by_day(
    world: World, labels: Labels, planned: Postings, returns: Flags
) -> list[tuple[Ints, Ints, Ints, Ints]]:
    """The largest such bill of each day of whose bank sends bills back: `[D]` of users, cents,
    labels and places, `[N]` each."""
    chapters = world.chapters
    bills = planned.where((planned.purpose == Purpose.BILL) & (planned.slot == Slot.CHECKING))
    kinds = [BILL_KINDS.index(name) for name in _RETURNABLE]
    bills = bills.where(
        np.isin(labels.bill_kind(bills.label), kinds) & (bills.day >= 0) & (bills.day < world.days)
    )
    bills = chapters.by_day_settled(chapters.kept(bills))
    bills = bills.where(returns[bills.user])
    bills = bills.where(np.lexsort((bills.label, -bills.cents, bills.user, bills.day)))
    is_first = np.ones(bills.size, dtype=np.bool_)
    is_first[1:] = (bills.day[1:] != bills.day[:-1]) | (bills.user[1:] != bills.user[:-1])
    bills = bills.where(is_first)
    bounds = np.searchsorted(bills.day, np.arange(world.days + 1)).tolist()
    return [
        (bills.user[a:b], bills.cents[a:b], bills.label[a:b], bills.place[a:b])
        for a, b in itertools.pairwise(bounds)
    ]
