"""A shifted export: every declared day moves by the same whole weeks, nothing else changes, and what
that breaks is said.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.publishing.exports.shifting import HOLIDAYS_FILE, Shift, shifted
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline_tests.fixtures.exportable_dataset import TABLES
from spendsense_pipeline_tests.fixtures.judged_imports import judged_import
from spendsense_pipeline_tests.fixtures.measured_people import rows_of
from spendsense_pipeline_tests.fixtures.rows import AS_OF

ASKED = [AS_OF + dt.timedelta(days=days) for days in (-800, -7, -3, 0, 3, 4, 7, 206, 1000)]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_every_day_moves_by_the_weeks_that_come_nearest(
    dataset: duckdb.DuckDBPyConnection, asked: dt.date
) -> None:
    shift = Shift(AS_OF, asked)
    nearest = min(range(-200, 200), key=lambda w: abs((AS_OF - asked).days + 7 * w))
    assert shift.weeks == nearest
    with shifted(dataset, TABLES, shift) as moved:
        for table in TABLES:
            days = {c.name for c in table.columns if c.type in ("DATE", "TIMESTAMP", "DATE[]")}
            days -= {"published_at"}
            old, new = rows_of(dataset, table.name), rows_of(moved, table.name)
            assert len(old) == len(new)
            for before, after in zip(old, new, strict=True):
                for name, value in before.items():
                    if name in days and value is not None:
                        expected = (
                            [day + shift.days for day in value]
                            if isinstance(value, list)
                            else value + shift.days
                        )
                        assert after[name] == expected, (table.name, name)
                    elif name != "trace":
                        assert after[name] == value, (table.name, name)


def test_every_declared_day_is_one_that_moves() -> None:
    """A column of another type that holds days would be left behind."""
    suspicious = [
        f"{table.name}.{column.name}: {column.type}"
        for table in tables_in("exports")
        for column in table.columns
        if column.type not in ("DATE", "TIMESTAMP", "DATE[]")
        and (
            "DATE" in column.type or "TIME" in column.type or column.name.endswith(("_date", "_on"))
        )
    ]
    assert not suspicious


@pytest.mark.parametrize("seed", range(5))
def test_days_in_words_move_as_days_in_figures_do(seed: int) -> None:
    dice = random.Random(seed)
    shift = Shift(AS_OF, AS_OF + dt.timedelta(days=dice.randint(-900, 900)))
    days = [AS_OF - dt.timedelta(days=dice.randint(0, 400)) for _ in range(20)]

    def told(days: list[dt.date]) -> str:
        texts = [f"{day} and {day:%B} {day.day}, {day.year}; id 2026-99-99 $1,234" for day in days]
        return json.dumps({"texts": texts})

    assert shift.text(told(days)) == told([day + shift.days for day in days])


def test_a_shifted_export_says_so_and_lists_what_fell_on_holidays(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    asked = dt.date(2026, 12, 22)  # 25 weeks on: days of the year's end and of Thanksgiving
    exported = export_dataset(dataset, TABLES, tmp_path / "out", "csv", shift_to=asked)
    about = json.loads((tmp_path / "out" / "export.json").read_text("utf-8"))
    assert about["as_of"] == "2026-12-22"
    assert about["shifted"]["weeks"] == 25
    assert about["shifted"]["from_as_of"] == AS_OF.isoformat()
    with (tmp_path / "out" / HOLIDAYS_FILE).open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    assert about["shifted"]["rows_on_holidays"] == exported.rows_on_holidays == len(listed)
    holidays = {"2026-06-19", "2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26"}
    with (tmp_path / "out" / "raw_transactions.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["pending"] == "false"]
    assert {row["transaction_id"] for row in listed} == {
        row["transaction_id"] for row in rows if row["date"] in holidays
    }


def test_a_shifted_export_is_measured_as_the_original_is(
    dataset: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    found = []
    for name, shift_to in (("as it is", None), ("moved", AS_OF + dt.timedelta(weeks=31, days=2))):
        export_dataset(dataset, TABLES, tmp_path / name, "csv", shift_to=shift_to)
        imported = judged_import(tmp_path / name, tmp_path / "imports", as_of=None)
        found.append(
            [
                {key: value for key, value in row.items() if not isinstance(value, dt.date)}
                for window in (30, 180)
                for row in imported.rows(f"features_{window}d")
            ]
        )
    original, moved = found
    assert original == moved
    assert original
