"""`/history/compare/DATASET`: a dataset that is kept beside the one published now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.reporting.comparison import Comparison, Difference, compare, find_dataset
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.wording import NO_DATA, counted, percent
from spendsense_pipeline.ui.markup import show, text
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spendsense_pipeline.settings import Settings
    from spendsense_pipeline.ui.room import Room


def add(room: Room) -> None:
    """Add the page."""

    @page("/history/compare/{dataset_id}")
    async def beside(dataset_id: str) -> None:
        with frame(room, "Two datasets", here="/history"):
            async with problems_shown():
                _show(await room.reading.work(lambda: _compared(room.settings, dataset_id)))


def _compared(settings: Settings, dataset_id: str) -> Comparison:
    paths = [find_dataset(settings, name) for name in (dataset_id, "current")]
    with open_dataset(settings, paths[0]) as one, open_dataset(settings, paths[1]) as other:
        return compare(one, other)


def _show(found: Comparison) -> None:
    text(
        f"{counted(found.people_whose_persona_changed, 'person', 'people')} of "
        f"{found.people_in_both:,} in both have another primary persona in some window.",
    )
    first = f"{found.first[:8]} ({found.first_as_of})"
    second = f"{found.second[:8]} ({found.second_as_of})"
    for title, differences, said in (
        ("What was asked", found.controls, _as_it_is),
        ("Persona mix", found.mix, _share),
        ("Coverage", found.coverage, _share),
        ("Rows", found.rows, _count),
    ):
        _differences(title, differences, (first, second), said)


def _differences(
    title: str,
    differences: Sequence[Difference],
    names: tuple[str, str],
    said: Callable[[Any], str],
) -> None:
    with panel(title):
        if not differences:
            text("No difference.", classes="note")
            return
        headings = [Heading(""), *(Heading(name, numeric=True) for name in names)]
        rows = [(each.name, said(each.first), said(each.second)) for each in differences]
        show(table(headings, rows, caption=title))


def _share(value: Any) -> str:
    return percent(value, 1)


def _count(value: Any) -> str:
    return NO_DATA if value is None else f"{value:,}"


def _as_it_is(value: Any) -> str:
    return NO_DATA if value is None else str(value)
