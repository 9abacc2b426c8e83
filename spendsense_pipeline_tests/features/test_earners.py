"""Whose pay describes a household: one payday in two accounts, a change of jobs, two earners."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline_tests.fixtures.measured_people import (
    disagreement,
    measured_alone,
    measured_alone_each,
)
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_paycheck,
    a_savings_account,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)
from spendsense_pipeline_tests.fixtures.traced_people import a_traced_world, traces_of
from spendsense_pipeline_tests.traces.proofs_by_hand import Books, discrepancies

ACCOUNTS = [an_account(), a_savings_account()]


def paid_by(payer: str, amount: float, days_ago: Iterable[int], **change: Any) -> list[Row]:
    return [
        a_paycheck(amount, AS_OF - dt.timedelta(days=d), merchant_name=payer, **change)
        for d in days_ago
    ]


def household(*paychecks: list[Row], window: int = 180) -> Row:
    rows = [row for of_payer in paychecks for row in of_payer]
    return measured_alone(window, history_start=None, accounts=ACCOUNTS, transactions=rows)


def household_each(*worlds: list[Row], window: int = 180) -> list[Row]:
    """Features of one household for each list of paychecks."""
    asked = ({"accounts": ACCOUNTS, "transactions": rows} for rows in worlds)
    return measured_alone_each(*asked, window_days=window, history_start=None)


def cadence(row: Row) -> tuple[float | None, str | None]:
    return row["median_pay_gap_days"], row["pay_frequency"]


@pytest.mark.parametrize("window", [30, 180])
def test_one_employer_paying_into_two_accounts_has_one_payday(window: int) -> None:
    days = range(4, 170, 14)
    rest = [
        paid_by("Acme", 500, [d + early for d in days], account_id="savings") for early in range(4)
    ]
    found = household_each(*([*paid_by("Acme", 1500, days), *of] for of in rest), window=window)
    for early, row in enumerate(found):
        assert cadence(row) == (14, "biweekly"), early
        both = sum(d < window for d in days) + sum(d + early < window for d in days)
        assert row["paycheck_count"] == both, early


def test_four_days_apart_are_two_paydays() -> None:
    days = range(4, 170, 14)
    rest = paid_by("Acme", 500, [d + 4 for d in days], account_id="savings")
    assert household(paid_by("Acme", 1500, days), rest)["pay_frequency"] == "irregular"


def test_two_employers_within_days_are_two_paydays_of_a_change_of_jobs() -> None:
    row = household(paid_by("Acme", 2000, range(58, 170, 14)), paid_by("Globex", 2000, [56, 42]))
    assert cadence(row) == (14, "biweekly")
    found = household(paid_by("Acme", 2000, [100]), paid_by("Globex", 2000, [98]))
    assert found["median_pay_gap_days"] == 2


def test_two_earners_are_two_cadences_and_not_one_irregular_one() -> None:
    weekly = paid_by("Acme", 400, range(3, 170, 7))
    monthly = paid_by("Globex", 5000, range(10, 170, 30))
    row = household(weekly, monthly)
    assert cadence(row) == (30, "monthly")
    assert row["income_variability"] == 0
    assert row["paycheck_count"] == len(weekly) + len(monthly)
    history = 164 + 1  # to the oldest row
    income = (400 * len(weekly) + 5000 * len(monthly)) * 30 / history
    assert row["income_monthly_usd"] == pytest.approx(income)
    # The main earner is the one with the most pay, in a window without a payday of theirs too.
    assert cadence(household(weekly, paid_by("Globex", 1000, range(10, 170, 30)))) == (7, "weekly")


def test_who_earned_most_in_half_a_year_is_the_main_earner_of_both_windows() -> None:
    # More in the last month, less in the half year.
    big = paid_by("Acme", 3000, range(40, 180, 14))
    small = paid_by("Globex", 900, range(2, 180, 7))
    # What was earned before does not count.
    old = paid_by("Acme", 9000, range(185, 400, 14))
    row, of_old = household_each(big + small, old + paid_by("Acme", 10, [170]) + small)
    assert row["median_pay_gap_days"] == 14
    assert cadence(of_old) == (7, "weekly")
    assert household(big, small, window=30)["median_pay_gap_days"] == 40


def test_overlapping_longer_than_a_change_of_jobs_makes_two_earners() -> None:
    earners = {0: 1, 14: 1, 60: 1, 61: 2, 90: 2}  # by the days they overlap
    # The first pays weekly and little, the second monthly and much.
    first = paid_by("Acme", 10, range(100, 400, 7))
    seconds = [paid_by("Globex", 5000, [*range(10, 100, 30), 100 + days]) for days in earners]
    found = household_each(*([*first, *second] for second in seconds))
    gaps = [row["median_pay_gap_days"] for row in found]
    assert gaps == [7 if number == 1 else 30 for number in earners.values()]


def test_a_change_of_jobs_is_one_earner_and_its_gap_counts() -> None:
    soon, late = household_each(
        paid_by("Acme", 2000, range(120, 180, 14)) + paid_by("Globex", 2000, range(5, 60, 14)),
        paid_by("Acme", 2000, [170]) + paid_by("Globex", 2000, [10]),
    )
    assert cadence(soon) == (14, "biweekly")
    assert late["median_pay_gap_days"] == 160


def test_a_new_job_follows_the_one_that_ended_and_not_the_partners() -> None:
    partner = paid_by("Initech", 400, range(5, 170, 14))
    old = paid_by("Acme", 3000, range(54, 180, 30))
    # Once paid by the new employer, or twice.
    worlds = [partner + old + paid_by("Globex", 3100, days) for days in ([24], [24, 10])]
    for row in household_each(*worlds):
        assert row["median_pay_gap_days"] == 30
    for row in household_each(*worlds, window=30):
        assert row["median_pay_gap_days"] <= 30


def test_clients_who_take_turns_are_one_earners() -> None:
    """Somebody with three clients is not paid every half year."""
    turns = [
        row
        for n, day in enumerate(range(10, 700, 56))
        for row in paid_by(("Acme", "Globex", "Initech")[n % 3], 6000 + 100 * n, [day])
    ]
    # Beside a partner's salary they remain one, whichever earns more.
    lower, higher = (paid_by("Umbrella", usd, range(3, 700, 14)) for usd in (500, 5000))
    alone, beside_lower, beside_higher = household_each(turns, turns + lower, turns + higher)
    assert cadence(alone) == (56, "irregular")
    assert cadence(beside_lower) == (56, "irregular")
    assert cadence(beside_higher) == (14, "biweekly")


def test_a_payer_is_known_however_its_name_is_written() -> None:
    names = ["ACME CORP DES:PAYROLL ID:88", "Acme Corp", "ACME PAYROLL 0612 INDN:DOE", "Acme, Inc."]
    days = list(range(4, 170, 14))
    rows = [
        a_paycheck(
            1500,
            AS_OF - dt.timedelta(days=day),
            merchant_name=names[n % 4] if n % 2 else None,
            name=names[n % 4],
        )
        for n, day in enumerate(days)
    ]
    early = [
        row | {"transaction_id": f"e{n}", "date": row["date"] - dt.timedelta(days=2)}
        for n, row in enumerate(rows)
    ]
    assert cadence(household(rows, early)) == (14, "biweekly")


def test_who_carries_wages_is_not_the_payer() -> None:
    acme = paid_by("ADP", 900, range(3, 170, 7), name="ADP PAYROLL ACME")
    globex = paid_by("ADP", 5000, range(5, 170, 30), name="ADP PAYROLL GLOBEX")
    assert cadence(household(acme, globex)) == (30, "monthly")


def test_cities_and_states_are_not_one_payer() -> None:
    ohio = paid_by("State of Ohio", 900, range(3, 170, 7))
    farm = paid_by("State Farm", 5000, range(5, 170, 30))
    assert cadence(household(ohio, farm)) == (30, "monthly")


def test_the_pay_gap_is_proved_by_the_main_earners_paychecks() -> None:
    thin = an_account(balance_current=Decimal(1))
    mine = paid_by("Acme", 9000, [12, 72, 132]) + paid_by(
        "Acme", 300, [10, 70, 130], account_id="savings"
    )
    partners = paid_by("Globex", 100, range(1, 170, 14))
    spent = [a_transaction("3000.00", AS_OF - dt.timedelta(days=d)) for d in (5, 65, 125)]
    con = a_traced_world(
        users=[a_user()],
        accounts=[thin, a_savings_account()],
        transactions=[*mine, *partners, *spent],
    )
    books, traces = Books(con), traces_of(con)
    assert [problem for trace in traces for problem in discrepancies(books, trace)] == []
    own = {row["transaction_id"] for row in mine}
    proofs = [
        set(entry["ids"])
        for trace in traces
        for entry in trace["evidence"]
        if entry["feature"] == "median_pay_gap_days"
    ]
    assert len(proofs) == 2
    assert all(ids and ids <= own for ids in proofs)
    con.close()


def test_daily_payouts_are_irregular_and_not_one_long_payday() -> None:
    row = household(paid_by("Acme", 60, range(1, 170)))
    assert cadence(row) == (4, "irregular")


@st.composite
def payers(draw: st.DrawFn, number: int) -> list[Row]:
    """One payer for a while: its cadence, its days, now and then a second account some days early."""
    gap = draw(st.sampled_from([1, 7, 14, 15, 30, 56, 90]))
    begin, end = sorted(draw(st.tuples(st.integers(0, 400), st.integers(0, 400))))
    rows = []
    early = draw(st.sampled_from([None, None, 0, 1, 2, 3, 4]))
    for day in range(begin, end + 1, gap):
        slide = draw(st.integers(-1, 1))
        amount = draw(st.integers(100, 3000))
        rows += paid_by(f"Payer{'ABCD'[number]} Inc", amount, [max(day + slide, 0)])
        if early is not None:
            rows += paid_by(
                f"Payer{'ABCD'[number]} Inc", 200, [max(day + early, 0)], account_id="savings"
            )
    return rows


@st.composite
def households(draw: st.DrawFn) -> list[Row]:
    rows = [row for n in range(draw(st.integers(1, 4))) for row in draw(payers(n))]
    for day in draw(st.lists(st.integers(0, 200), max_size=4)):
        code = draw(st.sampled_from(["INCOME_RETIREMENT_PENSION", "INCOME_UNEMPLOYMENT"]))
        rows += paid_by("Benefits", 700, [day], category_detailed=code)
    return rows


def is_recomputed(rows: list[Row], window: int, start: dt.date | None) -> None:
    con = a_warehouse(users=[a_user()], accounts=ACCOUNTS, transactions=rows)
    build_recurring_streams(con, as_of=AS_OF)
    build_features(con, as_of=AS_OF, window_days=window, history_start=start)
    assert disagreement(con, window, AS_OF, start) == []
    con.close()


ANY_HOUSEHOLD = {
    "rows": households(),
    "window": st.sampled_from([30, 180]),
    "start": st.sampled_from([None, AS_OF - dt.timedelta(days=100)]),
}


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(**ANY_HOUSEHOLD)
def test_random_households(rows: list[Row], window: int, start: dt.date | None) -> None:
    is_recomputed(rows, window, start)


@pytest.mark.long
@pytest.mark.fuzz
@settings(max_examples=max(150, settings().max_examples), suppress_health_check=list(HealthCheck))
@given(**ANY_HOUSEHOLD)
def test_many_random_households(rows: list[Row], window: int, start: dt.date | None) -> None:
    is_recomputed(rows, window, start)
