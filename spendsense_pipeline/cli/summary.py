"""`spendsense summary`: what is in the published dataset, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json, table
from spendsense_pipeline.disk import human_bytes
from spendsense_pipeline.errors import RUN_FAILED
from spendsense_pipeline.reporting.wording import percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.tables.runs import checked_asset

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.life_events import Noticing
    from spendsense_pipeline.reporting.past_months import Flows
    from spendsense_pipeline.reporting.summary import Summary

FLOWS_SHOWN = 5
"""The most frequent changes of persona that are listed."""


def summary(
    as_json: JsonOption = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Run every check again now (exit code 1 if one blocks)."),
    ] = False,
    controls: Annotated[
        bool,
        typer.Option("--controls", help="Every control, not only changed ones and misses."),
    ] = False,
) -> None:
    """Show rows, requested and assigned personas, coverage, control fidelity, checks and times.

    ```bash
    spendsense summary
    spendsense summary --check --json
    ```
    """
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.summary import summarize
    from spendsense_pipeline.settings import Settings, today

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        content = summarize(published, settings, today=today(settings), check_again=check)
    if as_json:
        show_json(content)
    else:
        show_summary(content, every_control=controls)
    if any(outcome.blocks for outcome in content.checks):
        raise typer.Exit(RUN_FAILED)


def show_summary(content: Summary, *, every_control: bool = False) -> None:
    """Draw the summary; controls as dealt only where they differ, unless asked for."""
    origin = f"seed {content.seed}" + (f", preset {content.preset}" if content.preset else "")
    if content.preset == "imported":
        origin = "imported data"
    show(
        f"[bold]Dataset {content.dataset_id}[/bold] as of {content.as_of}, history since "
        f"{content.history_start}, {origin}",
        f"{content.people:,} people, {content.consenting:,} of them consenting; "
        f"{content.path} ({human_bytes(content.bytes)})",
    )
    show(table("Rows", ("table", "rows"), content.rows.items()))
    show(_mix_table(content))
    covered = ", ".join(
        f"{percent(share)} in {days} days" for days, share in content.coverage.items()
    )
    show(f"Coverage (consenting people with a persona other than general): {covered}.\n")
    _show_flows(content.flows)
    _show_events(content.life_events)
    _show_recommendations(content.recommendations)
    show(f"Evaluation: {content.evaluation.sentence()}\n")
    _show_fidelity(content, every_control=every_control)
    _show_checks(content)
    _show_stages(content)
    for note in content.notes:
        show(f"[yellow]{note}[/yellow]")
    show(
        "Next: spendsense user USER_ID, spendsense trace USER_ID, spendsense recommendations "
        "USER_ID, spendsense export DIR --format parquet, make dev for the UI."
    )


def _mix_table(content: Summary) -> Any:
    rows = [
        (
            row.title,
            percent(row.requested, 1),
            percent(row.assigned_30d, 1),
            percent(row.assigned_180d, 1),
            f"{row.people_30d:,}",
            f"{row.people_180d:,}",
        )
        for row in content.mix
    ]
    headings = ("persona", "requested", "30 days", "180 days", "people 30 d", "180 d")
    return table("Personas", headings, rows)


def _show_recommendations(counts: dict[str, int]) -> None:
    """How many items stand where; nobody sees one that is not approved."""
    items = sum(counts.values())
    if items:
        states = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
        show(f"Recommendations: {items:,}; {states} (spendsense review list).\n")


def _show_flows(flows: Flows) -> None:
    """Who changed persona from one month's end to the next."""
    if not flows.month_pairs or not flows.people:
        return
    compared = flows.month_pairs * flows.people
    changes = {
        SHORT_WINDOW: sum(flow.changes_30d for flow in flows.flows),
        LONG_WINDOW: sum(flow.changes_180d for flow in flows.flows),
    }
    said = ", ".join(
        f"{percent(count / compared)} of people in {days} days" for days, count in changes.items()
    )
    show(f"From month to month, {said} change persona ({flows.month_pairs + 1} months' ends).")
    rows = [
        (f"{flow.from_persona} to {flow.to_persona}", flow.changes_30d, flow.changes_180d)
        for flow in flows.flows[:FLOWS_SHOWN]
    ]
    if rows:
        show(table("", ("change", "30 days", "180 days"), rows))


def _show_events(found: Noticing) -> None:
    """How much happened, and how soon it was noticed."""
    if not found.events:
        return
    noticed = ", ".join(
        f"{days:.0f} days by the {window}-day window"
        for window, days in (
            (SHORT_WINDOW, found.median_days_30d),
            (LONG_WINDOW, found.median_days_180d),
        )
        if days is not None
    )
    seen = f"; half are seen within {noticed}" if noticed else ""
    show(f"Life events so far: {found.events} to {found.people} people{seen}.\n")


def _show_fidelity(content: Summary, *, every_control: bool) -> None:
    """Requested beside realised; a miss is explained by what was asked of the population."""
    judged = [row for row in content.control_fidelity if row.within is not None]
    if not judged:
        return
    within = [row for row in judged if row.within]
    show(f"Controls: {len(within)} of {len(judged)} realised within their tolerance.")
    shown = content.control_fidelity if every_control else [r for r in judged if not r.within]
    rows = [
        (row.control, _figure(row.requested), _figure(row.realised), row.within, row.measured_as)
        for row in shown
    ]
    if rows:
        headings = ("control", "requested", "realised", "within", "measured as")
        show(table("", headings, rows, prose=("measured as",)))


def _figure(value: Any) -> str | None:
    return f"{value:.3g}" if isinstance(value, float) else value


def _show_checks(content: Summary) -> None:
    failed = content.failed_checks
    skipped = sum(1 for outcome in content.checks if outcome.skipped)
    passed = len(content.checks) - len(failed) - skipped
    note = f", {skipped} skipped" if skipped else ""
    if content.checks_left_out:
        note += f", {content.checks_left_out} that only warn not run"
    show(f"Checks: {passed} of {len(content.checks)} passed{note}.")
    for outcome in failed:
        style = "red" if outcome.blocks else "yellow"
        show(f"[{style}]{_escaped(outcome.sentence)}[/{style}]")
    show("")


def _show_stages(content: Summary) -> None:
    if not content.stages:
        return
    total = sum(stage.seconds for stage in content.stages)
    rows = [(s.stage, f"{s.seconds:.2f}") for s in content.stages if not checked_asset(s.stage)]
    checking = sum(s.seconds for s in content.stages if checked_asset(s.stage))
    rows += [("checks", f"{checking:.2f}"), ("together", f"{total:.2f}")]
    show(table("Seconds per stage", ("stage", "seconds"), rows))


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
