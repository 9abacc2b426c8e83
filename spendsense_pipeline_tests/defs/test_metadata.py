"""What the UI shows of a table follows from its declaration; pictures are images it can render."""

from __future__ import annotations

import base64
import datetime as dt
import re
import xml.etree.ElementTree as ET

import dagster as dg
import pytest

from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.defs import pictures
from spendsense_pipeline.defs.drawing import Drawing, round_numbers
from spendsense_pipeline.defs.metadata import (
    column_lineage,
    column_schema,
    records_metadata,
    table_metadata,
)
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.plaid.declarations import Column, Table
from spendsense_pipeline.plaid.tables import RAW_USERS
from spendsense_pipeline_tests.builders import AS_OF, a_transaction, a_user, a_warehouse

SPEND = Table(
    "spend",
    "One row per person.",
    (
        Column("user_id", "VARCHAR", "Person"),
        Column(
            "total_usd",
            "DOUBLE",
            "Money out",
            unit="USD",
            nullable=True,
            sources=("raw_transactions.amount", "raw_transactions.pending", "free text"),
        ),
    ),
    primary_key=("user_id",),
    order_by=("user_id",),
)


def test_every_column_has_type_description_and_constraints() -> None:
    schema = column_schema(SPEND)
    assert [(c.name, c.type) for c in schema.columns] == [
        ("user_id", "VARCHAR"),
        ("total_usd", "DOUBLE"),
    ]
    user, total = schema.columns
    assert user.constraints.unique
    assert not user.constraints.nullable
    assert total.constraints.nullable
    assert total.description is not None
    assert "Unit: USD" in total.description
    assert "raw_transactions.amount" in total.description


def test_lineage_names_the_source_columns() -> None:
    lineage = column_lineage(SPEND)
    assert lineage is not None
    assert lineage.deps_by_column == {
        "total_usd": [
            dg.TableColumnDep(asset_key="raw_transactions", column_name="amount"),
            dg.TableColumnDep(asset_key="raw_transactions", column_name="pending"),
        ]
    }
    assert column_lineage(RAW_USERS) is None


def test_row_count_and_sample_come_from_the_table() -> None:
    con = a_warehouse(users=[a_user(f"user_{n:04d}") for n in range(9)])
    metadata = table_metadata(con, RAW_USERS)
    assert metadata["dagster/row_count"] == 9
    sample = metadata["sample rows"]
    assert [record.data["user_id"] for record in sample.records] == [
        f"user_{n:04d}" for n in range(5)
    ]


def test_cells_are_what_dagster_can_store() -> None:
    table = records_metadata(
        [
            {
                "when": dt.date(2026, 1, 2),
                "list": ["a"],
                "long": "x" * 1000,
                "none": None,
                "yes": True,
            }
        ],
        ["when", "list", "long", "none", "yes", "absent"],
    )
    [record] = table.records
    assert record.data["when"] == "2026-01-02"
    assert record.data["list"] == "['a']"
    assert len(str(record.data["long"])) == 160
    assert record.data["none"] is record.data["absent"] is None
    assert record.data["yes"] is True


def svg_of(markdown: dg.MarkdownMetadataValue) -> ET.Element:
    match = re.fullmatch(
        r"!\[[^\]]+\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markdown.md_str or ""
    )
    assert match, (markdown.md_str or "")[:80]
    return ET.fromstring(base64.b64decode(match[1]))


def words_in(markdown: dg.MarkdownMetadataValue) -> list[str]:
    return [
        element.text or "" for element in svg_of(markdown).iter() if element.tag.endswith("text")
    ]


def test_pictures_are_drawn_even_of_nothing() -> None:
    empty = a_warehouse()
    assert "no data" in words_in(pictures.transactions_per_day(empty))
    one_day = a_warehouse(users=[a_user()], transactions=[a_transaction(date=AS_OF)])
    assert "no data" not in words_in(pictures.transactions_per_day(one_day))
    assert "general" in words_in(pictures.persona_mix({}, ["general"]))


def test_bars_are_as_high_as_the_shares() -> None:
    mix = {"30 days": {"general": 0.5}, "180 days": {"general": 0.25}}
    picture = pictures.persona_mix(mix, ["general"])
    assert {*mix, "general", "50 %"} <= set(words_in(picture))
    areas = [
        [tuple(map(float, point.split(","))) for point in element.attrib["points"].split()]
        for element in svg_of(picture).iter()
        if element.tag.endswith("polygon")
    ]
    heights = sorted(max(y for _, y in area) - min(y for _, y in area) for area in areas)
    assert heights[-1] == pytest.approx(2 * heights[-2], abs=0.2)


def test_what_is_written_in_a_picture_is_text() -> None:
    drawing = Drawing(10, 10)
    drawing.words((0, 0), "a < b & c\nnext")
    assert words_in(dg.MetadataValue.md(drawing.markdown("1 < 2"))) == ["a < b & c", "next"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (-0.2, 0.4, [-0.2, -0.0, 0.2, 0.4]),
        (0, 23, [0, 5, 10, 15, 20]),
        (3, 3, [3]),
    ],
)
def test_axes_carry_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert round_numbers(low, high) == pytest.approx(expected)


def test_distributions_show_every_numeric_feature_a_rule_reads() -> None:
    features = sorted({c.feature for _, c in all_criteria() if not c.is_yes_no})
    con = a_warehouse()
    columns = ", ".join(f'{n} as "{name}"' for n, name in enumerate(features))
    con.execute(f"create table features_30d as select {columns} from range(3)")
    con.execute(f'update features_30d set "{features[0]}" = null')
    picture = pictures.feature_distributions(con, "features_30d", PersonaThresholds())
    written = words_in(picture)
    assert set(features) <= set(written)
    assert written.count("no data") == 1


def test_a_markdown_table_survives_what_is_in_its_cells() -> None:
    table = pictures.markdown_table(["a", "b"], [["x|y", None], ["two\nlines", 0.123456]])
    assert (table.md_str or "").splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y | – |",
        "| two lines | 0.1235 |",
    ]
