"""What a person decided about their data, and recording that they decide otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from nicegui import app, ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.operations.consent import decide_consent
from spendsense_pipeline.operations.entries import DASHBOARD
from spendsense_pipeline.reporting.consent import GRANTED, REVOKED, ConsentNow
from spendsense_pipeline.reporting.wording import moment
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.dialogs import is_sure
from spendsense_pipeline.ui.markup import text
from spendsense_pipeline.ui.panels import note, panel

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

_DECIDED = "consent_decided"


def consent_panel(room: Room, consent: ConsentNow) -> None:
    """What holds, and a button for the contrary.

    Args:
        room: the server's.
        consent: what holds now.
    """
    with panel("Consent"):
        since = f", decided {moment(consent.decided_at)}" if consent.decided_at else ""
        before = f"; the dataset was made with {consent.published_status}" if since else ""
        text(f"It is {consent.status}{since}{before}.")
        grants = consent.status != GRANTED
        said = (
            "Once they agree, the next run measures, judges and explains them."
            if grants
            else "Once they revoke it, nothing past the raw tables is shown, at once, anywhere."
        )
        text(said, classes="note")
        decide = _decides(room, consent.user_id, GRANTED if grants else REVOKED)
        word = "Record that they grant consent" if grants else "Record that they revoke consent"
        with ui.row().classes("line"):
            ui.button(word, on_click=decide).props(
                "unelevated no-caps" if grants else "outline no-caps color=none"
            ).classes("" if grants else "danger")


def says_what_was_decided(user_id: str) -> None:
    """After a decision was recorded, once: the sentences that the command would have said.

    Args:
        user_id: whose page it is.
    """
    whose, sentences = app.storage.user.get(_DECIDED, (None, ()))
    if whose == user_id:
        del app.storage.user[_DECIDED]
        note(" ".join(sentences), "good")


def _decides(room: Room, user_id: str, status: str) -> Callable[[], Awaitable[None]]:
    async def decide() -> None:
        name = await require_name(room)
        if name is None or (status == REVOKED and not await _is_sure(user_id)):
            return
        try:
            done = await room.reading.work(
                lambda: decide_consent(
                    room.settings, user_id, status, operator=name, via=DASHBOARD, at=room.now()
                )
            )
        except SpendSenseError as error:
            ui.notify(str(error), type="negative", multi_line=True)
            return
        # The page is made anew, so that nothing of what was shown stays; the sentences outlive it.
        app.storage.user[_DECIDED] = (user_id, list(done.sentences))
        ui.navigate.reload()

    return decide


async def _is_sure(user_id: str) -> bool:
    return await is_sure(
        "Revoke their consent?",
        f"Nothing past the raw tables of {user_id} is shown any more, and what was approved for"
        " them is withdrawn. If they grant it again, it takes a run until they are back.",
        word="Revoke",
        otherwise="Cancel",
    )
