"""`spendsense consent`: record what a person decided about their data."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from spendsense_pipeline.cli.output import (
    JsonOption,
    OperatorOption,
    operator_name,
    show,
    show_json,
    table,
)

app = typer.Typer(help="Record consent decisions; the next run applies them.", no_args_is_help=True)
_UserArgument = Annotated[str, typer.Argument(help="Id of the person.")]


@app.command()
def revoke(user_id: _UserArgument, operator: OperatorOption = None) -> None:
    """Take consent back: hidden at once, and the next run removes every row past the raw tables.

    ```bash
    spendsense consent revoke user_0007
    spendsense refresh
    ```

    Of imported people, `spendsense refresh --from-raw` is the next run.
    """
    _record(user_id, "revoked", operator)


@app.command()
def grant(user_id: _UserArgument, operator: OperatorOption = None) -> None:
    """Give consent: the next run measures, judges and explains the person.

    ```bash
    spendsense consent grant user_0007
    ```
    """
    _record(user_id, "granted", operator)


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


def _record(user_id: str, status: str, operator: str | None) -> None:
    from rich.markup import escape

    from spendsense_pipeline.operations.consent import decide_consent
    from spendsense_pipeline.operations.entries import COMMAND_LINE
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    recorded = decide_consent(
        settings,
        user_id,
        status,
        operator=operator_name(settings, operator),
        via=COMMAND_LINE,
        at=dt.datetime.now(dt.UTC),
    )
    show(*map(escape, recorded.sentences))
