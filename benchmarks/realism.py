"""`make realism`: generated populations beside published statistics, written to docs/realism.md.

Two populations: the default controls, which follow the operator guide, and the `calibrated` preset,
whose controls follow the statistics. The figures and their bands are those of `checks/realism`;
people of many worlds are pooled, and a few worlds of two years say what changes over time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import noticing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spendsense_pipeline.checks.realism import RealismFigure

PAGE = Path(__file__).resolve().parents[1] / "docs" / "realism.md"
NOTICE = "<!-- Written by `make realism`. Edits here are overwritten. -->"
AS_OF = dt.date(2026, 6, 30)
POPULATIONS = {"default": None, "calibrated": "calibrated"}


class Span(NamedTuple):
    """Worlds of one length: how many months, which seeds and how large a share of the people."""

    months: int
    seeds: range
    share: float


SPANS = (Span(6, range(1, 21), 1.0), Span(23, range(1, 6), 0.5))
USERS = 200


def figures(preset: str | None, seed: int, users: int, months: int) -> list[RealismFigure]:
    """The scorecard of one generated population."""
    import duckdb

    from spendsense_pipeline.checks.realism import realism_figures
    from spendsense_pipeline.controls import operator_config_from, resolve
    from spendsense_pipeline.features import build_features, build_recurring_streams
    from spendsense_pipeline.generation import generate
    from spendsense_pipeline.personas.assignment import assign
    from spendsense_pipeline.publishing.loading import TableLoader
    from spendsense_pipeline.tables.features import WINDOWS
    from spendsense_pipeline.tables.raw import GENERATED_TABLES

    config = {"seed": seed, "num_users": users, "months_history": months}
    resolved = resolve(operator_config_from({"preset": preset, "config": config}), as_of=AS_OF)
    with duckdb.connect() as con:
        loaders = {t.name.removeprefix("raw_"): TableLoader(con, t) for t in GENERATED_TABLES}
        for shard in generate(resolved):
            for name, loader in loaders.items():
                loader.add(getattr(shard, name))
        for loader in loaders.values():
            loader.finish()
        build_recurring_streams(con, as_of=AS_OF)
        for window in WINDOWS:
            build_features(
                con, as_of=AS_OF, window_days=window, history_start=resolved.history_start
            )
        assign(con, as_of=AS_OF, thresholds=resolved.thresholds)
        return realism_figures(con, resolved)


def pooled(worlds: Sequence[Sequence[RealismFigure]]) -> list[RealismFigure]:
    """Each figure of all worlds together: of the long ones, where it takes a long history."""
    found: dict[str, list[RealismFigure]] = {}
    for world in worlds:
        for figure in world:
            found.setdefault(figure.metric, []).append(figure)
    return [
        first.joined([each for each in rest if _is_alike(first, each)])
        for first, *rest in found.values()
    ]


def _is_alike(first: RealismFigure, other: RealismFigure) -> bool:
    """Whether they say the same of people: what builds up over time is compared at one length."""
    return other.months == first.months or first.least_months > first.months


def cell(figure: RealismFigure) -> str:
    """Value, interval and verdict, as the page shows them."""
    value, interval = figure.value, figure.interval
    if value is None or interval is None:
        return f" | {figure.said}"
    ends = " to ".join(f"{end:.3g}" for end in interval)
    said = f"**{figure.said}**" if figure.verdict == "outside" else figure.said
    return f"{value:.3g} ({ends}) | {said}"


def page(columns: dict[str, list[RealismFigure]], users: int, seeds: int) -> str:
    """The whole page."""
    first = next(iter(columns.values()))
    by_name = {
        name: {figure.metric: figure for figure in column} for name, column in columns.items()
    }
    headings = ["Figure", *(f"{name} | verdict" for name in columns), "Band", "Source of the band"]
    lines = [
        f"| {' | '.join(headings)} |",
        f"| {' | '.join(['---'] * (3 + 2 * len(columns)))} |",
    ]
    for figure in first:
        cells = [
            cell(column[figure.metric]) if figure.metric in column else " | "
            for column in by_name.values()
        ]
        bands = {
            str(column[figure.metric].band): name
            for name, column in by_name.items()
            if figure.metric in column
        }
        band = "; ".join(bands) if len(bands) > 1 else str(figure.band)
        lines.append(f"| {' | '.join([figure.metric, *cells, band, figure.source])} |")
    counts = ", ".join(f"{name} {_counted(column)}" for name, column in columns.items())
    parts = (NOTICE, "# Realism", _explained(users, seeds, counts), "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _counted(column: Iterable[RealismFigure]) -> str:
    judged = [figure for figure in column if figure.is_judged]
    inside = sum(figure.verdict == "in band" for figure in judged)
    outside = sum(figure.verdict == "outside" for figure in judged)
    return f"{inside} of {len(judged)} in band and {outside} outside"


def _explained(users: int, seeds: int, counts: str) -> str:
    short, long = SPANS
    return (
        f"Generated populations of {len(short.seeds[:seeds])} seeds, {users:,} people and "
        f"{short.months} months each, pooled; what takes a year or more to see is of "
        f"{len(long.seeds[:seeds])} seeds, "
        f"{round(users * long.share):,} people and {long.months} months. `default` follows the "
        "operator guide, whose shares of pay cadences and card use are not the country's; "
        "`calibrated` is the preset that follows the statistics. Figures that a control fixes are "
        "judged against what was asked for, so a band may differ between the two. In parentheses: "
        "the 99 % interval, counted by person, for rows of one person are alike. A figure is "
        "outside when the whole interval is, within chance when only the figure is. What rests on "
        f"too few cases or too short a history is not judged. {counts}. "
        "Figures outside their band inform; they block nothing."
    )


def main() -> int:
    """Generate, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--seeds", type=int, default=len(SPANS[0].seeds))
    parser.add_argument("--output", type=Path, default=PAGE)
    chosen = parser.parse_args()
    os.environ["SPENDSENSE_MAX_USERS"] = str(max(chosen.users, USERS))
    columns = {
        name: pooled(
            [
                figures(preset, seed, max(10, round(chosen.users * span.share)), span.months)
                for span in SPANS
                for seed in span.seeds[: chosen.seeds]
            ]
        )
        for name, preset in POPULATIONS.items()
    }
    events = [
        event
        for seed in noticing.SEEDS[: chosen.seeds]
        for event in noticing.scored(seed, chosen.users, AS_OF)
    ]
    text = page(columns, chosen.users, chosen.seeds) + "\n" + noticing.section(events) + "\n"
    chosen.output.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
