"""The command's small refresh, whose run is in the books, and books over a directory of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spendsense_pipeline.launching.books import Books
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.cli.conftest import (
    kept_engines,
    own_copy,
    published,
    refreshed,
    undrawn_pictures,
)

__all__ = ["kept_engines", "own_copy", "published", "refreshed", "undrawn_pictures"]


@pytest.fixture
def books(data_dir: Path) -> Iterator[Books]:
    assert not data_dir.exists()
    with Books(Settings.from_environment()) as opened:
        yield opened
