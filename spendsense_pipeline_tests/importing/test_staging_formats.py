"""What we export, and what Plaid answers, comes back as the rows it was."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from spendsense_pipeline.importing import (
    ImportProblemsError,
    ImportRequest,
    stage,
)
from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.tables.raw import GENERATED_TABLES, RAW_TRANSACTIONS
from spendsense_pipeline_tests.fixtures.exportable_dataset import TABLES, a_dataset, open_dataset
from spendsense_pipeline_tests.fixtures.import_folders import (
    AS_OF,
    filled,
)


@pytest.mark.parametrize("format_", ["parquet", "csv"])
def test_an_export_comes_back_row_for_row(tmp_path: Path, format_: str) -> None:
    path = a_dataset(tmp_path / "d.duckdb")
    with open_dataset(path) as con:
        export_dataset(con, TABLES, tmp_path / "out", format_, include_unconsented=True)
        staged = stage(ImportRequest(tmp_path / "out"), tmp_path / "imports")
        assert staged.as_of == AS_OF
        assert staged.history_start == dt.date(2026, 1, 1)
        back = filled(staged)
        for table in GENERATED_TABLES:
            kept = [name for name in table.column_names if name != "created_at"]
            query = f"select {', '.join(kept)} from {table.name} order by all"
            assert back.execute(query).fetchall() == con.execute(query).fetchall(), table.name


def test_plaid_responses_come_back_as_the_rows_they_were(tmp_path: Path) -> None:
    path = a_dataset(tmp_path / "d.duckdb")
    with open_dataset(path) as con:
        export_dataset(con, TABLES, tmp_path / "out", "plaid")
        staged = stage(ImportRequest(tmp_path / "out"), tmp_path / "imports")
        back = filled(staged)
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
    con = filled(stage(ImportRequest(file, AS_OF, all_consented=True), tmp_path / "imports"))
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
