"""Where people go: not to one counter all day or all year, and more to shops before Christmas."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
)

SHOPS = load_catalog().merchants
VISITS = """
create table visit as
select user_id, merchant_name, category_detailed, category_primary, payment_channel,
  authorized_date as day, date - authorized_date as waited_days
from raw_transactions
where amount > 0 and merchant_name in (select name from shop) and authorized_date is not null
  and category_primary not in ('TRANSFER_OUT', 'TRAVEL') and not pending
"""
GIFTS = (
    "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS",
    "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES",
    "GENERAL_MERCHANDISE_DEPARTMENT_STORES",
    "GENERAL_MERCHANDISE_ELECTRONICS",
    "GENERAL_MERCHANDISE_GIFTS_AND_NOVELTIES",
    "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES",
    "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE",
    "GENERAL_MERCHANDISE_SPORTING_GOODS",
    "ENTERTAINMENT_VIDEO_GAMES",
)


def visits(**asked: object) -> duckdb.DuckDBPyConnection:
    con = a_population(a_configuration(**asked))  # type: ignore[arg-type]
    con.execute("create table shop as select unnest($1) as name", [list(SHOPS.names)])
    con.execute(VISITS)
    return con


@pytest.fixture(scope="module", params=[(None, 51), (None, 52), ("calibrated", 53)])
def con(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    preset, seed = request.param
    return visits(preset=preset, config={"num_users": 300, "seed": seed})


def test_the_same_shop_twice_a_day_is_rare_and_thrice_happens(
    con: duckdb.DuckDBPyConnection,
) -> None:
    [(total, paired, tripled)] = rows(
        con,
        "with day as (select count(*) as visits from visit"
        " where category_primary = 'FOOD_AND_DRINK' group by user_id, merchant_name, day)"
        " select sum(visits), sum(visits) filter (visits > 1), count(*) filter (visits > 2)"
        " from day",
    )
    assert 0.01 <= paired / total <= 0.045
    assert 1 <= tripled <= 0.002 * total


def test_nobody_lives_at_one_counter(con: duckdb.DuckDBPyConnection) -> None:
    shares = [
        float(share)
        for (share,) in rows(
            con,
            "with at_one as (select user_id, count(*) as visits from visit"
            " group by user_id, merchant_name) select max(visits) / sum(visits) from at_one group by user_id"
            " having sum(visits) >= 60",
        )
    ]
    assert len(shares) > 200
    assert sum(share >= 0.25 for share in shares) <= 0.005 * len(shares)
    # People differ all the same, and none piles up where another place is tried.
    assert sum(share < 0.1 for share in shares) >= 0.03 * len(shares)
    assert sum(share > 0.16 for share in shares) >= 0.08 * len(shares)


def test_meals_ordered_online_post_as_the_counter_does(con: duckdb.DuckDBPyConnection) -> None:
    """Goods post when they are sent, meals and tickets at once."""
    late = {
        (kind, channel): (count, float(share))
        for kind, channel, count, share in rows(
            con,
            """
            select
              case when category_primary = 'GENERAL_MERCHANDISE' then 'goods' else 'meals' end,
              payment_channel, count(*), avg((waited_days >= 3)::int)
            from visit
            where category_primary = 'GENERAL_MERCHANDISE'
              or category_detailed in ('FOOD_AND_DRINK_RESTAURANT', 'FOOD_AND_DRINK_FAST_FOOD',
                'FOOD_AND_DRINK_COFFEE', 'ENTERTAINMENT_TV_AND_MOVIES')
            group by all
            """,
        )
    }
    assert min(count for count, _ in late.values()) > 500
    assert abs(late["meals", "online"][1] - late["meals", "in store"][1]) <= 0.06
    assert late["goods", "online"][1] >= 1.6 * late["goods", "in store"][1]


@pytest.mark.parametrize("seeds", [(61, 62), (63, 64)])
def test_gifts_are_bought_before_christmas(seeds: tuple[int, ...]) -> None:
    """A quarter to a third more of them, beside errands that go on as they do."""
    counted: dict[tuple[bool, bool], int] = {}
    days = {True: 31, False: 273}
    for seed in seeds:
        con = visits(
            as_of=dt.date(2027, 1, 15),
            config={"num_users": 300, "seed": seed, "months_history": 12},
            controls={"seasonality": 1.0, **NOTHING_HAPPENS},
        )
        for is_gift, is_december, count in rows(
            con,
            f"select category_detailed in {GIFTS}, month(day) = 12, count(*) from visit"
            " where day between '2026-02-01' and '2026-10-31'"
            " or day between '2026-12-01' and '2026-12-31' group by all",
        ):
            counted[is_gift, is_december] = counted.get((is_gift, is_december), 0) + count
    gifts, errands = (
        counted[kind, True] / days[True] / (counted[kind, False] / days[False])
        for kind in (True, False)
    )
    assert 1.22 <= gifts <= 1.42
    assert 0.99 <= errands <= 1.07
