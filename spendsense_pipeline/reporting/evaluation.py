"""The evaluation of a dataset: what was measured, what misses, and the whole of it on two pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.evaluation import metrics
from spendsense_pipeline.evaluation.metrics import METRICS, Metric
from spendsense_pipeline.tables.evaluation import EVALUATION
from spendsense_pipeline.tables.runs import ADVICE_LATENCY, REVIEW_TURNAROUND

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader

_DAYS: Final = metrics.DAYS_TO_NOTICE.name
_APART: Final = (metrics.FAIRNESS, metrics.GUARDRAIL_RECALL, *metrics.OF_EVENTS)
"""Metrics with a section of their own."""
_CLOCK: Final = {
    ADVICE_LATENCY: "Seconds to choose and word the items of one consenting person",
    REVIEW_TURNAROUND: "Hours, in the median, from publication to a decision",
}
_LIMITS: Final = (
    "Items are educational content, not financial advice; no figure says that one is good advice, "
    "or that following it helps.",
    "Fairness is of groups one at a time, and of whether something is offered, not of which; a "
    "group of fewer than ten people is not judged.",
    "Shares that must be whole are counted over all items there are: they say that nothing is "
    "wrong here, not that nothing can be.",
    "Guardrails are tried with kinds of bad items that somebody thought of.",
)
_SYNTHETIC: Final = (
    "The people are synthetic: what holds for them was put there by a generator, and real people "
    "are more various. Events are noticed as this generator lets them happen."
)
_IMPORTED: Final = (
    "The rows were brought in: nothing is known of what truly happened to these people, so nothing "
    "is said of events."
)


@dataclass(frozen=True)
class Figure:
    """One row of `evaluation`."""

    metric: str
    segment: str
    value: float | None
    numerator: int | None
    denominator: int | None
    lower: float | None
    upper: float | None
    target: str
    passed: bool | None
    formula: str
    note: str | None


@dataclass(frozen=True)
class Evaluation:
    """All figures, and which miss."""

    figures: tuple[Figure, ...]

    @property
    def judged(self) -> tuple[Figure, ...]:
        """Those that enough cases tell."""
        return tuple(figure for figure in self.figures if figure.passed is not None)

    @property
    def missed(self) -> tuple[Figure, ...]:
        """Those that miss their target."""
        return tuple(figure for figure in self.figures if figure.passed is False)

    def sentence(self) -> str:
        """How many meet their target, and the names of those that miss."""
        judged, missed = self.judged, self.missed
        said = f"{len(judged) - len(missed)} of {len(judged)} figures meet their target"
        if left := len(self.figures) - len(judged):
            said += f" ({left} more rest on too few cases)"
        if missed:
            said += "; missed: " + "; ".join(f"{f.metric} ({f.segment})" for f in missed)
        return said + "."


@dataclass(frozen=True)
class Subject:
    """The dataset a report is about, as its `dataset` row and `raw_users` say."""

    dataset_id: str
    as_of: str
    is_imported: bool
    people: int
    consenting: int


def evaluation_of(rows: Iterable[Mapping[str, Any]]) -> Evaluation:
    """The evaluation from rows of its table.

    Args:
        rows: with the columns of `evaluation`.
    """
    names = EVALUATION.column_names
    return Evaluation(tuple(Figure(**{name: row[name] for name in names}) for row in rows))


def evaluation_now(published: DatasetReader) -> Evaluation:
    """The evaluation of a dataset.

    Args:
        published: the dataset.
    """
    return evaluation_of(published.rows(f"from {EVALUATION.name}"))


def figure_in_words(figure: Figure) -> tuple[str, str, str]:
    """A figure's value, its interval and the cases it rests on.

    Args:
        figure: any.
    """
    said = _days if figure.metric == _DAYS else _share
    spread = "–"
    if figure.lower is not None and figure.upper is not None:
        spread = f"{said(figure.lower)} to {said(figure.upper)}"
    cases = f"{figure.denominator or 0:,}" if figure.numerator is None else _cases(figure)
    return said(figure.value), spread, cases


def as_markdown(
    evaluation: Evaluation, subject: Subject, clock: Sequence[Mapping[str, Any]] = ()
) -> str:
    """The report.

    Args:
        evaluation: what was measured.
        subject: of what.
        clock: rows of `run_figures`.
    """
    return "\n\n".join(
        [
            "# Evaluation",
            f"Dataset {subject.dataset_id} as of {subject.as_of}: {subject.people:,} people, "
            f"{subject.consenting:,} of them consenting. {evaluation.sentence()} What a figure is "
            "computed from stands in `evaluation.csv` and `evaluation.json`.",
            *_headlines(evaluation),
            *_fairness(evaluation),
            *_guardrails(evaluation),
            *_events(evaluation),
            *_by_the_clock(clock),
            "## What these figures do not show",
            _bullets([_IMPORTED if subject.is_imported else _SYNTHETIC, *_LIMITS]),
        ]
    )


def _headlines(evaluation: Evaluation) -> list[str]:
    told = [metric for metric in METRICS if metric not in _APART]
    rows = [
        (metric.title, figure.segment, *_cells(figure))
        for metric in told
        for figure in _of(evaluation, metric)
    ]
    headings = ("Figure", "Of", "Value", "95 % interval", "Cases", "Target", "Met")
    return [
        "## Headline figures",
        _table(headings, rows),
        _bullets(f"**{metric.title}.** {metric.meaning}" for metric in told),
    ]


def _fairness(evaluation: Evaluation) -> list[str]:
    figures = _of(evaluation, metrics.FAIRNESS)
    if not figures:
        return ["## Fairness", "Nothing is known of the people by which groups could be compared."]
    by_outcome: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        outcome, _, rest = figure.segment.partition(", ")
        by_outcome.setdefault((outcome, rest.rpartition(", ")[2]), []).append(figure)
    rows = []
    for (outcome, window), compared in by_outcome.items():
        judged = [figure for figure in compared if figure.passed is not None]
        missed = [_group(figure) for figure in judged if not figure.passed]
        widest = max(judged, key=lambda figure: abs(figure.value or 0.0), default=None)
        rows.append(
            (
                outcome,
                window,
                f"{len(judged)} of {len(compared)}",
                f"{_group(widest)}: {_points(widest.value)}" if widest else "–",
                f"{_points(widest.lower)} to {_points(widest.upper)}" if widest else "–",
                ", ".join(missed) or "none",
            )
        )
    headings = ("Outcome", "Of", "Groups judged", "Widest difference", "Its interval", "Beyond")
    return [
        "## Fairness",
        f"{metrics.FAIRNESS.meaning} No rule and no item reads who somebody is. A group is beyond "
        "when its difference from everybody else exceeds ten points and its interval, which is "
        "wide enough for all comparisons of a window at once, does not hold 0. Of education items "
        "the difference is of their mean number, in hundredths of everybody's.",
        _table(headings, rows),
    ]


def _guardrails(evaluation: Evaluation) -> list[str]:
    figures = _of(evaluation, metrics.GUARDRAIL_RECALL)
    if not figures:
        return []
    slipped = [
        (figure.segment, figure.denominator, figure.numerator)
        for figure in figures
        if not figure.passed
    ]
    stopped = f"{len(figures) - len(slipped)} of {len(figures)} kinds were stopped"
    if not slipped:
        return ["## Guardrails", f"{metrics.GUARDRAIL_RECALL.meaning} {stopped}."]
    return [
        "## Guardrails",
        f"{metrics.GUARDRAIL_RECALL.meaning} {stopped}; these were not, or not all:",
        _table(("Kind of bad item", "Planted", "Stopped"), slipped),
    ]


def _events(evaluation: Evaluation) -> list[str]:
    rows = [
        (metric.title, figure.segment, *_cells(figure))
        for metric in metrics.OF_EVENTS
        for figure in _of(evaluation, metric)
        if figure.passed is not None
    ]
    if not rows:
        return []
    headings = ("Figure", "Of", "Value", "Interval", "Cases", "Target", "Met")
    return [
        "## Life events",
        "What happened to people is known to the generator alone; the windows see it in the rows. "
        "Kinds with too few cases are left out here.",
        _table(headings, rows),
    ]


def _by_the_clock(clock: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (_CLOCK[row["metric"]], row["segment"], f"{row['value']:.3g} {row['unit']}")
        for row in clock
        if row["metric"] in _CLOCK
    ]
    return ["## By the clock", _table(("Figure", "Of", "Value"), rows)] if rows else []


def _of(evaluation: Evaluation, metric: Metric) -> list[Figure]:
    figures = (figure for figure in evaluation.figures if figure.metric == metric.name)
    return sorted(figures, key=_place)


def _place(figure: Figure) -> tuple[str, int]:
    """Kinds in order of name, of each the short window first."""
    kind, _, window = figure.segment.rpartition(", ")
    days = window.removesuffix(" days")
    return (kind, int(days)) if days.isdigit() else (figure.segment, 0)


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    """Value, interval, cases, target, and whether it is met."""
    return *figure_in_words(figure), figure.target, _met(figure.passed)


def _cases(figure: Figure) -> str:
    return f"{figure.numerator:,} of {figure.denominator:,}"


def _group(figure: Figure) -> str:
    return figure.segment.partition(", ")[2].rpartition(", ")[0]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} days"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f}"


def _met(passed: bool | None) -> str:
    return "not judged" if passed is None else "yes" if passed else "**no**"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )
