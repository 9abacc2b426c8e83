"""Plaid's personal finance categories, version 2, and what each of them means to us.

`categories.csv` holds one row per detailed code: its primary, what we call a recurring stream of it,
and whether purchases of it are refunded now and then. Everything else here is derived from those
rows, so that the generator, the features' SQL and the checks cannot disagree about a code.

Where the codes come from: the migration guide (plaid.com/docs/transactions/pfc-migration) says what
version 2 adds, and plaid.com/documents/pfc-taxonomy-all.csv is the list. We could not open Plaid's
own file of today; we read a public copy of its first edition (December 2025: 123 codes, no
INCOME_CONTRACTOR, LOAN_PAYMENTS_BNPL, crypto or payment apps yet) and three public programs made
from later editions, which agree on these 127. Plaid's three renames from version 1 are in V1_SPLIT.
The descriptions are ours.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources
from typing import Final, Literal

from spendsense_pipeline.tables.declaration import Column, Table

StreamKind = Literal["bill", "subscription", "habit", "income", "transfer", "other"]
STREAM_KINDS: Final[tuple[StreamKind, ...]] = (
    "bill",
    "subscription",
    "habit",
    "income",
    "transfer",
    "other",
)


@dataclass(frozen=True)
class Category:
    """One detailed code and what it means to us."""

    detailed: str
    primary: str
    stream_kind: StreamKind
    is_refundable: bool
    description: str


def _read_categories() -> tuple[Category, ...]:
    text = resources.files(__package__).joinpath("categories.csv").read_text(encoding="utf-8")
    kinds: dict[str, StreamKind] = {kind: kind for kind in STREAM_KINDS}  # text -> its literal
    return tuple(
        Category(
            detailed=row["category_detailed"],
            primary=row["category_primary"],
            stream_kind=kinds[row["stream_kind"]],
            is_refundable=row["is_refundable"] == "true",
            description=row["description"],
        )
        for row in csv.DictReader(text.splitlines())
    )


ALL: Final[tuple[Category, ...]] = _read_categories()
BY_CODE: Final[dict[str, Category]] = {category.detailed: category for category in ALL}
CATEGORIES: Final[dict[str, tuple[str, ...]]] = {
    primary: tuple(c.detailed for c in ALL if c.primary == primary)
    for primary in dict.fromkeys(c.primary for c in ALL)
}
"""Primary code -> its detailed codes, in Plaid's order."""

CARD_PAYMENT: Final = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
CASH_WITHDRAWAL: Final = "TRANSFER_OUT_WITHDRAWAL"
CARD_INTEREST: Final = "BANK_FEES_INTEREST_CHARGE"
LOAN_PAYMENTS: Final = {
    "mortgage": "LOAN_PAYMENTS_MORTGAGE_PAYMENT",
    "student": "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT",
    "auto": "LOAN_PAYMENTS_CAR_PAYMENT",
    "personal": "LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT",
}
"""Kind of loan -> the code of both legs of its payments."""
SAVINGS_INTEREST: Final = "INCOME_INTEREST_EARNED"
INSURANCE: Final = "GENERAL_SERVICES_INSURANCE"
ADVANCED_WAGES: Final = "LOAN_DISBURSEMENTS_EWA"
OWN_TRANSFER_OUT: Final = "TRANSFER_OUT_ACCOUNT_TRANSFER"
OWN_TRANSFER_IN: Final = "TRANSFER_IN_ACCOUNT_TRANSFER"

V1_SPLIT: Final[dict[str, str]] = {
    "INCOME_WAGES": "INCOME_SALARY",
    "INCOME_OTHER_INCOME": "INCOME_OTHER",
    "TRANSFER_IN_CASH_ADVANCES_AND_LOANS": "LOAN_DISBURSEMENTS_OTHER_DISBURSEMENT",
}
"""Version 1 codes that version 2 renamed -> their new name (Plaid's own three pairs)."""

UNCONFIRMED_CODES: Final = ("LOAN_DISBURSEMENTS_BNPL",)
"""Codes of the first edition of version 2 that later ones lack: known on import, never generated."""

EARNED_INCOME_CODES: Final = (
    "INCOME_WAGES",
    "INCOME_SALARY",
    "INCOME_GIG_ECONOMY",
    "INCOME_CONTRACTOR",
)
"""Codes of pay; the first is version 1's and its successors follow."""

RETIREMENT_INCOME: Final = "INCOME_RETIREMENT_PENSION"
"""Social Security and pensions."""

BENEFIT_INCOME_CODES: Final = (
    RETIREMENT_INCOME,
    "INCOME_UNEMPLOYMENT",
    "INCOME_LONG_TERM_DISABILITY",
    "INCOME_MILITARY",
)
"""Codes of benefits: Social Security and pensions, unemployment, disability, veterans' benefits."""

ANY_INCOME: Final = "INCOME"
"""The primary of all income: pay, interest, refunds; alone it does not say which."""

OWN_ACCOUNT_TRANSFER_CODES: Final = (
    OWN_TRANSFER_IN,
    "TRANSFER_IN_SAVINGS",
    OWN_TRANSFER_OUT,
    "TRANSFER_OUT_SAVINGS",
)
"""Codes under which money moves between a person's own accounts."""


TRANSFER_PRIMARIES: Final = ("TRANSFER_IN", "TRANSFER_OUT")
"""Primaries of money that changes its place, not its owner."""

ACH_PRIMARIES: Final = ("INCOME", *TRANSFER_PRIMARIES, "LOAN_PAYMENTS", "RENT_AND_UTILITIES")
"""Primaries of payments made by schedule, cash withdrawals aside."""


def _is_ach(category: Category) -> bool:
    if category.detailed == CASH_WITHDRAWAL:
        return False
    return category.detailed == INSURANCE or category.primary in ACH_PRIMARIES


ACH_CODES: Final[frozenset[str]] = frozenset(
    [*(c.detailed for c in ALL if _is_ach(c)), *V1_SPLIT]  # the three are INCOME and TRANSFER_IN
)
"""Codes whose rows on a depository account travel by ACH: never on a weekend or bank holiday."""

NOT_SPEND_CODES: Final[frozenset[str]] = frozenset(
    [c.detailed for c in ALL if c.primary in TRANSFER_PRIMARIES and c.detailed != CASH_WITHDRAWAL]
    + [CARD_PAYMENT, "TRANSFER_IN_CASH_ADVANCES_AND_LOANS"]
)
"""Codes whose outflows are not spend: transfers other than cash, and card payments."""

NOT_SPEND_WORDS: Final = ("TRANSFER",)
"""First words of codes nobody knows whose outflows are not spend."""

NOT_REFUND_PRIMARIES: Final = (
    "INCOME",
    "LOAN_DISBURSEMENTS",
    "LOAN_PAYMENTS",
    *TRANSFER_PRIMARIES,
)
"""Primaries whose inflows are not refunds; an inflow of any other lowers spend."""

NOT_REFUND_WORDS: Final = ("INCOME", "LOAN", "TRANSFER")
"""First words of codes nobody knows whose inflows are not refunds."""

REFUNDABLE_CODES: Final[frozenset[str]] = frozenset(c.detailed for c in ALL if c.is_refundable)
"""Codes of purchases that are now and then refunded."""

STREAM_KIND_BY_CODE: Final[dict[str, StreamKind]] = {
    **{c.detailed: c.stream_kind for c in ALL},
    **{v1: BY_CODE[v2].stream_kind for v1, v2 in V1_SPLIT.items()},
}
"""Detailed code, of either version -> what a recurring stream of it is."""


def stream_kind(detailed: str | None) -> StreamKind:
    """What a recurring stream of that category is; `other` for a code nobody knows."""
    return STREAM_KIND_BY_CODE.get(detailed or "", "other")


def codes_of_kind(kind: StreamKind) -> tuple[str, ...]:
    """Detailed codes, of either version, whose streams are of that kind."""
    return tuple(code for code, its_kind in STREAM_KIND_BY_CODE.items() if its_kind == kind)


def is_bill(detailed: str | None) -> bool:
    """Whether a recurring stream of it is a bill: it is owed, not chosen again each month."""
    return stream_kind(detailed) == "bill"


def is_subscription(detailed: str | None) -> bool:
    """Whether a recurring stream of it is a subscription."""
    return stream_kind(detailed) == "subscription"


def to_v2(detailed: str) -> str:
    """The version 2 code for a code of either version; a code nobody knows stays as it is."""
    return V1_SPLIT.get(detailed, detailed)


@functools.cache
def primary_of(detailed: str) -> str:
    """The primary code of a detailed code of either version; KeyError if nobody knows it."""
    if detailed in V1_SPLIT:
        return "TRANSFER_IN" if detailed.startswith("TRANSFER_IN") else "INCOME"
    if detailed in UNCONFIRMED_CODES:
        return "LOAN_DISBURSEMENTS"
    return BY_CODE[detailed].primary


PLAID_CATEGORIES: Final = Table(
    "plaid_categories",
    "One row per category code, of version 2 and the three of version 1 that it replaced.",
    (
        Column("category_detailed", "VARCHAR", "Detailed code"),
        Column("category_primary", "VARCHAR", "Primary code"),
        Column("stream_kind", "VARCHAR", "What a recurring stream is", allowed=STREAM_KINDS),
        Column("is_ach", "BOOLEAN", "Depository rows never post on a weekend or bank holiday"),
        Column("is_spend", "BOOLEAN", "Outflows are spend"),
        Column("is_earned_income", "BOOLEAN", "Inflows on a depository account are pay"),
        Column("is_refundable", "BOOLEAN", "Purchases are now and then refunded"),
        Column("description", "VARCHAR", "What it covers, in our words"),
    ),
    primary_key=("category_detailed",),
    order_by=("category_detailed",),
)


def category_rows() -> list[tuple[str, str, str, bool, bool, bool, bool, str]]:
    """The rows of PLAID_CATEGORIES, in its columns' order, for `executemany` or `values`."""
    return [
        (
            code,
            primary_of(code),
            kind,
            code in ACH_CODES,
            code not in NOT_SPEND_CODES,
            code in EARNED_INCOME_CODES,
            code in REFUNDABLE_CODES,
            BY_CODE[to_v2(code)].description,
        )
        for code, kind in sorted(STREAM_KIND_BY_CODE.items())
    ]
