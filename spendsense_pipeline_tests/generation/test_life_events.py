"""What happens to people: how often, to whom, and that it changes their rows from its day on."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.controls import ControlsError, OperatorControls, ResolvedConfig
from spendsense_pipeline.controls.life_events import IMPOSSIBLE
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.events.kinds import LIFE_EVENTS
from spendsense_pipeline.generation.events.lives import Events, with_events
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.targets import WAYS_OF_LIVING
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline.tables.raw import LIFE_EVENT_KINDS
from spendsense_pipeline.tables.raw import LIFE_EVENTS as LIFE_EVENTS_TABLE
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    TWO_YEARS,
    a_configuration,
    a_judged_population,
    a_population,
    rows,
)

START, AS_OF = TWO_YEARS
EVENTFUL = {"seed": 8, "num_users": 80}
RAW_ASSETS = [
    "raw_users", "raw_accounts", "raw_transactions", "raw_liabilities", "card_statements",
    "stream_truth", "pending_truth", "life_events",
]  # fmt: skip


def two_years(**options: Any) -> ResolvedConfig:
    config = {"num_users": 100, "months_history": 24} | options.pop("config", {})
    return a_configuration(as_of=AS_OF, history_start=START, config=config, **options)


def dealt(resolved: ResolvedConfig) -> Events:
    """What happens to everybody, without living it."""
    world = make_world(resolved, 0, resolved.config.num_users)
    return with_events(world, labels_for(load_catalog()))[1]


def test_every_kind_is_declared_once() -> None:
    assert sorted(LIFE_EVENTS) == sorted(LIFE_EVENT_KINDS)
    assert set(IMPOSSIBLE) <= set(LIFE_EVENTS)
    for event in LIFE_EVENTS.values():
        assert 0 < event.yearly_share < 1
        assert min(map(len, (event.source, event.whom, event.description, event.example))) > 15
        assert (event.lasts_days is None) == (event.ends is None)


@pytest.mark.parametrize("seed", range(6))
def test_among_a_hundred_people_something_changes_a_persona_every_thirty_days(seed: int) -> None:
    resolved = two_years(config={"seed": seed})
    events, world = dealt(resolved), make_world(resolved, 0, 100)
    consents = world.profiles.people.has_consented[events.person]
    changes = events.persona_before != events.persona_after
    assert changes.all()
    days = sorted((events.day[consents & changes] - world.history_day).tolist())
    last = world.as_of_day - world.history_day
    gaps = [later - earlier for earlier, later in pairwise([0, *days, last])]
    # Four days more where banks were closed, as what happens is known to them on business days.
    assert max(gaps) <= 34
    assert sum(gap > 30 for gap in gaps) <= 1
    yearly = len(days) / consents_of(world) / (last / 365)
    assert 0.10 <= yearly <= 0.25


def consents_of(world: Any) -> int:
    return int(world.profiles.people.has_consented.sum())


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.15, 0.3])
def test_as_much_happens_as_was_asked(rate: float) -> None:
    resolved = two_years(config={"num_users": 300}, controls={"life_event_rate": rate})
    events = dealt(resolved)
    years = (AS_OF - START).days / 365
    assert abs(events.person.size / 300 / years - rate) <= 0.02 + 0.05 * rate
    # Nothing happens before a window has seen all of what happened before.
    for person in np.unique(events.person):
        mine = np.flatnonzero(events.person == person)
        assert (np.diff(events.day[mine]) >= 200).all()


def test_every_kind_happens_and_every_persona_is_left_and_reached() -> None:
    kinds: Counter[str] = Counter()
    before, after = set(), set()
    for seed in range(4):
        events = dealt(two_years(config={"seed": seed, "num_users": 300}))
        kinds.update(events.kind)
        before |= set(events.persona_before.tolist())
        after |= set(events.persona_after.tolist())
    assert set(kinds) == set(LIFE_EVENT_KINDS)
    assert max(kinds.values()) < 0.3 * kinds.total()
    assert len(before) == len(after) == len(WAYS_OF_LIVING)


def test_jobs_are_lost_about_as_often_as_benefits_are_drawn() -> None:
    """SHED 2024: 3 % of adults have income from unemployment benefits in a year; here half as many,
    as those who can keep their home are few."""
    lost = sum(
        dealt(two_years(config={"seed": seed, "num_users": 300})).kind.count("job_loss")
        for seed in range(4)
    )
    assert 0.013 <= lost / 1_200 / ((AS_OF - START).days / 365) <= 0.04


def test_weights_say_which_kinds_happen() -> None:
    weights = {"subscriptions_tidied": 0.5, "new_job": 0.5}
    events = dealt(two_years(controls={"life_event_weights": weights}))
    assert set(events.kind) == set(weights)


@pytest.mark.parametrize(("kind", "controls", "named"), [
    ("car_repair", {"credit_card_probability": 0.0}, "nobody has a card"),
    ("subscriptions_tidied", {"subscription_adoption_rate": 0.0}, "nobody has many subscriptions"),
    ("job_loss", {"payroll_pattern_distribution": {"irregular": 1.0}}, "nobody is paid regularly"),
    ("debt_paid_off", {"credit_utilization_distribution": {"low": 1.0}}, "no card is high"),
])  # fmt: skip
def test_an_event_that_can_happen_to_nobody_is_named(
    kind: str, controls: dict[str, Any], named: str
) -> None:
    with pytest.raises(ControlsError, match=f"(?s){kind}.*{named}"):
        OperatorControls(**controls, life_event_weights={kind: 1.0})
    OperatorControls(life_event_weights={kind: 1.0})


def test_nothing_happens_to_people_with_a_target_unless_it_is_asked() -> None:
    assert dealt(two_years(preset="balanced")).person.size == 0
    asked = two_years(preset="balanced", controls={"life_event_rate": 0.15})
    assert dealt(asked).person.size > 20


class Rows:
    """The posted rows of a person over some days."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, user_id: str, first: dt.date, last: dt.date
    ) -> None:
        self._rows = con.execute(
            "select merchant_name, category_detailed, amount, account_id from raw_transactions"
            " where user_id = $1 and authorized_date between $2 and $3 and not pending",
            [user_id, first, last],
        ).fetchall()
        services = con.execute(
            "select distinct merchant_name from stream_truth where kind = 'subscription'"
            " and user_id = $1",
            [user_id],
        ).fetchall()
        self._services = {name for (name,) in services}

    @property
    def subscriptions(self) -> set[str]:
        return {name for name, *_ in self._rows if name in self._services}

    @property
    def orders(self) -> list[Any]:
        return [row for row in self._rows if row[1] == "TRANSFER_OUT_SAVINGS"]

    def count(self, code: str) -> int:
        return sum(row[1] == code for row in self._rows)

    def payees(self, code: str) -> set[str]:
        return {row[0] for row in self._rows if row[1] == code}

    def has_amount(self, usd: float) -> bool:
        return any(abs(abs(float(row[2])) - usd) < 0.005 for row in self._rows)


def _paid_in_one_sum(_: Rows, on_the_day: Rows, __: Rows, what: dict[str, Any]) -> bool:
    return on_the_day.has_amount(abs(what["one_sum_usd"]["to"]))


def _second_payer(before: Rows, _: Rows, after: Rows, what: dict[str, Any]) -> bool:
    begins = what["second_pay_usd"]["from"] == 0
    return (len(after.payees(SALARY)) > len(before.payees(SALARY))) == begins


SALARY, RENT = "INCOME_SALARY", "RENT_AND_UTILITIES_RENT"
SHOWS: dict[str, Callable[[Rows, Rows, Rows, dict[str, Any]], bool]] = {
    "subscriptions_tidied": lambda before, _, after, __: (
        len(before.subscriptions) >= 3 and len(after.subscriptions) <= 2
    ),
    "starts_saving": lambda before, _, after, __: not before.orders and len(after.orders) >= 3,
    "job_loss": lambda before, _, after, __: (
        before.count(SALARY) > 0
        and not before.count("INCOME_UNEMPLOYMENT")
        and after.count("INCOME_UNEMPLOYMENT") > 0
    ),
    "retirement": lambda _, __, after, ___: (
        after.count("INCOME_RETIREMENT_PENSION") > 0 and not after.count(SALARY)
    ),
    "move": lambda before, _, after, __: (
        bool(after.payees(RENT)) and not before.payees(RENT) & after.payees(RENT)
    ),
    "second_income": _second_payer,
    "windfall": _paid_in_one_sum,
    "medical_bill": _paid_in_one_sum,
    "car_repair": _paid_in_one_sum,
}


@pytest.fixture(scope="module")
def eventful() -> duckdb.DuckDBPyConnection:
    return a_population(two_years(config=EVENTFUL, controls={"life_event_rate": 0.4}))


@pytest.fixture(scope="module")
def uneventful() -> duckdb.DuckDBPyConnection:
    return a_population(two_years(config=EVENTFUL, controls=NOTHING_HAPPENS))


BEFORE = """
    select row_.* from raw_transactions as row_
    left join firsts using (user_id)
    where greatest(row_.authorized_date, row_.date) < coalesce(firsts.date, date '2100-01-01')
      and not row_.pending
    order by transaction_id
"""
AFTER = """
    select count(*), sum(amount) from raw_transactions as row_
    join firsts using (user_id) where row_.date > firsts.date
"""


def changes_only_what_follows(
    eventful: duckdb.DuckDBPyConnection, uneventful: duckdb.DuckDBPyConnection
) -> int:
    """How many rows two worlds share that differ in what happens to people."""
    firsts = rows(eventful, "select user_id, min(happened_on) from life_events group by 1")
    found = []
    for con in (eventful, uneventful):
        con.execute("create or replace temp table firsts (user_id varchar, date date)")
        con.executemany("insert into firsts values (?, ?)", firsts)
        found.append((rows(con, BEFORE), rows(con, AFTER)))
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]
    return len(found[0][0])


def test_an_event_changes_rows_from_its_day_on_and_no_others(
    eventful: duckdb.DuckDBPyConnection, uneventful: duckdb.DuckDBPyConnection
) -> None:
    assert changes_only_what_follows(eventful, uneventful) > 40_000


def test_no_month_of_a_bill_is_paid_twice_or_left_out(
    eventful: duckdb.DuckDBPyConnection, uneventful: duckdb.DuckDBPyConnection
) -> None:
    """Payments move with paydays; there are as many of them as if nothing had happened."""
    query = """
        select user_id, merchant_name, count(*) from raw_transactions
        where category_primary in ('RENT_AND_UTILITIES', 'GENERAL_SERVICES', 'LOAN_PAYMENTS')
          and category_detailed not in
            ('RENT_AND_UTILITIES_RENT', 'LOAN_PAYMENTS_MORTGAGE_PAYMENT',
             'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT', 'GENERAL_SERVICES_CHILDCARE')
          and account_id like '%checking' and amount > 0
          and (user_id, merchant_name) in
            (select user_id, merchant_name from stream_truth where kind = 'bill')
          and user_id in (select user_id from firsts)
        group by all
    """
    changes_only_what_follows(eventful, uneventful)  # finds whom something happens to
    paid, usual = ({row[:2]: row[2] for row in rows(con, query)} for con in (eventful, uneventful))
    off = {key: (paid.get(key, 0), count) for key, count in usual.items()}
    off = {key: pair for key, pair in off.items() if abs(pair[0] - pair[1]) > 1}
    assert len(usual) > 150
    assert len(off) <= 0.01 * len(usual), off


@pytest.mark.long
@pytest.mark.parametrize(("seed", "preset"), [(0, None), (1, "balanced"), (2, "calibrated")])
def test_nobody_knows_what_will_happen(seed: int, preset: str | None) -> None:
    config = {"seed": seed, "num_users": 150, "months_history": 14}
    eventful, uneventful = (
        a_population(
            a_configuration(preset=preset, config=config, controls={"life_event_rate": rate})
        )
        for rate in (0.6, 0.0)
    )
    assert changes_only_what_follows(eventful, uneventful) > 10_000


def test_books_balance_whatever_happens() -> None:
    resolved = two_years(config={"seed": 3, "num_users": 60}, controls={"life_event_rate": 0.7})
    outcomes = run_all(a_judged_population(resolved), resolved, assets=RAW_ASSETS)
    # Realism reports, it does not promise.
    broken = [each for each in outcomes if not each.passed and each.blocks]
    assert [each.sentence() for each in broken] == []
    assert len(outcomes) > 40


@pytest.mark.long
@pytest.mark.parametrize("preset", [None, "balanced", "calibrated"])
@pytest.mark.parametrize("seed", range(2))
def test_books_balance_in_many_eventful_worlds(seed: int, preset: str | None) -> None:
    resolved = two_years(
        preset=preset, config={"seed": seed, "num_users": 150}, controls={"life_event_rate": 0.7}
    )
    outcomes = run_all(a_judged_population(resolved), resolved, assets=RAW_ASSETS)
    # Realism reports, it does not promise.
    broken = [each for each in outcomes if not each.passed and each.blocks]
    assert [each.sentence() for each in broken] == []


def test_the_world_is_fixed_on_the_days_around_an_event() -> None:
    options = {"config": {"num_users": 40, "seed": 8}, "controls": {"life_event_rate": 0.6}}
    start = dt.date(2026, 1, 1)
    whole = a_population(a_configuration(as_of=dt.date(2026, 9, 1), history_start=start, **options))
    [(day,)] = rows(
        whole,
        "select max(happened_on) from life_events "
        "where kind <> 'raise' and happened_on <= date '2026-08-29'",
    )
    for as_of in (day - dt.timedelta(1), day, day + dt.timedelta(3)):
        then = a_population(a_configuration(as_of=as_of, history_start=start, **options))
        for query in (
            "from raw_transactions where not pending and date <= $1 order by transaction_id",
            "from card_statements where issued_on <= $1 order by statement_id",
            "select * exclude ends_on from life_events where happened_on <= $1 order by event_id",
        ):
            mine, later = (con.execute(query, [as_of]).fetchall() for con in (then, whole))
            assert mine
            assert mine == later


def test_person_k_lives_through_the_same_whoever_else_there_is() -> None:
    found = []
    for users in (10, 130):
        con = a_population(
            a_configuration(
                config={"num_users": users, "months_history": 12, "seed": 8},
                controls={"life_event_rate": 0.9},
            ),
            shard_users=60,
        )
        found.append(
            [
                rows(con, f"from {table} where user_id < 'user_0010' order by all")
                for table in ("life_events", "raw_transactions", "raw_liabilities", "stream_truth")
            ]
        )
    assert found[0] == found[1]
    assert len(found[0][0]) >= 3


def test_rows_show_what_happened(eventful: duckdb.DuckDBPyConnection) -> None:
    """Read off the rows alone, by kind: what was there before the event, and after it."""
    shown: dict[str, list[bool]] = defaultdict(list)
    for user_id, kind, day, until, changes in rows(
        eventful,
        """
        select user_id, kind, happened_on, least(
            coalesce(ends_on, date '2100-01-01'),
            coalesce(lead(happened_on) over (partition by user_id order by happened_on),
              date '2100-01-01'),
            date '2026-10-31'), changes
        from life_events order by all
        """,
    ):
        if (until - day).days < 75 or (day - START).days < 75:
            continue
        before = Rows(eventful, user_id, day - dt.timedelta(75), day - dt.timedelta(1))
        on_the_day = Rows(eventful, user_id, day, day)
        after = Rows(eventful, user_id, day + dt.timedelta(15), until - dt.timedelta(1))
        shows = SHOWS.get(kind)
        if shows is not None:
            what = {change["what"]: change for change in json.loads(changes)}
            shown[kind].append(shows(before, on_the_day, after, what))
    assert len(shown) >= 7
    for kind, each in shown.items():
        assert sum(each) >= len(each) - 1, kind
    assert sum(map(len, shown.values())) > 20


def test_streams_end_and_begin_with_events(eventful: duckdb.DuckDBPyConnection) -> None:
    """What an event ends has ended in the truth as well: nothing is charged after it."""
    tidied = rows(
        eventful,
        """
        select event.user_id, count(*) filter (stream.ended_on is null) as running
        from life_events as event
        join stream_truth as stream on stream.user_id = event.user_id
        where event.kind = 'subscriptions_tidied' and stream.kind = 'subscription'
          and stream.cadence <> 'annual'
        group by event.user_id
        """,
    )
    assert len(tidied) > 3
    assert all(running <= 2 for _, running in tidied)


def test_the_table_is_described() -> None:
    assert "never an input to a feature" in LIFE_EVENTS_TABLE.description
