"""Whole generated populations: features recomputed, streams scored against what the generator knows.

The world is only a source of rows here; no test looks at how it was made but through `stream_truth`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from spendsense_pipeline.controls import PRESET_CONFIGS
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population
from spendsense_pipeline_tests.fixtures.measured_people import disagreement, rows_of
from spendsense_pipeline_tests.fixtures.rows import AS_OF

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
    preset: str, *, users: int, seed: int, months: int = 6, as_of: dt.date = AS_OF
) -> tuple[duckdb.DuckDBPyConnection, dt.date]:
    """A warehouse with the generated rows and their streams, and the start of its history."""
    resolved = a_configuration(
        as_of=as_of,
        preset=preset,
        config={"num_users": users, "seed": seed, "months_history": months},
    )
    con = a_population(resolved)
    build_recurring_streams(con, as_of=as_of)
    return con, resolved.history_start


IN_SHORT = {"default", "overlap_testing", "variable_income_focus"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(preset, marks=[] if preset in IN_SHORT else pytest.mark.long)
        for preset in sorted(PRESET_CONFIGS)
    ],
)
def preset(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    seed = sorted(PRESET_CONFIGS).index(request.param)
    con, _ = population(request.param, users=80, seed=seed)
    yield con
    con.close()


def test_subscriptions_are_found_and_nothing_else_is(preset: duckdb.DuckDBPyConnection) -> None:
    true = {
        (user, merchant): is_running
        for _, user, merchant, is_running in preset.execute(
            f"select stream_key, user_id, merchant_name, ended_on is null from ({FINDABLE})",
            {"as_of": AS_OF},
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
    assert len(running) > 50
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
        pytest.param("default", 6, AS_OF, marks=pytest.mark.long),
        ("overlap_testing", 6, dt.date(2024, 3, 1)),
        pytest.param("variable_income_focus", 12, dt.date(2025, 12, 31), marks=pytest.mark.long),
        pytest.param("cash_flow_stressed_focus", 1, dt.date(2026, 3, 2), marks=pytest.mark.long),
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
    con, _ = population("default", users=100, seed=3)
    subscriptions = "select user_id, transaction_ids from recurring_streams where kind = 'subscription' and is_active and status = 'MATURE'"
    given = {(user, ids[-1]) for user, ids in con.execute(subscriptions).fetchall()}
    con.execute(
        "update raw_transactions set category_primary = null, category_detailed = null, merchant_entity_id = null, merchant_name = null"
    )
    build_recurring_streams(con, as_of=AS_OF)
    read = {(user, ids[-1]) for user, ids in con.execute(subscriptions).fetchall()}
    assert len(given) > 100
    assert len(read & given) / len(read) >= 0.95
    assert len(read & given) / len(given) >= 0.95
    con.close()


def test_ranges_of_a_population_add_up_to_the_whole() -> None:
    con, start = population("default", users=30, seed=5)

    def contents(users: tuple[int, int] | None) -> list[list[tuple[object, ...]]]:
        build_recurring_streams(con, as_of=AS_OF, users=users)
        build_features(con, as_of=AS_OF, window_days=180, history_start=start, users=users)
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
