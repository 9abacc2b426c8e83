"""Whole generated populations: features recomputed, streams scored against what the generator knows.

The world is only a source of rows here; no test looks at how it was made but through `stream_truth`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from spendsense_pipeline.controls import (
    PRESET_CONFIGS,
    DataGenerationConfig,
    OperatorConfig,
    resolve,
)
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.generation import generate
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.measured_people import disagreement, rows_of

# A true stream can be found once it has three charges in 130 days, the last at most 48 (1.6 × 30.44) old.
FINDABLE = """
    select truth.stream_key, truth.user_id, truth.merchant_name, truth.ended_on
    from stream_truth as truth
    join raw_users as person using (user_id)
    join raw_transactions as charge
        on charge.user_id = truth.user_id and charge.merchant_name = truth.merchant_name
        and charge.amount > 0 and not charge.pending and charge.date > $as_of - 130
    where truth.kind = 'subscription' and person.consent_status = 'granted'
    group by all
    having count(*) >= 3 and $as_of - max(charge.date) <= 48
"""


def population(
    preset: str, *, users: int, seed: int, months: int, as_of: dt.date
) -> tuple[duckdb.DuckDBPyConnection, dt.date]:
    """A warehouse with the generated rows, and the start of its history."""
    config = DataGenerationConfig(num_users=users, seed=seed, months_history=months)
    asked = OperatorConfig(preset=preset, config=config, controls=PRESET_CONFIGS[preset])
    resolved = resolve(asked, as_of=as_of)
    con = duckdb.connect()
    for table in GENERATED_TABLES:
        con.execute(table.create_sql())
    for shard in generate(resolved):
        for table, rows in zip(GENERATED_TABLES, shard, strict=True):
            con.register("generated", rows)
            con.execute(f'insert into "{table.name}" select * from generated')
            con.unregister("generated")
    build_recurring_streams(con, as_of=as_of)
    return con, resolved.history_start


@pytest.fixture(scope="module", params=sorted(PRESET_CONFIGS))
def preset(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    seed = sorted(PRESET_CONFIGS).index(request.param)
    con, _ = population(request.param, users=80, seed=seed, months=6, as_of=dt.date(2026, 6, 30))
    yield con
    con.close()


def test_subscriptions_are_found_and_nothing_else_is(preset: duckdb.DuckDBPyConnection) -> None:
    true = {
        (user, merchant): is_running
        for _, user, merchant, is_running in preset.execute(
            f"select stream_key, user_id, merchant_name, ended_on is null from ({FINDABLE})",
            {"as_of": dt.date(2026, 6, 30)},
        ).fetchall()
    }
    known = {
        (row["user_id"], row["merchant_name"])
        for row in rows_of(preset, "stream_truth")
        if row["kind"] == "subscription"
    }
    found = {
        (row["user_id"], row["merchant_name"])
        for row in rows_of(preset, "recurring_streams")
        if row["kind"] == "subscription" and row["is_active"] and row["status"] == "MATURE"
    }
    running = {key for key, is_running in true.items() if is_running}
    assert len(running) > 80
    assert len(found & known) / len(found) >= 0.98
    assert len(found & running) / len(running) >= 0.98


def test_no_bill_or_income_is_called_a_subscription(preset: duckdb.DuckDBPyConnection) -> None:
    other = {
        (row["user_id"], row["merchant_name"])
        for row in rows_of(preset, "stream_truth")
        if row["kind"] != "subscription"
    }
    assert not [
        row["merchant_name"]
        for row in rows_of(preset, "recurring_streams")
        if row["kind"] == "subscription" and (row["user_id"], row["merchant_name"]) in other
    ]


def test_no_stream_of_people_who_have_not_consented(preset: duckdb.DuckDBPyConnection) -> None:
    [(strangers,)] = preset.execute(
        "select count(*) from recurring_streams join raw_users using (user_id) "
        "where consent_status <> 'granted'"
    ).fetchall()
    assert strangers == 0


@pytest.mark.parametrize(
    ("name", "months", "as_of"),
    [
        ("default", 6, dt.date(2026, 6, 30)),
        ("overlap_testing", 6, dt.date(2024, 3, 1)),
        ("variable_income_focus", 12, dt.date(2025, 12, 31)),
        ("cash_flow_stressed_focus", 1, dt.date(2026, 3, 2)),
    ],
)
def test_every_feature_of_everybody_is_recomputed(name: str, months: int, as_of: dt.date) -> None:
    con, start = population(name, users=40, seed=months, months=months, as_of=as_of)
    for window in (30, 180):
        for history_start in (start, None):
            build_features(con, as_of=as_of, window_days=window, history_start=history_start)
            assert disagreement(con, window, as_of, history_start) == []
    con.close()


def test_the_same_streams_without_any_category() -> None:
    as_of = dt.date(2026, 6, 30)
    con, _ = population("default", users=100, seed=3, months=6, as_of=as_of)
    subscriptions = "select user_id, transaction_ids from recurring_streams where kind = 'subscription' and is_active and status = 'MATURE'"
    given = {(user, ids[-1]) for user, ids in con.execute(subscriptions).fetchall()}
    con.execute(
        "update raw_transactions set category_primary = null, category_detailed = null, merchant_entity_id = null, merchant_name = null"
    )
    build_recurring_streams(con, as_of=as_of)
    read = {(user, ids[-1]) for user, ids in con.execute(subscriptions).fetchall()}
    assert len(given) > 100
    assert len(read & given) / len(read) >= 0.95
    assert len(read & given) / len(given) >= 0.95
    con.close()


def test_ranges_of_a_population_add_up_to_the_whole() -> None:
    as_of = dt.date(2026, 6, 30)
    con, start = population("default", users=30, seed=5, months=6, as_of=as_of)

    def contents(users: tuple[int, int] | None) -> list[list[tuple[object, ...]]]:
        build_recurring_streams(con, as_of=as_of, users=users)
        build_features(con, as_of=as_of, window_days=180, history_start=start, users=users)
        return [
            con.execute(f'select * from "{table}" order by all').fetchall()
            for table in ("recurring_streams", "_features_unrounded_180d")
        ]

    whole = contents(None)
    con.execute('drop table recurring_streams; drop table "_features_unrounded_180d"')
    for users in ((20, 30), (0, 7), (7, 20)):
        parts = contents(users)
    assert parts == whole
    con.close()
