"""Where people bank: invented institutions near them, and how long money between two of them takes."""

from __future__ import annotations

import collections
import datetime as dt
from collections import defaultdict

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.generation.banking import MOST_DAYS
from spendsense_pipeline.generation.behaviours.other_deposits import KINDS
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.tables.raw import REGIONS
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
    two_years_of_two_hundred,
)
from spendsense_pipeline_tests.fixtures.raw_world import is_open

CATALOG = load_catalog()
LEGS = """
    select out_leg.user_id, out_leg.date, in_leg.date, held.institution_id = paid.institution_id,
      out_leg.category_detailed
    from raw_transactions as out_leg
    join raw_transactions as in_leg using (transfer_id)
    join raw_accounts as paid on paid.account_id = out_leg.account_id
    join raw_accounts as held on held.account_id = in_leg.account_id
    where out_leg.amount > 0 and in_leg.amount < 0 and held.type = 'depository'
    order by out_leg.date
"""


@pytest.fixture(scope="module")
def two_years() -> duckdb.DuckDBPyConnection:
    made = two_years_of_two_hundred(1)
    con = duckdb.connect()
    for name in ("users", "accounts", "transactions", "life_events"):
        con.register(f"raw_{name}", getattr(made, name))
    return con


def business_days(first: dt.date, last: dt.date) -> int:
    days = [first + dt.timedelta(n) for n in range(1, (last - first).days + 1)]
    return sum(map(is_open, days))


def test_every_product_is_had_and_bears_the_name_of_whose_it_is() -> None:
    products, names = CATALOG.account_products, CATALOG.institutions.names
    assert {*products.subtypes} == {"checking", "savings", *(kind.subtype for kind in KINDS)}
    cards = CATALOG.card_products
    is_a_banks = ~cards.is_of_store
    for name, number in (
        *zip(products.official_names, products.institution, strict=True),
        *zip(
            np.array(cards.official_names)[is_a_banks], cards.institution[is_a_banks], strict=True
        ),
    ):
        assert name.startswith(names[number]), name


def test_a_bank_with_checking_has_savings_and_every_region_some() -> None:
    banks, products = CATALOG.institutions, CATALOG.account_products
    checking, savings = (
        set(products.institution[products.by_subtype[kind]].tolist())
        for kind in ("checking", "savings")
    )
    assert checking == savings
    assert all(each.startswith("ins_") for each in banks.ids)
    assert 10 <= len(banks.ids) <= 16
    assert {banks.kind[number] for number in checking} == {"bank", "credit union", "online bank"}
    held = {*products.institution.tolist(), *CATALOG.card_products.institution.tolist()}
    assert held == set(range(len(banks.ids)))
    for region in range(len(REGIONS)):
        near = [number for number in checking if banks.in_region[number, region]]
        assert len(near) >= 5


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_people_bank_where_there_are_branches_and_mostly_with_one_or_two(seed: int) -> None:
    con = a_population(a_configuration(config={"seed": seed, "num_users": 300}))
    region_of = dict(zip(CATALOG.institutions.ids, CATALOG.institutions.in_region, strict=True))
    held = defaultdict(set)
    for user, region, kind, bank, name in rows(
        con,
        "select user_id, region, type, institution_id, institution_name"
        " from raw_accounts join raw_users using (user_id) where type <> 'loan'",
    ):
        assert CATALOG.institutions.names[CATALOG.institutions.ids.index(bank)] == name
        assert kind == "credit" or region_of[bank][REGIONS.index(region)]
        held[user].add(bank)
    counts = [len(banks) for banks in held.values()]
    assert sum(count <= 2 for count in counts) > 0.6 * len(counts)
    assert sum(count == 1 for count in counts) > 0.15 * len(counts)


def test_money_moves_at_once_within_a_bank_and_in_one_to_three_business_days_between(
    two_years: duckdb.DuckDBPyConnection,
) -> None:
    """Whose life changes and who then lives on savings elsewhere pays by instant payment."""
    taken = defaultdict(set)
    changed = {user for (user,) in rows(two_years, "select user_id from raw_life_events")}
    for user, left, arrived, is_within, _ in rows(two_years, LEGS):
        if is_within or user not in changed:
            taken[is_within].add(business_days(left, arrived))
    assert taken == {True: {0}, False: {1, 2, 3}}
    assert MOST_DAYS == 3


def test_who_lives_on_savings_has_them_at_the_same_bank(
    two_years: duckdb.DuckDBPyConnection,
) -> None:
    """From another bank money is fetched when it is about to be missing, not as a wage."""
    drawn = defaultdict(list)
    for user, left, _, is_within, code in rows(two_years, LEGS):
        if code != "TRANSFER_OUT_SAVINGS":
            drawn[is_within].append((user, left))
    most = {
        is_within: max(collections.Counter(user for user, _ in found).values())
        for is_within, found in drawn.items()
    }
    assert most[True] > 50
    assert most[False] < 45


def test_who_saves_elsewhere_sends_for_money_when_what_comes_cannot_be_paid(
    two_years: duckdb.DuckDBPyConnection,
) -> None:
    """Recomputed from what was paid in the end: what they had, less all that left in eight days."""
    needed = rows(
        two_years,
        f"""
        with leg(user_id, sent, arrived, is_within, code) as ({LEGS}),
        checking as (
          select user_id, account_id, opening_balance from raw_accounts
          where subtype = 'checking' and holder_category is distinct from 'business'
        )
        select
          leg.user_id, leg.sent,
          any_value(checking.opening_balance)
          - coalesce(sum(row.amount) filter (row.date <= leg.sent), 0)
          - coalesce(sum(row.amount) filter (row.date > leg.sent and row.amount > 0), 0)
        from leg
        join checking using (user_id)
        join raw_transactions as row
          on row.account_id = checking.account_id and not row.pending and row.date <= leg.sent + 8
        where not leg.is_within and leg.code <> 'TRANSFER_OUT_SAVINGS'
        group by leg.user_id, leg.sent
        """,
    )
    assert len(needed) > 12
    assert max(left_over for *_, left_over in needed) < 1_000


@pytest.mark.parametrize("first", [1, pytest.param(4, marks=pytest.mark.long)])
def test_savings_at_another_bank_are_sent_for_before_they_are_missing(first: int) -> None:
    paid = held = 0
    for seed in range(first, first + 3):
        con = a_population(
            a_configuration(preset="calibrated", config={"seed": seed, "num_users": 300})
        )
        [(some, fees)] = rows(
            con,
            """
            select count(*), count(*) filter (savings.user_id in (
              select user_id from raw_transactions where name = 'OVERDRAFT ITEM FEE'
            ))
            from raw_accounts as savings
            join raw_accounts as checking using (user_id)
            where savings.subtype = 'savings' and checking.subtype = 'checking'
              and savings.institution_id <> checking.institution_id
              and savings.balance_current > 5000
            """,
        )
        held, paid = held + some, paid + fees
    assert held > 100
    # Before they looked ahead it was one in ten.
    assert paid < 0.05 * held


def test_no_thirty_days_hold_fewer_arrivals_than_orders_of_four_weeks(
    two_years: duckdb.DuckDBPyConnection,
) -> None:
    """What arrives later must not make a saver seem to have paused."""
    arrivals = defaultdict(list)
    for user, left, arrived, is_within, code in rows(two_years, LEGS):
        if not is_within and code == "TRANSFER_OUT_SAVINGS":
            arrivals[user].append((left, arrived))
    assert len(arrivals) > 20
    for transfers in arrivals.values():
        left, arrived = zip(*transfers, strict=True)
        step = 4 if (left[10] - left[0]).days < 100 else 2
        spans = [(b - a).days for a, b in zip(arrived, arrived[step:], strict=False)]
        assert max(spans) <= 30
