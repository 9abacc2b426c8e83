"""A run as markup: how far it has come, what failed with the rows that did, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.wording import counted, duration, moment
from spendsense_pipeline.ui.markup import Markup, joined, tag
from spendsense_pipeline.ui.panels import badge
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.launching.views import ProblemView, RunView, StageView

_KINDS = {"succeeded": "good", "failed": "bad", "canceled": "warn"}
_MARKS = {"waiting": "○", "running": "◐", "done": "●", "failed": "✕", "skipped": "–"}
_ENDED = ("done", "failed", "skipped")


def run_in_short(view: RunView) -> str:
    """A run in a few words: "generating people · 7 of 46"."""
    doing = next((stage.doing for stage in view.stages if stage.state == "running"), view.status)
    return f"{doing} · {_ended(view)} of {len(view.stages)}" if view.stages else doing


def run_badge(view: RunView) -> Markup:
    """How it stands, as a word."""
    return badge(view.status, _KINDS.get(view.status, ""))


def run_in_full(view: RunView) -> Markup:
    """A run with its stages, and everything that failed."""
    return joined(_about(view), _progress(view), _problems(view), _stages(view))


def run_problems(view: RunView) -> Markup:
    """What failed in a run, and what its checks remark, with some of the rows."""
    return joined(_problems(view))


def _about(view: RunView) -> Markup:
    facts = [
        run_badge(view),
        view.job,
        f"as of {view.as_of}" if view.as_of else None,
        f"preset {view.preset}" if view.preset else None,
        f"by {view.operator}" if view.operator else None,
        f"from the {view.launched_by}" if view.launched_by else None,
        moment(view.started_at),
        duration(view.seconds) if view.seconds is not None else None,
        f"canceled by {view.canceled_by}" if view.canceled_by else None,
    ]
    said = [tag("li", fact) for fact in facts if fact is not None]
    waits = (
        tag("p", f"It waits for {view.waiting_for}.", class_="note") if view.waiting_for else None
    )
    return joined(tag("ul", *said, class_="facts"), waits)


def _progress(view: RunView) -> Markup | None:
    if not view.stages:
        return None
    return tag(
        "div",
        tag("progress", max=len(view.stages), value=_ended(view), aria_label="Steps ended"),
        tag("span", run_in_short(view), class_="note"),
        class_="progress",
    )


def _problems(view: RunView) -> Markup | None:
    if not (view.problems or view.warnings):
        return None
    return joined(
        tag("h3", "What failed") if view.problems else None,
        *(_problem(problem) for problem in view.problems),
        tag("h3", "What the checks remark") if view.warnings else None,
        *(_problem(problem) for problem in view.warnings),
    )


def _problem(problem: ProblemView) -> Markup:
    rows = [tuple(str(value) for _, value in row) for row in problem.sample]
    sample = (
        table(
            [Heading(name) for name, _ in problem.sample[0]],
            rows,
            caption=f"Rows that break {problem.check or 'the promise'}",
        )
        if problem.sample
        else None
    )
    is_error = problem.severity == "ERROR"
    found = f"{counted(problem.failing_rows, 'row')} break it." if problem.failing_rows else None
    return tag(
        "div",
        tag("p", problem.sentence),
        tag("p", found, class_="note") if found else None,
        sample,
        class_=f"remark {'bad' if is_error else 'warn'}",
    )


def _stages(view: RunView) -> Markup | None:
    if not view.stages:
        return None
    return tag(
        "details",
        tag("summary", "Every step"),
        tag("ol", *(_stage(stage) for stage in view.stages), class_="stages"),
        open=view.is_active,
    )


def _stage(stage: StageView) -> Markup:
    return tag(
        "li",
        tag("span", _MARKS[stage.state], class_="mark", aria_hidden="true"),
        tag("span", stage.doing),
        tag("span", f", {stage.state}", class_="unseen"),
        tag("span", duration(stage.seconds), class_="note") if stage.seconds is not None else None,
        class_=stage.state,
    )


def _ended(view: RunView) -> int:
    return sum(stage.state in _ENDED for stage in view.stages)
