"""The reasons of a decision; each opens to the rows it rests on, with their sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.evidence_rows import EvidenceRows, evidence_rows
from spendsense_pipeline.reporting.wording import counted, in_unit, money
from spendsense_pipeline.tables.features import FEATURES_BY_NAME
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.person_transactions import transactions_table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.reporting.tracing import Reason, Traced
    from spendsense_pipeline.ui.pages.person_subject import Subject

_ROWS_SHOWN = 200


def reasons(subject: Subject, trace: Traced) -> None:
    """A list of them.

    Args:
        subject: whose.
        trace: the decision.
    """
    if not trace.reasons:
        text("No single figure decided it.", classes="note")
        return
    with ui.element("ol").classes("reasons"):
        for reason in trace.reasons:
            with ui.element("li"):
                _reason(subject, trace.window_days, reason)


def _reason(subject: Subject, window: int, reason: Reason) -> None:
    text(reason.text, classes="prose")
    if not reason.evidence:
        return
    is_open = False

    async def turn() -> None:
        nonlocal is_open
        is_open = not is_open
        button.props(f"aria-expanded={str(is_open).lower()}")
        button.set_text("Hide what it rests on" if is_open else "Show what it rests on")
        place.set_visibility(is_open)
        if not is_open or place.default_slot.children:
            return
        with place:
            try:
                found = await subject.room.reading.ask(look)
            except SpendSenseError as error:
                text(str(error), classes="remark bad").props('role="alert"')
                return
            for each in found:
                _rows(each)
            if not found:
                text("Nothing is shown without consent.", classes="note")

    def look(published: DatasetReader) -> list[EvidenceRows]:
        found = (
            evidence_rows(
                published,
                subject.room.settings,
                subject.user_id,
                window_days=window,
                feature=evidence.feature,
            )
            for evidence in reason.evidence
        )
        return [each for each in found if each is not None]

    button = ui.button("Show what it rests on", on_click=turn).props(
        f'flat dense no-caps aria-expanded=false data-code="{reason.code}"'
    )
    place = ui.element("div").classes("evidence")
    place.set_visibility(False)


def _rows(found: EvidenceRows) -> None:
    evidence = found.evidence
    column = FEATURES_BY_NAME.get(evidence.feature)
    label = (column and column.label) or evidence.feature
    facts: list[Any] = [
        tag("strong", label),
        in_unit(evidence.value, column.unit if column else None),
    ]
    if evidence.kind != "accounts":
        facts += [counted(len(found.transactions), "row"), f"money out {money(found.sum_usd)}"]
    if evidence.opening_usd is not None:
        facts.append(f"opened with {money(evidence.opening_usd)}")
    show(joined(*(tag("li", fact) for fact in facts)), element="ul", classes="facts")
    show(tag("p", "Computed as ", tag("code", evidence.computed_as)), classes="note")
    if found.note:
        text(f"{found.note[0].upper()}{found.note[1:]}.", classes="note")
    if found.missing:
        text(f"{counted(len(found.missing), 'row')} of the trace are not there.", classes="wrong")
    if found.transactions:
        shown = found.transactions[:_ROWS_SHOWN]
        show(transactions_table(shown, caption=f"Rows behind {label}"), classes="evidence-rows")
        if len(shown) < len(found.transactions):
            text(f"The first {_ROWS_SHOWN} of {len(found.transactions):,} rows.", classes="note")
    elif found.accounts:
        show(joined(*(tag("code", each) for each in found.accounts)), classes="line")
