"""Opening a dataset: what this version does not read is refused, however often it was read before;
and of a person only what is asked for is read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.person import VIEWED, view_person
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


@pytest.mark.parametrize("name", VIEWED)
def test_a_view_holds_what_it_is_to_read(reader: DatasetReader, person: str, name: str) -> None:
    whole, part = view_person(reader, person), view_person(reader, person, reads=[name])
    for each in VIEWED:
        assert getattr(part, each) == (getattr(whole, each) if each == name else ())
    assert getattr(whole, name) or name == "life_events"
