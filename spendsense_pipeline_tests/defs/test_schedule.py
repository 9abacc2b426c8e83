"""Every night asks for one run as of its scheduled date, with the saved configuration, in one world."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from spendsense_pipeline.controls import ControlsError
from spendsense_pipeline.definitions import defs
from spendsense_pipeline.defs.schedules import nightly_demo_refresh
from spendsense_pipeline.publishing.retention import current_dataset, datasets
from spendsense_pipeline_tests.fixtures import trivial_households
from spendsense_pipeline_tests.fixtures.tiny_dataset import a_config, published, settings_in

NIGHT = dt.datetime(2026, 7, 1, 3, tzinfo=zoneinfo.ZoneInfo("UTC"))


def request_at(night: dt.datetime) -> dg.RunRequest:
    context = dg.build_schedule_context(
        instance=dg.DagsterInstance.ephemeral(), scheduled_execution_time=night
    )
    request = nightly_demo_refresh(context)
    assert isinstance(request, dg.RunRequest)
    return request


def launched_with(request: dg.RunRequest) -> dict[str, Any]:
    """The operator's form as the job's config mapping hands it to the asset."""
    run_config = dg.validate_run_config(
        defs.resolve_job_def("demo_refresh"), dict(request.run_config)
    )
    found: dict[str, Any] = run_config["ops"]["operator_controls"]["config"]
    return found


def test_the_nightly_run_is_as_of_its_scheduled_date(data_dir: Path) -> None:
    request = request_at(NIGHT)
    assert launched_with(request)["config"]["generation_timestamp"] == "2026-07-01"
    assert request.run_key == NIGHT.isoformat()
    assert request.tags["spendsense/as_of"] == "2026-07-01"


def test_it_runs_every_night_at_three_by_default(data_dir: Path) -> None:
    assert nightly_demo_refresh.cron_schedule == "0 3 * * *"
    assert nightly_demo_refresh.default_status == dg.DefaultScheduleStatus.RUNNING
    assert nightly_demo_refresh.execution_timezone == "UTC"


def test_the_date_is_the_one_of_the_configured_zone(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPENDSENSE_TIMEZONE", "Asia/Tokyo")
    three_in_tokyo = dt.datetime(2026, 6, 30, 18, tzinfo=dt.UTC)
    request = request_at(three_in_tokyo)
    assert launched_with(request)["config"]["generation_timestamp"] == "2026-07-01"


def test_the_saved_configuration_is_used_with_tonights_date(data_dir: Path) -> None:
    data_dir.mkdir()
    saved = {
        "preset": "overlap_testing",
        "config": {"seed": 7, "generation_timestamp": "2025-01-01T09:30:00"},
        "controls": {"overdue_probability": 0.25},
    }
    (data_dir / "operator_config.json").write_text(json.dumps(saved))
    found = launched_with(request_at(NIGHT))
    assert found["preset"] == "overlap_testing"
    assert found["config"]["seed"] == 7
    assert found["config"]["generation_timestamp"] == "2026-07-01"
    assert found["controls"]["overdue_probability"] == 0.25


def test_a_saved_configuration_that_is_wrong_stops_the_night_with_its_message(
    data_dir: Path,
) -> None:
    data_dir.mkdir()
    (data_dir / "operator_config.json").write_text('{"config": {"num_users": 1}}')
    with pytest.raises(ControlsError, match="num_users must be between 10"):
        request_at(NIGHT)


def test_the_history_continues_last_nights(data_dir: Path) -> None:
    settings = settings_in(data_dir)
    first = request_at(NIGHT)
    assert first.tags["spendsense/history"] == "new"
    assert launched_with(first)["config"]["history_start"] is None
    published(settings, a_config(dt.date(2026, 6, 30)))
    # A month later the default history would begin in January; last night's began in December.
    later = request_at(NIGHT + dt.timedelta(days=30))
    assert later.tags["spendsense/history"] == "extended"
    assert launched_with(later)["config"]["history_start"] == "2025-12-01"


def test_a_history_past_24_months_begins_anew(data_dir: Path) -> None:
    published(settings_in(data_dir), a_config(dt.date(2026, 6, 30)))
    request = request_at(dt.datetime(2028, 1, 1, 3, tzinfo=dt.UTC))
    assert request.tags["spendsense/history"] == "new"
    assert launched_with(request)["config"]["history_start"] is None


@pytest.mark.long
def test_night_after_night_one_world_grows(
    data_dir: Path, small_households: None, instance: dg.DagsterInstance
) -> None:
    data_dir.mkdir()
    saved = {"config": {"num_users": 12}, "expectations": trivial_households.ANYTHING_GOES}
    (data_dir / "operator_config.json").write_text(json.dumps(saved))
    settings, seen = settings_in(data_dir), []
    # The third night is missed; the fourth catches up.
    for days in (0, 1, 3):
        request = request_at(NIGHT + dt.timedelta(days=days))
        result = defs.resolve_job_def("demo_refresh").execute_in_process(
            instance=instance, run_config=dict(request.run_config), tags=dict(request.tags)
        )
        assert result.success
        seen.append(current_dataset(settings))
    assert [dataset.as_of.day for dataset in seen] == [1, 2, 4]
    assert {dataset.history_start for dataset in seen} == {dt.date(2026, 1, 1)}
    assert len({dataset.config_hash for dataset in seen}) == 1
    assert len({dataset.dataset_id for dataset in seen}) == 3
    assert len(datasets(settings)) == 3
