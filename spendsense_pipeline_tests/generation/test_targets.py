"""Targets land: who is targeted lives so that the rules, which the generator does not know, find it."""

from __future__ import annotations

import datetime as dt
import functools
import random

import duckdb
import pytest
from hypothesis import settings

from spendsense_pipeline.controls import PRESET_CONFIGS, PersonaTarget
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.generation.targets import WAYS_OF_LIVING
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    a_population,
    rows,
    share,
)

TARGETED = [name for name in PRESET_CONFIGS if PRESET_CONFIGS[name].target_personas]
# Two at once, and the one that is hardest to live like; all of them evenly, over two years, below.
IN_SHORT = {"overlap_testing", "cash_flow_stressed_focus"}
_HITS = """
select window_days, count(*), count(*) filter (primary_persona = target_persona)
from persona_assignments group by 1 order by 1
"""


def random_request(number: int) -> dict[str, object]:
    """Random weights over a random subset of personas, and now and then other controls."""
    draw = random.Random(number)
    personas = draw.sample(list(PersonaTarget), draw.randint(1, 6))
    weights = [draw.random() + 0.05 for _ in personas]
    controls: dict[str, object] = {
        "persona_weights": {
            key: weight / sum(weights) for key, weight in zip(personas, weights, strict=True)
        }
    }
    if draw.random() < 0.3:
        controls["overlap_rate"] = draw.random()
    if draw.random() < 0.3:
        controls["transaction_multiplier"] = draw.choice([0.5, 2, 3])
    if draw.random() < 0.3:
        controls["irregular_income_volatility"] = draw.random()
    return {
        "as_of": dt.date(2026, 1, 1) + dt.timedelta(days=draw.randrange(365)),
        "config": {
            "seed": draw.randrange(10**6),
            "num_users": 100,
            "months_history": draw.choice([4, 6, 9, 16, 23]),
        },
        "controls": controls,
    }


@functools.cache
def of_preset(preset: str) -> duckdb.DuckDBPyConnection:
    """Three hundred people of a preset, judged; to read only."""
    return a_judged_population(a_configuration(preset=preset, config={"num_users": 300}))


@pytest.mark.parametrize(
    "preset",
    [pytest.param(name, marks=[] if name in IN_SHORT else pytest.mark.long) for name in TARGETED],
)
def test_presets_land_in_both_windows(preset: str) -> None:
    con = of_preset(preset)
    for _, targeted, hits in rows(con, _HITS):
        assert targeted == 270
        assert hits >= 0.99 * targeted


def _land(numbers: range) -> tuple[int, int]:
    targeted = hits = 0
    for number in numbers:
        con = a_judged_population(a_configuration(**random_request(number)))  # type: ignore[arg-type]
        for _, some, hit in rows(con, _HITS):
            targeted, hits = targeted + some, hits + hit
            # One request alone may miss one person in a hundred, and one more.
            assert hit >= 0.99 * some - 1, random_request(number)
        con.close()
    return targeted, hits


def test_random_requests_land_on_any_day() -> None:
    targeted, hits = _land(range(2))
    assert hits >= 0.99 * targeted


@pytest.mark.long
@pytest.mark.fuzz
@pytest.mark.parametrize("first", range(100, 400 if settings().max_examples > 1_000 else 200, 25))
def test_many_random_requests_land_on_any_day(first: int) -> None:
    targeted, hits = _land(range(first, first + 25))
    assert hits >= 0.99 * targeted


@pytest.mark.parametrize(
    "months", [24, *(pytest.param(n, marks=pytest.mark.long) for n in (4, 13))]
)
def test_a_way_of_living_holds_its_persona_over_the_whole_horizon(months: int) -> None:
    start = dt.date(2025, 1, 1)
    as_of = start + dt.timedelta(days=int(months * 30.4))
    con = a_judged_population(
        a_configuration(
            preset="balanced", as_of=as_of, history_start=start, config={"num_users": 200}
        )
    )
    for _, targeted, hits in rows(con, _HITS):
        assert hits >= 0.99 * targeted


def test_every_prefix_of_the_consenting_has_the_requested_mix() -> None:
    weights = {"savings_builder": 0.41, "general": 0.33, "cash_flow_stressed": 0.26}
    con = a_population(
        a_configuration(config={"num_users": 300}, controls={"persona_weights": weights})
    )
    dealt = [
        persona
        for (persona,) in rows(
            con,
            "select target_persona from raw_users where consent_status = 'granted' order by user_id",
        )
    ]
    for length in range(1, len(dealt) + 1):
        for persona, weight in weights.items():
            assert abs(dealt[:length].count(persona) - weight * length) <= 1 + 1e-6


def test_overlap_testing_overlaps_while_the_mix_stays() -> None:
    resolved = a_configuration(preset="overlap_testing", config={"num_users": 300})
    con = of_preset("overlap_testing")
    for window_days in (30, 180):
        where = f"from persona_assignments where window_days = {window_days}"
        assert share(con, f"select avg((len(matched_personas) >= 2)::int) {where}") >= 0.3
        for persona, weight in resolved.target_weights.items():
            realised = share(con, f"select avg((primary_persona = '{persona}')::int) {where}")
            assert abs(realised - weight) <= 0.02


@pytest.mark.parametrize(
    "rate", [0.4, *(pytest.param(r, marks=pytest.mark.long) for r in (0.0, 0.8))]
)
def test_overlap_rate_is_what_is_asked(rate: float) -> None:
    con = a_judged_population(
        a_configuration(
            config={"num_users": 300},
            controls={
                "target_personas": ["high_utilization", "subscription_heavy"],
                "overlap_rate": rate,
            },
        )
    )
    matched = "select avg((len(matched_personas) >= 2)::int) from persona_assignments where window_days = 180"
    assert abs(share(con, matched) - rate) <= 0.06


def test_every_persona_has_a_way_of_living() -> None:
    assert set(WAYS_OF_LIVING) == set(PersonaTarget)


def test_a_target_without_a_way_of_living_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(WAYS_OF_LIVING, "general")
    asked = a_configuration(controls={"target_personas": ["general"]}, config={"num_users": 10})
    with pytest.raises(SpendSenseError, match="general cannot be targeted"):
        a_population(asked)
    natural = a_configuration(config={"num_users": 10, "months_history": 1})
    assert a_population(natural).execute("select count(*) from raw_users").fetchall() == [(10,)]
