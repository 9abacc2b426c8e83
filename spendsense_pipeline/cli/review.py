"""`spendsense review`: what is recommended, and what an operator says of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json
from spendsense_pipeline.cli.review_display import show_item, show_queue

if TYPE_CHECKING:
    from spendsense_pipeline.review.entries import Entry

app = typer.Typer(
    help="Review what people are recommended: nothing is shown to anybody before it is approved.",
    no_args_is_help=True,
)

# A screen; whoever works through more asks for it, or for JSON.
_FIRST_ROWS = 20

_IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the item, or its first six digits or more.")
]
_IdsArgument = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Ids of items, or their first digits.")
]
_OperatorOption = Annotated[
    str | None,
    typer.Option(help="Who says it, for the log.", show_default="SPENDSENSE_OPERATOR"),
]
_ReasonOption = Annotated[str, typer.Option(help="Why, for the log.")]


@app.command("list")
def list_(
    status: Annotated[
        str | None,
        typer.Option(
            help="Only items in this state: pending, edited, flagged, approved, withdrawn or "
            "rejected.",
            show_default="all, pending first",
        ),
    ] = None,
    user: Annotated[str | None, typer.Option(help="Only items of this person.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = _FIRST_ROWS,
    as_json: JsonOption = False,
) -> None:
    """List what is recommended and the state it is in: how many of each, and the first rows.

    ```bash
    spendsense review list
    spendsense review list --status flagged
    spendsense review list --user user_0007 --json
    ```

    JSON holds every row.
    """
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.review_queue import ItemsOf, review_queue
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        queue = review_queue(
            published,
            settings,
            status=status,
            items=ItemsOf(user_id=user),
            limit=None if as_json else limit,
        )
    if as_json:
        show_json(queue)
    else:
        show_queue(queue)


@app.command("show")
def show_(item_id: _IdArgument, as_json: JsonOption = False) -> None:
    """Show one item in full: what the person would read, why, whether they may have it, and who
    said what of it.

    ```bash
    spendsense review show 3f2a9c
    ```
    """
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.reviews import view_item
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        view = view_item(published, settings, item_id)
    if as_json:
        show_json(view)
    else:
        show_item(view)


@app.command()
def approve(
    item_ids: _IdsArgument, operator: _OperatorOption = None, as_json: JsonOption = False
) -> None:
    """Approve items: their people are shown them from now on. All of them, or none.

    ```bash
    spendsense review approve 3f2a9c 81b04e --operator ann
    ```
    """
    _say("approve", item_ids, operator, as_json=as_json)


@app.command()
def reject(
    item_id: _IdArgument,
    reason: _ReasonOption,
    operator: _OperatorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reject an item for good.

    ```bash
    spendsense review reject 3f2a9c --reason "says too little" --operator ann
    ```
    """
    _say("reject", [item_id], operator, reason=reason, as_json=as_json)


@app.command()
def edit(
    item_id: _IdArgument,
    text: Annotated[
        str,
        typer.Option(help="The new rationale; figures are {slots}, filled in for the person."),
    ],
    operator: _OperatorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write another rationale for an item; every guardrail is asked again.

    ```bash
    spendsense review edit 3f2a9c --text "Your {card_name} is at {card_utilization} of its limit."
    ```
    """
    _say("edit", [item_id], operator, text=text, as_json=as_json)


@app.command()
def flag(
    item_id: _IdArgument,
    reason: _ReasonOption,
    operator: _OperatorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set an item aside for somebody else to decide.

    ```bash
    spendsense review flag 3f2a9c --reason "ask the lender" --operator ann
    ```
    """
    _say("flag", [item_id], operator, reason=reason, as_json=as_json)


@app.command()
def recall(
    item_id: _IdArgument,
    reason: _ReasonOption,
    operator: _OperatorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an approved item back: hidden at once, for good.

    ```bash
    spendsense review recall 3f2a9c --reason "out of date" --operator ann
    ```
    """
    _say("recall", [item_id], operator, reason=reason, as_json=as_json)


def _say(
    action: str,
    item_ids: list[str],
    operator: str | None,
    *,
    reason: str | None = None,
    text: str | None = None,
    as_json: bool,
) -> None:
    from rich.markup import escape

    from spendsense_pipeline.operations.reviewing import say
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    said = say(
        settings,
        action,
        item_ids,
        operator=settings.operator if operator is None else operator,
        reason=reason,
        text=text,
        now=lambda: dt.datetime.now(dt.UTC),
    )
    if as_json:
        show_json([_entry_json(entry) for entry in said.entries])
        return
    show(*map(escape, said.sentences))
    if said.reads_as is not None:
        show(f"It reads: {escape(said.reads_as)}")
    show(f"Next: {said.next_step}.")


def _entry_json(entry: Entry) -> dict[str, Any]:
    """The entry in the words of the log's file."""
    from spendsense_pipeline.review.entries import lines_of

    said: dict[str, Any] = json.loads(lines_of([entry]))
    del said["following"]
    return said
