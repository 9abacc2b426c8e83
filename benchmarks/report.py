"""The page `docs/performance.md`, written from one run of the benchmark."""

from __future__ import annotations

import itertools
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.ratios import (
    AIM_OVER_DAGSTER,
    AIM_REFRESH_GROWTH,
    RATIOS,
    STAGES,
    Typed,
    growth,
    ratio_on,
)
from spendsense_pipeline.publishing.warehouse import MEMORY_LIMIT_GIB

NOTES = Path(__file__).with_name("notes.md")
_CORES = (2, 16, 128)
NOTICE = "<!-- Written by `make bench`. Edits here are overwritten. -->"


def page(
    sizes: Sequence[dict[str, Any]],
    shared: Sequence[dict[str, Any]],
    typed: Typed | None,
) -> str:
    """The whole page: the commands people type, `sizes` step by step, `shared` by every core."""
    parts = [
        NOTICE,
        "# Performance",
        "Six months of history with the default controls, medians of interleaved repetitions on "
        f"{os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()}). "
        "Seconds depend on the machine and on what else it does; the ratios to floors measured in "
        "the same run, in CPU seconds, much less. `make bench` measures again and rewrites this "
        "page; `make bench ARGS=--check` fails where a ratio is over its bound by both clocks.",
        *(_commands(typed, sizes) if typed else ()),
        "## CPU seconds per stage",
        _table(
            ["People", "Transactions", *STAGES, "All", "Peak memory", "File", "Repetitions"],
            [
                [
                    f"{size['users']:,}",
                    f"{size['transactions']:,}",
                    *(f"{size['stages'][stage]['cpu']:.2f}" for stage in STAGES),
                    f"{_total(size, 'cpu'):.1f}",
                    f"{size['peak_memory_mb']:,.0f} MB",
                    f"{size['bytes'] / 1e6:,.1f} MB",
                    str(size["repetitions"]),
                ]
                for size in sizes
            ],
        ),
        "The same by the clock, with whatever else the machine was doing, and in transactions per "
        "CPU second:",
        _table(
            ["People", *STAGES, "All"],
            [
                [
                    f"{size['users']:,}",
                    *(_pace(size, stage) for stage in STAGES),
                    f"{_total(size, 'wall'):.1f} s",
                ]
                for size in sizes
            ],
        ),
        "## How close to what the machine can do",
        "Writing: DuckDB stores the same transactions, already in memory, and checkpoints. "
        "Reading: DuckDB scans them once and passes one window over them. Without life events: "
        "the same people, to whom nothing happens.",
        _table(
            ["", *(f"{size['users']:,} people" for size in sizes), "Aim", "Bound"],
            [
                [
                    f"{wanted.name} ÷ {wanted.over}",
                    *(f"{ratio_on('cpu', size, wanted):.2f}" for size in sizes),
                    f"{wanted.aim:g}",
                    f"{wanted.bound:g} from {wanted.fewest_users:,} people",
                ]
                for wanted in RATIOS
            ],
        ),
        "## Memory and disk",
        "Generating alone is bounded by its shard of at most 500 people, the rest by DuckDB's "
        f"limit of {MEMORY_LIMIT_GIB} GiB. Bytes are per transaction: alone, as Parquet, and with "
        "everything the published file holds about it.",
        _table(
            ["People", "Generating alone", "Everything", "In DuckDB", "Parquet", "Published file"],
            [_sizes_of(size) for size in sizes],
        ),
    ]
    if len(sizes) > 1:
        parts += [
            "## How cost grows with ten times the people",
            _table(["From", "To", *STAGES], _growth_rows(sizes)),
            "A dash: too little work at the smaller size to say.",
        ]
    if shared:
        parts += [
            "## On every core",
            "Generated, measured, judged and explained as partitioned Parquet by a process per "
            "core (`SPENDSENSE_ENGINE=processes`), with the memory of all of them together:",
            _table(
                ["People", "Transactions", "Clock", "CPU seconds", "Peak memory", "Parquet"],
                [
                    [
                        f"{made['users']:,}",
                        f"{made['transactions']:,}",
                        _duration(made["wall"]),
                        f"{made['cpu']:,.0f}",
                        f"{made['peak_memory_mb']:,.0f} MB",
                        f"{made['bytes'] / 1e9:,.2f} GB",
                    ]
                    for made in shared
                ],
            ),
        ]
    shards = [size["shard"] for size in sizes if size.get("shard")]
    if shards:
        parts += ["## Past one machine", _cost_model(shards[0])]
    parts.append(NOTES.read_text(encoding="utf-8").strip())
    return "\n\n".join(filter(None, parts)) + "\n"


def _commands(typed: Typed, sizes: Sequence[dict[str, Any]]) -> list[str]:
    """What `spendsense refresh` and the CI command take, whole."""
    stages = {size["users"]: _total(size, "cpu") for size in sizes}
    rows = [
        [
            f"{users:,}",
            f"{spent['wall']:.1f} s",
            f"{spent['cpu']:.1f}",
            f"{stages[users]:.1f}",
            f"{spent['cpu'] - stages[users]:.1f}",
        ]
        for users, spent in sorted(typed.refreshes.items())
    ]
    growth = ", ".join(
        f"{small:,} to {large:,} people {grown:.1f}-fold"
        for (small, large), grown in typed.growth().items()
    )
    return [
        "## The command people run",
        "`spendsense refresh --yes` into an empty data directory, from the shell's prompt to the "
        "printed summary: start-up, Dagster's books, pictures, checks, publishing and Parquet "
        "exports included. Beside it the stages alone, in CPU seconds:",
        _table(["People", "Clock", "CPU seconds", "Stages alone", "The rest"], rows),
        f"CPU grows with ten times the people: {growth} (the aim is at most "
        f"{AIM_REFRESH_GROWTH:g} from 1,000 to 10,000)."
        if growth
        else "",
        f"`dagster asset materialize` of 100 people takes {typed.pipeline['wall']:.1f} s "
        f"({typed.pipeline['cpu']:.1f} s of CPU); of a graph of the same shape, as many assets, "
        f"checks and steps that do nothing, {typed.nothing['wall']:.1f} s "
        f"({typed.nothing['cpu']:.1f} s of CPU): {typed.over_dagster:.2f} times Dagster's own "
        f"floor (the aim is {AIM_OVER_DAGSTER:g}).",
        f"Every stage at 100 people without Dagster, imports included, takes "
        f"{typed.library['wall']:.1f} s ({typed.library['cpu']:.1f} s of CPU), "
        f"{typed.library['cpu'] / typed.imports['cpu']:.1f} times importing numpy, pyarrow and "
        "DuckDB alone (the aim is 2.5).",
    ]


def _total(size: dict[str, Any], clock: str) -> float:
    return float(sum(size["stages"][stage][clock] for stage in STAGES))


def _pace(size: dict[str, Any], stage: str) -> str:
    spent = size["stages"][stage]
    return f"{spent['wall']:.2f} s, {size['transactions'] / max(spent['cpu'], 1e-3):,.0f}/s"


def _sizes_of(size: dict[str, Any]) -> list[str]:
    each = [size[name] / size["transactions"] for name in ("floor_bytes", "parquet_bytes", "bytes")]
    return [
        f"{size['users']:,}",
        f"{size['generator_memory_mb']:,.0f} MB",
        f"{size['peak_memory_mb']:,.0f} MB",
        *(f"{count:.0f} B" for count in each),
    ]


def _cost_model(shard: dict[str, float]) -> str:
    """What other populations take, from one shard."""
    per_person = {name: shard[name] / shard["users"] for name in ("cpu", "transactions", "bytes")}
    header = (
        f"A worker spends {shard['cpu']:.1f} CPU seconds on a shard of {shard['users']:,} people, "
        "from nothing to Parquet: generate, measure, judge, explain, write. Shards know nothing "
        "of each other, so cost is proportional to people and time to people ÷ cores "
        "(docs/scaling.md says how):"
    )
    rows = [
        [
            f"{people:,}",
            f"{people * per_person['transactions'] / 1e6:,.0f} million",
            f"{people * per_person['cpu'] / 3600:,.1f}",
            *(_duration(people * per_person["cpu"] / cores) for cores in _CORES),
            f"{people * per_person['bytes'] / 1e9:,.1f} GB",
        ]
        for people in (100_000, 1_000_000, 10_000_000)
    ]
    headings = ["People", "Transactions", "CPU hours", *(f"{n} cores" for n in _CORES), "Parquet"]
    return header + "\n\n" + _table(headings, rows)


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


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
