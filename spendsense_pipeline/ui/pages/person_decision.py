"""A window's decision: in words first, each reason with the rows it rests on, then for auditors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.reporting.paging import one_of
from spendsense_pipeline.reporting.person import read_trace
from spendsense_pipeline.reporting.tracing import Traced, traced
from spendsense_pipeline.reporting.wording import percent
from spendsense_pipeline.tables.features import SHORT_WINDOW, WINDOWS
from spendsense_pipeline.ui.addresses import number_asked
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.person_audit import audit_panel
from spendsense_pipeline.ui.pages.person_reasons import reasons
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.panels import badge, grid, note, panel
from spendsense_pipeline.ui.persona_marks import persona_mark

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader


@dataclass(frozen=True)
class _Found:
    trace: Traced | None
    stored: dict[str, Any]


def _look(published: DatasetReader, subject: Subject) -> _Found:
    window = number_asked("window", subject.said.get("window", ""), otherwise=SHORT_WINDOW)
    one_of("window", str(window), [str(each) for each in WINDOWS])
    trace = traced(published, subject.room.settings, subject.user_id, window)
    stored = {} if trace is None else read_trace(published, subject.user_id, window)
    return _Found(trace, stored)


def _show(subject: Subject, found: _Found) -> None:
    trace = found.trace
    if trace is None:
        note("Consent was taken back: nothing is shown.", "warn")
        return
    links = (
        tag(
            "a",
            f"{each} days",
            href=subject.address(part="decision", window=each),
            aria_current="page" if each == trace.window_days else None,
        )
        for each in WINDOWS
    )
    show(joined(*links), element="nav", classes="tabs small").props('aria-label="Window"')
    _in_words(subject, trace)
    audit_panel(trace, found.stored)


def _in_words(subject: Subject, trace: Traced) -> None:
    missed = trace.target not in (None, trace.primary)
    with grid():
        with panel("In plain words"):
            show(
                joined(
                    persona_mark(trace.primary),
                    tag("span", f"severity {percent(trace.severity)}", class_="note"),
                    badge("not as asked", "warn") if missed else None,
                ),
                classes="line verdict",
            )
            text(trace.explanation)
        with panel("What would change it", "Tried against the rules again."):
            change = trace.would_change
            text(f"{change[0].upper()}{change[1:]}")
    with panel("Reasons", "The strongest first, each with the rows it rests on.", wide=True):
        reasons(subject, trace)


DECISION = Part("Decision", _look, _show)
