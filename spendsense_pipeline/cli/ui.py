"""`spendsense ui`: the operator's room and the person's room, in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from spendsense_pipeline.cli.output import show
from spendsense_pipeline.errors import SpendSenseError


def ui(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes any that is free.")] = 8081,
) -> None:
    """Open the dashboard: ask for people, look at them, review what they are told.

    It listens on this machine alone. Any other --host needs a token that visitors must give, in
    SPENDSENSE_UI_TOKEN.

    ```bash
    spendsense ui
    spendsense ui --port 9000
    ```
    """
    from spendsense_pipeline.serving.listening import Address
    from spendsense_pipeline.settings import Settings

    try:
        from spendsense_pipeline.ui.server import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("nicegui", "fastapi", "uvicorn"):
            raise
        raise SpendSenseError(
            problem=f"the dashboard needs {error.name}, which is not installed",
            remedy="pip install 'spendsense-pipeline[ui]'",
        ) from None
    serve(
        Settings.from_environment(),
        Address(host, port),
        on_ready=lambda address: show(f"The operator's room is on {address} (Ctrl+C closes it)."),
    )
