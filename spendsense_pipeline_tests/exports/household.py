"""A small published-like database: two people who consented, one who did not, with every kind of
row.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb

from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline.tables.declaration import MONEY, Column, Table
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.builders import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_liability,
    a_paycheck,
    a_savings_account,
    a_statement,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
    insert,
)

# The columns an export reads, as the features package declares them; the real table has more.
STREAMS = Table(
    "recurring_streams",
    "Streams.",
    (
        Column("stream_id", "VARCHAR", "Identifier"),
        Column("user_id", "VARCHAR", "Person"),
        Column("account_id", "VARCHAR", "Account"),
        Column("merchant_name", "VARCHAR", "Merchant", nullable=True),
        Column("frequency", "VARCHAR", "Cadence"),
        Column("status", "VARCHAR", "Status"),
        Column("is_active", "BOOLEAN", "Runs at as_of"),
        Column("average_amount", MONEY, "Average", unit="USD"),
        Column("last_amount", MONEY, "Last", unit="USD"),
        Column("first_date", "DATE", "First"),
        Column("last_date", "DATE", "Last"),
        Column("predicted_next_date", "DATE", "Next", nullable=True),
        Column("transaction_ids", "VARCHAR[]", "Charges"),
        Column("transaction_dates", "DATE[]", "Their dates"),
        Column("transaction_amounts", f"{MONEY}[]", "Their amounts", unit="USD"),
        Column("category_primary", "VARCHAR", "Category", nullable=True),
        Column("category_detailed", "VARCHAR", "Category", nullable=True),
    ),
    primary_key=("stream_id",),
    order_by=("user_id", "stream_id"),
)
TRACES = Table(
    "decision_traces",
    "Traces.",
    (
        Column("trace_id", "VARCHAR", "Content hash"),
        Column("user_id", "VARCHAR", "Person"),
        Column("window_days", "INTEGER", "Window"),
        Column("trace", "VARCHAR", "The trace"),
    ),
    primary_key=("trace_id",),
    order_by=("user_id", "window_days"),
)
TABLES = (*GENERATED_TABLES, STREAMS, TRACES, DATASET)
PUBLISHED_AT = dt.datetime(2026, 7, 1, 3)  # noqa: DTZ001  (tables hold UTC without zone)
CONSENTING = ["user_0000", "user_0001"]
UNCONSENTED = "user_0002"


def _household(user_id: str, **changes: object) -> dict[str, list[Row]]:
    checking, savings, card = (f"{user_id}_{kind}" for kind in ("checking", "savings", "card"))
    return {
        "users": [a_user(user_id, **changes)],
        "accounts": [
            an_account(checking, user_id),
            a_savings_account(savings, user_id),
            a_card(card, user_id),
        ],
        "transactions": [
            a_paycheck("2000.00", dt.date(2026, 6, 15), account_id=checking, user_id=user_id),
            *(
                a_transaction(
                    "15.49",
                    dt.date(2026, month, 10),
                    card,
                    user_id,
                    name="STREAMFLIX",
                    merchant_name='Streamflix, "Inc"',
                    category_primary="ENTERTAINMENT",
                    category_detailed="ENTERTAINMENT_TV_AND_MOVIES",
                    payment_channel="online",
                )
                for month in (4, 5, 6)
            ),
            a_transaction(
                "500.00",
                dt.date(2026, 6, 16),
                checking,
                user_id,
                name="TO SAVINGS",
                merchant_name=None,
                merchant_entity_id=None,
                transfer_id=f"x{user_id}",
                payment_channel="other",
                category_primary="TRANSFER_OUT",
                category_detailed="TRANSFER_OUT_SAVINGS",
            ),
            a_transaction(
                "-500.00",
                dt.date(2026, 6, 16),
                savings,
                user_id,
                name="FROM CHECKING",
                merchant_name=None,
                merchant_entity_id=None,
                transfer_id=f"x{user_id}",
                payment_channel="other",
                category_primary="TRANSFER_IN",
                category_detailed="TRANSFER_IN_SAVINGS",
            ),
            a_transaction("9.99", AS_OF, card, user_id, pending=True, city="Dayton", state="OH"),
            a_transaction(
                "3.20",
                dt.date(2026, 6, 1),
                checking,
                user_id,
                name="???",
                merchant_name=None,
                merchant_entity_id=None,
                payment_channel=None,
                category_primary=None,
                category_detailed=None,
            ),
        ],
        "liabilities": [a_liability(card, user_id)],
        "statements": [a_statement(dt.date(2026, 6, 15), card)],
    }


def a_dataset(path: Path) -> Path:
    """Write the database to `path`."""
    households = [
        _household("user_0000"),
        _household("user_0001", consent_timestamp=None),
        _household(UNCONSENTED, consent_status="denied"),
    ]
    rows = {key: [row for h in households for row in h[key]] for key in households[0]}
    con = a_warehouse(**rows)
    for table in (STREAMS, TRACES, DATASET):
        con.execute(table.create_sql())
    for user_id in CONSENTING:
        ids = [
            t["transaction_id"]
            for t in rows["transactions"]
            if t["name"] == "STREAMFLIX" and t["user_id"] == user_id
        ]
        _insert_streams(con, [_stream(user_id, ids), _income(user_id)])
        insert(
            con,
            TRACES,
            [
                {
                    "trace_id": f"{user_id}:{w}",
                    "user_id": user_id,
                    "window_days": w,
                    "trace": f'{{"user_id": "{user_id}", "window_days": {w}}}',
                }
                for w in (30, 180)
            ],
        )
    insert(
        con,
        DATASET,
        [
            {
                "dataset_id": "d" * 16,
                "as_of": AS_OF,
                "history_start": HISTORY_START,
                "seed": 42,
                "preset": None,
                "config_hash": "c",
                "rules_version": "r",
                "code_version": "v",
                "run_id": None,
                "published_at": PUBLISHED_AT,
            }
        ],
    )
    con.execute(f"attach '{path}' as target")
    con.execute("copy from database memory to target")
    con.close()
    return path


def _insert_streams(con: duckdb.DuckDBPyConnection, rows: list[Row]) -> None:
    """Row by row: lists of decimals have no Arrow type in the declarations."""
    marks = ", ".join("?" for _ in STREAMS.columns)
    values = [[row[name] for name in STREAMS.column_names] for row in rows]
    con.executemany(f"insert into recurring_streams values ({marks})", values)


def _stream(user_id: str, ids: list[str]) -> Row:
    return {
        "stream_id": f"s1{user_id}",
        "user_id": user_id,
        "account_id": f"{user_id}_card",
        "merchant_name": "Streamflix",
        "frequency": "MONTHLY",
        "status": "MATURE",
        "is_active": True,
        "average_amount": Decimal("15.49"),
        "last_amount": Decimal("15.49"),
        "first_date": dt.date(2026, 4, 10),
        "last_date": dt.date(2026, 6, 10),
        "predicted_next_date": dt.date(2026, 7, 10),
        "transaction_ids": ids,
        "transaction_dates": [dt.date(2026, 4, 10)] * len(ids),
        "transaction_amounts": [Decimal("15.49")] * len(ids),
        "category_primary": "ENTERTAINMENT",
        "category_detailed": "ENTERTAINMENT_TV_AND_MOVIES",
    }


def _income(user_id: str) -> Row:
    return _stream(user_id, []) | {
        "stream_id": f"s2{user_id}",
        "account_id": f"{user_id}_checking",
        "merchant_name": "Acme",
        "frequency": "IRREGULAR",
        "average_amount": Decimal("-2000.00"),
        "last_amount": Decimal("-2000.00"),
        "predicted_next_date": None,
        "category_primary": "INCOME",
        "category_detailed": "INCOME_SALARY",
    }


def open_dataset(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=True)
