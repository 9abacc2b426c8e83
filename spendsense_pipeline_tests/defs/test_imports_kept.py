"""No night and no run replaces an import unasked: skipped or refused, with the way that does it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from spendsense_pipeline.definitions import defs
from spendsense_pipeline.defs.schedules import nightly_demo_refresh
from spendsense_pipeline.publishing.retention import current_dataset, rollback
from spendsense_pipeline_tests.fixtures.graph_runs import Run, failures, run_config
from spendsense_pipeline_tests.fixtures.imported_data import (
    RAW_PEOPLE,
    in_the_warehouse,
    people_in,
    published_import,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import a_config, published, settings_in

FIRST_NIGHT = dt.datetime(2026, 7, 1, 3, tzinfo=dt.UTC)


def night(number: int) -> dg.RunRequest | dg.SkipReason:
    context = dg.build_schedule_context(
        instance=dg.DagsterInstance.ephemeral(),
        scheduled_execution_time=FIRST_NIGHT + dt.timedelta(days=number),
    )
    answer = nightly_demo_refresh(context)
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


def test_nights_leave_a_published_import_exactly_as_it_was(data_dir: Path, tmp_path: Path) -> None:
    settings = settings_in(data_dir)
    imported = published_import(settings, tmp_path / "scratch")
    # a wrong saved configuration is no reason to say anything else
    settings.operator_config_path.write_text('{"config": {"num_users": 1}}')
    for number in range(10):
        answer = night(number)
        assert isinstance(answer, dg.SkipReason)
        for word in (
            "'in'",
            imported.dataset_id,
            "as of 2026-06-30",
            "`spendsense refresh --from-raw`",
            "`spendsense import`",
            "`spendsense refresh --replace-import`",
        ):
            assert word in (answer.skip_message or "")
        assert people_in(settings.published_path) == RAW_PEOPLE
        assert people_in(settings.building_path) == RAW_PEOPLE
    assert current_dataset(settings).dataset_id == imported.dataset_id


def test_an_import_whose_run_failed_is_left_alone_too(data_dir: Path, tmp_path: Path) -> None:
    settings = settings_in(data_dir)
    settings.prepare_data_dir()
    published(settings)
    assert isinstance(night(0), dg.RunRequest)
    in_the_warehouse(settings, tmp_path / "scratch")
    assert isinstance(night(1), dg.SkipReason)


def test_nights_go_on_once_made_up_people_are_published_again(
    data_dir: Path, tmp_path: Path
) -> None:
    settings = settings_in(data_dir)
    imported = published_import(settings, tmp_path / "scratch")
    published(settings, a_config(), minute=1)  # in the same warehouse, as a run does
    assert isinstance(night(0), dg.RunRequest)
    rollback(settings, dataset_id=imported.dataset_id)
    assert isinstance(night(1), dg.SkipReason)


@pytest.mark.parametrize("assets", [None, ["operator_controls"], ["raw_users"]])
def test_a_run_that_makes_people_is_refused_before_it_writes(
    data_dir: Path, tmp_path: Path, materialize: Run, assets: list[str] | None
) -> None:
    settings = settings_in(data_dir)
    in_the_warehouse(settings, tmp_path / "scratch")
    result = materialize(assets, run_config() if assets != ["raw_users"] else None)
    assert not result.success
    [(step, reason)] = failures(result).items()
    assert step == ("generate" if assets == ["raw_users"] else "operator_controls")
    assert "replace_import: true" in reason
    assert "--from-raw" in reason or "refresh_from_raw" in reason
    assert people_in(settings.building_path) == RAW_PEOPLE


def test_a_run_that_says_so_makes_people_and_the_import_stays_to_go_back_to(
    data_dir: Path, tmp_path: Path, materialize: Run
) -> None:
    settings = settings_in(data_dir)
    imported = published_import(settings, tmp_path / "scratch")
    config = run_config()
    config["ops"]["operator_controls"]["config"]["replace_import"] = True
    result = materialize(["operator_controls", "raw_users"], config)
    # the accounts are the import's still, which the checks of raw_users see
    assert set(failures(result)) <= {"raw_users_checks"}
    assert len(people_in(settings.building_path)) == 12
    assert people_in(imported.path) == RAW_PEOPLE


@pytest.mark.parametrize("said", [True, False, None])
def test_the_launchpad_hands_it_to_the_step(said: bool | None) -> None:
    form = {} if said is None else {"replace_import": said}
    config = dg.validate_run_config(defs.resolve_job_def("demo_refresh"), form)
    assert config["ops"]["operator_controls"]["config"].get("replace_import") is said
