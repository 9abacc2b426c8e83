"""Whether tonight's history continues last night's: the same world one day on, or a new one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.controls import MAX_MONTHS, can_extend, resolve, span_months
from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.publishing.warehouse import WarehouseError

if TYPE_CHECKING:
    from spendsense_pipeline.controls import OperatorConfig
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Continuity:
    """What is decided about the next history.

    Attributes:
        history_start: first day of it; None: the configuration's own.
        note: a sentence saying why.
        is_continued: whether it begins where the published one does.
        is_rebased: whether it would have continued but for its length.
    """

    history_start: dt.date | None
    note: str
    is_continued: bool = False
    is_rebased: bool = False


def continue_history(
    *,
    as_of: dt.date,
    published_start: dt.date | None,
    is_same_configuration: bool,
    is_fresh: bool = False,
) -> Continuity:
    """Choose the history start of the next dataset.

    Args:
        as_of: the day the next dataset describes.
        published_start: history start of the published dataset; None when there is none.
        is_same_configuration: whether it was made from this very configuration.
        is_fresh: the operator asked for a new world.

    Returns:
        The first day and why.
    """
    if published_start is None:
        return Continuity(None, "First dataset: its history begins where the configuration says.")
    if is_fresh:
        return Continuity(None, "Starting a new world, as asked (--fresh).")
    if not is_same_configuration:
        return Continuity(None, "The configuration has changed: starting a new world.")
    if span_months(published_start, as_of) > MAX_MONTHS:
        return Continuity(
            None,
            f"The history since {published_start} would pass {MAX_MONTHS} months on {as_of}:"
            " starting a new world; there are no persona transitions between the two.",
            is_rebased=True,
        )
    if not can_extend(published_start, as_of):
        return Continuity(
            None,
            f"The published history begins on {published_start}, too late for {as_of}:"
            " starting a new world.",
        )
    return Continuity(
        published_start,
        f"Extending the published history, which begins on {published_start}.",
        is_continued=True,
    )


def continue_published(
    settings: Settings, asked: OperatorConfig, *, as_of: dt.date, is_fresh: bool = False
) -> Continuity:
    """Choose the history start of the dataset that follows the published one.

    Whatever cannot be read as a dataset of ours is not one to extend.

    Args:
        settings: where the published dataset is.
        asked: what the operator asks for now; a history start in it wins.
        as_of: the day the next dataset describes.
        is_fresh: the operator asked for a new world.

    Returns:
        The first day and why.
    """
    if asked.config.history_start is not None:
        start = asked.config.history_start
        return Continuity(start, f"The configuration says the history begins on {start}.")
    try:
        published = current_dataset(settings)
    except WarehouseError:
        return continue_history(as_of=as_of, published_start=None, is_same_configuration=False)
    if published.is_imported:
        return Continuity(None, "Imported data is no world of ours to extend: starting a new one.")
    start = published.history_start
    as_it_was = resolve(asked, as_of=published.as_of, history_start=start)
    return continue_history(
        as_of=as_of,
        published_start=start,
        is_same_configuration=as_it_was.config_hash == published.config_hash,
        is_fresh=is_fresh,
    )
