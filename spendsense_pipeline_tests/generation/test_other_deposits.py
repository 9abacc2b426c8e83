"""Money market accounts, certificates and health savings: what is in them, and what moves them."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal

import duckdb
import pytest

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.generated_people import (
    TWO_YEARS,
    a_configuration,
    a_judged_population,
    a_population,
    judge,
    rows,
)

START, AS_OF = TWO_YEARS
KINDS = ("money market", "cd", "hsa")


@pytest.fixture(scope="module")
def people() -> duckdb.DuckDBPyConnection:
    return a_population(
        a_configuration(
            as_of=AS_OF,
            history_start=START,
            config={"num_users": 300, "seed": 4, "months_history": 24},
            controls={"life_event_rate": 0.3},
        )
    )


def test_some_people_have_each(people: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        rows(people, "select subtype, count(*) / 300 from raw_accounts group by subtype order by 1")
    )
    assert 0.02 <= found["money market"] <= 0.12
    assert 0.03 <= found["cd"] <= 0.11
    assert 0.05 <= found["hsa"] <= 0.2
    # On top of what is asked of accounts, at a bank.
    assert rows(
        people,
        "select count(*) from raw_accounts where subtype in ('money market', 'cd', 'hsa')"
        " and (institution_name is null or opened_on is null or type <> 'depository')",
    ) == [(0,)]


def test_interest_is_of_the_average_daily_balance(people: duckdb.DuckDBPyConnection) -> None:
    """Recomputed for certificates, which nothing else moves: a chain of months in decimals."""
    products = load_catalog().account_products
    apy = dict(zip(products.official_names, products.apy_percent.tolist(), strict=True))
    accounts = rows(
        people,
        "select account_id, official_name, opening_balance from raw_accounts where subtype = 'cd'",
    )
    assert len(accounts) >= 8
    for account_id, name, opening in accounts:
        credited = rows(
            people,
            f"select date, -amount from raw_transactions where account_id = '{account_id}'"
            " order by date",
        )
        balance, before = opening, None
        for day, earned in credited:
            if before is not None:
                days = (day - before).days
                rate = Decimal(str(apy[name]))
                # The day of a credit counts with it.
                expected = balance * days * rate / 36_500
                assert abs(earned - expected.quantize(Decimal("0.01"), ROUND_HALF_EVEN)) <= Decimal(
                    "0.01"
                )
            balance, before = balance + earned, day
        assert len(credited) == 24


def test_employers_add_to_health_savings_on_paydays_alone(
    people: duckdb.DuckDBPyConnection,
) -> None:
    added = rows(
        people,
        "select row_.user_id, row_.date, row_.amount from raw_transactions as row_ "
        "where row_.account_id like '%_hsa' and name = 'EMPLOYER HSA CONTRIBUTION' order by all",
    )
    paid = {
        (user, day)
        for user, day in rows(
            people,
            "select user_id, date from raw_transactions where category_detailed = 'INCOME_SALARY'",
        )
    }
    assert len(added) > 300
    for user, day, amount in added:
        assert (user, day) in paid
        assert amount < 0
        assert amount == amount.to_integral_value()
    # Work that has ended adds nothing.
    assert rows(
        people,
        "select count(*) from life_events as event join raw_transactions as row_ using (user_id)"
        " where event.kind = 'job_loss' and row_.name = 'EMPLOYER HSA CONTRIBUTION'"
        " and row_.date between event.happened_on + 35 and coalesce(event.ends_on,"
        " date '2100-01-01') - 1"
        " and not exists (select 1 from life_events as other where other.user_id = event.user_id"
        " and other.happened_on > event.happened_on and other.happened_on <= row_.date)",
    ) == [(0,)]


def test_nothing_is_ever_below_zero(people: duckdb.DuckDBPyConnection) -> None:
    lowest = rows(
        people,
        """
        select min(opening_balance - coalesce(moved, 0)) from (
          select a.opening_balance, sum(t.amount) over (
            partition by t.account_id order by t.date, t.amount desc) as moved
          from raw_accounts as a join raw_transactions as t using (account_id)
          where a.subtype in ('money market', 'cd', 'hsa')
        )
        """,
    )
    assert lowest[0][0] >= 0


def test_books_balance_and_personas_are_as_without_them() -> None:
    resolved = a_configuration(
        as_of=dt.date(2026, 5, 18), preset="balanced", config={"num_users": 120, "seed": 6}
    )
    con = a_judged_population(resolved)
    outcomes = run_all(con, resolved, assets=[table.name for table in GENERATED_TABLES])
    assert [each.sentence() for each in outcomes if each.blocks and not each.passed] == []
    query = "select user_id, window_days, primary_persona from persona_assignments order by all"
    with_them = rows(con, query)
    others = "(select account_id from raw_accounts where subtype in ('money market', 'cd', 'hsa'))"
    [(deleted,)] = rows(con, f"select count(*) from {others}")
    for table in ("raw_transactions", "raw_accounts"):
        con.execute(f"delete from {table} where account_id in {others}")
    judge(con, resolved)
    assert deleted >= 10
    assert rows(con, query) == with_them
