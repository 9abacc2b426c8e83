"""What may be known of a person when advising: every measured feature, and a few facts beside them.

A criterion of an item reads facts by name; a rationale cites facts and slots. A slot is a value of
one row (a card, a stream, a loan) that no criterion reads. How each is computed stands in
`facts.sql` and `slots.sql`, under the same names.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from spendsense_pipeline.plaid.accounts import (
    CARD_SUBTYPES,
    CHECKING_SUBTYPES,
    CREDIT,
    DEPOSITORY,
    LOAN,
)
from spendsense_pipeline.tables.features import FEATURES, LOW_BALANCE_USD

YES_NO: Final = "yes/no"
TEXT: Final = "text"
PRINTED_UNITS: Final = ("fraction", "USD", "USD per month", "days", "months", "count", "percent")
"""Units of numbers that can be said to a person; a ratio says nothing to one."""


@dataclass(frozen=True)
class Fact:
    """One thing known of a person over a window.

    Attributes:
        name: as criteria and templates write it.
        unit: of its value; `yes/no` and `text` have none.
        label: what it is called in a sentence, without its value.
        description: what it is, for the documentation.
        is_citable: whether a rationale may say it.
        is_judgeable: whether a criterion may read it.
        origin: table the value can be looked up in or follows from; of a slot with its column.
        row: of a slot, the column of `slots.sql` that names its row.
    """

    name: str
    unit: str
    label: str
    description: str
    origin: str
    is_citable: bool = True
    is_judgeable: bool = True
    row: str = ""

    @property
    def is_yes_no(self) -> bool:
        """Whether it is true or false."""
        return self.unit == YES_NO


@dataclass(frozen=True)
class Holding:
    """A product that an account shows somebody has: its Plaid type and subtypes, and its name."""

    type: str
    subtypes: tuple[str, ...]
    words: str


HOLDINGS: Final = {
    "holds_checking": Holding(DEPOSITORY, CHECKING_SUBTYPES, "a checking account"),
    "holds_savings": Holding(DEPOSITORY, ("savings", "cash management"), "a savings account"),
    "holds_money_market": Holding(DEPOSITORY, ("money market",), "a money market account"),
    "holds_cd": Holding(DEPOSITORY, ("cd",), "a certificate of deposit"),
    "holds_hsa": Holding(DEPOSITORY, ("hsa",), "a health savings account"),
    "holds_credit_card": Holding(CREDIT, CARD_SUBTYPES, "a credit card"),
    "holds_mortgage": Holding(LOAN, ("mortgage",), "a mortgage"),
    "holds_student_loan": Holding(LOAN, ("student",), "a student loan"),
    "holds_auto_loan": Holding(LOAN, ("auto",), "a car loan"),
    "holds_personal_loan": Holding(LOAN, ("consumer",), "a personal loan"),
}
"""Fact -> the accounts that make it true."""


def _slot(name: str, unit: str, description: str, origin: str, row: str) -> Fact:
    return Fact(name, unit, description, description, origin, is_judgeable=False, row=row)


FURTHER_FACTS: Final = (
    Fact(
        "income_and_benefits_monthly_usd",
        "USD per month",
        "pay and benefits a month",
        "income_monthly_usd + benefit_income_monthly_usd",
        "features",
    ),
    Fact(
        "card_debt_usd",
        "USD",
        "what is owed on cards",
        "Balances of all personal cards together; null without a card, or when one is unknown",
        "raw_accounts",
    ),
    Fact(
        "checking_balance_usd",
        "USD",
        "what is in checking",
        "Balances of all personal checking accounts together; null as above",
        "raw_accounts",
    ),
    Fact(
        "window_days",
        "days",
        "days looked at",
        "Length of the window",
        "features",
        is_judgeable=False,
    ),
    Fact(
        "low_balance_day_count",
        "count",
        f"days under ${LOW_BALANCE_USD}",
        "low_balance_day_share of the window's days that the history covers",
        "features",
    ),
    *(
        Fact(
            name,
            YES_NO,
            f"has {holding.words}",
            f"Some personal account is {holding.words}",
            "raw_accounts",
            is_citable=False,
        )
        for name, holding in HOLDINGS.items()
    ),
)
_CARD, _LATE, _DEAREST = (
    "the card used most",
    "the card that is overdue",
    "the dearest subscription",
)
SLOTS: Final = (
    _slot("card_name", TEXT, f"{_CARD}, by its last digits", "raw_accounts.mask", "card_id"),
    _slot(
        "card_utilization",
        "fraction",
        f"balance ÷ limit of {_CARD}",
        "raw_accounts.balance_current",
        "card_id",
    ),
    _slot(
        "card_balance_usd",
        "USD",
        f"what is owed on {_CARD}",
        "raw_accounts.balance_current",
        "card_id",
    ),
    _slot("card_limit_usd", "USD", f"limit of {_CARD}", "raw_accounts.balance_limit", "card_id"),
    _slot(
        "card_apr_percentage",
        "percent",
        f"yearly rate of {_CARD}",
        "raw_liabilities.apr_percentage",
        "card_id",
    ),
    _slot(
        "card_minimum_payment_usd",
        "USD",
        f"minimum due on {_CARD}",
        "raw_liabilities.minimum_payment_amount",
        "card_id",
    ),
    _slot(
        "overdue_card_name",
        TEXT,
        f"{_LATE}, by its last digits",
        "raw_accounts.mask",
        "overdue_card_id",
    ),
    _slot(
        "overdue_card_minimum_payment_usd",
        "USD",
        f"minimum due on {_LATE}",
        "raw_liabilities.minimum_payment_amount",
        "overdue_card_id",
    ),
    _slot(
        "dearest_subscription_name",
        TEXT,
        f"{_DEAREST} by name",
        "recurring_streams.merchant_name",
        "dearest_subscription_id",
    ),
    _slot(
        "dearest_subscription_monthly_usd",
        "USD",
        f"what {_DEAREST} costs a month",
        "recurring_streams.monthly_amount",
        "dearest_subscription_id",
    ),
    _slot(
        "subscription_names",
        TEXT,
        "active subscriptions, three by name at most",
        "recurring_streams.merchant_name",
        "subscription_ids",
    ),
    _slot(
        "student_loan_payment_usd",
        "USD",
        "a month's payment of the largest student loan",
        "raw_loans.next_monthly_payment_usd",
        "student_loan_id",
    ),
    _slot(
        "student_loan_rate_percentage",
        "percent",
        "yearly rate of the largest student loan",
        "raw_loans.interest_rate_percentage",
        "student_loan_id",
    ),
    _slot(
        "mortgage_payment_usd",
        "USD",
        "a month's payment of the largest mortgage",
        "raw_loans.next_monthly_payment_usd",
        "mortgage_id",
    ),
)


@functools.cache
def facts() -> dict[str, Fact]:
    """Everything that may be known, by name: features first."""
    measured = (
        Fact(
            column.name,
            column.unit or "",
            _as_spoken(column.label or column.name),
            column.description,
            "features",
            is_citable=column.unit in PRINTED_UNITS,
        )
        for column in FEATURES
        if column.type in ("INTEGER", "DOUBLE", "BOOLEAN")
    )
    return {fact.name: fact for fact in (*measured, *FURTHER_FACTS, *SLOTS)}


def _as_spoken(label: str) -> str:
    return label[:1].lower() + label[1:]
