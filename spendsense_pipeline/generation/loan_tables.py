"""A settled ledger as an Arrow table: `raw_loans`."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.behaviours.lending import Loans, made_on
from spendsense_pipeline.generation.behaviours.loan_terms import KINDS
from spendsense_pipeline.generation.behaviours.loans import LoanBook, escrow_cents
from spendsense_pipeline.generation.behaviours.repaying import due_days
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.postings import SLOTS, Postings, Purpose, account_index
from spendsense_pipeline.generation.randomness import integers
from spendsense_pipeline.generation.tables import identifiers, table
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import INTEREST_CONVENTIONS, LOAN_KINDS, RAW_LOANS

PAYOUT_MONTHS = 6
"""Counties ask for property tax twice a year."""
CUSHION_PAYMENTS = 2
"""What a servicer may hold beyond that: a sixth of a year (12 CFR 1024.17)."""


class _Paid(NamedTuple):
    """What has been paid on each loan, `[L]` cents."""

    interest: Ints
    principal: Ints
    """Both in as_of's year."""
    latest: Ints
    latest_day: Ints
    """-1 for never."""


class _Escrow(NamedTuple):
    """What the servicer of each loan holds, `[L]` cents, 0 but for mortgages."""

    opening: Ints
    paid_out: Ints
    balance: Ints


def loans_table(ledger: Ledger) -> Any:
    """`raw_loans`: terms of every loan, and what has been paid on it at as_of."""
    world, book = ledger.household.world, ledger.household.loans
    ids, plan = identifiers(world), world.calendar.first_date
    by_account = np.lexsort((book.slot, book.user))
    is_monthly = np.array([kind.is_monthly for kind in KINDS])[book.loans.kind]
    paid = _Paid(*(each[by_account] for each in _paid(ledger)))
    month = _next_month(world, book.loans)
    bill = _next_bill(world, book.loans, month, is_monthly)[by_account]
    held = _Escrow(*(each[by_account] for each in _escrow(world, book.loans, is_monthly)))
    made = made_on(world, book.loans)[by_account]
    is_over = (book.paid_off_on <= world.as_of_day)[by_account]
    loans, month, is_monthly = (
        book.loans.where(by_account),
        month[by_account],
        is_monthly[by_account],
    )
    never_paid = np.asarray(paid.latest_day < 0, dtype=np.bool_)
    ends = due_days(world, loans.made_in + loans.term_months, loans.due_day)
    return table(
        RAW_LOANS,
        {
            "account_id": arrow.coded(account_index(loans.user, loans.slot), ids.account_column),
            "user_id": arrow.coded(loans.user, ids.user_column),
            "kind": arrow.coded(loans.kind, arrow.text(LOAN_KINDS)),
            "origination_date": arrow.dates(made, plan),
            "origination_principal_usd": arrow.money(loans.principal_cents),
            "interest_rate_percentage": arrow.fine_percent(loans.rate),
            "interest_convention": arrow.coded(
                np.where(is_monthly, 0, 1), arrow.text(INTEREST_CONVENTIONS)
            ),
            "term_months": arrow.integers(loans.term_months),
            "maturity_date": arrow.dates(ends, plan),
            "principal_and_interest_usd": arrow.money(loans.payment_cents),
            "last_payment_amount_usd": arrow.money(paid.latest, never_paid),
            "last_payment_date": arrow.dates(paid.latest_day, plan, never_paid),
            "next_payment_due_date": arrow.dates(
                due_days(world, month, loans.due_day), plan, is_over
            ),
            "next_monthly_payment_usd": arrow.money(bill, is_over),
            "ytd_interest_paid_usd": arrow.money(paid.interest),
            "ytd_principal_paid_usd": arrow.money(paid.principal),
            "is_overdue": arrow.flags(np.zeros(loans.size, dtype=np.bool_)),
            "escrow_balance_usd": arrow.money(held.balance, ~is_monthly),
            "escrow_opening_usd": arrow.money(held.opening, ~is_monthly),
            "escrow_paid_out_usd": arrow.money(held.paid_out, ~is_monthly),
        },
    )


def _paid(ledger: Ledger) -> _Paid:
    world, book = ledger.household.world, ledger.household.loans
    as_of = world.resolved.as_of
    new_year = (dt.date(as_of.year, 1, 1) - world.calendar.first_date).days
    known = book.rows.where(book.rows.day <= world.as_of_day)
    this_year = known.where(known.day >= new_year)
    interest = _added(world, book, this_year, Purpose.LOAN_INTEREST)
    principal = -_added(world, book, this_year, Purpose.LOAN_PAYMENT_IN)
    principal -= interest + _added(world, book, this_year, Purpose.ESCROW)
    # A history may be younger than the year.
    day = np.concatenate([schedule.day for schedule in book.schedules])
    for total, cents in (
        (interest, [schedule.interest_cents for schedule in book.schedules]),
        (principal, [schedule.principal_cents for schedule in book.schedules]),
    ):
        total += np.where(day >= new_year, np.concatenate(cents), 0).sum(axis=1)
    shown = known.where(
        (known.purpose == Purpose.LOAN_PAYMENT_IN) & (known.day >= world.history_day)
    )
    shown = shown.where(np.lexsort((shown.serial, shown.day)))
    latest, on = (np.full((world.users, SLOTS), -1, dtype=np.int64) for _ in range(2))
    # The last of equal places stays.
    latest[shown.user, shown.slot], on[shown.user, shown.slot] = -shown.cents, shown.day
    return _Paid(interest, principal, latest[book.user, book.slot], on[book.user, book.slot])


def _added(world: World, book: LoanBook, rows: Postings, purpose: Purpose) -> Ints:
    """Sum of the rows of a purpose on each loan: `[L]` cents."""
    rows = rows.where(rows.purpose == purpose)
    total = sums(account_index(rows.user, rows.slot), rows.cents, world.users * SLOTS)
    return total[account_index(book.user, book.slot)]


def _next_month(world: World, loans: Loans) -> Ints:
    """The month of the plan in which each loan is next due after as_of: `[L]`."""
    month = np.full(loans.size, int(world.calendar.month_index[world.as_of_day]))
    return month + (due_days(world, month, loans.due_day) <= world.as_of_day)


def _next_bill(world: World, loans: Loans, month: Ints, is_monthly: Flags) -> Ints:
    """What is due then: `[L]` cents."""
    bill = loans.bill_cents.copy()
    at = np.flatnonzero(is_monthly)
    mortgages = loans.where(at)
    kept = escrow_cents(world, mortgages, np.arange(int(month.max(initial=0)) + 1))
    bill[at] = mortgages.payment_cents + kept[np.arange(at.size), month[at]]
    return bill


def _escrow(world: World, loans: Loans, is_monthly: Flags) -> _Escrow:
    """Escrow collects with each payment and pays the county half a year's at a month's end, what
    was collected for it; a cushion stays.
    """
    found = _Escrow(*(np.zeros(loans.size, dtype=np.int64) for _ in range(3)))
    at = np.flatnonzero(is_monthly)
    mortgages = loans.where(at)
    months = np.arange(-2 * PAYOUT_MONTHS, world.calendar.month_count)
    kept = escrow_cents(world, mortgages, months)
    due = due_days(world, months, mortgages.due_day[:, np.newaxis])
    collected = np.where(due < 0, due, world.calendar.on_or_after(due))
    ends = due_days(world, months, np.full(at.size, 31)[:, np.newaxis])
    turn = integers(world.words("escrow_payout", 0), PAYOUT_MONTHS)[mortgages.user]
    first_month = world.calendar.first_date.month - 1
    pays = (months + first_month) % PAYOUT_MONTHS == turn[:, np.newaxis]
    usual = kept[:, months == 0][:, 0]

    def held(day: int) -> tuple[Ints, Ints]:
        """On a day: in escrow, and what has ever been paid out."""
        paid_until = np.where(pays & (ends <= day), ends, ends[:, :1] - 400).max(axis=1)
        is_in = collected <= day
        is_out = collected <= paid_until[:, np.newaxis]
        cushion = CUSHION_PAYMENTS * usual
        return (
            cushion + np.where(is_in & ~is_out, kept, 0).sum(axis=1),
            np.where(is_out, kept, 0).sum(axis=1),
        )

    opening, out_before = held(world.history_day - 1)
    balance, out = held(world.as_of_day)
    found.opening[at], found.balance[at], found.paid_out[at] = opening, balance, out - out_before
    return found
