"""`/people/USER`: one person. This module holds what stands above and the way to the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.consent import ConsentNow, consent_now
from spendsense_pipeline.reporting.paging import one_of
from spendsense_pipeline.reporting.person import PersonView, view_person
from spendsense_pipeline.ui.addresses import PERSON, person_path
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.pages.people import consent_badge
from spendsense_pipeline.ui.pages.person_advice import ADVICE
from spendsense_pipeline.ui.pages.person_consent import consent_panel, says_what_was_decided
from spendsense_pipeline.ui.pages.person_decision import DECISION
from spendsense_pipeline.ui.pages.person_features import FEATURES
from spendsense_pipeline.ui.pages.person_life import LIFE
from spendsense_pipeline.ui.pages.person_money import MONEY
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.pages.person_transactions import TRANSACTIONS
from spendsense_pipeline.ui.panels import badge, note
from spendsense_pipeline.ui.persona_marks import persona_mark
from spendsense_pipeline.ui.shell import frame, page, problems_shown

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.ui.room import Room

_FIRST = "life"
_PARTS: dict[str, Part] = {
    _FIRST: LIFE,
    "money": MONEY,
    "transactions": TRANSACTIONS,
    "features": FEATURES,
    "decision": DECISION,
    "advice": ADVICE,
}


def add(room: Room) -> None:
    """Add the page."""

    @page(f"{PERSON}/{{user_id:path}}")
    async def one(request: Request, user_id: str) -> None:
        said = {key: value for key, value in request.query_params.items() if value}

        part = said.get("part", _FIRST)

        def look(published: DatasetReader) -> tuple[ConsentNow, Subject | None, Any]:
            consent = consent_now(published, room.settings, user_id)
            one_of("part", part, _PARTS)
            if consent.withheld:
                return consent, None, None
            reads = ("decisions", *_PARTS[part].reads)
            subject = Subject(room, view_person(published, user_id, reads=reads), said)
            return consent, subject, _PARTS[part].look(published, subject)

        try:
            consent, subject, found = await room.reading.ask(look)
        except SpendSenseError:
            with frame(room, user_id, here=PERSON):
                async with problems_shown():
                    raise
                show(tag("p", tag("a", "All people", href=PERSON)), classes="after")
            return
        with frame(room, (subject and subject.view.name) or user_id, here=PERSON):
            says_what_was_decided(user_id)
            if subject is None:
                _withheld(room, consent)
                return
            _above(subject, consent, part)
            _PARTS[part].show(subject, found)
            if part == _FIRST:
                consent_panel(room, consent)


def _withheld(room: Room, consent: ConsentNow) -> None:
    """Nothing but who it is and why nothing more is shown."""
    show(consent_badge(consent.status), classes="who")
    note(f"{str(consent.withheld).capitalize()}.", "warn")
    consent_panel(room, consent)


def _above(subject: Subject, consent: ConsentNow, part: str) -> None:
    show(_header(subject.view, consent), classes="who")
    links = (
        tag(
            "a",
            each.title,
            href=subject.address(part=None if name == _FIRST else name),
            aria_current="page" if name == part else None,
        )
        for name, each in _PARTS.items()
    )
    show(joined(*links), element="nav", classes="tabs").props('aria-label="Parts"')


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
