"""Going back to an earlier dataset, in whoever's name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.operations.entries import Operation
from spendsense_pipeline.operations.log import try_to_record
from spendsense_pipeline.publishing.retention import rollback
from spendsense_pipeline.publishing.warehouse import writer_lock

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.publish import Dataset
    from spendsense_pipeline.settings import Settings

# Rolling back takes milliseconds; a refresh that is writing is worth waiting for, not for long.
_WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class RolledBack:
    """What readers see now, and sentences for whoever went back."""

    dataset: Dataset
    sentences: tuple[str, ...]


def roll_back(
    settings: Settings,
    *,
    dataset_id: str | None = None,
    steps: int = 1,
    operator: str | None,
    via: str,
    at: dt.datetime,
) -> RolledBack:
    """Make an earlier dataset the published one again.

    Args:
        settings: where the files are.
        dataset_id: which one (or the beginning of its id); wins over `steps`.
        steps: how many publications back.
        operator: who goes back; None where that is not known.
        via: one of `operations.entries.VIAS`.
        at: the instant, with its time zone.

    Returns:
        The dataset readers see now.

    Raises:
        SpendSenseError: naming the datasets there are, whose consent forbids it, or the run that
            is writing.
    """
    with writer_lock(settings, holder="spendsense rollback", wait_seconds=_WAIT_SECONDS):
        now = rollback(settings, dataset_id=dataset_id, steps=steps)
    said = (f"Published again: dataset {now.dataset_id} as of {now.as_of}.",)
    entry = Operation(at, operator or None, "rollback", now.dataset_id, f"as of {now.as_of}", via)
    unrecorded = try_to_record(settings, entry)
    return RolledBack(now, (*said, unrecorded) if unrecorded else said)
