"""What a shard of households has and owes on the day being lived, and what is still on its way.

Arrays are over users (`[U]`) or over cards with one entry more, for nobody's card (`[C + 1]`).
"""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.credit import Cards
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
        self.nobodys = cards.count
        self.card_of = np.full((len(CARD_SLOTS), users), self.nobodys, dtype=np.int64)
        """Which card each user's first one is, and the second: `[2, U]`."""
        self.card_of[cards.slot - Slot.CARD_1, cards.user] = np.arange(cards.count)
        # What is on its way, everybody's checking first and then all cards, by the day it posts.
        self._users, self._accounts = users, users + cards.count + 1
        self._purchases, self._refunds = (
            np.zeros((QUEUE_DAYS, self._accounts), dtype=np.int64) for _ in range(2)
        )
        self._pending = np.zeros(self._accounts, dtype=np.int64)
        self.pending = self._pending[:users]
        """Debit purchases that have not posted."""
        self.pending_owed = self._pending[users:]

    def hand_over(self, giver: Ints, taker: Ints, given: Ints, taken: Ints) -> None:
        """Let some take the place of others: what those have, owe and wait for becomes theirs.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
            given: Their cards, `[M]`.
            taken: The cards of who takes their place, `[M]`.
        """
        self.checking[taker], self.savings[taker] = self.checking[giver], self.savings[giver]
        self.owed[taken] = self.owed[given]
        source = np.concatenate([giver, self._users + given])
        target = np.concatenate([taker, self._users + taken])
        self._pending[target] = self._pending[source]
        for queue in (self._purchases, self._refunds):
            queue[:, target] = queue[:, source]

    def begin(self, day: int) -> None:
        """Post what settles on a day."""
        self._post_purchases(day)
        refunds = self._refunds[day % QUEUE_DAYS]
        self.checking += refunds[: self._users]
        self.owed -= refunds[self._users :]
        refunds[:] = 0

    def buy(self, day: int, settles: Ints, user: Ints, card: Ints, cents: Ints) -> None:
        """Take purchases of a day in.

        Args:
            day: The day.
            settles: When each posts, on the day or later: `[N]`.
            user: Who buys, `[N]`.
            card: On which card, nobody's for the debit card: `[N]`.
            cents: `[N]`.
        """
        account = self._account(user, card)
        self._enter(self._purchases, settles, account, cents)
        np.add.at(self._pending, account, cents)
        # What posts at once is not waited for.
        self._post_purchases(day)

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
        self._enter(self._refunds, settles, self._account(user, card), cents)

    def _account(self, user: Ints, card: Ints) -> Ints:
        """Where money on its way is bound for, or comes from: `[N]`."""
        return np.where(card == self.nobodys, user, self._users + card)

    def _enter(self, queue: Ints, settles: Ints, account: Ints, cents: Ints) -> None:
        place = settles % QUEUE_DAYS * self._accounts + account
        np.add.at(queue.reshape(-1), place, cents)

    def _post_purchases(self, day: int) -> None:
        settled = self._purchases[day % QUEUE_DAYS]
        self._pending -= settled
        self.checking -= settled[: self._users]
        self.owed += settled[self._users :]
        settled[:] = 0
