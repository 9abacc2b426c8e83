"""People move house: how often, how far, and that rent, bills and shopping follow on the day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.features import build_recurring_streams
from spendsense_pipeline.generation.behaviours.homes import homes, lease_months
from spendsense_pipeline.generation.behaviours.income import plan_paychecks
from spendsense_pipeline.generation.behaviours.moves import Moves, plan_moves, towns_of_work
from spendsense_pipeline.generation.behaviours.moving_costs import THING_DAYS, moving_postings
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.generator import Shard, generate_shard
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.places import COMMUTE_KM_MAX, distances_km
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Slot
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World, make_world
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    TWO_YEARS,
    a_configuration,
    two_years_of_two_hundred,
)

START, END = TWO_YEARS
CATALOG = load_catalog()
PLACES, LABELS = CATALOG.places, labels_for(CATALOG)
SHOP = {name: row for row, name in enumerate(CATALOG.merchants.names)}
SERVES = CATALOG.merchants.serves
RENT = "RENT_AND_UTILITIES_RENT"
UTILITIES = (
    "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY",
    "RENT_AND_UTILITIES_WATER",
    "RENT_AND_UTILITIES_INTERNET_AND_CABLE",
)
SEEDS = (5, pytest.param(42, marks=pytest.mark.long))


def lives(
    seed: int, *, users: int = 200, as_of: dt.date = END, controls: dict[str, Any] | None = None
) -> ResolvedConfig:
    """People to whom nothing else happens, unless it is asked for."""
    return a_configuration(
        as_of=as_of,
        history_start=START,
        config={"num_users": users, "seed": seed, "months_history": 24},
        controls=controls or NOTHING_HAPPENS,
    )


def a_world(seed: int, *, users: int = 200, as_of: dt.date = END) -> World:
    return make_world(lives(seed, users=users, as_of=as_of), 0, users)


def landlords_in(shard: Shard) -> set[str]:
    """Whom anybody pays rent to: each town has its own."""
    codes = shard.transactions["category_detailed"].cast(pa.string())
    paid = shard.transactions.filter(pc.equal(codes, RENT))
    return set(paid["merchant_name"].cast(pa.string()).to_pylist())


class People:
    """Two hundred people over two years: who moves when, what they paid and where they shopped."""

    def __init__(self, seed: int) -> None:
        self.made = made = two_years_of_two_hundred(seed)
        self.world = a_world(seed)
        self.moves = plan_moves(self.world, PLACES)
        self.users = [user["user_id"] for user in made.users.to_pylist()]
        self.states = [user["state"] for user in made.users.to_pylist()]
        self.streams = made.stream_truth.to_pylist()
        self.bills: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.bought: dict[str, list[dict[str, Any]]] = defaultdict(list)
        columns = ["user_id", "date", "authorized_date", "amount", "merchant_name"]
        columns += ["category_detailed", "city", "state"]
        movers = pa.array([self.users[number] for number in self.movers()])
        is_a_movers = pc.is_in(made.transactions["user_id"], movers)
        for row in made.transactions.select(columns).filter(is_a_movers).to_pylist():
            if row["category_detailed"] in (RENT, *UTILITIES):
                self.bills[row["user_id"], row["category_detailed"]].append(row)
            elif row["city"]:
                self.bought[row["user_id"]].append(row)

    def moved_on(self, number: int) -> dt.date:
        return self.world.calendar.first_date + dt.timedelta(days=int(self.moves.day[number]))

    def movers(self, *, months_after: int = 0) -> list[int]:
        """Those who move, and are seen for so many months after."""
        last = END - dt.timedelta(days=31 * months_after)
        return [
            number
            for number in np.flatnonzero(self.moves.moves).tolist()
            if self.moved_on(number) <= last
        ]


def costs(people: People) -> Postings:
    """What moves cost on top, had everybody all their income left."""
    world = people.world
    return moving_postings(
        world,
        plan_paychecks(world),
        LABELS,
        np.full(world.users, int(Slot.CHECKING)),
        world.profiles.people.income_monthly_usd * 100,
    )


made = cache(People)


@pytest.fixture(scope="module", params=SEEDS)
def people(request: pytest.FixtureRequest) -> People:
    return made(request.param)


@cache
def a_crowd() -> list[tuple[World, Moves]]:
    worlds = [a_world(seed, users=1_000) for seed in range(6)]
    return [(world, plan_moves(world, PLACES)) for world in worlds]


def share(of: str) -> float:
    """Over six thousand people, the share that moves in the first twelve months."""
    moved = total = 0
    for world, moves in a_crowd():
        rents = ~homes(world).is_owner
        is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
        age = world.profiles.people.age_years
        who = {
            "everybody": rents | True,
            "tenants": rents,
            "owners": ~rents,
            "young tenants": rents & (age < 30),
            "old tenants": rents & (age >= 65),
            "tight": rents & is_tight & (age < 55),
            "cushioned": rents & ~is_tight & (age < 55),
        }[of]
        moved += int((moves.month[who] <= 12).sum())
        total += int(who.sum())
    return moved / total


def test_people_move_as_often_as_they_do() -> None:
    """Census CPS 2021: 8.4 % of everybody, of tenants 16 to 20 %, the young most; owners stay."""
    assert 0.16 <= share("tenants") <= 0.20
    assert 0.055 <= share("everybody") <= 0.085
    assert share("owners") == 0
    assert share("young tenants") >= 2 * share("old tenants")
    assert abs(share("tight") - share("cushioned")) <= 0.05


def test_people_move_as_far_as_they_do_and_mostly_when_a_lease_ends() -> None:
    """58 % within the county, 23 % within the state (Census CPS 2021), never out of the region."""
    far = distances_km(PLACES)
    region, near, within, ends = [], [], [], []
    for world, moves in a_crowd():
        who = np.flatnonzero(moves.moves)
        old, new = moves.from_place[who], moves.to_place[who]
        is_same_state = PLACES.state[old] == PLACES.state[new]
        regions = np.array(PLACES.regions)
        region += (regions[old] == regions[new]).tolist()
        near += (is_same_state & (far[old, new] <= COMMUTE_KM_MAX)).tolist()
        within += is_same_state.tolist()
        ends += ((moves.month[who] - lease_months(world)[who]) % 12 == 0).tolist()
    assert all(region)
    assert 0.53 <= np.mean(near) <= 0.63
    assert 0.77 <= np.mean(within) <= 0.87
    assert 0.75 <= np.mean(ends) <= 0.90


@pytest.mark.parametrize("as_of", [dt.date(2025, 1, 31), dt.date(2025, 9, 14)])
def test_who_moves_does_not_depend_on_the_clock(as_of: dt.date) -> None:
    early, late = (plan_moves(a_world(5, as_of=day), PLACES) for day in (as_of, END))
    for name in Moves.__dataclass_fields__:
        assert (getattr(early, name) == getattr(late, name)).all(), name


def test_work_stays_where_it_was_unless_one_moves_far() -> None:
    changed = 0
    for world, moves in a_crowd():
        who = np.flatnonzero(moves.moves)
        before, after = (
            towns_of_work(world, PLACES, moves, who, moves.day[who] + later) for later in (-1, 0)
        )
        assert (after != moves.to_place[who]).all()
        near = ~moves.is_far[who] & (after != NO_PLACE)
        assert (after == before)[near].all()
        commutes = after[moves.is_far[who]]
        changed += int((commutes != NO_PLACE).sum())
        km = distances_km(PLACES)[moves.to_place[who], after][after != NO_PLACE]
        assert km.max() <= 2 * COMMUTE_KM_MAX + 1
    assert changed > 10


def test_every_month_is_paid_to_one_landlord(people: People) -> None:
    """The last month to the old one, the next to the new one; none twice, none left out."""
    two = 0
    for number in people.movers():
        paid = people.bills.get((people.users[number], RENT), [])
        landlords = list(dict.fromkeys(row["merchant_name"] for row in paid))
        turns = [a["merchant_name"] != b["merchant_name"] for a, b in pairwise(paid)]
        assert sum(turns) == len(landlords) - 1 <= 1
        if not 22 <= len(paid) <= 26:
            continue  # in parts
        month = [row["date"].year * 12 + row["date"].month for row in paid]
        if people.world.profiles.rhythm[number] != Rhythm.PAYCHECK_TO_PAYCHECK:
            assert [b - a for a, b in pairwise(month)] == [1] * (len(paid) - 1)
        if any(turns):
            two += 1
            gap = abs((paid[turns.index(True) + 1]["date"] - people.moved_on(number)).days)
            assert gap <= 28
    assert two >= 10


def test_nobody_comes_back_to_an_earlier_landlord() -> None:
    """Moves that are events and the one that is none, in any order; read off what was paid."""
    controls = {"life_event_rate": 0.6, "life_event_weights": {"move": 1.0}}
    several = 0
    for seed in (1, 3):
        rows = generate_shard(lives(seed, users=300, controls=controls), 0, 300).transactions
        rents = rows.filter(pc.equal(rows["category_detailed"], RENT))
        rents = rents.select(["user_id", "date", "merchant_name"]).sort_by("date")
        paid = defaultdict(list)
        for row in rents.to_pylist():
            landlords = paid[row["user_id"]]
            if landlords[-1:] != [row["merchant_name"]]:
                landlords.append(row["merchant_name"])
        assert all(len(set(landlords)) == len(landlords) for landlords in paid.values())
        several += sum(len(landlords) > 2 for landlords in paid.values())
    assert several > 25


def test_a_new_rent_is_near_the_old_one_and_stays_for_a_year(people: People) -> None:
    """Within a few per cent where every paycheck counts; others change more."""
    steps: dict[bool, list[float]] = {True: [], False: []}
    for number in people.movers():
        paid = people.bills.get((people.users[number], RENT), [])
        turn = [
            n for n, (a, b) in enumerate(pairwise(paid)) if a["merchant_name"] != b["merchant_name"]
        ]
        if not turn:
            continue
        old, new = paid[: turn[0] + 1], paid[turn[0] + 1 :]
        step = float(new[0]["amount"] / old[-1]["amount"])
        is_cushioned = people.world.profiles.rhythm[number] == Rhythm.CUSHIONED
        steps[bool(is_cushioned)].append(step)
        year = new[0]["date"] + dt.timedelta(days=330)
        if len(new) > 1:
            assert len({row["amount"] for row in new if row["date"] < year}) == 1
    assert all(0.96 <= step <= 1.05 for step in steps[False])
    assert all(0.89 <= step <= 1.13 for step in steps[True])
    assert max(steps[True]) - min(steps[True]) >= 0.08


def test_people_shop_where_they_live_by_then(people: People) -> None:
    """Trips aside, before the move around the old town, after it around the new one; and after it
    at chains that are there."""
    seen = 0
    for number in people.movers(months_after=2):
        old, new = people.moves.from_place[number], people.moves.to_place[number]
        assert people.states[number] == PLACES.states[old]
        if not people.moves.is_far[number]:
            continue
        seen += 1
        day = people.moved_on(number)
        rows = people.bought[people.users[number]]
        for is_after, home, other in ((False, old, new), (True, new, old)):
            then = [row for row in rows if (row["authorized_date"] >= day) == is_after]
            at_home = sum(row["state"] == PLACES.states[home] for row in then)
            there = (PLACES.cities[other], PLACES.states[other])
            elsewhere = sum((row["city"], row["state"]) == there for row in then)
            assert at_home >= 0.75 * len(then) > 0
            assert elsewhere <= 0.05 * len(then)
            for row in then:
                if row["merchant_name"] in SHOP and row["state"] == PLACES.states[home]:
                    assert SERVES[SHOP[row["merchant_name"]], PLACES.state[home]], row
    assert seen >= 3


def test_bills_of_a_place_go_to_another_after_a_long_way(people: People) -> None:
    far = near = 0
    for number in people.movers(months_after=2):
        user, day = people.users[number], people.moved_on(number)
        for kind in UTILITIES:
            before, after = set(), set()
            for row in people.bills.get((user, kind), []):
                # A bill of the month of the move may be due before it.
                if abs((row["date"] - day).days) > 31:
                    (after if row["date"] > day else before).add(row["merchant_name"])
            if not before or not after:
                continue
            if people.moves.is_far[number]:
                far += 1
                assert not before & after
            elif people.moves.from_place[number] == people.moves.to_place[number]:
                near += 1
                assert before == after
    assert far >= 5
    assert near >= 10


def test_a_truck_and_things_for_the_home_are_bought_around_the_day(people: People) -> None:
    """Never more than they leave room for, and by people of every rhythm."""
    world = people.world
    rows = costs(people)
    assert rows.size >= people.moves.moves.sum()
    late = rows.authorized - people.moves.day[rows.user]
    is_tight = world.profiles.rhythm[rows.user] == Rhythm.PAYCHECK_TO_PAYCHECK
    assert is_tight.any()
    assert ((late >= 0) & (late <= THING_DAYS))[~is_tight].all()
    assert ((late >= -31) & (late <= THING_DAYS + 32))[is_tight].all()
    of_income = rows.cents / 100 / world.profiles.people.income_monthly_usd[rows.user]
    assert of_income[is_tight].max() <= 0.025
    assert of_income.max() <= 0.12
    names = {LABELS.table.merchant_name[label] for label in rows.label.tolist()}
    assert "U-Haul" in names
    assert len(names) >= 5


def test_truth_says_that_one_rent_ended_and_another_began(people: People) -> None:
    """Every rent of a mover's statements is a stream of its landlord; nobody else's has ended."""
    rents: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    landlords = landlords_in(people.made)
    for stream in people.streams:
        if stream["merchant_name"] in landlords:
            rents[stream["user_id"], stream["merchant_name"]].append(stream)
    movers = {people.users[number] for number in people.movers()}
    ended = {user for (user, _), [stream] in rents.items() if stream["ended_on"]}
    assert ended <= movers
    assert len(ended) >= 15
    for user in movers:
        paid: dict[str, list[dt.date]] = defaultdict(list)
        for row in people.bills.get((user, RENT), []):
            paid[row["merchant_name"]].append(row["date"])
        for order, (landlord, dates) in enumerate(paid.items(), start=1):
            [stream] = rents[user, landlord]
            ends = dates[-1] if order < len(paid) else None
            assert (stream["started_on"], stream["ended_on"]) == (dates[0], ends)


def test_a_rent_is_found_again_after_a_move(people: People) -> None:
    """Four charges later the new rent is the one that runs, and the old one has stopped."""
    con = duckdb.connect()
    movers = pa.array([people.users[number] for number in people.movers()])
    for table, rows in zip(GENERATED_TABLES, people.made, strict=True):
        con.execute(table.create_sql())
        if "user_id" in table.column_names:
            con.register("theirs", rows.filter(pc.is_in(rows["user_id"], movers)))
            con.execute(f'insert into "{table.name}" from theirs')
            con.unregister("theirs")
    build_recurring_streams(con, as_of=END)
    running = defaultdict(list)
    for user, landlord in con.execute(
        "select user_id, merchant_name from recurring_streams"
        " where category_detailed = ? and kind = 'bill' and status = 'MATURE' and is_active",
        [RENT],
    ).fetchall():
        running[user].append(landlord)
    found = 0
    for number in people.movers(months_after=4):
        user = people.users[number]
        paid = people.bills.get((user, RENT), [])
        if paid and people.world.profiles.people.has_consented[number]:
            assert running[user] == [paid[-1]["merchant_name"]]
            found += 1
    assert found >= 10


def test_rents_stay_in_one_piece_whatever_else_happens() -> None:
    """Among people with life events, some of which are moves: landlord after landlord, each a
    stream that ends when the next begins."""
    shard = generate_shard(lives(5, users=120, controls={"life_event_rate": 0.4}), 0, 120)
    rents: dict[str, list[dict[str, Any]]] = defaultdict(list)
    is_rent = pc.equal(shard.transactions["category_detailed"].cast(pa.string()), RENT)
    for row in (
        shard.transactions.filter(is_rent).select(["user_id", "date", "merchant_name"]).to_pylist()
    ):
        rents[row["user_id"]].append(row)
    truth = defaultdict(list)
    landlords = landlords_in(shard)
    for stream in shard.stream_truth.to_pylist():
        if stream["merchant_name"] in landlords:
            truth[stream["user_id"]].append(
                (stream["merchant_name"], stream["started_on"], stream["ended_on"])
            )
    several = 0
    for user, paid in rents.items():
        spans: dict[str, list[dt.date]] = defaultdict(list)
        for row in sorted(paid, key=lambda row: row["date"]):
            spans[row["merchant_name"]].append(row["date"])
        ordered = sorted((days[0], days[-1], name) for name, days in spans.items())
        assert all(earlier[1] < later[0] for earlier, later in pairwise(ordered))
        assert sorted(truth[user]) == sorted(
            (name, first, None if (first, last, name) == ordered[-1] else last)
            for first, last, name in ordered
        )
        several += len(ordered) > 1
    assert several >= 10
