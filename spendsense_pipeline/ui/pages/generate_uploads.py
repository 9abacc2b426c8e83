"""Files that come from the operator's machine: read as text, never kept as a file, never a path."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.controls.errors import ControlsError
from spendsense_pipeline.controls.uploads import (
    LARGEST_UPLOAD_BYTES,
    uploaded_catalogue,
    uploaded_merchants,
)
from spendsense_pipeline.ui.markup import joined, show, tag
from spendsense_pipeline.ui.pages.generate_words import spoken

if TYPE_CHECKING:
    from nicegui.events import UploadEventArguments

    from spendsense_pipeline.controls.form import FormField
    from spendsense_pipeline.ui.pages.generate_desk import Desk

_TOO_LARGE = f"an uploaded file must have at most {LARGEST_UPLOAD_BYTES:,} bytes: shorten it"


def upload_button(
    word: str,
    accepts: str,
    on_file: Callable[[str, bytes], Awaitable[None]],
    on_refused: Callable[[tuple[str, ...]], object],
) -> None:
    """A button that lets a file be chosen.

    Args:
        word: on it.
        accepts: endings of files, with dots and commas.
        on_file: is told the file's name and content.
        on_refused: is told why there is none.
    """

    async def came(event: UploadEventArguments) -> None:
        content = await event.file.read()
        upload.reset()
        await on_file(event.file.name, content)

    upload = ui.upload(
        auto_upload=True,
        max_file_size=LARGEST_UPLOAD_BYTES,
        on_upload=came,
        on_rejected=lambda: on_refused((_TOO_LARGE,)),
    ).classes("hidden")
    upload.props(f'accept="{accepts}"')
    button = ui.button(word, icon="upload_file").props("outline dense no-caps")
    # In the browser: it opens no dialog for what the server asks later.
    button.on("click", js_handler=f"() => getElement({upload.id}).pickFiles()")


def problems_list(problems: tuple[str, ...]) -> Any:
    """What is wrong with a file, all of it."""
    return joined(*(tag("p", each) for each in problems))


class UploadedFile:
    """What stands in a file: merchants, or items of advice."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        self._desk, self._field = desk, field
        is_table = field.kind == "merchants"
        with ui.element("div").classes("pair"):
            self._said = show(self._content(value), element="span", classes="grow")
            upload_button(
                "Upload a file",
                ".csv,.json,.yaml,.yml" if is_table else ".json,.yaml,.yml",
                self._came,
                self._refuse,
            )
        self._wrong = show(joined(), classes="wrong").props('role="alert"')

    def put(self, value: Any) -> None:
        """Show what came from elsewhere."""
        self._said.set_content(self._content(value))

    async def _came(self, name: str, content: bytes) -> None:
        is_table = self._field.kind == "merchants"
        try:
            value: Any = await self._desk.room.reading.work(
                lambda: (
                    [
                        dataclasses.asdict(each)
                        for each in uploaded_merchants(content, file_name=name)
                    ]
                    if is_table
                    else uploaded_catalogue(content)
                )
            )
        except ControlsError as error:
            self._refuse(tuple(error.problems))
            return
        self._refuse(())
        self._desk.give(self._field.section, self._field.name, value)

    def _refuse(self, problems: tuple[str, ...]) -> None:
        self._wrong.set_content(problems_list(problems))

    def _content(self, value: Any) -> Any:
        return joined(spoken(value or None, self._field.kind))
