"""Personas follow what happens to people, and a population stays what it was."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.personas.history import build_history
from spendsense_pipeline.personas.history.past import JUDGED_MOMENTS, judge_moments
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    a_population,
    rows,
)

LATEST = """
    with latest as (
      select user_id,
        arg_max(coalesce(ends_on, happened_on), happened_on) as day,
        arg_max(if(ends_on is null, persona_after, persona_before), happened_on) as persona
      from life_events group by user_id
    )
    select assigned.window_days, latest.persona = assigned.primary_persona
    from latest join persona_assignments as assigned using (user_id)
    where latest.day <= $1 - if(assigned.window_days = 30, 75, 185)
"""


def follow(con: duckdb.DuckDBPyConnection, as_of: dt.date) -> list[bool]:
    return [followed for _, followed in con.execute(LATEST, [as_of]).fetchall()]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 6))]
)
def test_natural_people_show_what_became_of_them(seed: int) -> None:
    resolved = a_configuration(config={"seed": seed, "months_history": 16, "num_users": 120})
    followed = follow(a_judged_population(resolved), resolved.as_of)
    assert len(followed) >= 25
    assert sum(followed) >= 0.9 * len(followed)


@pytest.mark.parametrize(
    ("preset", "seed"),
    [
        ("balanced", 0),
        *(
            pytest.param(preset, seed, marks=pytest.mark.long)
            for preset in ("balanced", "overlap_testing")
            for seed in (1, 2)
        ),
    ],
)
def test_people_with_a_target_are_judged_by_the_one_in_force(preset: str, seed: int) -> None:
    resolved = a_configuration(
        preset=preset,
        config={"seed": seed, "months_history": 16},
        controls={"life_event_rate": 0.2},
    )
    con = a_judged_population(resolved)
    outcomes = {each.name: each for each in run_all(con, resolved, assets=["persona_assignments"])}
    assert outcomes["targets_are_assigned"].passed
    assert outcomes["mix_is_as_requested"].passed
    followed = follow(con, resolved.as_of)
    assert len(followed) > 15
    assert sum(followed) >= 0.97 * len(followed) - 1
    # Judged against what they were dealt first, they would fail.
    con.execute("delete from life_events")
    outcomes = {each.name: each for each in run_all(con, resolved, assets=["persona_assignments"])}
    assert not outcomes["targets_are_assigned"].passed


@pytest.mark.parametrize(
    ("seed", "months"),
    [(3, 9), *(pytest.param(n, 23, marks=pytest.mark.long) for n in range(4, 10))],
)
def test_natural_bounds_hold_at_every_months_end(seed: int, months: int) -> None:
    resolved = a_configuration(config={"seed": seed, "months_history": months})
    con = a_population(resolved)
    build_history(
        con,
        as_of=resolved.as_of,
        history_start=resolved.history_start,
        thresholds=resolved.thresholds,
    )
    found = rows(
        con,
        """
        select as_of, window_days, count(distinct primary_persona), max(people) / sum(people),
          coalesce(sum(people) filter (primary_persona = 'general'), 0) / sum(people)
        from (
          select as_of, window_days, primary_persona, count(*) as people
          from persona_history where history_days >= 130 group by all
        ) group by all order by all
        """,
    )
    assert len(found) >= 2 * (months - 5)
    for day, window, personas, greatest, general in found:
        assert personas == 6, (day, window)
        assert greatest <= 0.35, (day, window)
        assert general <= 0.30, (day, window)


@pytest.mark.long
def test_no_month_is_without_a_transition() -> None:
    """Night after night, as `persona_transitions` compares them, in a month without a change
    from one end to the other."""
    resolved = a_configuration(config={"seed": 4, "months_history": 12, "num_users": 100})
    con = a_population(resolved)
    for first in (dt.date(2025, 12, 31), dt.date(2026, 4, 30)):
        judge_moments(
            con,
            "select user_id, $first + cast(unnest(range(0, 31)) as integer) as as_of"
            " from raw_users where consent_status = 'granted'",
            {"first": first},
            as_of=resolved.as_of,
            history_start=resolved.history_start,
            thresholds=resolved.thresholds,
        )
        changes = rows(
            con,
            "with night as (select *, lag(primary_persona) over (partition by user_id, window_days"
            f" order by as_of) as before from {JUDGED_MOMENTS})"
            " select count(*) from night where before <> primary_persona",
        )
        assert changes[0][0] >= 1
