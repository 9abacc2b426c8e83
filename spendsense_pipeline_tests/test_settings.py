"""What the environment decides, and how a wrong environment is named."""

from __future__ import annotations

import os
import tempfile
import zoneinfo
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from spendsense_pipeline.controls import ControlsError, DataGenerationConfig
from spendsense_pipeline.settings import Settings, SettingsError, today

CHECKOUT = Path(__file__).resolve().parents[1]


def test_without_an_environment_everything_lies_beside_the_project_file() -> None:
    settings = Settings.from_environment({})
    assert settings.data_dir == CHECKOUT / "data"
    assert settings.timezone == zoneinfo.ZoneInfo("UTC")
    assert settings.max_users == 1000
    assert settings.dagster_home.is_relative_to(settings.data_dir)


def test_every_file_lies_in_the_data_directory() -> None:
    settings = Settings.from_environment({"SPENDSENSE_DATA_DIR": "/somewhere/data"})
    data = Path("/somewhere/data")
    assert settings.published_path == data / "spendsense.duckdb"
    assert settings.building_path == data / "warehouse" / "building.duckdb"
    assert settings.datasets_dir == data / "datasets"
    assert settings.operator_config_path == data / "operator_config.json"
    assert settings.consent_path == data / "consent.json"
    assert settings.lock_path == data / ".lock"
    assert settings.reviews_path == data / "reviews.jsonl"
    assert settings.reviews_lock_path == data / ".reviews.lock"


def test_an_operator_may_be_named_once() -> None:
    assert Settings.from_environment({}).operator == ""
    assert Settings.from_environment({"SPENDSENSE_OPERATOR": " Ann "}).operator == "Ann"


def test_an_engine_is_chosen_by_name_and_address() -> None:
    assert Settings.from_environment({}).engine == ""
    chosen = Settings.from_environment(
        {"SPENDSENSE_ENGINE": "dask", "SPENDSENSE_ENGINE_ADDRESS": " tcp://there:8786 "}
    )
    assert (chosen.engine, chosen.engine_address) == ("dask", "tcp://there:8786")


def test_paths_are_absolute_and_home_is_expanded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert Settings.from_environment({"SPENDSENSE_DATA_DIR": "here"}).data_dir == tmp_path / "here"
    assert (
        Settings.from_environment({"SPENDSENSE_DATA_DIR": "~/d"}).data_dir == tmp_path / "me" / "d"
    )
    assert Settings.from_environment({"SPENDSENSE_DATA_DIR": "  "}).data_dir == CHECKOUT / "data"


def test_dagster_home_stays_where_it_is_set(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DAGSTER_HOME": str(tmp_path)})
    assert settings.dagster_home == tmp_path


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SPENDSENSE_TIMEZONE", "Mars/Olympus"),
        ("SPENDSENSE_TIMEZONE", "../etc/passwd"),
        ("SPENDSENSE_ENGINE", "spark"),
        ("SPENDSENSE_MAX_USERS", "many"),
        ("SPENDSENSE_MAX_USERS", "9"),
        ("SPENDSENSE_MAX_USERS", "-5"),
        ("SPENDSENSE_MAX_USERS", "1e4"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value_and_the_remedy(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({variable: value})
    message = str(raised.value)
    assert message.startswith(variable)
    assert repr(value) in message
    assert ": u" in message
    assert "\n" not in message


def test_a_larger_machine_may_make_larger_populations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPENDSENSE_MAX_USERS", "5000")
    assert DataGenerationConfig(num_users=5000).num_users == 5000
    monkeypatch.setenv("SPENDSENSE_MAX_USERS", "50")
    with pytest.raises(ControlsError, match="between 10 and 50"):
        DataGenerationConfig(num_users=100)


def test_a_wrong_environment_is_not_taken_for_a_wrong_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPENDSENSE_MAX_USERS", "many")
    with pytest.raises(SettingsError, match="SPENDSENSE_MAX_USERS"):
        DataGenerationConfig(num_users=100)


def test_today_is_the_date_in_the_configured_zone() -> None:
    for name in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        before = datetime.now(zoneinfo.ZoneInfo(name)).date()
        day = today(Settings.from_environment({"SPENDSENSE_TIMEZONE": name}))
        assert before <= day <= datetime.now(zoneinfo.ZoneInfo(name)).date()


def test_a_missing_data_directory_is_created(tmp_path: Path) -> None:
    settings = Settings.from_environment({"SPENDSENSE_DATA_DIR": str(tmp_path / "a" / "b")})
    assert settings.prepare_data_dir().is_dir()
    assert settings.prepare_data_dir() == tmp_path / "a" / "b"


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "data", tmp_path / "file"):
        settings = Settings.from_environment({"SPENDSENSE_DATA_DIR": str(path)})
        with pytest.raises(SettingsError, match="SPENDSENSE_DATA_DIR") as raised:
            settings.prepare_data_dir()
        assert str(path) in str(raised.value)


@pytest.fixture
def not_root() -> Iterator[None]:
    """Root may write everywhere; for this test it becomes nobody."""
    nobody, is_root = 65_534, os.geteuid() == 0
    if is_root:
        os.setresuid(nobody, nobody, 0)
    yield
    if is_root:
        os.setresuid(0, 0, 0)


@pytest.fixture
def unwritable() -> Iterator[Path]:
    """A directory that is not below a private one, as those of pytest are."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o555)
    yield directory
    directory.rmdir()


def test_a_data_directory_that_cannot_be_written_is_named(unwritable: Path, not_root: None) -> None:
    settings = Settings.from_environment({"SPENDSENSE_DATA_DIR": str(unwritable)})
    with pytest.raises(SettingsError, match="cannot be written"):
        settings.prepare_data_dir()


def test_only_settings_reads_the_environment() -> None:
    package = CHECKOUT / "spendsense_pipeline" / "controls"
    for module in package.glob("*.py"):
        assert "environ" not in module.read_text().replace("from_environment", "")
