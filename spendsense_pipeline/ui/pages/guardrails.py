"""`/guardrails`: what the checks found of the published dataset, the guardrails of advice first;
the evaluation; and what stopped the last run that failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.reporting.checked import Checked, CheckedAsset, Counts, checked
from spendsense_pipeline.reporting.evaluation import Evaluation, evaluation_now
from spendsense_pipeline.reporting.runs import CheckResult
from spendsense_pipeline.reporting.wording import NO_DATA, counted, moment
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.evaluation_table import evaluation_table
from spendsense_pipeline.ui.pages.realism_table import Realism
from spendsense_pipeline.ui.panels import badge, figures, panel
from spendsense_pipeline.ui.run_display import run_problems
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spendsense_pipeline.launching.views import RunView
    from spendsense_pipeline.ui.room import Room

_LOOKS_BACK_RUNS = 20


@dataclass(frozen=True)
class _Filter:
    """Some of the checks: as the address and the page name them, and which they are."""

    key: str
    word: str
    holds: Callable[[CheckResult], bool]
    count: Callable[[Counts], int]


_FILTERS = (
    _Filter("", "all", lambda _: True, lambda counts: counts.total),
    _Filter("failed", "failed", lambda check: check.blocks, lambda counts: counts.blocking),
    _Filter(
        "remarks",
        "remarks",
        lambda check: not check.passed and not check.blocks,
        lambda counts: counts.warned,
    ),
    _Filter("skipped", "skipped", lambda check: check.skipped, lambda counts: counts.skipped),
)


def add(room: Room) -> None:
    """Add the page."""
    realism = Realism(room)

    @page("/guardrails")
    async def guardrails(which: str = "") -> None:
        chosen = next((each for each in _FILTERS if each.key == which), _FILTERS[0])
        with frame(room, "Guardrails and checks", here="/guardrails"):
            async with problems_shown():
                found, evaluation = await room.reading.ask(
                    lambda published: (checked(published), evaluation_now(published))
                )
                _figures(found, evaluation)
                _filters(chosen, found.counts)
                _guardrails(found, chosen)
                _assets(found, chosen)
                if not chosen.key:
                    _evaluation(evaluation)
                    realism.show()
            _shows_failed_run(room)


def _figures(found: Checked, evaluation: Evaluation) -> None:
    counts, guarding = found.counts, found.guardrail_counts
    figures(
        [
            (
                "Guardrails kept",
                f"{guarding.passed} of {guarding.total - guarding.skipped}",
                "of advice, each blocks",
            ),
            (
                "Checks passed",
                f"{counts.passed} of {counts.total - counts.skipped}",
                "guardrails included",
            ),
            ("Failed", counts.blocking, "stop publishing"),
            ("Remarks", counts.warned, "inform, stop nothing"),
            ("Skipped", counts.skipped, "nothing was judged"),
            (
                "Evaluation",
                f"{len(evaluation.judged) - len(evaluation.missed)} of {len(evaluation.judged)}",
                "figures meet their target",
            ),
        ]
    )


def _filters(chosen: _Filter, counts: Counts) -> None:
    links = (
        tag(
            "a",
            each.word,
            " ",
            tag("span", f"{each.count(counts):,}", class_="count"),
            href=address("/guardrails", {"which": each.key}),
            aria_current="true" if each is chosen else None,
        )
        for each in _FILTERS
    )
    show(joined(*links), element="nav", classes="chips").props('aria-label="Which checks"')


def _guardrails(found: Checked, chosen: _Filter) -> None:
    with panel(
        "Guardrails of advice",
        "Nothing that breaks one is shown to anybody: the run stops before.",
        wide=True,
    ):
        shown = sorted(filter(chosen.holds, found.guardrails), key=lambda check: check.passed)
        _checks(shown)


def _assets(found: Checked, chosen: _Filter) -> None:
    shown = [
        (asset, checks)
        for asset in found.assets
        if (checks := tuple(filter(chosen.holds, asset.checks)))
    ]
    shown.sort(key=lambda pair: all(check.passed for check in pair[1]))
    with panel("Checks by asset", "What failed first, then in the order data flows.", wide=True):
        if not shown:
            text("None of those asked for.", classes="note")
        show(
            joined(*(_asset(asset, checks, is_chosen=bool(chosen.key)) for asset, checks in shown)),
            classes="parts",
        )


def _asset(asset: CheckedAsset, checks: Sequence[CheckResult], *, is_chosen: bool) -> Markup:
    counts = asset.counts
    return tag(
        "details",
        tag(
            "summary",
            tag("code", asset.asset),
            " ",
            tag("span", _in_words(counts), class_="note"),
            " ",
            badge("failed", "bad") if counts.blocking else None,
            badge("remark", "warn") if counts.warned else None,
        ),
        _list(checks),
        open=is_chosen or counts.blocking + counts.warned > 0,
    )


def _in_words(counts: Counts) -> str:
    said = [f"{counts.passed} kept"]
    said += [f"{counts.blocking} failed"] if counts.blocking else []
    said += [counted(counts.warned, "remark")] if counts.warned else []
    said += [f"{counts.skipped} skipped"] if counts.skipped else []
    return ", ".join(said)


def _checks(checks: Sequence[CheckResult]) -> None:
    if not checks:
        text("None of those asked for.", classes="note")
        return
    show(_list(checks))


def _list(checks: Sequence[CheckResult]) -> Markup:
    return tag("ul", *(tag("li", _check(check)) for check in checks), class_="plain checks")


def _check(check: CheckResult) -> Markup:
    failing = counted(check.failing_count, "row breaks", "rows break") + " it"
    return joined(
        tag(
            "div",
            _verdict(check),
            tag("strong", check.name.replace("_", " ")),
            tag("span", _against(check), class_="note"),
            tag("span", failing, class_="note") if check.failing_count else None,
            tag("span", "blocks" if check.severity == "ERROR" else "informs", class_="note"),
            class_="line",
        ),
        tag("p", check.promise, class_="note"),
        tag("p", f"Skipped: {check.skipped_because}", class_="note") if check.skipped else None,
        None if check.passed else tag("p", tag("strong", "What to do: "), check.remedy),
    )


def _verdict(check: CheckResult) -> Markup:
    if check.skipped:
        return badge("skipped")
    if check.passed:
        return badge("kept", "good")
    return badge("failed", "bad") if check.blocks else badge("remark", "warn")


def _against(check: CheckResult) -> str:
    if check.skipped:
        return NO_DATA
    figure = NO_DATA if check.figure is None else f"{check.figure:,.6g}"
    return f"{figure} against {check.bound}" if check.bound else figure


def _evaluation(evaluation: Evaluation) -> None:
    with panel("Evaluation", evaluation.sentence(), wide=True):
        evaluation_table(evaluation)


def _last_failed(room: Room) -> RunView | None:
    for run in room.runs.books.runs(_LOOKS_BACK_RUNS):
        if run.status == "failed":
            return room.runs.books.follow(run.run_id)
    return None


def _shows_failed_run(room: Room) -> None:
    """The last place of the page, filled once it is there: Dagster's books may take a moment."""
    place = ui.element("div").classes("after")

    async def look() -> None:
        failed = await room.reading.work(lambda: _last_failed(room))
        place.clear()
        if failed is not None:
            with place:
                _failed_run(failed)

    ui.context.client.on_connect(look)


def _failed_run(run: RunView) -> None:
    with panel(
        "The last run that failed", "What it found was not published; the rows are some.", wide=True
    ):
        show(
            tag(
                "p",
                tag("a", f"{run.job} {run.run_id[:8]}", href=f"/history/{run.run_id}"),
                f", {moment(run.started_at)}",
            )
        )
        show(run_problems(run))
