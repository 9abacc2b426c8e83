"""A business account lives: it takes in, buys, pays and is drawn on, and never stands still."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pytest

from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
)

TAKINGS = "TRANSFER_IN_DEPOSIT"
BY_CHECK = "TRANSFER_OUT_OTHER_TRANSFER_OUT"
DRAWS = {"TRANSFER_OUT_ACCOUNT_TRANSFER", "TRANSFER_OUT_SAVINGS", BY_CHECK}
"""What owners draw, into their own checking or savings, now and then by a check."""
FEE, TAX = "BANK_FEES_OTHER_BANK_FEES", "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT"
BOOKS = "GENERAL_SERVICES_ACCOUNTING_AND_FINANCIAL_PLANNING"
ESTIMATED_TAX_MONTHS = {1, 4, 6, 9}


@pytest.fixture(scope="module")
def people() -> duckdb.DuckDBPyConnection:
    """Forty people over fifteen months, half of them with a business."""
    return a_population(
        a_configuration(
            as_of=dt.date(2026, 3, 31),
            config={"num_users": 40, "seed": 9, "months_history": 15},
            controls={"business_account_rate": 0.5, **NOTHING_HAPPENS},
        )
    )


@pytest.fixture(scope="module")
def moved(people: duckdb.DuckDBPyConnection) -> dict[str, dict[str, list[tuple[dt.date, Decimal]]]]:
    """Rows of each business account by category."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for account, category, date, amount in rows(
        people,
        "select account_id, category_detailed, date, amount from raw_transactions"
        " join raw_accounts using (account_id) where holder_category = 'business' order by date",
    ):
        found[account][category].append((date, amount))
    return found


def test_every_business_takes_in_buys_pays_and_is_drawn_on(
    moved: dict[str, dict[str, list[tuple[dt.date, Decimal]]]],
) -> None:
    assert len(moved) == 20
    for of in moved.values():
        taken = sum(-amount for _, amount in of[TAKINGS])
        assert all(amount < 0 for _, amount in of[TAKINGS])
        assert len(of[TAKINGS]) > 15 * 12
        bought = [
            amount
            for kind in set(of) - {TAKINGS, *DRAWS, FEE, TAX, BOOKS}
            for _, amount in of[kind]
        ]
        assert Decimal("0.3") <= sum(bought) / taken <= Decimal("0.75")
        assert len(set(bought)) > 0.9 * len(bought) > 25
        for monthly in (FEE, BOOKS):
            months = {(date.year, date.month) for date, _ in of[monthly]}
            assert len(of[monthly]) == len(months) >= 15
        drawn = [amount for kind in DRAWS for _, amount in of[kind]]
        assert len(drawn) >= 15
        assert all(amount > 0 and amount % 50 == 0 for amount in drawn)


def test_taxes_are_paid_four_times_a_year(
    moved: dict[str, dict[str, list[tuple[dt.date, Decimal]]]],
) -> None:
    for of in moved.values():
        assert {date.month for date, _ in of[TAX]} == ESTIMATED_TAX_MONTHS
        assert all(15 <= date.day <= 18 for date, _ in of[TAX])
        assert all(two - one > dt.timedelta(50) for (one, _), (two, _) in pairwise(of[TAX]))
        taken = sum(-amount for _, amount in of[TAKINGS])
        assert Decimal("0.04") <= sum(amount for _, amount in of[TAX]) / taken <= Decimal("0.2")


def test_no_weekday_is_the_mirror_of_another(people: duckdb.DuckDBPyConnection) -> None:
    """Closes wander, and what is bought never equals what was taken in."""
    closes: dict[str, list[float]] = defaultdict(list)
    for account, held in rows(
        people,
        """
        select account_id, opening_balance - sum(out_of) over (partition by account_id order by date)
        from (
          select account_id, date, sum(amount) as out_of from raw_transactions group by all
        ) join raw_accounts using (account_id)
        where holder_category = 'business' order by account_id, date
        """,
    ):
        closes[account].append(float(held))
    for held in closes.values():
        assert min(held) >= 0
        assert len(set(held)) > 0.95 * len(held)
        middle = np.median(held)
        assert np.quantile(held, 0.9) > 1.2 * middle
        assert np.quantile(held, 0.1) < 0.9 * middle
