"""How a terminal shows what there is to review: the queue, and one item in full."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from spendsense_pipeline.cli.output import show, table
from spendsense_pipeline.reporting.wording import NO_DATA

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.review_queue import Queue
    from spendsense_pipeline.reporting.reviews import ItemView, Shown

# Of an id: enough to be the only one among millions, short enough for a table.
_DIGITS_SHOWN = 12


def show_queue(queue: Queue) -> None:
    """How many items are in each state, and those asked for."""
    how_many = ", ".join(f"{count:,} {state}" for state, count in queue.counts.items())
    show(
        f"[bold]Dataset {queue.dataset_id} as of {queue.as_of}[/bold], review {queue.policy}",
        how_many,
    )
    if queue.hidden:
        show(
            f"{queue.hidden:,} more of people who have withdrawn consent: neither shown nor listed"
        )
    rows = [
        (
            item.recommendation_id[:_DIGITS_SHOWN],
            item.user_id,
            item.state,
            item.kind,
            item.persona,
            " ".join(f"{days}d" for days in item.windows),
            item.title,
        )
        for item in queue.items
    ]
    if not rows:
        show("None of those asked for.")
        return
    headings = ("item", "person", "state", "kind", "persona", "windows", "title")
    show(table("Recommendations", headings, rows, left=headings, prose=("title",)))
    if len(rows) < queue.found:
        show(f"The first {len(rows):,} of {queue.found:,}: --limit, --status, --user or --json.")


def show_item(view: ItemView) -> None:
    """What the person would read, what it rests on, and who said what of it."""
    from rich.markup import escape

    item = view.item
    show(
        f"[bold]{item.recommendation_id}[/bold] {item.kind}, {item.form}: "
        f"[bold]{escape(item.title)}[/bold]",
        f"for {item.user_id}, {item.persona}, from {item.content_id} (catalogue"
        f" {view.catalog_version})",
        f"{item.state}{escape(_by_whom(item.operator, item.at, item.reason))}",
        "",
        escape(view.body.strip()),
        "",
    )
    for shown in view.windows:
        show(f"[bold]{shown.window_days} days[/bold], rank {shown.rank}: {escape(shown.rationale)}")
        if view.text is not None:
            show(f"[bold]As edited:[/bold] {escape(shown.edited or NO_DATA)}")
        _show_grounds(shown)
    if view.text is not None:
        show(f"[bold]Edited to:[/bold] {escape(view.text)}")
    show(escape(view.disclosure), "")
    for entry in view.history:
        words = entry.reason or entry.text
        show(
            f"- {entry.from_state} to {entry.to_state}"
            f"{escape(_by_whom(entry.operator, entry.at, words))}"
        )
    can_be = ", ".join(view.allowed) or "nothing more"
    show(f"What can be said of it: {can_be}")


def _by_whom(operator: str | None, at: dt.datetime | None, words: str | None) -> str:
    who = f" by {operator}" if operator else ""
    when = f" on {at:%Y-%m-%d %H:%M} UTC" if at else ""
    return f"{who}{when}{f': {words}' if words else ''}"


def _show_grounds(shown: Shown) -> None:
    """What the rationale cites, and each criterion with the person's value."""
    cited = [
        (fact.get("feature") or fact.get("slot"), "", fact["shown"], "", "cited")
        for fact in [*shown.because["features"], *shown.because["rows"]]
    ]
    judged = [
        (
            criterion["feature"],
            f"{criterion['operator']} {criterion['threshold']:,.10g}",
            None if criterion["value"] is None else f"{criterion['value']:,.10g}",
            criterion["is_met"],
            criterion["role"],
        )
        for criterion in shown.eligibility
    ]
    headings = ("what it rests on", "line", "value", "met", "as")
    show(table("", headings, [*cited, *judged], left=("line", "as"), prose=("value",)))
