"""What a person decides themselves: to take their data along, to withdraw consent, to give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.operations.consent import decide_consent
from spendsense_pipeline.operations.entries import PERSONS_ROOM
from spendsense_pipeline.reporting.consent import GRANTED, REVOKED
from spendsense_pipeline.reporting.own_data import take_my_data
from spendsense_pipeline.ui.dialogs import is_sure
from spendsense_pipeline.ui.markup import tag, text
from spendsense_pipeline.ui.panels import panel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from spendsense_pipeline.reporting.own_room import OwnRoom
    from spendsense_pipeline.ui.room import Room

_FOLLOWS = (
    "Everything on this page goes at once, and so does everything that was picked for you.",
    "What was worked out from your money is deleted by the next run, usually tonight.",
    "What your bank sent stays as it came, and nobody looks at it for you.",
    "You can agree again at any time; what was picked for you is then read anew before you see it.",
)


def their_own(room: Room, found: OwnRoom, refill: Callable[[], Awaitable[None]]) -> None:
    """A panel with what they can do.

    Args:
        room: the server's.
        found: the person's page.
        refill: shows the page as it is afterwards.
    """

    async def withdraw() -> None:
        if await _is_sure():
            await _decide(room, found.user_id, REVOKED, refill)

    async def take() -> None:
        taking.disable()
        try:
            data = await room.reading.ask(
                lambda published: take_my_data(published, room.settings, found.user_id)
            )
        except SpendSenseError as error:
            ui.notify(error.problem, type="negative", multi_line=True)
        else:
            ui.download.content(data, f"my-data-{found.as_of}.zip", "application/zip")
        finally:
            taking.enable()

    with (
        panel("Your data", "You agreed that we look at your money to show you this page."),
        ui.element("div").classes("line"),
    ):
        taking = ui.button("Take my data with me", icon="download", on_click=take)
        taking.props("outline no-caps")
        ui.button("Withdraw my consent", on_click=withdraw).props(
            "flat no-caps color=none"
        ).classes("danger")


def gives_again(room: Room, found: OwnRoom, refill: Callable[[], Awaitable[None]]) -> None:
    """The way to give consent, of somebody who has not given it or has withdrawn it.

    Args:
        room: the server's.
        found: the person's page.
        refill: shows the page as it is afterwards.
    """
    if found.consent_status == GRANTED:
        return

    async def give() -> None:
        await _decide(room, found.user_id, GRANTED, refill)

    text("If you agree, we look at your transactions to show you patterns and suggestions.")
    with ui.element("div").classes("line"):
        ui.button("I agree", on_click=give).props("unelevated no-caps")


async def _decide(
    room: Room, user_id: str, status: str, refill: Callable[[], Awaitable[None]]
) -> None:
    try:
        await room.reading.work(
            lambda: decide_consent(
                room.settings,
                user_id,
                status,
                operator=user_id,
                via=PERSONS_ROOM,
                at=room.now(),
            )
        )
    except SpendSenseError as error:
        ui.notify(error.problem, type="negative", multi_line=True)
        return
    ui.notify(
        "Your consent is withdrawn." if status == REVOKED else "Thank you: you have agreed.",
        position="top",
    )
    await refill()


async def _is_sure() -> bool:
    return await is_sure(
        "Withdraw your consent?",
        tag("ul", *(tag("li", each) for each in _FOLLOWS), class_="follows"),
        word="Withdraw",
        otherwise="Keep it",
    )
