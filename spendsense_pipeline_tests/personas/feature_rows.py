"""Made-up feature rows: one person with sensible values, hypothesis populations near thresholds,
and a warehouse that holds them."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
from hypothesis import strategies as st

from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.personas.criteria import Criterion
from spendsense_pipeline.personas.rules import PersonaRule, bound, rule_features
from spendsense_pipeline.tables.features import RECURRING_STREAMS, UNROUNDED_FEATURES
from spendsense_pipeline_tests.builders import AS_OF, Row, a_user, a_warehouse, insert

WINDOWS = (30, 180)

# Satisfies no rule, and every feature has data.
QUIET: Row = {
    "max_utilization": 0.4,
    "interest_charged_usd": 0.0,
    "minimum_payment_only": False,
    "is_overdue": False,
    "median_pay_gap_days": 14.0,
    "cash_flow_buffer_months": 2.0,
    "low_balance_day_share": 0.0,
    "balance_volatility": 0.05,
    "subscription_count": 1,
    "monthly_subscription_spend_usd": 12.0,
    "subscription_spend_share": 0.01,
    "savings_growth_rate": 0.0,
    "savings_net_inflow_monthly_usd": 0.0,
    "card_count": 1,
    "history_days": 181,
    "monthly_expenses_usd": 3000.0,
    "total_spend_usd": 3000.0,
    "savings_balance_usd": 1500.0,
    "mean_balance_usd": 800.0,
}


def feature_row(user_id: str = "user_0000", window_days: int = 30, **changes: Any) -> Row:
    """Features of somebody general, with changes."""
    return {"user_id": user_id, "as_of": AS_OF, "window_days": window_days} | QUIET | changes


def warehouse_of(
    rows: Iterable[Row], *, con: duckdb.DuckDBPyConnection | None = None, **user: Any
) -> duckdb.DuckDBPyConnection:
    """A warehouse with those exact features and consenting users for them."""
    rows = list(rows)
    if con is None:
        ids = sorted({row["user_id"] for row in rows})
        con = a_warehouse(users=[a_user(user_id, **user) for user_id in ids])
        con.execute(RECURRING_STREAMS.create_sql())
    for window in WINDOWS:
        con.execute(UNROUNDED_FEATURES[window].create_sql())
        insert(
            con, UNROUNDED_FEATURES[window], [row for row in rows if row["window_days"] == window]
        )
    return con


def persona_row(key: str, **changes: Any) -> Row:
    """Features that match exactly that persona."""
    matching: Mapping[str, Row] = {
        "high_utilization": {"max_utilization": 0.625},
        "variable_income": {"median_pay_gap_days": 56.0, "cash_flow_buffer_months": 0.4},
        "cash_flow_stressed": {"low_balance_day_share": 0.35, "balance_volatility": 0.9},
        "subscription_heavy": {"subscription_count": 5, "monthly_subscription_spend_usd": 72.5},
        "savings_builder": {"savings_net_inflow_monthly_usd": 250.0, "max_utilization": 0.1},
        "general": {},
    }
    return feature_row(**{**matching[key], **changes})


def thresholds() -> PersonaThresholds:
    return PersonaThresholds()


def default_rules() -> tuple[PersonaRule, ...]:
    return bound(thresholds())


def _near(criteria: list[Criterion]) -> st.SearchStrategy[Any]:
    """Values around the thresholds of one feature, missing ones, and anything plausible."""
    first = criteria[0]
    if first.is_yes_no:
        return st.sampled_from([True, False, None])
    if first.unit == "count":
        return st.one_of(st.none(), st.integers(0, 8))
    edges = [c.limit for c in criteria]
    around = [
        value
        for edge in edges
        for value in (
            edge,
            math.nextafter(edge, math.inf),
            math.nextafter(edge, -math.inf),
            edge * 2 + 1,
        )
        if first.lowest is None or value >= first.lowest
    ]
    lowest = -2.0 if first.lowest is None else first.lowest
    return st.one_of(
        st.none(),
        st.just(math.nan),
        st.just(math.inf),
        st.sampled_from(around),
        st.floats(lowest, max(2 * max(edges), 1.0), allow_nan=False),
    )


def a_feature_population(
    rules: tuple[PersonaRule, ...] | None = None,
) -> st.SearchStrategy[list[Row]]:
    """Up to a dozen people whose features lie where rules are decided."""
    criteria = [c for rule in rules or default_rules() for c in rule.criteria]
    columns = {
        c.feature: _near([other for other in criteria if other.feature == c.feature])
        for c in rule_features()
    }
    one = st.fixed_dictionaries(
        columns
        | {
            "history_days": st.sampled_from([None, 1, 20, 45, 181]),
            "window_days": st.sampled_from(WINDOWS),
        }
    )
    return st.lists(one, min_size=1, max_size=12).map(
        lambda people: [feature_row(f"user_{i:04d}") | person for i, person in enumerate(people)]
    )


def a_crowd(seed: int, people: int = 300) -> list[Row]:
    """People whose features lie on, beside and far from every threshold, by a seed."""
    dice = random.Random(seed)
    criteria = [c for rule in default_rules() for c in rule.criteria]
    crowd = []
    for number in range(people):
        row = feature_row(f"user_{number:04d}", dice.choice(WINDOWS))
        row["history_days"] = dice.choice([1, 20, 45, 181])
        for feature in dict.fromkeys(c.feature for c in criteria):
            if dice.random() < 0.35:
                continue  # as quiet as everybody's
            row[feature] = dice.choice(
                _choices([c for c in criteria if c.feature == feature], dice)
            )
        crowd.append(row)
    return crowd


def _choices(criteria: list[Criterion], dice: random.Random) -> list[Any]:
    first = criteria[0]
    if first.is_yes_no:
        return [True, False, None]
    if first.unit == "count":
        return [None, 0, 1, 2, 3, 4, 9]
    edges = [c.limit for c in criteria]
    near = [math.nextafter(edge, toward) for edge in edges for toward in (-math.inf, math.inf)]
    far = [dice.uniform(0, 2 * edge + 1) for edge in edges]
    signed = [-0.25, -1e-9] if first.lowest is None else []
    values = [*edges, *near, *far, *signed, edges[0] * 0.9999, 0.0]
    return [None, *(v for v in values if first.lowest is None or v >= first.lowest)]


def columns_of(rows: list[Row]) -> dict[str, list[Any]]:
    """Rows as columns, for the Python evaluation."""
    return {c.feature: [row[c.feature] for row in rows] for c in rule_features()}


def a_day(days_before_as_of: int) -> dt.date:
    return AS_OF - dt.timedelta(days=days_before_as_of)
