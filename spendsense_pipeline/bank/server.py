"""The server: the application on a socket that is already ours, one for a data directory."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import fcntl
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

import uvicorn

from spendsense_pipeline.bank.application import build
from spendsense_pipeline.bank.delivery import Delivery
from spendsense_pipeline.bank.desk import Desk
from spendsense_pipeline.bank.signing import Signer
from spendsense_pipeline.bank.targets import Targets
from spendsense_pipeline.bank.working import Working
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.local_plaid.refusals import Refusals
from spendsense_pipeline.local_plaid.service import LocalPlaid
from spendsense_pipeline.local_plaid.store import Store
from spendsense_pipeline.publishing.warehouse import current_dataset_path
from spendsense_pipeline.serving.listening import Address, listen, require_token
from spendsense_pipeline.settings import PLAID_SECRET_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from spendsense_pipeline.settings import Settings

_GOODBYE_SECONDS: Final = 3
_TRIES, _BETWEEN_TRIES_SECONDS = 5, 0.02
_LOG_FORMAT: Final = "%(asctime)s %(message)s"


@dataclass(frozen=True)
class Options:
    """How a server is started.

    Attributes:
        as_of: the day to show first; None: where the clock stands.
        is_reset: set the clock back if need be.
        webhooks_to: hosts that webhooks may go to besides this machine.
        may_refresh: whether the clock may go past what is published, by a run.
    """

    as_of: dt.date | None = None
    is_reset: bool = False
    webhooks_to: Sequence[str] = ()
    may_refresh: bool = False


def serve(
    settings: Settings, address: Address, options: Options, *, on_ready: Callable[[str, str], None]
) -> None:
    """Serve the local Plaid until it is told to stop.

    Args:
        settings: where things are.
        address: where to listen.
        options: how.
        on_ready: is told the address and what is served, once requests are answered.

    Raises:
        SpendSenseError: when it may not or cannot listen there, or there is nothing to serve.
    """
    require_token(
        address, settings.plaid_secret, variable=PLAID_SECRET_VARIABLE, what="the local Plaid"
    )
    current_dataset_path(settings)
    settings.prepare_data_dir()
    with _alone(settings), listen(address) as socket, opened(settings) as plaid:
        plaid.begin(options.as_of, is_reset=options.is_reset)
        port = socket.getsockname()[1]
        shown, people = plaid.clock_view(), plaid.served.dataset
        about = f"{people.dataset_id} as of {shown.as_of}"
        app = application(
            plaid,
            address,
            Targets(options.webhooks_to, own_port=port),
            may_refresh=options.may_refresh,
            on_ready=lambda: on_ready(f"http://{address.host}:{port}", about),
        )
        _log_to_terminal()
        uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=_GOODBYE_SECONDS,
            )
        ).run(sockets=[socket])


def application(
    plaid: LocalPlaid,
    address: Address,
    targets: Targets,
    *,
    may_refresh: bool,
    on_ready: Callable[[], None],
) -> FastAPI:
    """The application with all that goes on beside its requests.

    Args:
        plaid: what is served, with its clock set.
        address: where it will listen.
        targets: where webhooks may go.
        may_refresh: whether the clock may go past what is published.
        on_ready: is called once requests are answered.
    """
    store, woken = plaid.store, asyncio.Event()
    signer = Signer(store, now=plaid.now())
    delivery = Delivery(plaid.outbox, signer, targets, now=plaid.now)

    def wake() -> None:
        woken.set()
        delivery.wake()

    desk = Desk(plaid, signer, may_refresh, wake, Refusals(store))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = Working(desk, delivery, woken)
        working.start()
        on_ready()
        yield
        await working.stop()
        desk.close()

    return build(desk, address, secret=plaid.settings.plaid_secret, lifespan=lifespan)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[LocalPlaid]:
    """What is served from a data directory, with its state; nobody else may have it open.

    Args:
        settings: name the directory.

    Raises:
        SpendSenseError: nothing is published, or the state cannot be read.
    """
    _make_private(settings.plaid_dir)
    with contextlib.closing(Store(settings.plaid_state_path)) as store:
        plaid = LocalPlaid(settings, store, now=lambda: dt.datetime.now(dt.UTC))
        with contextlib.closing(plaid):
            yield plaid


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Be the one server of this data directory: two would tell apps everything twice."""
    _make_private(settings.plaid_dir)
    settings.plaid_lock_path.touch(mode=0o600)
    with settings.plaid_lock_path.open("w", encoding="ascii") as lock:
        try:
            _take(lock)
        except OSError:
            raise SpendSenseError(
                problem=f"a local Plaid of {settings.data_dir} runs already",
                remedy="use that one, or stop it first",
            ) from None
        yield


def _make_private(folder: Path) -> None:
    """A folder that nobody else of this machine looks into."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)


def _take(lock: IO[str]) -> None:
    """Hold the lock, which whoever looks for a server holds for a moment."""
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_BETWEEN_TRIES_SECONDS)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _log_to_terminal() -> None:
    """A line per request and what becomes of webhooks; no token is ever in one."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_LOG_FORMAT, "%H:%M:%S"))
    log = logging.getLogger("spendsense_pipeline.bank")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
