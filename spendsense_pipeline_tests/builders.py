"""Rows with sensible defaults, and an in-memory warehouse made of them, for tests that say only what matters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.raw import (
    CARD_STATEMENTS,
    GENERATED_TABLES,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_TRANSACTIONS,
    RAW_USERS,
    STREAM_TRUTH,
)

Row = dict[str, Any]
HISTORY_START = dt.date(2026, 1, 1)
AS_OF = dt.date(2026, 6, 30)
_SERIAL = iter(range(1, 10**9))


def a_user(user_id: str = "user_0000", **changes: Any) -> Row:
    """A consenting person."""
    return {
        "user_id": user_id,
        "name": "Ada Example",
        "age": 40,
        "gender": "female",
        "income_tier": "middle",
        "region": "Midwest",
        "state": "OH",
        "household_type": "single",
        "consent_status": "granted",
        "consent_timestamp": dt.datetime(2025, 12, 1, 12),  # noqa: DTZ001  (tables hold UTC without zone)
        "target_persona": None,
        "created_at": dt.datetime(2025, 12, 1, 12),  # noqa: DTZ001
    } | changes


def an_account(account_id: str = "checking", user_id: str = "user_0000", **changes: Any) -> Row:
    """A sole personal checking account holding $1,000 with no rows."""
    return {
        "account_id": account_id,
        "user_id": user_id,
        "type": "depository",
        "subtype": "checking",
        "name": "Checking",
        "official_name": "Everyday Checking",
        "mask": "1234",
        "holder_category": "personal",
        "ownership": "sole",
        "balance_current": Decimal("1000.00"),
        "balance_available": Decimal("1000.00"),
        "balance_limit": None,
        "iso_currency_code": "USD",
        "opening_balance": Decimal("1000.00"),
        "opened_on": dt.date(2020, 1, 1),
    } | changes


def a_savings_account(
    account_id: str = "savings", user_id: str = "user_0000", **changes: Any
) -> Row:
    """A savings account holding $1,000."""
    return an_account(account_id, user_id, subtype="savings", name="Savings", **changes)


def a_card(account_id: str = "card", user_id: str = "user_0000", **changes: Any) -> Row:
    """A credit card with $100 owed of a $1,000 limit."""
    return (
        an_account(account_id, user_id)
        | {
            "type": "credit",
            "subtype": "credit card",
            "name": "Card",
            "balance_current": Decimal("100.00"),
            "balance_available": Decimal("900.00"),
            "balance_limit": Decimal("1000.00"),
            "opening_balance": Decimal("100.00"),
        }
        | changes
    )


def a_transaction(
    amount: str | float | Decimal = "10.00",
    date: dt.date = AS_OF,
    account_id: str = "checking",
    user_id: str = "user_0000",
    **changes: Any,
) -> Row:
    """A posted grocery purchase from checking."""
    return {
        "transaction_id": f"t{next(_SERIAL):09d}",
        "account_id": account_id,
        "user_id": user_id,
        "date": date,
        "authorized_date": date,
        "amount": Decimal(str(amount)),
        "iso_currency_code": "USD",
        "name": "CORNER GROCER #12",
        "merchant_name": "Corner Grocer",
        "merchant_entity_id": "m_corner_grocer",
        "payment_channel": "in store",
        "category_primary": "FOOD_AND_DRINK",
        "category_detailed": "FOOD_AND_DRINK_GROCERIES",
        "pending": False,
        "pending_transaction_id": None,
        "transfer_id": None,
        "city": None,
        "state": None,
    } | changes


def a_paycheck(amount: str | float, date: dt.date, **changes: Any) -> Row:
    """A salary credit (amount given positive, stored negative: money in)."""
    return a_transaction(
        -Decimal(str(amount)),
        date,
        **(
            {
                "name": "ACME PAYROLL",
                "merchant_name": "Acme",
                "merchant_entity_id": None,
                "payment_channel": "other",
                "category_primary": "INCOME",
                "category_detailed": "INCOME_SALARY",
            }
            | changes
        ),
    )


def a_liability(account_id: str = "card", user_id: str = "user_0000", **changes: Any) -> Row:
    """The liability row of a card that is up to date."""
    return {
        "account_id": account_id,
        "user_id": user_id,
        "apr_percentage": Decimal("21.99"),
        "apr_type": "purchase_apr",
        "minimum_payment_amount": Decimal("25.00"),
        "last_payment_amount": Decimal("100.00"),
        "last_payment_date": dt.date(2026, 6, 5),
        "last_statement_balance": Decimal("100.00"),
        "last_statement_issue_date": dt.date(2026, 6, 15),
        "next_payment_due_date": dt.date(2026, 7, 10),
        "is_overdue": False,
    } | changes


def a_statement(
    issued_on: dt.date, account_id: str = "card", balance: str = "100.00", **changes: Any
) -> Row:
    """A closed statement whose whole balance is purchases."""
    return {
        "account_id": account_id,
        "statement_id": f"{account_id}:{issued_on.isoformat()}",
        "issued_on": issued_on,
        "due_on": issued_on + dt.timedelta(days=25),
        "previous_balance": Decimal("0.00"),
        "purchases": Decimal(balance),
        "interest": Decimal("0.00"),
        "fees": Decimal("0.00"),
        "payments": Decimal("0.00"),
        "statement_balance": Decimal(balance),
        "minimum_payment_amount": Decimal("25.00"),
    } | changes


def insert(con: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert dict rows into a declared table; a missing key is null."""
    rows = list(rows)
    try:
        # A hundred times faster than row by row; what Arrow refuses to convert, DuckDB may cast.
        stored = pa.Table.from_pylist([dict(row) for row in rows], schema=table.arrow_schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
        pass
    else:
        con.register("_rows_to_insert", stored)
        con.execute(f'insert into "{table.name}" select * from _rows_to_insert')
        con.unregister("_rows_to_insert")
        return
    values = [[row.get(name) for name in table.column_names] for row in rows]
    if values:
        marks = ", ".join("?" for _ in table.columns)
        con.executemany(f'insert into "{table.name}" values ({marks})', values)


def a_warehouse(
    *,
    users: Iterable[Row] = (),
    accounts: Iterable[Row] = (),
    transactions: Iterable[Row] = (),
    liabilities: Iterable[Row] = (),
    statements: Iterable[Row] = (),
    streams: Iterable[Row] = (),
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with every raw table (plus card_statements, stream_truth) holding these rows."""
    con = duckdb.connect()
    for table in GENERATED_TABLES:
        con.execute(table.create_sql())
    for table, rows in (
        (RAW_USERS, users),
        (RAW_ACCOUNTS, accounts),
        (RAW_TRANSACTIONS, transactions),
        (RAW_LIABILITIES, liabilities),
        (CARD_STATEMENTS, statements),
        (STREAM_TRUTH, streams),
    ):
        insert(con, table, rows)
    return con
