"""Homes and bills: who owns, what rents do over the years, when the county is paid."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.billers import biller_called
from spendsense_pipeline_tests.fixtures.generated_people import (
    TWO_YEARS,
    two_years_of_two_hundred,
)

START = TWO_YEARS[0]
RENT, MORTGAGE = "RENT_AND_UTILITIES_RENT", "LOAN_PAYMENTS_MORTGAGE_PAYMENT"
TAX, STUDENT = "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"


class People:
    """Two hundred people over two years, and their bills by person and category."""

    def __init__(self, seed: int) -> None:
        made = two_years_of_two_hundred(seed)
        self.users = {user["user_id"]: user for user in made.users.to_pylist()}
        self.streams = made.stream_truth.to_pylist()
        self.bills: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        columns = ["user_id", "date", "amount", "merchant_name", "category_detailed"]
        for row in made.transactions.select(columns).to_pylist():
            if row["amount"] > 0 and biller_called(row["merchant_name"]):
                self.bills[row["user_id"], row["category_detailed"]].append(row)


SEEDS = (5, 42)
made = cache(People)


@pytest.fixture(scope="module", params=SEEDS)
def people(request: pytest.FixtureRequest) -> People:
    return made(request.param)


def share(category: str, low: int = 0, high: int = 200) -> float:
    """Of the people of an age in all populations, those who pay such a bill."""
    pays = [
        (key, category) in people.bills
        for people in map(made, SEEDS)
        for key, user in people.users.items()
        if low <= user["age"] < high
    ]
    return sum(pays) / len(pays)


def test_two_thirds_own_and_the_old_owe_nothing() -> None:
    rent, mortgage = share(RENT), share(MORTGAGE)
    assert 0.26 <= rent <= 0.43
    assert 0.28 <= 1 - mortgage / (1 - rent) <= 0.5
    assert share(RENT, 19, 35) >= 1.6 * share(RENT, 55, 91)
    assert share(MORTGAGE, 67, 91) <= share(MORTGAGE, 35, 60) / 1.25


def test_tenants_pay_nothing_that_owners_pay(people: People) -> None:
    """No dues to an association, no insurance of a house, no tax on one; and owners do."""
    of_owners = ("association", "home_insurance", "property_tax", "waste")
    tenants = {user for user, kind in people.bills if kind == RENT}
    payers = {
        user
        for (user, _), paid in people.bills.items()
        if any(biller_called(row["merchant_name"])["kind"] in of_owners for row in paid)
    }
    assert len(tenants) > 40
    assert not tenants & payers
    assert len(payers) >= 0.9 * (len(people.users) - len(tenants))


def test_few_own_a_home_before_they_are_twenty_six() -> None:
    assert share(RENT, 19, 26) >= 0.8
    assert 0.28 <= 1 - share(RENT, 26, 35) <= 0.6


def test_who_owns_and_owes_nothing_pays_the_county(people: People) -> None:
    neither = set(people.users) - {user for user, kind in people.bills if kind in (RENT, MORTGAGE)}
    payers = {user for user, kind in people.bills if kind == TAX}
    assert payers <= neither
    assert len(payers) >= 0.75 * len(neither)


def test_rents_are_of_the_published_size_and_mostly_due_on_the_first(people: People) -> None:
    firsts, rows = [], []
    for (_, kind), paid in people.bills.items():
        if kind == RENT:
            month = [row for row in paid if (row["date"].year, row["date"].month) == (2025, 1)]
            firsts.append(float(sum(row["amount"] for row in month)))
            rows += paid
    firsts.sort()
    assert 1_150 <= firsts[len(firsts) // 2] <= 1_550
    assert firsts[len(firsts) // 4] >= 850
    assert firsts[3 * len(firsts) // 4] <= 2_000
    monthly = [row["date"].day for row in rows]
    assert sum(day >= 28 or day <= 5 for day in monthly) / len(monthly) >= 0.6


def test_rents_rise_a_little_once_a_year(people: People) -> None:
    """In the month of the lease, to which another landlord's begins anew."""
    rose = paid_once = 0
    for (_, kind), paid in people.bills.items():
        if kind != RENT or not 22 <= len(paid) <= 26:
            continue  # in parts
        paid_once += 1
        steps = [
            (row["date"], float(row["amount"] / before["amount"]))
            for before, row in pairwise(paid)
            if row["amount"] != before["amount"] and row["merchant_name"] == before["merchant_name"]
        ]
        rose += bool(steps)
        assert all(1.01 <= step <= 1.06 for _, step in steps)
        assert len(steps) <= 2
        if len(steps) == 2 and len({row["merchant_name"] for row in paid}) == 1:
            assert 350 <= (steps[1][0] - steps[0][0]).days <= 380
        assert all(row["amount"] % 5 == 0 for row in paid)
    assert rose >= 0.8 * paid_once > 0


def test_the_county_is_paid_in_its_months(people: People) -> None:
    for (_, kind), paid in people.bills.items():
        if kind != TAX:
            continue
        [county] = {row["merchant_name"] for row in paid}
        named = {int(month) for month in biller_called(county)["due_months"].split(";")}
        # One due on a day late in a month may post in the next.
        assert {row["date"].month for row in paid if row["date"].day > 4} <= named
        assert len(paid) in (2 * len(named) - 1, 2 * len(named), 2 * len(named) + 1)


def test_truth_says_how_often_the_county_is_paid(people: People) -> None:
    cadences = {1: "annual", 2: "semiannual", 4: "quarterly"}
    found = 0
    for stream in people.streams:
        due = (
            biller_called(stream["merchant_name"])["due_months"] if stream["kind"] == "bill" else ""
        )
        if due:
            assert stream["cadence"] == cadences[len(due.split(";"))]
            found += 1
    assert found >= 20


def test_a_price_changes_on_one_date_for_all(people: People) -> None:
    """Bills that are the same every month but for their price: telephones and internet."""
    months: dict[str, set[tuple[int, int]]] = defaultdict(set)
    rises: dict[str, set[int]] = defaultdict(set)
    for (_, kind), paid in people.bills.items():
        if kind not in ("RENT_AND_UTILITIES_TELEPHONE", "RENT_AND_UTILITIES_INTERNET_AND_CABLE"):
            continue
        for before, row in pairwise(paid):
            # Another biller follows a move.
            if (
                row["amount"] != before["amount"]
                and row["merchant_name"] == before["merchant_name"]
            ):
                nominal = row["date"] - dt.timedelta(days=4)
                months[row["merchant_name"]].add(nominal.month)
                rises[row["merchant_name"]].add(float(row["amount"] / before["amount"]) > 1)
    assert len(months) >= 10
    assert all(len(found) <= 2 for found in months.values())
    assert all(found == {True} for found in rises.values())


def test_student_loans_belong_to_the_young_and_cars_are_financed() -> None:
    assert share(STUDENT, 22, 45) >= 0.1
    assert 0 < share(STUDENT, 45, 60) <= share(STUDENT, 22, 45) / 2
    assert share(STUDENT, 60) == 0
    assert 0.25 <= share("LOAN_PAYMENTS_CAR_PAYMENT") <= 0.45


def test_childcare_belongs_to_families(people: People) -> None:
    parents = {user for user, kind in people.bills if kind == "GENERAL_SERVICES_CHILDCARE"}
    assert parents
    for user in parents:
        assert people.users[user]["household_type"] in ("family", "single_parent")
