"""The figures of realism: measured anew once a dataset, while the page is already there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.checked import RealismRow, realism_now
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.ui.markup import Markup, show, tag
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.reviewing import what_was_refused
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

_HEADINGS = (
    Heading("Figure"),
    Heading("Value", numeric=True),
    Heading("99 % interval", numeric=True),
    Heading("Band"),
    Heading("Cases", numeric=True),
    Heading("Verdict"),
    Heading("Source", classes="wide-only"),
)
_WAITS = tag(
    "p", "Measuring it on the published rows; this takes a few seconds…", class_="note waits"
)


class Realism:
    """The figures of the dataset that is published, measured once for all pages."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._edition: tuple[int, int] | None = None
        self._task: asyncio.Task[tuple[RealismRow, ...]] | None = None

    def show(self) -> None:
        """A panel of a fixed height that is filled when the figures are there."""
        with panel(
            "Realism",
            "Does it look like a population? Figures beside what is published of real ones; they"
            " inform and stop nothing.",
            wide=True,
        ):
            region = show(_WAITS, classes="realism").props('aria-live="polite"')

        async def fill() -> None:
            try:
                region.set_content(_table(await self._figures()))
            except SpendSenseError as error:
                region.set_content(what_was_refused(error))

        ui.context.client.on_connect(fill)

    async def _figures(self) -> tuple[RealismRow, ...]:
        edition = (await self._room.reading.latest()).dataset
        if self._task is None or edition != self._edition or _has_failed(self._task):
            self._edition = edition
            self._task = asyncio.create_task(self._room.reading.ask(realism_now))
        # Who leaves does not end it for the others.
        return await asyncio.shield(self._task)


def _has_failed(task: asyncio.Task[tuple[RealismRow, ...]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _table(rows: tuple[RealismRow, ...]) -> Markup:
    return table(
        _HEADINGS,
        [
            (
                row.metric,
                NO_DATA if row.value is None else f"{row.value:,.4g}",
                NO_DATA
                if row.low is None or row.high is None
                else f"{row.low:,.4g} to {row.high:,.4g}",
                row.band,
                f"{row.cases:,}",
                _verdict(row),
                row.source,
            )
            for row in rows
        ],
        caption="Figures of realism, what misses first",
    )


def _verdict(row: RealismRow) -> Markup:
    if row.misses:
        return badge(row.verdict, "warn")
    return badge(row.verdict, "good" if row.verdict == "in band" else "")
