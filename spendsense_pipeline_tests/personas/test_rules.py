"""The rule book: boundaries generated from it, its priority order, and agreement of Python and SQL."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.personas import rules as rule_book
from spendsense_pipeline.personas.book.variable_income import PAY_GAP_LONG
from spendsense_pipeline.personas.criteria import (
    ABOVE,
    AT_LEAST,
    BELOW,
    IS,
    Criterion,
)
from spendsense_pipeline.personas.rules import (
    PERSONA_KEYS,
    RULE_BOOK,
    all_criteria,
    bound,
    rules_version,
)
from spendsense_pipeline.personas.sql import judged_query
from spendsense_pipeline.tables.features import FEATURES_BY_NAME
from spendsense_pipeline_tests.fixtures.feature_rows import (
    a_feature_population,
    columns_of,
    default_rules,
    feature_row,
    persona_row,
    warehouse_of,
)
from spendsense_pipeline_tests.fixtures.rows import Row
from spendsense_pipeline_tests.personas.evaluation import evaluate


def _boundaries() -> list[Any]:
    """(criterion, place, value, whether it passes) at, just above, just below and missing."""
    cases = []
    for _, criterion in all_criteria(default_rules()):
        limit = criterion.limit
        if criterion.operator is IS:
            points = {"at": (int(limit), True), "beside": (1 - int(limit), False)}
        else:
            points = {
                "at": (limit, criterion.operator is AT_LEAST),
                "above": (math.nextafter(limit, math.inf), criterion.operator in (AT_LEAST, ABOVE)),
                "below": (math.nextafter(limit, -math.inf), criterion.operator is BELOW),
            }
            points["not a number"] = (math.nan, False)
        points["missing"] = (None, False)
        cases += [
            pytest.param(criterion, value, passes, id=f"{criterion.key}-{place}")
            for place, (value, passes) in points.items()
        ]
    return cases


@pytest.mark.parametrize(("criterion", "value", "passes"), _boundaries())
def test_a_criterion_holds_exactly_from_its_threshold(
    criterion: Criterion, value: Any, passes: bool
) -> None:
    row = feature_row() | {criterion.feature: value}
    by_python = evaluate(columns_of([row]), default_rules()).passed[criterion.key]
    assert by_python.tolist() == [passes]
    if criterion.unit == "count" and isinstance(value, float):
        return  # the column is an integer: there is no value between two counts
    con = warehouse_of([row])
    if value is not None and math.isnan(value):
        value = "nan"
    query = judged_query(default_rules(), "_features_unrounded_30d")
    assert con.execute(f"select passed_{criterion.key} from ({query})").fetchall() == [(passes,)]


@settings(max_examples=60)
@given(population=a_feature_population())
def test_python_and_sql_say_the_same_of_everybody(population: list[Row]) -> None:
    rules = default_rules()
    verdicts = evaluate(columns_of(population), rules)
    con = warehouse_of(population)
    source = "(from _features_unrounded_30d union all by name from _features_unrounded_180d)"
    judged = (
        con.sql(f"from ({judged_query(rules, source)}) order by user_id")
        .to_arrow_table()
        .to_pylist()
    )
    assert [j["primary_persona"] for j in judged] == list(verdicts.primary)
    assert [j["secondary_persona"] for j in judged] == list(verdicts.secondary)
    assert [j["severity"] for j in judged] == verdicts.severity.tolist()
    for key, matched in verdicts.matched.items():
        assert [j[f"matched_{key}"] for j in judged] == matched.tolist()
    for key, passed in verdicts.passed.items():
        assert [j[f"passed_{key}"] for j in judged] == passed.tolist()


@settings(max_examples=40)
@given(population=a_feature_population(), limits=st.data())
def test_python_and_sql_agree_under_any_thresholds(
    population: list[Row], limits: st.DataObject
) -> None:
    changed = PersonaThresholds(
        high_utilization_interest_usd=limits.draw(st.floats(0, 50)),
        cash_flow_stressed_low_balance_day_share=limits.draw(st.floats(0, 1)),
        savings_builder_growth_share=limits.draw(st.floats(0, 10)),
    )
    rules = bound(changed)
    con = warehouse_of(population)
    source = "(from _features_unrounded_30d union all by name from _features_unrounded_180d)"
    judged = con.execute(
        f"select primary_persona, severity from ({judged_query(rules, source)}) order by user_id"
    ).fetchall()
    verdicts = evaluate(columns_of(population), rules)
    assert judged == list(zip(verdicts.primary, verdicts.severity.tolist(), strict=True))


@pytest.mark.parametrize("key", PERSONA_KEYS)
def test_each_persona_can_be_the_only_match(key: str) -> None:
    verdicts = evaluate(columns_of([persona_row(key)]), default_rules())
    assert verdicts.primary == (key,)
    assert verdicts.secondary == (None,)
    assert [k for k, matched in verdicts.matched.items() if matched[0]] == [key] * (
        key != "general"
    )


def test_the_first_match_is_primary_and_the_next_secondary() -> None:
    row = persona_row("variable_income") | {"savings_growth_rate": 0.05, "max_utilization": 0.1}
    verdicts = evaluate(columns_of([row]), default_rules())
    assert (verdicts.primary, verdicts.secondary) == (("variable_income",), ("savings_builder",))


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        ({"max_utilization": 0.75}, 0.5),
        ({"max_utilization": 0.75, "is_overdue": True}, 0.5),
        ({"is_overdue": True}, 0.0),  # a yes/no fact has no margin
        ({"interest_charged_usd": 12.0}, 0.0),  # nor has a threshold of zero
        ({"median_pay_gap_days": 90.0, "cash_flow_buffer_months": 0.5}, 1.0),
        # only members of an any_of that passed count
        (
            {
                "subscription_count": 3,
                "monthly_subscription_spend_usd": 40.0,
                "subscription_spend_share": 0.15,
            },
            0.5,
        ),
        ({}, 0.0),
    ],
)
def test_severity_is_the_widest_margin_that_made_the_match(change: Row, severity: float) -> None:
    verdicts = evaluate(columns_of([feature_row(**change)]), default_rules())
    assert verdicts.severity.tolist() == pytest.approx([severity])


def test_a_card_without_a_known_limit_is_no_card_use_below_thirty_percent() -> None:
    saver = persona_row("savings_builder", max_utilization=None)
    assert evaluate(columns_of([saver]), default_rules()).primary == ("general",)
    no_card = saver | {"card_count": 0}
    assert evaluate(columns_of([no_card]), default_rules()).primary == ("savings_builder",)


def test_every_threshold_names_a_control_and_every_control_draws_a_line() -> None:
    named = [c.threshold_field for _, c in all_criteria() if c.threshold_field]
    assert named == list(PersonaThresholds.model_fields)


def test_every_criterion_reads_a_declared_feature() -> None:
    for _, criterion in all_criteria():
        declared = FEATURES_BY_NAME[criterion.feature]
        assert (declared.type == "BOOLEAN") == criterion.is_yes_no, criterion.key


def test_criterion_keys_are_unique() -> None:
    keys = [c.key for _, c in all_criteria()]
    assert len(keys) == len(set(keys))


def test_the_version_follows_rules_and_thresholds(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules_version(PersonaThresholds())
    assert before == rules_version(PersonaThresholds())
    assert before != rules_version(PersonaThresholds(variable_income_pay_gap_days=44.0))
    monkeypatch.setattr(rule_book, "RULE_BOOK", RULE_BOOK[::-1])
    assert before != rules_version(PersonaThresholds())


def test_unbound_thresholds_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match="variable_income_pay_gap_days is not bound"):
        _ = PAY_GAP_LONG.limit
