"""An exported dataset imported again gives the same streams, features, personas and traces, byte for byte."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig
from spendsense_pipeline.importing import ImportRequest, stage
from spendsense_pipeline.importing.warehouse import resolved_for
from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    an_explained_population,
    explain,
    judge,
)
from spendsense_pipeline_tests.fixtures.rows import insert

AS_OF = dt.date(2026, 6, 30)
MEASURED = (
    "recurring_streams",
    "features_30d",
    "features_180d",
    "persona_assignments",
    "decision_traces",
)


@pytest.fixture(scope="module")
def resolved() -> ResolvedConfig:
    # five months, so that the 180-day window is cut short by the day the history begins
    return a_configuration(config={"num_users": 12, "months_history": 5})


@pytest.fixture(scope="module")
def generated(resolved: ResolvedConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A measured database, as published."""
    path = tmp_path_factory.mktemp("generated") / "dataset.duckdb"
    con = an_explained_population(resolved)
    con.execute(DATASET.create_sql())
    row = dict.fromkeys(DATASET.column_names, "x")
    dated = {"as_of": AS_OF, "history_start": resolved.history_start, "seed": 42}
    insert(con, DATASET, [row | dated | {"published_at": dt.datetime(2026, 7, 1)}])  # noqa: DTZ001
    con.execute(f"attach '{path}' as target")
    con.execute("copy from database memory to target")
    con.close()
    return path


@pytest.mark.parametrize("format_", ["parquet", "csv", "plaid"])
def test_measuring_an_export_again_gives_the_same(
    generated: Path, resolved: ResolvedConfig, tmp_path: Path, format_: str
) -> None:
    with duckdb.connect(str(generated), read_only=True) as con:
        export_dataset(con, (*GENERATED_TABLES, DATASET), tmp_path / "out", format_)
        staged = stage(ImportRequest(tmp_path / "out"), tmp_path / "imports")
        again = duckdb.connect()
        staged.fill(again)
        imported = resolved_for(staged, OperatorConfig())
        assert imported.is_imported
        assert imported.measured_from == resolved.history_start
        judge(again, resolved)
        explain(again, resolved)
        # Plaid tells of the last payment only: whether the ones before it were the minimum, too, is
        # not in such a folder, and everything else is.
        retold = told_of_minimums(again) ^ told_of_minimums(con)
        users = {user for user, _, _ in retold}
        assert users == set() or format_ == "plaid"
        for table in MEASURED:
            query = f"select * from {table} where user_id not in (select unnest(?)) order by all"
            found, expected = (of.execute(query, [sorted(users)]).fetchall() for of in (again, con))
            assert found == expected, table
        for table in ("features_30d", "features_180d"):
            query = f"select * exclude (minimum_payment_only) from {table} order by all"
            assert again.execute(query).fetchall() == con.execute(query).fetchall(), table
        [(traces,)] = again.execute("select count(*) from decision_traces").fetchall()
        assert traces > 12
        again.close()


def told_of_minimums(con: duckdb.DuckDBPyConnection) -> set[tuple[str, int, bool | None]]:
    """What each person's features say of paying the minimum only, by window."""
    both = (
        f"select user_id, {days}, minimum_payment_only from features_{days}d" for days in (30, 180)
    )
    return set(con.sql(" union all ".join(both)).fetchall())


def test_history_of_strangers_begins_with_each_persons_first_row(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {
        "users": "user_id\na\n",
        "accounts": "account_id,user_id,type,subtype,balance_current\nx,a,depository,checking,1\n",
        "transactions": "transaction_id,account_id,date,amount,name\n1,x,2020-01-05,5,Shop\n",
    }.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    staged = stage(ImportRequest(folder, AS_OF, all_consented=True), tmp_path / "imports")
    imported = resolved_for(staged, OperatorConfig())
    assert imported.measured_from is None
    assert imported.history_start == dt.date(2020, 1, 5)
    assert ResolvedConfig.from_rows(imported.to_rows()) == imported, "stamps would disagree"


def test_another_import_is_another_configuration(tmp_path: Path) -> None:
    hashes = set()
    for amount in (5, 6):
        folder = tmp_path / f"in{amount}"
        folder.mkdir()
        for name, text in {
            "users": "user_id\na\n",
            "accounts": "account_id,user_id,type,subtype,balance_current\nx,a,depository,checking,1\n",
            "transactions": f"transaction_id,account_id,date,amount,name\n1,x,2026-01-05,{amount},S\n",
        }.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        staged = stage(ImportRequest(folder, AS_OF, all_consented=True), tmp_path / "imports")
        hashes.add(resolved_for(staged, OperatorConfig()).config_hash)
    assert len(hashes) == 2
