"""What is asked of the queue: in the page's address, as a form, and as states with their counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.reporting.review_queue import ItemsOf, Queue
from spendsense_pipeline.reporting.wording import counted
from spendsense_pipeline.tables.advice import ITEM_KINDS
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.panels import note
from spendsense_pipeline.ui.tables import address

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATH = "/review"
# What is not chosen stays out of the address.
_LEAVES_OUT = "(event) => { for (const field of event.target) field.disabled = !field.value }"
_SENDS = "(event) => event.target.form.requestSubmit()"


@dataclass(frozen=True)
class Asked:
    """What the address asks for.

    Attributes:
        status: a state; "" for all.
        items: which items.
        page: counted from 1.
    """

    status: str
    items: ItemsOf
    page: int

    def said(self, **changes: str) -> dict[str, str]:
        """The same as an address says it, its page left out.

        Args:
            changes: what to ask otherwise.
        """
        of = self.items
        return {
            "status": self.status,
            "kind": of.kind or "",
            "persona": of.persona or "",
            "content": of.content_id or "",
            "person": of.user_id or "",
            **changes,
        }


def asked_for(
    *, status: str, kind: str, persona: str, content: str, person: str, page: str
) -> Asked:
    """What an address asks for; a page that is no number is the first."""
    return Asked(
        status,
        ItemsOf(
            user_id=person.strip() or None,
            kind=kind or None,
            persona=persona or None,
            content_id=content or None,
        ),
        int(page) if page.isdecimal() and page.isascii() and int(page) > 0 else 1,
    )


def filters(asked: Asked, contents: Mapping[str, str]) -> None:
    """A form that says which items, and puts it into the address.

    Args:
        asked: what is asked for now.
        contents: entries of the catalogue, id to title.
    """
    form = ui.element("form").classes("asked").props(f'action="{_PATH}" method="get"')
    form.props["aria-label"] = "Which items"
    form.on("submit", js_handler=_LEAVES_OUT)
    said = asked.said()
    with form:
        status = ui.element("input").props("type=hidden name=status")
        status.props["value"] = asked.status
        _choice("kind", "Kind", {kind: kind for kind in ITEM_KINDS}, said["kind"])
        _choice(
            "persona",
            "Persona",
            {key: persona_title(key) for key in PERSONA_KEYS},
            said["persona"],
        )
        _choice("content", "Item of the catalogue", contents, said["content"])
        with ui.element("label"):
            text("Person", element="span")
            field = ui.element("input").props(
                'name="person" type="search" placeholder="user_0007" aria-label="Person"'
            )
            field.props["value"] = said["person"]
            field.on("change", js_handler=_SENDS)
        if any(value for name, value in said.items() if name != "status"):
            show(tag("a", "All items", href=address(_PATH, {"status": asked.status})))


def states(asked: Asked, found: Queue) -> None:
    """The states as links, with how many items are in each.

    Args:
        asked: what is asked for now.
        found: the queue.
    """
    counts = {"": sum(found.counts.values()), **found.counts}
    links = (
        tag(
            "a",
            state or "all",
            " ",
            tag("span", f"{count:,}", class_="count"),
            href=address(_PATH, asked.said(status=state)),
            aria_current="true" if state == asked.status else None,
        )
        for state, count in counts.items()
    )
    show(joined(*links), element="nav", classes="chips").props('aria-label="States"')
    if found.hidden:
        note(
            f"{counted(found.hidden, 'more item')} of people who have withdrawn consent:"
            " neither shown nor listed.",
            "warn",
        )


def _choice(name: str, label: str, choices: Mapping[str, str], chosen: str) -> None:
    with ui.element("label"):
        text(label, element="span")
        options = (
            tag("option", title, value=key, selected=key == chosen)
            for key, title in {"": "all", **choices}.items()
        )
        field = show(joined(*options), element="select").props(
            f'name="{name}" aria-label="{label}"'
        )
        field.on("change", js_handler=_SENDS)
