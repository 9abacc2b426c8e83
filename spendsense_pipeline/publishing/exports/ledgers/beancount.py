"""Beancount: one ledger per person, balanced at every month's end and on the dataset's day.

A beancount balance is of the beginning of its day, so a month's end is asserted on the first of the
next. Two legs of an own transfer are one transaction when they post on one day; else each passes
through `Assets:In-Transit`, where a leg that is still due stays.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from spendsense_pipeline.plaid.categories import primary_of
from spendsense_pipeline.plaid.person import Person, Row
from spendsense_pipeline.publishing.exports.documents import file_name
from spendsense_pipeline.publishing.exports.ledgers.accounts import (
    LedgerAccount,
    change,
    ledger_accounts,
)
from spendsense_pipeline.publishing.exports.people import people
from spendsense_pipeline.publishing.exports.selection import Selection

OPENING, IN_TRANSIT = "Equity:Opening-Balances", "Assets:In-Transit"
_ROOTS = {"credit": "Liabilities", "loan": "Liabilities"}


def write_beancount(
    selection: Selection, directory: Path, *, as_of: dt.date, history_start: dt.date
) -> None:
    """`<user_id>.beancount` of everybody.

    Args:
        selection: whose rows.
        directory: an empty one.
        as_of: the day the balances are of.
        history_start: the day the accounts open, or that of their first row if it is earlier.
    """
    for person in people(selection):
        lines = ledger(person, as_of=as_of, history_start=history_start)
        path = directory / f"{file_name(person.user_id)}.beancount"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ledger(person: Person, *, as_of: dt.date, history_start: dt.date) -> Iterator[str]:
    """The lines of a person's ledger.

    Args:
        person: whose it is.
        as_of: the day the balances are of.
        history_start: the day the accounts open.

    Yields:
        Lines, without their ends.
    """
    accounts = ledger_accounts(person)
    names = dict(zip((a.account_id for a in accounts), _names(accounts), strict=True))
    start = min([history_start, *(account.first_day(history_start) for account in accounts)])
    yield f'option "title" "{_quoted(person.user_id)} as of {as_of}"'
    yield 'option "operating_currency" "USD"'
    yield ""
    entries = sorted(_entries(accounts, names), key=lambda entry: entry[0])
    used = sorted({posting for _, _, postings in entries for posting in postings})
    for account in accounts:
        yield f"{start} open {names[account.account_id]} USD"
        yield f'  account_id: "{_quoted(account.account_id)}"'
    for name in (OPENING, *(n for n in used if n not in names.values())):
        yield f"{start} open {name} USD"
    yield ""
    for account in accounts:
        if account.opening is not None:
            yield f'{start} * "Opening balance"'
            yield f"  {names[account.account_id]}  {account.opening:.2f} USD"
            yield f"  {OPENING}  {-account.opening:.2f} USD"
            yield ""
    for _, lines, _ in entries:
        yield from lines
        yield ""
    for account in accounts:
        yield from _assertions(account, names[account.account_id], start, as_of)


def _names(accounts: Iterable[LedgerAccount]) -> Iterator[str]:
    """A name for each: root, kind, and its id as far as beancount's letters go; no two alike."""
    taken: set[str] = set()
    for account in accounts:
        root = _ROOTS.get(str(account.row["type"]), "Assets")
        kind = _component(str(account.row["subtype"] or account.row["type"]))
        name = stem = f"{root}:{kind}:{_component(account.account_id)}"
        while name in taken:
            name = f"{stem}-{len(taken)}"
        taken.add(name)
        yield name


def _component(text: str) -> str:
    """A part of an account's name: capital letter or digit first, then letters, digits, dashes."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    return "-".join(word[:1].upper() + word[1:] for word in words) or "X"


def category_account(row: Row) -> str:
    """Where money comes from or goes to: Income for pay and the like, else Expenses.

    Args:
        row: of `raw_transactions`; a refund lowers what was spent.

    Returns:
        Name of a beancount account.
    """
    code = row["category_detailed"] or row["category_primary"]
    is_in = row["amount"] < 0
    if code is None:
        return "Income:Uncategorized" if is_in else "Expenses:Uncategorized"
    primary = row["category_primary"] or primary_of(code)
    detail = code.removeprefix(primary).strip("_")
    is_income = primary in ("INCOME", "TRANSFER_IN", "LOAN_DISBURSEMENTS")
    root = "Income" if is_income else "Expenses"
    # A root alone is no account.
    middle = [] if _spoken(primary) == root and detail else [_spoken(primary)]
    return ":".join([root, *middle, *([_spoken(detail)] if detail else [])])


def _spoken(code: str) -> str:
    return "-".join(word.capitalize() for word in code.split("_") if word)


_Entry = tuple[tuple[dt.date, str], list[str], set[str]]


def _entries(accounts: list[LedgerAccount], names: dict[str, str]) -> Iterator[_Entry]:
    """Every transaction with what it is sorted by and the accounts it touches."""
    legs: dict[str, list[Row]] = {}
    for account in accounts:
        for row in account.rows:
            if row["transfer_id"] is not None:
                legs.setdefault(row["transfer_id"], []).append(row)
    booked: set[str] = set()
    for account in accounts:
        for row in account.rows:
            pair = legs.get(row["transfer_id"], [])
            if row["transaction_id"] in booked:
                continue
            if _is_one_transaction(pair):
                booked |= {leg["transaction_id"] for leg in pair}
                yield _entry(row, [(leg, names[leg["account_id"]]) for leg in pair])
            else:
                other = IN_TRANSIT if row["transfer_id"] is not None else category_account(row)
                yield _entry(row, [(row, names[account.account_id])], other)


def _is_one_transaction(legs: list[Row]) -> bool:
    return (
        len(legs) == 2
        and legs[0]["date"] == legs[1]["date"]
        and change(legs[0]) + change(legs[1]) == 0
    )


def _entry(row: Row, postings: list[tuple[Row, str]], other: str | None = None) -> _Entry:
    payee = row["merchant_name"]
    named = f'"{_quoted(payee)}" ' if payee else ""
    lines = [f'{row["date"]} * {named}"{_quoted(row["name"])}"']
    if other is not None:
        lines += _about(row, "  ")
    for leg, account in postings:
        lines.append(f"  {account}  {change(leg):.2f} USD")
        if other is None:
            lines += _about(leg, "    ")
    if other is not None:
        lines.append(f"  {other}  {-change(row):.2f} USD")
    touched = {account for _, account in postings} | ({other} if other else set())
    return (row["date"], row["transaction_id"]), lines, touched


def _about(row: Row, indent: str) -> Iterator[str]:
    yield f'{indent}transaction_id: "{_quoted(row["transaction_id"])}"'
    if row["category_detailed"]:
        yield f'{indent}category_detailed: "{row["category_detailed"]}"'


def _assertions(account: LedgerAccount, name: str, start: dt.date, as_of: dt.date) -> Iterator[str]:
    if account.opening is None:
        yield f"; {name}: nobody knows its balance"
        return
    rows = iter(account.rows)
    row = next(rows, None)
    held: Decimal = account.opening
    for day in _days_after_months(start, as_of):
        while row is not None and row["date"] < day:
            held += change(row)
            row = next(rows, None)
        yield f"{day} balance {name}  {held:.2f} USD"


def _days_after_months(start: dt.date, as_of: dt.date) -> Iterator[dt.date]:
    """The first of every month after the start, and the day after as_of."""
    day = (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    while day <= as_of:
        yield day
        day = (day + dt.timedelta(days=32)).replace(day=1)
    yield as_of + dt.timedelta(days=1)


def _quoted(text: object) -> str:
    """A text inside quotes."""
    plain = " ".join(str(text).split())
    return plain.replace("\\", "\\\\").replace('"', '\\"')
