"""Precision and recall of subscriptions, counted by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.checks import detection
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.tables.features import RECURRING_STREAMS
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
    insert,
)

CHARGES = tuple(AS_OF - dt.timedelta(days) for days in (5, 35, 66, 96))


def a_truth(merchant: str, **changes: Any) -> Row:
    return {
        "stream_key": merchant,
        "user_id": "user_0000",
        "account_id": "checking",
        "kind": "subscription",
        "merchant_name": merchant,
        "cadence": "monthly",
        "started_on": CHARGES[-1],
        "ended_on": None,
        "first_amount": Decimal("9.99"),
        "last_amount": Decimal("9.99"),
        "price_steps": 0,
    } | changes


def a_stream(merchant: str, **changes: Any) -> Row:
    return {
        "stream_id": f"s_{merchant}",
        "user_id": "user_0000",
        "account_id": "checking",
        "as_of": AS_OF,
        "merchant_name": merchant,
        "description": merchant.upper(),
        "category_primary": "ENTERTAINMENT",
        "category_detailed": "ENTERTAINMENT_TV_AND_MOVIES",
        "category_source": "given",
        "kind": "subscription",
        "frequency": "MONTHLY",
        "cadence_days": 30.44,
        "status": "MATURE",
        "is_active": True,
        "charge_count": 4,
        "average_amount": Decimal("9.99"),
        "last_amount": Decimal("9.99"),
        "monthly_amount": 9.99,
        "first_date": CHARGES[-1],
        "last_date": CHARGES[0],
        "predicted_next_date": None,
        "transaction_ids": [],
        "transaction_dates": [],
        "last_30_days_amount": Decimal("9.99"),
        "last_180_days_amount": Decimal("39.96"),
    } | changes


def scored(
    truths: list[Row], streams: list[Row], charges: dict[str, int] | None = None
) -> CheckRun:
    """A world of these truths, each with so many charges (four unless said), and these findings."""
    con: duckdb.DuckDBPyConnection = a_warehouse(
        users=[a_user()],
        accounts=[an_account()],
        streams=truths,
        transactions=[
            a_transaction("9.99", day, merchant_name=truth["merchant_name"])
            for truth in truths
            for day in CHARGES[: (charges or {}).get(truth["merchant_name"], 4)]
        ],
    )
    con.execute(RECURRING_STREAMS.create_sql())
    insert(con, RECURRING_STREAMS, streams)
    return CheckRun(con, a_configuration())


def test_all_found_and_nothing_else_is_perfect() -> None:
    run = scored([a_truth("Flix"), a_truth("Tunes")], [a_stream("Flix"), a_stream("Tunes")])
    for measure in (
        detection.subscriptions_found_are_true,
        detection.true_subscriptions_are_found,
    ):
        found = measure(run)
        assert (found.passed, found.figure) == (True, 1.0)


def many(count: int) -> list[str]:
    return [f"Flix {number}" for number in range(count)]


@pytest.mark.parametrize(("missed", "passes"), [(1, True), (2, False)])
def test_one_missed_stream_is_forgiven(missed: int, passes: bool) -> None:
    names = many(20)
    run = scored([a_truth(n) for n in names], [a_stream(n) for n in names[missed:]])
    found = detection.true_subscriptions_are_found(run)
    assert found.passed is passes
    assert found.figure == pytest.approx(1 - missed / 20)
    if not passes:
        assert [row["merchant_name"] for row in found.failing_rows] == sorted(names[:missed])
    assert detection.subscriptions_found_are_true(run).figure == 1


def test_habits_taken_for_subscriptions_are_shown() -> None:
    names = many(18)
    streams = [a_stream(n) for n in [*names, "Coffee", "Rent"]]
    run = scored([*(a_truth(n) for n in names), a_truth("Rent", kind="bill")], streams)
    found = detection.subscriptions_found_are_true(run)
    assert not found.passed
    assert found.figure == pytest.approx(0.9)
    assert [row["merchant_name"] for row in found.failing_rows] == ["Coffee", "Rent"]


def test_what_the_history_cannot_show_need_not_be_found() -> None:
    run = scored([a_truth("Flix"), a_truth("New")], [a_stream("Flix")], charges={"New": 2})
    assert detection.true_subscriptions_are_found(run).figure == 1


def test_a_cancelled_stream_need_not_be_found_but_may_be() -> None:
    ended = a_truth("Gone", ended_on=AS_OF - dt.timedelta(1))
    missed = scored([a_truth("Flix"), ended], [a_stream("Flix")])
    assert detection.true_subscriptions_are_found(missed).figure == 1
    found = scored([a_truth("Flix"), ended], [a_stream("Flix"), a_stream("Gone")])
    assert detection.subscriptions_found_are_true(found).figure == 1


def test_streams_that_stopped_or_are_new_do_not_count_as_found() -> None:
    run = scored(
        [a_truth("Flix")],
        [
            a_stream("Flix"),
            a_stream("Old", is_active=False),
            a_stream("New", status="EARLY_DETECTION"),
        ],
    )
    assert detection.subscriptions_found_are_true(run).figure == 1


def test_two_contracts_with_one_payee_are_two() -> None:
    run = scored(
        [a_truth("Flix"), a_truth("Flix", stream_key="second")],
        [a_stream("Flix"), a_stream("Flix", stream_id="s2")],
    )
    assert detection.true_subscriptions_are_found(run).figure == 1
    run = scored([a_truth("Flix"), a_truth("Flix", stream_key="second")], [a_stream("Flix")])
    assert detection.true_subscriptions_are_found(run).figure == 0.5


def test_nothing_to_find_is_not_a_failure() -> None:
    run = scored([], [])
    assert detection.subscriptions_found_are_true(run).skipped
    assert detection.true_subscriptions_are_found(run).skipped


def test_people_without_consent_are_not_scored() -> None:
    run = scored([a_truth("Flix")], [])
    run.con.execute("update raw_users set consent_status = 'denied'")
    assert detection.true_subscriptions_are_found(run).skipped
