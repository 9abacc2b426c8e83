"""The least that an import may bring, in each of its forms, through the whole pipeline by the
command: nothing but required columns, of people of whom nothing else is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.command import run

LONG = pytest.mark.long
USERS = ["ann", "bob"]
ACCOUNTS = [
    ("a1", "ann", "depository", "checking", 812.40),
    ("b1", "bob", "credit", "credit card", 5),
]
ROWS = [
    (f"t{account}{n}", account, f"2026-0{n % 6 + 1}-{n % 27 + 1:02d}", 20.00, "CORNER SHOP")
    for account in ("a1", "b1")
    for n in range(36)
]


def _csv(folder: Path) -> None:
    tables = {
        "users": ("user_id", [(user,) for user in USERS]),
        "accounts": ("account_id,user_id,type,subtype,balance_current", ACCOUNTS),
        "transactions": ("transaction_id,account_id,date,amount,name", ROWS),
    }
    for name, (header, rows) in tables.items():
        lines = [header, *(",".join(map(str, row)) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _one_region(folder: Path) -> None:
    _csv(folder)
    (folder / "users.csv").write_text("user_id,region\nann,West\nbob,\n", encoding="utf-8")


def _parquet(folder: Path) -> None:
    _csv(folder)
    for name in ("users", "accounts", "transactions"):
        file = folder / f"{name}.csv"
        duckdb.execute(f"copy (from '{file}') to '{folder / name}.parquet'")
        file.unlink()


def _plaid(folder: Path) -> None:
    for user in USERS:
        person = folder / user
        person.mkdir()
        [(account, _, type_, subtype, balance)] = [row for row in ACCOUNTS if row[1] == user]
        held = {"account_id": account, "type": type_, "subtype": subtype, "name": "Everyday"}
        response = {
            "accounts": [{**held, "balances": {"current": balance}}],
            "added": [
                {"transaction_id": id_, "account_id": of, "date": day, "amount": usd, "name": name}
                for id_, of, day, usd, name in ROWS
                if of == account
            ],
            "modified": [],
            "removed": [],
            "has_more": False,
        }
        (person / "sync.json").write_text(json.dumps(response), encoding="utf-8")


@pytest.mark.parametrize(
    "shape",
    [
        _csv,
        pytest.param(_plaid, marks=LONG),
        pytest.param(_parquet, marks=LONG),
        pytest.param(_one_region, marks=LONG),
    ],
)
def test_the_least_that_may_be_brought_is_published(
    shape: Callable[[Path], None], data_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    shape(folder)
    answer = run("import", folder, "--as-of", "2026-06-30", "--all-consented", "--yes")
    assert answer.code == 0, answer.err
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        counts = {
            table: con.execute(f"select count(*) from {table}").fetchall()[0][0]
            for table in (
                "raw_users",
                "raw_transactions",
                "persona_assignments",
                "decision_traces",
                "control_fidelity",
            )
        }
        report = con.execute(
            "select outcome, sum(row_count) from import_report group by 1"
        ).fetchall()
    assert counts == {
        "raw_users": 2,
        "raw_transactions": 72,
        "persona_assignments": 4,
        "decision_traces": 4,
        "control_fidelity": 0,
    }
    assert dict(report)["read"] == 2 + 2 + 72
