"""`/bank`: what an app would meet: the banks people have, and how their data is had as Plaid's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.institutions import Institution, institutions
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.ui.markup import show, tag
from spendsense_pipeline.ui.panels import grid, panel
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
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
                banks = await room.reading.ask(
                    lambda published: institutions(published, room.settings)
                )
                _show(banks)


def _show(banks: tuple[Institution, ...]) -> None:
    with grid():
        with panel(
            "Items", "What apps have linked, the clock they see, webhooks and errors.", wide=True
        ):
            show(
                tag(
                    "p",
                    "Nothing is linked: this version has no local Plaid that an app could point its"
                    " client at. What it would answer is exported to files: ",
                    tag("code", "spendsense export DIR --format plaid"),
                    " writes Plaid’s responses for everybody who consents, and users for Plaid’s"
                    " own Sandbox.",
                )
            )
        with panel("Banks", "Where the people who consent have their accounts.", wide=True):
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
            show(table(_HEADINGS, rows, caption="Banks by the number of people"))
