"""What the machine decides rather than the operator: where files live, which time zone the day is
taken from, how large a population may be, who makes its shards. The only module that reads the
environment; what a dataset contains is never decided here but in `controls`."""

from __future__ import annotations

import dataclasses
import os
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from spendsense_pipeline.errors import SpendSenseError

DATA_DIR_VARIABLE = "SPENDSENSE_DATA_DIR"
TIMEZONE_VARIABLE = "SPENDSENSE_TIMEZONE"
MAX_USERS_VARIABLE = "SPENDSENSE_MAX_USERS"
ENGINE_VARIABLE = "SPENDSENSE_ENGINE"
ENGINE_ADDRESS_VARIABLE = "SPENDSENSE_ENGINE_ADDRESS"
OPERATOR_VARIABLE = "SPENDSENSE_OPERATOR"
UI_TOKEN_VARIABLE = "SPENDSENSE_UI_TOKEN"
PLAID_SECRET_VARIABLE = "SPENDSENSE_PLAID_SECRET"
DAGSTER_HOME_VARIABLE = "DAGSTER_HOME"

# Who may make whole shards (docs/scaling.md); "" makes the tables step by step in this process.
SHARD_ENGINES = ("processes", "dask")

# A thousand people is what a demo laptop makes in about a second.
DEFAULT_MAX_USERS = 1_000
FEWEST_USERS = 10


class SettingsError(SpendSenseError):
    """An environment variable or the data directory cannot be used.

    Not a ValueError: it is about the machine, and must not be taken for a fault of the
    configuration whose validation met it.
    """


@dataclass(frozen=True)
class Settings:
    """One reading of the environment."""

    data_dir: Path
    timezone: zoneinfo.ZoneInfo
    max_users: int
    dagster_home: Path
    engine: str = ""
    engine_address: str = ""
    operator: str = ""
    ui_token: str = dataclasses.field(default="", repr=False)
    plaid_secret: str = dataclasses.field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process, or of `environment`; `SettingsError` if one is unusable."""
        variables = os.environ if environment is None else environment
        data_dir = _data_dir(variables.get(DATA_DIR_VARIABLE, ""))
        dagster_home = variables.get(DAGSTER_HOME_VARIABLE, "").strip()
        return cls(
            data_dir=data_dir,
            timezone=_timezone(variables.get(TIMEZONE_VARIABLE, "")),
            max_users=_max_users(variables.get(MAX_USERS_VARIABLE, "")),
            dagster_home=_absolute(dagster_home) if dagster_home else data_dir / "dagster_home",
            engine=_engine(variables.get(ENGINE_VARIABLE, "")),
            engine_address=variables.get(ENGINE_ADDRESS_VARIABLE, "").strip(),
            operator=variables.get(OPERATOR_VARIABLE, "").strip(),
            ui_token=variables.get(UI_TOKEN_VARIABLE, "").strip(),
            plaid_secret=variables.get(PLAID_SECRET_VARIABLE, "").strip(),
        )

    def to_environment(self) -> dict[str, str]:
        """These settings as the variables another process reads them from."""
        home = self.dagster_home
        return {
            DATA_DIR_VARIABLE: str(self.data_dir),
            TIMEZONE_VARIABLE: str(self.timezone),
            MAX_USERS_VARIABLE: str(self.max_users),
            ENGINE_VARIABLE: self.engine,
            ENGINE_ADDRESS_VARIABLE: self.engine_address,
            OPERATOR_VARIABLE: self.operator,
            DAGSTER_HOME_VARIABLE: "" if home == self.data_dir / "dagster_home" else str(home),
        }

    @property
    def published_path(self) -> Path:
        """The published database: complete, checked, opened read-only by everyone."""
        return self.data_dir / "spendsense.duckdb"

    @property
    def warehouse_dir(self) -> Path:
        """Folder of the database being built."""
        return self.data_dir / "warehouse"

    @property
    def building_path(self) -> Path:
        """The database being built; one writer."""
        return self.warehouse_dir / "building.duckdb"

    @property
    def datasets_dir(self) -> Path:
        """Folder of the published datasets that are kept to go back to."""
        return self.data_dir / "datasets"

    @property
    def shards_dir(self) -> Path:
        """Folder of datasets in partitions, when an engine makes them."""
        return self.data_dir / "shards"

    @property
    def operator_config_path(self) -> Path:
        """The operator's saved configuration, used by refresh and the nightly job if present."""
        return self.data_dir / "operator_config.json"

    @property
    def consent_path(self) -> Path:
        """Consent decisions recorded since the data was made."""
        return self.data_dir / "consent.json"

    @property
    def reviews_path(self) -> Path:
        """Everything operators have said of recommendations; it only grows."""
        return self.data_dir / "reviews.jsonl"

    @property
    def reviews_lock_path(self) -> Path:
        """File whose lock the one writer of that log holds, for as long as it writes."""
        return self.data_dir / ".reviews.lock"

    @property
    def ui_dir(self) -> Path:
        """Folder of what the dashboard keeps of its visitors: their name, what they typed."""
        return self.data_dir / "ui"

    @property
    def plaid_dir(self) -> Path:
        """Folder of the local Plaid's state."""
        return self.data_dir / "plaid"

    @property
    def plaid_state_path(self) -> Path:
        """Its Items, tokens (hashed), webhooks and clock."""
        return self.plaid_dir / "state.sqlite"

    @property
    def plaid_lock_path(self) -> Path:
        """File whose lock its one server holds."""
        return self.plaid_dir / ".lock"

    @property
    def operations_path(self) -> Path:
        """Everything operators have done; it only grows."""
        return self.data_dir / "operations.jsonl"

    @property
    def operations_lock_path(self) -> Path:
        """File whose lock the one writer of that log holds, for as long as it writes."""
        return self.data_dir / ".operations.lock"

    @property
    def launches_dir(self) -> Path:
        """Folder of what was asked of the processes the dashboard started, and how they ended."""
        return self.data_dir / "launches"

    @property
    def lock_path(self) -> Path:
        """File whose lock the one writer holds."""
        return self.data_dir / ".lock"

    def prepare_data_dir(self) -> Path:
        """Create the data directory if missing and make sure it can be written."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                problem=f"the data directory {self.data_dir} cannot be created ({error.strerror})",
                remedy=f"set {DATA_DIR_VARIABLE} to a directory you can write",
            ) from None
        if not os.access(self.data_dir, os.W_OK | os.X_OK):
            raise SettingsError(
                problem=f"the data directory {self.data_dir} cannot be written",
                remedy=f"change its permissions or set {DATA_DIR_VARIABLE} to one you can write",
            )
        return self.data_dir


def today(settings: Settings | None = None) -> date:
    """The date it is now in the configured time zone."""
    chosen = Settings.from_environment() if settings is None else settings
    return datetime.now(chosen.timezone).date()


def _absolute(path: str) -> Path:
    return Path(path).expanduser().absolute()


def _data_dir(value: str) -> Path:
    if value.strip():
        return _absolute(value.strip())
    checkout = Path(__file__).resolve().parents[1]
    # An installed package has no checkout around it; its files belong where the command is run.
    beside = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return beside / "data"


def _timezone(value: str) -> zoneinfo.ZoneInfo:
    name = value.strip() or "UTC"
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            problem=f"{TIMEZONE_VARIABLE} must be the name of a time zone; it is {name!r}",
            remedy="use one such as UTC or America/New_York",
        ) from None


def _engine(value: str) -> str:
    name = value.strip()
    if name and name not in SHARD_ENGINES:
        raise SettingsError(
            problem=f"{ENGINE_VARIABLE} must be {' or '.join(SHARD_ENGINES)}; it is {name!r}",
            remedy="unset it to make the tables in one process",
        )
    return name


def _max_users(value: str) -> int:
    text = value.strip()
    if not text:
        return DEFAULT_MAX_USERS
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < FEWEST_USERS:
        raise SettingsError(
            problem=(
                f"{MAX_USERS_VARIABLE} must be a whole number of at least {FEWEST_USERS}; "
                f"it is {text!r}"
            ),
            remedy=f"unset it for {DEFAULT_MAX_USERS}",
        )
    return number
