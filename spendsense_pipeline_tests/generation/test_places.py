"""People shop where they live, work or travel, at chains that are there and still open."""

from __future__ import annotations

import datetime as dt
import functools

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.clienteles import GoesTo
from spendsense_pipeline.generation.places import (
    BRANCHES_PER_PLACE,
    home_places,
    second_towns,
    store_numbers,
)
from spendsense_pipeline.generation.postings import NO_PLACE
from spendsense_pipeline.generation.shops import TABLE_BITS, shops_for
from spendsense_pipeline.generation.world import World, make_world
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population

CATALOG = load_catalog()
PLACES, SHOPS = CATALOG.places, CATALOG.merchants
START = dt.date(2024, 11, 1)


def a_world(users: int = 400, *, seed: int = 1, months: int = 12) -> World:
    resolved = a_configuration(
        config={"num_users": users, "seed": seed, "months_history": months},
        as_of=dt.date(2025, 10, 31),
    )
    return make_world(resolved, 0, users)


@pytest.fixture(scope="module")
def rows() -> duckdb.DuckDBPyConnection:
    """A year in which three chains closed."""
    return a_population(
        a_configuration(
            config={"num_users": 150, "seed": 5, "months_history": 12}, as_of=dt.date(2025, 10, 31)
        )
    )


def apart_km(one: Ints, other: Ints) -> np.ndarray:
    """Distance by the law of cosines, where the generator uses haversines."""
    a, b = np.radians(PLACES.latitude[one]), np.radians(PLACES.latitude[other])
    between = np.radians(PLACES.longitude[one] - PLACES.longitude[other])
    cosine = np.sin(a) * np.sin(b) + np.cos(a) * np.cos(b) * np.cos(between)
    return np.asarray(6371 * np.arccos(np.clip(cosine, -1, 1)))


def test_nobody_is_at_a_chain_that_is_not_there(rows: duckdb.DuckDBPyConnection) -> None:
    row_of = {name: number for number, name in enumerate(SHOPS.names)}
    found = rows.execute(
        "select merchant_name, state, count(*) from raw_transactions"
        " where city is not null group by all"
    ).fetchall()
    served = {False: 0, True: 0}
    for name, state, count in found:
        if name in row_of and not SHOPS.serves[row_of[name]].all():
            served[bool(SHOPS.serves[row_of[name], PLACES.state_names.index(state)])] += count
    assert served[True] > 5_000
    assert served[False] <= 0.03 * served[True]


def test_what_has_closed_sells_nothing(rows: duckdb.DuckDBPyConnection) -> None:
    """Purchases and refunds post while the chain is there, and there are some before."""
    closed = np.flatnonzero(~np.isnat(SHOPS.closed_on))
    sold = 0
    for row in closed.tolist():
        dates = rows.execute(
            "select date from raw_transactions where merchant_name = ? and city is not null",
            [SHOPS.names[row]],
        ).fetchnumpy()["date"]
        sold += len(dates)
        assert not (dates.astype("datetime64[D]") > SHOPS.closed_on[row]).any()
    assert sold > 20


def test_a_store_number_belongs_to_one_place(rows: duckdb.DuckDBPyConnection) -> None:
    numbered, shared = rows.execute(
        "select count(*), count(*) filter (towns > 1) from (select name,"
        " count(distinct city || state) towns from raw_transactions where city is not null"
        " and regexp_matches(name, '[0-9]{3}') group by name)"
    ).fetchall()[0]
    assert numbered > 2_000
    assert shared == 0


def test_no_two_branches_of_a_chain_share_a_number() -> None:
    place, branch = np.divmod(
        np.arange(len(PLACES.cities) * BRANCHES_PER_PLACE), BRANCHES_PER_PLACE
    )
    for merchant in (0, 17, len(SHOPS) - 1, 2_400):
        numbers = store_numbers(np.full(place.size, merchant), place, branch)
        assert len(np.unique(numbers)) == place.size


def test_people_are_mostly_at_home(rows: duckdb.DuckDBPyConnection) -> None:
    """1 to 15 % of rows with a city are elsewhere, and rows online have no city."""
    elsewhere, abroad, online = rows.execute(
        """
        with seen as (
            select user_id, city, state, count(*) as n from raw_transactions
            where city is not null group by all
        ), home as (select user_id, arg_max(city, n) as home from seen group by user_id)
        select
            avg((t.city <> home)::int) filter (t.city is not null),
            avg((t.state <> u.state)::int) filter (t.city is not null),
            count(t.city) filter (t.payment_channel = 'online')
        from raw_transactions t join home using (user_id) join raw_users u using (user_id)
        """
    ).fetchall()[0]
    assert 0.01 <= elsewhere <= 0.15
    assert 0 < abroad < elsewhere
    assert online == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_commuters_work_in_a_near_town_of_their_state(seed: int) -> None:
    world = a_world(seed=seed)
    home = home_places(world, PLACES)
    second = second_towns(world, PLACES, home)
    commutes = np.flatnonzero(second != NO_PLACE)
    assert 0.2 <= commutes.size / world.users <= 0.4
    assert (second[commutes] != home[commutes]).all()
    assert (PLACES.state[second[commutes]] == PLACES.state[home[commutes]]).all()
    assert apart_km(home[commutes], second[commutes]).max() <= 61


WORK_TOWNS = """
create temp table bought as
with home as (
  select user_id, arg_max(city, purchases) as home
  from (
    select user_id, city, count(*) as purchases from raw_transactions
    where city is not null and amount > 0 group by all
  ) group by user_id
),
row as (
  select t.user_id, t.authorized_date as day, t.city, t.city <> home.home as is_elsewhere
  from raw_transactions as t join home using (user_id)
  where t.city is not null and t.amount > 0 and t.authorized_date is not null
),
work as (
  -- Nobody travels to one town in most months of a year.
  select user_id, city from row where is_elsewhere
  group by all having count(distinct date_trunc('month', day)) >= 7
)
select row.*, is_elsewhere and work.city is not null as is_work
from row left join work using (user_id, city)
"""


def test_commuters_buy_in_a_second_town_mostly_on_workdays(rows: duckdb.DuckDBPyConnection) -> None:
    """ACS 2019: three in ten work elsewhere."""
    rows.execute(f"drop table if exists bought; {WORK_TOWNS}")
    people, share, workdays = rows.execute(
        """
        with commuter as (select distinct user_id from bought where is_work)
        select
          count(distinct user_id),
          avg(is_work::int),
          avg((isodow(day) < 6)::int) filter (is_work)
        from bought join commuter using (user_id)
        """
    ).fetchall()[0]
    assert 0.12 <= people / 150 <= 0.4
    assert 0.08 <= share <= 0.3
    assert workdays > 0.8


def test_days_elsewhere_follow_a_flight_and_a_hotel(rows: duckdb.DuckDBPyConnection) -> None:
    """Purchases in a town that is neither home nor work, on the days after what was booked."""
    rows.execute(f"drop table if exists bought; {WORK_TOWNS}")
    found = rows.execute(
        """
        select category_detailed, count(*), avg(exists(
          select 1 from bought
          where bought.user_id = booked.user_id and is_elsewhere and not is_work
            and bought.day between booked.authorized_date - 14 and booked.authorized_date + 75
        )::int)
        from raw_transactions as booked
        where category_detailed in ('TRAVEL_FLIGHTS', 'TRAVEL_LODGING') and amount > 0
          and authorized_date <= date '2025-08-15'
        group by all
        """
    ).fetchall()
    assert {category for category, *_ in found} == {"TRAVEL_FLIGHTS", "TRAVEL_LODGING"}
    for category, booked, followed in found:
        assert booked > 50, category
        assert followed > 0.85, category


GOES_EVERYWHERE = GoesTo(SHOPS.clientele, np.ones((1, len(CATALOG.clienteles.names)), bool))


@functools.cache
def everybodys_choice(state: str, group: str, day: int) -> set[str]:
    """Names of all merchants a person of a state may choose of a group."""
    shops = shops_for(CATALOG, START)
    draw = np.arange(1 << TABLE_BITS)
    of = np.full(draw.size, CATALOG.spending_groups.index(group))
    where = np.full(draw.size, PLACES.state_names.index(state))
    chosen, is_gone_to = shops.choose(where, of, day, draw, GOES_EVERYWHERE, np.zeros_like(draw))
    assert is_gone_to.all()
    return {SHOPS.names[row] for row in np.unique(chosen).tolist()}


def test_a_choice_holds_all_that_serve_a_state_and_are_open() -> None:
    before, after = 30, (dt.date(2025, 10, 1) - START).days
    for state in ("CA", "TX", "WY", "HI"):
        serves = SHOPS.serves[:, PLACES.state_names.index(state)]
        for group in ("groceries", "health", "hobbies"):
            of = CATALOG.spending_groups.index(group)
            here = serves & (of == SHOPS.group)
            stays = here & np.isnat(SHOPS.closed_on)
            for day, expected in ((before, here), (after, stays)):
                names = {SHOPS.names[row] for row in np.flatnonzero(expected).tolist()}
                assert everybodys_choice(state, group, day) == names


def test_a_favourite_stays_until_it_closes() -> None:
    shops = shops_for(CATALOG, START)
    draw = np.arange(1 << TABLE_BITS)
    of = np.full(draw.size, CATALOG.spending_groups.index("health"))
    where = np.full(draw.size, PLACES.state_names.index("PA"))
    draws = np.zeros((draw.size, len(CATALOG.spending_groups), 1), dtype=np.int64)
    draws[draw, of, 0] = draw
    favourites = shops.favourites_of(where, draws, GOES_EVERYWHERE, np.zeros_like(draw))
    one, other = (favourites.on(day)[draw, of, 0] for day in (0, 364))
    closing = ~np.isnat(SHOPS.closed_on[one])
    assert closing.any()
    assert (one == other)[~closing].all()
    assert np.isnat(SHOPS.closed_on[other]).all()
    # Nobody goes to the same optician again and again.
    assert (CATALOG.visit_kinds.days_between[SHOPS.visit_kind[one]] == 0).all()
