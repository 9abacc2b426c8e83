"""How soon windows notice life events, pooled over many worlds, for the realism page."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS: Final = 16
"""Long enough for most events to have been watched to the end."""
SEEDS: Final = range(1, 13)
STATUSES: Final = ("noticed", "never", "unsteady")


class Scored(NamedTuple):
    """One event as one window saw it."""

    kind: str
    window_days: int
    status: str
    days: int | None


def scored(seed: int, users: int, as_of: dt.date) -> list[Scored]:
    """The events of one natural population."""
    import duckdb

    from spendsense_pipeline.controls import operator_config_from, resolve
    from spendsense_pipeline.evaluation.event_detection import build_event_detection
    from spendsense_pipeline.generation import generate
    from spendsense_pipeline.publishing.loading import TableLoader
    from spendsense_pipeline.tables.raw import GENERATED_TABLES

    config = {"seed": seed, "num_users": users, "months_history": MONTHS}
    resolved = resolve(operator_config_from({"config": config}), as_of=as_of)
    with duckdb.connect() as con:
        loaders = {t.name.removeprefix("raw_"): TableLoader(con, t) for t in GENERATED_TABLES}
        for shard in generate(resolved):
            for name, loader in loaders.items():
                loader.add(getattr(shard, name))
        for loader in loaders.values():
            loader.finish()
        build_event_detection(
            con,
            as_of=as_of,
            history_start=resolved.history_start,
            thresholds=resolved.thresholds,
        )
        found = con.execute(
            "select kind, window_days, status, noticed_after_days from event_detection"
        ).fetchall()
    return [Scored(*row) for row in found]


def section(events: Iterable[Scored]) -> str:
    """A section of the page: a line per kind of event, both windows beside each other."""
    by_kind: dict[tuple[str, int], list[Scored]] = defaultdict(list)
    windows: set[int] = set()
    for event in events:
        windows.add(event.window_days)
        for kind in (event.kind, "any"):
            by_kind[kind, event.window_days].append(event)
    kinds = sorted({kind for kind, _ in by_kind} - {"any"})
    headings = ["Event", "Events"]
    for window in sorted(windows):
        headings += [
            f"{window} days: noticed",
            "median (10 % to 90 %), days",
            "never",
            "near a line",
        ]
    lines = [
        f"| {' | '.join(headings)} |",
        f"| {' | '.join(['---'] * len(headings))} |",
    ]
    for kind in (*kinds, "any"):
        cells = [kind, str(len(by_kind[kind, min(windows)]))]
        for window in sorted(windows):
            cells += _cells(by_kind[kind, window])
        lines.append(f"| {' | '.join(cells)} |")
    said = (
        f"Natural populations of {len(SEEDS)} seeds and {MONTHS} months, pooled: days from a life "
        "event to the first day on which a window shows the persona it made of somebody. Events "
        "that were overtaken by another, or are still watched, count in the first column alone. "
        "Who lives near a line, and had not shown the persona before the event, is counted apart."
    )
    return "\n\n".join(["## How soon life events are noticed", said, "\n".join(lines)])


def _cells(events: list[Scored]) -> list[str]:
    count = {status: sum(event.status == status for event in events) for status in STATUSES}
    days = [event.days for event in events if event.days is not None]
    spread = ""
    if len(days) >= 2:
        tenths = quantiles(days, n=10, method="inclusive")
        spread = f"{median(days):.0f} ({tenths[0]:.0f} to {tenths[-1]:.0f})"
    elif days:
        spread = str(days[0])
    return [str(count["noticed"]), spread, str(count["never"]), str(count["unsteady"])]
