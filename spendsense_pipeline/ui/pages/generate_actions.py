"""What it would take, and making it: the estimate, a new world or the old one, the button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.disk import human_bytes
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.wording import counted, duration
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.run_display import run_in_short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spendsense_pipeline.launching.views import RunView
    from spendsense_pipeline.ui.pages.generate_desk import Desk
    from spendsense_pipeline.ui.room import Room


class Actions:
    """The bar that stays in sight: what is expected, what is in the way, and Generate."""

    def __init__(self, room: Room, desk: Desk) -> None:
        """Args: the server's; the page's state."""
        self._room, self._desk = room, desk
        self._is_starting = False
        with ui.element("section").classes("panel launch").props('aria-label="Generate"'):
            self._said = show(joined(), classes="said")
            with ui.element("div").classes("line"):
                self._fresh = ui.checkbox("Begin a new world", on_change=self._turn_fresh).props(
                    "dense"
                )
                self._import = ui.checkbox("Replace the import", on_change=self._turn_import).props(
                    "dense"
                )
                ui.element("span").classes("grow")
                show(tag("a", "Preview", href="#preview", class_="jump"), element="span")
                self._button = ui.button("Generate", on_click=self._generate).props(
                    "unelevated no-caps"
                )
            self._wrong = show(joined(), classes="wrong").props('role="alert"')
            self._running = show(joined(), classes="note")
        self._tell_run(room.runs.watch.found or {})
        room.runs.watch.tell(self._tell_run)
        desk.on_judged(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say what would be made, or why nothing can be."""
        judged = self._desk.judged
        self._said.set_content(self._expected())
        self._import.set_visibility(bool(judged.held))
        wrong = len(judged.problems)
        self._button.set_text(f"{counted(wrong, 'problem')} to correct" if wrong else "Generate")
        self._button.set_enabled(judged.plan is not None and not self._is_starting)
        nowhere = [each.sentence for each in judged.problems if not each.names]
        self._wrong.set_content(joined(*(tag("p", each) for each in nowhere)))

    def _expected(self) -> Markup:
        judged = self._desk.judged
        if judged.plan is None:
            return joined(tag("p", "Nothing is made before this is corrected.", class_="note"))
        found, history = judged.plan.resolved, judged.plan.history
        expected = judged.plan.expected
        figures = (
            counted(expected.people, "person", "people"),
            f"about {expected.transactions:,} transactions",
            f"up to {human_bytes(expected.bytes)}",
            f"about {duration(expected.seconds)}",
        )
        held = f" It would replace {judged.held}." if judged.held else ""
        return joined(
            tag("ul", *(tag("li", each) for each in figures), class_="facts"),
            tag("p", f"As of {found.as_of}. {history.note}{held}", class_="note"),
        )

    def _turn_fresh(self) -> None:
        self._desk.is_fresh = bool(self._fresh.value)
        self._desk.changed(at_once=True)

    def _turn_import(self) -> None:
        self._desk.replace_import = bool(self._import.value)

    def _tell_run(self, found: Mapping[str, RunView]) -> None:
        active = next((view for view in found.values() if view.is_active), None)
        self._running.set_content(
            joined(
                "A run is at work: ",
                tag("a", run_in_short(active), href=f"/history/{active.run_id}"),
                ". Yours would wait for it.",
            )
            if active
            else joined()
        )

    async def _generate(self) -> None:
        name = await require_name(self._room)
        if name is None:
            return
        self._is_starting = True
        self.refresh()
        try:
            await self._desk.judge()
            if self._desk.judged.plan is None:
                return
            run_id = await self._room.runs.start(self._desk.request(name))
        except SpendSenseError as error:
            ui.notify(str(error), type="negative", multi_line=True)
        else:
            ui.navigate.to(f"/generate/{run_id}")
        finally:
            self._is_starting = False
            self.refresh()
