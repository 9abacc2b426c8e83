"""Loans behind the bills that pay them: what was lent when, and every row on the loan's account.

A payment is one bill of the household's, and arrives on the loan the same day. What a loan costs
follows from the bill, the going rate when it was made and how long it has been paid; what is owed
when the plan begins is what its schedule has left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.homes import housing_growth
from spendsense_pipeline.generation.behaviours.housing import Bills
from spendsense_pipeline.generation.behaviours.loan_terms import (
    KINDS,
    LoanKind,
    level_payment,
    rates_of,
    terms_of,
)
from spendsense_pipeline.generation.behaviours.repaying import (
    Schedule,
    charged_monthly,
    due_days,
    earlier_payments,
    repaid_daily,
)
from spendsense_pipeline.generation.events.chapters import NEVER, Chapters
from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, postings, transfer_link
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
NUMBERS_PER_LOAN: Final = 1_024
"""Payments of one loan are numbered below it."""


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
    lent, schedules, rows, openings, ends = [], [], [], [], []
    for code, kind in enumerate(KINDS):
        loans, schedule = _lent(world, bills, code, kind)
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
        lent.append(loans)
        schedules.append(schedule)
        rows.append(of_kind)
        openings.append(_owed_at(world, loans, of_user, of_kind))
        ends.append(_paid_off_on(loans, of_user, of_kind))
    book = LoanBook(
        Loans.joined(lent),
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


def _lent(world: World, bills: Bills, code: int, kind: LoanKind) -> tuple[Loans, Schedule]:
    """Every loan of a kind, on such terms that its payment is the household's bill."""
    user = np.flatnonzero(bills.amount_cents[: world.users, kind.bill_kind] > 0)
    bill = bills.amount_cents[user, kind.bill_kind]
    due_day = bills.day_of_month[user, kind.bill_kind]
    word = world.words("loan", 4 * code + np.arange(4))[user]
    term = terms_of(kind, word[:, 0])
    old_enough = (world.profiles.age_years[user] - kind.youngest) * 12
    least_left = np.where(_may_end(world, kind)[user], LEAST_LEFT_ENDING, LEAST_LEFT)
    most = np.maximum(np.minimum(term - least_left, old_enough), FEWEST_PAID)
    place = uniform(word[:, 1]) ** kind.age_power
    paid = FEWEST_PAID + ((most - FEWEST_PAID + 1) * place).astype(np.int64)
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


def made_on(world: World, book: LoanBook) -> Ints:
    """The day each loan was made.

    Args:
        world: The shard.
        book: Its loans.

    Returns:
        Counted from the plan's first day, below zero: `[L]`.
    """
    return due_days(world, book.loans.made_in, book.loans.due_day)


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
