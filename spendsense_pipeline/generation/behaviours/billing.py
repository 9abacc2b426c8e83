"""Billing cycles: what a card may charge, what its statement says, and the payment that answers it.

The loop runs over cycles with all cards of the shard side by side; what is bought in a cycle is
scaled to what the cycle has room for, so every card keeps to its steady balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.attributes import Band, PaymentHabit
from spendsense_pipeline.generation.behaviours.credit import (
    CYCLE_CHARGE_MAX_PERCENT,
    FREE_PAYMENT_MIN_FACTOR,
    LATE_FEE_CENTS,
    LATE_PAYMENT_SHARE,
    MINIMUM_FLOOR_CENTS,
    STEADY_CHARGE_SHARE,
    Cards,
)
from spendsense_pipeline.generation.behaviours.spending import Purchases
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.cents import INTEREST_DIVISOR, half_even, scaled_cents, sums
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.postings import Leg, Postings, Purpose, Slot, postings, transfer
from spendsense_pipeline.generation.world import World

STATEMENT_SERIAL: Final = BitFields(slot=3, cycle=6)
"""Which card of the user and which of its billing cycles."""
ROOM_MIN_CENTS = 100
"""A card with less room than this in a cycle buys nothing."""


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
    """The payment that answers this statement; it lands in the next cycle."""
    fee_day: Ints
    """Day a late fee for this statement posts, -1 if none; it lands in the next cycle."""


class Billing:
    """Runs the cycles of all cards in step: what may be charged, then what the statement says."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards
        shape = cards.issued.shape
        self._parts = {
            name: np.zeros(shape, dtype=np.int64)
            for name in (
                "previous",
                "purchases",
                "interest",
                "fees",
                "payments",
                "balance",
                "minimum",
                "paid",
            )
        }
        self._fee_day = np.full(shape, -1, dtype=np.int64)
        self.cycles = int(shape[1])

    def room_cents(self, cycle: int) -> Ints:
        """What each card plans to charge in a cycle, `[C]`: fixed when the cycle opens."""
        cards = self._cards
        previous, payment, fee = self._carried(cycle)
        apr = cards.apr_basis_points
        expected_interest = np.where(
            (previous > payment) & (cycle > 0), previous * apr * 30 // INTEREST_DIVISOR, 0
        )
        steered = cards.steady_cents - previous + payment - expected_interest - fee
        # A first, partial cycle carries its days' part of a usual month.
        if cycle == 0:
            days = np.minimum(cards.issued[:, 0] + 1, 30)
            steered = np.rint(cards.limit_cents * STEADY_CHARGE_SHARE * days / 30).astype(np.int64)
            usual = np.rint(cards.steady_cents * days / 30).astype(np.int64)
        else:
            usual = cards.steady_cents
        room = np.where(cards.band == Band.LOW, usual, steered)
        return np.clip(room, 0, cards.limit_cents * CYCLE_CHARGE_MAX_PERCENT // 100)

    def close(self, cycle: int, purchases: Ints, purchase_days_cents: Ints) -> None:
        """Close a cycle of every card: its interest, minimum, statement and answer.

        Args:
            cycle: Number of the cycle; the ones before it are closed.
            purchases: What was charged in it, cents per card, `[C]`.
            purchase_days_cents: The same, each charge weighted by the days it was owed in the
                cycle, its issue day included: cent-days per card, `[C]`.
        """
        cards, parts = self._cards, self._parts
        previous, payment, fee = self._carried(cycle)
        issued = cards.issued[:, cycle]
        opened = cards.issued[:, cycle - 1] if cycle else np.full_like(issued, -1)
        interest = np.zeros(cards.count, dtype=np.int64)
        if cycle:
            pays_on = cards.pays_on[:, cycle - 1]
            balance_days = previous * (issued - opened) - payment * (issued - pays_on + 1)
            fee_day = self._fee_day[:, cycle - 1]
            balance_days += np.where(fee_day >= 0, fee * (issued - fee_day + 1), 0)
            balance_days += purchase_days_cents
            in_full = (payment >= previous) & (pays_on <= cards.due[:, cycle - 1])
            interest = np.where(
                in_full,
                0,
                half_even(np.maximum(balance_days, 0) * cards.apr_basis_points, INTEREST_DIVISOR),
            )
        balance = previous + purchases + interest + fee - payment
        minimum = np.minimum(
            np.maximum(MINIMUM_FLOOR_CENTS, half_even(balance, 100) + interest + fee),
            np.maximum(balance, 0),
        )
        parts["previous"][:, cycle] = previous
        parts["purchases"][:, cycle] = purchases
        parts["interest"][:, cycle] = interest
        parts["fees"][:, cycle] = fee
        parts["payments"][:, cycle] = payment
        parts["balance"][:, cycle] = balance
        parts["minimum"][:, cycle] = minimum
        parts["paid"][:, cycle] = self._answer(balance, minimum, interest)
        late = (cards.payment == PaymentHabit.LATE) & (minimum > 0)
        self._fee_day[:, cycle] = np.where(late, cards.due[:, cycle] + 1, -1)

    def statements(self) -> Statements:
        """Everything closed so far."""
        return Statements(**self._parts, fee_day=self._fee_day)

    def _carried(self, cycle: int) -> tuple[Ints, Ints, Ints]:
        """Balance, payment and late fee a cycle takes over from the one before."""
        if cycle == 0:
            zero = np.zeros(self._cards.count, dtype=np.int64)
            return self._cards.opening_cents, zero, zero
        before = cycle - 1
        fee = np.where(self._fee_day[:, before] >= 0, LATE_FEE_CENTS, 0)
        return self._parts["balance"][:, before], self._parts["paid"][:, before], fee

    def _answer(self, balance: Ints, minimum: Ints, interest: Ints) -> Ints:
        """The payment that answers a statement."""
        cards = self._cards
        freely = np.maximum(
            np.ceil(minimum * FREE_PAYMENT_MIN_FACTOR).astype(np.int64),
            interest + np.rint(cards.limit_cents * STEADY_CHARGE_SHARE).astype(np.int64),
        )
        late = np.rint(minimum * LATE_PAYMENT_SHARE).astype(np.int64)
        amount = np.where(cards.payment == PaymentHabit.MINIMUM_ONLY, minimum, freely)
        amount = np.where(cards.payment == PaymentHabit.LATE, late, amount)
        amount = np.where(cards.band == Band.LOW, balance, amount)
        return np.clip(amount, 0, np.maximum(balance, 0))


@dataclass(frozen=True)
class Billed:
    """All cycles of all cards, and what they made of the purchases charged to them."""

    statements: Statements
    purchases: Purchases
    """Purchases on cards that fall in a billed cycle."""
    cents: Ints
    """Their amounts: `[N]`."""


def bill(cards: Cards, users: int, purchases: Purchases, charges: Postings) -> Billed:
    """Run every cycle of every card.

    What a card buys in a cycle is scaled to the room the cycle has beside its fixed charges.

    Args:
        cards: The cards of the shard, `[C]`.
        users: How many users the shard holds.
        purchases: Purchases on cards, `[N]`, their prices not yet scaled.
        charges: Fixed charges on cards (subscriptions), `[S]`.

    Returns:
        Statements per (card, cycle), and the purchases that fall in a cycle with their cents.
    """
    numbers, billing = _card_numbers(cards, users), Billing(cards)
    card = numbers[purchases.user, purchases.card]
    cycle = _cycle_of(cards, card, purchases.settles)
    # By cycle, then card, then in the order they were made.
    order = np.argsort(cycle * max(cards.count, 1) + card, kind="stable")
    order = order[: np.count_nonzero(cycle < billing.cycles)]
    card, cycle, settles = card[order], cycle[order], purchases.settles[order]
    weight, ending, is_cash = (
        purchases.weight[order],
        purchases.ending[order],
        purchases.is_cash[order],
    )
    bounds = np.searchsorted(cycle, np.arange(billing.cycles + 1)).tolist()
    fixed_card = numbers[charges.user, charges.slot - Slot.CARD_1]
    fixed_cycle = _cycle_of(cards, fixed_card, charges.day)
    cents = np.zeros(order.size, dtype=np.int64)
    for number in range(billing.cycles):
        issued = cards.issued[:, number]
        fixed = np.flatnonzero(fixed_cycle == number)
        fixed_of, fixed_cents = fixed_card[fixed], charges.cents[fixed]
        fixed_sum = sums(fixed_of, fixed_cents, cards.count)
        fixed_days = fixed_cents * (issued[fixed_of] - charges.day[fixed] + 1)
        room = np.maximum(billing.room_cents(number) - fixed_sum, 0)
        here = slice(bounds[number], bounds[number + 1])
        of = card[here]
        spent = scaled_cents(weight[here], of, room, ending[here], is_cash[here])
        # Too little room for even the smallest prices: nothing is bought.
        spent = np.where(room[of] < ROOM_MIN_CENTS, 0, spent)
        billing.close(
            number,
            fixed_sum + sums(of, spent, cards.count),
            sums(fixed_of, fixed_days, cards.count)
            + sums(of, spent * (issued[of] - settles[here] + 1), cards.count),
        )
        cents[here] = spent
    kept = np.flatnonzero(cents)
    return Billed(billing.statements(), purchases.where(order[kept]), cents[kept])


def _card_numbers(cards: Cards, users: int) -> Ints:
    """Index into the cards of each user's first and second card, -1 for none: `[U, 2]`."""
    numbers = np.full((users, 2), -1, dtype=np.int64)
    numbers[cards.user, cards.slot - Slot.CARD_1] = np.arange(cards.count)
    return numbers


def _cycle_of(cards: Cards, card: Ints, day: Ints) -> Ints:
    """The cycle each day falls in, its issue day included; the number of cycles if later."""
    place = np.zeros(day.shape, dtype=np.int64)
    for cycle in range(cards.issued.shape[1]):
        place += cards.issued[card, cycle] < day
    return place


def card_postings(world: World, cards: Cards, statements: Statements) -> Postings:
    """What cards post beside purchases: payments with both legs, interest and late fees.

    Args:
        world: The shard.
        cards: Its cards, `[C]`.
        statements: What each cycle came to, `[C, J]` cents.

    Returns:
        Payments from checking on the day the statement is answered, interest on the issue day, a
        late fee on the day after the due date.
    """
    cycles = np.arange(cards.issued.shape[1])
    serial = STATEMENT_SERIAL.pack(slot=cards.slot[:, np.newaxis], cycle=cycles)
    card, cycle = np.nonzero((statements.paid > 0) & (cards.pays_on < world.days))
    payments = transfer(
        user=cards.user[card],
        day=cards.pays_on[card, cycle],
        cents=statements.paid[card, cycle],
        serial=serial[card, cycle],
        out_of=Leg(Slot.CHECKING, Fixed.CARD_PAYMENT_OUT, Purpose.CARD_PAYMENT_OUT),
        into=Leg(cards.slot[card], Fixed.CARD_PAYMENT_IN, Purpose.CARD_PAYMENT_IN),
    )
    card, cycle = np.nonzero(statements.interest > 0)
    interest = postings(
        user=cards.user[card],
        slot=cards.slot[card],
        day=cards.issued[card, cycle],
        cents=statements.interest[card, cycle],
        label=Fixed.CARD_INTEREST,
        purpose=Purpose.CARD_INTEREST,
        serial=serial[card, cycle],
    )
    card, cycle = np.nonzero(statements.fee_day >= 0)
    fees = postings(
        user=cards.user[card],
        slot=cards.slot[card],
        day=statements.fee_day[card, cycle],
        cents=LATE_FEE_CENTS,
        label=Fixed.LATE_FEE,
        purpose=Purpose.LATE_FEE,
        serial=serial[card, cycle],
    )
    return Postings.joined([payments, interest, fees])
