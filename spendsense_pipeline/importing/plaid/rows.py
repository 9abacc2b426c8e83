"""Plaid's accounts, transactions, liabilities and loans, of which only what we read: as text, as it
came.

Two rows are equal when they say the same, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

Text = str | None
# Plaid passes on what a servicer writes: `30 year`, `360 months`.
_TERM = re.compile(r"(\d+)[ -]*(y(?:ea)?rs?|m(?:on)?ths?|mos?)\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaidAccount:
    """An account as one response shows it; `last_updated` is the time its balance is of."""

    account_id: Text
    type: Text
    subtype: Text
    name: Text
    official_name: Text
    mask: Text
    holder_category: Text
    balance_current: Text
    balance_available: Text
    balance_limit: Text
    iso_currency_code: Text
    unofficial_currency_code: Text
    persistent_account_id: Text
    last_updated: Text
    # Told by the Item it came in; see `person`.
    institution_id: Text = None
    institution_name: Text = None
    where: str = field(compare=False)

    @classmethod
    def read(cls, account: Mapping[str, Any], where: str) -> PlaidAccount:
        """What an element of `accounts` says."""
        balances = account["balances"]
        return cls(
            account_id=as_text(account["account_id"]),
            type=as_text(account.get("type")),
            subtype=as_text(account.get("subtype")),
            name=as_text(account.get("name")),
            official_name=as_text(account.get("official_name")),
            mask=as_text(account.get("mask")),
            holder_category=as_text(account.get("holder_category")),
            balance_current=as_text(balances.get("current")),
            balance_available=as_text(balances.get("available")),
            balance_limit=as_text(balances.get("limit")),
            iso_currency_code=as_text(balances.get("iso_currency_code")),
            unofficial_currency_code=as_text(balances.get("unofficial_currency_code")),
            persistent_account_id=as_text(account.get("persistent_account_id")),
            last_updated=as_text(balances.get("last_updated_datetime")),
            where=f"{where} {account['account_id']}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaidTransaction:
    """A transaction as one response shows it."""

    transaction_id: Text
    account_id: Text
    date: Text
    authorized_date: Text
    amount: Text
    authorized_amount: Text
    iso_currency_code: Text
    unofficial_currency_code: Text
    name: Text
    merchant_name: Text
    merchant_entity_id: Text
    payment_channel: Text
    category_primary: Text
    category_detailed: Text
    pending: Text
    pending_transaction_id: Text
    city: Text
    state: Text
    where: str = field(compare=False)

    @classmethod
    def read(cls, row: Mapping[str, Any], where: str) -> PlaidTransaction:
        """What an element of `added`, `modified` or `transactions` says."""
        category = row.get("personal_finance_category") or {}
        location = row.get("location") or {}
        return cls(
            transaction_id=as_text(row["transaction_id"]),
            account_id=as_text(row["account_id"]),
            date=as_text(row.get("date")),
            authorized_date=as_text(row.get("authorized_date")),
            amount=as_text(row.get("amount")),
            # Told by what it showed while it was pending; see `replay`.
            authorized_amount=None,
            iso_currency_code=as_text(row.get("iso_currency_code")),
            unofficial_currency_code=as_text(row.get("unofficial_currency_code")),
            # Plaid no longer tends `name`; what the bank wrote stands in `original_description`.
            name=as_text(row.get("name"))
            or as_text(row.get("original_description"))
            or as_text(row.get("merchant_name")),
            merchant_name=as_text(row.get("merchant_name")),
            merchant_entity_id=as_text(row.get("merchant_entity_id")),
            payment_channel=as_text(row.get("payment_channel")),
            category_primary=as_text(category.get("primary")),
            category_detailed=as_text(category.get("detailed")),
            pending=as_text(row.get("pending")),
            pending_transaction_id=as_text(row.get("pending_transaction_id")),
            city=as_text(location.get("city")),
            state=as_text(location.get("region")),
            where=f"{where} {row['transaction_id']}",
        )

    @property
    def is_pending(self) -> bool:
        """Whether the bank has not posted it yet."""
        return self.pending is not None and self.pending.lower() == "true"

    @property
    def likeness(self) -> tuple[Text, Decimal | Text, Text]:
        """What is the same of one movement of money under two ids: its day, amount and name."""
        return self.date, amount_of(self.amount), self.name and " ".join(self.name.lower().split())

    def says_as(self, other: PlaidTransaction) -> bool:
        """Whether both say the same, however their amounts are written (`7.5`, `7.50`)."""
        return self == other or (
            amount_of(self.amount) == amount_of(other.amount)
            and replace(self, amount=other.amount) == other
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaidLiability:
    """What a card owes and by when, as one response shows it."""

    account_id: Text
    apr_percentage: Text
    apr_type: Text
    minimum_payment_amount: Text
    last_payment_amount: Text
    last_payment_date: Text
    last_statement_balance: Text
    last_statement_issue_date: Text
    next_payment_due_date: Text
    is_overdue: Text
    where: str = field(compare=False)

    @classmethod
    def read(cls, card: Mapping[str, Any], where: str) -> PlaidLiability:
        """What an element of `liabilities.credit` says."""
        # a card may carry several rates; purchases are what it is measured by
        rates = sorted(
            card.get("aprs") or (), key=lambda apr: apr.get("apr_type") != "purchase_apr"
        )
        rate = rates[0] if rates else {}
        return cls(
            account_id=as_text(card["account_id"]),
            apr_percentage=as_text(rate.get("apr_percentage")),
            apr_type=as_text(rate.get("apr_type")),
            minimum_payment_amount=as_text(card.get("minimum_payment_amount")),
            last_payment_amount=as_text(card.get("last_payment_amount")),
            last_payment_date=as_text(card.get("last_payment_date")),
            last_statement_balance=as_text(card.get("last_statement_balance")),
            last_statement_issue_date=as_text(card.get("last_statement_issue_date")),
            next_payment_due_date=as_text(card.get("next_payment_due_date")),
            is_overdue=as_text(card.get("is_overdue")),
            where=f"{where} {card['account_id']}",
        )

    @property
    def own_date(self) -> Text:
        """The latest day it speaks of: it is of no earlier one."""
        return self.last_statement_issue_date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaidLoan:
    """A mortgage's or student loan's terms and payments, as one response shows them."""

    account_id: Text
    kind: Text
    origination_date: Text
    origination_principal_usd: Text
    interest_rate_percentage: Text
    term_months: Text
    maturity_date: Text
    last_payment_amount_usd: Text
    last_payment_date: Text
    next_payment_due_date: Text
    next_monthly_payment_usd: Text
    ytd_interest_paid_usd: Text
    ytd_principal_paid_usd: Text
    is_overdue: Text
    escrow_balance_usd: Text
    # What Plaid wrote of the term, of which `term_months` is read.
    term: Text = None
    last_statement_issue_date: Text = None
    where: str = field(compare=False)

    @classmethod
    def read_mortgage(cls, loan: Mapping[str, Any], where: str) -> PlaidLoan:
        """What an element of `liabilities.mortgage` says."""
        rate = loan.get("interest_rate") or {}
        term = as_text(loan.get("loan_term"))
        past_due = amount_of(as_text(loan.get("past_due_amount")))
        return cls(
            kind="mortgage",
            interest_rate_percentage=as_text(rate.get("percentage")),
            term_months=months_of(term),
            maturity_date=as_text(loan.get("maturity_date")),
            next_monthly_payment_usd=as_text(loan.get("next_monthly_payment")),
            is_overdue=str(past_due > 0).lower() if isinstance(past_due, Decimal) else None,
            escrow_balance_usd=as_text(loan.get("escrow_balance")),
            term=term,
            **_common_terms(loan, where),
        )

    @classmethod
    def read_student(cls, loan: Mapping[str, Any], where: str) -> PlaidLoan:
        """What an element of `liabilities.student` says; Plaid has no term and no escrow of it."""
        return cls(
            kind="student",
            interest_rate_percentage=as_text(loan.get("interest_rate_percentage")),
            term_months=None,
            maturity_date=as_text(loan.get("expected_payoff_date")),
            next_monthly_payment_usd=as_text(loan.get("minimum_payment_amount")),
            is_overdue=as_text(loan.get("is_overdue")),
            escrow_balance_usd=None,
            last_statement_issue_date=as_text(loan.get("last_statement_issue_date")),
            **_common_terms(loan, where),
        )

    @property
    def own_date(self) -> Text:
        """The latest day it speaks of: it is of no earlier one."""
        days = (self.last_statement_issue_date, self.last_payment_date)
        return max((day for day in days if day is not None), default=None)


def _common_terms(loan: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What mortgages and student loans say under the same names."""
    return {
        "account_id": as_text(loan["account_id"]),
        "origination_date": as_text(loan.get("origination_date")),
        "origination_principal_usd": as_text(loan.get("origination_principal_amount")),
        "last_payment_amount_usd": as_text(loan.get("last_payment_amount")),
        "last_payment_date": as_text(loan.get("last_payment_date")),
        "next_payment_due_date": as_text(loan.get("next_payment_due_date")),
        "ytd_interest_paid_usd": as_text(loan.get("ytd_interest_paid")),
        "ytd_principal_paid_usd": as_text(loan.get("ytd_principal_paid")),
        "where": f"{where} {loan['account_id']}",
    }


PlaidTerms = PlaidLiability | PlaidLoan
PlaidRow = PlaidAccount | PlaidTransaction | PlaidTerms


def columns_of(row: type[PlaidRow]) -> tuple[str, ...]:
    """The names of what a row says."""
    return tuple(each.name for each in fields(row) if each.name != "where")


def as_text(value: Any) -> Text:
    """A value as trimmed text; blank is nothing."""
    if value is None:
        return None
    return (value if isinstance(value, str) else str(value)).strip() or None


def amount_of(text: Text) -> Decimal | Text:
    """An amount without a float's last bits (0.30000000000000004), or the text that is none."""
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return text
    return round(value, 4) if value.is_finite() else text


def months_of(term: Text) -> Text:
    """How many months a term in words is; None where there is none, or none that can be read."""
    said = _TERM.fullmatch(term or "")
    if said is None:
        return None
    return str(int(said[1]) * (12 if said[2].lower().startswith("y") else 1))
