"""Every column of the data files is read by something: data nobody reads is nobody's to keep true."""

from __future__ import annotations

import csv
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import spendsense_pipeline
from spendsense_pipeline.features.merchant_words import MerchantWord
from spendsense_pipeline.generation.catalog import load_catalog, records
from spendsense_pipeline.generation.catalog.sheets import Sheet
from spendsense_pipeline.generation.generator import generate_shard
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.living import tastes
from spendsense_pipeline.plaid.categories import Category
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

PACKAGE = Path(spendsense_pipeline.__file__).parent
CATALOG_FILES = sorted(PACKAGE.glob("generation/catalog/*.csv"))
RECORD_MODULES = ("records", "products", "shopping")
CHECKING_MODULES = ("loading", "offers", "shopping_files", "custom", *RECORD_MODULES)
RECORDS = [
    value
    for value in vars(records).values()
    if is_dataclass(value) and value is not records.Catalog
]


def header(path: Path) -> list[str]:
    return next(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def test_the_loader_reads_every_column_of_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read: dict[str, set[str]] = {}
    column = Sheet._column

    def noting(sheet: Sheet, name: str, *rest: Any) -> list[Any]:
        read.setdefault(sheet.name, set()).add(name)
        return column(sheet, name, *rest)

    monkeypatch.setattr(Sheet, "_column", noting)
    load_catalog.__wrapped__()
    assert read == {path.name: set(header(path)) for path in CATALOG_FILES}


def test_the_generator_reads_everything_the_loader_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watched while people are generated. What the catalog's own modules read to check or to extend
    it does not count, unless they read it on behalf of somebody else."""
    read: set[str] = set()
    checking = {f"{records.__package__}.{module}" for module in CHECKING_MODULES}

    def watch(record: type) -> None:
        columns = {field.name for field in fields(record)}

        def noting(self: object, name: str) -> Any:
            if name in columns:
                caller = sys._getframe(1)
                while caller.f_back and caller.f_globals["__name__"] in (
                    *(f"{records.__package__}.{module}" for module in RECORD_MODULES),
                    "functools",
                ):
                    caller = caller.f_back
                if caller.f_globals["__name__"] not in checking:
                    read.add(f"{record.__name__}.{name}")
            return object.__getattribute__(self, name)

        monkeypatch.setattr(record, "__getattribute__", noting)

    for remembered in (load_catalog, labels_for, tastes._tastes):
        remembered.cache_clear()
    for record in RECORDS:
        watch(record)
    own_cafe = {"name": "Zed & Sons", "category": "coffee"}
    generate_shard(
        a_configuration(config={"num_users": 60}, controls={"custom_merchants": [own_cafe]}), 0, 60
    )
    kept = {f"{record.__name__}.{field.name}" for record in RECORDS for field in fields(record)}
    # The prices of a custom merchant come from its group, which `custom` reads for the generator.
    filled_in = {"SpendingGroups.ticket_median_cents", "SpendingGroups.ticket_sigma"}
    # Tests read these.
    ready = {
        "VisitKinds.names",
        "SpendingGroups.purchase_share",
    }
    assert kept - filled_in - ready == read - filled_in - ready


@pytest.mark.parametrize(
    ("path", "record", "renamed"),
    [
        ("features/merchant_words.csv", MerchantWord, {}),
        (
            "plaid/categories.csv",
            Category,
            {"category_detailed": "detailed", "category_primary": "primary"},
        ),
    ],
)
def test_the_words_and_the_taxonomy_are_read(
    path: str, record: type, renamed: dict[str, str]
) -> None:
    columns = [renamed.get(name, name) for name in header(PACKAGE / path)]
    assert columns
    assert set(columns) == set(record.__annotations__)
    source = "".join(module.read_text(encoding="utf-8") for module in PACKAGE.rglob("*.py"))
    assert not [name for name in columns if f".{name}" not in source]
