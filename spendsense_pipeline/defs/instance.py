"""Where Dagster keeps its books: run history, logs and schedule ticks live in the data directory.

`dagster.yaml` can name an environment variable but no default for it, so it names this class
instead, and the class asks `settings`. Runs, queues and the reaping of dead runs are elsewhere.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import dagster as dg
from dagster._core.instance.ref import InstanceRef

from spendsense_pipeline.disk import DiskFullError, disk_full, free_bytes
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.settings import Settings, SettingsError

# Empty books take one megabyte, and another while SQLite writes them.
_LEAST_ROOM = 2_000_000
_CHECKOUT = Path(__file__).resolve().parents[2]


class DataDirInstance(dg.DagsterInstance):
    """A Dagster instance that defaults to the data directory; `dagster.yaml` names it."""

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """Nothing to configure: the place follows from the settings."""
        return {}

    @classmethod
    def config_defaults(cls, _base_dir: str) -> Mapping[str, Any]:
        """Dagster's own defaults, in the data directory instead of where it is called."""
        try:
            home = instance_home(Settings.from_environment())
        except SpendSenseError as error:
            # One line on the terminal of whichever `dagster` command this is, not a traceback.
            raise click.ClickException(str(error)) from error
        return InstanceRef.config_defaults(str(home))

    def handle_new_event(self, event: dg.EventLogEntry, *, batch_metadata: Any = None) -> None:
        """Keep an event, as Dagster does; a disk without room for it ends the run in one line."""
        try:
            super().handle_new_event(event, batch_metadata=batch_metadata)
        except Exception as error:
            full = disk_full(error, Settings.from_environment().dagster_home)
            if full is None:
                raise
            raise click.ClickException(str(full)) from error

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        """Called once by every web server before it listens: where the guard goes in front."""
        from spendsense_pipeline.defs.guard import guard_webserver

        super().optimize_for_webserver(statement_timeout, pool_recycle, max_overflow)
        guard_webserver()


def instance_home(settings: Settings) -> Path:
    """The instance's directory, created, on a disk with room for Dagster to begin its books.

    Raises:
        SettingsError: when it cannot be created.
        DiskFullError: when there is no such room: SQLite would say so by a traceback.
    """
    settings.prepare_data_dir()
    try:
        settings.dagster_home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            problem=(
                f"Dagster's directory {settings.dagster_home} cannot be created ({error.strerror})"
            ),
            remedy="set DAGSTER_HOME to a directory you can write, or unset it",
        ) from None
    free = free_bytes(settings.dagster_home)
    if free < _LEAST_ROOM:
        raise DiskFullError(settings.dagster_home, _LEAST_ROOM - free)
    return settings.dagster_home


def open_instance(settings: Settings | None = None) -> dg.DagsterInstance:
    """The instance the `dagster` commands use from the checkout's root, wherever this one is run.

    The caller closes it (it is a context manager).
    """
    chosen = Settings.from_environment() if settings is None else settings
    home = instance_home(chosen)
    is_home_given = home != chosen.data_dir / "dagster_home"
    config_dir = home if is_home_given or not (_CHECKOUT / "dagster.yaml").is_file() else _CHECKOUT
    with _alone(home):
        return dg.DagsterInstance.from_config(str(config_dir))


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Open books one process after another: two that make the same tables break one another."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # no room or no right to: where books are, none is made
            file = held.enter_context((home / ".opening.lock").open("a"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
