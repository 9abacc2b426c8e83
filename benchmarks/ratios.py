"""From seconds to ratios: medians over repetitions, stages over floors, growth between sizes."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STAGES = (
    "generate",
    "load",
    "streams",
    "features",
    "assign",
    "traces",
    "advise",
    "evaluate",
    "checks",
    "publish",
)
# A stage whose work is less than this is mostly its fixed cost: growth says nothing yet.
LEAST_SECONDS = 0.05


@dataclass(frozen=True)
class Ratio:
    """Stages over a floor: what we aim at, and the bound `--check` holds it to."""

    name: str
    over: str
    stages: tuple[str, ...]
    floors: tuple[str, ...]
    aim: float
    bound: float
    fewest_users: int


# Bounds leave room for a busy machine and other data; what is typical stands in the page.
RATIOS = (
    # Lives are lived day by day: two CPU seconds per 1,000 people are asked for, which are so many
    # times writing their rows.
    Ratio("Generate", "writing", ("generate",), ("floor: write",), 2.5, 4.0, 10_000),
    Ratio(
        "Generate",
        "the same without life events",
        ("generate",),
        ("floor: uneventful",),
        1.1,
        1.4,
        1_000,
    ),
    Ratio("Generate and load", "writing", ("generate", "load"), ("floor: write",), 4.0, 6.0, 1_000),
    Ratio(
        "Generate, load and write Parquet",
        "writing both",
        ("generate", "load", "parquet"),
        ("floor: write", "floor: parquet"),
        3.5,
        5.5,
        1_000,
    ),
    Ratio(
        "Streams, features, assignments and traces",
        "reading",
        ("streams", "features", "assign", "traces"),
        ("floor: read",),
        10.0,
        30.0,
        1_000,
    ),
    # Advice costs what people are told, not what they spent: reading is only what it stands beside.
    Ratio("Advice", "traces", ("advise",), ("traces",), 1.0, 3.0, 1_000),
    Ratio("Checks", "reading", ("checks",), ("floor: read",), 3.0, 16.0, 1_000),
    Ratio("Publish", "writing", ("publish",), ("floor: write",), 1.0, 3.0, 1_000),
)
MOST_GROWTH_PER_TENFOLD = 13.0
# The command people type: what we aim at, and the bounds, which leave room for a busy machine.
AIM_OVER_DAGSTER, MOST_OVER_DAGSTER = 1.5, 2.5
AIM_REFRESH_GROWTH, MOST_REFRESH_GROWTH = 11.0, 13.0


@dataclass(frozen=True)
class Typed:
    """Whole commands: seconds {wall, cpu} of each, and of a refresh by number of people."""

    nothing: dict[str, float]
    """Dagster with a graph of the pipeline's shape in which every step does nothing."""
    pipeline: dict[str, float]
    imports: dict[str, float]
    library: dict[str, float]
    refreshes: dict[int, dict[str, float]]

    @property
    def over_dagster(self) -> float:
        """CPU of the pipeline at 100 people over CPU of the graph that does nothing."""
        return self.pipeline["cpu"] / self.nothing["cpu"]

    def growth(self) -> dict[tuple[int, int], float]:
        """CPU of a refresh per tenfold people, between neighbouring sizes."""
        sizes = sorted(self.refreshes)
        return {
            (small, large): self.refreshes[large]["cpu"]
            / self.refreshes[small]["cpu"]
            / (large / small / 10)
            for small, large in itertools.pairwise(sizes)
        }


def exceeded_by_commands(typed: Typed) -> list[str]:
    """What `--check` reports of whole commands."""
    found = []
    if typed.over_dagster > MOST_OVER_DAGSTER:
        found.append(
            f"the pipeline costs {typed.over_dagster:.2f} × a Dagster graph of its shape; the "
            f"bound is {MOST_OVER_DAGSTER:g}"
        )
    found += [
        f"spendsense refresh grows {grown:.1f}-fold from {small:,} to {large:,} people; the bound "
        f"is {MOST_REFRESH_GROWTH:g}"
        for (small, large), grown in typed.growth().items()
        if grown > MOST_REFRESH_GROWTH
    ]
    return found


def medians(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One size over its repetitions: the median of every figure, the largest memory peak."""
    names = runs[0]["stages"]
    return {
        **runs[0],
        "repetitions": len(runs),
        **{
            name: max(run[name] for run in runs)
            for name in ("peak_memory_mb", "generator_memory_mb")
        },
        "stages": {
            name: {
                clock: statistics.median(run["stages"][name][clock] for run in runs)
                for clock in ("wall", "cpu")
            }
            for name in names
        },
    }


def ratio_on(clock: str, size: dict[str, Any], wanted: Ratio) -> float:
    """The ratio by one clock: "cpu", which a busy neighbour moves little, or "wall"."""
    stages = size["stages"]
    spent = sum(stages[name][clock] for name in wanted.stages)
    least = sum(stages[name][clock] for name in wanted.floors)
    return float(spent / max(least, 1e-9))


def ratio(size: dict[str, Any], wanted: Ratio) -> float:
    """The smaller of both: a busy neighbour must not fail `--check`."""
    return min(ratio_on(clock, size, wanted) for clock in ("wall", "cpu"))


def growth(small: dict[str, Any], large: dict[str, Any], stage: str) -> float | None:
    """CPU per tenfold users; None where the smaller size is too small to say."""
    before, after = small["stages"][stage]["cpu"], large["stages"][stage]["cpu"]
    if before < LEAST_SECONDS:
        return None
    tenfolds = large["users"] / small["users"] / 10
    return float(after / before / tenfolds)


def exceeded(sizes: Sequence[dict[str, Any]]) -> list[str]:
    """What `--check` reports: one line per bound that does not hold."""
    found = [
        f"{wanted.name} costs {ratio(size, wanted):.1f} × {wanted.over} the rows at "
        f"{size['users']:,} people; the bound is {wanted.bound:g}"
        for wanted in RATIOS
        for size in sizes
        if size["users"] >= wanted.fewest_users and ratio(size, wanted) > wanted.bound
    ]
    for small, large in itertools.pairwise(sizes):
        for stage in STAGES:
            grown = growth(small, large, stage)
            if grown is not None and grown > MOST_GROWTH_PER_TENFOLD:
                found.append(
                    f"{stage} grows {grown:.1f}-fold from {small['users']:,} to "
                    f"{large['users']:,} people; the bound is {MOST_GROWTH_PER_TENFOLD:g}"
                )
    return found
