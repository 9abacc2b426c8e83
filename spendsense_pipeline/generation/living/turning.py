"""The days on which a chapter of a life ends and another goes on from where it stood."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.overdrafts import Overdrafts
from spendsense_pipeline.generation.living.returned_items import ReturnedItems
from spendsense_pipeline.generation.living.shopping import Shopping
from spendsense_pipeline.generation.living.statements import Billing
from spendsense_pipeline.generation.postings import CARD_SLOTS, Leg, Purpose, Slot
from spendsense_pipeline.generation.world import World

PAYOFF_UNIT_CENTS = 5_000
"""What is moved to pay off cards is a round sum, a little more than is owed."""


class Turning:
    """Which chapters are lived, day by day."""

    def __init__(self, world: World, cards: Cards) -> None:
        """Find the days on which chapters begin.

        Args:
            world: The shard in chapters.
            cards: The cards of every chapter, `[C]`.
        """
        chapters = world.chapters
        self.is_lived: Floats = (chapters.number == 0).astype(np.float64)
        """1 for the chapters that are lived on the day, 0 for others: `[R]`."""
        self._before, self._pays_off = chapters.before, world.turns.pays_off
        self._begins: dict[int, Ints] = {}
        begun = np.flatnonzero(chapters.number > 0)
        for day in np.unique(chapters.first_day[begun]).tolist():
            self._begins[day] = begun[chapters.first_day[begun] == day]
        self._card = np.full((world.users, len(CARD_SLOTS)), -1, dtype=np.int64)
        self._card[cards.user, cards.slot - Slot.CARD_1] = np.arange(cards.count)
        self._cards = cards

    def of_day(
        self,
        day: int,
        balances: Balances,
        billing: Billing,
        shopping: Shopping,
        overdrafts: Overdrafts,
        returned: ReturnedItems,
        diary: Diary,
    ) -> None:
        """Let the chapters that begin on a day take the place of those before.

        Args:
            day: The day, before anything happens on it.
            balances: What everybody has and owes.
            billing: The books of cards.
            shopping: Knows where everybody has been.
            overdrafts: Knows who is below zero.
            returned: Knows whose bills were sent back.
            diary: Where what is moved is written.
        """
        taker = self._begins.get(day)
        if taker is None:
            return
        giver = self._before[taker]
        given, taken = self._card[giver].ravel(), self._card[taker].ravel()
        has: Flags = given >= 0
        given, taken = given[has], taken[has]
        balances.hand_over(giver, taker, given, taken)
        billing.hand_over(given, taken)
        shopping.hand_over(giver, taker)
        overdrafts.hand_over(giver, taker)
        returned.hand_over(giver, taker)
        self.is_lived[giver], self.is_lived[taker] = 0.0, 1.0
        self._pay_off(day, taker[self._pays_off[taker]], balances, diary)

    def _pay_off(self, day: int, user: Ints, balances: Balances, diary: Diary) -> None:
        """Move what cards are owed from savings to checking: `[N]` users."""
        owed = sums(self._cards.user, balances.owed[:-1], balances.checking.size)[user]
        cents = -(-owed // PAYOFF_UNIT_CENTS) * PAYOFF_UNIT_CENTS
        has = np.maximum(balances.savings[user], 0) // PAYOFF_UNIT_CENTS * PAYOFF_UNIT_CENTS
        cents = np.minimum(cents, has)
        at = places(cents > 0)
        if at.size:
            diary.transfer(
                user[at],
                day,
                cents[at],
                day,
                Leg(Slot.SAVINGS, Fixed.WAGE_OUT, Purpose.PAYOFF_OUT),
                Leg(Slot.CHECKING, Fixed.WAGE_IN, Purpose.PAYOFF_IN),
            )
            balances.checking[user[at]] += cents[at]
            balances.savings[user[at]] -= cents[at]
