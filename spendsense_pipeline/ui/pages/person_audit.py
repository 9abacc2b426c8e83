"""A decision for auditors: every rule held against the person, versions, the trace as stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.wording import NO_DATA, in_unit, percent
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.persona_marks import persona_mark
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.tracing import JudgedPersona, Predicate, Traced

_HEADINGS = (
    Heading("Feature"),
    Heading("Value", numeric=True),
    Heading("Line", classes="whole"),
    Heading("Distance", numeric=True),
    Heading("of the line", numeric=True, classes="wide-only"),
    Heading("Passed"),
    Heading("Data", classes="wide-only"),
)


def audit_panel(trace: Traced, stored: dict[str, Any]) -> None:
    """A panel for auditors.

    Args:
        trace: the decision.
        stored: the trace as it is in the dataset.
    """
    with panel("For auditors", f"Decided by {trace.decided_by}.", wide=True):
        facts = [
            ("matched", ", ".join(map(persona_title, trace.matched)) or "none"),
            ("runner-up", persona_title(trace.runner_up) if trace.runner_up else NO_DATA),
            ("trace", trace.trace_id),
            *trace.versions,
        ]
        said = (tag("li", f"{name} ", tag("code", value)) for name, value in facts)
        show(joined(*said), element="ul", classes="facts")
        show(joined(*map(_judged, trace.personas)), classes="judged")
        _json(stored)


def _judged(persona: JudgedPersona) -> Markup:
    rows = [
        (
            joined(predicate.label, tag("br"), tag("code", predicate.feature)),
            in_unit(predicate.value, predicate.unit),
            f"{predicate.symbol} {predicate.threshold_text}",
            _distance(predicate),
            percent(predicate.margin, 1),
            badge("passed", "good") if predicate.is_met else badge("no"),
            predicate.data_sufficiency.replace("_", " "),
        )
        for predicate in persona.predicates
    ]
    return tag(
        "details",
        tag(
            "summary",
            f"{persona.priority}. ",
            persona_mark(persona.key),
            " ",
            badge("matched", "good") if persona.is_matched else badge("not matched"),
        ),
        tag("p", tag("code", persona.tree), class_="tree") if persona.tree else None,
        table(_HEADINGS, rows, caption=f"Predicates of {persona.title}")
        if rows
        else tag("p", "Holds where no other rule does.", class_="note"),
        open=persona.is_matched,
    )


def _distance(predicate: Predicate) -> str:
    if predicate.distance is None:
        return NO_DATA
    said = in_unit(predicate.distance, predicate.unit)
    return f"+{said}" if predicate.distance > 0 else said


def _json(stored: dict[str, Any]) -> None:
    content = json.dumps(stored, indent=2, ensure_ascii=False)

    def turn() -> None:
        if not place.default_slot.children:
            with place:
                show(tag("pre", content, tabindex="0"), classes="stored")
        place.set_visibility(not place.visible)
        shows.props(f"aria-expanded={str(place.visible).lower()}")

    def copy() -> None:
        ui.clipboard.write(content)
        ui.notify("Copied.")

    with ui.row().classes("line"):
        shows = ui.button("The trace as JSON", on_click=turn).props(
            "outline dense no-caps aria-expanded=false"
        )
        ui.button("Copy it", icon="content_copy", on_click=copy).props("flat dense no-caps")
    place = ui.element("div")
    place.set_visibility(False)
