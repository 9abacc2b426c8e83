"""The small refresh the reading commands are tried on, opened as a page opens it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.cli.conftest import (
    kept_engines,
    own_copy,
    published,
    refreshed,
    undrawn_pictures,
)

__all__ = ["kept_engines", "own_copy", "published", "refreshed", "undrawn_pictures"]

LATER = dt.datetime(2026, 7, 2, tzinfo=dt.UTC)


@pytest.fixture
def settings(published: Path) -> Settings:
    """Of the refreshed data directory, to read only."""
    return Settings.from_environment()


@pytest.fixture
def reader(settings: Settings) -> Iterator[DatasetReader]:
    with open_dataset(settings) as opened:
        yield opened


@pytest.fixture
def person(reader: DatasetReader) -> str:
    """Somebody who consents and has a card."""
    [(user_id,)] = reader.con.execute(
        "select min(user_id) from features_180d where card_count > 0 and subscription_count > 0"
    ).fetchall()
    return str(user_id)


@pytest.fixture
def revoked(own_copy: Path) -> tuple[Settings, str]:
    """Settings of a copy in which one person has taken consent back since, and who that is."""
    settings = Settings.from_environment()
    with open_dataset(settings) as opened:
        [(user_id,)] = opened.con.execute("select min(user_id) from features_30d").fetchall()
    record_decision(settings, user_id, "revoked", decided_at=LATER)
    return settings, user_id
