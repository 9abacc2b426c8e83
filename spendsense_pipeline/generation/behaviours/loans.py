"""Loans behind the bills that pay them: what was lent when, and every row on the loan's account.

A payment is one bill of the household's, and arrives on the loan the same day; what is owed when
the plan begins is what the loan's schedule has left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.behaviours.homes import housing_growth
from spendsense_pipeline.generation.behaviours.housing import Bills
from spendsense_pipeline.generation.behaviours.lending import Loans, lent
from spendsense_pipeline.generation.behaviours.loan_terms import KINDS
from spendsense_pipeline.generation.behaviours.repaying import (
    Schedule,
    charged_monthly,
    repaid_daily,
)
from spendsense_pipeline.generation.events.chapters import NEVER, Chapters
from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, postings, transfer_link
from spendsense_pipeline.generation.world import World

NUMBERS_PER_LOAN: Final = 1_024
"""Payments of one loan are numbered below it."""


@dataclass(frozen=True)
class LoanBook:
    """All loans of a shard, and what came of them."""

    loans: Loans
    schedules: tuple[Schedule, ...]
    """Payments of the year before the plan, kind by kind: together `[L]`."""
    rows: Postings
    """Rows on the loans' accounts."""
    opening_cents: Ints
    """Owed when the history begins: `[L]`."""
    paid_off_on: Ints
    """Day of the plan on which nothing is owed any more, NEVER within the plan: `[L]`."""

    @property
    def user(self) -> Ints:
        """Whose each is: `[L]`."""
        return self.loans.user

    @property
    def slot(self) -> Ints:
        """Its account: `[L]`."""
        return self.loans.slot


def plan_loans(
    lives: World, world: World, bills: Bills, bill_rows: Postings, labels: Labels
) -> tuple[LoanBook, Postings]:
    """The loans that bills pay. A loan goes on through all chapters of a life.

    Args:
        lives: The shard in chapters.
        world: The shard, everybody in their first chapter.
        bills: What each household has contracted, `[U, KINDS]` of the chapters.
        bill_rows: Every bill payment, from whatever account, by chapter.
        labels: Tell which bill a row pays.

    Returns:
        The loans with their rows; and the bill payments, those of loans joined to the other leg,
        the last one a loan's payoff and none after it.
    """
    chapters, kinds = lives.chapters, labels.bill_kind(bill_rows.label)
    link, cents = bill_rows.link.copy(), bill_rows.cents.copy()
    borrowed, schedules, rows, openings, ends = [], [], [], [], []
    for code, kind in enumerate(KINDS):
        loans, schedule = lent(world, bills, code, kind)
        of_user = np.full(world.users, -1)
        of_user[loans.user] = np.arange(loans.size)
        at = np.flatnonzero(kinds == kind.bill_kind)
        row, life = _of_whole_lives(chapters, bill_rows.where(at))
        at = at[row]
        by_life = np.lexsort((bill_rows.serial[at], bill_rows.day[at], life))
        at, life = at[by_life], life[by_life]
        paid = bill_rows.where(at)
        number = _numbered(life)
        interest = np.zeros(paid.size, dtype=np.int64)
        if not kind.is_monthly:
            lives_paid, which = np.unique(life, return_inverse=True)
            theirs = of_user[chapters.person[lives_paid]]
            interest, repaid = repaid_daily(
                loans.where(theirs), schedule.last_day[theirs], which, number, paid
            )
            paid = replace(paid, cents=repaid)
        is_own = paid.user == life
        cents[at[is_own]] = paid.cents[is_own]
        named = transfer_link(int(Purpose.BILL), code * NUMBERS_PER_LOAN + number)
        link[at[is_own]] = named[is_own]
        lived = np.flatnonzero(is_own & chapters.lived(paid.user, paid.authorized))
        paid, number, interest = paid.where(lived), number[lived], interest[lived]
        arrived = postings(
            user=paid.user,
            slot=kind.slot,
            day=paid.day,
            cents=-paid.cents,
            label=int(Fixed.MORTGAGE_RECEIVED) + code,
            purpose=Purpose.LOAN_PAYMENT_IN,
            serial=number,
            link=named[lived],
        )
        arrived = chapters.by_person(arrived.where(arrived.cents < 0))
        if kind.is_monthly:
            escrow = escrow_cents(world, loans, np.arange(world.calendar.month_count))
            charges = charged_monthly(world, loans, escrow, of_user[arrived.user], arrived)
        else:
            charges = postings(
                user=chapters.person[paid.user],
                slot=kind.slot,
                day=paid.day,
                cents=interest,
                label=int(Fixed.LOAN_INTEREST),
                purpose=Purpose.LOAN_INTEREST,
            )
            charges = charges.where(charges.cents > 0)
        of_kind = Postings.joined([arrived, charges])
        borrowed.append(loans)
        schedules.append(schedule)
        rows.append(of_kind)
        openings.append(_owed_at(world, loans, of_user, of_kind))
        ends.append(_paid_off_on(loans, of_user, of_kind))
    book = LoanBook(
        Loans.joined(borrowed),
        tuple(schedules),
        Postings.joined(rows),
        np.concatenate(openings),
        np.concatenate(ends),
    )
    return book, replace(bill_rows, link=link, cents=cents).where(cents > 0)


def _of_whole_lives(chapters: Chapters, rows: Postings) -> tuple[Ints, Ints]:
    """What each chapter looks back on and plans: rows lived before it, and its own from then on.

    Returns:
        Which rows, and which chapter's life they are of: `[M]` each.
    """
    order = np.argsort(rows.user, kind="stable")
    begin = np.searchsorted(rows.user[order], np.arange(chapters.size + 1))
    found: list[tuple[Ints, Ints]] = []
    life = ancestor = np.arange(chapters.size)
    while life.size:
        count = begin[ancestor + 1] - begin[ancestor]
        skipped = np.repeat(begin[ancestor] - np.cumsum(count) + count, count)
        row, of = order[np.arange(skipped.size) + skipped], np.repeat(life, count)
        day, chapter = rows.authorized[row], rows.user[row]
        counts = (day >= chapters.first_day[chapter]) & (
            (chapter == of) | (day < chapters.until[chapter])
        )
        found.append((row[counts], of[counts]))
        is_later = chapters.number[ancestor] > 0
        life, ancestor = life[is_later], chapters.before[ancestor[is_later]]
    rows_found, lives_found = zip(*found, strict=True)
    return np.concatenate(rows_found), np.concatenate(lives_found)


def escrow_cents(world: World, loans: Loans, month: Ints) -> Ints:
    """What is kept of each mortgage payment for property tax.

    Args:
        world: The shard.
        loans: Mortgages, `[L]`.
        month: Months of the plan, `[M]`; below zero before it.

    Returns:
        Cents, `[L, M]`: the bill, which grows once a year, less principal and interest.
    """
    start, plan = world.resolved.history_start, world.calendar.first_date
    since = month + (plan.year - start.year) * 12 + plan.month - start.month
    growth: Floats = housing_growth(world, since)[1][loans.user]
    bill = np.rint(loans.bill_cents[:, np.newaxis] * growth).astype(np.int64)
    return np.asarray(bill - loans.payment_cents[:, np.newaxis], dtype=np.int64)


def _numbered(loan: Ints) -> Ints:
    """Number of each row within its loan, rows in order of loan: `[N]`."""
    if loan.size == 0:
        return loan
    is_first = np.append(True, loan[1:] != loan[:-1])
    first = np.maximum.accumulate(np.where(is_first, np.arange(loan.size), 0))
    return np.arange(loan.size) - first


def _owed_at(world: World, loans: Loans, of_user: Ints, rows: Postings) -> Ints:
    """What is owed when the history begins: `[L]` cents."""
    early = rows.where(rows.day < world.history_day)
    owed = loans.at_first_cents.copy()
    np.add.at(owed, of_user[early.user], early.cents)
    return owed


def _paid_off_on(loans: Loans, of_user: Ints, rows: Postings) -> Ints:
    """The day nothing is owed any more, NEVER where something is when the plan ends: `[L]`."""
    owed, last = loans.at_first_cents.copy(), np.zeros(loans.size, dtype=np.int64)
    np.add.at(owed, of_user[rows.user], rows.cents)
    np.maximum.at(last, of_user[rows.user], rows.day)
    return np.where(owed == 0, last, NEVER)
