"""`spendsense consent`: record what a person decided about their data."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Annotated

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json, table

app = typer.Typer(help="Record consent decisions; the next run applies them.", no_args_is_help=True)
_UserArgument = Annotated[str, typer.Argument(help="Id of the person.")]


@app.command()
def revoke(user_id: _UserArgument) -> None:
    """Take consent back: hidden at once, and the next run removes every row past the raw tables.

    ```bash
    spendsense consent revoke user_0007
    spendsense refresh
    ```

    Of imported people, `spendsense refresh --from-raw` is the next run.
    """
    _record(user_id, "revoked")


@app.command()
def grant(user_id: _UserArgument) -> None:
    """Give consent: the next run measures, judges and explains the person.

    ```bash
    spendsense consent grant user_0007
    ```
    """
    _record(user_id, "granted")


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the decisions recorded since the data was made."""
    from spendsense_pipeline.publishing.consent import read_decisions
    from spendsense_pipeline.settings import Settings

    decisions = read_decisions(Settings.from_environment())
    if as_json:
        show_json(decisions)
        return
    rows = [(user, d.status, f"{d.decided_at:%Y-%m-%d %H:%M}") for user, d in decisions.items()]
    show(table("Consent decisions", ("user", "decision", "at (UTC)"), rows, left=("decision",)))


def _record(user_id: str, status: str) -> None:
    from spendsense_pipeline.publishing.consent import record_decision
    from spendsense_pipeline.publishing.imported import command_for
    from spendsense_pipeline.publishing.warehouse import WarehouseError
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.person import find_user
    from spendsense_pipeline.reporting.reviews import approved_count
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        find_user(published, user_id)
        approved = 0
        # Whatever is wrong with the reviews, consent can be taken back.
        with contextlib.suppress(WarehouseError):
            approved = approved_count(published, settings, user_id)
    record_decision(settings, user_id, status, decided_at=dt.datetime.now(dt.UTC))
    effect = (
        "hidden from every command now, removed everywhere past the raw tables"
        if status == "revoked"
        else "measured, judged and explained"
    )
    command = command_for(settings)
    show(f"Recorded: {user_id} {status}. {user_id} is {effect} by the next `{command}`.")
    if status == "revoked" and approved:
        items = "1 approved item is" if approved == 1 else f"{approved} approved items are"
        show(f"{items} withdrawn at once.")
