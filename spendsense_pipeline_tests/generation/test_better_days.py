"""What people do with their money when a life gets tight, or pay comes rarely from then on: nothing
on the day; read off the rows of their accounts around it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from statistics import median
from typing import Any, NamedTuple

import duckdb
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline_tests.fixtures.generated_people import (
    TWO_YEARS,
    a_configuration,
    a_population,
)

START, AS_OF = TWO_YEARS
WEEKS = dt.timedelta(28)
CONTROLS = {
    "life_event_rate": 0.5,
    "life_event_weights": {
        "job_loss": 0.3, "second_income": 0.25, "birth": 0.15, "move": 0.15, "new_job": 0.15,
    },
}  # fmt: skip


class Turn(NamedTuple):
    """Somebody whose life took another turn, and what they moved and earned until that was over."""

    seed: int
    user_id: str
    kind: str
    day: dt.date
    aside: list[dict[str, Any]]
    """What went from checking to savings in the six weeks from that day on."""
    fetched: list[dict[str, Any]]
    """What came back, in twelve."""
    paid: list[dict[str, Any]]
    """What was earned or granted, by whom, in six."""
    rents: list[dict[str, Any]]
    """What savings paid for a home, in six."""


TURNS = """
    select user_id, kind, happened_on,
      coalesce(list({date: date, usd: amount} order by date) filter (
        category_detailed = 'TRANSFER_OUT_SAVINGS' and account_id like '%checking'
        and date <= happened_on + 42
      ), []) as aside,
      coalesce(list({date: date, usd: amount} order by date) filter (
        transfer_id is not null and account_id like '%savings' and amount > 0
      ), []) as fetched,
      coalesce(list({date: date, payer: merchant_name, code: category_detailed} order by date)
      filter (
        category_primary = 'INCOME' and category_detailed <> 'INCOME_INTEREST_EARNED'
        and account_id like '%checking' and date <= happened_on + 42
      ), []) as paid,
      coalesce(list({date: date, usd: amount} order by date) filter (
        category_detailed = 'RENT_AND_UTILITIES_RENT' and account_id like '%savings'
        and date <= happened_on + 42
      ), []) as rents
    from life_events
    join raw_transactions using (user_id)
    where persona_after = $1 and persona_before <> $1 and happened_on < $2 - 90
      and date between happened_on and happened_on + 84
      and date < coalesce(ends_on, date '2100-01-01') and not pending
    group by all order by all
"""


def configured(seed: int, *, as_of: dt.date = AS_OF) -> ResolvedConfig:
    config = {"num_users": 200, "seed": seed, "months_history": 24}
    return a_configuration(as_of=as_of, history_start=START, config=config, controls=CONTROLS)


@cache
def population(seed: int) -> duckdb.DuckDBPyConnection:
    return a_population(configured(seed))


@cache
def turns(persona: str) -> list[Turn]:
    """Everybody whom an event has made live so."""
    return [
        Turn(seed, *row)
        for seed in (1, 2)
        for row in population(seed).execute(TURNS, [persona, AS_OF]).fetchall()
    ]


def tight() -> list[Turn]:
    return turns("cash_flow_stressed")


def test_nobody_moves_money_on_the_day_a_life_gets_tight() -> None:
    assert len(tight()) > 40
    assert len({turn.kind for turn in tight()}) == 4
    for turn in tight():
        assert all(moved["date"] >= turn.day + dt.timedelta(2) for moved in turn.aside), turn


def test_what_is_more_than_weeks_need_is_put_aside_once_when_money_has_come() -> None:
    """In round sums, the day of it or some days after."""
    moved = [turn for turn in tight() if turn.aside]
    assert 0.5 * len(tight()) < len(moved) < len(tight())
    for turn in moved:
        [aside] = turn.aside
        since = [(aside["date"] - paid["date"]).days for paid in turn.paid]
        assert any(0 <= days <= 9 for days in since), turn
        assert aside["usd"] >= 500
        assert aside["usd"] % (500 if aside["usd"] >= 2_000 else 100) == 0


def test_what_is_put_aside_stays_there_for_weeks() -> None:
    """All but a little of it, and all of it of most."""
    put = back = moved = fetches = 0
    for turn in tight():
        for aside in turn.aside:
            days = aside["date"], aside["date"] + WEEKS
            soon = [each["usd"] for each in turn.fetched if days[0] < each["date"] <= days[1]]
            put, back = put + aside["usd"], back + sum(soon)
            moved, fetches = moved + 1, fetches + bool(soon)
    assert back < put / 20
    assert fetches < 0.3 * moved


def test_a_household_goes_on_nearly_as_before_for_some_weeks() -> None:
    """What is left of better days is neither kept nor squandered."""
    bought = """
        select coalesce(sum(amount), 0) from raw_transactions
        where user_id = $1 and authorized_date between $2 and $3 and not pending and amount > 0
          and account_id not like '%loan%' and category_primary in
            ('FOOD_AND_DRINK', 'GENERAL_MERCHANDISE', 'ENTERTAINMENT', 'PERSONAL_CARE',
             'HOME_IMPROVEMENT', 'TRANSPORTATION')
    """
    shares = []
    for turn in (each for each in tight() if each.day >= START + 2 * WEEKS):
        before, after = (
            float(population(turn.seed).execute(bought, [turn.user_id, *days]).fetchall()[0][0])
            for days in (
                (turn.day - 2 * WEEKS, turn.day - dt.timedelta(1)),
                (turn.day, turn.day + WEEKS - dt.timedelta(1)),
            )
        )
        shares.append(2 * after / before)
    assert 0.6 < median(shares) < 1.15
    # Of four weeks there may be two that were meant for large things anyway.
    assert sum(share > 2.5 for share in shares) < 0.05 * len(shares)


def is_for_rent(moved: dict[str, Any], rents: list[dict[str, Any]]) -> bool:
    """Whether savings got so much, to the next fifty, as they lacked of a rent of that day."""
    return any(moved["date"] == rent["date"] and moved["usd"] < rent["usd"] + 50 for rent in rents)


def test_who_goes_independent_gets_a_last_pay_and_moves_nothing_before_a_client_pays() -> None:
    """Nothing but what a rent that savings pay lacks, of hardly anybody."""
    begun = turns("variable_income")
    assert len(begun) > 15
    for_rent = []
    for turn in begun:
        by_client = [paid["date"] for paid in turn.paid if paid["code"] == "INCOME_CONTRACTOR"]
        first = min(by_client, default=turn.day + dt.timedelta(43))
        assert first >= turn.day + dt.timedelta(10), turn
        early = [moved for moved in turn.aside if moved["date"] < first]
        assert all(is_for_rent(moved, turn.rents) for moved in early), turn
        for_rent.append(bool(early))
    assert sum(for_rent) < 0.2 * len(begun)
    salaries = [{paid["code"] for paid in turn.paid} for turn in begun]
    assert sum("INCOME_SALARY" in codes for codes in salaries) > 0.7 * len(begun)


@pytest.mark.parametrize(
    "cut", [dt.date(2026, 1, 31), pytest.param(dt.date(2026, 2, 14), marks=pytest.mark.long)]
)
def test_what_is_put_aside_hangs_on_no_later_day(cut: dt.date) -> None:
    """On a last of January plans reach as little ahead as they ever do."""
    con = a_population(configured(1, as_of=cut))
    query = (
        "select * from raw_transactions where date <= $1 and not pending"
        f" and user_id in (select user_id from life_events where happened_on > date '{cut}' - 45)"
        " order by transaction_id"
    )
    then, later = (each.execute(query, [cut]).fetchall() for each in (con, population(1)))
    mine = {row[2] for row in then}
    assert len(mine) > 3
    assert then == [row for row in later if row[2] in mine]
