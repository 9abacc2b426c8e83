"""People for other people's tests: of the persona asked for, as of any day, without Dagster."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from spendsense_pipeline.controls import ControlsError, PersonaThresholds
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.generation import GeneratedTables
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.raw import CARD_STATEMENTS, GENERATED_TABLES
from spendsense_pipeline.testing import Made, a_person, a_population

pytest_plugins = ["pytester"]

DAYS = [
    dt.date(2026, 6, 30),
    pytest.param(dt.date(2024, 2, 29), marks=pytest.mark.long),
    pytest.param(dt.date(2027, 1, 2), marks=pytest.mark.long),
]


def assigned(*worlds: Made) -> dict[str, set[str]]:
    """Persona in both windows of the people of several worlds of one day, measured at once."""
    con = duckdb.connect()
    for table in (*GENERATED_TABLES, CARD_STATEMENTS):
        con.execute(table.create_sql())
    for number, made in enumerate(worlds):
        for name, rows in made.tables._asdict().items():
            con.register("made", _numbered(rows, number))
            con.execute(f"insert into raw_{name} by name select * from made")
    [as_of] = {made.as_of for made in worlds}
    build_recurring_streams(con, as_of=as_of)
    for window in WINDOWS:
        build_features(con, as_of=as_of, window_days=window, history_start=None)
    assign(con, as_of=as_of, thresholds=PersonaThresholds())
    found: dict[str, set[str]] = {}
    for user, persona in con.execute(
        "select user_id, primary_persona from persona_assignments"
    ).fetchall():
        found.setdefault(user, set()).add(persona)
    return found


def _numbered(rows: pa.Table, number: int) -> pa.Table:
    """The same with every identifier told from another world's."""
    for name in ("user_id", "account_id", "transaction_id"):
        if name in rows.column_names:
            place = rows.column_names.index(name)
            ids = pa.array([f"{number}:{value}" for value in rows.column(name).to_pylist()])
            rows = rows.set_column(place, name, ids)
    return rows


@pytest.mark.parametrize(
    "first_seed", [0, pytest.param(2, marks=pytest.mark.long)], ids="from seed {}".format
)
@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_a_person_is_of_the_persona_asked_for_in_both_windows(
    as_of: dt.date, first_seed: int
) -> None:
    seeds = (first_seed, first_seed + 1)
    asked = [(persona, seed) for persona in PERSONA_KEYS for seed in seeds]
    worlds = [a_person(persona, as_of=as_of, seed=seed) for persona, seed in asked]
    found = assigned(*worlds)
    assert found == {
        f"{number}:{made.user_id}": {persona}
        for number, (made, (persona, _)) in enumerate(zip(worlds, asked, strict=True))
    }


def test_the_same_arguments_make_the_same_person_and_others_another() -> None:
    made = a_person("savings_builder", as_of=DAYS[0])
    assert made.tables.transactions.equals(a_person("savings_builder", as_of=DAYS[0]).tables[2])
    other = a_person("savings_builder", as_of=DAYS[0], seed=1)
    assert not made.tables.transactions.equals(other.tables.transactions)
    assert made.user_ids == [made.user_id]
    assert max(made.records()["transactions"], key=lambda row: row["date"])["date"] <= DAYS[0]


def test_a_person_whose_start_is_fixed_lives_on() -> None:
    start = dt.date(2026, 1, 1)
    earlier, later = (
        a_person("general", as_of=day, history_start=start)
        for day in (dt.date(2026, 6, 30), dt.date(2026, 8, 15))
    )

    def posted(made: Made) -> list[dict[str, Any]]:
        rows = made.records()["transactions"]
        return [r for r in rows if not r["pending"] and r["date"] <= earlier.as_of]

    assert sorted(posted(earlier), key=str) == sorted(posted(later), key=str)


def test_a_population_has_the_shares_asked_for_and_person_k_stays_who_they_are() -> None:
    made = a_population(
        as_of=DAYS[0], num_users=20, persona_weights={"high_utilization": 0.5, "general": 0.5}
    )
    targets = made.tables.users.column("target_persona").to_pylist()
    assert sorted(targets) == ["general"] * 10 + ["high_utilization"] * 10
    larger = a_population(as_of=DAYS[0], num_users=30)
    smaller = a_population(as_of=DAYS[0], num_users=20)
    assert larger.records()["users"][:20] == smaller.records()["users"]
    assert set(larger.tables.users.column("consent_status").to_pylist()) == {"granted"}


def test_every_form_tells_of_the_same_rows() -> None:
    made = a_person("variable_income", as_of=DAYS[0])
    rows, frames = made.records(), made.frames()
    assert {name: len(frame) for name, frame in frames.items()} == {
        name: len(table) for name, table in rows.items()
    }
    answers = made.plaid()[made.user_id]
    added = [row for page in answers["/transactions/sync"] for row in page["added"]]
    assert {row["transaction_id"] for row in added} == {
        row["transaction_id"] for row in rows["transactions"]
    }
    assert [a["account_id"] for a in answers["/accounts/get"]["accounts"]] == [
        row["account_id"] for row in rows["accounts"]
    ]
    json.dumps(answers)


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(ControlsError, match="millionaire"):
        a_person("millionaire", as_of=DAYS[0])
    with pytest.raises(ControlsError, match="overdue_probabilty"):
        a_person(as_of=DAYS[0], overdue_probabilty=0.5)
    with pytest.raises(ValueError, match="use user_ids"):
        _ = Made(
            DAYS[0], GeneratedTables(*a_population(as_of=DAYS[0], num_users=10).tables)
        ).user_id


def test_a_person_is_made_without_dagster() -> None:
    program = (
        "import datetime, sys\n"
        "from spendsense_pipeline.testing import a_person\n"
        "a_person('savings_builder', as_of=datetime.date(2026, 6, 30)).plaid()\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {name for name in loaded if name.startswith("dagster")}
    assert "fastapi" not in loaded


def test_the_plugin_loads_nothing_before_it_is_asked() -> None:
    program = "import sys, spendsense_pipeline.pytest_plugin\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pyarrow", "duckdb", "pydantic", "pandas", "dagster"} & set(loaded)


def test_somebody_elses_tests_use_the_fixtures(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nspendsense_as_of = 2026-06-30\n")
    pytester.makepyfile(
        """
        def test_a_saver(spendsense_person, spendsense_as_of):
            saver = spendsense_person("savings_builder")
            assert saver.as_of == spendsense_as_of
            assert str(saver.as_of) == "2026-06-30"
            assert saver.records()["transactions"]

        def test_many(spendsense_population):
            assert len(spendsense_population(num_users=12).user_ids) == 12
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    pytester.makeini("[pytest]\nspendsense_as_of = 30 June\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*spendsense_as_of: '30 June' is no date*"])
