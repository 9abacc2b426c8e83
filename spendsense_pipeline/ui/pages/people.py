"""`/people`: everybody, searched as one types, filtered, sorted and paged where the data is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nicegui import ui
from starlette.requests import Request

from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.people import (
    BY_NUMBER,
    PeopleAsked,
    PeoplePage,
    PersonRow,
    people_page,
)
from spendsense_pipeline.reporting.people_facets import Choice, PeopleFacets, people_with_facets
from spendsense_pipeline.reporting.wording import NO_DATA, counted, percent
from spendsense_pipeline.tables.features import SHORT_WINDOW, WINDOWS
from spendsense_pipeline.ui.addresses import PERSON, number_asked, person_path
from spendsense_pipeline.ui.filters import choice_field, search_field
from spendsense_pipeline.ui.live_list import LiveList
from spendsense_pipeline.ui.markup import Markup, joined, tag
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.persona_marks import persona_mark
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import Heading, Order, address, pager, table

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

_SINCE = "since"
_EVENTS = {"yes": True, "no": False}
_HEADINGS = (
    Heading("Person", sort="name"),
    Heading("Id", sort=BY_NUMBER, classes="wide-only"),
    Heading("Age", numeric=True, sort="age", classes="roomy"),
    Heading("Region", sort="region", classes="wide-only"),
    Heading("Income", sort="income_tier", classes="wide-only"),
    Heading("30 days", sort="persona_30d"),
    Heading("Severity", numeric=True, sort="severity_30d", classes="roomy"),
    Heading("180 days", sort="persona_180d"),
    Heading("Severity", numeric=True, sort="severity_180d", classes="roomy"),
    Heading("Made to be", sort="target_persona", classes="roomy"),
    Heading("Life events", numeric=True, sort="life_events", classes="roomy"),
    Heading("To review", numeric=True, sort="awaiting_review", classes="roomy"),
    Heading("Consent", sort="consent_status"),
)


def add(room: Room) -> None:
    """Add the page."""

    @page(PERSON)
    async def people(request: Request) -> None:
        said = {key: value for key, value in request.query_params.items() if value}
        with frame(room, "People", here=PERSON):
            async with problems_shown():
                asked = _asked(said)

                facets, first = await room.reading.ask(
                    lambda published: people_with_facets(published, room.settings, asked)
                )
                _show(room, said, facets, first)


def _asked(said: Mapping[str, str]) -> PeopleAsked:
    consent, event = said.get("consent"), said.get("event")
    return PeopleAsked(
        text=said.get("q", ""),
        persona=said.get("persona"),
        window_days=number_asked("window", said.get("window", ""), otherwise=SHORT_WINDOW),
        consent=None if consent == _SINCE else consent,
        is_decided_since=True if consent == _SINCE else None,
        income_tier=said.get("tier"),
        region=said.get("region"),
        has_life_event=None if event is None else _EVENTS.get(event, True),
        sort=said.get("sort", BY_NUMBER),
        is_descending=said.get("order") == "desc",
        page=number_asked("page", said.get("page", ""), otherwise=1),
    )


def _show(room: Room, said: dict[str, str], facets: PeopleFacets, first: PeoplePage) -> None:
    async def draw() -> Markup:
        asked = _asked(said)
        found = await room.reading.ask(
            lambda published: people_page(published, room.settings, asked)
        )
        return _found(found, said)

    people = LiveList(PERSON, said, draw)
    with panel("Who is here", wide=True) as section:
        section.classes("list")
        _filters(said, facets, people.told)
        people.show(_found(first, said))


def _filters(said: Mapping[str, str], facets: PeopleFacets, told: Any) -> None:
    window = said.get("window", str(SHORT_WINDOW))
    personas = facets.persona_30d if window == str(SHORT_WINDOW) else facets.persona_180d
    with ui.element("div").classes("filters").props('role="search" aria-label="People"'):
        search_field("Name or id", said.get("q", ""), told)
        persona = choice_field(
            "persona", "Persona", said.get("persona", ""), _counted(personas), told
        )

        async def other_window(name: str, value: str) -> None:
            chosen = facets.persona_30d if value == str(SHORT_WINDOW) else facets.persona_180d
            persona.set_options(_counted(chosen), value=persona.value)
            await told(name, value)

        choice_field(
            "window",
            "in the window",
            window,
            {str(each): f"{each} days" for each in WINDOWS},
            other_window,
            is_required=True,
        )
        consent = _counted(facets.consent)
        if facets.decided_since:
            consent[_SINCE] = f"decided since this dataset ({facets.decided_since:,})"
        choice_field("consent", "Consent", said.get("consent", ""), consent, told)
        choice_field("tier", "Income", said.get("tier", ""), _counted(facets.income_tier), told)
        choice_field("region", "Region", said.get("region", ""), _counted(facets.region), told)
        judged = sum(choice.people for choice in facets.persona_30d)
        events = {
            "yes": f"something happened ({facets.with_life_event:,})",
            "no": f"nothing happened ({judged - facets.with_life_event:,})",
        }
        choice_field("event", "Life events", said.get("event", ""), events, told)


def _counted(choices: Sequence[Choice]) -> dict[str, str]:
    return {choice.value: f"{choice.label} ({choice.people:,})" for choice in choices}


def _found(found: PeoplePage, said: Mapping[str, str]) -> Markup:
    asked = {key: value for key, value in said.items() if key != "page"}
    order = Order(said.get("sort", BY_NUMBER), said.get("order") == "desc", PERSON, asked)
    filters = {key: value for key, value in asked.items() if key not in ("sort", "order", "window")}
    count = tag(
        "p",
        tag(
            "span",
            tag("strong", f"{found.found:,}"),
            f" of {counted(found.total, 'person', 'people')}",
        ),
        tag("a", "Show everybody", href=PERSON) if filters else None,
        class_="tally",
        role="status",
    )
    if not found.rows:
        gone = "This page is past the last." if found.found else "Nobody is like that."
        first = tag("a", "First page", href=address(PERSON, asked)) if found.found else None
        return joined(count, tag("p", gone, " ", first, class_="nobody note"))
    rows = table(_HEADINGS, map(_row, found.rows), caption="People", order=order)
    steps = pager(
        page=found.page,
        size=PeopleAsked().size,
        found=found.found,
        path=PERSON,
        asked=asked,
    )
    return joined(count, rows, steps)


def _row(row: PersonRow) -> tuple[Any, ...]:
    return (
        tag("a", row.name or row.user_id, href=person_path(row.user_id)),
        tag("code", row.user_id),
        NO_DATA if row.age is None else row.age,
        row.region or NO_DATA,
        row.income_tier or NO_DATA,
        persona_mark(row.persona_30d),
        percent(row.severity_30d),
        persona_mark(row.persona_180d),
        percent(row.severity_180d),
        persona_title(row.target_persona) if row.target_persona else NO_DATA,
        NO_DATA if row.life_events is None else row.life_events or "",
        NO_DATA if row.awaiting_review is None else row.awaiting_review or "",
        joined(
            consent_badge(row.consent_status),
            tag("span", " since", class_="note") if row.is_decided_since else None,
        ),
    )


def consent_badge(status: str) -> Markup:
    """What holds of somebody's consent."""
    return badge(status, {"granted": "good", "revoked": "bad"}.get(status, "warn"))
