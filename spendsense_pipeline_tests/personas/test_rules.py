"""The rule book: boundaries generated from it, its priority order, and agreement of Python and SQL."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import duckdb
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
    CountsAs,
    Criterion,
    GradedTo,
    PersonaRule,
    all_of,
)
from spendsense_pipeline.personas.rules import (
    GENERAL,
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


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """Where features are put to be judged, those of one test over those of another."""
    return duckdb.connect()


@pytest.mark.parametrize(("criterion", "value", "passes"), _boundaries())
def test_a_criterion_holds_exactly_from_its_threshold(
    con: duckdb.DuckDBPyConnection, criterion: Criterion, value: Any, passes: bool
) -> None:
    row = feature_row() | {criterion.feature: value}
    by_python = evaluate(columns_of([row]), default_rules()).passed[criterion.key]
    assert by_python.tolist() == [passes]
    if criterion.unit == "count" and isinstance(value, float):
        return  # the column is an integer: there is no value between two counts
    warehouse_of([row], con=con)
    if value is not None and math.isnan(value):
        value = "nan"
    query = judged_query(default_rules(), "_features_unrounded_30d")
    assert con.execute(f"select passed_{criterion.key} from ({query})").fetchall() == [(passes,)]


@settings(max_examples=60)
@given(population=a_feature_population())
def test_python_and_sql_say_the_same_of_everybody(
    con: duckdb.DuckDBPyConnection, population: list[Row]
) -> None:
    rules = default_rules()
    verdicts = evaluate(columns_of(population), rules)
    warehouse_of(population, con=con)
    source = "(from _features_unrounded_30d union all by name from _features_unrounded_180d)"
    judged = (
        con.sql(f"from ({judged_query(rules, source)}) order by user_id")
        .to_arrow_table()
        .to_pylist()
    )
    assert [j["primary_persona"] for j in judged] == list(verdicts.primary)
    assert [j["secondary_persona"] for j in judged] == list(verdicts.secondary)
    assert [j["severity"] for j in judged] == verdicts.severity.tolist()
    for j in judged:
        # comparable between personas: from 0 to 1, and 0 for those who match nothing only
        assert (
            (j["severity"] == 0)
            if j["primary_persona"] == GENERAL
            else (0.01 <= j["severity"] <= 1)
        )
    for key, matched in verdicts.matched.items():
        assert [j[f"matched_{key}"] for j in judged] == matched.tolist()
    for key, passed in verdicts.passed.items():
        assert [j[f"passed_{key}"] for j in judged] == passed.tolist()


@settings(max_examples=40)
@given(population=a_feature_population(), limits=st.data())
def test_python_and_sql_agree_under_any_thresholds(
    con: duckdb.DuckDBPyConnection, population: list[Row], limits: st.DataObject
) -> None:
    changed = PersonaThresholds(
        high_utilization_interest_usd=limits.draw(st.floats(0, 50)),
        cash_flow_stressed_low_balance_day_share=limits.draw(st.floats(0, 1)),
        savings_builder_growth_share=limits.draw(st.floats(0, 10)),
    )
    rules = bound(changed)
    warehouse_of(population, con=con)
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


_LITTLE_SUBSCRIBED = {
    "subscription_count": 3,
    "monthly_subscription_spend_usd": 40.0,
    "subscription_spend_share": 0.2,
}


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        ({"max_utilization": 0.5}, 0.01),  # at the line, and all the same it matches
        ({"max_utilization": 0.75}, 0.5),
        ({"max_utilization": 1.0}, 1.0),
        ({"max_utilization": 1.4}, 1.0),
        ({"max_utilization": 0.75, "minimum_payment_only": True}, 0.5),
        ({"max_utilization": 0.9, "minimum_payment_only": True}, 0.8),
        ({"minimum_payment_only": True}, 0.5),
        ({"is_overdue": True}, 1.0),
        ({"interest_charged_usd": 150.0}, 0.25),
        ({"median_pay_gap_days": 54.0, "cash_flow_buffer_months": 0.25}, 0.75),
        ({"low_balance_day_share": 0.6, "balance_volatility": 0.15}, 0.5),
        # what is not met does not count: $40 lies below its line
        (_LITTLE_SUBSCRIBED, 0.25),
        # having no card or a calm one says nothing of how much is saved
        ({"savings_net_inflow_monthly_usd": 200.0, "max_utilization": 0.0}, 0.01),
        ({"savings_net_inflow_monthly_usd": 400.0, "card_count": 0}, 0.5),
        # only the primary persona's criteria count
        ({"max_utilization": 0.55, "savings_growth_rate": 0.9, "card_count": 0}, 0.1),
        ({}, 0.0),
    ],
)
def test_severity_is_how_far_the_criterion_that_goes_farthest_goes(
    con: duckdb.DuckDBPyConnection, change: Row, severity: float
) -> None:
    row = feature_row(**change)
    assert evaluate(columns_of([row]), default_rules()).severity.tolist() == pytest.approx(
        [severity]
    )
    warehouse_of([row], con=con)
    query = f"select severity from ({judged_query(default_rules(), '_features_unrounded_30d')})"
    assert con.execute(query).fetchall() == [(pytest.approx(severity),)]


@pytest.mark.parametrize("key", PERSONA_KEYS[:-1])
def test_every_persona_has_a_severity_that_reaches_1(key: str) -> None:
    """Comparable: each can be mild and each can be as severe as it gets."""
    [rule] = [rule for rule in default_rules() if rule.key == key]
    graded = [c for c in rule.criteria if c.full is not None]
    assert graded
    for criterion in graded:
        assert criterion.operator.room * ((criterion.full or 0.0) - criterion.limit) > 0
    most = {c.feature: int(c.full or 0) if c.unit == "count" else c.full for c in graded}
    verdicts = evaluate(columns_of([persona_row(key, **most)]), default_rules())
    assert (verdicts.primary, verdicts.severity.tolist()) == ((key,), [1.0])


def test_a_line_moved_past_the_full_value_leaves_nothing_to_grade() -> None:
    rules = bound(PersonaThresholds(high_utilization_max_utilization_share=1.2))
    row = feature_row(max_utilization=1.25)
    assert evaluate(columns_of([row]), rules).severity.tolist() == [1.0]
    con = warehouse_of([row])
    query = f"select severity from ({judged_query(rules, '_features_unrounded_30d')})"
    assert con.execute(query).fetchall() == [(1.0,)]


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


def _with(criterion: Criterion, **changes: Any) -> PersonaRule:
    return PersonaRule(
        key="only",
        title="Only",
        plain="only",
        meaning="Only this.",
        months_of_history=0,
        tree=all_of(replace(criterion, **changes)),
    )


def test_the_version_follows_what_decides_and_no_prose(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(**changes: Any) -> str:
        monkeypatch.setattr(rule_book, "RULE_BOOK", (_with(PAY_GAP_LONG, **changes),))
        return rules_version(PersonaThresholds())

    before = version()
    assert version(severity=GradedTo(91.0)) != before
    assert version(severity=CountsAs(0.5)) != before
    assert version(operator=AT_LEAST) != before
    assert version(feature="paycheck_count") != before
    prose = {"label": "another", "reason": replace(PAY_GAP_LONG.reason, template="Another.")}
    assert version(**prose) == before


def test_unbound_thresholds_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match="variable_income_pay_gap_days is not bound"):
        _ = PAY_GAP_LONG.limit
