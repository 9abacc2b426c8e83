"""What households have borrowed: loans on the terms of their time, paid by their bills."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Ints
from spendsense_pipeline.generation.behaviours.housing import Bills
from spendsense_pipeline.generation.behaviours.loan_terms import (
    LoanKind,
    level_payment,
    rates_of,
    terms_of,
)
from spendsense_pipeline.generation.behaviours.repaying import (
    Schedule,
    due_days,
    earlier_payments,
)
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World

ESCROW_SHARES: Final = (0.15, 0.25)
"""Of a mortgage payment, what is kept for property tax (taxes and insurance together are a third of
the average payment, ICE Mortgage Monitor 2024; insurance is a bill of its own here)."""
MORTGAGE_STEP_CENTS: Final = 100_000
"""Mortgages are of whole thousands."""
FEWEST_PAID: Final = 3
"""Months that every loan has been paid for when the plan begins."""
LEAST_LEFT: Final = 30
"""Months that are left to pay of a loan that does not end within a history: the longest one, and
what is planned before and after it."""
LEAST_LEFT_ENDING: Final = 4
"""Of one that may: it is not over before the history begins."""


@dataclass(frozen=True)
class Loans(Columns):
    """Who owes what on which terms, one array entry per loan (`[L]`)."""

    user: Ints
    slot: Ints
    kind: Ints
    """Place in KINDS, which is that of LOAN_KINDS."""
    biller: Ints
    """Who lends or collects, a row of the catalog's billers."""
    due_day: Ints
    """Day of the month."""
    made_in: Ints
    """Month it was made in, counted from that of the plan's first day: below zero."""
    principal_cents: Ints
    """What was lent."""
    rate: Ints
    """Thousandths of a percent a year."""
    term_months: Ints
    payment_cents: Ints
    """Principal and interest of a month; the bill, less what is kept in escrow."""
    bill_cents: Ints
    """The bill of a usual month."""
    at_first_cents: Ints
    """Owed when the plan begins."""


def lent(world: World, bills: Bills, code: int, kind: LoanKind) -> tuple[Loans, Schedule]:
    """Every loan of a kind, on such terms that its payment is the household's bill.

    Args:
        world: The shard, everybody in their first chapter.
        bills: What each household has contracted, `[U, KINDS]`.
        code: Place of the kind in KINDS.
        kind: The kind.

    Returns:
        The loans, in order of user, `[L]`; and their payments before the plan.
    """
    user = np.flatnonzero(bills.amount_cents[: world.users, kind.bill_kind] > 0)
    bill = bills.amount_cents[user, kind.bill_kind]
    due_day = bills.day_of_month[user, kind.bill_kind]
    word = world.words("loan", 4 * code + np.arange(4), user)
    age_years = world.profiles.age_years[user]
    least_left = np.where(_may_end(world, kind)[user], LEAST_LEFT_ENDING, LEAST_LEFT)
    term, since = terms_of(kind, word[:, 0], age_years, least_left)
    fewest = np.maximum(np.minimum(since, term - least_left), FEWEST_PAID)
    old_enough = (age_years - kind.youngest) * 12
    most = np.maximum(np.minimum(term - least_left, old_enough), fewest)
    place = uniform(word[:, 1]) ** kind.age_power
    paid = fewest + ((most - fewest + 1) * place).astype(np.int64)
    # The month of the first bill of the plan, which may begin after its day of the month.
    first = (world.calendar.clamp_day(0, due_day) < 0).astype(np.int64)
    made_in = first - paid - 1
    start = world.calendar.first_date
    rate = rates_of(kind, start.year + (start.month - 1 + made_in) // 12, term, word[:, 2])
    if kind.is_monthly:
        low, high = ESCROW_SHARES
        payment = bill * (1 - low - (high - low) * uniform(word[:, 3]))
        thousands = payment / level_payment(np.ones(user.size), rate, term) / MORTGAGE_STEP_CENTS
        principal = np.maximum(np.rint(thousands), 1).astype(np.int64) * MORTGAGE_STEP_CENTS
        payment = np.rint(level_payment(principal, rate, term)).astype(np.int64)
    else:
        payment = bill
        principal = np.rint(bill / level_payment(np.ones(user.size), rate, term)).astype(np.int64)
    loans = Loans(
        user=user,
        slot=np.full(user.size, int(kind.slot)),
        kind=np.full(user.size, code),
        biller=bills.biller[user, kind.bill_kind],
        due_day=due_day,
        made_in=made_in,
        principal_cents=principal,
        rate=rate,
        term_months=term,
        payment_cents=payment,
        bill_cents=bill,
        at_first_cents=principal,
    )
    schedule, owed = earlier_payments(world, loans, is_monthly=kind.is_monthly)
    return replace(loans, at_first_cents=owed), schedule


def _may_end(world: World, kind: LoanKind) -> Flags:
    """Whose loans may be paid off within the history: `[U]`.

    A way of living that rests on what bills take goes on with them; without a mortgage a home would
    be another's to pay tax for.
    """
    profiles = world.profiles
    is_free = (profiles.people.target == NO_TARGET) & (profiles.rhythm == Rhythm.CUSHIONED)
    return np.asarray(is_free & (not kind.is_monthly), dtype=np.bool_)


def made_on(world: World, loans: Loans) -> Ints:
    """The day each loan was made.

    Args:
        world: The shard.
        loans: Its loans, `[L]`.

    Returns:
        Counted from the plan's first day, below zero: `[L]`.
    """
    return due_days(world, loans.made_in, loans.due_day)
