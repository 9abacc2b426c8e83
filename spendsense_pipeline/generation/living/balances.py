"""What a shard of households has and owes on the day being lived, and what is still on its way.

Arrays are over users (`[U]`) or over cards with one entry more, for nobody's card (`[C + 1]`).
"""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.postings import CARD_SLOTS, Slot

QUEUE_DAYS = 32
"""Nothing that has happened takes longer to reach an account."""


class Balances:
    """Money held and owed, in cents, moved a day at a time."""

    def __init__(self, users: int, cards: Cards, checking: Ints, savings: Ints) -> None:
        """Begin with what accounts hold before the first day.

        Args:
            users: How many users the shard holds.
            cards: Their cards, `[C]`.
            checking: `[U]`.
            savings: `[U]`.
        """
        self.checking, self.savings = checking.copy(), savings.copy()
        self.owed = np.zeros(cards.count + 1, dtype=np.int64)
        self.pending = np.zeros(users, dtype=np.int64)
        """Debit purchases that have not posted."""
        self.pending_owed = np.zeros(cards.count + 1, dtype=np.int64)
        self.nobodys = cards.count
        self.card_of = np.full((users, len(CARD_SLOTS)), self.nobodys, dtype=np.int64)
        """Which card a user's first and second one is."""
        self.card_of[cards.user, cards.slot - Slot.CARD_1] = np.arange(cards.count)
        self._users, self._cards = users, cards.count + 1
        self._purchases = np.zeros((QUEUE_DAYS, users), dtype=np.int64)
        self._purchases_owed = np.zeros((QUEUE_DAYS, cards.count + 1), dtype=np.int64)
        self._refunds = np.zeros((QUEUE_DAYS, users), dtype=np.int64)
        self._refunds_owed = np.zeros((QUEUE_DAYS, cards.count + 1), dtype=np.int64)

    def begin(self, day: int) -> None:
        """Post what settles on a day."""
        at = day % QUEUE_DAYS
        settled, settled_owed = self._purchases[at], self._purchases_owed[at]
        self.checking -= settled
        self.pending -= settled
        self.owed += settled_owed
        self.pending_owed -= settled_owed
        self.checking += self._refunds[at]
        self.owed -= self._refunds_owed[at]
        for queue in (self._purchases, self._purchases_owed, self._refunds, self._refunds_owed):
            queue[at] = 0

    def buy(self, day: int, settles: Ints, user: Ints, card: Ints, cents: Ints) -> None:
        """Take purchases of a day in.

        Args:
            day: The day.
            settles: When each posts, on the day or later: `[N]`.
            user: Who buys, `[N]`.
            card: On which card, nobody's for the debit card: `[N]`.
            cents: `[N]`.
        """
        on_debit = card == self.nobodys
        place = settles % QUEUE_DAYS
        debit = sums((place * self._users + user)[on_debit], cents[on_debit], self._purchases.size)
        self._purchases += debit.reshape(self._purchases.shape)
        if not on_debit.all():
            credit = sums(
                (place * self._cards + card)[~on_debit],
                cents[~on_debit],
                self._purchases_owed.size,
            )
            self._purchases_owed += credit.reshape(self._purchases_owed.shape)
            self.pending_owed += sums(card[~on_debit], cents[~on_debit], self._cards)
        self.pending += sums(user[on_debit], cents[on_debit], self._users)
        # What posts at once is not waited for.
        at = day % QUEUE_DAYS
        today, today_owed = self._purchases[at], self._purchases_owed[at]
        self.checking -= today
        self.pending -= today
        self.owed += today_owed
        self.pending_owed -= today_owed
        self._purchases[at] = 0
        self._purchases_owed[at] = 0

    def move(self, day: int, settles: int, user: Ints, cents: Ints) -> None:
        """Take money out of checking, or in where it is below zero.

        Args:
            day: The day it happens.
            settles: When it posts.
            user: Whose, each once: `[N]`.
            cents: `[N]`.
        """
        if settles == day:
            self.checking[user] -= cents
        else:
            self._purchases[settles % QUEUE_DAYS, user] += cents
            self.pending[user] += cents

    def refund(self, settles: Ints, user: Ints, card: Ints, cents: Ints) -> None:
        """Take money back in on a later day.

        Args:
            settles: When each posts, `[N]`.
            user: Who gets it, `[N]`.
            card: On which card, nobody's for the debit card: `[N]`.
            cents: Above zero, `[N]`.
        """
        place = settles % QUEUE_DAYS
        on_debit = card == self.nobodys
        np.add.at(self._refunds, (place[on_debit], user[on_debit]), cents[on_debit])
        np.add.at(self._refunds_owed, (place[~on_debit], card[~on_debit]), cents[~on_debit])
