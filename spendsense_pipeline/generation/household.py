"""One shard of households, from profiles to exact postings: the order money is decided in.

Pay and contracts come first; then what is left for everyday spending; then cards, whose cycles
decide what is charged and paid; then the budgets of checking; last the purchases, scaled to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.behaviours import (
    billing,
    business,
    credit,
    emergencies,
    housing,
    income,
    memberships,
    savings,
    spending,
    subscriptions,
)
from spendsense_pipeline.generation.behaviours.habits import habits_of
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.budget import (
    CENTS,
    Budget,
    BudgetInputs,
    budgets,
    rhythm_periods,
)
from spendsense_pipeline.generation.cents import scaled_cents, sums
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, daily_cents, postings
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

REFUND_SERIAL: Final = BitFields(days_later=5, purchase=6)
"""Unique among a day's refunds: which purchase of how many days ago."""
CARD_CYCLES_FOR_USUAL_PAYMENT = 3
"""Card payments of a usual month are taken from the first cycles, which every horizon holds."""
CARD_PURCHASES_MIN = 4.5
"""Purchases a month on every card, or cycles without any would let its balance fall for long."""
CARDS_MAX_SHARE = 0.85
"""Of everyday spending; some is always left for the debit card, whose budget steers checking."""
SUBSCRIPTIONS_ON_CARD_MAX_SHARE = 0.5
"""Subscriptions go on a low card if they leave half of its usual charges for purchases."""


@dataclass(frozen=True)
class Household:
    """Everything a shard of households did, planned past as_of."""

    world: World
    labels: Labels
    parts: tuple[Postings, ...]
    """All rows, behaviour by behaviour."""
    contracts: subscriptions.Contracts
    savings: savings.SavingsPlan
    cards: credit.Cards
    statements: billing.Statements
    budget: Budget
    opening_business_cents: Ints


def simulate(world: World, labels: Labels) -> Household:
    """Let a shard of households live from history_start to the horizon.

    Args:
        world: Who they are and the frame they live in.
        labels: What their rows will be called.

    Returns:
        Everything they did, row by row, and the plans it followed.
    """
    profiles = world.profiles
    paychecks = income.plan_paychecks(world)
    plan = savings.plan_savings(world, labels)
    orders_usd = profiles.subscription_spend_usd + plan.monthly_cents / CENTS
    bills = housing.plan_bills(world, labels, orders_usd, paychecks)
    everyday_usd = profiles.people.income_monthly_usd - bills.monthly_cents / CENTS - orders_usd
    cards = credit.plan_cards(world, paychecks, labels.catalog.card_products, everyday_usd)
    contracts = subscriptions.plan_contracts(
        world, paychecks, labels, _subscription_slot(world, cards)
    )
    charges = subscriptions.charges(world, contracts, labels)
    is_on_card = charges.slot != Slot.CHECKING

    period, is_tail, wage_day = rhythm_periods(world, paychecks)
    habits = habits_of(
        world.resolved.controls,
        world.resolved.config.avg_transactions_per_month,
        labels.catalog,
    )
    card_share = _card_share(world, cards, everyday_usd, habits.purchases_per_month)
    purchases = spending.plan_purchases(world, habits, labels, is_tail, card_share, everyday_usd)
    billed = billing.bill(
        cards, world.users, purchases.where(purchases.card >= 0), charges.where(is_on_card)
    )
    debit_purchases = purchases.where(purchases.card < 0)
    bill_rows = housing.bill_postings(world, bills, paychecks, labels)
    # A sweep takes pay along to savings, so neither counts among what is committed.
    pay = income.pay_postings(world, paychecks, labels)
    earned = (
        pay,
        savings.sweep_postings(world, paychecks),
    )
    committed = (
        bill_rows,
        savings.housing_cover_postings(world, bill_rows, labels),
        charges,
        savings.order_postings(world, plan),
        memberships.membership_charges(world, paychecks, labels),
        emergencies.emergency_postings(world, labels.catalog.places),
        billing.card_postings(world, cards, billed.statements),
    )
    inputs = BudgetInputs(
        paychecks=paychecks,
        income=-daily_cents((pay,), Slot.CHECKING, world.users, world.days),
        committed=daily_cents(committed, Slot.CHECKING, world.users, world.days),
        committed_monthly_cents=_usual_month(world, bills, plan, cards, billed, contracts),
        weight=_daily(world, debit_purchases.user, debit_purchases.day, debit_purchases.weight),
        season=habits.season[world.calendar.month_of_year],
    )
    budget = budgets(world, inputs, period, is_tail, wage_day)
    debit = _debit_postings(world, debit_purchases, budget, habits.mean_refund_share)
    business_rows, opening_business = business.business_postings(world)
    moved = (*earned, *committed, savings.wage_postings(world, budget))
    interest = savings.interest_postings(world, plan, moved, labels)
    return Household(
        world=world,
        labels=labels,
        parts=(
            *moved,
            interest,
            _purchase_postings(billed.purchases, billed.cents),
            *debit,
            business_rows,
        ),
        contracts=contracts,
        savings=plan,
        cards=cards,
        statements=billed.statements,
        budget=budget,
        opening_business_cents=opening_business,
    )


def _daily(world: World, user: Ints, day: Ints, amount: Ints) -> Ints:
    """Sum of amounts by user and day: `[U, D]`."""
    size = world.users * world.days
    return sums(user * world.days + day, amount, size).reshape(world.users, world.days)


def _subscription_slot(world: World, cards: credit.Cards) -> Ints:
    """Account each user pays subscriptions from: a low card with room for them, else checking."""
    slot = np.full(world.users, int(Slot.CHECKING), dtype=np.int64)
    spend = world.profiles.subscription_spend_usd[cards.user] * CENTS
    fits = (cards.band == Band.LOW) & (
        spend <= cards.steady_cents * SUBSCRIPTIONS_ON_CARD_MAX_SHARE
    )
    fits &= world.profiles.rhythm[cards.user] != Rhythm.PAYCHECK_TO_PAYCHECK
    # Cards are in order of user and slot; written backwards, the first that fits stays.
    which = np.flatnonzero(fits)[::-1]
    slot[cards.user[which]] = cards.slot[which]
    return slot


def _card_share(
    world: World, cards: credit.Cards, everyday_usd: Floats, purchases_per_month: float
) -> Floats:
    """Part of everyday spending that goes on each card: `[U, 2]`."""
    charges = credit.usual_charges_cents(cards) / CENTS
    share = np.zeros((world.users, 2))
    share[cards.user, cards.slot - Slot.CARD_1] = np.maximum(
        charges / np.maximum(everyday_usd[cards.user], 1.0),
        CARD_PURCHASES_MIN / purchases_per_month,
    )
    total = share.sum(axis=1, keepdims=True)
    reduced = share * CARDS_MAX_SHARE / np.maximum(total, 1e-9)
    return np.where(total > CARDS_MAX_SHARE, reduced, share)


def _usual_month(
    world: World,
    bills: housing.Bills,
    plan: savings.SavingsPlan,
    cards: credit.Cards,
    billed: billing.Billed,
    contracts: subscriptions.Contracts,
) -> Floats:
    """What leaves checking in a usual month besides everyday spending: `[U]` cents."""
    first = billed.statements.paid[:, :CARD_CYCLES_FOR_USUAL_PAYMENT].mean(axis=1)
    payments = np.bincount(cards.user, weights=first, minlength=world.users)
    ongoing = (contracts.first_day <= 0) & (contracts.slot == Slot.CHECKING)
    on_checking = sums(contracts.user[ongoing], contracts.opening_cents[ongoing], world.users)
    monthly = bills.monthly_cents + plan.monthly_cents + payments + on_checking
    return np.asarray(monthly, dtype=np.float64)


def _purchase_postings(purchases: spending.Purchases, cents: Ints) -> Postings:
    """Purchases as rows of the account that pays."""
    return postings(
        user=purchases.user,
        slot=np.where(purchases.card < 0, int(Slot.CHECKING), Slot.CARD_1 + purchases.card),
        day=purchases.settles,
        authorized=purchases.day,
        cents=cents,
        label=purchases.label,
        purpose=Purpose.PURCHASE,
        serial=purchases.serial,
        place=purchases.place,
    )


def _debit_postings(
    world: World, debit_purchases: spending.Purchases, budget: Budget, refund_share: float
) -> list[Postings]:
    """Purchases by debit card, scaled to the budget of their period, and their refunds."""
    periods = budget.cents.shape[1]
    # A period's tail is a bucket of its own, after the bucket of its other days.
    bucket = (
        debit_purchases.user * periods + budget.period[debit_purchases.user, debit_purchases.day]
    )
    bucket = 2 * bucket + budget.is_tail[debit_purchases.user, debit_purchases.day]
    # What refunds bring back is spent too, or balances would creep up over the years.
    spent_twice = np.where(world.profiles.rhythm == Rhythm.CUSHIONED, 1 + refund_share, 1.0)
    main = np.rint(budget.cents * spent_twice[:, np.newaxis]).astype(np.int64)
    cents = np.stack([main, budget.tail_cents], axis=2).ravel()
    amounts = scaled_cents(
        debit_purchases.weight, bucket, cents, debit_purchases.ending, debit_purchases.is_cash
    )
    is_bought = cents[bucket] > 0
    purchases, amounts = debit_purchases.where(is_bought), amounts[is_bought]
    refunded = purchases.refund_day >= 0
    refunds = postings(
        user=purchases.user[refunded],
        slot=Slot.CHECKING,
        day=purchases.refund_day[refunded],
        cents=-amounts[refunded],
        label=purchases.label[refunded],
        purpose=Purpose.REFUND,
        serial=REFUND_SERIAL.pack(
            days_later=(purchases.refund_day - purchases.day)[refunded],
            # Past 64 purchases a day, which nobody makes, two refunds might be one.
            purchase=purchases.serial[refunded] % REFUND_SERIAL.size("purchase"),
        ),
        place=purchases.place[refunded],
    )
    return [_purchase_postings(purchases, amounts), refunds]
