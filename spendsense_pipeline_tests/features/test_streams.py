"""Recurring streams, one test per trap: what repeats is found, and called what it is."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.features import disagreements
from spendsense_pipeline.tables.features import FEATURES_30D, FEATURES_180D, RECURRING_STREAMS
from spendsense_pipeline_tests.fixtures.charges import (
    INSURANCE,
    RENT,
    TV,
    after_weekend,
    charges,
    every,
    found,
    found_each,
    months,
)
from spendsense_pipeline_tests.fixtures.measured_people import (
    measured,
    measured_one,
)
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_paycheck,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

D = dt.date


def test_schema_is_as_declared() -> None:
    con = a_warehouse(users=[a_user()], accounts=[an_account()])
    measured(con, 30)
    measured(con, 180)
    for table in (RECURRING_STREAMS, FEATURES_30D, FEATURES_180D):
        assert disagreements(con, table) == []
        assert all(column.description and column.full_description for column in table.columns)


def test_a_monthly_subscription() -> None:
    rows = charges(months(5))
    [stream] = found(rows)
    assert stream["kind"] == "subscription"
    assert stream["frequency"] == "MONTHLY"
    assert stream["status"] == "MATURE"
    assert stream["is_active"]
    assert stream["average_amount"] == stream["last_amount"] == Decimal("15.49")
    assert stream["monthly_amount"] == pytest.approx(15.49)
    assert stream["transaction_ids"] == [row["transaction_id"] for row in rows]
    assert stream["charge_count"] == 6
    assert (stream["first_date"], stream["last_date"]) == (D(2026, 1, 5), D(2026, 6, 5))
    assert stream["predicted_next_date"] == D(2026, 7, 5)
    assert (stream["merchant_name"], stream["category_source"]) == ("Netflix", "given")


@pytest.mark.parametrize(
    "as_of", [D(2026, 3, 3), D(2026, 3, 31), D(2024, 3, 1), D(2026, 6, 30), D(2027, 1, 2)]
)
def test_any_day_of_the_month_with_weekend_slides(as_of: dt.date) -> None:
    days = (1, 15, 28, 29, 30, 31)
    dates = [[after_weekend(d) for d in months(day, 5, as_of)] for day in days]
    households = [charges([d for d in each if d <= as_of]) for each in dates]
    for day, [stream] in zip(days, found_each(*households, as_of=as_of), strict=True):
        kind = (stream["frequency"], stream["kind"], stream["is_active"])
        assert kind == ("MONTHLY", "subscription", True), day
        assert stream["predicted_next_date"] > as_of, day


def test_the_last_day_of_the_month_is_expected_again() -> None:
    [stream] = found(charges(months(31, 5, D(2026, 5, 31))), D(2026, 6, 2))
    assert stream["predicted_next_date"] == D(2026, 6, 30)


def test_one_skipped_month() -> None:
    dates = months(12, 5)
    for [stream] in found_each(*(charges(dates[:n] + dates[n + 1 :]) for n in (1, 2, 3))):
        kind = (stream["frequency"], stream["is_active"], stream["kind"])
        assert kind == ("MONTHLY", True, "subscription")


def test_every_second_month_is_not_monthly() -> None:
    assert found(charges(every(61, 3))) == []


def test_one_price_step() -> None:
    prices = [["15.49"] * step + ["17.99"] * (4 - step) for step in range(1, 4)]
    for [stream] in found_each(*(charges(months(5, 4), amounts) for amounts in prices)):
        assert stream["kind"] == "subscription"
        assert stream["last_amount"] == Decimal("17.99")


def test_half_as_much_again_is_one_price_step_and_more_is_another_price() -> None:
    prices = [["19.99"] * 3 + ["29.99"] * 2, ["19.99"] * 3 + ["30.99"] * 2]
    rises, leaps = found_each(*(charges(months(5, 5), amounts) for amounts in prices))
    assert [(stream["kind"], stream["last_amount"]) for stream in rises] == [
        ("subscription", Decimal("29.99"))
    ]
    assert leaps == []


def test_three_visits_to_a_cinema_are_no_subscription_and_a_pass_is() -> None:
    cinema = TV | {"merchant_name": "Orpheum Cinema", "merchant_entity_id": "m_orpheum"}
    visits = [
        [D(2026, 2, 7), D(2026, 3, 6), D(2026, 5, 6)],
        [D(2026, 4, 16), D(2026, 5, 13), D(2026, 5, 27)],
        [D(2026, 3, 2), D(2026, 4, 4), D(2026, 5, 9)],
    ]
    prices = ["18.14", "18.90", "18.20"]
    assert found_each(*([r | cinema for r in charges(d, prices)] for d in visits)) == [[], [], []]
    [[stream]] = found_each([row | cinema for row in charges(months(5, 3), ["24.99"] * 3)])
    assert stream["kind"] == "subscription"


def test_prices_that_keep_changing_are_no_subscription() -> None:
    assert found(charges(months(5, 5), ["11.00", "24.00", "8.50", "31.00", "16.00"])) == []


def test_cadences() -> None:
    cadences = {7: ("WEEKLY", 7), 14: ("BIWEEKLY", 14), 30: ("MONTHLY", 30.44)}
    streams = found_each(*(charges(every(days, 4), "10.00") for days in cadences))
    for [stream], (frequency, cadence) in zip(streams, cadences.values(), strict=True):
        assert (stream["frequency"], stream["cadence_days"]) == (frequency, cadence)
        assert stream["monthly_amount"] == pytest.approx(10 * 30.44 / cadence)


def test_semimonthly_pay_that_moves_before_weekends() -> None:
    days = [
        d
        for month in range(1, 7)
        for d in (D(2026, month, 15), D(2026, month, calendar.monthrange(2026, month)[1]))
    ]
    pay = [a_paycheck(1500, d - dt.timedelta(days=max(0, d.isoweekday() - 5))) for d in days]
    [stream] = found(pay)
    assert (stream["kind"], stream["frequency"], stream["average_amount"]) == (
        "income",
        "SEMI_MONTHLY",
        -1500,
    )
    assert stream["predicted_next_date"].isoweekday() < 6


def test_biweekly_pay_is_not_semimonthly() -> None:
    [stream] = found(
        [a_paycheck(1500 + 7 * n, d) for n, d in enumerate(every(14, 12, D(2026, 6, 26)))]
    )
    assert (stream["kind"], stream["frequency"]) == ("income", "BIWEEKLY")


def test_annual_needs_two() -> None:
    rows = charges([D(2025, 6, 10), D(2026, 6, 12)], "139.00")
    [stream] = found(rows)
    assert (stream["frequency"], stream["status"], stream["is_active"]) == (
        "ANNUALLY",
        "MATURE",
        True,
    )
    assert stream["monthly_amount"] == pytest.approx(139 * 30.44 / 365.25)
    assert found(rows[1:]) == []


def test_two_contracts_with_one_payee() -> None:
    rows = charges(months(5), "42.00", **INSURANCE) + charges(months(20), "118.00", **INSURANCE)
    streams = found(rows)
    assert sorted(s["average_amount"] for s in streams) == [42, 118]
    assert {(s["kind"], s["frequency"]) for s in streams} == {("bill", "MONTHLY")}
    assert len({s["stream_id"] for s in streams}) == 2


def test_two_contracts_on_the_same_day() -> None:
    households = [
        [row for amount in amounts for row in charges(months(5), amount)]
        for amounts in (("9.99", "19.99"), ("12.00", "12.00"))
    ]
    for streams in found_each(*households):
        assert [s["kind"] for s in streams] == ["subscription"] * 2


def test_contracts_of_nearly_the_same_price() -> None:
    rows = charges(months(5), "10.99") + charges(months(18), "11.99")
    assert sorted(s["average_amount"] for s in found(rows)) == [Decimal("10.99"), Decimal("11.99")]


def test_a_stream_that_moves_to_another_card() -> None:
    dates = months(9, 6)
    rows = charges(dates[:4]) + charges(dates[4:], account_id="card")
    [stream] = [s for s in found(rows) if s["is_active"] and s["status"] == "MATURE"]
    assert (stream["account_id"], stream["charge_count"], stream["kind"]) == (
        "card",
        6,
        "subscription",
    )


def test_one_service_on_two_accounts() -> None:
    rows = charges(months(9)) + charges(months(23), account_id="card")
    assert [s["kind"] for s in found(rows)] == ["subscription"] * 2


def test_a_cancelled_subscription_is_inactive() -> None:
    last = AS_OF - dt.timedelta(days=49)  # 1.6 × 30.44 = 48.7
    [[gone], [running]] = found_each(
        charges(every(30, 4, last)), charges(every(30, 4, last + dt.timedelta(days=1)))
    )
    assert (gone["status"], gone["is_active"], gone["predicted_next_date"]) == (
        "MATURE",
        False,
        None,
    )
    assert running["is_active"]


def test_two_charges_are_early_and_then_tombstoned() -> None:
    [[early], [gone]] = found_each(
        *(charges(every(30, 2, AS_OF - dt.timedelta(days=days))) for days in (20, 60))
    )
    assert (early["status"], early["is_active"]) == ("EARLY_DETECTION", True)
    assert (gone["status"], gone["is_active"]) == ("TOMBSTONED", False)


def test_early_streams_are_not_counted() -> None:
    row = measured_one(180, accounts=[an_account()], transactions=charges(every(30, 2)))
    assert (
        row["subscription_count"],
        row["monthly_subscription_spend_usd"],
        row["subscription_spend_share"],
    ) == (0, 0, 0)


def test_three_charges_within_130_days() -> None:
    inside = [AS_OF - dt.timedelta(days=d) for d in (129, 98, 37)]  # one skip, at the edge
    outside = [AS_OF - dt.timedelta(days=d) for d in (130, 99, 38)]
    none, within, beyond = found_each(*(charges(d) for d in (every(64, 3), inside, outside)))
    assert none == []
    assert [s["status"] for s in within] == ["MATURE"]
    assert [s["status"] for s in beyond if s["is_active"]] == []


def test_pending_and_business_and_unconsented_rows_make_no_stream() -> None:
    dates = months(5)
    assert found([row | {"pending": True} for row in charges(dates)]) == []
    assert found(charges(dates), accounts=[an_account(holder_category="business")]) == []
    assert found(charges(dates), users=[a_user(consent_status="revoked")]) == []
    assert len(found(charges(dates), accounts=[an_account(ownership="joint")])) == 1


def test_refunds_do_not_break_a_stream() -> None:
    refund = a_transaction("-15.49", D(2026, 4, 9), **TV)
    [stream] = found([*charges(months(5)), refund])
    assert stream["charge_count"] == 6


def test_subscriptions_are_the_same_in_both_windows_and_their_share_is_of_the_window() -> None:
    rows = [
        *charges(months(5), "20.00"),
        a_transaction("80.00", AS_OF),
        a_transaction("300.00", D(2026, 2, 1)),
    ]
    short = measured_one(30, accounts=[an_account()], transactions=rows)
    long = measured_one(180, accounts=[an_account()], transactions=rows)
    assert short["subscription_count"] == long["subscription_count"] == 1
    assert short["subscription_spend_share"] == pytest.approx(20 / 100)
    assert long["subscription_spend_share"] == pytest.approx(120 / 500)


@settings(max_examples=8)
@given(order=st.randoms(use_true_random=False))
def test_row_order_does_not_show(order: Any) -> None:
    rows = list(_several_series())
    order.shuffle(rows)
    assert found(rows) == _found_in_order()


@functools.cache
def _several_series() -> tuple[Row, ...]:
    rows = charges(months(5), "42.00", **INSURANCE) + charges(months(20), "118.00", **INSURANCE)
    rows += charges(months(9)) + [a_paycheck(1500, d) for d in every(14, 12)]
    return (*rows, *charges(months(1), "1500.00", **RENT))


@functools.cache
def _found_in_order() -> list[Row]:
    return found(list(_several_series()))


def test_stream_ids_stay_from_one_night_to_the_next() -> None:
    rows = charges(months(5)) + charges(months(1), "1500.00", **RENT)
    tonight = {s["stream_id"] for s in found(rows)}
    later = {s["stream_id"] for s in found(rows, AS_OF + dt.timedelta(days=1))}
    assert tonight == later
    assert len(tonight) == 2
