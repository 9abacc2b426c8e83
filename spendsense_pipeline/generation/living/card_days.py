"""What happens to cards day by day: payments, late fees, statements, what is due by payday."""

from __future__ import annotations

import itertools

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.credit import (
    HEAVY_PART_DAYS,
    HEAVY_PARTS,
    Cards,
    CardUse,
)
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.statements import (
    PAYMENT_SERIAL,
    STATEMENT_SERIAL,
    Billing,
)
from spendsense_pipeline.generation.living.wants import Wanting
from spendsense_pipeline.generation.postings import Leg, Purpose, Slot
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World


class CardDays:
    """The events of cards by day: payments, late fees, statements."""

    def __init__(self, world: World, cards: Cards, billing: Billing, days: int) -> None:
        self._cards, self._billing = cards, billing
        # The parts of heavily used cards come before the day the others answer a statement.
        is_heavy = (cards.use == CardUse.HEAVY_IN_FULL)[:, np.newaxis]
        self._payments = [_by_day(cards.pays_on, days)]
        for part in range(1, HEAVY_PARTS):
            early = world.calendar.on_or_before(cards.pays_on - part * HEAVY_PART_DAYS)
            self._payments.append(
                _by_day(np.where(is_heavy & (early > cards.issued), early, -1), days)
            )
        self._late = _by_day(cards.due + 1, days)
        self._issues = _by_day(cards.issued, days)
        is_tight = world.profiles.rhythm[cards.user] == Rhythm.PAYCHECK_TO_PAYCHECK
        self._tight = np.flatnonzero(is_tight)

    def pay(self, day: int, balances: Balances, diary: Diary) -> Ints:
        """Payments and late fees of a day.

        Args:
            day: The day.
            balances: What everybody has and owes.
            diary: Where it is written.

        Returns:
            What was paid less fees on each card, `[C]` cents.
        """
        cards, billing = self._cards, self._billing
        moved = np.zeros(cards.count, dtype=np.int64)
        card, cycle = self._late[day]
        if card.size:
            fee = billing.late_fees(card, cycle)
            at = np.flatnonzero(fee)
            if at.size:
                self._write(
                    day, card[at], cycle[at], fee[at], Fixed.LATE_FEE, Purpose.LATE_FEE, diary
                )
                balances.owed[card] += fee
                moved[card] -= fee
        for parts_left, payments in enumerate(self._payments):
            card, cycle = payments[day]
            if card.size:
                self._answer(day, card, cycle, parts_left, balances, moved, diary)
        return moved

    def _answer(
        self,
        day: int,
        card: Ints,
        cycle: Ints,
        parts_left: int,
        balances: Balances,
        moved: Ints,
        diary: Diary,
    ) -> None:
        cards, billing = self._cards, self._billing
        cents = billing.answers(card, cycle, balances.owed[:-1], np.full(card.size, parts_left))
        at = np.flatnonzero(cents)
        card, cycle, cents = card[at], cycle[at], cents[at]
        billing.pay(card, cycle, cents, day)
        user, slot = cards.user[card], cards.slot[card]
        # One card's payments keep their numbers whatever the other card does.
        serial = PAYMENT_SERIAL.pack(slot=slot, cycle=cycle, part=parts_left).astype(np.int64)
        diary.transfer(
            user,
            day,
            cents,
            serial,
            Leg(Slot.CHECKING, Fixed.CARD_PAYMENT_OUT, Purpose.CARD_PAYMENT_OUT),
            Leg(slot, Fixed.CARD_PAYMENT_IN, Purpose.CARD_PAYMENT_IN),
        )
        balances.checking -= sums(user, cents, balances.checking.size)
        balances.owed[card] -= cents
        moved[card] += cents

    def due_before_payday(self, day: int, wanting: Wanting, balances: Balances) -> Ints:
        """Card payments still to come before the next payday of who runs out.

        Args:
            day: The day.
            wanting: Knows the paydays.
            balances: What everybody owes.

        Returns:
            Cents, `[U]`.
        """
        cards, billing, tight = self._cards, self._billing, self._tight
        if tight.size == 0:
            return np.zeros(balances.checking.size, dtype=np.int64)
        latest = np.maximum(billing.cycle[tight] - 1, 0)
        pays_on = cards.pays_on[tight, latest]
        next_payday = wanting.next_payday[cards.user[tight], day]
        awaits = (billing.cycle[tight] > 0) & (pays_on > day) & (pays_on < next_payday)
        at = tight[awaits]
        cents = billing.answers(at, latest[awaits], balances.owed[:-1], np.zeros_like(at))
        return sums(cards.user[at], cents, balances.checking.size)

    def end_day(self, day: int, balances: Balances, charged: Ints, diary: Diary) -> None:
        """Close the day, and the cycles that end on it.

        Args:
            day: The day.
            balances: What everybody owes.
            charged: Purchases less refunds that posted, `[C]` cents.
            diary: Where interest is written.
        """
        billing, owed = self._billing, balances.owed[:-1]
        billing.charge(charged)
        billing.end_day(owed)
        card, cycle = self._issues[day]
        if card.size == 0:
            return
        interest = billing.close(card, owed)
        at = np.flatnonzero(interest)
        if at.size:
            self._write(
                day,
                card[at],
                cycle[at],
                interest[at],
                Fixed.CARD_INTEREST,
                Purpose.CARD_INTEREST,
                diary,
            )
            balances.owed[card] += interest

    def _write(
        self,
        day: int,
        card: Ints,
        cycle: Ints,
        cents: Ints,
        label: Fixed,
        purpose: Purpose,
        diary: Diary,
    ) -> None:
        cards = self._cards
        diary.write(
            card.size,
            user=cards.user[card],
            slot=cards.slot[card],
            day=day,
            authorized=day,
            cents=cents,
            label=int(label),
            purpose=int(purpose),
            serial=STATEMENT_SERIAL.pack(slot=cards.slot[card], cycle=cycle).astype(np.int64),
        )


def _by_day(event: Ints, days: int) -> list[tuple[Ints, Ints]]:
    """Which cards and cycles have an event on each day: `[D]` pairs of `[N]`."""
    card, cycle = np.nonzero((event >= 0) & (event < days))
    day = event[card, cycle]
    order = np.argsort(day, kind="stable")
    bounds = np.searchsorted(day[order], np.arange(days + 1)).tolist()
    return [(card[order[a:b]], cycle[order[a:b]]) for a, b in itertools.pairwise(bounds)]
