"""`make realism`: generated populations beside published statistics, written to docs/realism.md.

Two populations: the default controls, which follow the operator guide, and the `calibrated` preset,
whose controls follow the statistics. The figures and their bands are `checks/realism.py`'s.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendsense_pipeline.checks.realism import RealismFigure

PAGE = Path(__file__).resolve().parents[1] / "docs" / "realism.md"
NOTICE = "<!-- Written by `make realism`. Edits here are overwritten. -->"
AS_OF = dt.date(2026, 6, 30)
POPULATIONS = {"default": None, "calibrated": "calibrated"}
# Enough people that chance moves no figure across its band, and several worlds all the same.
USERS = 1_000
SEEDS = (1, 2, 3)


def figures(preset: str | None, seed: int, users: int) -> list[RealismFigure]:
    """The scorecard of one generated population."""
    import duckdb

    from spendsense_pipeline.checks.realism import realism_figures
    from spendsense_pipeline.controls import operator_config_from, resolve
    from spendsense_pipeline.features import build_recurring_streams
    from spendsense_pipeline.generation import generate
    from spendsense_pipeline.publishing.loading import TableLoader
    from spendsense_pipeline.tables.raw import GENERATED_TABLES

    asked = {"preset": preset, "config": {"seed": seed, "num_users": users}}
    resolved = resolve(operator_config_from(asked), as_of=AS_OF)
    with duckdb.connect() as con:
        loaders = {t.name.removeprefix("raw_"): TableLoader(con, t) for t in GENERATED_TABLES}
        for shard in generate(resolved):
            for name, loader in loaders.items():
                loader.add(getattr(shard, name))
        for loader in loaders.values():
            loader.finish()
        build_recurring_streams(con, as_of=AS_OF)
        return realism_figures(con, resolved)


def middle(worlds: Sequence[Sequence[RealismFigure]]) -> list[tuple[float | None, str]]:
    """For each figure the median over the worlds, and whether that lies in its band."""
    found: list[tuple[float | None, str]] = []
    for same in zip(*worlds, strict=True):
        values = [figure.value for figure in same if figure.value is not None]
        value = statistics.median(values) if values else None
        first = same[0]
        if value is None:
            verdict = "no data"
        else:
            is_above = first.low is None or value >= first.low
            verdict = "yes" if is_above and (first.high is None or value <= first.high) else "no"
        found.append((value, verdict))
    return found


def page(scorecards: dict[str, list[list[RealismFigure]]], users: int) -> str:
    """The whole page."""
    first = next(iter(scorecards.values()))[0]
    columns = {name: middle(worlds) for name, worlds in scorecards.items()}
    inside = {
        name: f"{sum(verdict == 'yes' for _, verdict in column)} of {len(column)}"
        for name, column in columns.items()
    }
    headings = ["Figure", "Band", *(f"{name} | in band" for name in columns), "Source of the band"]
    lines = [
        f"| {' | '.join(headings)} |",
        f"| {' | '.join(['---'] * (3 + 2 * len(columns)))} |",
    ]
    for number, figure in enumerate(first):
        cells = []
        for column in columns.values():
            value, verdict = column[number]
            cells += ["" if value is None else f"{value:.3g}", verdict]
        lines.append(f"| {' | '.join([figure.metric, figure.band, *cells, figure.source])} |")
    return (
        "\n\n".join(
            [
                NOTICE,
                "# Realism",
                f"Generated populations of {users:,} people and six months beside published "
                f"statistics; medians over {len(SEEDS)} seeds. `default` follows the operator "
                "guide, whose shares of pay cadences and card use are not the country's; "
                "`calibrated` is the preset that follows the statistics. In band: "
                + ", ".join(f"{name} {count}" for name, count in inside.items())
                + ". Figures outside their band inform; they block nothing.",
                "\n".join(lines),
            ]
        )
        + "\n"
    )


def main() -> int:
    """Generate, measure, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--output", type=Path, default=PAGE)
    chosen = parser.parse_args()
    os.environ["SPENDSENSE_MAX_USERS"] = str(max(chosen.users, USERS))
    scorecards = {
        name: [figures(preset, seed, chosen.users) for seed in SEEDS]
        for name, preset in POPULATIONS.items()
    }
    text = page(scorecards, chosen.users)
    chosen.output.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
