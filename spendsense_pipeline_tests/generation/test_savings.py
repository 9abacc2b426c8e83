"""Savings as the accounts show them: round standing orders, and balances that follow no formula."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.generation.behaviours.savings import plan_savings
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)

SAVERS = """
  select
    account.user_id,
    account.opening_balance::double as opening_usd,
    min(order_.amount)::double as order_usd,
    max(order_.amount)::double as largest_usd,
    count(*) as orders
  from raw_accounts as account
  join raw_accounts as checking
    on checking.user_id = account.user_id and checking.subtype = 'checking'
    and checking.holder_category = 'personal'
  join raw_transactions as order_
    on order_.account_id = checking.account_id
    and order_.category_detailed = 'TRANSFER_OUT_SAVINGS'
    and not order_.pending
  join raw_users as person on person.user_id = account.user_id
  where account.subtype = 'savings'
  group by account.user_id, account.opening_balance
  having min(order_.amount) = max(order_.amount)
"""


def population(seed: int, **controls: Any) -> duckdb.DuckDBPyConnection:
    return a_population(a_configuration(config={"num_users": 200, "seed": seed}, controls=controls))


@pytest.fixture(scope="module", params=[3, pytest.param(4, marks=pytest.mark.long)])
def natural(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    return population(request.param)


def test_standing_orders_are_whole_dollars_and_mostly_round(
    natural: duckdb.DuckDBPyConnection,
) -> None:
    orders = np.array([row[2] for row in rows(natural, SAVERS)])
    assert orders.size >= 50
    assert (orders % 1 == 0).all()
    assert 0.6 <= (orders % 5 == 0).mean() <= 0.95


def test_no_two_savers_balances_follow_from_their_orders_alike(
    natural: duckdb.DuckDBPyConnection,
) -> None:
    """Openings in months of orders spread, around what the growth control implies."""
    ratio = np.array([row[1] / row[2] for row in rows(natural, SAVERS)])
    assert len(set(ratio.round(1))) >= 0.9 * ratio.size
    assert np.std(np.log(ratio)) >= 0.4


def test_deposits_are_of_the_size_people_have(natural: duckdb.DuckDBPyConnection) -> None:
    """Of who moves nothing into savings, the median is near the Survey of Consumer Finances 2022."""
    found = rows(
        natural,
        """
        select sum(balance_current)::double from raw_accounts
        where holder_category = 'personal' and subtype in ('checking', 'savings')
          and user_id not in (
            select user_id from raw_transactions where category_detailed = 'TRANSFER_OUT_SAVINGS'
          )
        group by user_id
        """,
    )
    assert 4_000 <= np.median([row[0] for row in found]) <= 14_000


def test_idle_savings_rise_with_age_and_have_a_heavy_tail() -> None:
    idle, ages, tight = [], [], []
    # Medians of a heavy tail: those of one seed, of eighty young people, stray by a quarter.
    for seed in range(8, 20):
        resolved = a_configuration(config={"num_users": 1_000, "seed": seed})
        world = make_world(resolved, 0, 1_000)
        profiles = world.profiles
        cents = plan_savings(world, labels_for(load_catalog())).opening_cents
        has_no_order = profiles.savings_transfer_usd == 0
        is_idle = has_no_order & (profiles.rhythm == Rhythm.CUSHIONED)
        idle.append(cents[is_idle] / 100)
        ages.append(profiles.people.age_years[is_idle])
        is_tight = has_no_order & (profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)
        tight.append(cents[is_tight] / 100)
    usd, age = np.concatenate(idle), np.concatenate(ages)
    assert np.median(usd[age < 40]) < 0.9 * np.median(usd[age >= 60])
    assert 0.15 <= (usd < 300).mean() <= 0.3
    assert np.mean(usd) >= 2 * np.median(usd)
    assert np.median(np.concatenate(tight)) < 300


def test_modest_savers_stay_modest_and_builders_build() -> None:
    con = population(5, target_personas=["general", "savings_builder"])
    found = rows(
        con,
        f"""
        select target_persona, orders, order_usd, opening_usd,
        from ({SAVERS}) join raw_users using (user_id)
        """,
    )
    of = {"general": 0, "savings_builder": 0}
    for persona, orders, order_usd, opening_usd in found:
        weekly = orders > 20
        per_month = order_usd * (30 / 7 if weekly else 30 / 14)
        of[persona] += 1
        if persona == "general":
            assert order_usd * (5 if weekly else 3) < 200
            assert order_usd * orders < 0.02 * opening_usd
        else:
            assert per_month >= 225
            assert order_usd >= (55 if weekly else 105)
    assert of["savings_builder"] >= 80
