"""A preview says what a run of the same people would say, number by number."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from spendsense_pipeline.checks.control_fidelity import ControlFidelity, control_fidelity
from spendsense_pipeline.checks.population import coverage, persona_mix
from spendsense_pipeline.features import build_streams_and_features
from spendsense_pipeline.generation.generator import generate_shard
from spendsense_pipeline.preview import FIRST_USERS, preview
from spendsense_pipeline.tables.features import (
    FEATURE_TABLES,
    RECURRING_STREAMS,
    UNROUNDED_FEATURES,
)
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    every_row,
    rows,
)

NATURAL = {"config": {"num_users": 60, "seed": 5, "months_history": 3}}
TARGETED = {
    "preset": "overlap_testing",
    "config": {"num_users": 40, "seed": 8, "months_history": 7},
    "thresholds": {"subscription_heavy_subscription_count": 4},
}
LARGER = {
    "config": {"num_users": FIRST_USERS + 40, "seed": 21, "months_history": 4},
    "controls": {"payroll_pattern_distribution": {"irregular": 0.4, "biweekly": 0.6}},
}


@pytest.mark.parametrize(
    "asked",
    [pytest.param(NATURAL, marks=pytest.mark.long), TARGETED],
    ids=["natural", "targeted"],
)
def test_a_preview_equals_a_dataset_of_the_same_people(asked: dict[str, Any]) -> None:
    resolved = a_configuration(**asked)
    shown = preview(resolved)
    with a_judged_population(resolved) as con:
        assert list(shown.mix) == persona_mix(con)
        assert list(shown.coverage) == coverage(con)
        assert _comparable(shown.controls) == _comparable(control_fidelity(con, resolved))
        for window in shown.overlap:
            [found] = rows(
                con,
                "select count(*), count(*) filter (matched_personas[2] is not null) from"
                f" persona_assignments where window_days = {window.window_days}",
            )
            assert (window.people, window.overlapping_count) == found
        persona_of = dict(
            rows(
                con,
                "select user_id, primary_persona from persona_assignments where window_days = 180",
            )
        )
        who = {row[0]: row[1:] for row in rows(con, "select user_id, name, age from raw_users")}
        for life in shown.lives:
            assert life.persona == persona_of[life.user_id]
            assert (life.name, life.age) == who[life.user_id]
            streams = rows(
                con,
                "select count(*) from recurring_streams where kind = 'subscription' and is_active"
                f" and status = 'MATURE' and user_id = '{life.user_id}'",
            )
            assert [(len(life.subscriptions),)] == streams
        # The one reading makes, table by table, what the steps make apart.
        tables = [RECURRING_STREAMS, *FEATURE_TABLES.values(), *UNROUNDED_FEATURES.values()]
        apart = {table.name: every_row(con, table.name) for table in tables}
        build_streams_and_features(con, as_of=resolved.as_of, history_start=resolved.history_start)
        assert {table.name: every_row(con, table.name) for table in tables} == apart
    frequency = [sum(1 for each in persona_of.values() if each == s.persona) for s in shown.lives]
    assert frequency == sorted(frequency, reverse=True)
    assert len({life.persona for life in shown.lives}) == len(shown.lives) <= 3
    assert not shown.is_partial
    assert pickle.loads(pickle.dumps(shown)) == shown


@pytest.mark.long
def test_the_first_people_of_a_larger_population_are_those_it_has() -> None:
    resolved = a_configuration(**LARGER)
    shown = preview(resolved)
    assert shown.is_partial
    assert (shown.asked_count, shown.generated_count) == (140, FIRST_USERS)
    with a_judged_population(resolved) as con:
        found = rows(
            con,
            "select primary_persona, window_days, count(*) from persona_assignments"
            f" where user_id < 'user_{FIRST_USERS:04}' group by all",
        )
        names = dict(rows(con, "select user_id, name from raw_users"))
    assert {
        (e.persona, e.window_days, e.assigned_count) for e in shown.mix if e.assigned_count
    } == {*found}
    assert all(names[life.user_id] == life.name for life in shown.lives)


def test_what_cannot_show_is_said() -> None:
    resolved = a_configuration(
        config={"num_users": 10, "months_history": 1}, controls={"overlap_rate": 0.5}
    )
    shown = preview(resolved)
    assert [each.split()[0] for each in shown.without_effect] == ["overlap_rate"]
    assert list(shown.short_histories) == [str(each) for each in resolved.short_histories] != []


@pytest.mark.long
def test_a_preview_costs_little_more_than_making_the_people() -> None:
    """Of a hundred people and six months: 2.8 times the processor time of generating them was
    measured, where the steps apart, with two threads and every statement parsed anew, take 4.2."""
    resolved = a_configuration(config={"num_users": 100, "seed": 42, "months_history": 6})
    preview(resolved)
    generating, whole = [], []
    for _ in range(2):
        begun = time.process_time()
        generate_shard(resolved, 0, 100)
        generating.append(time.process_time() - begun)
        whole.append(preview(resolved).cpu_seconds)
    assert min(whole) < 3.4 * min(generating)


def _comparable(found: Iterable[ControlFidelity]) -> list[ControlFidelity]:
    """Sums of doubles depend on the order of the rows, in their last digits."""
    return [
        replace(row, realised=None if row.realised is None else float(f"{row.realised:.9g}"))
        for row in found
    ]
