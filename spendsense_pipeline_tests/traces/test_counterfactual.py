"""Counterfactuals hold: the stated change flips the outcome, nothing smaller does, and "none" is true."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from spendsense_pipeline.personas.criteria import IS, Criterion
from spendsense_pipeline.personas.rules import all_criteria, rule_features
from spendsense_pipeline.traces import replay
from spendsense_pipeline.traces.counterfactual import (
    candidates,
    value_that_fails,
    value_that_passes,
)
from spendsense_pipeline_tests.fixtures.feature_rows import (
    a_crowd,
    columns_of,
    default_rules,
    feature_row,
    persona_row,
)
from spendsense_pipeline_tests.fixtures.rows import Row
from spendsense_pipeline_tests.fixtures.traced_people import Trace, traces_of
from spendsense_pipeline_tests.personas.evaluation import evaluate
from spendsense_pipeline_tests.traces.test_promises import traced

CRITERIA = [c for _, c in all_criteria(default_rules())]


def values_of(trace: Trace) -> Row:
    return {
        p["feature"]: p["value"] for persona in trace["personas"] for p in persona["predicates"]
    }


def outcomes_of(people: list[Row]) -> tuple[str, ...]:
    """The persona of each of some people, by their features."""
    rows = [feature_row() | values for values in people]
    return evaluate(columns_of(rows), default_rules()).primary


def outcome_of(values: Row) -> str:
    [primary] = outcomes_of([values])
    return primary


def places(feature: str) -> list[float]:
    """Values of a feature on both sides of each of its thresholds, found without our own search."""
    found = []
    for c in CRITERIA:
        if c.feature == feature:
            if c.operator is IS:
                found += [0.0, 1.0]
            else:
                found += [c.limit, c.limit - c.step, c.limit + c.step]
    lowest = next(c.lowest for c in CRITERIA if c.feature == feature)
    return [round(v, 6) for v in found if lowest is None or v >= lowest]


def size_of(feature: str, before: float, after: float) -> float:
    """The least size this change has by any threshold of the feature that it crosses."""
    crossed = [
        c
        for c in CRITERIA
        if c.feature == feature
        and c.operator.compare(before, c.limit) != c.operator.compare(after, c.limit)
    ]
    return min(
        (1.0 if c.scale is None else abs(after - before) / c.scale for c in crossed), default=0.0
    )


@pytest.fixture(scope="module")
def crowd() -> list[Trace]:
    return [trace for seed in (11, 12) for trace in traces_of(traced(a_crowd(seed, people=200)))]


def test_the_stated_change_gives_the_stated_outcome(crowd: list[Trace]) -> None:
    found = [trace for trace in crowd if trace["counterfactual"]["found"]]
    assert len(found) > 100
    for trace in found:
        what = trace["counterfactual"]
        values = values_of(trace)
        assert values[what["feature"]] == what["from"]
        assert outcome_of(values) == trace["decision"]["primary"]
        assert outcome_of(values | {what["feature"]: what["to"]}) == what["outcome"]
        assert what["outcome"] != trace["decision"]["primary"]


def test_the_stated_change_also_flips_the_trace_itself(crowd: list[Trace]) -> None:
    for trace in copy.deepcopy(crowd):
        what = trace["counterfactual"]
        if what["found"]:
            for persona in trace["personas"]:
                for p in persona["predicates"]:
                    if p["feature"] == what["feature"]:
                        p["value"] = what["to"]
            assert replay(trace).primary == what["outcome"]


def test_no_single_change_is_smaller_and_none_means_none(crowd: list[Trace]) -> None:
    for trace in crowd:
        values = values_of(trace)
        changes = [
            (feature, value)
            for feature in (c.feature for c in rule_features())
            if values[feature] is not None
            for value in places(feature)
        ]
        outcomes = outcomes_of([values | {feature: value} for feature, value in changes])
        flips = [
            (size_of(feature, float(values[feature]), value), feature)
            for (feature, value), outcome in zip(changes, outcomes, strict=True)
            if outcome != trace["decision"]["primary"]
        ]
        what = trace["counterfactual"]
        assert what["found"] == bool(flips), trace["trace_id"]
        if flips:
            stated = size_of(what["feature"], float(what["from"]), float(what["to"]))
            assert stated <= min(flips)[0] + 1e-9


def test_as_many_changes_are_needed_as_we_say() -> None:
    needing = [
        trace
        for trace in traces_of(traced(a_crowd(13, people=150)))
        if not trace["counterfactual"]["found"]
    ]
    assert {trace["counterfactual"]["changes_needed"] for trace in needing} >= {2}
    for trace in needing[:25]:
        needed = trace["counterfactual"]["changes_needed"]
        values = values_of(trace)
        known = [c.feature for c in rule_features() if values[c.feature] is not None]
        assert not _can_flip(trace, values, known, (needed or 3) - 1)
        if needed == 2:
            assert _can_flip(trace, values, known, 2)


def _can_flip(trace: Trace, values: Row, known: list[str], changes: int) -> bool:
    for features in itertools.combinations(known, changes):
        tries = [
            values | dict(zip(features, combination, strict=True))
            for combination in itertools.product(*(places(f) for f in features))
        ]
        if set(outcomes_of(tries)) != {trace["decision"]["primary"]}:
            return True
    return False


def test_nobody_known_needs_data_first() -> None:
    nothing: dict[str, Any] = {c.feature: None for c in rule_features()}
    [trace] = traces_of(traced([feature_row() | nothing]))
    assert trace["counterfactual"] == {
        "found": False,
        "changes_needed": None,
        "text": "none: too little data",
    }
    assert trace["decision"]["runner_up"] is None


def test_several_reasons_need_several_changes() -> None:
    [trace] = traces_of(
        traced([persona_row("high_utilization", interest_charged_usd=9.0, is_overdue=True)])
    )
    assert trace["counterfactual"]["text"] == "none: needs 3 changes"


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda c: c.key)
def test_a_candidate_lies_just_across_the_threshold(criterion: Criterion) -> None:
    passing, failing = value_that_passes(criterion), value_that_fails(criterion)
    assert passing is not None
    assert criterion.operator.compare(passing, criterion.limit)
    if failing is None:  # nothing is spent less than nothing
        assert criterion.lowest == criterion.limit
    else:
        assert not criterion.operator.compare(failing, criterion.limit)
        assert abs(passing - failing) <= criterion.step + 1e-9


def test_a_change_below_the_least_value_is_no_candidate() -> None:
    for c in candidates(default_rules()):
        assert c.criterion.lowest is None or c.changed >= c.criterion.lowest


def test_the_words_say_what_would_have_to_be() -> None:
    by_user = {
        t["user_id"]: t["counterfactual"]["text"]
        for t in traces_of(
            traced(
                [
                    persona_row("high_utilization", user_id="user_0000"),
                    feature_row("user_0001", is_overdue=True, max_utilization=None),
                ]
            )
        )
    }
    assert by_user == {
        "user_0000": "If use of your most used card were 49.99% instead of 62.5%, the result would be General.",
        "user_0001": "Without a card payment past its due date, the result would be General.",
    }
