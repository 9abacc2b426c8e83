"""The datasets kept, as a list to choose from: when, of what, how large, which one readers see."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.publishing.retention import datasets
from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline.reporting.dataset_reader import open_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from spendsense_pipeline.publishing.publish import Dataset
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class KeptDataset:
    """One dataset that is kept.

    Attributes:
        dataset_id: its id.
        as_of: its day.
        history_start: its first day.
        published_at: when it was published, in UTC.
        preset: what it was made from; None without one.
        seed: of its world.
        is_imported: whether its people were brought in.
        is_current: whether readers see it now.
        is_readable: whether this version of the program can read it.
        people: in it; None where it cannot be read, like the next two.
        consenting: of them, as published.
        withdrawn_since: how many of them have taken consent back since: above 0 it cannot be gone
            back to.
        bytes: of its file.
        path: its file.
        run_id: of the run that made it.
    """

    dataset_id: str
    as_of: dt.date
    history_start: dt.date
    published_at: dt.datetime
    preset: str | None
    seed: int
    is_imported: bool
    is_current: bool
    is_readable: bool
    people: int | None
    consenting: int | None
    withdrawn_since: int | None
    bytes: int
    path: Path
    run_id: str | None


def kept_datasets(settings: Settings) -> tuple[KeptDataset, ...]:
    """The datasets kept, the newest publication first; none before the first.

    Args:
        settings: where they are.
    """
    gone = tuple(withdrawn(read_decisions(settings)))
    return tuple(_kept(dataset, settings, gone) for dataset in datasets(settings))


def _kept(dataset: Dataset, settings: Settings, gone: tuple[str, ...]) -> KeptDataset:
    file = dataset.path.stat()
    counts = _people(settings, dataset.path, (file.st_ino, file.st_mtime_ns), gone)
    people, consenting, withdrawn_since = counts or (None, None, None)
    return KeptDataset(
        dataset_id=dataset.dataset_id,
        as_of=dataset.as_of,
        history_start=dataset.history_start,
        published_at=dataset.published_at.replace(tzinfo=dt.UTC),
        preset=dataset.preset,
        seed=dataset.seed,
        is_imported=dataset.is_imported,
        is_current=dataset.is_current,
        is_readable=counts is not None,
        people=people,
        consenting=consenting,
        withdrawn_since=withdrawn_since,
        bytes=file.st_size,
        path=dataset.path,
        run_id=dataset.run_id,
    )


# A published file never changes, and opening one takes longer than all else on a page.
@functools.lru_cache(maxsize=64)
def _people(
    settings: Settings,
    path: Path,
    _file: tuple[int, int],
    gone: tuple[str, ...],
) -> tuple[int, int, int] | None:
    """People, those consenting and those who have withdrawn since; None of a file we cannot read.

    `_file` is what tells one file from another that took its name.
    """
    try:
        with open_dataset(settings, path) as published:
            [(people, consenting, since)] = published.con.execute(
                "select count(*), count(*) filter (consent_status = 'granted'), "
                "(select count(distinct user_id) from persona_assignments "
                "where list_contains($gone::varchar[], user_id)) from raw_users",
                {"gone": list(gone)},
            ).fetchall()
    except WarehouseError:
        return None
    return people, consenting, since
