"""What an import holds, as its owner would check it: accounts by kind with the sign of their
balances, the span of their rows, and who consents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.mapping import SourceMapping
from spendsense_pipeline.plaid.accounts import OWED_TYPES, measured_as


@dataclass(frozen=True)
class AccountsOfAKind:
    """All accounts of one type and subtype."""

    type: str
    subtype: str | None
    measured_as: str
    """What features take them for; empty where they enter none."""
    balance_sign: str
    accounts: int
    without_balance: int
    transactions: int


@dataclass(frozen=True)
class Holdings:
    """What is in the raw tables of an import."""

    accounts: tuple[AccountsOfAKind, ...]
    people_by_consent: Mapping[str, int]
    first_date: dt.date | None
    """Of the posted rows; None without any."""
    last_date: dt.date | None


def find_holdings(con: duckdb.DuckDBPyConnection, mapping: SourceMapping) -> Holdings:
    """Look at the filled raw tables of `con`."""
    turned = mapping["accounts"].negate if "accounts" in mapping else {}
    kinds = con.execute(
        "select type, subtype, count(*), count(*) - count(balance_current), "
        "coalesce(sum(row_.row_count), 0) from raw_accounts left join "
        "(select account_id, count(*) as row_count from raw_transactions group by account_id) row_ "
        "using (account_id) group by type, subtype order by count(*) desc, type, subtype"
    ).fetchall()
    [(first, last)] = con.execute(
        "select min(date), max(date) from raw_transactions where not pending"
    ).fetchall()
    people = con.execute(
        "select consent_status, count(*) from raw_users group by consent_status order by 2 desc, 1"
    ).fetchall()
    return Holdings(
        tuple(
            AccountsOfAKind(
                type_,
                subtype,
                measured_as(type_, subtype) or "",
                _sign(type_, is_turned=type_ in turned.get("balance_current", ())),
                accounts,
                without,
                int(rows),
            )
            for type_, subtype, accounts, without, rows in kinds
        ),
        {status: int(count) for status, count in people},
        first,
        last,
    )


def _sign(type_: str, *, is_turned: bool) -> str:
    sign = "positive = owed" if type_ in OWED_TYPES else "positive = held"
    return f"{sign}, turned by the mapping" if is_turned else sign
