"""Runs on pages: one eye on Dagster's books for all pages, a run as it goes on, ending one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching.books import Books
from spendsense_pipeline.launching.cancelling import cancel
from spendsense_pipeline.launching.starting import start
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.run_display import run_in_full, run_in_short
from spendsense_pipeline.ui.watching import Watch

if TYPE_CHECKING:
    from spendsense_pipeline.launching.preparing import RunRequest
    from spendsense_pipeline.launching.views import RunView
    from spendsense_pipeline.settings import Settings
    from spendsense_pipeline.ui.reading import Reading
    from spendsense_pipeline.ui.room import Room


class Runs:
    """The runs that pages show: the one at work, and those somebody follows."""

    def __init__(self, settings: Settings, reading: Reading) -> None:
        self._settings = settings
        self._reading = reading
        self._followed: Counter[str] = Counter()
        self.books = Books(settings)
        self.watch = Watch(self._look)

    async def start(self, request: RunRequest) -> str:
        """Start a run; its id.

        Args:
            request: what is asked.

        Raises:
            SpendSenseError: what is wrong with it, as the command line says it.
        """
        return await self._reading.work(lambda: start(self._settings, request))

    async def cancel(self, run_id: str, operator: str) -> RunView:
        """End a run, whoever launched it.

        Raises:
            SpendSenseError: when it has ended, or there is none.
        """
        return await self._reading.work(lambda: cancel(self._settings, run_id, operator))

    async def view(self, run_id: str) -> RunView:
        """A run as it is now.

        Raises:
            SpendSenseError: when there is none.
        """
        return await self._reading.work(lambda: self.books.follow(run_id))

    def follow(self, run_id: str) -> None:
        """Look at a run for as long as the page that is being made is open."""
        self._followed[run_id] += 1

        def leave() -> None:
            self._followed[run_id] -= 1
            if not self._followed[run_id]:
                del self._followed[run_id]

        ui.context.client.on_delete(leave)

    async def warm_up(self) -> None:
        """Load what reading the books takes, before a page waits for it."""
        await self._reading.work(self.books.active_run)

    def close(self) -> None:
        """Look no more."""
        self.watch.stop()
        self.books.close()

    async def _look(self) -> Mapping[str, RunView]:
        return await self._reading.work(self._found)

    def _found(self) -> Mapping[str, RunView]:
        active = self.books.active_run()
        ids = {*self._followed, *([active.run_id] if active else [])}
        return {run_id: self.books.follow(run_id) for run_id in sorted(ids)}


def says_what_runs(room: Room) -> None:
    """A line in the frame while a run is at work, a link to it."""
    line = show(_at_work(room.runs.watch.found or {}), element="span", classes="at-work").props(
        'aria-live="polite"'
    )
    room.runs.watch.tell(lambda found: line.set_content(_at_work(found)))


async def shows_run(room: Room, run_id: str) -> None:
    """A run as it goes on, with a way to end it.

    Args:
        room: the server's.
        run_id: which run.

    Raises:
        SpendSenseError: when there is none.
    """
    view = await room.runs.view(run_id)
    content = show(run_in_full(view), element="div", classes="run")
    with ui.row().classes("actions") as actions:
        ending = ui.button("Cancel this run", icon="stop_circle").props("outline no-caps")
    said = ui.label().classes("note").props('role="status"')
    actions.set_visibility(view.is_active)

    async def end() -> None:
        name = await require_name(room)
        if name is None:
            return
        ending.disable()
        said.set_text("Ending the run…")
        try:
            ended = await room.runs.cancel(run_id, name)
        except SpendSenseError as error:
            said.set_text(str(error))
        else:
            said.set_text(f"The run is {ended.status}; the published dataset is as it was.")
            content.set_content(run_in_full(ended))
            actions.set_visibility(False)

    ending.on_click(end)

    def look(found: Mapping[str, RunView]) -> None:
        now = found.get(run_id)
        if now is not None:
            content.set_content(run_in_full(now))
            actions.set_visibility(now.is_active)

    room.runs.follow(run_id)
    room.runs.watch.tell(look)


def _at_work(found: Mapping[str, RunView]) -> Markup:
    active = [view for view in found.values() if view.is_active]
    return joined(
        *(
            tag("a", run_in_short(view), href=f"/history/{view.run_id}", class_="running")
            for view in active[:1]
        )
    )
