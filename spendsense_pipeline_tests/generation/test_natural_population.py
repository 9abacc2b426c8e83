"""The natural population: everybody in it, nobody dominant, for every seed and on any day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import settings

from spendsense_pipeline.checks.expectations import no_persona_dominates
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    rows,
)
from spendsense_pipeline_tests.fixtures.seeds import seeds


def _mixes(seed: int) -> list[dict[str, int]]:
    as_of = dt.date(2026, 1, 1) + dt.timedelta(days=seed * 37 % 365)
    con = a_judged_population(a_configuration(as_of=as_of, config={"seed": seed}))
    query = "select primary_persona, count(*) from persona_assignments where window_days = {} group by 1"
    return [dict(rows(con, query.format(days))) for days in WINDOWS]


def _holds(seed: int) -> None:
    for mix in _mixes(seed):
        people = sum(mix.values())
        assert len(mix) == 6, (seed, mix)
        assert max(mix.values()) <= 0.35 * people, (seed, mix)
        assert mix["general"] <= 0.30 * people, (seed, mix)


@pytest.mark.parametrize("seed", seeds(1, 2))
def test_all_six_personas_and_none_dominant(seed: int) -> None:
    _holds(seed)


@pytest.mark.long
@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2, 203 if settings().max_examples > 1_000 else 44))
def test_all_six_personas_and_none_dominant_for_many_seeds(seed: int) -> None:
    _holds(seed)


def _no_persona_dominates(seed: int, people: int) -> bool:
    as_of = dt.date(2026, 1, 1) + dt.timedelta(days=seed * 37 % 365)
    resolved = a_configuration(as_of=as_of, config={"seed": seed, "num_users": people})
    run = CheckRun(a_judged_population(resolved), resolved)
    return no_persona_dominates(run).passed


@pytest.mark.parametrize("seed", seeds(2, 30))
def test_none_dominates_the_first_twenty(seed: int) -> None:
    assert _no_persona_dominates(seed, 20)


@pytest.mark.long
@pytest.mark.parametrize("people", [10, 14])
def test_seldom_does_one_dominate_still_fewer(people: int) -> None:
    """What happens to two of ten people is chance that no dealing takes away."""
    dominated = [seed for seed in range(30) if not _no_persona_dominates(seed, people)]
    assert len(dominated) <= 1, dominated
