"""One trace and many are judged again by the same lines: what holds of one way holds of the other."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.traces.replay import Decision, ReplayError, replay, replay_stored

_NUMBERS = st.one_of(
    st.floats(-1e6, 1e6), st.integers(-5, 5), st.sampled_from([0.5, 0.2, 200, -0.0, True, False])
)
_SEVERITIES = st.one_of(
    st.builds(lambda share: {"counts_as": share}, st.floats(0, 1)),
    st.builds(lambda full: {"full": full}, st.floats(2e3, 1e6)),
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
                "severity": draw(_SEVERITIES),
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
                        {**predicate, "value": draw(st.none() | _NUMBERS)}
                        for predicate in persona["predicates"]
                    ],
                }
                for persona in rules
            ]
        }
        for _ in range(draw(st.integers(1, 4)))
    ]


def by_hand(trace: dict[str, Any]) -> Decision:
    """The decision by the words of the schema, without arrays."""
    matched = []
    severity = 0.0
    for persona in trace["personas"]:
        passed = [_passes(**predicate) for predicate in persona["predicates"]]
        if _holds(persona["tree"], passed):
            if not matched:
                parts = [
                    _part(**p) for p, met in zip(persona["predicates"], passed, strict=True) if met
                ]
                severity = max(0.01, *parts)
            matched.append(persona["key"])
    return Decision([*matched, "general"][0], [*matched, None, None][1], tuple(matched), severity)


def _passes(operator: str, threshold: Any, value: Any, **_: Any) -> bool:
    if value is None:
        return False
    return bool(
        {">=": value >= threshold, ">": value > threshold, "<": value < threshold}.get(
            operator, value == threshold
        )
    )


def _holds(tree: Any, passed: list[bool]) -> bool:
    if isinstance(tree, int):
        return passed[tree]
    ((joiner, members),) = tree.items()
    return {"all_of": all, "any_of": any}[joiner](_holds(member, passed) for member in members)


def _part(severity: dict[str, float], threshold: Any, value: Any, **_: Any) -> float:
    if "counts_as" in severity:
        return severity["counts_as"]
    return min((value - threshold) / (severity["full"] - threshold), 1.0)


def together(traces: list[Any]) -> list[Decision | str]:
    """These traces judged as a warehouse's are; the message where one cannot be."""
    with duckdb.connect() as con:
        con.execute("create table decision_traces (user_id varchar, window_days int, trace json)")
        con.execute(
            "create table persona_assignments (user_id varchar, window_days int, "
            "primary_persona varchar, secondary_persona varchar, matched_personas varchar[], "
            "severity double)"
        )
        con.executemany(
            "insert into decision_traces values (?, 30, ?)",
            [[f"{number:03d}", json.dumps(trace)] for number, trace in enumerate(traces)],
        )
        judged = sorted(replay_stored(con), key=lambda trace: trace.user_id)
        assert all(trace.stored is None for trace in judged)
        return [t.again if isinstance(t.again, Decision) else str(t.again) for t in judged]


def alone(trace: Any) -> Decision | str:
    try:
        return replay(trace)
    except ReplayError as error:
        return str(error)


@settings(deadline=None, max_examples=40)
@given(_traces())
def test_one_trace_many_traces_and_a_reader_of_the_schema_agree(
    traces: list[dict[str, Any]],
) -> None:
    expected = [by_hand(trace) for trace in traces]
    assert [alone(trace) for trace in traces] == expected
    assert together(traces) == expected


def one_predicate(**changes: Any) -> dict[str, Any]:
    """A trace of one rule: at least 200, here 300."""
    predicate = {"operator": ">=", "threshold": 200.0, "severity": {"full": 400.0}, "value": 300.0}
    return {"personas": [{"key": "saver", "tree": 0, "predicates": [{**predicate, **changes}]}]}


def without(member: str) -> dict[str, Any]:
    trace = one_predicate()
    del trace["personas"][0]["predicates"][0][member]
    return trace


BROKEN = {
    "a predicate without a value": (without("value"), "predicate 0 of saver lacks its value"),
    "no operator": (without("operator"), "predicate 0 of saver lacks its operator"),
    "no threshold": (without("threshold"), "predicate 0 of saver lacks its threshold"),
    "no severity": (without("severity"), "predicate 0 of saver lacks its severity"),
    "text for a value": (one_predicate(value="300"), "'300' stands where a number"),
    "a list for a value": (one_predicate(value=[300]), "[300] stands where a number"),
    "a number past all bounds": (one_predicate(value=10**400), "too large to be compared"),
    "text for a threshold": (one_predicate(threshold="200"), "'200' stands where a number"),
    "an unknown operator": (one_predicate(operator="!="), "has the operator '!='"),
    "a list for an operator": (one_predicate(operator=[">="]), "has the operator ['>=']"),
    "a severity of nothing": (one_predicate(severity={}), "lacks its full"),
    "a severity full at the line": (one_predicate(severity={"full": 200.0}), "at the threshold"),
    "a position past the end": (
        {"personas": [one_predicate()["personas"][0] | {"tree": 1}]},
        "the tree of saver holds 1",
    ),
    "an unknown joiner": (
        {"personas": [one_predicate()["personas"][0] | {"tree": {"none_of": [0]}}]},
        "the tree of saver holds {'none_of': [0]}",
    ),
    "no personas": ({}, "the trace lacks its personas"),
    "a persona without rules": ({"personas": [{"key": "saver"}]}, "saver lacks its predicates"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_judged_is_said_the_same_of_one_and_of_many(
    broken: tuple[dict[str, Any], str],
) -> None:
    trace, problem = broken
    assert problem in str(alone(trace))
    assert together([one_predicate(), trace]) == [replay(one_predicate()), alone(trace)]


def test_traces_of_other_rules_are_judged_by_their_own() -> None:
    traces = [one_predicate(), one_predicate(threshold=100.0), one_predicate(threshold=301.0)]
    assert together(traces) == [replay(trace) for trace in traces]
    assert [replay(trace).primary for trace in traces] == ["saver", "saver", "general"]


def test_values_at_the_threshold_are_compared_exactly() -> None:
    values = np.nextafter(200.0, [0.0, 200.0, 1e9]).tolist()
    assert [replay(one_predicate(value=value)).primary for value in values] == [
        "general",
        "saver",
        "saver",
    ]


def test_no_data_never_passes() -> None:
    for operator in (">=", ">", "<", "="):
        assert replay(one_predicate(operator=operator, value=None)).matched == ()
