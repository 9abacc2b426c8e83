"""Plaid API responses as import source: one folder per person, recognised by content, not by file
name.

Read: `/accounts/get` (or the accounts in any other response), `/transactions/sync` and
`/transactions/get`, `/liabilities/get`. Plaid says nothing of consent: a `users.csv` beside the
folders may, with user_id equal to the folder's name. Recurring streams are not read: they are
measured anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from spendsense_pipeline.importing.layout import read_files
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, SourceMapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival

_BATCH_ROWS = 20_000


def has_responses(path: Path) -> bool:
    """Whether the path is a JSON file or holds JSON files directly or one folder down."""
    return path.suffix == ".json" if path.is_file() else next(_files(path), None) is not None


def read_responses(
    con: duckdb.DuckDBPyConnection, path: Path, mapping: SourceMapping, report: ImportReport
) -> dict[str, Arrival]:
    """Create `their_<table>` for users, accounts, transactions, liabilities from Plaid's
    responses.
    """
    for table in ("users", *_Writer.TABLES):
        columns = ", ".join(f'"{name}" varchar' for name in IMPORTABLE_TABLES[table].column_names)
        con.execute(f'create or replace table "their_{table}" ({columns}, _row varchar)')
    writer = _Writer(con)
    people: list[str] = []
    problems: list[Problem] = []
    for user_id, files in _people(path):
        rows = _PersonRows(user_id)
        for file in files:
            try:
                response = json.loads(file.read_text(encoding="utf-8"), parse_float=str)
                rows.add(response, file.name)
            except (ValueError, TypeError, AttributeError, KeyError, OSError) as error:
                where = file.name if file == path else str(file.relative_to(path))
                reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
                problems.append(
                    Problem(
                        "unreadable_file",
                        where,
                        f"is not a Plaid response ({reason})",
                        "Remove it or save the response again.",
                    )
                )
        if rows.is_empty:
            continue
        people.append(user_id)
        for table, found in rows.tables():
            writer.write(table, found)
    if problems:
        raise ImportProblemsError(problems[:20])
    if not people:
        remedy = "Save responses as FOLDER/<user_id>/accounts.json and transactions.json."
        raise ImportProblemsError(
            [Problem("missing_file", str(path), "holds no Plaid responses", remedy)]
        )
    writer.flush()
    arrivals = {
        name: Arrival(f"Plaid {name}", IMPORTABLE_TABLES[name].column_names, is_text=False)
        for name in _Writer.TABLES
    }
    for name in arrivals:
        [(rows,)] = con.execute(f'select count(*) from "their_{name}"').fetchall()
        report.read(f"Plaid {name}", rows, name)
    return arrivals | _read_users(con, path, people, mapping, report)


def _read_users(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    people: list[str],
    mapping: SourceMapping,
    report: ImportReport,
) -> dict[str, Arrival]:
    """The users beside the folders, or else the folders."""
    sidecar = [path / f"users{suffix}" for suffix in (".csv", ".parquet")] if path.is_dir() else []
    found = [file for file in sidecar if file.is_file()]
    if found:
        return read_files(con, {"users": found[0]}, mapping, report)
    con.executemany(
        "insert into their_users (user_id, _row) values (?, ?)",
        [(person, f"folder {person}") for person in people],
    )
    return {"users": Arrival("Plaid users", ("user_id",), is_text=False)}


class _PersonRows:
    """One person's rows; an account repeated in several responses is one account."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self.accounts: dict[str, dict[str, Any]] = {}
        self.transactions: list[dict[str, Any]] = []
        self.liabilities: list[dict[str, Any]] = []

    @property
    def is_empty(self) -> bool:
        return not (self.accounts or self.transactions or self.liabilities)

    def add(self, response: Mapping[str, Any], name: str) -> None:
        """Take what the response holds; a response of another endpoint holds nothing for us."""
        if not isinstance(response, dict):
            message = "not a JSON object"
            raise TypeError(message)
        for account in response.get("accounts", ()):
            self.accounts.setdefault(account["account_id"], self._account(account, name))
        for key in ("added", "transactions"):
            for row in response.get(key) or ():
                self.transactions.append(self._transaction(row, f"{self.user_id}/{name}"))
        liabilities = response.get("liabilities") or {}
        for card in liabilities.get("credit") or ():
            self.liabilities.append(self._liability(card, f"{self.user_id}/{name}"))

    def tables(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        yield "accounts", list(self.accounts.values())
        yield "transactions", self.transactions
        yield "liabilities", self.liabilities

    def _account(self, account: Mapping[str, Any], name: str) -> dict[str, Any]:
        balances = account["balances"]
        return {
            "account_id": account["account_id"],
            "user_id": self.user_id,
            "type": account["type"],
            "subtype": account.get("subtype"),
            "name": account.get("name"),
            "official_name": account.get("official_name"),
            "mask": account.get("mask"),
            "holder_category": account.get("holder_category"),
            "balance_current": balances.get("current"),
            "balance_available": balances.get("available"),
            "balance_limit": balances.get("limit"),
            "iso_currency_code": balances.get("iso_currency_code")
            or balances.get("unofficial_currency_code"),
            "_row": f"{self.user_id}/{name}",
        }

    def _transaction(self, row: Mapping[str, Any], where: str) -> dict[str, Any]:
        category = row.get("personal_finance_category") or {}
        location = row.get("location") or {}
        same = (
            "transaction_id",
            "account_id",
            "date",
            "authorized_date",
            "amount",
            "iso_currency_code",
            "name",
            "merchant_name",
            "merchant_entity_id",
            "payment_channel",
            "pending",
            "pending_transaction_id",
        )
        return {name: row.get(name) for name in same} | {
            "user_id": self.user_id,
            "category_primary": category.get("primary"),
            "category_detailed": category.get("detailed"),
            "city": location.get("city"),
            "state": location.get("region"),
            "_row": f"{where} {row.get('transaction_id')}",
        }

    def _liability(self, card: Mapping[str, Any], where: str) -> dict[str, Any]:
        # a card may carry several rates; purchases are what it is measured by
        rates = sorted(card.get("aprs") or (), key=lambda apr: apr["apr_type"] != "purchase_apr")
        same = IMPORTABLE_TABLES["liabilities"].column_names
        return {name: card.get(name) for name in same} | {
            "user_id": self.user_id,
            "apr_percentage": rates[0]["apr_percentage"] if rates else None,
            "apr_type": rates[0]["apr_type"] if rates else None,
            "_row": f"{where} {card.get('account_id')}",
        }


class _Writer:
    """Rows to `their_<table>` in batches: memory does not grow with the number of people."""

    TABLES = ("accounts", "transactions", "liabilities")

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._waiting: dict[str, list[dict[str, Any]]] = {table: [] for table in self.TABLES}

    def write(self, table: str, rows: list[dict[str, Any]]) -> None:
        waiting = self._waiting[table]
        waiting.extend(rows)
        if len(waiting) >= _BATCH_ROWS:
            self._insert(table)

    def flush(self) -> None:
        for table in self.TABLES:
            self._insert(table)

    def _insert(self, table: str) -> None:
        rows, self._waiting[table] = self._waiting[table], []
        if rows:
            import pyarrow as pa  # a tenth of a second that other imports need not pay

            names = (*IMPORTABLE_TABLES[table].column_names, "_row")
            batch = pa.table(
                {n: [_as_text(row.get(n)) for row in rows] for n in names},
                pa.schema([(n, pa.string()) for n in names]),
            )
            self._con.register("arriving_rows", batch)
            self._con.execute(f'insert into "their_{table}" by name select * from arriving_rows')
            self._con.unregister("arriving_rows")


def _as_text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _people(path: Path) -> Iterator[tuple[str, list[Path]]]:
    if path.is_file():
        yield path.stem, [path]
        return
    by_person: dict[str, list[Path]] = {}
    for file in _files(path):
        person = file.parent.name if file.parent != path else path.name
        by_person.setdefault(person, []).append(file)
    yield from by_person.items()


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.glob("*.json"))
        yield from sorted(path.glob("*/*.json"))
