"""`/people/USER`: one person. This module holds what stands above and the way to the parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.consent import ConsentNow, consent_now
from spendsense_pipeline.reporting.person import PersonView, view_person
from spendsense_pipeline.ui.addresses import PERSON, person_path
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.pages.people import consent_badge
from spendsense_pipeline.ui.pages.person_advice import advice_part
from spendsense_pipeline.ui.pages.person_consent import consent_panel, says_what_was_decided
from spendsense_pipeline.ui.pages.person_decision import decision_part
from spendsense_pipeline.ui.pages.person_features import features_part
from spendsense_pipeline.ui.pages.person_life import life_part
from spendsense_pipeline.ui.pages.person_money import money_part
from spendsense_pipeline.ui.pages.person_subject import Subject
from spendsense_pipeline.ui.pages.person_transactions import transactions_part
from spendsense_pipeline.ui.panels import badge, note
from spendsense_pipeline.ui.persona_marks import persona_mark
from spendsense_pipeline.ui.shell import frame, page, problems_shown

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.ui.room import Room

_LIFE = "life"
_PARTS: dict[str, tuple[str, Callable[[Subject], Awaitable[None]]]] = {
    _LIFE: ("Life", life_part),
    "money": ("Money", money_part),
    "transactions": ("Transactions", transactions_part),
    "features": ("Features", features_part),
    "decision": ("Decision", decision_part),
    "advice": ("Recommendations", advice_part),
}


def add(room: Room) -> None:
    """Add the page."""

    @page(f"{PERSON}/{{user_id:path}}")
    async def one(request: Request, user_id: str) -> None:
        said = {key: value for key, value in request.query_params.items() if value}

        def look(published: DatasetReader) -> tuple[ConsentNow, PersonView | None]:
            consent = consent_now(published, room.settings, user_id)
            return consent, None if consent.withheld else view_person(published, user_id)

        try:
            consent, view = await room.reading.ask(look)
        except SpendSenseError:
            with frame(room, user_id, here=PERSON):
                async with problems_shown():
                    raise
                show(tag("p", tag("a", "All people", href=PERSON)), classes="after")
            return
        with frame(room, (view and view.name) or user_id, here=PERSON):
            async with problems_shown():
                says_what_was_decided(user_id)
                if view is None:
                    _withheld(room, consent)
                    return
                await _person(Subject(room, view, said), consent)


def _withheld(room: Room, consent: ConsentNow) -> None:
    """Nothing but who it is and why nothing more is shown."""
    show(consent_badge(consent.status), classes="who")
    note(f"{str(consent.withheld).capitalize()}.", "warn")
    consent_panel(room, consent)


async def _person(subject: Subject, consent: ConsentNow) -> None:
    view = subject.view
    show(_header(view, consent), classes="who")
    part = subject.said.get("part", _LIFE)
    links = (
        tag(
            "a",
            title,
            href=subject.address(part=None if name == _LIFE else name),
            aria_current="page" if name == part else None,
        )
        for name, (title, _) in _PARTS.items()
    )
    show(joined(*links), element="nav", classes="tabs").props('aria-label="Parts"')
    if part not in _PARTS:
        raise SpendSenseError(
            problem=f"there is no part {part!r} of this page",
            remedy=f"choose one of {', '.join(_PARTS)}",
        )
    await _PARTS[part][1](subject)
    if part == _LIFE:
        consent_panel(subject.room, consent)


def _header(view: PersonView, consent: ConsentNow) -> Markup:
    about = view.about
    place = ", ".join(str(about[key]) for key in ("state", "region") if key in about)
    income = about.get("income_tier")
    facts = [
        tag("code", view.user_id),
        f"{about['age']} years" if "age" in about else None,
        about.get("gender"),
        str(about["household_type"]).replace("_", " ") if "household_type" in about else None,
        place,
        f"{income} income" if income else None,
        tag("a", "What they see", href=f"/me/{person_path(view.user_id).rpartition('/')[2]}"),
    ]
    target = next((each.target_persona for each in view.decisions if each.target_persona), None)
    personas = [
        tag("span", f"{each.window_days} days ", persona_mark(each.primary_persona))
        for each in view.decisions
    ]
    return joined(
        tag("ul", *(tag("li", fact) for fact in facts if fact), class_="facts"),
        tag(
            "p",
            *personas,
            tag("span", "made to be ", persona_mark(target)) if target else None,
            consent_badge(consent.status),
            badge(f"as of {view.as_of}"),
            class_="standing",
        ),
    )
