"""What a declaration promises: kept by its own table, broken one way at a time."""

from __future__ import annotations

import duckdb
import pytest

from spendsense_pipeline.checks import declared
from spendsense_pipeline.checks.outcome import Finding
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.tables.declaration import Column, ForeignKey, RowCount, Table
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

PEOPLE = Table(
    "people",
    "People.",
    (
        Column("person", "VARCHAR", "Name"),
        Column("born_on", "DATE", "Birthday", nullable=True),
        Column("colour", "VARCHAR", "Favourite", nullable=True, allowed=("red", "blue")),
    ),
    primary_key=("person",),
    order_by=("person",),
)
PETS = Table(
    "pets",
    "Pets.",
    (
        Column("owner", "VARCHAR", "Person"),
        Column("number", "INTEGER", "Which pet of theirs"),
        Column("weight_kg", "DECIMAL(12,2)", "Weight"),
    ),
    primary_key=("owner", "number"),
    order_by=("owner", "number"),
    foreign_keys=(ForeignKey(("owner",), "people", ("person",)),),
)


@pytest.fixture
def run() -> CheckRun:
    con = duckdb.connect()
    con.execute(PEOPLE.create_sql())
    con.execute(PETS.create_sql())
    con.execute("insert into people values ('ann', date '2000-01-01', 'red'), ('bob', null, null)")
    con.execute("insert into pets values ('ann', 1, 4.5), ('ann', 2, 0.1), ('bob', 1, 30)")
    return CheckRun(con, a_configuration())


def passes(finding: Finding) -> bool:
    assert finding.passed == (finding.failing_count == 0)
    return finding.passed


def test_declared_tables_pass(run: CheckRun) -> None:
    for table in (PEOPLE, PETS):
        assert passes(declared.schema_is_declared(table)(run))
        assert passes(declared.keys_are_unique(table)(run))
    assert passes(declared.references_exist(PETS)(run))
    assert passes(declared.values_are_allowed(PEOPLE)(run))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("alter table people add column extra integer", "extra"),
        ("alter table people drop column colour", "colour"),
        ("alter table people alter born_on type varchar", "born_on"),
        ("alter table people rename column colour to color", "colour"),
    ],
)
def test_another_schema_is_found(run: CheckRun, change: str, column: str) -> None:
    run.con.execute(change)
    found = declared.schema_is_declared(PEOPLE)(run)
    assert not passes(found)
    assert column in [row["column"] for row in found.failing_rows]


def test_another_order_is_found(run: CheckRun) -> None:
    run.con.execute("create or replace table people as select colour, person, born_on from people")
    assert not passes(declared.schema_is_declared(PEOPLE)(run))


def test_missing_values_are_found_whether_or_not_the_table_forbids_them(run: CheckRun) -> None:
    run.con.execute("create or replace table pets as from pets")
    assert passes(declared.schema_is_declared(PETS)(run))
    run.con.execute("insert into pets values ('bob', 2, null)")
    found = declared.schema_is_declared(PETS)(run)
    assert found.failing_rows == (
        {"column": "weight_kg", "declared": "not null", "actual": "1 missing values"},
    )


def test_repeated_keys_are_found(run: CheckRun) -> None:
    run.con.execute("insert into pets values ('ann', 2, 7)")
    found = declared.keys_are_unique(PETS)(run)
    assert found.failing_rows == ({"owner": "ann", "number": 2, "copies": 2},)


def test_missing_keys_are_found(run: CheckRun) -> None:
    run.con.execute("create or replace table people as from people")
    run.con.execute("insert into people values (null, null, null)")
    assert not passes(declared.keys_are_unique(PEOPLE)(run))


def test_references_to_nothing_are_found(run: CheckRun) -> None:
    run.con.execute("delete from people where person = 'bob'")
    found = declared.references_exist(PETS)(run)
    assert found.failing_rows == ({"value": "bob", "key_columns": "owner", "refers_to": "people"},)


def test_other_values_are_found(run: CheckRun) -> None:
    run.con.execute("update people set colour = 'green' where person = 'bob'")
    found = declared.values_are_allowed(PEOPLE)(run)
    assert found.failing_rows == ({"column_name": "colour", "value": "green", "rows": 1},)


TWO_EACH = "select 2 * count(*) from people"


@pytest.mark.parametrize(
    ("operator", "rows", "is_kept"),
    [
        ("=", 4, True),
        ("=", 3, False),
        ("=", 5, False),
        (">=", 5, True),
        (">=", 3, False),
        ("<=", 4, True),
        ("<=", 5, False),
    ],
)
def test_rows_are_as_many_as_declared(
    run: CheckRun, operator: str, rows: int, is_kept: bool
) -> None:
    run.con.execute("delete from pets")
    run.con.execute("insert into pets select 'ann', i, 1 from range(?) as numbers(i)", [rows])
    expected = RowCount("two per person", TWO_EACH, operator)  # type: ignore[arg-type]
    found = declared.row_count_is_declared(PETS, expected)(run)
    assert passes(found) == is_kept
    assert found.figure == rows
    assert found.failing_rows == (() if is_kept else ({"rows": rows, "declared": f"{operator} 4"},))
