"""`spendsense plaid`: a bank in a box, for apps that use Plaid's own clients."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from spendsense_pipeline.cli.output import say, show
from spendsense_pipeline.errors import SpendSenseError

_NEEDED = ("cryptography", "fastapi", "httpx", "jwt", "uvicorn")


def plaid(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes any that is free.")] = 8484,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Day to show first; without it, where the clock stands.",
        ),
    ] = None,
    reset_clock: Annotated[
        bool, typer.Option("--reset-clock", help="Set the clock back: apps then sync from nothing.")
    ] = False,
    webhooks_to: Annotated[
        list[str] | None,
        typer.Option(
            "--webhooks-to",
            metavar="HOST",
            help="Host that webhooks may go to besides this machine; may be given again.",
        ),
    ] = None,
    may_refresh: Annotated[
        bool,
        typer.Option("--may-refresh", help="Let the clock go past what is published, by a run."),
    ] = False,
) -> None:
    """Serve the published people as Plaid would: point a Plaid client at it instead of Sandbox.

    It listens on this machine alone and takes any client_id and secret. Any other --host needs a
    secret that apps must give, in SPENDSENSE_PLAID_SECRET.

    ```bash
    spendsense plaid
    spendsense plaid --as-of 2026-06-01 --port 8484
    ```
    """
    from spendsense_pipeline.serving.listening import Address
    from spendsense_pipeline.settings import PLAID_SECRET_VARIABLE, Settings

    try:
        from spendsense_pipeline.bank.server import Options, serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _NEEDED:
            raise
        raise SpendSenseError(
            problem=f"the local Plaid needs {error.name}, which is not installed",
            remedy="pip install 'spendsense-pipeline[plaid]'",
        ) from None
    address = Address(host, port)

    def is_ready(url: str, about: str) -> None:
        show(f"The local Plaid is on {url}, dataset {about} (Ctrl+C stops it).")
        if not address.is_loopback:
            say(
                f"Warning: other machines can reach it. Whoever knows {PLAID_SECRET_VARIABLE} can"
                " link and read everybody in it; it travels unencrypted, as do their data."
            )

    serve(
        Settings.from_environment(),
        address,
        Options(
            as_of=None if as_of is None else as_of.date(),
            is_reset=reset_clock,
            webhooks_to=webhooks_to or (),
            may_refresh=may_refresh,
        ),
        on_ready=is_ready,
    )
