"""Counterfactuals hold: the stated change flips the outcome, nothing smaller does, and "none" is true."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from spendsense_pipeline.personas.criteria import IS, Criterion, PersonaRule, Tree
from spendsense_pipeline.personas.rules import all_criteria, rule_features
from spendsense_pipeline.traces import replay
from spendsense_pipeline.traces.counterfactual import value_that_fails, value_that_passes, ways
from spendsense_pipeline_tests.fixtures.feature_rows import (
    a_crowd,
    columns_of,
    default_rules,
    feature_row,
    persona_row,
)
from spendsense_pipeline_tests.fixtures.rows import Row
from spendsense_pipeline_tests.fixtures.traced_people import Trace, traces_of
from spendsense_pipeline_tests.personas.evaluation import Verdicts, evaluate
from spendsense_pipeline_tests.traces.test_promises import traced

CRITERIA = [c for _, c in all_criteria(default_rules())]


def values_of(trace: Trace) -> Row:
    return {
        p["feature"]: p["value"] for persona in trace["personas"] for p in persona["predicates"]
    }


def verdicts_on(people: list[Row]) -> Verdicts:
    """What the rules say of each of some people, by their features."""
    return evaluate(columns_of([feature_row() | values for values in people]), default_rules())


def outcomes_of(people: list[Row]) -> tuple[str, ...]:
    """The persona of each of some people, by their features."""
    return verdicts_on(people).primary


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


def standing_of(
    trace: Trace, change: tuple[str, float], matched: set[str]
) -> tuple[bool, bool, float]:
    """How a change ranks: is it of another persona, of no size, and how large is it.

    `matched` is who matches once it is made.
    """
    feature, after = change
    before = float(values_of(trace)[feature])
    crossed = [
        c
        for c in CRITERIA
        if c.feature == feature
        and c.operator.compare(before, c.limit) != c.operator.compare(after, c.limit)
    ]
    sizes = [abs(after - before) / c.scale for c in crossed if c.scale is not None]
    decision = trace["decision"]
    if decision["primary"] == "general":
        is_of_another = decision["runner_up"] not in matched
    else:
        is_of_another = decision["primary"] in matched
    return is_of_another, not sizes, min(sizes, default=1.0)


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


def test_no_single_change_comes_before_it_and_none_means_none(crowd: list[Trace]) -> None:
    for trace in crowd:
        values = values_of(trace)
        what = trace["counterfactual"]
        changes = [
            (feature, value)
            for feature in (c.feature for c in rule_features())
            if values[feature] is not None
            for value in places(feature)
        ]
        stated = [(what["feature"], what["to"])] if what["found"] else []
        judged = verdicts_on([values | dict([change]) for change in [*changes, *stated]])
        standings = [
            standing_of(trace, change, {key for key, flags in judged.matched.items() if flags[i]})
            for i, change in enumerate([*changes, *stated])
        ]
        flips = [
            standing
            for standing, outcome in zip(standings[: len(changes)], judged.primary, strict=False)
            if outcome != trace["decision"]["primary"]
        ]
        assert what["found"] == bool(flips), trace["trace_id"]
        if flips:
            is_of_another, is_fact, size = standings[-1]
            assert (is_of_another, is_fact, size - 1e-9) <= min(flips), trace["trace_id"]


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


def test_all_the_changes_named_together_give_the_stated_outcome(crowd: list[Trace]) -> None:
    several = [t for t in crowd if len(t["counterfactual"].get("changes", [])) > 1]
    assert len(several) > 20
    for trace in several:
        what = trace["counterfactual"]
        values = values_of(trace)
        assert len(what["changes"]) == what["changes_needed"]
        assert [values[change["feature"]] for change in what["changes"]] == [
            change["from"] for change in what["changes"]
        ]
        changed = {change["feature"]: change["to"] for change in what["changes"]}
        assert outcome_of(values | changed) == what["outcome"] != trace["decision"]["primary"]


def test_nobody_known_needs_data_first() -> None:
    nothing: dict[str, Any] = {c.feature: None for c in rule_features()}
    [trace] = traces_of(traced([feature_row() | nothing]))
    assert trace["counterfactual"] == {
        "found": False,
        "changes_needed": None,
        "text": "none: too little data",
        "changes": [],
        "outcome": None,
    }
    assert trace["decision"]["runner_up"] is None


def test_several_changes_are_named() -> None:
    [trace] = traces_of(
        traced([persona_row("high_utilization", interest_charged_usd=9.0, is_overdue=True)])
    )
    what = trace["counterfactual"]
    assert what["text"] == (
        "none: needs 3 changes: use of your most used card 49.99% instead of 62.5%; card interest "
        "charged $0 instead of $9; without a card payment past its due date. The result would then "
        "be General."
    )
    assert [(c["feature"], c["from"], c["to"], c["size"]) for c in what["changes"]] == [
        ("max_utilization", 0.625, 0.4999, pytest.approx(0.2502)),
        ("interest_charged_usd", 9.0, 0.0, None),
        ("is_overdue", True, False, None),
    ]


def test_a_saver_is_told_of_saving_and_not_of_paydays() -> None:
    """Though half a day more between paydays would be the smaller change."""
    near_uneven = {"median_pay_gap_days": 45.0, "cash_flow_buffer_months": 0.5}
    [trace] = traces_of(traced([persona_row("savings_builder", **near_uneven)]))
    what = trace["counterfactual"]
    assert (what["feature"], what["outcome"]) == ("savings_net_inflow_monthly_usd", "general")
    assert what["size"] == pytest.approx(50.01 / 200)


def test_a_saver_without_a_card_is_told_of_amounts_before_a_card() -> None:
    [trace] = traces_of(
        traced([persona_row("savings_builder", card_count=0, max_utilization=None)])
    )
    assert trace["counterfactual"]["feature"] == "savings_net_inflow_monthly_usd"


def test_somebody_general_is_told_of_the_nearest_persona() -> None:
    """Though an overdue payment would be one change as well."""
    [trace] = traces_of(
        traced([feature_row(median_pay_gap_days=40.0, cash_flow_buffer_months=0.9)])
    )
    assert trace["decision"]["runner_up"] == "variable_income"
    assert trace["counterfactual"]["feature"] == "median_pay_gap_days"


@pytest.mark.parametrize("rule", default_rules(), ids=lambda rule: rule.key)
def test_a_rule_holds_as_soon_as_one_way_does_and_ends_as_soon_as_one_way_does(
    rule: PersonaRule,
) -> None:
    """Over every combination of answers: the ways are all there are, and nothing else is one."""
    keys = [c.key for c in rule.criteria]
    for answers in itertools.product([True, False], repeat=len(keys)):
        met = {key for key, answer in zip(keys, answers, strict=True) if answer}
        holds = any({c.key for c in way} <= met for way in ways(rule.tree, wanted=True))
        fails = any(not {c.key for c in way} & met for way in ways(rule.tree, wanted=False))
        assert holds != fails
        assert holds == _holds(rule.tree, met)


def _holds(tree: Tree, met: set[str]) -> bool:
    if isinstance(tree, Criterion):
        return tree.key in met
    join = all if tree.joiner == "all_of" else any
    return join(_holds(member, met) for member in tree.members)


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
    for c in CRITERIA:
        for changed in (value_that_passes(c), value_that_fails(c)):
            assert changed is None or c.lowest is None or changed >= c.lowest


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
        "user_0000": "If the use of your most used card were 49.99% instead of 62.5%, the result would be General.",
        "user_0001": "Without a card payment past its due date, the result would be General.",
    }
