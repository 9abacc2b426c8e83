"""Parquet, CSV, SQLite and JSON: every row of the people selected, nobody else's, typed and
described.
"""

from __future__ import annotations

import csv
import decimal
import json
import sqlite3
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spendsense_pipeline.disk import DiskFullError
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.exports import FORMATS, export_dataset
from spendsense_pipeline.publishing.exports.documents import file_name
from spendsense_pipeline.tables.raw import RAW_TRANSACTIONS
from spendsense_pipeline_tests.fixtures.exportable_dataset import (
    CONSENTING,
    TABLES,
    UNCONSENTED,
    open_dataset,
)


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    filter_ = "" if table == "dataset" else f"where user_id <> '{UNCONSENTED}'"
    if table == "card_statements":
        filter_ = f"where not starts_with(account_id, '{UNCONSENTED}')"
    return con.execute(f"select * from {table} {filter_} order by all").fetchall()


@pytest.mark.parametrize("table", [t.name for t in TABLES])
def test_parquet_holds_the_same_rows_typed_and_described(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path, table: str
) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "parquet")
    path = tmp_path / "out" / f"{table}.parquet"
    found = duckdb.sql(f"select * from '{path}' order by all").fetchall()
    assert found == _rows(dataset, table)
    declared = next(t for t in TABLES if t.name == table)
    schema = pq.read_schema(path)
    for field, column in zip(schema, declared.columns, strict=True):
        assert field.name == column.name
        assert field.metadata[b"description"].decode() == column.description
        assert field.nullable == column.nullable
        if column.unit:
            assert field.metadata[b"unit"].decode() == column.unit
    assert schema.metadata[b"description"].decode() == declared.description


def test_parquet_money_is_decimal(dataset: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "parquet")
    amount = pq.read_schema(tmp_path / "out" / "raw_transactions.parquet").field("amount").type
    assert pa.types.is_decimal(amount)
    assert amount.scale == 2


def test_csv_reads_back_equal_and_is_explained(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "csv")
    path = tmp_path / "out" / "raw_transactions.csv"
    types = {c.name: c.type for c in RAW_TRANSACTIONS.columns}
    back = duckdb.sql(f"select * from read_csv('{path}', columns={types}) order by all").fetchall()
    assert back == _rows(dataset, "raw_transactions")
    with (tmp_path / "out" / "columns.csv").open(encoding="utf-8", newline="") as file:
        explained = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    assert explained == {(t.name, c.name) for t in TABLES for c in t.columns}
    with (tmp_path / "out" / "recurring_streams.csv").open(encoding="utf-8", newline="") as file:
        assert all(isinstance(json.loads(r["transaction_ids"]), list) for r in csv.DictReader(file))


def test_sqlite_is_relational(dataset: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "sqlite")
    db = sqlite3.connect(tmp_path / "out" / "users.sqlite")
    try:
        assert db.execute("pragma foreign_key_check").fetchall() == []
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert {row[2] for row in db.execute("pragma foreign_key_list(raw_transactions)")} == {
            "raw_accounts",
            "raw_users",
        }
        plan = db.execute(
            "explain query plan select * from transactions where account_id = 'x' and date > '2026'"
        ).fetchall()
        assert any("raw_transactions_by_account_id_date" in str(step) for step in plan)
        for table in TABLES:
            [(count,)] = db.execute(f"select count(*) from {table.name}").fetchall()
            assert count == len(_rows(dataset, table.name)), table.name
        [(total,)] = db.execute("select sum(amount) from transactions").fetchall()
    finally:
        db.close()
    expected = sum(row[5] for row in _rows(dataset, "raw_transactions"))  # type: ignore[misc]
    assert decimal.Decimal(str(round(total, 2))) == expected


def test_sqlite_refuses_orphans(dataset: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "sqlite")
    db = sqlite3.connect(tmp_path / "out" / "users.sqlite")
    db.execute("pragma foreign_keys = on")
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("delete from raw_users")
    db.close()


def test_traces_lie_one_file_per_person(dataset: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "json")
    traces = tmp_path / "out" / "traces"
    assert sorted(p.stem for p in traces.iterdir()) == CONSENTING
    content = json.loads((traces / "user_0000.json").read_text(encoding="utf-8"))
    assert [t["window_days"] for t in content["traces"]] == [30, 180]
    users = json.loads((tmp_path / "out" / "raw_users.json").read_text(encoding="utf-8"))
    assert [user["user_id"] for user in users] == CONSENTING


@pytest.mark.parametrize("format_", FORMATS)
def test_nobody_without_consent_is_in_any_file(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str
) -> None:
    exported = export_dataset(dataset, TABLES, tmp_path / "out", format_, withdrawn=["user_0001"])
    assert (exported.people, exported.left_out) == (1, 2)
    for path in (tmp_path / "out").rglob("*"):
        assert "user_0001" not in path.name
        if path.is_file():
            content = path.read_bytes()
            for person in (b"user_0001", UNCONSENTED.encode()):
                assert person not in content, f"{path.name} holds {person!r}"


@pytest.mark.parametrize("format_", FORMATS)
def test_everybody_is_there_when_asked_for_by_name(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path, format_: str
) -> None:
    exported = export_dataset(
        dataset,
        TABLES,
        tmp_path / "out",
        format_,
        withdrawn=["user_0001"],
        include_unconsented=True,
    )
    assert exported.left_out == 0
    files = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    content = b"".join(str(p).encode() + p.read_bytes() for p in files)
    assert UNCONSENTED.encode() in content or format_ == "parquet"


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_dataset_exports_the_same_bytes(
    dataset_path: Path, tmp_path: Path, format_: str
) -> None:
    contents = []
    for name in ("one", "two"):
        with open_dataset(dataset_path) as con:
            export_dataset(con, TABLES, tmp_path / name, format_)
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        contents.append({p.relative_to(tmp_path / name): p.read_bytes() for p in files})
    assert contents[0] == contents[1]


def test_a_failed_export_leaves_nothing_behind(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("spendsense_pipeline.publishing.exports.documents.write_traces", full_disk)
    with pytest.raises(DiskFullError, match="is too full"):
        export_dataset(dataset, TABLES, tmp_path / "out", "json")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_keeps_the_earlier_one(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "json")
    before = {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("spendsense_pipeline.publishing.exports.documents.write_traces", broken)
    with pytest.raises(RuntimeError):
        export_dataset(dataset, TABLES, tmp_path / "out", "json")
    assert {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_earlier_export_is_replaced_whole(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    export_dataset(dataset, TABLES, tmp_path / "out", "json")
    export_dataset(dataset, TABLES, tmp_path / "out", "sqlite")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["export.json", "users.sqlite"]


def test_somebody_elses_directory_is_left_alone(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(SpendSenseError, match="already holds other files"):
        export_dataset(dataset, TABLES, tmp_path, "csv")
    with pytest.raises(SpendSenseError, match="is a file"):
        export_dataset(dataset, TABLES, tmp_path / "thesis.tex", "csv")
    assert (tmp_path / "thesis.tex").read_text(encoding="utf-8") == "years of work"


def test_ids_cannot_lead_out_of_the_folder() -> None:
    names = [file_name(u) for u in ("user_0000", "../../etc/passwd", "a/b", "a_b", "..", "")]
    assert names[0] == "user_0000"
    assert not any("/" in name or name in ("", ".", "..") for name in names)
    assert len(set(names)) == len(names)


def test_people_come_whole_however_small_the_batches(
    dataset: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are streamed; a person whose rows span batches is still one person."""
    from spendsense_pipeline.publishing.exports.people import people
    from spendsense_pipeline.publishing.exports.selection import Selection

    monkeypatch.setattr("spendsense_pipeline.publishing.exports.selection.BATCH_ROWS", 3)
    found = list(people(Selection.of(dataset, TABLES)))
    assert [person.user_id for person in found] == CONSENTING
    for person in found:
        query = f"select transaction_id from raw_transactions where user_id = '{person.user_id}'"
        ids = {transaction_id for (transaction_id,) in dataset.execute(query).fetchall()}
        assert {row["transaction_id"] for row in person.transactions} == ids
        assert len(person.transactions) == len(ids)
        assert (len(person.accounts), len(person.liabilities), len(person.streams)) == (7, 1, 2)
