"""Tables made in Python: loaded as an import, judged like one, refused like one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from spendsense_pipeline.controls import DataGenerationConfig, OperatorControls
from spendsense_pipeline.generation import GeneratedTables, PersonaSkewedGenerator
from spendsense_pipeline.importing import DataLoader, ImportProblemsError
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.import_folders import AS_OF, minimal_rows


@pytest.fixture(scope="module")
def generated() -> GeneratedTables:
    config = DataGenerationConfig(
        num_users=12, months_history=4, generation_timestamp=AS_OF.isoformat()
    )
    return PersonaSkewedGenerator(config, OperatorControls()).generate_all()


def raw(data_dir: Path, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(data_dir / "warehouse" / "building.duckdb"), read_only=True) as con:
        return con.execute(f"select * from {table} order by all").fetchall()


def test_generated_tables_are_loaded_to_the_row_and_know_their_day(
    generated: GeneratedTables, tmp_path: Path
) -> None:
    staged = DataLoader(tmp_path).load_all(generated)
    assert staged.as_of == AS_OF
    for name, table in zip(("users", "accounts", "transactions"), generated, strict=False):
        assert staged.rows[f"raw_{name}"] == table.num_rows
    with duckdb.connect() as con:
        con.register("made", generated.transactions)
        made = con.execute("select * from made order by all").fetchall()
    assert raw(tmp_path, "raw_transactions") == made
    assert [row[2] for row in raw(tmp_path, "import_report")][:2] == ["users", "accounts"]


@pytest.fixture(scope="module")
def expected(
    generated: GeneratedTables, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table, loaded from what the generator gives."""
    data_dir = tmp_path_factory.mktemp("expected")
    DataLoader(data_dir).load_all(generated)
    return {table.name: raw(data_dir, table.name) for table in GENERATED_TABLES}


@pytest.mark.parametrize("form", ["arrow", "frames", "dicts", "by raw name", "in order"])
def test_every_form_of_the_tables_loads_the_same(
    generated: GeneratedTables,
    expected: dict[str, list[tuple[Any, ...]]],
    tmp_path: Path,
    form: str,
) -> None:
    forms: dict[str, Any] = {
        "arrow": generated,
        "frames": {name: getattr(generated, name).to_pandas() for name in generated._fields},
        "dicts": {name: getattr(generated, name).to_pylist() for name in generated._fields},
        "by raw name": {f"raw_{name}": getattr(generated, name) for name in generated._fields},
        "in order": list(generated),
    }
    DataLoader(tmp_path).load_all(forms[form], as_of=AS_OF)
    assert {name: raw(tmp_path, name) for name in expected} == expected


def test_tables_by_hand_are_judged_like_any_import(tmp_path: Path) -> None:
    rows: dict[str, Any] = minimal_rows()
    rows["transactions"][3]["amount"] = "nan"
    rows["transactions"][4]["account_id"] = "zz"
    with pytest.raises(ImportProblemsError) as caught:
        DataLoader(tmp_path).load_all(rows, as_of=AS_OF)
    assert {problem.kind for problem in caught.value.problems} == {
        "non_finite_amount",
        "unknown_account",
    }
    assert not (tmp_path / "warehouse").exists()


def test_what_is_missing_is_named(generated: GeneratedTables, tmp_path: Path) -> None:
    loader = DataLoader(tmp_path)
    with pytest.raises(ImportProblemsError, match=r"load_all\(data, as_of="):
        loader.load_all(minimal_rows())
    with pytest.raises(ImportProblemsError, match="transactions: is not among the tables"):
        loader.load_all({"users": generated.users, "accounts": generated.accounts})
    with pytest.raises(ImportProblemsError, match="payments: is no table of an import"):
        loader.load_all({**generated._asdict(), "payments": generated.users})
    with pytest.raises(ImportProblemsError, match="users: cannot be read"):
        loader.load_all({**generated._asdict(), "users": 3})
    unconsented = minimal_rows()
    for row in unconsented["users"]:
        del row["consent_status"]
    with pytest.raises(ImportProblemsError, match="consent"):
        loader.load_all(unconsented, as_of=AS_OF)


def test_the_same_tables_are_the_same_import_and_others_are_not(
    generated: GeneratedTables, tmp_path: Path
) -> None:
    loader = DataLoader(tmp_path)
    first = loader.load_all(generated)
    assert loader.load_all(generated).fingerprint == first.fingerprint
    changed = generated._replace(
        users=generated.users.slice(0, 12).set_column(
            1, "name", pa.array(["Somebody Else"] * generated.users.num_rows)
        )
    )
    assert loader.load_all(changed).fingerprint != first.fingerprint
    later = loader.load_all(generated, as_of=AS_OF + dt.timedelta(days=1))
    assert later.fingerprint != first.fingerprint
