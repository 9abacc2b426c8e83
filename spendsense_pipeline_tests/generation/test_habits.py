"""People differ: some have no car, no pet, no drink; each has kinds of things they like best."""

from __future__ import annotations

import collections
import datetime as dt
import itertools
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.habits import WITHOUT, by_way_of_living
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)

CATALOG = load_catalog()
GROUP_OF = dict(
    zip(
        CATALOG.merchants.names,
        (CATALOG.spending_groups.names[group] for group in CATALOG.merchants.group),
        strict=True,
    )
)


@pytest.fixture(scope="module", params=[None, "calibrated"])
def con(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    return a_population(
        a_configuration(
            preset=request.param, as_of=dt.date(2026, 6, 30), config={"num_users": 400, "seed": 5}
        )
    )


def bought(con: duckdb.DuckDBPyConnection) -> dict[str, collections.Counter[str]]:
    """Purchases of each person by group of spending."""
    found: dict[str, collections.Counter[str]] = {
        user: collections.Counter() for (user,) in rows(con, "select user_id from raw_users")
    }
    for user, merchant, count in rows(
        con,
        "select user_id, merchant_name, count(*) from raw_transactions"
        " where amount > 0 and payment_channel <> 'other' group by all",
    ):
        if merchant in GROUP_OF:
            found[user][GROUP_OF[merchant]] += count
    return found


@pytest.mark.parametrize("what", WITHOUT)
def test_some_buy_nothing_of_a_kind(con: duckdb.DuckDBPyConnection, what: str) -> None:
    people = bought(con)
    none = [of for of in people.values() if not any(of[group] for group in WITHOUT[what].groups)]
    # Some who have a thing buy nothing for it in half a year.
    assert WITHOUT[what].share - 0.06 <= len(none) / len(people) <= WITHOUT[what].share + 0.14


def test_who_has_no_car_pays_for_none(con: duckdb.DuckDBPyConnection) -> None:
    walks = {user for user, of in bought(con).items() if not of["fuel"] and not of["auto_care"]}
    pays = rows(
        con,
        "select distinct user_id from raw_transactions where category_detailed ="
        " 'LOAN_PAYMENTS_CAR_PAYMENT' or merchant_name like '%s Garage'"
        " or (category_detailed = 'GENERAL_SERVICES_INSURANCE' and merchant_name in"
        f" {tuple(insurers('auto_insurance'))})",
    )
    assert len(walks) >= 8
    assert not walks & {user for (user,) in pays}


def insurers(kind: str) -> list[str]:
    """Billers of a kind that bill nothing else."""
    billers = CATALOG.billers
    others = {
        billers.names[row] for of, found in billers.by_kind.items() if of != kind for row in found
    }
    return [name for row in billers.by_kind[kind] if (name := billers.names[row]) not in others]


def test_nobody_under_age_buys_a_drink() -> None:
    con = a_population(a_configuration(config={"num_users": 1_000, "seed": 9}))
    people = bought(con)
    young = rows(con, "select user_id from raw_users where age < 20")
    assert len(young) >= 10
    assert not [user for (user,) in young if people[user]["alcohol"]]


def test_people_like_different_things(con: duckdb.DuckDBPyConnection) -> None:
    """More apart than chance puts people who all buy the same mix."""
    people = [of for of in bought(con).values() if sum(of.values()) > 60]
    for group in ("fast_food", "groceries", "coffee"):
        total = sum(of.total() for of in people)
        share = sum(of[group] for of in people) / total
        apart = np.mean([(of[group] - share * of.total()) ** 2 / of.total() for of in people])
        assert apart / (share * (1 - share)) > 2.5, group


def test_people_order_online_more_or_less(con: duckdb.DuckDBPyConnection) -> None:
    online = [
        float(share)
        for (share,) in rows(
            con,
            "select avg((payment_channel = 'online')::int) from raw_transactions"
            " where category_primary in ('FOOD_AND_DRINK', 'GENERAL_MERCHANDISE') and amount > 0"
            " and payment_channel <> 'other' group by user_id having count(*) > 60",
        )
    ]
    assert np.quantile(online, 0.9) > 2 * np.quantile(online, 0.1)


@given(
    st_np.arrays(
        np.float64,
        (3, len(CATALOG.spending_groups)),
        elements=st.floats(0.001, 1, allow_subnormal=False),
    )
)
def test_together_they_buy_what_everybody_does(weights: Any) -> None:
    share = weights / weights.sum(axis=1, keepdims=True)
    names = CATALOG.spending_groups.names
    by_way = by_way_of_living(share, names, share[1])
    assert by_way.sum(axis=2) == pytest.approx(1)
    without = [each.share for each in WITHOUT.values()]
    people = np.array(
        [
            np.prod([s if way >> k & 1 else 1 - s for k, s in enumerate(without)])
            for way in range(len(by_way))
        ]
    )
    together = np.tensordot(people, by_way, axes=1)[1]
    assert together == pytest.approx(share[1], abs=0.01)


def test_what_nearly_all_is_spent_on_everybody_buys() -> None:
    con = a_population(
        a_configuration(
            config={"num_users": 60}, controls={"category_spending_ratios": {"coffee": 1.0}}
        )
    )
    people = bought(con)
    assert sum(of["coffee"] > 0 for of in people.values()) > 0.9 * len(people)


def test_tanks_are_filled_as_they_empty(con: duckdb.DuckDBPyConnection) -> None:
    """Seldom the day after, and on no day of all: no gap stands out as the least there may be."""
    fills = rows(
        con,
        "select user_id, authorized_date from raw_transactions where amount > 0"
        " and category_detailed = 'TRANSPORTATION_GAS' order by all",
    )
    days = [
        (day - before).days
        for (user, before), (other, day) in itertools.pairwise(fills)
        if user == other
    ]
    share = {gap: count / len(days) for gap, count in collections.Counter(days).items()}
    assert 0.01 <= share[1] <= 0.09
    assert max(share.values()) <= 0.15
    assert share[2] < max(share.values())
    assert share.get(0, 0.0) <= 0.01
    # NACS 2024: three to five a month.
    drivers = len({user for user, _ in fills})
    months = (dt.date(2026, 6, 30) - min(day for _, day in fills)).days / 30.44
    assert 3 <= len(fills) / drivers / months <= 5


def test_nobody_goes_where_one_goes_rarely_twice_in_a_row(con: duckdb.DuckDBPyConnection) -> None:
    """Glasses once a year, a sofa hardly oftener: as far apart as the catalog says of the kind."""
    kinds = CATALOG.visit_kinds
    kind_of = dict(zip(CATALOG.merchants.names, CATALOG.merchants.visit_kind.tolist(), strict=True))
    visits = collections.defaultdict(list)
    for user, name, day in rows(
        con,
        "select distinct user_id, merchant_name, authorized_date from raw_transactions"
        " where amount > 0 and merchant_name is not null and authorized_date is not null",
    ):
        if kinds.days_between[kind_of.get(name, 0)]:
            visits[user, kind_of[name]].append(day)
    seen = collections.Counter(kind for _, kind in visits)
    assert len(seen) >= 10
    for (user, kind), days in visits.items():
        gaps = [(later - day).days for day, later in itertools.pairwise(sorted(days))]
        least = int(kinds.days_between[kind])
        assert all(gap >= least for gap in gaps), (user, kinds.names[kind], gaps)


def test_each_has_a_week_of_their_own(con: duckdb.DuckDBPyConnection) -> None:
    """Were everybody's week the same, shares of a weekday would scatter as dice do."""
    scatter = []
    for bought_on, count in rows(
        con,
        "select count(*) filter (isodow(authorized_date) = 3), count(*) from raw_transactions"
        " where amount > 0 and payment_channel = 'in store' and city is not null group by user_id",
    ):
        if count >= 100:
            share = 0.135
            scatter.append((bought_on - share * count) ** 2 / (count * share * (1 - share)))
    assert len(scatter) > 200
    assert 1.4 <= np.mean(scatter) <= 4


def test_some_never_fetch_cash_and_some_all_the_time(con: duckdb.DuckDBPyConnection) -> None:
    fetched = [
        count
        for (count,) in rows(
            con,
            "select count(*) filter (category_detailed = 'TRANSFER_OUT_WITHDRAWAL')"
            " from raw_transactions group by user_id",
        )
    ]
    never = np.mean(np.array(fetched) == 0)
    assert 0.04 <= never <= 0.2
    # Seven months: .6 to 1.5 a month (Federal Reserve Payments Study 2021), more by every tenth.
    assert 3.5 <= np.mean(fetched) <= 11
    assert np.quantile(fetched, 0.9) >= 1.8 * np.mean(fetched)


def test_repairs_and_dentists_post_when_purchases_do(con: duckdb.DuckDBPyConnection) -> None:
    posted = rows(
        con,
        "select isodow(date), date - authorized_date, isodow(authorized_date), payment_channel"
        " from raw_transactions where not pending and amount > 0 and category_detailed in"
        " ('GENERAL_SERVICES_AUTOMOTIVE', 'MEDICAL_DENTAL_CARE')"
        " and (merchant_name like '%Garage' or merchant_name like '%Dental Group')",
    )
    assert len(posted) > 60
    assert all(day <= 5 for day, *_ in posted)
    assert {lag > 0 for _, lag, *_ in posted} == {True, False}
    assert not any(day == 7 for *_, day, channel in posted if channel == "in store")
