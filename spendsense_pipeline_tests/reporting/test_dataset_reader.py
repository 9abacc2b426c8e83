"""Opening a dataset: what this version does not read is refused, however often it was read before."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.settings import Settings


def test_a_file_that_changes_is_looked_at_again(own_copy: Path) -> None:
    settings = Settings.from_environment()
    assert settings.data_dir == own_copy
    for _ in range(2):
        with open_dataset(settings) as reader:
            path = reader.dataset.path
    with duckdb.connect(str(path)) as con:
        con.execute("alter table features_30d drop column card_count")
    for _ in range(2):
        with (
            pytest.raises(WarehouseError, match="features_30d lacks card_count"),
            open_dataset(settings),
        ):
            pass
