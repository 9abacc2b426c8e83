"""What samples say of themselves: value, cases, interval, and joined with those of other worlds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.samples import (
    Quantile,
    Ratio,
    RatioOfMedians,
    RatioOfRatios,
    Sample,
    Share,
)
from spendsense_pipeline.checks.realism.wholes import (
    Distance,
    Gini,
    Largest,
    MostKinds,
    Shape,
    Spread,
    Total,
    WidestHole,
)


def of(*values: float) -> np.typing.NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


PAIRS: list[tuple[Sample, Sample, float, float, int]] = [
    (Share(of(1, 0), of(2, 2)), Share(of(3), of(4)), 0.25, 0.5, 8),
    (Ratio(of(6, 2), of(1, 1)), Ratio(of(1), of(1)), 4, 3, 3),
    (RatioOfRatios(of(8, 2, 1, 1)[:, np.newaxis]), RatioOfRatios(of(2, 3, 1, 1)[:, np.newaxis]), 4, 2, 2),
    (Quantile(of(1, 2, 9)), Quantile(of(9, 9)), 2, 9, 5),
    (RatioOfMedians(of(4, 6), of(5, 5)), RatioOfMedians(of(6), of(2, 2, 2)), 1, 3, 3),
    (Largest(4.0, 7), Largest(9.0, 3), 4, 9, 10),
    (Total(0, 5), Total(2, 5), 0, 2, 10),
    (Shape((1.0,), 10), Shape((3.0,), 10), 1, 2, 20),
    (Gini(of(0, 0, 0, 8)), Gini(of(8, 8, 8, 8)), 0.75, 0.375, 5),
    (Distance(of(3, 1), of(0.5, 0.5)), Distance(of(0, 4), of(0.5, 0.5)), 0.25, 0.125, 8),
    (MostKinds(frozenset({("a", "1"), ("b", "1")}), 2), MostKinds(frozenset({("a", "2"), ("a", "1")}), 2), 1, 2, 4),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "alone", "together", "cases"), PAIRS, ids=lambda each: type(each).__name__
)
def test_worlds_join(one: Sample, other: Sample, alone: float, together: float, cases: int) -> None:
    assert one.value == pytest.approx(alone)
    joined = one.joined([other])
    assert joined.value == pytest.approx(together)
    assert joined.cases == cases
    low, high = joined.interval
    assert low <= together <= high


@pytest.mark.parametrize(
    "sample",
    [
        Share(of(), of()),
        Ratio(of(), of()),
        RatioOfRatios(np.zeros((4, 0))),
        Quantile(of()),
        RatioOfMedians(of(), of(1)),
        Largest(None, 0),
        Total(0, 0),
        Shape((), 0),
        Gini(of(0, 0)),
        Distance(of(0, 0), of(0.5, 0.5)),
        Spread({}),
        WidestHole(of(), ((0, 30),)),
        MostKinds(frozenset(), 0),
    ],
    ids=lambda sample: type(sample).__name__,
)
def test_nothing_has_no_value(sample: Sample) -> None:
    assert sample.value is None
    assert sample.cases == 0
    assert sample.joined([]).interval is not None


def test_a_spread_is_of_groups_of_enough_people() -> None:
    def group(share: float, people: int) -> Share:
        return Share(np.full(people, share * 10), np.full(people, 10.0))

    spread = Spread({"a": group(0.1, 9), "b": group(0.6, 9), "c": group(1, 3)})
    assert spread.value == pytest.approx(0.5)
    assert spread.cases == 2
    assert spread.joined([Spread({"c": group(1, 6)})]).value == pytest.approx(0.9)
    alike = Spread({"a": group(0.3, 9), "b": group(0.3, 9)})
    assert alike.interval.low == 0


def test_holes_are_looked_for_where_cards_were_asked_for() -> None:
    even = np.linspace(0, 30, 61)
    asked = ((0.0, 30.0), (30.0, 50.0))
    assert WidestHole(even, asked).value == pytest.approx(0.5)
    assert WidestHole(even[(even <= 11) | (even >= 29)], asked, 20).value == pytest.approx(18)
    # at the end of a range too, and where a range has too few cards it says nothing
    assert WidestHole(even[even < 20], asked, 20).value == pytest.approx(10.5)
    assert WidestHole(even[even < 20], asked).value is None
    assert WidestHole(even[even < 20], asked).cases == 40


def figure(sample: Sample | None, **changes: int) -> RealismFigure:
    return RealismFigure(
        "m", sample, Band(0.1, 0.3), "s", **({"least_cases": 5, "months": 6} | changes)
    )  # type: ignore[arg-type]


def people(having: int, count: int) -> Share:
    return Share((np.arange(count) < having).astype(np.float64), np.ones(count))


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (figure(people(20, 100)), "in band"),
        (figure(people(10, 100)), "in band"),  # both ends included
        (figure(people(30, 100)), "in band"),
        (figure(people(5, 100)), "within chance"),
        (figure(people(0, 100)), "outside"),
        (figure(people(60, 100)), "outside"),
        (figure(people(2, 4)), "not judged (n = 4)"),
        (figure(None), "not judged (n = 0)"),
        (figure(people(9, 9), least_months=12), "not judged (6 of 12 months)"),
        (figure(people(9, 9), is_asked_otherwise=True), "not judged (asked for otherwise)"),
    ],
)
def test_verdicts(judged: RealismFigure, said: str) -> None:
    assert judged.said == judged.row()["verdict"] == said
    assert judged.is_judged is not said.startswith("not")
    assert (judged.row()["value"] is None) is said.startswith("not")


def test_a_band_has_two_ends_or_one() -> None:
    assert [str(band) for band in (Band(1, 2), Band(None, 2), Band(1, None))] == [
        "1 to 2",
        "at most 2",
        "at least 1",
    ]
    assert Band(None, 2).misses(2.1, 3)
    assert not Band(None, 2).misses(-math.inf, 2)
    assert Band(1, None).misses(0, 0.9)


def test_figures_of_short_worlds_say_nothing_of_years() -> None:
    short, long = (figure(people(9, 9), least_months=12, months=months) for months in (6, 23))
    assert short.joined([long]).months == 23
    assert short.joined([long]).cases == 9
    assert short.joined([short]).said == "not judged (6 of 12 months)"
    assert long.joined([long]).cases == 18
