"""An import is found wherever it is, is named, and is neither extended nor dropped by made-up people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.controls import OperatorConfig
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.publishing.continuity import continue_published
from spendsense_pipeline.publishing.imported import (
    ImportHeldError,
    command_for,
    find_import,
    require_no_import,
)
from spendsense_pipeline.publishing.retention import DATASETS_KEPT, datasets, prune, rollback
from spendsense_pipeline_tests.fixtures.import_folders import AS_OF
from spendsense_pipeline_tests.fixtures.imported_data import (
    an_import_config,
    in_the_warehouse,
    people_in,
    published_import,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import (
    NOW,
    a_building,
    a_config,
    published,
    settings_in,
)


def test_made_up_people_are_no_import(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert find_import(settings) is None
    published(settings)
    assert find_import(settings) is None
    require_no_import(settings, "")
    assert command_for(settings) == "spendsense refresh"


def test_an_import_is_found_in_the_warehouse_before_it_is_published(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    settings.prepare_data_dir()
    published(settings)
    in_the_warehouse(settings, tmp_path / "scratch")
    held = find_import(settings)
    assert held is not None
    assert (held.as_of, held.source, held.dataset_id) == (AS_OF, "in", None)
    assert command_for(settings) == "spendsense refresh --from-raw"


def test_a_published_import_is_found_whatever_the_warehouse_holds(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    dataset = published_import(settings, tmp_path / "scratch")
    with a_building(settings, a_config()):
        pass
    held = find_import(settings)
    assert held is not None
    assert (held.as_of, held.source, held.dataset_id) == (AS_OF, "in", dataset.dataset_id)
    with pytest.raises(ImportHeldError) as refused:
        require_no_import(settings, "say so")
    for word in (
        "'in'",
        "2026-06-30",
        dataset.dataset_id,
        "`spendsense refresh --from-raw`",
        "say so",
    ):
        assert word in str(refused.value)


@pytest.mark.parametrize("as_of", [dt.date(2020, 1, 1), AS_OF, dt.date(2031, 1, 1)])
def test_an_import_is_never_extended_by_a_world(tmp_path: Path, as_of: dt.date) -> None:
    settings = settings_in(tmp_path / "data")
    published_import(settings, tmp_path / "scratch")
    choice = continue_published(settings, OperatorConfig(), as_of=as_of)
    assert choice.history_start is None
    assert not choice.is_continued
    assert "Imported data" in choice.note


def test_any_number_of_made_up_datasets_leaves_the_newest_import(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    published(settings, an_import_config(), users=5)
    newest = published(settings, an_import_config(), users=6, minute=1)
    for night in range(2, DATASETS_KEPT + 5):
        published(settings, users=3, minute=night)
        prune(settings)
        assert newest.path.exists(), f"dropped after {night - 1} made-up datasets"
        assert len(datasets(settings)) <= DATASETS_KEPT + 1
    assert [d.path for d in datasets(settings) if d.is_imported] == [newest.path]
    rollback(settings, dataset_id=newest.dataset_id)
    assert len(people_in(settings.published_path)) == 6


def test_a_withdrawn_consent_reaches_a_kept_import_too(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    imported = published(settings, an_import_config(), users=5)
    for night in range(1, 2 + DATASETS_KEPT):
        published(settings, users=3, minute=night)
    prune(settings)
    assert imported.path.exists()
    record_decision(settings, "user_0004", "revoked", decided_at=NOW)
    prune(settings)
    assert not imported.path.exists()
