"""Who did what: the newest entries of the logs, on the page of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.operations.timeline import Deed, who_did_what
from spendsense_pipeline.reporting.wording import NO_DATA, moment
from spendsense_pipeline.ui.markup import show, tag, text
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

_SHOWN = 30
_HEADINGS = (
    Heading("When"),
    Heading("Who"),
    Heading("Did"),
    Heading("With", classes="wide-only"),
    Heading("Where", classes="wide-only"),
)


async def show_log(room: Room) -> None:
    """A panel of what was done last.

    Args:
        room: the server's.
    """
    deeds = await room.reading.work(lambda: who_did_what(room.settings, limit=_SHOWN))
    with panel("Who did what", "Runs, rollbacks, consent and reviews, the newest first."):
        if not deeds:
            text("Nothing is recorded yet.", classes="note")
            return
        rows = [_row(deed) for deed in reversed(deeds)]
        show(table(_HEADINGS, rows, caption="Who did what, newest first"))


def _row(deed: Deed) -> tuple[object, ...]:
    return (
        moment(deed.at),
        deed.operator or tag("span", "not said", class_="note"),
        deed.what,
        deed.detail or NO_DATA,
        deed.via or NO_DATA,
    )
