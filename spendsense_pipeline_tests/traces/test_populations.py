"""The promises of a trace over whole generated populations, and over the same without categories."""

from __future__ import annotations

import json

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.feature_rows import columns_of, default_rules
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    an_explained_population,
    explain,
    judge,
)
from spendsense_pipeline_tests.fixtures.traced_people import texts_of, traces_of
from spendsense_pipeline_tests.personas.evaluation import evaluate
from spendsense_pipeline_tests.traces.proofs_by_hand import Books, discrepancies
from spendsense_pipeline_tests.traces.test_counterfactual import outcome_of, values_of
from spendsense_pipeline_tests.traces.test_promises import broken_promises
from spendsense_pipeline_tests.traces.test_prose import BANNED, texts

POPULATIONS = [
    ("default", 42),
    pytest.param(("overlap_testing", 3), marks=pytest.mark.long),
    pytest.param(("balanced", 7), marks=pytest.mark.long),
]


@pytest.fixture(scope="module", params=POPULATIONS, ids=str)
def population(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    preset, seed = request.param
    return an_explained_population(a_configuration(preset=preset, config={"seed": seed}))


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
    resolved = a_configuration(config={"num_users": 20, "seed": 11})
    many, one = (a_population(resolved, threads=threads) for threads in (3, 1))
    for con in (many, one):
        judge(con, resolved)
        explain(con, resolved)
    assert texts_of(many) == texts_of(one)


def test_evidence_closes_where_categories_are_read_from_names() -> None:
    resolved = a_configuration(config={"num_users": 60, "seed": 5})
    con = a_population(resolved)
    con.execute("update raw_transactions set category_detailed = null, category_primary = null")
    con.execute("update raw_accounts set opening_balance = null")
    judge(con, resolved, is_start_known=False)
    explain(con, resolved)
    books = Books(con, has_categories=False)
    stored = texts_of(con)
    assert [problem for text in stored for problem in broken_promises(text)] == []
    assert [p for text in stored for p in discrepancies(books, json.loads(text))] == []
    proved = {entry["feature"] for text in stored for entry in json.loads(text)["evidence"]}
    assert {"median_pay_gap_days", "interest_charged_usd", "total_spend_usd"} <= proved
