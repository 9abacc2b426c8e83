"""What happens to cards day by day: payments, late fees, statements, what is due by payday."""

from __future__ import annotations

import itertools

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, places
from spendsense_pipeline.generation.banking import FORESEEN_DAYS, saves_elsewhere
from spendsense_pipeline.generation.behaviours.card_uses import CardUse
from spendsense_pipeline.generation.behaviours.credit import HEAVY_PART_DAYS, HEAVY_PARTS, Cards
from spendsense_pipeline.generation.behaviours.income import events_passed
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.labels import Fixed, Labels
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

    def __init__(
        self,
        world: World,
        cards: Cards,
        billing: Billing,
        labels: Labels,
        wanting: Wanting,
        days: int,
    ) -> None:
        """Put the events of all cards in the order of days.

        Args:
            world: The shard.
            cards: Its cards, `[C]`.
            billing: Their books.
            labels: How payments are called.
            wanting: Knows the paydays of who runs out.
            days: How many days are lived.
        """
        self._cards, self._billing = cards, billing
        self._payment_label = labels.card_payment(cards.product)
        self._none_due = np.zeros(world.users, dtype=np.int64)
        # The parts of heavily used cards come before the day the others answer a statement.
        is_heavy = (cards.use == CardUse.HEAVY_IN_FULL)[:, np.newaxis]
        pays_on = [cards.pays_on]
        for part in range(1, HEAVY_PARTS):
            early = world.calendar.on_or_before(cards.pays_on - part * HEAVY_PART_DAYS)
            pays_on.append(np.where(is_heavy & (early > cards.issued), early, -1))
        day, (parts_left, card, cycle) = _within(np.stack(pays_on), days)
        # One card's payments keep their numbers whatever the other card does.
        serial = PAYMENT_SERIAL.pack(slot=cards.slot[card], cycle=cycle, part=parts_left)
        self._payments = _by_day(day, days, card, cycle, parts_left, serial.astype(np.int64))
        waits = saves_elsewhere(world)[cards.user[card]]
        is_open = world.calendar.on_or_after(np.arange(days)) == np.arange(days)
        self._foreseen = _foreseen(
            day[waits], is_open, card[waits], cycle[waits], parts_left[waits]
        )
        self._late, self._issues = (
            _of_cycles(cards, event, days) for event in (cards.due + 1, cards.issued)
        )
        self._awaited = _by_day(*_awaited(world, cards, wanting, days))

    def pay(self, day: int, balances: Balances, diary: Diary) -> None:
        """Payments and late fees of a day.

        Args:
            day: The day.
            balances: What everybody has and owes.
            diary: Where it is written.
        """
        card, cycle, serial = self._late[day]
        if card.size:
            fee = self._billing.late_fees(card, cycle)
            at = places(fee > 0)
            if at.size:
                self._write(
                    day, card[at], serial[at], fee[at], Fixed.LATE_FEE, Purpose.LATE_FEE, diary
                )
                balances.owed[card] += fee
        if self._payments[day][0].size:
            self._answer(day, balances, diary)

    def _answer(self, day: int, balances: Balances, diary: Diary) -> None:
        cards, billing = self._cards, self._billing
        card, cycle, parts_left, serial = self._payments[day]
        cents = billing.answers(card, cycle, balances.owed, parts_left)
        at = places(cents > 0)
        card, cycle, cents = card[at], cycle[at], cents[at]
        billing.pay(card, cycle, cents, day)
        user, slot = cards.user[card], cards.slot[card]
        diary.transfer(
            user,
            day,
            cents,
            serial[at],
            Leg(Slot.CHECKING, self._payment_label[card], Purpose.CARD_PAYMENT_OUT),
            Leg(slot, Fixed.CARD_PAYMENT_IN, Purpose.CARD_PAYMENT_IN),
        )
        np.subtract.at(balances.checking, user, cents)
        balances.owed[card] -= cents

    def due_before_payday(self, day: int, balances: Balances) -> Ints:
        """Card payments still to come before the next payday of who runs out.

        Args:
            day: The day.
            balances: What everybody owes.

        Returns:
            Cents, `[U]`.
        """
        card, cycle = self._awaited[day]
        if card.size == 0:
            return self._none_due
        cents = self._billing.answers(card, cycle, balances.owed, np.zeros_like(card))
        return sums(self._cards.user[card], cents, balances.checking.size)

    def due_soon(self, day: int, balances: Balances) -> Ints:
        """Card payments of the next days, of whose money comes from another bank.

        Args:
            day: The day.
            balances: What everybody owes.

        Returns:
            Cents, `[U]`; 0 on days banks are closed, when nobody can send for money.
        """
        card, cycle, parts_left = self._foreseen[day]
        if card.size == 0:
            return self._none_due
        cents = self._billing.answers(card, cycle, balances.owed, parts_left)
        return sums(self._cards.user[card], cents, balances.checking.size)

    def end_day(self, day: int, balances: Balances, diary: Diary) -> None:
        """Close the day, and the cycles that end on it.

        Args:
            day: The day.
            balances: What everybody owes.
            diary: Where interest is written.
        """
        billing, owed = self._billing, balances.owed[:-1]
        billing.end_day(owed)
        card, _, serial = self._issues[day]
        if card.size == 0:
            return
        interest = billing.close(card, owed)
        at = places(interest > 0)
        if at.size:
            self._write(
                day,
                card[at],
                serial[at],
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
        serial: Ints,
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
            serial=serial,
        )


def _foreseen(day: Ints, is_open: Flags, *columns: Ints) -> list[tuple[Ints, ...]]:
    """Payments by the open days on which they are soon to come, `[D]`; made on `day`, `[N]`."""
    ahead = (day[:, np.newaxis] - np.arange(1, FORESEEN_DAYS + 1)).ravel()
    is_seen = (ahead >= 0) & is_open[ahead]
    repeated = (np.repeat(column, FORESEEN_DAYS)[is_seen] for column in columns)
    return _by_day(ahead[is_seen], is_open.size, *repeated)


def _awaited(
    world: World, cards: Cards, wanting: Wanting, days: int
) -> tuple[Ints, int, Ints, Ints]:
    """Statements that will be answered before the next payday of who runs out.

    Returns:
        Days on which they wait, `[N]`, how many days there are, cards and cycles, `[N]` each.
    """
    tight = places(world.profiles.rhythm[cards.user] == Rhythm.PAYCHECK_TO_PAYCHECK)
    # A statement is known from the day after it is issued.
    latest = events_passed(cards.issued[tight] + 1, days) - 1
    pays_on = np.take_along_axis(cards.pays_on[tight], np.maximum(latest, 0), axis=1)
    next_payday = wanting.next_payday[cards.user[tight], :days]
    awaits = (latest >= 0) & (pays_on > np.arange(days)) & (pays_on < next_payday)
    row, day = np.nonzero(awaits)
    return day, days, tight[row], latest[row, day]


def _of_cycles(cards: Cards, event: Ints, days: int) -> list[tuple[Ints, ...]]:
    """Card, cycle and serial of what happens once in a cycle, by day; from its days, `[C, J]`."""
    day, (card, cycle) = _within(event, days)
    serial = STATEMENT_SERIAL.pack(slot=cards.slot[card], cycle=cycle)
    return _by_day(day, days, card, cycle, serial.astype(np.int64))


def _within(event: Ints, days: int) -> tuple[Ints, tuple[Ints, ...]]:
    """Days of the events that are lived, `[N]`, and their places in an array of any shape."""
    found = np.nonzero((event >= 0) & (event < days))
    return event[found], found


def _by_day(day: Ints, days: int, *columns: Ints) -> list[tuple[Ints, ...]]:
    """Columns of events, `[N]` each, apart for each day: `[D]`, in the order they were in."""
    order = np.argsort(day, kind="stable")
    bounds = np.searchsorted(day[order], np.arange(days + 1)).tolist()
    ordered = [column[order] for column in columns]
    return [tuple(column[a:b] for column in ordered) for a, b in itertools.pairwise(bounds)]
