"""The evaluation's figures as tables: each with its interval, its target and whether it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.evaluation.metrics import METRICS
from spendsense_pipeline.reporting.evaluation import figure_in_words
from spendsense_pipeline.reporting.wording import counted
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.panels import badge
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spendsense_pipeline.reporting.evaluation import Evaluation, Figure

_HEADINGS = (
    Heading("Of"),
    Heading("Value", numeric=True),
    Heading("95 % interval", numeric=True),
    Heading("Cases", numeric=True),
    Heading("Target"),
    Heading("Met"),
)


def evaluation_table(evaluation: Evaluation) -> None:
    """A part for each metric, those with a miss open.

    Args:
        evaluation: the dataset's.
    """
    by_metric = {
        metric: [figure for figure in evaluation.figures if figure.metric == metric.name]
        for metric in METRICS
    }
    parts = (
        _part(metric.title, metric.meaning, figures)
        for metric, figures in by_metric.items()
        if figures
    )
    show(joined(*parts), classes="parts")


def _part(title: str, meaning: str, figures: Sequence[Figure]) -> Markup:
    judged = [figure for figure in figures if figure.passed is not None]
    missed = sum(not figure.passed for figure in judged)
    rows = [
        (figure.segment, *figure_in_words(figure), figure.target, _met(figure))
        for figure in sorted(figures, key=_missed_first)
    ]
    said = counted(len(figures), "figure")
    said += f", {missed} missed" if missed else "" if judged else ", too few cases to judge"
    return tag(
        "details",
        tag(
            "summary",
            tag("strong", title),
            " ",
            tag("span", said, class_="note"),
            " ",
            badge("missed", "bad") if missed else None,
        ),
        tag("p", meaning, class_="note"),
        table(_HEADINGS, rows, caption=title),
        open=bool(missed),
    )


def _missed_first(figure: Figure) -> tuple[int, str]:
    order = {False: 0, True: 1, None: 2}
    return order[figure.passed], figure.segment


def _met(figure: Figure) -> Markup:
    if figure.passed is None:
        return badge("not judged")
    return badge("yes", "good") if figure.passed else badge("no", "bad")
