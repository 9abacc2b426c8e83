"""Plaid's account types and subtypes, and which we call savings, checking and cards.

The lists are those of plaid-python 46 (`AccountType` and the subtype enumerations of each type; a
test compares them). Plaid spells subtypes with spaces: `credit card`, never `credit_card`.
"""

from __future__ import annotations

from typing import Final

DEPOSITORY: Final = "depository"
CREDIT: Final = "credit"
LOAN: Final = "loan"
INVESTMENT: Final = "investment"

CHECKING: Final = "checking"
SAVINGS: Final = "savings"

SUBTYPES: Final[dict[str, tuple[str, ...]]] = {
    DEPOSITORY: (
        "cash management",
        "cd",
        "checking",
        "ebt",
        "hsa",
        "limited purpose checking",
        "money market",
        "paypal",
        "prepaid",
        "savings",
    ),
    CREDIT: ("credit card", "paypal"),
    LOAN: (
        "auto",
        "business",
        "commercial",
        "commercial line of credit",
        "construction",
        "consumer",
        "home equity",
        "home equity loan",
        "line of credit",
        "loan",
        "mortgage",
        "other",
        "overdraft",
        "student",
    ),
    INVESTMENT: (
        "401a",
        "401k",
        "403B",
        "457b",
        "529",
        "brokerage",
        "cash isa",
        "crypto exchange",
        "education savings account",
        "fhsa",
        "fixed annuity",
        "gic",
        "health reimbursement arrangement",
        "hsa",
        "ira",
        "isa",
        "keogh",
        "lif",
        "life insurance",
        "line of credit",
        "lira",
        "lrif",
        "lrsp",
        "mutual fund",
        "non-custodial wallet",
        "non-taxable brokerage account",
        "other",
        "other annuity",
        "other insurance",
        "pension",
        "prediction market",
        "prif",
        "profit sharing plan",
        "qshr",
        "rdsp",
        "resp",
        "retirement",
        "rlif",
        "roth",
        "roth 401k",
        "roth 403B",
        "roth 457b",
        "roth pension",
        "roth profit sharing plan",
        "roth thrift savings plan",
        "rrif",
        "rrsp",
        "sarsep",
        "sep ira",
        "simple ira",
        "sipp",
        "stock plan",
        "tfsa",
        "thrift savings plan",
        "trust",
        "ugma",
        "utma",
        "variable annuity",
    ),
    # Legacy spelling of investment accounts at brokers; Plaid documents no subtypes of its own for
    # it, nor for `other` beyond the catch-all and payroll.
    "brokerage": ("brokerage", "other"),
    "other": ("other", "payroll"),
}
"""Subtypes of every account type, as Plaid spells them."""

SAVINGS_SUBTYPES: Final = ("savings", "money market", "cash management")
"""Depository subtypes whose money is savings."""
SET_ASIDE_SUBTYPES: Final = ("hsa", "cd")
"""Depository subtypes of money put aside for a purpose or a term: a contribution or a maturity
would make a saver of anybody."""
CHECKING_SUBTYPES: Final = ("checking",)
"""Depository subtypes whose daily balance is watched."""
MEASURED_TYPES: Final = (DEPOSITORY, CREDIT)
"""Types whose rows are a household's money in and out; loans and investments enter no feature."""
CARD_SUBTYPES: Final = ("credit card",)
"""Credit subtypes that have a limit, statements and utilisation."""
OWED_TYPES: Final = (CREDIT, LOAN)
"""Types whose positive balance is owed; of all others it is held."""


def measured_as(type_: str, subtype: str | None) -> str | None:
    """What features take an account for: checking, savings, card, or spend only.

    None where it enters no feature.
    """
    if type_ == DEPOSITORY:
        if subtype in CHECKING_SUBTYPES:
            return "checking"
        return "savings" if subtype in SAVINGS_SUBTYPES else "spend only"
    if type_ == CREDIT:
        return "card" if subtype in CARD_SUBTYPES else "spend only"
    return None
