"""Whoever looks at a first dataset sees no figure outside its band, and each is judged where it can."""

from __future__ import annotations

import datetime as dt

import pytest

from spendsense_pipeline.checks.realism import population_is_realistic, realism_figures
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    a_population,
)


def a_first_dataset(seed: int, as_of: str) -> ResolvedConfig:
    return a_configuration(
        as_of=dt.date.fromisoformat(as_of),
        config={"num_users": 100, "months_history": 6, "seed": seed},
    )


DATES = [
    f"{2025 + month // 12}-{month % 12 + 1:02}-{1 + 5 * month % 28:02}" for month in range(6, 18)
]
FIRST = [(42, "2026-06-30"), *((42, day) for day in DATES)]
OTHERS = [(seed, DATES[seed % len(DATES)]) for seed in range(30)]


@pytest.mark.parametrize(
    ("seed", "as_of"),
    [FIRST[0], *(pytest.param(*case, marks=pytest.mark.long) for case in (*FIRST[1:], *OTHERS))],
)
def test_a_first_dataset_warns_of_nothing(seed: int, as_of: str) -> None:
    resolved = a_first_dataset(seed, as_of)
    found = population_is_realistic(CheckRun(a_population(resolved), resolved))
    assert [row["metric"] for row in found.failing_rows] == []


def test_generated_people_are_judged_by_their_manners_too() -> None:
    resolved = a_first_dataset(42, "2026-06-30")
    figures = {f.metric: f for f in realism_figures(a_judged_population(resolved), resolved)}
    assert len([figure for figure in figures.values() if figure.is_judged]) >= 55
    for metric, where in (
        ("purchases at regional chains outside the states they serve", "in band"),
        ("purchases at chains that had closed", "in band"),
        ("card limits outside the product's range", "in band"),
        ("rents that changed within the history", "not judged (7 of 12 months)"),
        ("how well manners tell cash_flow_stressed (area under the curve)", "not judged (n = "),
    ):
        assert figures[metric].said.startswith(where), metric
