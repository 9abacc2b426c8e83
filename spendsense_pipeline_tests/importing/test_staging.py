"""Data brought in: what is right is taken as it is, what is wrong is named with column and rows,
and nothing is written before all of it has been judged.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.importing import (
    ImportProblemsError,
    ImportRequest,
    StagedImport,
    load_staged,
    stage,
)
from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.tables.raw import GENERATED_TABLES, RAW_TRANSACTIONS
from spendsense_pipeline_tests.fixtures.exportable_dataset import TABLES, a_dataset, open_dataset

AS_OF = dt.date(2026, 6, 30)
Rows = dict[str, list[dict[str, Any]]]


def _rows() -> Rows:
    return {
        "users": [
            {"user_id": "ann", "consent_status": "granted"},
            {"user_id": "bob", "consent_status": "denied"},
        ],
        "accounts": [
            {
                "account_id": "a1",
                "user_id": "ann",
                "type": "depository",
                "subtype": "checking",
                "balance_current": "100.00",
            },
            {
                "account_id": "b1",
                "user_id": "bob",
                "type": "credit",
                "subtype": "credit card",
                "balance_current": "5",
            },
        ],
        "transactions": [
            {
                "transaction_id": f"t{n}",
                "account_id": "a1",
                "date": f"2026-06-{n:02d}",
                "amount": f"{n}.50",
                "name": f"SHOP {n}",
                "category_detailed": "FOOD_AND_DRINK_GROCERIES",
            }
            for n in range(1, 11)
        ],
    }


def _folder(path: Path, rows: Rows) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for table, content in rows.items():
        with (path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(content[0]))
            writer.writeheader()
            writer.writerows(content)
    return path


def _stage(tmp_path: Path, rows: Rows, **request: Any) -> StagedImport:
    folder = _folder(tmp_path / "in", rows)
    return stage(ImportRequest(folder, **{"as_of": AS_OF, **request}), tmp_path / "imports")


def _filled(staged: StagedImport) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    staged.fill(con)
    return con


def test_a_minimal_folder_fills_the_raw_tables(tmp_path: Path) -> None:
    staged = _stage(tmp_path, _rows())
    assert staged.rows == {
        "raw_users": 2,
        "raw_accounts": 2,
        "raw_transactions": 10,
        "raw_liabilities": 0,
        "card_statements": 0,
    }
    con = _filled(staged)
    [first] = con.execute(
        "select transaction_id, user_id, amount::varchar, pending, category_primary, "
        "category_detailed from raw_transactions where transaction_id = 't1'"
    ).fetchall()
    assert first == ("t1", "ann", "1.50", False, "FOOD_AND_DRINK", "FOOD_AND_DRINK_GROCERIES")
    for table in GENERATED_TABLES:
        found = [
            (name, type_) for name, type_, *_ in con.execute(f"describe {table.name}").fetchall()
        ]
        assert found == [(c.name, c.type) for c in table.columns]
    assert any("1 of 1 cards have no liability row" in note for note in staged.notes)


def test_a_staged_import_can_be_found_again(tmp_path: Path) -> None:
    staged = _stage(tmp_path, _rows())
    assert load_staged(staged.fingerprint, tmp_path / "imports") == staged
    assert _stage(tmp_path, _rows()).fingerprint == staged.fingerprint
    changed = _rows()
    changed["transactions"][0]["amount"] = "1.51"
    assert _stage(tmp_path, changed).fingerprint != staged.fingerprint


def _put(table: str, row: int, column: str, value: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[table][row][column] = value

    return change


def _drop(table: str, column: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in rows[table]:
            del row[column]

    return change


def _copy(table: str) -> Callable[[Rows], None]:
    return lambda rows: rows[table].append(dict(rows[table][0]))


BAD_INPUT = {
    "missing column": (_drop("transactions", "amount"), "missing_column", "amount", None),
    "unknown category": (
        _put("transactions", 3, "category_detailed", "FOOD_AND_PIZZA"),
        "unknown_category",
        "category_detailed",
        "row 4 ('FOOD_AND_PIZZA')",
    ),
    "duplicate transaction": (
        _copy("transactions"),
        "duplicate_id",
        "transaction_id",
        "row 1 ('t1')",
    ),
    "duplicate account": (_copy("accounts"), "duplicate_id", "account_id", "row 1 ('a1')"),
    "duplicate user": (_copy("users"), "duplicate_id", "user_id", "row 1 ('ann')"),
    "unknown account": (
        _put("transactions", 1, "account_id", "zz"),
        "unknown_account",
        "account_id",
        "row 2 ('zz')",
    ),
    "unknown user": (
        _put("accounts", 0, "user_id", "zoe"),
        "unknown_user",
        "user_id",
        "row 1 ('zoe')",
    ),
    "date after as_of": (
        _put("transactions", 9, "date", "2026-07-01"),
        "absurd_date",
        "date",
        "row 10 ('2026-07-01')",
    ),
    "date in antiquity": (
        _put("transactions", 0, "date", "0026-06-01"),
        "absurd_date",
        "date",
        "row 1 ('0026-06-01')",
    ),
    "impossible date": (
        _put("transactions", 2, "date", "2026-06-31"),
        "unreadable_value",
        "date",
        "row 3 ('2026-06-31')",
    ),
    "not a number": (
        _put("transactions", 2, "amount", "$3.50"),
        "unreadable_value",
        "amount",
        "row 3 ('$3.50')",
    ),
    "nan": (
        _put("transactions", 2, "amount", "NaN"),
        "non_finite_amount",
        "amount",
        "row 3 ('NaN')",
    ),
    "infinity": (
        _put("accounts", 0, "balance_current", "inf"),
        "non_finite_amount",
        "balance_current",
        "row 1 ('inf')",
    ),
    "overflow": (
        _put("transactions", 2, "amount", "1e12"),
        "absurd_amount",
        "amount",
        "row 3 ('1e12')",
    ),
    "fraction of a cent": (
        _put("transactions", 2, "amount", "3.505"),
        "fractional_cents",
        "amount",
        "row 3 ('3.505')",
    ),
    "blank id": (
        _put("transactions", 5, "transaction_id", " "),
        "blank",
        "transaction_id",
        "row 6",
    ),
    "unknown account type": (
        _put("accounts", 1, "subtype", "credit_card"),
        "unknown_account_type",
        "type/subtype",
        "row 2 ('credit/credit_card')",
    ),
    "unknown consent": (
        _put("users", 0, "consent_status", "yes"),
        "unknown_value",
        "consent_status",
        "row 1 ('yes')",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_clear_error_with_column_and_rows(tmp_path: Path, case: str) -> None:
    change, kind, column, first_row = BAD_INPUT[case]
    rows = _rows()
    change(rows)
    with pytest.raises(ImportProblemsError) as caught:
        _stage(tmp_path, rows)
    [problem] = caught.value.problems
    assert problem.kind == kind
    assert column in str(problem)
    if first_row:
        assert first_row in str(problem)
    assert not (tmp_path / "imports").exists(), "something was written"


def test_every_kind_is_named_at_once_and_rows_are_not_listed_without_end(tmp_path: Path) -> None:
    rows = _rows()
    for row in rows["transactions"]:
        row["amount"] = "inf"
        row["account_id"] = "zz"
    with pytest.raises(ImportProblemsError) as caught:
        _stage(tmp_path, rows)
    assert {p.kind for p in caught.value.problems} == {"non_finite_amount", "unknown_account"}
    assert all(p.count == 10 and len(p.first_rows) == 3 for p in caught.value.problems)


def test_a_holder_who_contradicts_the_account_is_refused(tmp_path: Path) -> None:
    rows = _rows()
    for row in rows["transactions"]:
        row["user_id"] = "bob"
    with pytest.raises(ImportProblemsError, match="not the account's holder"):
        _stage(tmp_path, rows)


def test_consent_is_never_assumed(tmp_path: Path) -> None:
    rows = _rows()
    for row in rows["users"]:
        del row["consent_status"]
    with pytest.raises(ImportProblemsError, match="--all-consented"):
        _stage(tmp_path, rows)
    con = _filled(_stage(tmp_path, rows, all_consented=True))
    assert con.execute("select distinct consent_status from raw_users").fetchall() == [("granted",)]


def test_all_consented_does_not_overrule_a_recorded_refusal(tmp_path: Path) -> None:
    rows = _rows()
    rows["users"][0]["consent_status"] = ""
    con = _filled(_stage(tmp_path, rows, all_consented=True))
    assert con.execute("select consent_status from raw_users order by user_id").fetchall() == [
        ("granted",),
        ("denied",),
    ]


def test_a_blank_consent_is_no_consent(tmp_path: Path) -> None:
    rows = _rows()
    rows["users"].append({"user_id": "cat", "consent_status": ""})
    con = _filled(_stage(tmp_path, rows))
    assert con.execute("select consent_status from raw_users where user_id = 'cat'").fetchall() == [
        ("denied",)
    ]


def test_a_mapping_file_reads_other_names_values_and_signs(tmp_path: Path) -> None:
    rows = _rows()
    rows["transactions"] = [
        {
            "Id": t["transaction_id"],
            "Acct": t["account_id"],
            "Posted On": t["date"],
            "Amt": f"-{t['amount']}",
            "Memo": t["name"],
            "How": "ach",
        }
        for t in rows["transactions"]
    ]
    rows["bank"] = rows.pop("transactions")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "transactions:\n  file: bank.csv\n  negate: [amount]\n"
        "  columns: {transaction_id: Id, account_id: Acct, date: Posted On, amount: Amt, name: "
        "Memo, payment_channel: How}\n"
        "  values: {payment_channel: {ach: other}}\n",
        encoding="utf-8",
    )
    con = _filled(_stage(tmp_path, rows, mapping_path=mapping))
    assert con.execute(
        "select amount::varchar, payment_channel, name from raw_transactions where "
        "transaction_id = 't2'"
    ).fetchall() == [("2.50", "other", "SHOP 2")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("transactions: {colums: {}}", "colums"),
        ("transactions: {columns: {amont: Amt}}", "amont"),
        ("transaction: {}", "transaction"),
        ("transactions: {negate: [name]}", "Only amounts"),
        ("transactions: {columns: [a]}", "must be a mapping"),
        ("[1, 2", "neither JSON nor YAML"),
        ("just text", "table names"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(tmp_path: Path, text: str, said: str) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(ImportProblemsError, match=said):
        _stage(tmp_path, _rows(), mapping_path=mapping)


def test_missing_and_ambiguous_files_are_named(tmp_path: Path) -> None:
    rows = _rows()
    del rows["users"]
    with pytest.raises(ImportProblemsError, match=r"users\.csv or users\.parquet"):
        _stage(tmp_path, rows)
    folder = _folder(tmp_path / "in", _rows())
    (folder / "raw_users.csv").write_text("user_id\n", encoding="utf-8")
    with pytest.raises(ImportProblemsError, match=r"both users\.csv and raw_users\.csv"):
        stage(ImportRequest(folder, AS_OF), tmp_path / "imports")


def test_a_similar_column_is_suggested(tmp_path: Path) -> None:
    rows = _rows()
    rows["transactions"] = [
        {("Amountt" if k == "amount" else k): v for k, v in t.items()} for t in rows["transactions"]
    ]
    with pytest.raises(ImportProblemsError, match="Did you mean 'Amountt'"):
        _stage(tmp_path, rows)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "in", _rows())
    (folder / "liabilities.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(ImportProblemsError, match=r"liabilities\.parquet"):
        stage(ImportRequest(folder, AS_OF), tmp_path / "imports")


def test_the_day_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError, match="--as-of"):
        _stage(tmp_path, _rows(), as_of=None)
    with pytest.raises(ImportProblemsError, match="does not exist"):
        stage(ImportRequest(tmp_path / "nowhere", AS_OF), tmp_path / "imports")


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_an_export_comes_back_row_for_row(tmp_path: Path, format_: str) -> None:
    path = a_dataset(tmp_path / "d.duckdb")
    with open_dataset(path) as con:
        export_dataset(con, TABLES, tmp_path / "out", format_, include_unconsented=True)
        staged = stage(ImportRequest(tmp_path / "out"), tmp_path / "imports")
        assert staged.as_of == AS_OF
        assert staged.history_start == dt.date(2026, 1, 1)
        back = _filled(staged)
        for table in GENERATED_TABLES:
            kept = [name for name in table.column_names if name != "created_at"]
            query = f"select {', '.join(kept)} from {table.name} order by all"
            assert back.execute(query).fetchall() == con.execute(query).fetchall(), table.name


def test_plaid_responses_come_back_as_the_rows_they_were(tmp_path: Path) -> None:
    path = a_dataset(tmp_path / "d.duckdb")
    with open_dataset(path) as con:
        export_dataset(con, TABLES, tmp_path / "out", "plaid")
        staged = stage(ImportRequest(tmp_path / "out"), tmp_path / "imports")
        back = _filled(staged)
        kept = [
            c for c in RAW_TRANSACTIONS.column_names if c not in ("transfer_id", "payment_channel")
        ]
        query = (
            f"select {', '.join(kept)} from raw_transactions where user_id <> 'user_0002' order "
            f"by all"
        )
        assert back.execute(query).fetchall() == con.execute(query).fetchall()
        query = "select * from raw_liabilities where user_id <> 'user_0002' order by all"
        assert back.execute(query).fetchall() == con.execute(query).fetchall()
        query = (
            "select user_id, consent_status from raw_users where user_id <> 'user_0002' order "
            "by all"
        )
        assert back.execute(query).fetchall() == con.execute(query).fetchall()
        query = (
            "select account_id, type, subtype, mask, balance_current, balance_available, "
            "balance_limit from raw_accounts where user_id <> 'user_0002' order by all"
        )
        assert back.execute(query).fetchall() == con.execute(query).fetchall()


def test_a_single_transactions_get_response_is_taken(tmp_path: Path) -> None:
    body = {
        "accounts": [
            {
                "account_id": "a",
                "balances": {
                    "current": 110.1,
                    "available": None,
                    "limit": None,
                    "iso_currency_code": "USD",
                },
                "type": "depository",
                "subtype": "checking",
                "name": "C",
                "mask": None,
            }
        ],
        "transactions": [
            {
                "account_id": "a",
                "transaction_id": "t",
                "amount": -0.1,
                "date": "2026-06-01",
                "name": "x",
                "pending": False,
            }
        ],
        "total_transactions": 1,
    }
    file = tmp_path / "ann.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(ImportProblemsError, match="--all-consented"):
        stage(ImportRequest(file, AS_OF), tmp_path / "imports")
    con = _filled(stage(ImportRequest(file, AS_OF, all_consented=True), tmp_path / "imports"))
    assert con.execute(
        "select user_id, amount::varchar, name from raw_transactions"
    ).fetchall() == [("ann", "-0.10", "x")]


@pytest.mark.parametrize("content", ["{broken", "[1, 2]", '{"accounts": [{}]}', '{"accounts": 3}'])
def test_a_broken_response_is_named(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "in" / "ann"
    folder.mkdir(parents=True)
    (folder / "accounts.json").write_text(content, encoding="utf-8")
    with pytest.raises(ImportProblemsError, match=r"accounts\.json"):
        stage(ImportRequest(tmp_path / "in", AS_OF, all_consented=True), tmp_path / "imports")
    assert not (tmp_path / "imports").exists()
