"""`spendsense log`: who did what and when, reviews and everything else together."""

from __future__ import annotations

from typing import Annotated

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json, table

# A screen; whoever wants more asks for it.
_NEWEST = 20


def log(
    limit: Annotated[int, typer.Option(min=1, help="How many of the newest.")] = _NEWEST,
    user: Annotated[str | None, typer.Option(help="Only what is about this person.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List who did what and when: runs, rollbacks, consent decisions and reviews, newest last.

    ```bash
    spendsense log
    spendsense log --user user_0007 --json
    ```

    What was done without `--operator` or SPENDSENSE_OPERATOR has no name.
    """
    from spendsense_pipeline.operations.timeline import who_did_what
    from spendsense_pipeline.settings import Settings

    deeds = who_did_what(Settings.from_environment(), limit=limit, user_id=user)
    if as_json:
        show_json(deeds)
        return
    if not deeds:
        show("Nothing is recorded yet.")
        return
    rows = [
        (f"{deed.at:%Y-%m-%d %H:%M}", deed.operator, deed.what, deed.detail, deed.via)
        for deed in deeds
    ]
    headings = ("at (UTC)", "who", "did", "with", "where")
    show(table("Who did what", headings, rows, left=("who", "where"), prose=("did", "with")))
