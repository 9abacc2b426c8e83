"""Any valid configuration makes a dataset that passes every blocking check of the raw tables; an
invalid one is refused in words. Nothing in between."""

from __future__ import annotations

import datetime as dt
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from spendsense_pipeline import checks
from spendsense_pipeline.controls import ControlsError, OperatorConfig, resolve
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.configurations import requests
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population

RAW_ASSETS = [table.name for table in GENERATED_TABLES]


def broken_promises(resolved: Any) -> list[str]:
    """Blocking checks of the raw tables that a population breaks, with a sample of rows."""
    con = a_population(resolved)
    outcomes = checks.run_all(con, resolved, assets=RAW_ASSETS)
    con.close()
    return [
        f"{outcome.asset}.{outcome.name}: {outcome.failing_count} rows, {outcome.failing_rows[:2]}"
        for outcome in outcomes
        if outcome.severity == "ERROR" and not outcome.passed
    ]


def _refused_or_true(asked: dict[str, Any], as_of: dt.date, users: int) -> None:
    asked = {**asked, "config": {**asked.get("config", {}), "num_users": users}}
    try:
        resolved = resolve(OperatorConfig(**asked), as_of=as_of)
    except ControlsError as refusal:
        assert refusal.problems  # noqa: PT017
        assert all(len(problem) > 20 for problem in refusal.problems)  # noqa: PT017
        return
    assert broken_promises(resolved) == []


_DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


@given(asked=requests(), as_of=_DAYS, users=st.integers(10, 25))
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_a_configuration_is_refused_or_its_dataset_is_true(
    asked: dict[str, Any], as_of: dt.date, users: int
) -> None:
    _refused_or_true(asked, as_of, users)


@pytest.mark.long
@pytest.mark.fuzz
@given(asked=requests(), as_of=_DAYS, users=st.integers(10, 60))
@settings(max_examples=settings().max_examples, suppress_health_check=list(HealthCheck))
def test_many_configurations_are_refused_or_their_datasets_are_true(
    asked: dict[str, Any], as_of: dt.date, users: int
) -> None:
    _refused_or_true(asked, as_of, users)


@pytest.mark.long
@pytest.mark.parametrize(
    ("as_of", "sections"),
    [
        ("2026-06-30", {}),
        ("2025-09-01", {"config": {"seed": 3}}),
        ("2026-04-15", {"config": {"seed": 2}}),
        ("2026-04-09", {"preset": "calibrated", "config": {"seed": 11}}),
        ("2025-06-18", {"config": {"seed": 21, "months_history": 18}}),
    ],
    ids=str,
)
def test_what_happens_to_one_in_ten_thousand_breaks_no_promise(
    as_of: str, sections: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPENDSENSE_MAX_USERS", "10000")
    asked = {**sections, "config": {"num_users": 10_000, **sections.get("config", {})}}
    resolved = a_configuration(as_of=dt.date.fromisoformat(as_of), **asked)
    assert broken_promises(resolved) == []


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_fees_of_who_pays_late_all_the_time_keep_within_band_and_limit(seed: int) -> None:
    resolved = a_configuration(
        config={"seed": seed, "num_users": 1_000},
        controls={
            "target_personas": ["high_utilization"],
            "overdue_probability": 0.6,
            "credit_utilization_distribution": {
                "low": 0.0,
                "medium": 0.0,
                "high": 0.5,
                "critical": 0.5,
            },
        },
    )
    assert broken_promises(resolved) == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
@pytest.mark.parametrize("months", [1, 6, pytest.param(24, marks=pytest.mark.long)])
def test_the_default_population_is_true_for_any_seed_and_length(seed: int, months: int) -> None:
    resolved = a_configuration(config={"seed": seed, "months_history": months, "num_users": 60})
    assert broken_promises(resolved) == []
