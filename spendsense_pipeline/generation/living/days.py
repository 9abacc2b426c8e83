"""The loop over days: the order in which a day's money moves, for all people of a shard at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints, places
from spendsense_pipeline.generation.behaviours.card_payments import sums_by_cycle
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.behaviours.people_paid import helpers
from spendsense_pipeline.generation.behaviours.standing_payments import brokers
from spendsense_pipeline.generation.behaviours.trips import DaysAway
from spendsense_pipeline.generation.cents import below_largest, sums
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.arrangements import Arrangements
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.better_days import BetterDays
from spendsense_pipeline.generation.living.card_days import CardDays
from spendsense_pipeline.generation.living.cash_points import OWN_MACHINE
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.disputes import Disputes
from spendsense_pipeline.generation.living.on_trips import OnTrips
from spendsense_pipeline.generation.living.overdrafts import Overdrafts
from spendsense_pipeline.generation.living.purchase_rows import purchase_rows
from spendsense_pipeline.generation.living.reserves import Reserves
from spendsense_pipeline.generation.living.returned_items import ReturnedItems
from spendsense_pipeline.generation.living.settling import Purchases
from spendsense_pipeline.generation.living.shopping import Shopping
from spendsense_pipeline.generation.living.spare_money import SpareMoney
from spendsense_pipeline.generation.living.statements import (
    Billing,
    Statements,
)
from spendsense_pipeline.generation.living.tastes import Tastes, baskets
from spendsense_pipeline.generation.living.thin_accounts import ThinAccounts
from spendsense_pipeline.generation.living.turning import Turning
from spendsense_pipeline.generation.living.wants import Wanting
from spendsense_pipeline.generation.means import Means
from spendsense_pipeline.generation.postings import (
    CARD_SLOTS,
    Postings,
    Purpose,
    Slot,
)
from spendsense_pipeline.generation.shops import Favourites
from spendsense_pipeline.generation.world import World

INCOMES: Final = (
    Purpose.PAY,
    Purpose.SECOND_PAY,
    Purpose.BENEFIT,
    Purpose.PENSION,
    Purpose.UNEMPLOYMENT,
)
"""What somebody knows will come."""
FROM_FRIENDS: Final = (Purpose.PAID_BY_FRIEND, Purpose.PAID_BY_SAME)


@dataclass(frozen=True)
class Lived:
    """What came of the days, beside their rows."""

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
    way: Ints,
    usual_rate: Floats,
    labels: Labels,
    cards: Cards,
    paychecks: Paychecks,
    planned: Postings,
    means: Means,
    arrangements: Arrangements,
    away: DaysAway,
    favourites: Favourites,
) -> tuple[Postings, Lived]:
    """Live the days of a shard, from the first of the lead-in to as_of.

    Args:
        world: The shard.
        tastes: What the population buys.
        way: What each household does without, one of the WAYS: `[U]`.
        usual_rate: Purchases a day in a usual month, `[U]`.
        labels: What rows are called.
        cards: The cards, `[C]`.
        paychecks: Paydays, `[U, K]`.
        planned: Everything known beforehand: pay, bills, subscriptions, orders.
        means: What each household lives on.
        arrangements: How those handle their money who are paid rarely.
        away: Who is on a trip when, `[U, D]`.
        favourites: Where everybody goes again and again, at first.

    Returns:
        Everything that was not planned, row by row: purchases, transfers, card payments, interest,
        fees; and the statements of cards with what accounts held when the history began.
    """
    days = world.as_of_day + 1
    plan = _Plan(world, planned, cards, days)
    bought_at_once = baskets(world.profiles.people, tastes, means.relative)
    wanting = Wanting(
        world,
        tastes,
        way=way,
        usual_rate=usual_rate,
        everyday_cents=means.everyday_cents,
        means=means.relative,
        baskets=bought_at_once,
        cushion_cents=means.cushion_cents,
        reserve_cents=means.reserve_cents,
        paychecks=paychecks,
        due=plan.due,
    )
    on_trips = OnTrips(world, labels.catalog, away, way, tastes.wanted, tastes.purchases_per_month)
    shopping = Shopping(world, tastes, labels, cards, way, bought_at_once, on_trips, favourites)
    balances = Balances(world.users, cards, means.checking_cents, means.savings_cents)
    balances.owed[:-1] = _owed_at_first(cards, means)
    paid = sums_by_cycle(
        world, cards.user, cards.slot - Slot.CARD_1, cards.habit_cents, cards.issued.shape[1]
    )
    billing = Billing(cards, paid)
    reserves = Reserves(world, arrangements, plan.pay, plan.due, helpers(world, labels))
    thin = ThinAccounts(
        world,
        labels,
        wanting,
        means.everyday_cents,
        means.relative,
        usual_rate,
        plan.friends_pay,
    )
    overdrafts = Overdrafts(world, wanting.is_tight, means.everyday_cents, plan.due - plan.pay)
    returned = ReturnedItems(world, labels, planned)
    disputes = Disputes(world, labels, cards)
    spare = SpareMoney(world, brokers(world, labels)[1], means.cushion_cents, plan.invests)
    moves, machine = plan_moves(world, labels.catalog.places), _cash_machines(world, labels)
    diary = Diary()
    book = CardDays(world, cards, billing, labels, wanting, days)
    turning = Turning(world, cards)
    better_days = BetterDays(
        world, cards, means.everyday_cents, plan.due, plan.comes, wanting.next_payday
    )
    bought: list[Purchases] = []
    opening = (balances.checking, balances.savings, balances.owed)
    for day in range(days):
        if day == world.history_day:
            # Interest charged before the history is in no row of it that could say why a card
            # owes more than its limit, or has left its band.
            most = cards.most_at_first_cents
            above = places(balances.owed[:-1] > most)
            balances.owed[above] = np.rint(below_largest(balances.owed[above], most[above]))
            opening = (
                balances.checking.copy(),
                balances.savings.copy(),
                balances.owed[:-1].copy(),
            )
            billing.begin_history(balances.owed[:-1])
        turning.of_day(day, balances, billing, shopping, overdrafts, returned, diary)
        balances.begin(day)
        balances.checking -= plan.checking[day]
        balances.savings -= plan.savings[day]
        balances.owed[:-1] += plan.owed[day]
        overdrafts.begin_day(day, balances, diary)
        returned.begin_day(day, balances, diary)
        disputes.begin_day(day, balances, diary)
        book.pay(day, balances, diary)
        reserves.of_day(day, balances, diary)
        statements_due = book.due_before_payday(day, balances)
        better_days.put_aside(day, balances, statements_due, diary)
        kept = better_days.kept(day, balances, statements_due)
        wants = wanting.of_day(day, balances, statements_due + kept, turning.is_lived)
        on_trips.set_out(day, wants)
        larger = thin.of_day(
            day, balances, diary, wants.rate, (machine, on_trips.towns(day, moves.homes_on(day)))
        )
        larger *= turning.is_lived > 0
        purchases, draws = shopping.of_day(day, wants, larger, balances)
        balances.buy(day, purchases.settles, purchases.user, purchases.card, purchases.cents)
        refunded = places(purchases.refund_day >= 0)
        if refunded.size:
            balances.refund(
                purchases.refund_day[refunded],
                purchases.user[refunded],
                purchases.card[refunded],
                purchases.refund_cents[refunded],
            )
        np.subtract.at(balances.checking, purchases.user, purchases.bank_fee_cents)
        bought.append(purchases)
        disputes.of_day(day, purchases, draws)
        wanting.bought(purchases.user)
        spare.end_day(day, balances, diary)
        overdrafts.end_day(day, balances, book.due_soon(day, balances), diary)
        returned.end_day(day, balances, overdrafts)
        book.end_day(day, balances, diary)
    # What was looked up for every day makes room for the rows.
    del (
        plan,
        planned,
        arrangements,
        wanting,
        shopping,
        reserves,
        thin,
        spare,
        overdrafts,
        book,
        better_days,
    )
    purchases, written = Purchases.joined(bought), diary.rows()
    del bought, diary
    rows = Postings.joined(
        [
            world.chapters.kept(written),
            *purchase_rows(world, labels, purchases, cards),
        ]
    )
    return rows, Lived(
        billing.statements(),
        billing.unpaid_minimums,
        billing.last_paid_cents,
        billing.last_paid_day,
        *opening,
    )


def _owed_at_first(cards: Cards, means: Means) -> Ints:
    """A card's past: it begins where its use settles, but no statement that is paid in full is of
    more than half a month's purchases: `[C]` cents."""
    settled = cards.set_point * cards.limit_cents
    most = np.where(cards.is_paid_in_full, means.everyday_cents[cards.user] / 2, settled)
    return np.rint(np.minimum(settled, most)).astype(np.int64)


class _Plan:
    """What is planned, by day: net outflow of checking and savings, charges of cards, in cents."""

    def __init__(self, world: World, planned: Postings, cards: Cards, days: int) -> None:
        users = world.users
        inside = (planned.day >= 0) & (planned.day < world.days)
        rows = planned.where(inside)

        def daily(keep: np.ndarray, of: Ints, size: int) -> Ints:
            at = places(keep)
            total = sums(rows.day[at] * size + of[at], rows.cents[at], world.days * size)
            return total.reshape(world.days, size)

        # Nobody knows what will happen: what is due is what would be if life went on as it is.
        on_checking = rows.slot == Slot.CHECKING
        self.due = daily(on_checking & (rows.cents > 0), rows.user, users).T
        self.pay = daily(on_checking & (rows.purpose == Purpose.PAY), rows.user, users).T * -1
        self.comes = daily(on_checking & np.isin(rows.purpose, INCOMES), rows.user, users).T * -1
        self.friends_pay, self.invests = (
            daily(np.isin(rows.purpose, purposes), rows.user, users).T != 0
            for purposes in (FROM_FRIENDS, [Purpose.INVESTING])
        )
        """Days on which something of the kind posts: `[U, D]`."""
        rows = world.chapters.by_day_settled(world.chapters.kept(rows))
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


def _cash_machines(world: World, labels: Labels) -> Ints:
    """The label of the machine each user goes to, `[U]`."""
    machine = np.full(world.users, labels.catalog.merchants.names.index(OWN_MACHINE))
    return labels.shop(machine, np.zeros(world.users, dtype=np.bool_))
