"""Billing cycles as they close: statements, interest, minimums, payments and late fees.

All in integer cents. A statement takes in what its card posted since the last one, its own day
included; the first of the history takes over from the balance the history opens with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints, places
from spendsense_pipeline.generation.attributes import PaymentHabit
from spendsense_pipeline.generation.behaviours.card_payments import (
    FREE_PAYMENT_MIN_FACTOR,
    MINIMUM_FLOOR_CENTS,
)
from spendsense_pipeline.generation.behaviours.card_uses import USES, CardUse
from spendsense_pipeline.generation.behaviours.credit import HEAVY_PARTS, Cards
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.cents import INTEREST_DIVISOR, half_even

LATE_FEES_CENTS: Final = np.array([3_000, 2_900, 2_500, 3_000, 2_800])
"""What issuers ask for paying late, each its own: $30 is the most a first fee may be without
showing its costs (Regulation Z safe harbour 2024)."""
LATER_LATE_FEE_FACTOR: Final = 41 / 30
LATER_CYCLES: Final = 6
"""A fee within six billing cycles of another may be $41 where that was $30 (the same)."""
STATEMENT_SERIAL: Final = BitFields(slot=3, cycle=6)
"""Which card of the user and which of its billing cycles."""
PAYMENT_SERIAL: Final = BitFields(slot=3, cycle=6, part=2)
"""The same, and which payment of those that answer it, the last numbered 0."""
NEAR_FLOOR_SHARE = 0.012
"""Of the limit, above the floor: where a habit would leave less than that owed, it gives way to
little more than the minimum."""
SKIPPED_ROOM_SHARE = 0.12
"""Of the limit, below what is ever bought up to: where more is owed, no payment is skipped."""
_TEN_DOLLARS = 1_000
_FIVE_DOLLARS = 500


@dataclass(frozen=True)
class Statements:
    """What each cycle came to, `[C, J]` cents."""

    previous: Ints
    purchases: Ints
    interest: Ints
    fees: Ints
    payments: Ints
    balance: Ints
    minimum: Ints
    paid: Ints
    """What answers this statement, in all; it lands in a later cycle."""


class Billing:
    """The books of all cards, a day at a time. Arrays are `[C]` or `[C, J]`."""

    def __init__(self, cards: Cards, sums_cents: Ints) -> None:
        """Open the books.

        Args:
            cards: The cards of the shard.
            sums_cents: What people settled on paying of each statement of a carried balance, or on
                top of its minimum: `[C, J]`.
        """
        self._cards = cards
        shape = cards.issued.shape
        names = Statements.__dataclass_fields__
        self._books = np.zeros((len(names), *shape), dtype=np.int64)
        self._parts: dict[str, Ints] = dict(zip(names, self._books, strict=True))
        """The same by what it is."""
        self._asked = self._books[-3:]
        """Balances, minimums and what is paid of them, which are looked at together."""
        self._in_full = cards.is_paid_in_full
        self._pays_late = cards.payment == PaymentHabit.LATE
        ceilings = np.array([USES[each].ceiling for each in CardUse])[cards.use]
        self._may_skip_below = np.rint((ceilings - SKIPPED_ROOM_SHARE) * cards.limit_cents)
        self._pays_minimum = cards.payment == PaymentHabit.MINIMUM_ONLY
        self._sums = sums_cents
        floors = np.array([USES[each].floor for each in CardUse])[cards.use]
        self._floor = np.rint((floors + NEAR_FLOOR_SHARE) * cards.limit_cents)
        count = cards.count
        self.cycle = np.zeros(count, dtype=np.int64)
        """The cycle that is open."""
        self._previous = np.zeros(count, dtype=np.int64)
        # Of each cycle as it goes on: set to nothing by the statement that closes it.
        self._running = np.zeros((4, count), dtype=np.int64)
        self._fees, self._payments, self._cent_days, self._paid_since = self._running
        """The last is what was paid since the last statement, by its due date."""
        self.unpaid_minimums = np.zeros(count, dtype=np.int64)
        """Asked for and not paid: payments settle the oldest minimum first."""
        self._late_cycle = np.full(count, -LATER_CYCLES - 1)
        """The latest cycle whose statement was paid late."""
        self.last_paid_cents = np.zeros(count, dtype=np.int64)
        self.last_paid_day = np.full(count, -1)

    def hand_over(self, given: Ints, taken: Ints) -> None:
        """Let the books of some cards go on as those of others.

        Args:
            given: Cards, `[N]`.
            taken: Those whose books they become, `[N]`.
        """
        self._books[:, taken] = self._books[:, given]
        self._running[:, taken] = self._running[:, given]
        for state in (
            self.cycle,
            self._previous,
            self._late_cycle,
            self.unpaid_minimums,
            self.last_paid_cents,
            self.last_paid_day,
        ):
            state[taken] = state[given]

    def begin_history(self, owed: Ints) -> None:
        """Take over the balances the history opens with: what was before is not in its books.

        Args:
            owed: What every card owes, `[C]` cents.
        """
        self._previous = owed.copy()
        self._running[:] = 0
        self._paid_since[:] = owed
        self.unpaid_minimums[:] = 0
        self.last_paid_day[:] = -1

    def answers(self, card: Ints, cycle: Ints, owed: Ints, parts_left: Ints) -> Ints:
        """What is paid in answer to statements.

        Args:
            card: `[N]`.
            cycle: Of the statement, `[N]`.
            owed: What every card owes, `[C]`.
            parts_left: How many more times it is paid after this one, `[N]`.

        Returns:
            Cents, 0 where there is nothing to pay: `[N]`.
        """
        balance, minimum, paid = self._asked[:, card, cycle]
        cents = balance - paid
        in_parts = places(parts_left > 0)
        if in_parts.size:
            part = np.ceil(balance[in_parts] / HEAVY_PARTS / _TEN_DOLLARS) * _TEN_DOLLARS
            cents[in_parts] = np.minimum(cents[in_parts], part)
        carries = places(~self._in_full[card])
        if carries.size:
            cents[carries] = self._instalments(
                card[carries], cycle[carries], minimum[carries], owed
            )
        answer: Ints = np.maximum(np.minimum(cents, balance), 0)
        return answer

    def _instalments(self, card: Ints, cycle: Ints, minimum: Ints, owed: Ints) -> Ints:
        """What is paid of balances that are carried, unless less is asked for: `[N]` cents."""
        cards, habit = self._cards, self._sums[card, cycle]
        wanted = np.where(cards.pays_over_minimum[card], minimum + habit, habit)
        least = np.ceil(minimum * FREE_PAYMENT_MIN_FACTOR / _FIVE_DOLLARS) * _FIVE_DOLLARS
        is_low = owed[card] - wanted < self._floor[card]
        freely = np.where(is_low, least, np.maximum(wanted, least))
        cents = np.where(self._pays_minimum[card], minimum, freely)
        late = places(self._pays_late[card])
        if late.size:
            which, of = card[late], cycle[late]
            # Whoever is behind pays what earlier statements asked for, or nothing for once; whoever
            # catches up pays all of it.
            behind, skipped = cards.is_behind[which, of], cards.skips[which, of]
            asked = self.unpaid_minimums[which]
            earlier = np.maximum(asked - minimum[late], 0)
            skips = skipped & (owed[which] < self._may_skip_below[which])
            cents[late] = np.where(behind, np.where(skips, 0, earlier), asked)
        return cents.astype(np.int64)

    def pay(self, card: Ints, cycle: Ints, cents: Ints, day: int) -> None:
        """Enter payments that post on a day; each card pays once a day at most.

        Args:
            card: Which, `[N]`.
            cycle: Of the statement that is answered, `[N]`.
            cents: `[N]`.
            day: The day.
        """
        self._parts["paid"][card, cycle] += cents
        self.last_paid_cents[card] = cents
        self.last_paid_day[card] = day
        self._payments[card] += cents
        in_time = day <= self._cards.due[card, np.maximum(self.cycle[card] - 1, 0)]
        self._paid_since[card] += np.where(in_time, cents, 0)
        self.unpaid_minimums[card] = np.maximum(self.unpaid_minimums[card] - cents, 0)

    def late_fees(self, card: Ints, cycle: Ints) -> Ints:
        """Enter the fee of those that had not paid the minimum by the due date.

        Args:
            card: Cards whose due date was yesterday, `[N]`.
            cycle: Of the statement, `[N]`.

        Returns:
            Cents, mostly 0: `[N]`.
        """
        minimum = self._parts["minimum"][card, cycle]
        late = places(self._paid_since[card] < minimum)
        fees = np.zeros_like(minimum)
        if late.size:
            card, cycle = card[late], cycle[late]
            fee = LATE_FEES_CENTS[self._cards.product[card] % LATE_FEES_CENTS.size]
            is_later = cycle - self._late_cycle[card] <= LATER_CYCLES
            dearer = (fee * LATER_LATE_FEE_FACTOR // 100 * 100).astype(np.int64)
            # No fee is more than the payment that was missed.
            fees[late] = fee = np.minimum(np.where(is_later, dearer, fee), minimum[late])
            self._late_cycle[card] = cycle
            self._fees[card] += fee
        return fees

    def end_day(self, owed: Ints) -> None:
        """Count what is owed at the close of a day, `[C]` cents, towards interest."""
        self._cent_days += np.maximum(owed, 0)

    def close(self, card: Ints, owed: Ints) -> Ints:
        """Issue statements at the close of a day.

        Args:
            card: Whose, `[N]`.
            owed: What every card owes before interest, `[C]`.

        Returns:
            The interest charged with each, `[N]` cents.
        """
        cards, cycle = self._cards, self.cycle[card]
        previous = self._previous[card]
        fees, payments, cent_days, paid_since = self._running[:, card]
        interest = np.zeros(card.size, dtype=np.int64)
        revolves = places((previous > 0) & (paid_since < previous))
        if revolves.size:
            rate = cards.apr_basis_points[card[revolves]]
            interest[revolves] = half_even(cent_days[revolves] * rate, INTEREST_DIVISOR)
        # Less refunds: by what is owed more than at the last statement, but for fees and payments.
        purchases = owed[card] - previous - fees + payments
        balance = owed[card] + interest
        positive = np.maximum(balance, 0)
        share = half_even(positive, 100) + interest + fees
        minimum = np.minimum(np.maximum(MINIMUM_FLOOR_CENTS, share), positive)
        # All a statement says, in the order of `Statements`; what answers it is yet to come.
        said = (previous, purchases, interest, fees, payments, balance, minimum)
        self._books[: len(said), card, cycle] = said
        self._previous[card] = balance
        self._running[:, card] = 0
        self.unpaid_minimums[card] += minimum
        self.cycle[card] += 1
        return interest

    def statements(self) -> Statements:
        """Everything closed so far."""
        return Statements(**self._parts)
