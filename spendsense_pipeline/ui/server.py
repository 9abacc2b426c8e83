"""The dashboard's server: NiceGUI behind the guard, on a socket that is already ours."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from nicegui.storage import Storage
from starlette.middleware import Middleware

from spendsense_pipeline.local_plaid.shown import state_mark
from spendsense_pipeline.preview.worker import PreviewWorker
from spendsense_pipeline.serving.guard import guard
from spendsense_pipeline.serving.listening import Address, listen, require_token
from spendsense_pipeline.settings import UI_TOKEN_VARIABLE
from spendsense_pipeline.ui import pages
from spendsense_pipeline.ui.access import TokenGate, session_secret
from spendsense_pipeline.ui.headers import SafeHeaders
from spendsense_pipeline.ui.launching import Runs
from spendsense_pipeline.ui.reading import Reading
from spendsense_pipeline.ui.room import Room
from spendsense_pipeline.ui.watching import Watch

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

STATIC = Path(__file__).parent / "static"
# Open connections get this long to finish once the server is told to stop.
_GOODBYE_SECONDS = 3


def serve(settings: Settings, address: Address, *, on_ready: Callable[[str], None]) -> None:
    """Serve the dashboard until it is told to stop.

    Args:
        settings: where things are.
        address: where to listen.
        on_ready: is told the address once pages are answered.

    Raises:
        SpendSenseError: when it may not or cannot listen there.
    """
    require_token(address, settings.ui_token, variable=UI_TOKEN_VARIABLE, what="the dashboard")
    settings.prepare_data_dir()
    with listen(address) as socket:
        port = socket.getsockname()[1]
        app = build(settings, address, on_ready=lambda: on_ready(f"http://{address.host}:{port}"))
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_GOODBYE_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[socket])


def build(settings: Settings, address: Address, *, on_ready: Callable[[], None]) -> FastAPI:
    """The application; one a process, since NiceGUI knows one.

    Args:
        settings: where things are.
        address: where it will listen, which decides what it answers to.
        on_ready: is called once it answers.
    """
    secret = session_secret(settings)
    reading = Reading(settings)
    room = Room(
        settings=settings,
        reading=reading,
        editions=Watch(reading.latest),
        bank=Watch(lambda: reading.work(lambda: (state_mark(settings), reading.edition()))),
        previews=PreviewWorker(),
        runs=Runs(settings, reading),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        room.editions.start()
        room.bank.start()
        room.runs.watch.start()
        room.previews.start()
        on_ready()
        warming = asyncio.create_task(room.runs.warm_up())
        yield
        warming.cancel()
        await room.previews.close()
        room.bank.stop()
        room.editions.stop()
        room.runs.close()
        room.reading.close()

    gate = [Middleware(TokenGate, token=settings.ui_token, secret=secret)]
    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            *guard(hosts=address.hosts),
            Middleware(SafeHeaders),
            *(gate if settings.ui_token else ()),
        ],
    )
    Storage.path = settings.ui_dir
    nicegui_app.add_static_files("/static", STATIC)
    pages.add_all(room)
    ui.run_with(
        app,
        title="SpendSense",
        favicon=STATIC / "icon.svg",
        language="en-US",
        tailwind=False,
        storage_secret=secret,
        show_welcome_message=False,
        reconnect_timeout=10.0,
    )
    return app
