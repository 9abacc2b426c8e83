"""What the UI shows of a table follows from its declaration; pictures are images it can render."""

from __future__ import annotations

import base64
import datetime as dt
import re

import dagster as dg

from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.defs import pictures
from spendsense_pipeline.defs.metadata import (
    column_lineage,
    column_schema,
    records_metadata,
    table_metadata,
)
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.tables.declaration import Column, Table
from spendsense_pipeline.tables.personas import PERSONA_HISTORY
from spendsense_pipeline.tables.raw import RAW_USERS
from spendsense_pipeline_tests.fixtures.graph_runs import Run, run_config
from spendsense_pipeline_tests.fixtures.rows import AS_OF, a_transaction, a_user, a_warehouse

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


def png_of(markdown: dg.MarkdownMetadataValue) -> bytes:
    match = re.fullmatch(
        r"!\[[^\]]+\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)", markdown.md_str or ""
    )
    assert match, (markdown.md_str or "")[:80]
    return base64.b64decode(match[1])


def test_pictures_are_png_images_even_of_nothing() -> None:
    empty = a_warehouse()
    for con in (empty, a_warehouse(users=[a_user()], transactions=[a_transaction(date=AS_OF)])):
        assert png_of(pictures.transactions_per_day(con)).startswith(b"\x89PNG")
    mix = {"30 days": {"general": 1.0}, "180 days": {"general": 0.5}}
    for shares in (mix, {"requested": {}, **mix}, {}):
        assert png_of(pictures.persona_mix(shares, ["general"])).startswith(b"\x89PNG")
    empty.execute(PERSONA_HISTORY.create_sql())
    assert png_of(pictures.personas_by_month(empty)).startswith(b"\x89PNG")


def test_distributions_show_every_numeric_feature_a_rule_reads() -> None:
    features = sorted({c.feature for _, c in all_criteria() if not c.is_yes_no})
    con = a_warehouse()
    columns = ", ".join(f'{n} as "{name}"' for n, name in enumerate(features))
    con.execute(f"create table features_30d as select {columns} from range(3)")
    con.execute(f'update features_30d set "{features[0]}" = null')
    picture = pictures.feature_distributions(con, "features_30d", PersonaThresholds())
    assert png_of(picture).startswith(b"\x89PNG")


def test_a_markdown_table_survives_what_is_in_its_cells() -> None:
    table = pictures.markdown_table(["a", "b"], [["x|y", None], ["two\nlines", 0.123456]])
    assert (table.md_str or "").splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y | – |",
        "| two lines | 0.1235 |",
    ]


def test_the_controls_name_a_persona_that_the_history_is_too_short_for(materialize: Run) -> None:
    said = []
    for months in (1, 4):
        config = run_config(months_history=months, generation_timestamp="2026-06-15")
        config["ops"]["operator_controls"]["config"]["controls"] = {
            "target_personas": ["variable_income", "general"]
        }
        (made,) = materialize(["operator_controls"], config).get_asset_materialization_events()
        said.append(made.materialization.metadata.get("history too short for"))
    short, long = said
    assert short is not None
    assert str(short.value).startswith("variable_income needs 4 full months of history")
    assert long is None
