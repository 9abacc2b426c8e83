"""`spendsense trace`: why the persona is what it is, with what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json, table
from spendsense_pipeline.cli.person import UserArgument, Window
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.wording import NO_DATA, in_unit
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.tracing import Predicate, Traced


def trace(
    user_id: UserArgument,
    window: Annotated[Window | None, typer.Option(help="Days judged.", show_default="both")] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a decision: every rule with the person's own numbers, what decided, what would
    change it.

    ```bash
    spendsense trace user_0007
    spendsense trace user_0007 --window 180 --json
    ```
    """
    from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
    from spendsense_pipeline.publishing.imported import command_for
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.person import read_trace
    from spendsense_pipeline.reporting.tracing import trace_record
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    if user_id in withdrawn(read_decisions(settings)):
        raise SpendSenseError(
            problem=(
                f"{user_id} has withdrawn consent: no decision is shown, and the next "
                f"`{command_for(settings)}` removes it"
            ),
            remedy=f"if that was a mistake: spendsense consent grant {user_id}",
        )
    with open_dataset(settings) as published:
        windows = (int(window.value),) if window else WINDOWS
        traces = [read_trace(published, user_id, days) for days in windows]
    if as_json:
        show_json(traces[0] if window else traces)
        return
    for content in traces:
        _show_trace(trace_record(content))


def _show_trace(record: Traced) -> None:
    show(
        f"[bold]{record.user_id}, {record.window_days} days to {record.as_of}: "
        f"{record.primary}[/bold]",
        record.explanation,
        "",
    )
    rows: list[tuple[Any, ...]] = []
    for persona in record.personas:
        rows.append((f"{persona.key}{': matches' if persona.is_matched else ''}", "", "", "", ""))
        rows += [_predicate_row(predicate) for predicate in persona.predicates]
    what = "what is judged"
    show(table("Rules", (what, "line", "observed", "met", "of the line"), rows, prose=(what,)))
    for reason in record.reasons:
        show(f"- {reason.text} ({reason.code})")
    show(f"What would change it: {record.would_change}")
    show(
        f"Evidence: {len(record.evidence)} entries; decided by {record.decided_by}; "
        f"trace {record.trace_id}. Everything: --json\n"
    )


def _predicate_row(predicate: Predicate) -> tuple[Any, ...]:
    return (
        f"  {predicate.label}",
        f"{predicate.symbol} {predicate.threshold_text}",
        in_unit(predicate.value, predicate.unit),
        predicate.is_met,
        _distance(predicate),
    )


def _distance(predicate: Predicate) -> str:
    """How far past the line, or short of it, in percent of the line: of every unit the same."""
    if predicate.value is None:
        return NO_DATA
    margin = predicate.margin
    if margin is None:  # of a yes or no, or from a line at nothing, there is none to say
        return ""
    percentage = margin * 100
    return f"{percentage:+,.0f}%" if abs(percentage) >= 9.95 else f"{percentage:+.1f}%"
