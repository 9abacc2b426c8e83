"""`/bank`: the local Plaid as it stands, while it is open: the clock, Items, webhooks and errors;
and the banks people have.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.local_plaid.shown import LocalPlaidShown, local_plaid
from spendsense_pipeline.reporting.institutions import Institution, institutions
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.ui.markup import Markup, show, tag
from spendsense_pipeline.ui.pages.bank_state import errors, facts, items, webhooks
from spendsense_pipeline.ui.panels import grid, panel
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from nicegui import ui

    from spendsense_pipeline.ui.room import Room

_HEADINGS = (
    Heading("Bank"),
    Heading("Plaid’s id", classes="wide-only"),
    Heading("People", numeric=True),
    Heading("Deposit accounts", numeric=True, classes="wide-only"),
    Heading("Cards", numeric=True, classes="wide-only"),
    Heading("Loans", numeric=True, classes="wide-only"),
)


def add(room: Room) -> None:
    """Add the page."""

    @page("/bank")
    async def bank() -> None:
        with frame(room, "Bank", here="/bank"):
            async with problems_shown():
                found, banks = await room.reading.ask(
                    lambda published: (
                        local_plaid(published, room.settings),
                        institutions(published, room.settings),
                    )
                )
                _follow(room, _state(found))
                with (
                    grid(),
                    panel("Banks", "Where the people who consent have their accounts.", wide=True),
                ):
                    show(_banks(banks))


_Part = tuple["ui.html", "Callable[[LocalPlaidShown], Markup]"]


def _state(found: LocalPlaidShown) -> list[_Part]:
    """What there is of the state, each part with what draws it anew."""
    parts: list[_Part] = [(show(facts(found), element="dl", classes="tiles"), facts)]
    with grid():
        with panel("Items", "Whom apps have linked, the newest first; moments in UTC.", wide=True):
            parts.append((show(items(found)), items))
        with panel("Webhooks", "What apps were told, the newest first.", wide=True):
            parts.append((show(webhooks(found)), webhooks))
        with panel("Errors", "What apps were refused, the newest first.", wide=True):
            parts.append((show(errors(found)), errors))
    return parts


def _follow(room: Room, parts: list[_Part]) -> None:
    """Draw them anew whenever the state is another."""

    async def look(_: object) -> None:
        # What cannot be read for a moment is read at the next change.
        with contextlib.suppress(SpendSenseError):
            found = await room.reading.ask(lambda published: local_plaid(published, room.settings))
            for element, draw in parts:
                element.set_content(draw(found))

    room.bank.tell(look)


def _banks(banks: tuple[Institution, ...]) -> Markup:
    rows = [
        (
            bank.name or "not named by the rows",
            tag("code", bank.institution_id) if bank.institution_id else NO_DATA,
            f"{bank.people:,}",
            f"{bank.deposits:,}",
            f"{bank.cards:,}",
            f"{bank.loans:,}",
        )
        for bank in banks
    ]
    return table(_HEADINGS, rows, caption="Banks by the number of people")
