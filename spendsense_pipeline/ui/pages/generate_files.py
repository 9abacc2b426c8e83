"""The draft as a file: shown, copied, downloaded, uploaded, and kept for the nights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.controls.drafts import Draft
from spendsense_pipeline.controls.errors import ControlsError
from spendsense_pipeline.controls.files import as_text
from spendsense_pipeline.controls.uploads import config_from_page, uploaded_config
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.operations.configuration import save_for_the_nights
from spendsense_pipeline.operations.entries import DASHBOARD
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.markup import joined, show, tag
from spendsense_pipeline.ui.pages.generate_inputs import Choice
from spendsense_pipeline.ui.pages.generate_uploads import problems_list, upload_button

if TYPE_CHECKING:
    from spendsense_pipeline.ui.pages.generate_desk import Desk

# A catalogue of two megabytes is no reading matter; it is downloaded whole.
_MOST_SHOWN = 20_000


class Files:
    """A panel that opens; nothing of it is made before."""

    def __init__(self, desk: Desk) -> None:
        """Args: the page's state."""
        self._desk = desk
        self._is_built = False
        with ui.element("details").classes("panel group files") as details:
            show(tag("h3", "As a file"), element="summary")
            self._body = ui.element("div").classes("fields")
        details.on("toggle", self._build, js_handler="(event) => emit(event.target.open)")
        desk.on_judged(self._refresh)

    def _build(self) -> None:
        if self._is_built:
            return
        self._is_built = True
        with self._body:
            with ui.element("div").classes("line"):
                self._form = Choice(
                    "Written as",
                    lambda _: self._refresh(),
                    text="JSON",
                    options=[("JSON", "JSON"), ("YAML", "YAML")],
                )
                self._buttons = [
                    ui.button("Copy", icon="content_copy", on_click=self._copy),
                    ui.button("Download", icon="download", on_click=self._download),
                    ui.button("Save for the nights", icon="schedule", on_click=self._save),
                ]
                for button in self._buttons:
                    button.props("outline dense no-caps")
                upload_button(
                    "Upload a configuration", ".json,.yaml,.yml", self._came, self._refuse
                )
            self._wrong = show(joined(), classes="wrong").props('role="alert"')
            self._text = show(joined(), element="pre", classes="file").props(
                'tabindex="0" role="region" aria-label="The configuration"'
            )
        self._refresh()

    def _refresh(self) -> None:
        if not self._is_built:
            return
        text = self._written()
        for button in self._buttons:
            button.set_enabled(text is not None)
        if text is None:
            self._text.set_content(joined("It can be written once what is wrong is corrected."))
        elif len(text) > _MOST_SHOWN:
            self._text.set_content(joined(text[:_MOST_SHOWN], "\n… all of it is in the download"))
        else:
            self._text.set_content(joined(text))

    def _written(self) -> str | None:
        """The file's text; None while something is wrong."""
        try:
            config = config_from_page(self._desk.draft.asked)
        except ControlsError:
            return None
        return as_text(config, is_json=self._form.text == "JSON")

    def _copy(self) -> None:
        ui.clipboard.write(self._written() or "")
        ui.notify("Copied.")

    def _download(self) -> None:
        ui.download.content(self._written() or "", f"operator_config.{self._form.text.lower()}")

    async def _came(self, _: str, content: bytes) -> None:
        try:
            config = await self._desk.room.reading.work(lambda: uploaded_config(content))
        except ControlsError as error:
            self._refuse(tuple(error.problems))
            return
        self._refuse(())
        self._desk.replace(Draft(config.given_json()))

    def _refuse(self, problems: tuple[str, ...]) -> None:
        self._wrong.set_content(problems_list(problems))

    async def _save(self) -> None:
        room = self._desk.room
        name = await require_name(room)
        if name is None:
            return
        try:
            asked = config_from_page(self._desk.draft.asked)
            said = await room.reading.work(
                lambda: save_for_the_nights(
                    room.settings, asked, operator=name, via=DASHBOARD, at=room.now()
                )
            )
        except SpendSenseError as error:
            self._refuse((str(error),))
            return
        ui.notify(said)
