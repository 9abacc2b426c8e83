"""One shard of households, from profiles to exact postings: what is planned, then the days lived.

Pay and contracts come first; what they leave decides what a household has for everyday life; then
its days are lived, and balances end where they end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation import authorizations, habits
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.behaviours import (
    business,
    checks_written,
    credit,
    emergencies,
    housing,
    income,
    loans,
    lump_sums,
    memberships,
    moving_costs,
    other_deposits,
    people_paid,
    savings,
    sitters_and_housemates,
    standing_payments,
    subscriptions,
    taxes,
    travel,
    trips,
)
from spendsense_pipeline.generation.behaviours.irregular_pay import handling_of
from spendsense_pipeline.generation.behaviours.other_deposits import OtherDeposits
from spendsense_pipeline.generation.behaviours.subscriptions_of_chapters import (
    contracts_of_chapters,
    contracts_of_people,
)
from spendsense_pipeline.generation.events.lives import Events, with_events
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.arrangements import RENT_FROM_SAVINGS, arrange
from spendsense_pipeline.generation.living.days import Lived, live
from spendsense_pipeline.generation.living.tastes import TRIPS_MAX_SHARE, tastes_of
from spendsense_pipeline.generation.living.wants import usual_rate
from spendsense_pipeline.generation.means import CENTS, left_over, means_of
from spendsense_pipeline.generation.postings import Postings, Slot
from spendsense_pipeline.generation.shops import usual_shops
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.whole_lives import cards_of_people
from spendsense_pipeline.generation.world import World

USUAL_TRAVEL_SHARE = 0.05
"""Of everyday spending, what goes to trips by default."""
TRIPS_FROM_LEFT_USD = 1_200.0
"""Who has less than this left in a month, at the usual rate, books no flights or hotels."""
SPENT_SHARE = 0.94
"""Of what is meant for everyday life, what is spent in the end: some of it comes too soon or is too
dear that day. Who draws a wage from reserves draws no more."""
LARGE_ON_CARD_MAX_SHARE = 0.045
"""Of the limit, what one ticket, stay or repair takes at most."""
SUBSCRIPTIONS_ON_CARD_MAX_SHARE = 0.12
"""Subscriptions go on a card paid in full if they take no more than this of its limit."""


@dataclass(frozen=True)
class Household:
    """Everything a shard of households did, up to as_of."""

    world: World
    """Who they are, everybody in their first chapter."""
    lives: World
    """The same in chapters."""
    events: Events
    labels: Labels
    parts: tuple[Postings, ...]
    """All rows, behaviour by behaviour, the lead-in included; none once a ledger has settled
    them."""
    bills: housing.Bills
    contracts: subscriptions.Contracts
    savings: savings.SavingsPlan
    cards: credit.Cards
    loans: loans.LoanBook
    lived: Lived
    opening_business_cents: Ints
    other_deposits: OtherDeposits
    opening_other_cents: Ints
    """What each holds when the history begins."""
    deposits: Postings
    """Held on trips; never posted."""


def simulate(people: World, labels: Labels) -> Household:
    """Let a shard of households live to as_of.

    Args:
        people: Who they are and the frame they live in.
        labels: What their rows will be called.

    Returns:
        Everything they did, row by row, and the plans it followed.
    """
    world, events = with_events(people, labels)
    chapters, profiles = world.chapters, world.profiles
    tastes = tastes_of(
        world.resolved.controls,
        world.resolved.config.avg_transactions_per_month,
        labels.catalog,
    )
    paychecks = income.plan_paychecks(world)
    plan = savings.plan_savings(world, labels)
    bills = housing.plan_bills(world, labels, plan.monthly_cents / CENTS, paychecks)
    pays_for_car = np.asarray(bills.amount_cents[:, list(housing.OF_A_CAR)].any(axis=1))
    way = habits.ways_of(world, pays_for_car)
    habitual: tuple[Postings, ...] = (
        people_paid.once_a_day(
            Postings.joined(
                [
                    sitters_and_housemates.same_people_postings(world, labels),
                    people_paid.people_paid_postings(world, labels),
                ]
            )
        ),
        checks_written.check_postings(world, labels),
        standing_payments.standing_postings(world, labels),
    )
    slot = trips.paying_slot(world)
    factor = _travel_factor(world)
    drawn_cents = business.drawn_monthly_cents(world)
    left_cents = left_over(world, bills, plan, drawn_cents)
    books = left_cents >= TRIPS_FROM_LEFT_USD * CENTS * max(factor, 1.0)
    travelled = trips.plan_trips(world, labels.catalog.places, slot, factor, books)
    trip_rows = travel.trip_postings(world, labels, travelled, slot)
    rate = usual_rate(world, tastes)
    usual_cents = rate * DAYS_PER_MONTH * tastes.usual_ticket_cents
    property_tax_cents = bills.amount_cents[:, housing.PROPERTY_TAX].astype(np.float64)
    means, affords = means_of(
        world,
        left_cents,
        property_tax_cents,
        plan,
        drawn_cents,
        (*habitual, trip_rows),
        usual_cents,
    )
    travelled = travelled.where(affords[travelled.user])
    habitual = tuple(_afforded(rows, affords) for rows in habitual)
    trip_rows = _afforded(trip_rows, affords)
    favourites = usual_shops(world, labels.catalog)
    cards = credit.plan_cards(world, paychecks, labels.catalog, favourites, means.card_cents)
    pays_from = _subscription_slot(world, cards)[: people.users]
    contracts = contracts_of_chapters(
        world,
        people,
        subscriptions.plan_contracts(people, paychecks.of_first(people.users), labels, pays_from),
        labels,
        pays_from,
    )
    bill_rows = _paid_from(world, housing.bill_postings(world, bills, paychecks, labels), labels)
    owed, bill_rows = loans.plan_loans(world, people, bills, bill_rows, labels)
    trip_rows = _within_limits(trip_rows, cards)
    businesses = business.plan_businesses(people, world, paychecks, labels)
    planned = (
        income.pay_postings(world, paychecks, labels),
        bill_rows,
        savings.order_postings(world, plan),
        subscriptions.charges(world, contracts, labels),
        memberships.membership_charges(world, paychecks, labels),
        trip_rows,
        _within_limits(
            emergencies.emergency_postings(world, paychecks, labels.catalog, slot, left_cents, way),
            cards,
        ),
        _within_limits(
            moving_costs.moving_postings(world, paychecks, labels, slot, left_cents), cards
        ),
        taxes.tax_postings(world, labels),
        standing_payments.surplus_postings(world, labels, paychecks, means.surplus_cents),
        lump_sums.lump_postings(world, labels),
        businesses.draws,
        *habitual,
    )
    rent_from_savings = _first_of_savings(world, bill_rows)
    spends = (
        means.everyday_cents * SPENT_SHARE
        + bills.monthly_cents
        + profiles.subscription_spend_usd * CENTS
    )
    lived_rows, lived = live(
        world,
        tastes=tastes,
        way=way,
        usual_rate=rate,
        labels=labels,
        cards=cards,
        paychecks=paychecks,
        planned=Postings.joined(planned),
        means=means,
        arrangements=arrange(world, paychecks, spends, rent_from_savings),
        away=trips.days_away(world, travelled),
        favourites=favourites,
    )
    others = other_deposits.plan_other_deposits(people, labels.catalog)
    added = chapters.kept(other_deposits.contributions(world, paychecks, others))
    put_aside = (
        chapters.by_person(added),
        other_deposits.medical_bills(people, labels.catalog, others),
    )
    earned = other_deposits.interest_of(people, labels.catalog, others, put_aside)
    other_rows = Postings.joined([*put_aside, earned])
    happened = (*(chapters.kept(rows) for rows in planned), owed.rows, lived_rows)
    moved = tuple(chapters.by_person(rows) for rows in happened)
    cards, lived = cards_of_people(world, cards, lived)
    plan = plan.where(np.arange(people.users))
    held = authorizations.deposits(world, labels, travelled, trip_rows)
    return Household(
        world=people,
        lives=world,
        events=events,
        labels=labels,
        parts=(
            *moved,
            savings.interest_postings(people, plan, moved, labels),
            businesses.rows,
            other_rows,
        ),
        bills=bills,
        contracts=contracts_of_people(world, contracts, world.as_of_day),
        savings=plan,
        cards=cards,
        loans=owed,
        lived=lived,
        opening_business_cents=businesses.opening_cents,
        other_deposits=others,
        opening_other_cents=other_deposits.openings(people, others, other_rows),
        deposits=chapters.by_person(chapters.kept(held)),
    )


def _first_of_savings(world: World, bill_rows: Postings) -> Floats:
    """The largest bill that savings pay in the first two months: `[U]` cents."""
    early = (bill_rows.day >= 0) & (bill_rows.day < world.history_day)
    rows = bill_rows.where(early & (bill_rows.slot == Slot.SAVINGS))
    largest = np.zeros(world.users)
    np.maximum.at(largest, rows.user, rows.cents.astype(np.float64))
    return largest


def _afforded(rows: Postings, affords: Flags) -> Postings:
    """What comes in, and goes out of those who can afford it."""
    return rows.where(affords[rows.user] | (rows.cents < 0))


def _paid_from(world: World, bill_rows: Postings, labels: Labels) -> Postings:
    """Rent from savings, for those who are paid into them."""
    pays = np.isin(handling_of(world), RENT_FROM_SAVINGS)[bill_rows.user]
    is_housing = np.isin(
        labels.bill_kind(bill_rows.label), (housing.RENT, housing.MORTGAGE, housing.PROPERTY_TAX)
    )
    return replace(bill_rows, slot=np.where(pays & is_housing, int(Slot.SAVINGS), bill_rows.slot))


def _travel_factor(world: World) -> float:
    """How much oftener than usual people travel, as the operator shares out spending."""
    asked = world.resolved.controls.category_spending_ratios.get("travel", 0.0)
    return min(asked, TRIPS_MAX_SHARE) / USUAL_TRAVEL_SHARE


def _within_limits(rows: Postings, cards: credit.Cards) -> Postings:
    """Trips and repairs as they are paid: what would take up much of a card goes on debit."""
    limit = np.zeros((int(rows.user.max(initial=0)) + 1, len(Slot)), dtype=np.int64)
    inside = cards.user < limit.shape[0]
    limit[cards.user[inside], cards.slot[inside]] = cards.limit_cents[inside]
    is_large = rows.cents > LARGE_ON_CARD_MAX_SHARE * limit[rows.user, rows.slot]
    return replace(rows, slot=np.where(is_large, int(Slot.CHECKING), rows.slot))


def _subscription_slot(world: World, cards: credit.Cards) -> Ints:
    """Account each user pays subscriptions from: a card paid in full with room, else checking."""
    slot = np.full(world.users, int(Slot.CHECKING), dtype=np.int64)
    spend = world.profiles.subscription_spend_usd[cards.user] * CENTS
    fits = (cards.band == Band.LOW) & ~cards.is_of_store
    fits &= spend <= cards.limit_cents * SUBSCRIPTIONS_ON_CARD_MAX_SHARE
    fits &= world.profiles.rhythm[cards.user] != Rhythm.PAYCHECK_TO_PAYCHECK
    # Cards are in order of user and slot; written backwards, the first that fits stays.
    which = np.flatnonzero(fits)[::-1]
    slot[cards.user[which]] = cards.slot[which]
    return slot
