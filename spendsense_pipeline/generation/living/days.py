"""The loop over days: the order in which a day's money moves, for all people of a shard at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.credit import (
    HEAVY_PART_DAYS,
    HEAVY_PARTS,
    Cards,
    CardUse,
    payment_sizes,
)
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.reserves import Arrangements, Reserves
from spendsense_pipeline.generation.living.shopping import Purchases, Shopping
from spendsense_pipeline.generation.living.statements import (
    PAYMENT_SERIAL,
    STATEMENT_SERIAL,
    Billing,
    Statements,
)
from spendsense_pipeline.generation.living.tastes import (
    CASH_GROUP,
    MEANS_RANGE,
    USUAL_LEVEL,
    Tastes,
)
from spendsense_pipeline.generation.living.thin_accounts import ThinAccounts
from spendsense_pipeline.generation.living.wants import Wanting, usual_rate
from spendsense_pipeline.generation.means import Means
from spendsense_pipeline.generation.places import home_places, second_towns, where_bought
from spendsense_pipeline.generation.postings import (
    CARD_SLOTS,
    NO_PLACE,
    Leg,
    Postings,
    Purpose,
    Slot,
    postings,
)
from spendsense_pipeline.generation.randomness import bits
from spendsense_pipeline.generation.shops import TABLE_BITS, shops_for
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

REFUND_SERIAL: Final = BitFields(days_later=5, purchase=6)
"""Unique among a day's refunds: which purchase of how many days ago."""


@dataclass(frozen=True)
class Lived:
    """What came of the days."""

    rows: Postings
    """Everything that was not planned: purchases, transfers, card payments, interest, fees."""
    statements: Statements
    unpaid_minimums: Ints
    """Minimums asked for and not paid at the close of the last day: `[C]` cents."""
    last_paid_cents: Ints
    """The latest payment of each card in the history, `[C]`."""
    last_paid_day: Ints
    """When it was, -1 for never: `[C]`."""
    opening_checking: Ints
    """What checking held when the history began, `[U]`; so of the others."""
    opening_savings: Ints
    opening_owed: Ints
    """`[C]`."""


def live(
    world: World,
    *,
    tastes: Tastes,
    labels: Labels,
    cards: Cards,
    paychecks: Paychecks,
    planned: Postings,
    means: Means,
    arrangements: Arrangements,
    away: Ints,
) -> Lived:
    """Live the days of a shard, from the first of the lead-in to as_of.

    Args:
        world: The shard.
        tastes: What the population buys.
        labels: What rows are called.
        cards: The cards, `[C]`.
        paychecks: Paydays, `[U, K]`.
        planned: Everything known beforehand: pay, bills, subscriptions, orders.
        means: What each household lives on.
        arrangements: How those handle their money who are paid rarely.
        away: Where a trip has led each on each day, NO_PLACE at home: `[U, D]`.

    Returns:
        The rows of those days, the statements of cards, and what accounts held at the beginning
        of the history.
    """
    days = world.as_of_day + 1
    plan = _Plan(world, planned, cards, days)
    rate = usual_rate(world, tastes)
    usual_cents = rate * 30.44 * tastes.mean_ticket_cents[USUAL_LEVEL]
    relative = np.clip(means.everyday_cents / usual_cents, *MEANS_RANGE)
    wanting = Wanting(
        world,
        tastes,
        usual_rate=rate,
        everyday_cents=means.everyday_cents,
        means=relative,
        cushion_cents=means.cushion_cents,
        reserve_cents=means.reserve_cents,
        paychecks=paychecks,
        due=plan.due,
    )
    shopping = Shopping(world, tastes, labels, cards, relative)
    balances = Balances(world.users, cards, means.checking_cents, means.savings_cents)
    # A card's past: it begins where its use settles, or with half a month's purchases.
    balances.owed[:-1] = np.rint(cards.set_point * cards.limit_cents).astype(np.int64)
    billing = Billing(cards, payment_sizes(world, cards))
    reserves = Reserves(world, arrangements, plan.pay)
    thin = ThinAccounts(world, labels, wanting, means.everyday_cents)
    cash = _cash_machines(world, labels)
    diary = Diary()
    book = _CardBook(world, cards, billing, days)
    bought: list[Purchases] = []
    opening = (balances.checking, balances.savings, balances.owed)
    for day in range(days):
        if day == world.history_day:
            opening = (
                balances.checking.copy(),
                balances.savings.copy(),
                balances.owed[:-1].copy(),
            )
            billing.begin_history(balances.owed[:-1])
        owed_before = balances.owed[:-1].copy()
        balances.begin(day)
        balances.checking -= plan.checking[day]
        balances.savings -= plan.savings[day]
        balances.owed[:-1] += plan.owed[day]
        thin.begin_day(day, balances, diary)
        paid = book.pay(day, balances, diary)
        reserves.of_day(day, balances, diary)
        wants = wanting.of_day(day, balances, book.due_before_payday(day, wanting, balances))
        thin.of_day(day, balances, diary, cash)
        purchases = shopping.of_day(day, wants, balances)
        balances.buy(day, purchases.settles, purchases.user, purchases.card, purchases.cents)
        refunded = np.flatnonzero(purchases.refund_day >= 0)
        if refunded.size:
            balances.refund(
                purchases.refund_day[refunded],
                purchases.user[refunded],
                purchases.card[refunded],
                purchases.refund_cents[refunded],
            )
        fees = purchases.bank_fee_cents
        balances.checking -= sums(purchases.user, fees, world.users)
        bought.append(purchases)
        thin.end_day(day, balances, diary)
        book.end_day(day, balances, balances.owed[:-1] - owed_before + paid, diary)
    rows = Postings.joined(
        [diary.rows(), *_purchase_rows(world, labels, Purchases.joined(bought), cards, away)]
    )
    return Lived(
        rows,
        billing.statements(),
        billing.unpaid_minimums,
        billing.last_paid_cents,
        billing.last_paid_day,
        *opening,
    )


class _Plan:
    """What is planned, by day: net outflow of checking and savings, charges of cards, in cents."""

    def __init__(self, world: World, planned: Postings, cards: Cards, days: int) -> None:
        users = world.users
        inside = (planned.day >= 0) & (planned.day < world.days)
        rows = planned.where(inside)

        def daily(keep: np.ndarray, of: Ints, size: int) -> Ints:
            at = np.flatnonzero(keep)
            total = sums(rows.day[at] * size + of[at], rows.cents[at], world.days * size)
            return total.reshape(world.days, size)

        on_checking = rows.slot == Slot.CHECKING
        self.checking = daily(on_checking, rows.user, users)
        self.savings = daily(rows.slot == Slot.SAVINGS, rows.user, users)
        number = np.full((users, len(CARD_SLOTS)), 0, dtype=np.int64)
        number[cards.user, cards.slot - Slot.CARD_1] = np.arange(cards.count)
        on_card = np.isin(rows.slot, CARD_SLOTS)
        card = number[rows.user, np.where(on_card, rows.slot - Slot.CARD_1, 0)]
        self.owed = (
            daily(on_card, card, cards.count)
            if cards.count
            else np.zeros((days, 0), dtype=np.int64)
        )
        self.due = daily(on_checking & (rows.cents > 0), rows.user, users).T
        self.pay = daily(on_checking & (rows.purpose == Purpose.PAY), rows.user, users).T * -1


class _CardBook:
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
        """Payments and late fees of a day; what was paid less fees on each card: `[C]` cents."""
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
        """Card payments that fall before the next payday of who runs out: `[U]` cents."""
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
        """Close the day, and the cycles that end on it."""
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


def _cash_machines(world: World, labels: Labels) -> tuple[Ints, Ints]:
    """The machine each user goes to: a label, and its place, `[U]` each."""
    catalog = labels.catalog
    group = catalog.spending_groups.index(CASH_GROUP)
    home = home_places(world, catalog.places)
    merchant = shops_for(catalog, world.calendar.first_date).favourites(
        catalog.places.state[home],
        np.full(world.users, group),
        np.zeros(world.users, dtype=np.int64),
        bits(world.words("cash_machine", 0), 40, TABLE_BITS),
    )
    return labels.shop(merchant, np.zeros(world.users, dtype=np.bool_)), home


def _purchase_rows(
    world: World, labels: Labels, purchases: Purchases, cards: Cards, away: Ints
) -> tuple[Postings, Postings, Postings]:
    """Purchases, fees for cash and refunds as rows of the account that pays."""
    places = labels.catalog.places
    home = home_places(world, places)
    town = where_bought(
        world,
        home,
        second_towns(world, places, home),
        away,
        purchases.user,
        purchases.day,
        purchases.serial,
    )
    place = np.where(purchases.is_online, NO_PLACE, town)
    slots = np.append(cards.slot, int(Slot.CHECKING))
    slot = slots[purchases.card]
    label = labels.shop(purchases.merchant, purchases.is_online)
    bought = postings(
        user=purchases.user,
        slot=slot,
        day=purchases.settles,
        authorized=purchases.day,
        cents=purchases.cents,
        label=label,
        purpose=Purpose.PURCHASE,
        serial=purchases.serial,
        place=place,
    )
    at = np.flatnonzero(purchases.bank_fee_cents)
    fees = postings(
        user=purchases.user[at],
        slot=int(Slot.CHECKING),
        day=purchases.day[at],
        cents=purchases.bank_fee_cents[at],
        label=labels.counterparty("atm_fee", world.words("atm_fee", 0)[purchases.user[at]]),
        purpose=Purpose.ATM_FEE,
        serial=purchases.serial[at],
    )
    at = np.flatnonzero(purchases.refund_day >= 0)
    refunds = postings(
        user=purchases.user[at],
        slot=slot[at],
        day=purchases.refund_day[at],
        cents=-purchases.refund_cents[at],
        label=label[at],
        purpose=Purpose.REFUND,
        serial=REFUND_SERIAL.pack(
            days_later=purchases.refund_day[at] - purchases.day[at],
            # Past 64 purchases a day, which nobody makes, two refunds might be one.
            purchase=purchases.serial[at] % REFUND_SERIAL.size("purchase"),
        ),
        place=place[at],
    )
    return bought, fees, refunds
