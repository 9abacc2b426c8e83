"""Judging traces together settles every trace that replays and none that does not."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.checks.judging_again import surely_agree
from spendsense_pipeline.checks.staged import QUERIES
from spendsense_pipeline.traces import replay

_NUMBERS = st.one_of(
    st.floats(-1e6, 1e6), st.integers(-5, 5), st.sampled_from([0.5, 0.2, 200, -0.0, True, False])
)
# Beyond every line drawn below, so that something is left to grade.
_GRADES = st.one_of(
    st.fixed_dictionaries({"full": st.sampled_from([2e3, 1e6, -0.5])}),
    st.fixed_dictionaries({"counts_as": st.floats(0, 1)}),
)


@st.composite
def _trees(draw: st.DrawFn, predicates: int) -> Any:
    """Every predicate once, in a tree of one or two levels."""
    if predicates == 1:
        return 0
    cut = draw(st.integers(1, predicates))
    joiners = st.sampled_from(["all_of", "any_of"])
    left, right = list(range(cut)), list(range(cut, predicates))
    members = [{draw(joiners): left}, *([{draw(joiners): right}] if right else [])]
    return draw(st.sampled_from([{draw(joiners): members}, {draw(joiners): [*left, *right]}]))


@st.composite
def _rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    personas = []
    for place in range(draw(st.integers(1, 3))):
        count = draw(st.integers(1, 4))
        predicates = [
            {
                "operator": draw(st.sampled_from([">=", ">", "<", "="])),
                "threshold": draw(st.one_of(st.floats(0.01, 1e3), st.just(True))),
                "severity": draw(_GRADES),
            }
            for _ in range(count)
        ]
        personas.append(
            {"key": f"persona {place}", "tree": draw(_trees(count)), "predicates": predicates}
        )
    return personas


@st.composite
def _traces(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Traces of the same rules over different values."""
    rules = draw(_rules())
    return [
        {
            "personas": [
                {
                    **persona,
                    "predicates": [
                        {
                            **predicate,
                            "value": draw(st.none() | _NUMBERS),
                        }
                        for predicate in persona["predicates"]
                    ],
                }
                for persona in rules
            ]
        }
        for _ in range(draw(st.integers(1, 4)))
    ]


def judged(traces: list[dict[str, Any]], stored: list[dict[str, Any] | None]) -> list[bool]:
    """What judging these traces together settles, beside these stored decisions."""
    with duckdb.connect() as con:
        con.execute("create table decision_traces (user_id varchar, window_days int, trace json)")
        con.execute(
            "create table persona_assignments (user_id varchar, window_days int, "
            "primary_persona varchar, secondary_persona varchar, matched_personas varchar[], "
            "severity double)"
        )
        for number, (trace, decision) in enumerate(zip(traces, stored, strict=True)):
            person = f"user {number}"
            con.execute(
                "insert into decision_traces values (?, 30, ?)", [person, json.dumps(trace)]
            )
            if decision is not None:
                con.execute(
                    "insert into persona_assignments values (?, 30, ?, ?, ?, ?)",
                    [person, *decision.values()],
                )
        batch = con.sql(
            f"from ({QUERIES.text('decision_traces/traces_replay.judged.sql')}) order by user_id"
        ).to_arrow_reader(1_000)
        return [bool(agrees) for rows in batch for agrees in surely_agree(rows)]


def decision_of(trace: dict[str, Any]) -> dict[str, Any]:
    """What the replay says of a trace."""
    again = replay(trace)
    return {
        "primary": again.primary,
        "secondary": again.secondary,
        "matched": list(again.matched),
        "severity": again.severity,
    }


def other_decisions(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """Every part of a decision changed once."""
    return [
        {**decision, "primary": "somebody else"},
        {**decision, "secondary": "somebody else"},
        {**decision, "matched": [*decision["matched"], "somebody else"]},
        {
            **decision,
            "severity": decision["severity"] + max(1e-6, abs(decision["severity"]) * 1e-6),
        },
    ]


@settings(deadline=None, max_examples=60)
@given(_traces())
def test_decisions_that_replay_are_settled(traces: list[dict[str, Any]]) -> None:
    assert judged(traces, [decision_of(trace) for trace in traces]) == [True] * len(traces)


@settings(deadline=None, max_examples=60)
@given(_traces(), st.integers(0, 3))
def test_another_decision_is_never_settled(traces: list[dict[str, Any]], changed: int) -> None:
    stored = [decision_of(trace) for trace in traces]
    stored[-1] = other_decisions(stored[-1])[changed]
    assert judged(traces, list(stored)) == [True] * (len(traces) - 1) + [False]


def one_predicate(**changes: Any) -> dict[str, Any]:
    """A trace of one rule: at least 200, here 300."""
    predicate = {"operator": ">=", "threshold": 200.0, "value": 300.0, "severity": {"full": 400}}
    return {"personas": [{"key": "saver", "tree": 0, "predicates": [predicate | changes]}]}


@pytest.mark.parametrize(
    "changes",
    [
        {"value": "300"},  # text is no number, whatever it says
        {"value": [300]},
        {"value": 2**53 + 1},  # doubles cannot tell it from its neighbour
        {"severity": {"full": 200}},  # nothing to grade between the line and there
        {"severity": {"full": "400"}},
        {"severity": None},
        {"threshold": "200"},
        {"threshold": None},
        {"operator": "!="},
    ],
)
def test_traces_unlike_ours_are_left_to_the_replay(changes: dict[str, Any]) -> None:
    kept = {"primary": "saver", "secondary": None, "matched": ["saver"], "severity": 0.5}
    assert judged([one_predicate()], [dict(kept)]) == [True]
    for severity in (0.5, 0.0):
        assert judged([one_predicate(**changes)], [{**kept, "severity": severity}]) == [False]


@pytest.mark.parametrize(
    "trace", [{}, {"personas": None}, {"personas": {}}, {"personas": [{"key": "saver"}]}]
)
def test_traces_without_rules_are_left_to_the_replay(trace: dict[str, Any]) -> None:
    general: dict[str, Any] = {
        "primary": "general",
        "secondary": None,
        "matched": [],
        "severity": 0.0,
    }
    assert judged([trace], [general]) == [False]


def test_a_threshold_of_text_is_left_to_the_replay_where_nothing_matches() -> None:
    general: dict[str, Any] = {
        "primary": "general",
        "secondary": None,
        "matched": [],
        "severity": 0.0,
    }
    assert judged([one_predicate(value=100.0)], [general]) == [True]
    assert judged([one_predicate(value=100.0, threshold="200")], [general]) == [False]


def test_a_trace_without_an_assignment_is_not_settled() -> None:
    assert judged([one_predicate()], [None]) == [False]


def test_one_trace_of_other_rules_leaves_its_batch_to_the_replay() -> None:
    decision = decision_of(one_predicate())
    other = one_predicate(threshold=100.0)
    assert judged([one_predicate(), other], [decision, decision_of(other)]) == [False, False]


def test_values_at_the_threshold_are_compared_as_python_does() -> None:
    values = np.nextafter(200.0, [0.0, 200.0, 1e9]).tolist()
    traces = [one_predicate(value=value) for value in values]
    assert judged(traces, [decision_of(trace) for trace in traces]) == [True] * 3
