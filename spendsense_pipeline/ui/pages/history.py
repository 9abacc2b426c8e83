"""`/history`: the datasets kept, going back to one, the nights, the runs, and one run."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.disk import human_bytes
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching.nightly import ScheduleView, schedule_status
from spendsense_pipeline.operations.entries import DASHBOARD
from spendsense_pipeline.operations.rolling_back import roll_back
from spendsense_pipeline.publishing.warehouse import NoDatasetError
from spendsense_pipeline.reporting.kept_datasets import KeptDataset, kept_datasets
from spendsense_pipeline.reporting.wording import counted, duration, moment
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.dialogs import is_sure
from spendsense_pipeline.ui.launching import shows_run
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.clock import clock
from spendsense_pipeline.ui.pages.history_log import show_log
from spendsense_pipeline.ui.panels import badge, grid, panel
from spendsense_pipeline.ui.run_display import run_badge
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from spendsense_pipeline.launching.views import RunView
    from spendsense_pipeline.publishing.publish import Dataset
    from spendsense_pipeline.ui.room import Room

_RUNS_SHOWN = 15
_RUN_HEADINGS = (
    Heading("Run"),
    Heading("How it stands"),
    Heading("Began"),
    Heading("Took", numeric=True, classes="wide-only"),
    Heading("As of", classes="wide-only"),
    Heading("By", classes="wide-only"),
)


def add(room: Room) -> None:
    """Add the pages."""

    @page("/history")
    async def history() -> None:
        with frame(room, "History", here="/history"):
            async with problems_shown():
                kept = await room.reading.work(lambda: kept_datasets(room.settings))
                runs = await room.reading.work(lambda: room.runs.books.runs(_RUNS_SHOWN))
                nights = await room.reading.work(
                    lambda: schedule_status(room.runs.books, now=room.now())
                )
                with grid():
                    clock(room, await _published(room))
                    _nights(nights)
                _datasets(room, kept)
                _runs(runs)
                await show_log(room)

    @page("/history/{run_id}")
    async def run(run_id: str) -> None:
        with frame(room, f"Run {run_id[:8]}", here="/history"):
            async with problems_shown():
                with panel("What it does", wide=True):
                    await shows_run(room, run_id)


async def _published(room: Room) -> Dataset | None:
    try:
        return await room.reading.ask(lambda published: published.dataset)
    except NoDatasetError:
        return None


def _datasets(room: Room, kept: Sequence[KeptDataset]) -> None:
    with panel(
        "Datasets", "The last ones published, newest first; any of them can be gone back to."
    ):
        if not kept:
            text("None yet.", classes="note")
            return
        with ui.element("ul").classes("plain"):
            for dataset in kept:
                with ui.element("li").classes("line"):
                    _dataset(room, dataset)


def _dataset(room: Room, dataset: KeptDataset) -> None:
    facts = [
        f"as of {dataset.as_of}",
        f"published {moment(dataset.published_at)}",
        "imported" if dataset.is_imported else f"seed {dataset.seed}",
        None if dataset.is_imported or not dataset.preset else f"preset {dataset.preset}",
        None if dataset.people is None else counted(dataset.people, "person", "people"),
        human_bytes(dataset.bytes),
    ]
    said = tag("ul", *(tag("li", fact) for fact in facts if fact), class_="facts")
    show(joined(tag("code", dataset.dataset_id), said), classes="grow")
    if dataset.is_current:
        show(badge("published now", "good"), element="span")
    elif not dataset.is_readable:
        show(badge("of another version", "warn"), element="span")
    elif dataset.withdrawn_since:
        gone = counted(dataset.withdrawn_since, "person has", "people have")
        text(f"{gone} withdrawn consent since", element="span", classes="note")
    else:
        address = f"/history/compare/{dataset.dataset_id}"
        others = tag("span", f" {dataset.dataset_id} with the one published now", class_="unseen")
        show(tag("a", "Compare", others, href=address), element="span")
        ui.button("Go back to it", on_click=_goes_back(room, dataset)).props(
            f'flat dense no-caps aria-label="Go back to {dataset.dataset_id}"'
        )


def _goes_back(room: Room, dataset: KeptDataset) -> Callable[[], Awaitable[None]]:
    async def go() -> None:
        name = await require_name(room)
        if name is None or not await _is_sure(dataset):
            return
        try:
            done = await room.reading.work(
                lambda: roll_back(
                    room.settings,
                    dataset_id=dataset.dataset_id,
                    operator=name,
                    via=DASHBOARD,
                    at=room.now(),
                )
            )
        except SpendSenseError as error:
            ui.notify(str(error), type="negative", multi_line=True)
            return
        ui.notify(" ".join(done.sentences))
        ui.navigate.reload()

    return go


async def _is_sure(dataset: KeptDataset) -> bool:
    return await is_sure(
        "Replace the published dataset?",
        f"Everybody sees dataset {dataset.dataset_id} as of {dataset.as_of} from then on; the one"
        " published now stays among those kept.",
        word="Go back",
        otherwise="Cancel",
    )


def _runs(runs: Sequence[RunView]) -> None:
    with panel("Runs", "Everything Dagster has run here, whoever launched it."):
        rows = [
            (
                tag("a", f"{run.job} {run.run_id[:8]}", href=f"/history/{run.run_id}"),
                run_badge(run),
                moment(run.started_at),
                duration(run.seconds),
                run.as_of or "–",
                run.operator or run.launched_by,
            )
            for run in runs
        ]
        if rows:
            show(table(_RUN_HEADINGS, rows, caption="Runs, newest first"))
        else:
            text("None yet.", classes="note")


def _nights(nights: ScheduleView) -> None:
    with panel("The nights", "The schedule that makes today's data while nobody looks."):
        if not nights.is_on:
            state = "It is switched off in Dagster."
        elif not nights.is_served:
            state = "It is on, but no `dagster dev` is there to launch it (make dev starts one)."
        else:
            due = None if nights.next_at is None else nights.next_at.astimezone(dt.UTC)
            state = f"It is on; next on {moment(due)}."
        show(
            tag(
                "p",
                tag("code", nights.cron),
                f" in {nights.timezone}. {state}",
            )
        )
        rows = [
            (
                moment(tick.at),
                badge(tick.outcome),
                tick.reason or ", ".join(run_id[:8] for run_id in tick.run_ids) or "–",
            )
            for tick in nights.ticks
        ]
        if rows:
            headings = [Heading("Due"), Heading("Outcome"), Heading("What became of it")]
            show(table(headings, rows, caption="The last nights"))
