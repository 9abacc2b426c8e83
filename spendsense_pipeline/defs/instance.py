"""Where Dagster keeps its books: run history, logs and schedule ticks live in the data directory.

`dagster.yaml` can name an environment variable but no default for it, so it names this class
instead, and the class asks `settings`. Runs, queues and the reaping of dead runs are elsewhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._serdes import ConfigurableClassData

from spendsense_pipeline.settings import Settings, SettingsError

DEFINITIONS_MODULE = "spendsense_pipeline.definitions"
# Our event log reaches into Dagster's own class, as these versions have it; others get Dagster's,
# which reads and writes the same files, only more slowly.
STORAGE_MODULE = "spendsense_pipeline.defs.event_log"
STORAGE_KNOWS = "1.13."
_CHECKOUT = Path(__file__).resolve().parents[2]
_TARGET_OPTIONS = ("module_name", "python_file", "package_name", "autoload_defs_module_name")


class DataDirInstance(dg.DagsterInstance):
    """A Dagster instance that defaults to the data directory; `dagster.yaml` names it."""

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """Nothing to configure: the place follows from the settings."""
        return {}

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, ConfigurableClassData | None]:
        """Dagster's own defaults, in the data directory instead of `base_dir`."""
        _name_the_module_if_nobody_did(base_dir)
        _keep_the_module_from_servers()
        try:
            home = instance_home(Settings.from_environment())
        except SettingsError as error:
            # One line on the terminal of whichever `dagster` command this is, not a traceback.
            raise click.ClickException(str(error)) from None
        defaults = dict(InstanceRef.config_defaults(str(home)))
        own = defaults["storage"]
        if own is not None and dg.__version__.startswith(STORAGE_KNOWS):
            defaults["storage"] = ConfigurableClassData(
                STORAGE_MODULE, "KeptStorage", own.config_yaml
            )
        return defaults

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        """Called once by every web server before it listens: where the guard goes in front."""
        from spendsense_pipeline.defs.guard import guard_webserver

        super().optimize_for_webserver(statement_timeout, pool_recycle, max_overflow)
        guard_webserver()


def instance_home(settings: Settings) -> Path:
    """The instance's directory, created; `SettingsError` when it cannot be."""
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
    return settings.dagster_home


def open_instance(settings: Settings | None = None) -> dg.DagsterInstance:
    """The instance the `dagster` commands use from the checkout's root, wherever this one is run.

    The caller closes it (it is a context manager).
    """
    chosen = Settings.from_environment() if settings is None else settings
    home = instance_home(chosen)
    is_home_given = home != chosen.data_dir / "dagster_home"
    config_dir = home if is_home_given or not (_CHECKOUT / "dagster.yaml").is_file() else _CHECKOUT
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), config_dir=str(config_dir)))


def _name_the_module_if_nobody_did(base_dir: str) -> None:
    """Start the running `dagster` command again with `-m` where it needs one and has none.

    `dagster asset materialize` and `dagster job execute` parse their options before they read
    `.env`, so the module named there reaches them too late, and they read no `workspace.yaml`.
    """
    command = click.get_current_context(silent=True)
    if command is None or not _is_dagster_program():
        return
    takes_a_module = "module_name" in command.params and "workspace" not in command.params
    if not takes_a_module or any(command.params.get(option) for option in _TARGET_OPTIONS):
        return
    # The empty directory made for this process; its owner is about to be replaced.
    if not any(Path(base_dir).iterdir()):
        Path(base_dir).rmdir()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:], "-m", DEFINITIONS_MODULE])


def _keep_the_module_from_servers() -> None:
    """Take the module that `.env` named back out of the environment of `dagster dev`.

    The web server and the daemon it starts are given a workspace and would inherit the module's
    name beside it; refusing both at once, they would hang without a word.
    """
    command = click.get_current_context(silent=True)
    if command is not None and command.info_name == "dev":
        os.environ.pop("DAGSTER_MODULE_NAME", None)


def _is_dagster_program() -> bool:
    program = Path(sys.argv[0])
    return program.name == "dagster" or program.parts[-2:] == ("dagster", "__main__.py")
