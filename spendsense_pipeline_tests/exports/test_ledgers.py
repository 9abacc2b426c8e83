"""Ledgers are read back by readers we did not write, and reconcile to the cent with the raw tables,
recomputed in plain Python.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.publishing.exports.ledgers import write_beancount, write_ofx, write_qif
from spendsense_pipeline.publishing.exports.ledgers.beancount import category_account
from spendsense_pipeline.publishing.exports.ledgers.ofx import account_number
from spendsense_pipeline.publishing.exports.selection import Selection
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline_tests.fixtures.exportable_dataset import CONSENTING, TABLES
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population
from spendsense_pipeline_tests.fixtures.measured_people import rows_of

loader = pytest.importorskip("beancount.loader", reason="beancount is in the dev extra")
ofx_parser = pytest.importorskip("ofxtools.Parser", reason="ofxtools is in the dev extra")

POPULATIONS = [
    {"config": {"seed": 3, "num_users": 12, "months_history": 5}},
    {"preset": "overlap_testing", "config": {"seed": 4, "num_users": 12, "months_history": 4}},
]
DAYS = [dt.date(2026, 6, 30), dt.date(2026, 2, 1)]


class World:
    """A generated population, its ledgers in all three forms, and its rows."""

    def __init__(self, resolved: ResolvedConfig, folder: Path) -> None:
        con = a_population(resolved)
        self.as_of = resolved.as_of
        self.folder = folder
        selection = Selection.of(con, tables_in("exports"))
        days = {"as_of": resolved.as_of, "history_start": resolved.history_start}
        for name in ("beancount", "ofx", "qif"):
            (folder / name).mkdir(parents=True)
        write_beancount(selection, folder / "beancount", **days)
        write_ofx(selection, folder / "ofx", as_of=resolved.as_of)
        write_qif(selection, folder / "qif", history_start=resolved.history_start)
        consenting = {
            row["user_id"]
            for row in rows_of(con, "raw_users")
            if row["consent_status"] == "granted"
        }
        self.accounts = [r for r in rows_of(con, "raw_accounts") if r["user_id"] in consenting]
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows_of(con, "raw_transactions"):
            if not row["pending"]:
                self.rows[row["account_id"]].append(row)
        self.people = consenting
        con.close()

    @staticmethod
    def held(account: dict[str, Any], amount: Decimal) -> Decimal:
        """Plaid's positive debt as what is held: negative."""
        return -amount if account["type"] in ("credit", "loan") else amount


@pytest.fixture(
    scope="module", params=zip(POPULATIONS, DAYS, strict=True), ids=["natural", "overlap"]
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    sections, as_of = request.param
    resolved = a_configuration(as_of=as_of, **sections)
    return World(resolved, tmp_path_factory.mktemp("ledgers"))


def test_bean_check_accepts_everybody_and_balances_hold_at_every_months_end(world: World) -> None:
    files = sorted((world.folder / "beancount").glob("*.beancount"))
    assert {file.stem for file in files} == world.people
    asserted: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
    for file in files:
        entries, errors, _ = loader.load_file(str(file))
        assert not errors, (file.name, errors[:3])
        names = {e.account: e.meta.get("account_id") for e in entries if type(e).__name__ == "Open"}
        for entry in entries:
            if type(entry).__name__ == "Balance":
                asserted[names[entry.account]][entry.date] = entry.amount.number
    for account in world.accounts:
        days = asserted[account["account_id"]]
        assert len(days) >= 4
        assert max(days) == world.as_of + dt.timedelta(days=1)
        for day, balance in days.items():
            later = [r["amount"] for r in world.rows[account["account_id"]] if r["date"] >= day]
            current = world.held(account, account["balance_current"])
            assert balance == current + sum(later, Decimal(0)), (account["account_id"], day)


def test_every_posted_row_is_in_the_ledger_once_and_own_transfers_in_one_transaction(
    world: World,
) -> None:
    found: dict[str, Decimal] = {}
    own = 0
    for file in (world.folder / "beancount").glob("*.beancount"):
        entries, _, _ = loader.load_file(str(file))
        for entry in entries:
            if type(entry).__name__ != "Transaction":
                continue
            ids = [p.meta["transaction_id"] for p in entry.postings if "transaction_id" in p.meta]
            own += len(ids) == 2
            postings = zip(ids or [entry.meta.get("transaction_id")], entry.postings, strict=False)
            found |= {key: -posting.units.number for key, posting in postings if key}
    expected = {
        row["transaction_id"]: row["amount"]
        for account in world.accounts
        for row in world.rows[account["account_id"]]
    }
    assert found == expected
    legs: dict[str, list[dt.date]] = defaultdict(list)
    for account in world.accounts:
        for row in world.rows[account["account_id"]]:
            if row["transfer_id"]:
                legs[row["transfer_id"]].append(row["date"])
    assert own == sum(len(days) == 2 and len(set(days)) == 1 for days in legs.values()) > 0


def test_an_ofx_reader_finds_every_row_and_the_balance(world: World) -> None:
    statements = {}
    for file in (world.folder / "ofx").rglob("*.ofx"):
        tree = ofx_parser.OFXTree()
        tree.parse(io.BytesIO(file.read_bytes()))
        [statement] = tree.convert().statements
        statements[statement.account.acctid] = statement
    # OFX has no statement of a loan.
    stated = [account for account in world.accounts if account["type"] != "loan"]
    assert len(statements) == len(stated)
    for account in stated:
        statement = statements[account_number(account["account_id"])]
        found = {(t.fitid, t.dtposted.date(), -t.trnamt) for t in statement.transactions}
        rows = world.rows[account["account_id"]]
        assert found == {(r["transaction_id"], r["date"], r["amount"]) for r in rows}
        assert statement.ledgerbal.balamt == world.held(account, account["balance_current"])
        assert statement.ledgerbal.dtasof.date() == world.as_of


def read_qif(text: str) -> tuple[str, list[dict[str, str]]]:
    """A strict reader: a type, then records of one-letter fields that end in `^`."""
    first, *lines = text.splitlines()
    assert first.startswith("!Type:")
    records: list[dict[str, str]] = [{}]
    for line in lines:
        if line == "^":
            records.append({})
            continue
        assert line[:1] in "DTNPML", line
        assert line[0] not in records[-1], "a field twice"
        records[-1][line[0]] = line[1:]
    assert records.pop() == {}, "the last record is not closed"
    return first.removeprefix("!Type:"), records


def test_a_register_opens_and_sums_to_the_balance(world: World) -> None:
    found = {file.stem: read_qif(file.read_text("utf-8")) for file in world.folder.rglob("*.qif")}
    assert set(found) == {account["account_id"] for account in world.accounts}
    for account in world.accounts:
        type_, records = found[account["account_id"]]
        assert type_ == {"credit": "CCard", "loan": "Oth L"}.get(account["type"], "Bank")
        current = world.held(account, account["balance_current"])
        assert sum((Decimal(r["T"]) for r in records), Decimal(0)) == current
        assert records[0]["P"] == "Opening Balance"
        rows = {
            (r["N"], dt.datetime.strptime(r["D"], "%m/%d/%Y").date(), -Decimal(r["T"]))  # noqa: DTZ007
            for r in records[1:]
        }
        expected = world.rows[account["account_id"]]
        assert rows == {(r["transaction_id"], r["date"], r["amount"]) for r in expected}


@pytest.mark.parametrize("format_", ["beancount", "ofx", "qif"])
def test_only_those_who_consent_leave_and_odd_accounts_break_nothing(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str
) -> None:
    exported = export_dataset(dataset, TABLES, tmp_path / "out", format_)
    assert exported.people == len(CONSENTING)
    people = {p.stem if p.is_file() else p.name for p in (tmp_path / "out").iterdir()}
    assert people == {*CONSENTING, "export"}
    for file in (tmp_path / "out").rglob("*.beancount"):
        _, errors, _ = loader.load_file(str(file))
        assert not errors, errors[:3]


@pytest.mark.parametrize(
    ("primary", "detailed", "amount", "account"),
    [
        ("INCOME", "INCOME_SALARY", -5, "Income:Salary"),
        ("INCOME", None, -5, "Income:Income"),
        ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE", 5, "Expenses:Food-And-Drink:Coffee"),
        ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE", -5, "Expenses:Food-And-Drink:Coffee"),
        ("TRAVEL", None, 5, "Expenses:Travel"),
        (None, None, 5, "Expenses:Uncategorized"),
        (None, None, -5, "Income:Uncategorized"),
    ],
)
def test_a_category_is_an_account(
    primary: str | None, detailed: str | None, amount: int, account: str
) -> None:
    row = {"category_primary": primary, "category_detailed": detailed, "amount": amount}
    assert category_account(row) == account
