"""What a person is recommended, where each item stands, and why not the rest."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.advice import Advice, Advised, advice_of
from spendsense_pipeline.reporting.wording import counted, in_unit
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.persona_marks import persona_mark
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.recommendations.explaining import LeftOut
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader

_KINDS = {"approved": "good", "rejected": "bad", "flagged": "warn", "withdrawn": "bad"}


def _look(published: DatasetReader, subject: Subject) -> Advice:
    return advice_of(published, subject.room.settings, subject.user_id)


def _show(_: Subject, advice: Advice) -> None:
    if not advice.items:
        with panel("Recommendations", wide=True):
            text("Nothing is recommended to them.", classes="note")
    for window, items in itertools.groupby(advice.items, key=lambda item: item.window_days):
        with panel(f"By {window} days", "Only what is approved is shown to them.", wide=True):
            show(joined(*map(_item, items)), element="ul", classes="plain advice")
    _not_recommended(advice)


def _item(item: Advised) -> Markup:
    return tag(
        "li",
        tag(
            "p",
            tag("strong", tag("a", item.title, href=f"/review/{item.recommendation_id}")),
            badge(item.state, _KINDS.get(item.state, "")),
            tag("span", item.kind, class_="note"),
            persona_mark(item.persona),
            class_="line",
        ),
        tag("p", item.rationale, class_="prose"),
    )


def _not_recommended(advice: Advice) -> None:
    if not advice.left_out and not advice.shortfalls:
        return
    with panel("Not recommended", "What was written for their personas, and what kept it away."):
        for short in advice.shortfalls:
            said = f"By {short.window_days} days {short.eligible_count} of {short.least_count}"
            text(f"{said} {short.kind} items fit: {short.reason}.", classes="note")
        rows = [
            (left.title, f"{left.window_days} days", left.kind, _why(left))
            for left in advice.left_out
        ]
        headings = (
            Heading("Item"),
            Heading("Window", classes="wide-only"),
            Heading("Kind", classes="wide-only"),
            Heading("Kept away by"),
        )
        content = tag(
            "details",
            tag("summary", counted(len(rows), "item")),
            table(headings, rows, caption="Not recommended"),
        )
        show(content)


def _why(left: LeftOut) -> str:
    if not left.kept_away_by:
        return "it fits; others came first"
    return "; ".join(
        f"{each.label} is {in_unit(each.value, each.unit)}" for each in left.kept_away_by
    )


ADVICE = Part("Recommendations", _look, _show)
