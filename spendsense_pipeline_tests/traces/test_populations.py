"""The promises of a trace over whole generated populations, and over the same without categories."""

from __future__ import annotations

import datetime as dt
import json

import duckdb
import pytest

from spendsense_pipeline.controls import (
    DataGenerationConfig,
    OperatorConfig,
    ResolvedConfig,
    resolve,
)
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.generation import generate
from spendsense_pipeline.personas import evaluate
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.feature_rows import columns_of, default_rules
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.fixtures.town import explain, texts_of, traces_of
from spendsense_pipeline_tests.traces.proofs_by_hand import Books, discrepancies
from spendsense_pipeline_tests.traces.test_counterfactual import outcome_of, values_of
from spendsense_pipeline_tests.traces.test_promises import broken_promises
from spendsense_pipeline_tests.traces.test_prose import BANNED, texts

POPULATIONS = [("default", 42), ("balanced", 7), ("overlap_testing", 3)]


def settled(preset: str, seed: int, users: int = 100) -> ResolvedConfig:
    config = DataGenerationConfig(num_users=users, seed=seed)
    return resolve(OperatorConfig(preset=preset, config=config), as_of=AS_OF)


def generated(resolved: ResolvedConfig, *, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """The raw tables of a population, not yet measured."""
    con = duckdb.connect()
    if threads:
        con.execute(f"set threads = {threads}")
    for table in GENERATED_TABLES:
        con.execute(table.create_sql())
    for shard in generate(resolved):
        for table, rows in zip(GENERATED_TABLES, shard, strict=True):
            con.register("shard", rows)
            con.execute(f"insert into {table.name} select * from shard")
            con.unregister("shard")
    return con


def traced(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig, history_start: dt.date | None
) -> duckdb.DuckDBPyConnection:
    build_recurring_streams(con, as_of=resolved.as_of)
    for window in (30, 180):
        build_features(con, as_of=resolved.as_of, window_days=window, history_start=history_start)
    explain(con, resolved)
    return con


@pytest.fixture(scope="module", params=POPULATIONS, ids=lambda p: f"{p[0]}-{p[1]}")
def population(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    resolved = settled(*request.param)
    return traced(generated(resolved), resolved, resolved.history_start)


def test_every_promise_is_kept(population: duckdb.DuckDBPyConnection) -> None:
    stored = texts_of(population)
    assert len(stored) >= 150
    assert [problem for text in stored for problem in broken_promises(text)] == []


def test_evidence_closes(population: duckdb.DuckDBPyConnection) -> None:
    books = Books(population)
    assert [p for trace in traces_of(population) for p in discrepancies(books, trace)] == []


def test_counterfactuals_hold(population: duckdb.DuckDBPyConnection) -> None:
    for trace in traces_of(population):
        what = trace["counterfactual"]
        if what["found"]:
            changed = values_of(trace) | {what["feature"]: what["to"]}
            assert outcome_of(changed) == what["outcome"] != trace["decision"]["primary"]


def test_nobody_is_shamed_and_everybody_is_told_something_of_their_own(
    population: duckdb.DuckDBPyConnection,
) -> None:
    for trace in traces_of(population):
        for text in texts(trace):
            assert not set(text.lower().replace(".", " ").replace(",", " ").split()) & set(
                BANNED
            ), text
        if trace["decision"]["primary"] != "general":
            assert any(character.isdigit() for r in trace["reasons"][:1] for character in r["text"])


def test_python_agrees_with_the_stored_assignments(population: duckdb.DuckDBPyConnection) -> None:
    for window in (30, 180):
        cursor = population.execute(f"from _features_unrounded_{window}d order by user_id")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        stored = population.execute(
            "select user_id, primary_persona, secondary_persona, severity from persona_assignments "
            "where window_days = ? order by user_id",
            [window],
        ).fetchall()
        verdicts = evaluate(columns_of(rows), default_rules())
        assert stored == list(
            zip(
                [row["user_id"] for row in rows],
                verdicts.primary,
                verdicts.secondary,
                verdicts.severity.tolist(),
                strict=True,
            )
        )


def test_made_again_on_one_thread_the_bytes_are_the_same() -> None:
    resolved = settled("default", 11, users=40)
    many = traced(generated(resolved), resolved, resolved.history_start)
    one = traced(generated(resolved, threads=1), resolved, resolved.history_start)
    assert texts_of(many) == texts_of(one)


def test_evidence_closes_where_categories_are_read_from_names() -> None:
    resolved = settled("default", 5, users=60)
    con = generated(resolved)
    con.execute("update raw_transactions set category_detailed = null, category_primary = null")
    con.execute("update raw_accounts set opening_balance = null")
    traced(con, resolved, None)
    books = Books(con, has_categories=False)
    stored = texts_of(con)
    assert [problem for text in stored for problem in broken_promises(text)] == []
    assert [p for text in stored for p in discrepancies(books, json.loads(text))] == []
    proved = {entry["feature"] for text in stored for entry in json.loads(text)["evidence"]}
    assert {"median_pay_gap_days", "interest_charged_usd", "total_spend_usd"} <= proved
