"""Trips: how often people travel, where, what it costs, and that days elsewhere follow."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.behaviours.posting import (
    LAG_BITS,
    PENDING_DAYS_MAX,
    posted_on,
)
from spendsense_pipeline.generation.behaviours.travel import trip_postings
from spendsense_pipeline.generation.behaviours.trips import (
    Trips,
    days_away,
    paying_slot,
    plan_trips,
)
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Slot
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World, make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
)
from spendsense_pipeline_tests.fixtures.generated_people import (
    rows as rows_of,
)

CATALOG = load_catalog()
LABELS = labels_for(CATALOG)
PLACES, SHOPS = CATALOG.places, CATALOG.merchants


def a_world(*, seed: int = 3, months: int = 12, users: int = 800, first: int = 0) -> World:
    resolved = a_configuration(
        config={"num_users": 1_000, "seed": seed, "months_history": months},
        as_of=dt.date(2024, 12, 31) + dt.timedelta(days=30 * months),
        history_start=dt.date(2025, 1, 1),
    )
    return make_world(resolved, first, users)


def lived(world: World) -> tuple[Trips, Postings]:
    trips = plan_trips(world, PLACES, paying_slot(world))
    return trips, trip_postings(world, LABELS, trips, paying_slot(world))


def codes(rows: Postings) -> np.ndarray:
    """Plaid's category of each row."""
    return np.array(LABELS.table.category_detailed)[rows.label]


@pytest.mark.parametrize("seed", [3, 4])
def test_people_travel_as_often_as_they_do(seed: int) -> None:
    world = a_world(seed=seed)
    trips, _ = lived(world)
    in_year = (trips.start >= 0) & (trips.start < 365)
    flown, driven = (
        np.bincount(trips.user[in_year & (trips.is_flown == by_air)], minlength=world.users)
        for by_air in (True, False)
    )
    assert 0.36 <= (flown > 0).mean() <= 0.5
    assert 1.1 <= flown.mean() <= 2.2
    assert 1.5 <= driven.mean() <= 3
    income = world.profiles.people.income_monthly_usd
    assert flown[income > np.quantile(income, 0.7)].mean() > 1.3 * flown.mean()


def test_prices_are_those_of_tickets_and_nights() -> None:
    _, rows = lived(a_world(users=1_000))
    code, usd = codes(rows), rows.cents / 100
    flights = usd[(code == "TRAVEL_FLIGHTS") & (rows.cents > 4_500)]
    hotels = usd[code == "TRAVEL_LODGING"]
    assert 280 <= np.median(flights) <= 380
    assert 1_000 <= np.percentile(flights, 99) <= 1_600
    assert 240 <= hotels.mean() <= 345
    assert np.percentile(hotels, 99) <= 2_200


def test_what_is_paid_for_is_where_one_then_is() -> None:
    """A row in person on a trip's last day lies at its place, and flights are bought ahead."""
    world = a_world()
    trips, rows = lived(world)
    away = days_away(world, trips).place
    in_person = np.flatnonzero((rows.place != NO_PLACE) & (rows.authorized > 0))
    assert in_person.size > 100
    night_before = away[rows.user[in_person], rows.authorized[in_person] - 1]
    assert (night_before == rows.place[in_person]).all()
    bought = (codes(rows) == "TRAVEL_FLIGHTS") & (rows.cents > 4_500)
    for user, day in zip(rows.user[bought].tolist(), rows.authorized[bought].tolist(), strict=True):
        ahead = trips.start[(trips.user == user) & trips.is_flown] - day
        assert ((ahead >= 14) & (ahead <= 56)).any()


def test_places_are_within_reach() -> None:
    world = a_world()
    trips, _ = lived(world)
    home = plan_moves(world, PLACES).homes(trips.user, trips.start)
    north, east = np.radians(PLACES.latitude), np.radians(PLACES.longitude)
    cosine = np.sin(north[home]) * np.sin(north[trips.place]) + np.cos(north[home]) * np.cos(
        north[trips.place]
    ) * np.cos(east[home] - east[trips.place])
    km = 6371 * np.arccos(np.clip(cosine, -1, 1))
    assert km[trips.is_flown].min() >= 495
    assert km[~trips.is_flown].min() >= 85
    assert km[~trips.is_flown].max() <= 455


def test_who_has_no_cushion_books_nothing() -> None:
    world = a_world()
    trips, rows = lived(world)
    rhythm = world.profiles.rhythm
    tight = rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    assert not tight[rows.user].any()
    assert tight[trips.user].any()
    assert (rhythm[rows.user[rows.slot == Slot.CHECKING]] == Rhythm.CUSHIONED).all()


def test_a_longer_plan_and_another_shard_leave_trips_as_they_were() -> None:
    world, longer = a_world(months=6), a_world(months=12)
    _, rows = lived(world)
    _, more = lived(longer)
    # As what is paid when coming back, a row may lie past the end of the shorter plan.
    at = more.where(more.authorized < world.days)
    key = np.lexsort((at.serial, at.authorized, at.user))
    was = np.lexsort((rows.serial, rows.authorized, rows.user))
    for name in ("user", "authorized", "day", "cents", "label", "place", "serial"):
        assert (getattr(at, name)[key] == getattr(rows, name)[was]).all(), name
    apart, _ = lived(a_world(months=6, first=100, users=50))
    whole, _ = lived(world)
    assert (apart.start == whole.start[(whole.user >= 100) & (whole.user < 150)]).all()


def test_rows_are_told_apart_and_nobody_travels_twice_at_once() -> None:
    world = a_world(months=24)
    trips, rows = lived(world)
    identity = np.stack([rows.user, rows.slot, rows.authorized, rows.serial])
    assert np.unique(identity, axis=1).shape[1] == rows.size
    order = np.lexsort((trips.start, trips.user))
    same = np.diff(trips.user[order]) == 0
    ends = (trips.start + trips.nights)[order]
    assert (trips.start[order][1:] >= ends[:-1])[same].all()


def test_purchases_post_on_business_days_by_class() -> None:
    """Shares of lags are the catalog's, whatever the weekday."""
    world, classes = a_world(users=10), CATALOG.posting_classes
    calendar = world.calendar
    draw = np.arange(1 << LAG_BITS)
    is_open = calendar.on_or_after(np.arange(300)) == np.arange(300)
    opened = np.concatenate([[0], np.cumsum(is_open)])
    for of, shares in enumerate(classes.business_days_shares):
        for day in range(60, 74):
            posted = posted_on(
                calendar, classes, np.full(draw.size, of), np.full(draw.size, day), draw
            )
            assert (posted >= day).all()
            assert is_open[posted].all()
            # Over a long weekend the third business day would be too late to wait for.
            third = np.flatnonzero(is_open[day + 1 :])[2] + 1
            if is_open[day] and third <= PENDING_DAYS_MAX:
                lag = opened[posted] - opened[day]
                found = np.bincount(lag, minlength=4) / draw.size
                assert np.abs(found - shares).max() <= 1 / 128


# Nobody works in another state: runs of days there are trips.
AWAY = """
create table bought as
select
  t.user_id, authorized_date as day, city || ', ' || t.state as town, category_detailed as code,
  merchant_name, t.state <> person.state as is_away
from raw_transactions as t join raw_users as person using (user_id)
where amount > 0 and city is not null and authorized_date is not null
-- But for who has moved to one.
qualify avg((t.state <> person.state)::int) over (partition by t.user_id) < 0.3
"""
TRIPS = """
create table trip as
with away as (
  select user_id, town, day, count(*) as bought from bought where is_away group by all
),
numbered as (
  select
    *,
    day - row_number() over (partition by user_id, town order by day)::integer as run
  from away
)
select user_id, town, min(day) as begins, max(day) as ends, sum(bought) as bought
from numbered group by user_id, town, run
"""
DINNERS = """
with dined as (
  select user_id, town, begins, merchant_name, count(*) as times
  from trip join bought using (user_id, town)
  where day between begins and ends and code = 'FOOD_AND_DRINK_RESTAURANT'
  group by all
),
of_trip as (
  select sum(times) as dinners, max(times) as at_one
  from dined group by user_id, town, begins having sum(times) >= 4
)
select count(*), avg((at_one > dinners / 2)::int), avg((at_one >= 3)::int) from of_trip
"""
ERRANDS = (
    "GENERAL_SERVICES_AUTOMOTIVE",
    "HOME_IMPROVEMENT_HARDWARE",
    "HOME_IMPROVEMENT_FURNITURE",
    "GENERAL_MERCHANDISE_PET_SUPPLIES",
    "MEDICAL_PHARMACIES_AND_SUPPLEMENTS",
    "PERSONAL_CARE_HAIR_AND_BEAUTY",
)


@pytest.mark.parametrize(("preset", "seed"), [(None, 71), (None, 72), ("calibrated", 73)])
def test_days_on_a_trip_are_of_a_trip(preset: str | None, seed: int) -> None:
    """Meals and an outing, hardly groceries, no errands; nobody is at home the while."""
    con = a_population(
        a_configuration(
            preset=preset,
            as_of=dt.date(2026, 12, 31),
            config={"num_users": 200, "seed": seed, "months_history": 8},
            controls=NOTHING_HAPPENS,
        )
    )
    con.execute(AWAY)
    con.execute(TRIPS)
    [(trips, short, rows_a_day)] = rows_of(
        con,
        "select count(*), avg((bought <= 2)::int), sum(bought) / sum(ends - begins + 1) from trip",
    )
    assert trips > 200
    assert short <= 0.08
    assert 2.0 <= rows_a_day <= 4.5
    of = {
        (bool(is_away), code): count
        for is_away, code, count in rows_of(
            con,
            "select is_away, code, count(*) from bought where code not like 'TRAVEL%' group by all",
        )
    }
    total = {
        away: sum(count for (is_away, _), count in of.items() if is_away == away)
        for away in (True, False)
    }

    def share(*wanted: str, away: bool) -> float:
        return sum(of.get((away, code), 0) for code in wanted) / total[away]

    assert share(*ERRANDS, away=True) <= 0.02
    assert share("FOOD_AND_DRINK_GROCERIES", away=True) <= 0.5 * share(
        "FOOD_AND_DRINK_GROCERIES", away=False
    )
    assert share("FOOD_AND_DRINK_RESTAURANT", away=True) >= 3 * share(
        "FOOD_AND_DRINK_RESTAURANT", away=False
    )
    assert share("TRANSPORTATION_GAS", away=True) >= 0.02
    [(at_home, elsewhere)] = rows_of(
        con,
        "select count(*) filter (not is_away), count(*) filter (is_away) from bought"
        " join trip using (user_id) where day > begins and day < ends",
    )
    assert elsewhere > 200
    assert at_home <= 0.02 * elsewhere
    # Nobody drives to another state to dine at one restaurant night after night.
    [(several, mostly_one, thrice_at_one)] = rows_of(con, DINNERS)
    assert several > 80
    assert mostly_one <= 0.1
    assert thrice_at_one <= 0.2


def test_most_who_are_not_with_relatives_pay_for_a_bed() -> None:
    """Fifty-five to sixty in a hundred trips, but for those without the money for one."""
    for seed in (3, 4, 5):
        world = a_world(seed=seed)
        trips, _ = lived(world)
        books = world.profiles.rhythm[trips.user] == Rhythm.CUSHIONED
        assert 0.57 <= trips.sleeps_at_hotel[books].mean() <= 0.66
