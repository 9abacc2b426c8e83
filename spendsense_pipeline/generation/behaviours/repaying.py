"""How loans are paid down: the months before the plan, and what is charged as payments come.

A mortgage is charged a twelfth of its yearly rate on what is owed when a month's payment is due; on
other loans interest accrues by the day, from payment to payment. Both are rounded half to even.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.loan_terms import RATE_UNIT
from spendsense_pipeline.generation.cents import half_even
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.postings import Postings, Purpose, postings
from spendsense_pipeline.generation.world import World

if TYPE_CHECKING:
    from spendsense_pipeline.generation.behaviours.lending import Loans

MONTHLY_DIVISOR: Final = 12 * RATE_UNIT
DAILY_DIVISOR: Final = 365 * RATE_UNIT
REMAINDER: Final = 20
"""What is left of a loan in the end is paid with a payment if it is at most such a part of it."""
REMEMBERED: Final = 12
"""Months before the plan that a year to date may reach back to."""


@dataclass(frozen=True)
class Schedule:
    """Payments of the year before the plan, the latest first: `[L, REMEMBERED]`."""

    day: Ints
    """Counted from the plan's first day: below zero."""
    interest_cents: Ints
    principal_cents: Ints
    """0 where the loan is younger."""

    @property
    def last_day(self) -> Ints:
        """Up to which day interest has been paid: `[L]`."""
        return self.day[:, 0]


def due_days(world: World, month: Ints, due_day: Ints) -> Ints:
    """The day a payment is due in months of the plan or long before it.

    Args:
        world: The shard.
        month: Counted from that of the plan's first day, of a shape that fits the days.
        due_day: Of the month, brought to its end in short ones.

    Returns:
        Days since the plan's first, in the shape both broadcast to: `[L]` or `[L, M]`.
    """
    first = np.datetime64(world.calendar.first_date, "M") + month
    start = first.astype("datetime64[D]") - np.datetime64(world.calendar.first_date, "D")
    length = (first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")
    day = np.minimum(due_day, length.astype(np.int64))
    return np.asarray(start.astype(np.int64) + day - 1, dtype=np.int64)


def earlier_payments(world: World, loans: Loans, *, is_monthly: bool) -> tuple[Schedule, Ints]:
    """Pay every loan from the month it was made in to the plan, as its schedule says.

    Args:
        world: The shard.
        loans: Loans of one kind, `[L]`.
        is_monthly: Whether interest is a twelfth of the rate.

    Returns:
        The latest payments; and what is owed after them, `[L]` cents.
    """
    first = (world.calendar.clamp_day(0, loans.due_day) < 0).astype(np.int64)
    months = first - loans.made_in - 1
    number = np.arange(int(months.max(initial=0)) + 1)[:, np.newaxis]
    divisor, rates = MONTHLY_DIVISOR, np.broadcast_to(loans.rate, (number.size - 1, loans.size))
    if not is_monthly:
        days = np.diff(due_days(world, loans.made_in + number, loans.due_day), axis=0)
        divisor, rates = DAILY_DIVISOR, rates * days
    # A row per payment since a loan was made, as everybody's is looked at together: `[M, L]`.
    is_paid = (months >= number[1:]).astype(np.int64)
    charged = np.zeros((REMEMBERED + len(rates), loans.size), dtype=np.int64)
    owed = loans.principal_cents.copy()
    for rate, paid, interest in zip(rates, is_paid, charged[REMEMBERED:], strict=True):
        interest[:] = half_even(owed * rate, divisor) * paid
        owed -= loans.payment_cents * paid - interest
    back = np.arange(REMEMBERED)
    place = months[:, np.newaxis] - 1 - back
    interest = np.take_along_axis(charged, (REMEMBERED + place).T, axis=0).T
    principal = np.where(place >= 0, loans.payment_cents[:, np.newaxis] - interest, 0)
    day = due_days(world, first[:, np.newaxis] - 1 - back, loans.due_day[:, np.newaxis])
    return Schedule(day, interest, principal), owed


def charged_monthly(
    world: World, loans: Loans, escrow: Ints, loan: Ints, paid: Postings
) -> Postings:
    """Interest and escrow of mortgages, on the business day their payment is due.

    Args:
        world: The shard.
        loans: Mortgages, `[L]`.
        escrow: What is kept of each month's payment, `[L, M]` cents.
        loan: Of which of them each payment is, `[N]`.
        paid: The payments as they arrive, in whatever parts.

    Returns:
        Rows that raise what is owed.
    """
    calendar = world.calendar
    months = np.arange(calendar.month_count)
    nominal = calendar.clamp_day(months, loans.due_day[:, np.newaxis])
    day = calendar.on_or_after(nominal).astype(np.int64)
    is_due = (nominal >= 0) & (day < world.days)
    # By the end of the day before each day.
    repaid = np.zeros((loans.size, world.days + 1), dtype=np.int64)
    inside = paid.day < world.days
    np.add.at(repaid, (loan[inside], paid.day[inside] + 1), -paid.cents[inside])
    repaid = np.cumsum(repaid, axis=1)
    interest = np.zeros(day.shape, dtype=np.int64)
    charged = loans.at_first_cents.copy()
    which = np.arange(loans.size)
    for month in months.tolist():
        owed = charged - repaid[which, np.minimum(day[:, month], world.days)]
        cents = half_even(np.maximum(owed, 0) * loans.rate, MONTHLY_DIVISOR)
        interest[:, month] = np.where(is_due[:, month], cents, 0)
        charged += interest[:, month] + np.where(is_due[:, month], escrow[:, month], 0)
    at, in_month = np.nonzero(is_due)
    common = {"user": loans.user[at], "slot": loans.slot[at], "day": day[at, in_month]}
    return Postings.joined(
        [
            postings(
                **common,
                cents=interest[at, in_month],
                label=int(Fixed.LOAN_INTEREST),
                purpose=Purpose.LOAN_INTEREST,
            ),
            postings(
                **common,
                cents=escrow[at, in_month],
                label=int(Fixed.ESCROW),
                purpose=Purpose.ESCROW,
            ),
        ]
    )


def repaid_daily(
    loans: Loans, paid_until: Ints, loan: Ints, number: Ints, paid: Postings
) -> tuple[Ints, Ints]:
    """Interest of other loans, charged with each payment, and what each payment comes to: the last
    one pays the loan off.

    Args:
        loans: Loans of one kind, `[L]`.
        paid_until: Up to which day interest has been paid before the plan, `[L]`.
        loan: Of which of them each payment is, `[N]`.
        number: Which payment of the loan's it is, `[N]`.
        paid: The payments, in order of loan and day.

    Returns:
        Cents of interest, 0 where no day has passed, and of each payment, 0 once nothing is owed:
        `[N]` each.
    """
    owed, since = loans.at_first_cents.copy(), paid_until.copy()
    interest, cents = (np.zeros(paid.size, dtype=np.int64) for _ in range(2))
    for turn in range(int(number.max(initial=-1)) + 1):
        at = np.flatnonzero(number == turn)
        of = loan[at]
        days = paid.day[at] - since[of]
        interest[at] = half_even(owed[of] * loans.rate[of] * days, DAILY_DIVISOR)
        due = owed[of] + interest[at]
        is_last = REMAINDER * due <= (REMAINDER + 1) * paid.cents[at]
        cents[at] = np.where(is_last, due, paid.cents[at])
        owed[of] = due - cents[at]
        since[of] = paid.day[at]
    return interest, cents
