"""The page `docs/performance.md`, written from one run of the benchmark."""

from __future__ import annotations

import itertools
import os
import platform
from collections.abc import Sequence
from typing import Any

from benchmarks.ratios import RATIOS, STAGES, growth, ratio

NOTICE = "<!-- Written by `make bench`. Edits here are overwritten. -->"


def page(sizes: Sequence[dict[str, Any]], start: dict[str, dict[str, float]] | None) -> str:
    """The whole page."""
    parts = [
        NOTICE,
        "# Performance",
        "Six months of history with the default controls, medians of interleaved repetitions on "
        f"{os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()}). "
        "Seconds depend on the machine and on what else it does; the ratios to floors measured in "
        "the same run much less. `make bench` measures again and rewrites this page.",
        "## CPU seconds per stage",
        _table(
            ["People", "Transactions", *STAGES, "Peak memory", "File"],
            [
                [
                    f"{size['users']:,}",
                    f"{size['transactions']:,}",
                    *(f"{size['stages'][stage]['cpu']:.2f}" for stage in STAGES),
                    f"{size['peak_memory_mb']:,.0f} MB",
                    f"{size['bytes'] / 1e6:,.1f} MB",
                ]
                for size in sizes
            ],
        ),
        "## How close to what the machine can do",
        "Writing: DuckDB stores the same transactions, already in memory, and checkpoints. "
        "Reading: DuckDB scans them once and passes one window over them.",
        _table(
            ["", *(f"{size['users']:,} people" for size in sizes), "Bound"],
            [
                [
                    f"{wanted.name} ÷ {wanted.over}",
                    *(f"{ratio(size, wanted):.1f}" for size in sizes),
                    f"{wanted.bound:g} from {wanted.fewest_users:,} people",
                ]
                for wanted in RATIOS
            ],
        ),
    ]
    if len(sizes) > 1:
        parts += [
            "## How cost grows with ten times the people",
            _table(["From", "To", *STAGES], _growth_rows(sizes)),
            "A dash: too little work at the smaller size to say.",
        ]
    if start:
        parts += [
            "## The command, cold",
            f"`dagster asset materialize` of 100 people takes {start['pipeline']['wall']:.1f} s "
            f"({start['pipeline']['cpu']:.1f} s of CPU); of assets and checks that do nothing, "
            f"{start['nothing']['wall']:.1f} s ({start['nothing']['cpu']:.1f} s of CPU): "
            f"{start['pipeline']['cpu'] / start['nothing']['cpu']:.2f} times Dagster's own floor.",
        ]
    return "\n\n".join(parts) + "\n"


def _growth_rows(sizes: Sequence[dict[str, Any]]) -> list[list[str]]:
    rows = []
    for small, large in itertools.pairwise(sizes):
        grown = [growth(small, large, stage) for stage in STAGES]
        shown = ["–" if value is None else f"{value:.1f}" for value in grown]
        rows.append([f"{small['users']:,}", f"{large['users']:,}", *shown])
    return rows


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
