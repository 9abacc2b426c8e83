"""`spendsense summary`: what is in the published dataset, on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import (
    JsonOption,
    human_bytes,
    percent,
    plain,
    show,
    show_json,
    table,
)

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.summary import Summary


def summary(
    as_json: JsonOption = False,
    checks: Annotated[
        bool,
        typer.Option("--checks/--no-checks", help="Run every check again on what is published."),
    ] = True,
) -> None:
    """Show rows, requested and assigned personas, coverage, control fidelity, checks and times.

    ```bash
    spendsense summary
    spendsense summary --no-checks --json
    ```
    """
    from spendsense_pipeline.reporting.opening import open_dataset
    from spendsense_pipeline.reporting.summary import summarize
    from spendsense_pipeline.settings import Settings, today

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        content = summarize(published, settings, today=today(settings), with_checks=checks)
    if as_json:
        show_json(content)
    else:
        show_summary(content)


def show_summary(content: Summary) -> None:
    """Draw the summary."""
    preset = f", preset {content.preset}" if content.preset else ""
    show(
        f"[bold]Dataset {content.dataset_id}[/bold] as of {content.as_of}, history since "
        f"{content.history_start}, seed {content.seed}{preset}",
        f"{content.people:,} people, {content.consenting:,} of them consenting; "
        f"{content.path} ({human_bytes(content.bytes)})",
    )
    show(table("Rows", ("table", "rows"), content.rows.items()))
    show(_mix_table(content))
    covered = ", ".join(
        f"{percent(share)} in {days} days" for days, share in content.coverage.items()
    )
    show(f"Coverage (consenting people with a persona other than general): {covered}.\n")
    if content.control_fidelity:
        show(_fidelity_table(content))
    _show_checks(content)
    _show_stages(content)
    for note in content.notes:
        show(f"[yellow]{note}[/yellow]")
    show(
        "Next: spendsense user USER_ID, spendsense trace USER_ID, "
        "spendsense export DIR --format parquet, make dev for the UI."
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
    headings = ("persona", "requested", "assigned 30 d", "180 d", "people 30 d", "180 d")
    return table("Personas", headings, rows)


def _fidelity_table(content: Summary) -> Any:
    rows = [tuple(plain(row).values()) for row in content.control_fidelity]
    headings = tuple(name.replace("_", " ") for name in plain(content.control_fidelity[0]))
    shown = [tuple(f"{v:.3g}" if isinstance(v, float) else v for v in row) for row in rows]
    return table("Controls, requested and realised", headings, shown)


def _show_checks(content: Summary) -> None:
    if not content.checks:
        return
    failed = content.failed_checks
    skipped = sum(1 for outcome in content.checks if outcome.skipped)
    passed = len(content.checks) - len(failed) - skipped
    note = f", {skipped} skipped" if skipped else ""
    show(f"Checks: {passed} of {len(content.checks)} passed{note}.")
    for outcome in failed:
        style = "red" if outcome.blocks else "yellow"
        show(f"[{style}]{_escaped(outcome.sentence())}[/{style}]")
    show("")


def _show_stages(content: Summary) -> None:
    if not content.stages:
        return
    total = sum(stage.seconds for stage in content.stages)
    rows = [
        (s.stage, f"{s.seconds:.2f}") for s in content.stages if not s.stage.endswith("_checks")
    ]
    checking = sum(s.seconds for s in content.stages if s.stage.endswith("_checks"))
    rows += [("checks", f"{checking:.2f}"), ("together", f"{total:.2f}")]
    show(table("Seconds per stage", ("stage", "seconds"), rows))


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
