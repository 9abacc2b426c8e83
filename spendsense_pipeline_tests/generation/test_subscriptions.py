"""Subscriptions as the statements show them: list prices, counts and sums, and every night's count."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
)

AS_OF = dt.date(2026, 6, 30)
MONTHS = 24
SERVICES = load_catalog().subscriptions
EPOCH = dt.date(1970, 1, 1)
ROW = {name: row for row, name in enumerate(SERVICES.names)}
SINCE_LAST_CHARGE_DAYS = 48
"""As of the series' 1.6 months: after so long without a charge a service counts no more."""


def records(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """What a query finds, by the names of its columns."""
    return con.sql(query).to_arrow_table().to_pylist()


class Statements:
    """What a hundred people of a seed were charged for services in two years."""

    def __init__(self, seed: int, **controls: Any) -> None:
        resolved = a_configuration(
            as_of=AS_OF,
            config={"num_users": 100, "seed": seed, "months_history": MONTHS},
            controls=NOTHING_HAPPENS | (controls or {}),
        )
        con = a_population(resolved)
        self.days = (AS_OF - resolved.history_start).days + 1
        charges = records(
            con,
            "select user_id, merchant_name, authorized_date, date, amount, target_persona"
            " from raw_transactions join raw_users using (user_id) where not pending and amount > 0"
            " order by user_id, merchant_name, date",
        )
        self.charges = [row for row in charges if row["merchant_name"] in ROW]
        self.streams = records(con, "select * from stream_truth where kind = 'subscription'")
        self.start = resolved.history_start

    def nights(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Services charged three times within 130 days and not long ago, and their sum, on every
        night from the first that could show them: by person."""
        series = defaultdict(list)
        for row in self.charges:
            if SERVICES.billing[ROW[row["merchant_name"]]] != "yearly":
                day = (row["date"] - self.start).days
                series[row["user_id"], row["merchant_name"]].append((day, float(row["amount"])))
        night = np.arange(130, self.days)
        found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for (user, _), charged in series.items():
            days, usd = (np.array(each) for each in zip(*charged, strict=True))
            until = np.searchsorted(days, night, side="right")
            recent = until - np.searchsorted(days, night - 130, side="right")
            last = np.maximum(until - 1, 0)
            counts = (recent >= 3) & (night - days[last] <= SINCE_LAST_CHARGE_DAYS)
            number, sum_usd = found.get(user, (np.zeros(night.size), np.zeros(night.size)))
            found[user] = number + counts, sum_usd + np.where(counts, usd[last], 0.0)
        return found


@pytest.fixture(scope="module", params=[5, pytest.param(6, marks=pytest.mark.long)])
def natural(request: pytest.FixtureRequest) -> Statements:
    return Statements(request.param)


@pytest.fixture(scope="module")
def targeted() -> Statements:
    return Statements(7, target_personas=["subscription_heavy", "general"])


def test_everybody_pays_the_price_list_of_the_day(natural: Statements) -> None:
    plans = SERVICES.plans
    for row in natural.charges:
        own = np.flatnonzero(plans.service == ROW[row["merchant_name"]])
        listed = plans.price_on(own, (row["date"] - EPOCH).days)
        assert round(float(row["amount"]) * 100) in listed, row
    assert any(stream["price_steps"] for stream in natural.streams)


def test_a_service_changes_its_price_on_one_date_for_all(natural: Statements) -> None:
    """Nobody pays the new price before that date, nobody the old one after it."""
    plans = SERVICES.plans
    series = defaultdict(list)
    for row in natural.charges:
        series[row["user_id"], row["merchant_name"]].append(row)
    changed: dict[tuple[str, int], int] = defaultdict(int)
    for (_, name), rows in series.items():
        own = np.flatnonzero(plans.service == ROW[name])
        announced = np.unique(plans.valid_from[own])
        for before, row in pairwise(rows):
            first, last = ((each["date"] - EPOCH).days for each in (before, row))
            between = announced[(announced > first) & (announced <= last)]
            if before["amount"] != row["amount"]:
                assert between.size == 1, row
                changed[name, int(between[0])] += 1
    assert len(changed) >= 3
    assert max(changed.values()) >= 5


def test_memberships_are_charged_once_a_year_and_make_no_stream(natural: Statements) -> None:
    yearly = defaultdict(list)
    for row in natural.charges:
        if SERVICES.billing[ROW[row["merchant_name"]]] == "yearly":
            yearly[row["user_id"], row["merchant_name"]].append(row["authorized_date"])
            # A weekend's posts when banks are open.
            assert row["date"].weekday() < 5, row
            assert dt.timedelta(0) <= row["date"] - row["authorized_date"] <= dt.timedelta(4), row
    assert 30 <= len(yearly) <= 150
    for dates in yearly.values():
        assert len(dates) >= 2, dates
        expected = [dates[0].replace(year=dates[0].year + year) for year in range(len(dates))]
        assert dates == expected
    assert not {name for _, name in yearly} & {row["merchant_name"] for row in natural.streams}


def test_who_is_a_heavy_subscriber_is_one_on_every_night(targeted: Statements) -> None:
    of = {row["user_id"]: row["target_persona"] for row in targeted.charges}
    nights = targeted.nights()
    heavy = [nights[user] for user in nights if of[user] == "subscription_heavy"]
    light = [nights[user] for user in nights if of[user] == "general"]
    assert len(heavy) >= 40
    assert len(light) >= 5
    for number, usd in heavy:
        assert number.min() >= 3
        assert usd.min() >= 50
    assert all(number.max() <= 2 for number, _ in light)


def test_heavy_subscribers_change_services_now_and_then(targeted: Statements) -> None:
    """1.1 to 1.7 cancellations a person-year; another service comes within a month or so."""
    of = {row["user_id"]: row["target_persona"] for row in targeted.charges}
    heavy = {user for user, persona in of.items() if persona == "subscription_heavy"}
    streams = [row for row in targeted.streams if row["user_id"] in heavy]
    ended = [row for row in streams if row["ended_on"]]
    assert 1.1 <= len(ended) / len(heavy) / (targeted.days / 365) <= 1.7
    began = defaultdict(list)
    for row in streams:
        began[row["user_id"]].append(row["started_on"])
    # From the day of the month on which it would have been charged; four weeks further off for what
    # is billed every four weeks.
    longest = 31 + 28
    for row in ended:
        if row["ended_on"] <= AS_OF - dt.timedelta(longest):
            waits = [(day - row["ended_on"]).days for day in began[row["user_id"]]]
            assert any(15 <= wait <= longest for wait in waits), row


def test_natural_subscribers_hold_what_the_controls_ask(natural: Statements) -> None:
    """One or two services, or three to six for $30 to $150 a month, and a rise on top."""
    for number, usd in natural.nights().values():
        assert number.max() <= 6
        usual = np.median(number)
        if usual >= 3:
            assert number.min() >= 3 - (usual > 3)
            assert 27 <= np.median(usd) <= 150 * 1.25
