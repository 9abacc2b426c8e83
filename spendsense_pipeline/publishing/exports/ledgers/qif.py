"""QIF: one register per account, which opens with its opening balance and sums to its balance.

Money out is negative and what is owed on a card is a negative balance, as in Quicken. Dates are
month/day/year, in the order of the format's home.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from spendsense_pipeline.plaid.accounts import CREDIT, DEPOSITORY
from spendsense_pipeline.plaid.person import Row
from spendsense_pipeline.publishing.exports.documents import file_name
from spendsense_pipeline.publishing.exports.ledgers.accounts import (
    LedgerAccount,
    change,
    ledger_accounts,
)
from spendsense_pipeline.publishing.exports.ledgers.beancount import category_account
from spendsense_pipeline.publishing.exports.people import people
from spendsense_pipeline.publishing.exports.selection import Selection

_REGISTERS = {DEPOSITORY: "Bank", CREDIT: "CCard", "loan": "Oth L"}


def write_qif(selection: Selection, directory: Path, *, history_start: dt.date) -> None:
    """`<user_id>/<account_id>.qif` of every account.

    Args:
        selection: whose rows.
        directory: an empty one.
        history_start: the day the registers open.
    """
    for person in people(selection):
        folder = directory / file_name(person.user_id)
        folder.mkdir()
        accounts = ledger_accounts(person)
        labels = {account.account_id: account.label for account in accounts}
        for account in accounts:
            lines = register(account, labels, _partners(accounts), history_start)
            path = folder / f"{file_name(account.account_id)}.qif"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def register(
    account: LedgerAccount,
    labels: dict[str, str],
    partners: dict[str, str],
    history_start: dt.date,
) -> Iterator[str]:
    """The lines of an account's register.

    Args:
        account: whose it is.
        labels: what the person's accounts are called, by id.
        partners: by transaction, the account of the other leg.
        history_start: the day the register opens, or that of the first row if it is earlier.

    Yields:
        Lines, without their ends.
    """
    yield f"!Type:{_REGISTERS.get(str(account.row['type']), 'Oth A')}"
    if account.opening is not None:
        yield f"D{account.first_day(history_start):%m/%d/%Y}"
        yield f"T{account.opening:.2f}"
        yield "POpening Balance"
        yield f"L[{_line(account.label)}]"
        yield "^"
    for row in account.rows:
        partner = partners.get(row["transaction_id"])
        yield f"D{row['date']:%m/%d/%Y}"
        yield f"T{change(row):.2f}"
        yield f"N{_line(row['transaction_id'])}"
        yield f"P{_line(row['merchant_name'] or row['name'])}"
        yield f"M{_line(row['name'])}"
        yield f"L{f'[{_line(labels[partner])}]' if partner else _category(row)}"
        yield "^"


def _partners(accounts: list[LedgerAccount]) -> dict[str, str]:
    """By transaction the account that holds the other leg of an own transfer."""
    legs: dict[str, list[Row]] = {}
    for account in accounts:
        for row in account.rows:
            if row["transfer_id"] is not None:
                legs.setdefault(row["transfer_id"], []).append(row)
    return {
        one["transaction_id"]: other["account_id"]
        for pair in legs.values()
        if len(pair) == 2
        for one, other in (pair, pair[::-1])
    }


def _category(row: Row) -> str:
    """The category as Quicken nests it, without whether it is income: the sign says that."""
    return category_account(row).partition(":")[2]


def _line(text: object) -> str:
    """A text on one line."""
    return " ".join(str(text).split())
