"""Loans: paid by the household's own bills, and owed to the cent what their schedules leave."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections import defaultdict
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation.behaviours.loan_terms import KINDS, level_payment
from spendsense_pipeline.generation.world import LEAD_IN_DAYS
from spendsense_pipeline.plaid.categories import LOAN_PAYMENTS
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.raw import RAW_LOANS
from spendsense_pipeline_tests.fixtures.generated_people import (
    TWO_YEARS,
    a_configuration,
    a_population,
    every_row,
    judge,
    rows,
    two_years_of_two_hundred,
)
from spendsense_pipeline_tests.fixtures.loan_by_hand import LoanPlan
from spendsense_pipeline_tests.fixtures.raw_world import next_open

DAY = dt.timedelta(days=1)
Loan = dict[str, Any]


def two_years_of(people: int, seed: int, **sections: Any) -> ResolvedConfig:
    return a_configuration(
        as_of=dt.date(2026, 6, 30),
        history_start=dt.date(2024, 7, 1),
        config={"seed": seed, "num_users": people, "months_history": 24},
        **sections,
    )


def loans_of(con: duckdb.DuckDBPyConnection) -> list[Loan]:
    found = rows(
        con,
        "select loan.*, opening_balance, balance_current, opened_on, subtype,"
        " institution_name from raw_loans as loan join raw_accounts using (account_id)",
    )
    names = [*RAW_LOANS.column_names, "opening", "current", "opened_on", "subtype", "lender"]
    return [dict(zip(names, row, strict=True)) for row in found]


def paid_on_loans(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[dt.date, Decimal]]]:
    found = defaultdict(list)
    for account, day, amount in rows(
        con,
        "select account_id, date, amount from raw_transactions join raw_accounts using (account_id)"
        " where type = 'loan' and not pending order by date",
    ):
        found[account].append((day, amount))
    return found


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.long)])
def made(request: pytest.FixtureRequest) -> tuple[ResolvedConfig, duckdb.DuckDBPyConnection]:
    resolved = a_configuration(
        as_of=dt.date(2026, 3, 14), config={"seed": request.param, "months_history": 5}
    )
    return resolved, a_population(resolved)


def due_day(loan: Loan) -> int:
    """Of the month: the latest of the days its dates show, as short months bring it forward."""
    dates = (loan["origination_date"], loan["maturity_date"], loan["next_payment_due_date"])
    return max(date.day for date in dates if date)


def test_the_balance_is_what_the_schedule_leaves_to_the_cent(
    made: tuple[ResolvedConfig, duckdb.DuckDBPyConnection],
) -> None:
    """Recomputed payment by payment from the day the loan was made, in decimal arithmetic."""
    resolved, con = made
    planned_from = resolved.history_start - LEAD_IN_DAYS * DAY
    paid = paid_on_loans(con)
    exact = 0
    for loan in loans_of(con):
        payments = [day for day, amount in paid[loan["account_id"]] if amount < 0]
        on_time = {
            next_open(dt.date(d.year, d.month, min(due_day(loan), _length(d)))) for d in payments
        }
        if not set(payments) <= on_time:
            continue  # who lives from paycheck to paycheck pays when there is money
        plan = LoanPlan(
            loan["kind"],
            loan["origination_principal_usd"],
            loan["interest_rate_percentage"],
            loan["term_months"],
            loan["origination_date"].replace(day=1),
        )
        owed, before, number = plan.principal, loan["origination_date"], 1
        while True:
            first = plan.due(number)
            day = first.replace(day=min(due_day(loan), _length(first)))
            day = next_open(day) if day >= planned_from else day
            if day >= resolved.history_start:
                break
            interest = plan.interest(owed, (day - before).days)
            owed += interest - loan["principal_and_interest_usd"]
            before, number = day, number + 1
        assert owed == loan["opening"], loan
        exact += 1
    assert exact > 0.7 * len(loans_of(con)) > 20


def _length(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def test_terms_are_of_their_time_and_the_payment_is_the_bill(
    made: tuple[ResolvedConfig, duckdb.DuckDBPyConnection],
) -> None:
    resolved, con = made
    kinds = {kind.name: kind for kind in KINDS}
    codes = ", ".join(f"'{code}'" for code in LOAN_PAYMENTS.values())
    bills = rows(
        con,
        "select distinct account_id[1:9], category_detailed from raw_transactions"
        " join raw_accounts using (account_id)"
        f" where type = 'depository' and category_detailed in ({codes})",
    )
    loans = loans_of(con)
    assert len(loans) == len(bills)
    assert {loan["kind"] for loan in loans} == set(kinds)
    for loan in loans:
        kind = kinds[loan["kind"]]
        assert loan["term_months"] in kind.term_shares
        assert loan["opened_on"] == loan["origination_date"] < resolved.history_start
        assert loan["subtype"] == kind.subtype
        years = [*kind.percent_by_year]
        year = min(max(loan["origination_date"].year, years[0]), years[-1])
        going = kind.percent_by_year[max(each for each in years if each <= year)]
        going += kind.percent_by_term.get(loan["term_months"], 0.0)
        off = abs(float(loan["interest_rate_percentage"]) - going)
        assert off <= 2 * kind.spread_percent + kind.step / 1_000
        if loan["kind"] == "mortgage":
            assert loan["origination_principal_usd"] % 1_000 == 0
            kept = loan["next_monthly_payment_usd"] - loan["principal_and_interest_usd"]
            assert Decimal("0.1") < kept / loan["next_monthly_payment_usd"] < Decimal("0.32")
        elif loan["current"] > 0:
            assert loan["next_monthly_payment_usd"] == loan["principal_and_interest_usd"]
        else:
            assert loan["next_monthly_payment_usd"] is None


@pytest.mark.parametrize("seed", [5, 42])
def test_loans_are_made_at_the_age_people_take_them(seed: int) -> None:
    """Nobody begins to pay a house off in thirty years at seventy, or has just studied at forty."""
    people = two_years_of_two_hundred(seed)
    age_of = {user["user_id"]: user["age"] for user in people.users.to_pylist()}
    owner = {each["account_id"]: each["user_id"] for each in people.accounts.to_pylist()}
    made_at: dict[tuple[str, int], list[float]] = defaultdict(list)
    for loan in people.loans.to_pylist():
        years_ago = (TWO_YEARS[0] - loan["origination_date"]).days / 365.25
        age = age_of[owner[loan["account_id"]]] - years_ago
        made_at[loan["kind"], loan["term_months"]].append(age)
    assert len(made_at["mortgage", 360]) > 40
    assert max(made_at["mortgage", 360]) < 66
    assert max(made_at["mortgage", 180]) < 74
    students = [age for (kind, _), made in made_at.items() if kind == "student" for age in made]
    assert max(students) < 40


def test_no_feature_sees_a_loan() -> None:
    """Features of a population are those it has without the loans' accounts and rows."""
    resolved = a_configuration(config={"seed": 3, "num_users": 60})
    con = a_population(resolved)
    tables = ["recurring_streams", "persona_assignments", *(f"features_{n}d" for n in WINDOWS)]
    judge(con, resolved)
    seen = {name: every_row(con, name) for name in tables}
    con.execute(
        "update raw_transactions set transfer_id = null where transfer_id in"
        " (select transfer_id from raw_transactions join raw_accounts using (account_id)"
        " where type = 'loan')"
    )
    loans = "(select account_id from raw_accounts where type = 'loan')"
    for table in ("raw_transactions", "raw_loans", "raw_accounts"):
        con.execute(f"delete from {table} where account_id in {loans}")
    judge(con, resolved)
    for name in tables:
        assert every_row(con, name) == seen[name], name


@pytest.mark.parametrize("seed", [5, pytest.param(6, marks=pytest.mark.long)])
def test_a_loan_that_ends_is_paid_off_and_its_bill_is_over(seed: int) -> None:
    con = a_population(two_years_of(80, seed))
    paid, ended = paid_on_loans(con), 0
    bill_ended_on = {
        (user, name): day
        for user, name, day in rows(
            con, "select user_id, merchant_name, ended_on from stream_truth where kind = 'bill'"
        )
    }
    for loan in loans_of(con):
        if loan["current"] > 0:
            assert loan["next_payment_due_date"] is not None
            continue
        assert loan["current"] == 0
        assert loan["kind"] != "mortgage"
        assert loan["next_payment_due_date"] is None
        payments = [(day, -amount) for day, amount in paid[loan["account_id"]] if amount < 0]
        (day, last), usual = payments[-1], loan["principal_and_interest_usd"]
        assert {amount for _, amount in payments[:-1]} <= {usual}
        assert 0 < last <= usual * Decimal("1.05")
        assert loan["last_payment_date"] == day
        assert abs((day - loan["maturity_date"]).days) < 40
        assert bill_ended_on[loan["user_id"], loan["lender"]] == day
        ended += 1
    assert ended >= 3


def test_a_way_of_living_that_rests_on_bills_goes_on_with_them() -> None:
    loans = loans_of(a_population(two_years_of(60, 7, preset="balanced")))
    assert len(loans) > 20
    assert all(loan["current"] > 0 for loan in loans)


def test_a_mortgage_payment_grows_by_escrow_alone_and_escrow_pays_the_county() -> None:
    con = a_population(two_years_of(60, 4))
    escrow = defaultdict(list)
    for account, amount in rows(
        con,
        "select account_id, amount from raw_transactions where name = 'ESCROW DEPOSIT'"
        " order by date",
    ):
        escrow[account].append(amount)
    mortgages = [loan for loan in loans_of(con) if loan["kind"] == "mortgage"]
    assert len(mortgages) > 10
    grown = 0
    for loan in mortgages:
        months = escrow[loan["account_id"]]
        assert len(months) in (23, 24)
        steps = [b - a for a, b in itertools.pairwise(months) if a != b]
        assert len(steps) <= 2
        assert min(steps, default=1) > 0
        grown += bool(steps)
        # Four half years are paid out, and what is kept stays under a half year's and a cushion.
        assert loan["escrow_paid_out_usd"] > 20 * months[0]
        assert 0 < loan["escrow_balance_usd"] <= 9 * months[-1]
    assert grown > 0.6 * len(mortgages)


def test_a_level_payment_pays_a_loan_off() -> None:
    principal, rate, term = np.array([250_000.0]), np.array([6_500]), np.array([360])
    [payment] = level_payment(principal, rate, term)
    assert round(float(payment), 2) == 1580.17
    owed = 250_000.0
    for _ in range(360):
        owed += owed * 0.065 / 12 - payment
    assert abs(owed) < 0.01
