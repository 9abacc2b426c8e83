"""What loans are lent on: the kinds there are, their terms, and the going rates by year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints, Words
from spendsense_pipeline.generation.catalog import BILL_KINDS
from spendsense_pipeline.generation.postings import Slot
from spendsense_pipeline.generation.randomness import choose, normal
from spendsense_pipeline.tables.raw import LOAN_KINDS

RATE_UNIT: Final = 100_000
"""Rates are kept in thousandths of a percent a year: 6.625 % is 6,625."""


@dataclass(frozen=True)
class LoanKind:
    """What a kind of loan is like."""

    name: str
    """One of LOAN_KINDS."""
    bill: str
    """The bill by which it is paid, one of BILL_KINDS."""
    slot: Slot
    subtype: str
    """As Plaid spells it."""
    title: str
    term_shares: dict[int, float]
    """Months it is lent for, and how many are."""
    percent_by_year: dict[int, float]
    """The going rate for the usual loan, by the year it was made."""
    percent_by_term: dict[int, float] = field(default_factory=dict)
    """What other terms cost more or less."""
    spread_percent: float = 0.0
    """How far people's rates lie apart, as a standard deviation."""
    step: int = 10
    """Rates are quoted in such steps, in thousandths of a percent."""
    youngest: int = 18
    """Nobody owes it from an earlier age."""
    oldest_by_term: dict[int, int] = field(default_factory=dict)
    """Up to which age it is made for so many months; for older people it is an older loan."""
    age_power: float = 1.0
    """Above 1, more loans are young than old."""
    is_monthly: bool = False
    """Interest is a twelfth of the yearly rate, once a month; else it accrues by the day."""

    @property
    def bill_kind(self) -> int:
        """Which of BILL_KINDS pays it."""
        return BILL_KINDS.index(self.bill)


# Freddie Mac, Primary Mortgage Market Survey: averages of a year for 30 years; 15 years cost about
# 0.7 points less. Half of all loans are younger than six years: many were made anew in 2020 and
# 2021 (judged).
_MORTGAGE: Final = LoanKind(
    "mortgage",
    "mortgage",
    Slot.LOAN_MORTGAGE,
    "mortgage",
    "Mortgage",
    term_shares={360: 0.86, 180: 0.14},
    percent_by_year={
        1996: 7.81, 1997: 7.60, 1998: 6.94, 1999: 7.44, 2000: 8.05, 2001: 6.97, 2002: 6.54,
        2003: 5.83, 2004: 5.84, 2005: 5.87, 2006: 6.41, 2007: 6.34, 2008: 6.03, 2009: 5.04,
        2010: 4.69, 2011: 4.45, 2012: 3.66, 2013: 3.98, 2014: 4.17, 2015: 3.85, 2016: 3.65,
        2017: 3.99, 2018: 4.54, 2019: 3.94, 2020: 3.11, 2021: 2.96, 2022: 5.34, 2023: 6.81,
        2024: 6.72,
    },
    percent_by_term={180: -0.7},
    spread_percent=0.3,
    step=125,
    youngest=19,
    # Of loans to people of 65 and over few are for thirty years, and of those few are new (Freddie
    # Mac and JCHS on older owners, 2023; the ages judged).
    oldest_by_term={360: 64, 180: 72},
    age_power=2.2,
    is_monthly=True,
)  # fmt: skip
# Direct loans to undergraduates by the year they were disbursed (Federal Student Aid); the standard
# plan pays ten years, consolidated loans up to thirty.
_STUDENT: Final = LoanKind(
    "student",
    "student_loan",
    Slot.LOAN_STUDENT,
    "student",
    "Student Loan",
    term_shares={120: 0.6, 180: 0.12, 240: 0.16, 300: 0.12},
    percent_by_year={
        2006: 6.80, 2008: 6.00, 2009: 5.60, 2010: 4.50, 2011: 3.40, 2013: 3.86, 2014: 4.66,
        2015: 4.29, 2016: 3.76, 2017: 4.45, 2018: 5.05, 2019: 4.53, 2020: 2.75, 2021: 3.73,
        2022: 4.99, 2023: 5.50, 2024: 6.53, 2025: 6.39,
    },
    youngest=21,
    # Most leave college by their early twenties, and consolidate some years later (judged).
    oldest_by_term={120: 33, 180: 34, 240: 36, 300: 38},
)  # fmt: skip
# Five-year loans for new cars (Federal Reserve, G.19); most cars are bought used and for two to
# five points more, and the average term is near 68 months (Experian, State of the Automotive
# Finance Market 2025).
_AUTO: Final = LoanKind(
    "auto",
    "car_loan",
    Slot.LOAN_AUTO,
    "auto",
    "Auto Loan",
    term_shares={48: 0.1, 60: 0.26, 72: 0.44, 84: 0.2},
    percent_by_year={2017: 4.6, 2018: 5.0, 2019: 5.3, 2020: 5.1, 2022: 5.5, 2023: 7.5, 2024: 8.2},
    percent_by_term={60: 1.0, 72: 2.0, 84: 3.0},
    spread_percent=1.5,
)
# Personal loans at commercial banks (Federal Reserve, G.19); online lenders ask some points more.
_PERSONAL: Final = LoanKind(
    "personal",
    "personal_loan",
    Slot.LOAN_PERSONAL,
    "consumer",
    "Personal Loan",
    term_shares={36: 0.55, 60: 0.45},
    percent_by_year={2019: 10.3, 2020: 9.5, 2022: 10.2, 2023: 12.0, 2024: 12.3},
    percent_by_term={36: 2.0, 60: 3.5},
    spread_percent=3.0,
)
KINDS: Final = (_MORTGAGE, _STUDENT, _AUTO, _PERSONAL)
assert tuple(kind.name for kind in KINDS) == LOAN_KINDS
LEAST_PERCENT: Final = 1.5
"""Nobody lends for less."""


def terms_of(kind: LoanKind, word: Words, age_years: Ints, least_left: Ints) -> tuple[Ints, Ints]:
    """For how many months each loan is made, and how long ago at least.

    Args:
        kind: Of the loans.
        word: A draw each, `[N]`.
        age_years: Of who owes, `[N]`.
        least_left: Months that are left to pay at least, `[N]`.

    Returns:
        Months, `[N]` each: who is too old for a loan of a term that is not over has one of the
        longest.
    """
    term = np.array([*kind.term_shares])[choose(word, np.array([*kind.term_shares.values()]))]
    longest = max(kind.term_shares)
    since = _months_since(kind, term, age_years)
    term = np.where(since > term - least_left, longest, term)
    return term, _months_since(kind, term, age_years)


def _months_since(kind: LoanKind, term: Ints, age_years: Ints) -> Ints:
    """Months since each could last have been made for a term, 0 where it may be new: `[N]`."""
    oldest = np.full(term.size, np.iinfo(np.int32).max)
    for months, age in kind.oldest_by_term.items():
        oldest[term == months] = age
    return np.asarray(np.maximum(age_years - oldest, 0) * 12, dtype=np.int64)


def rates_of(kind: LoanKind, year: Ints, term: Ints, word: Words) -> Ints:
    """What each loan costs a year.

    Args:
        kind: Of the loans.
        year: In which each was made, `[N]`.
        term: For how many months, `[N]`.
        word: A draw each, `[N]`.

    Returns:
        Thousandths of a percent, `[N]`, in the steps in which the kind is quoted.
    """
    years = np.array([*kind.percent_by_year])
    going = np.array([*kind.percent_by_year.values()])
    at = np.clip(np.searchsorted(years, year, side="right") - 1, 0, years.size - 1)
    more = np.array([kind.percent_by_term.get(months, 0.0) for months in kind.term_shares])
    which = np.searchsorted(np.sort([*kind.term_shares]), term)
    more = more[np.argsort([*kind.term_shares])][which]
    percent = going[at] + more + kind.spread_percent * np.clip(normal(word), -2.0, 2.0)
    thousandths = np.maximum(percent, LEAST_PERCENT) * 1_000
    return np.asarray(np.rint(thousandths / kind.step), dtype=np.int64) * kind.step


def level_payment(principal: Floats | Ints, rate: Ints, term: Ints) -> Floats:
    """What pays a loan off in equal months.

    Args:
        principal: What is lent, `[N]`.
        rate: Thousandths of a percent a year, `[N]`.
        term: Months, `[N]`.

    Returns:
        In the unit of the principal, `[N]`.
    """
    monthly = rate / (12 * RATE_UNIT)
    return np.asarray(principal * monthly / (1 - (1 + monthly) ** -term), dtype=np.float64)
