"""Each feature of a person on a line: both windows, the rules' lines, and what is met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.reporting.wording import NO_DATA, in_unit
from spendsense_pipeline.tables.features import FEATURES_BY_NAME, LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.bullets import Tick, bullet
from spendsense_pipeline.ui.markup import Markup, joined, show, tag
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.persona_marks import persona_dot
from spendsense_pipeline.ui.tables import Heading, address, table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.reporting.feature_lines import Feature, RuleLine

_HEADINGS = (
    Heading("Feature"),
    Heading("30 days", numeric=True),
    Heading("180 days", numeric=True),
    Heading("On a line", classes="drawn-line"),
    Heading("Rules"),
)
_OTHER_HEADINGS = (*_HEADINGS[:3], Heading("What it is", classes="wide-only"))


def _look(_: DatasetReader, subject: Subject) -> tuple[Feature, ...]:
    return subject.view.features


def _show(_: Subject, features: tuple[Feature, ...]) -> None:
    judged = [feature for feature in features if feature.rules]
    others = [feature for feature in features if not feature.rules]
    with panel(
        "What the rules look at",
        f"A full dot is the value by {SHORT_WINDOW} days, a ring by {LONG_WINDOW}; bars are the"
        " rules’ lines in their personas’ colours.",
        wide=True,
    ):
        show(table(_HEADINGS, map(_row, judged), caption="Features with rules"), classes="bullets")
    with panel("What else is measured", wide=True):
        show(table(_OTHER_HEADINGS, map(_other_row, others), caption="Other features"))


def _figures(feature: Feature) -> tuple[Any, ...]:
    name = (
        tag("a", feature.label, href=address("/signals", {"feature": feature.name}))
        if feature.is_numeric
        else feature.label
    )
    return (
        name,
        in_unit(feature.value_30d, feature.unit),
        in_unit(feature.value_180d, feature.unit),
    )


def _other_row(feature: Feature) -> tuple[Any, ...]:
    said = FEATURES_BY_NAME[feature.name].description
    return (*_figures(feature), tag("span", said, class_="note"))


def _row(feature: Feature) -> tuple[Any, ...]:
    short, long = feature.value_30d, feature.value_180d
    return (
        *_figures(feature),
        _line(feature) or "",
        joined(*(_rule(line, short, long) for line in feature.rules)) or "",
    )


def _line(feature: Feature) -> Markup | None:
    if not feature.is_numeric:
        return None
    short, long = feature.value_30d, feature.value_180d
    words = ", ".join(feature.lines) or "no rule"
    return bullet(
        short=None if short is None else float(short),
        long=None if long is None else float(long),
        ticks=[
            Tick(line.threshold, line.persona, words)
            for line, words in zip(feature.rules, feature.lines, strict=True)
        ],
        says=f"{feature.label}: {in_unit(short, feature.unit)} by {SHORT_WINDOW} days,"
        f" {in_unit(long, feature.unit)} by {LONG_WINDOW} days; {words}",
    )


def _rule(line: RuleLine, short: Any, long: Any) -> Markup:
    verdicts = (
        (SHORT_WINDOW, line.is_met_30d, short),
        (LONG_WINDOW, line.is_met_180d, long),
    )
    return tag(
        "div",
        persona_dot(line.persona),
        tag("span", f"{line.symbol} {line.threshold_text} {line.title}", class_="grow"),
        *(
            badge(f"{window} {_verdict(is_met, value)}", "good" if is_met else "")
            for window, is_met, value in verdicts
        ),
        class_="rule",
    )


def _verdict(is_met: bool | None, value: Any) -> str:
    if is_met is None:
        return NO_DATA
    if is_met:
        return "met"
    return "no data" if value is None else "not met"


FEATURES = Part("Features", _look, _show, reads=("features",))
