"""Two published datasets side by side: what was asked, how much there is, who became what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spendsense_pipeline.checks.population import coverage, persona_mix
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.commands import HOW_TO_BEGIN
from spendsense_pipeline.publishing.publish import Dataset
from spendsense_pipeline.publishing.retention import datasets
from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.reporting.summary import row_counts
from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Difference:
    """One figure in both datasets."""

    name: str
    first: Any
    second: Any


@dataclass(frozen=True)
class Comparison:
    """What differs between two datasets."""

    first: str
    second: str
    first_as_of: dt.date
    second_as_of: dt.date
    controls: tuple[Difference, ...]
    rows: tuple[Difference, ...]
    mix: tuple[Difference, ...]
    coverage: tuple[Difference, ...]
    people_in_both: int
    people_whose_persona_changed: int


def find_dataset(settings: Settings, name: str) -> Path:
    """The file of a dataset named by id (or its beginning), `current`, `previous` or a path.

    Raises:
        WarehouseError: naming the datasets there are.
    """
    kept = datasets(settings)
    position = next((i for i, dataset in enumerate(kept) if dataset.is_current), 0)
    if name == "current" and kept:
        return kept[position].path
    if name == "previous" and len(kept) > position + 1:
        return kept[position + 1].path
    found = [dataset.path for dataset in kept if dataset.dataset_id.startswith(name)]
    if found:
        return found[0]
    if Path(name).is_file():
        return Path(name)
    raise SpendSenseError(
        problem=f"no dataset {name} is kept",
        remedy=f"choose one of {listed(kept)}" if kept else HOW_TO_BEGIN,
    )


def listed(kept: Sequence[Dataset]) -> str:
    """Datasets in a sentence."""
    return ", ".join(
        f"{d.dataset_id} (as of {d.as_of}{', current' if d.is_current else ''})" for d in kept
    )


def compare(first: DatasetReader, second: DatasetReader) -> Comparison:
    """Compare two open datasets."""
    mixes = [
        {
            f"{share.persona}, {share.window_days} days": share.assigned_share
            for share in persona_mix(published.con)
        }
        for published in (first, second)
    ]
    covered = [
        {f"{c.window_days} days": c.share for c in coverage(published.con)}
        for published in (first, second)
    ]
    rows = [row_counts(published) for published in (first, second)]
    controls = [
        {
            f"{row['section']}.{row['name']}" if row["section"] != "run" else row["name"]: row[
                "value"
            ]
            for row in published.resolved.to_rows()
        }
        for published in (first, second)
    ]
    before, after = (_personas(published) for published in (first, second))
    both = before.keys() & after.keys()
    return Comparison(
        first=first.dataset.dataset_id,
        second=second.dataset.dataset_id,
        first_as_of=first.dataset.as_of,
        second_as_of=second.dataset.as_of,
        controls=tuple(d for d in _differences(*controls) if d.first != d.second),
        rows=_differences(*rows),
        mix=_differences(*mixes),
        coverage=_differences(*covered),
        people_in_both=len({user for user, _ in both}),
        people_whose_persona_changed=len({key[0] for key in both if before[key] != after[key]}),
    )


def _differences(first: dict[str, Any], second: dict[str, Any]) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, first.get(name), second.get(name)) for name in {**first, **second}
    )


def _personas(published: DatasetReader) -> dict[tuple[str, int], str]:
    return {
        (row["user_id"], row["window_days"]): row["primary_persona"]
        for row in published.rows(
            "select user_id, window_days, primary_persona from persona_assignments"
        )
    }
