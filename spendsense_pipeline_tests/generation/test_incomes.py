"""Where households' money comes from: pay, second earners, Social Security and pensions."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from typing import Any

import holidays
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from spendsense_pipeline.generation import labels
from spendsense_pipeline.generation.attributes import Cadence, sample_profiles
from spendsense_pipeline.generation.behaviours.employment import drives_for_platforms
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.generator import generate_shard
from spendsense_pipeline.generation.payers import Payer, payers_of
from spendsense_pipeline.generation.targets import TARGET_CODES
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    TWO_YEARS,
    a_configuration,
    two_years_of_two_hundred,
)

START, AS_OF = TWO_YEARS
CLOSED = holidays.country_holidays("US", years=range(2024, 2028))
SOCIAL_SECURITY = "Social Security Administration"
EARNED = ("INCOME_SALARY", "INCOME_CONTRACTOR", "INCOME_GIG_ECONOMY")


class People:
    """Two hundred people over two years, and their income rows."""

    def __init__(self, seed: int) -> None:
        made = two_years_of_two_hundred(seed)
        self.users = {user["user_id"]: user for user in made.users.to_pylist()}
        wanted = made.transactions.select(
            ["user_id", "account_id", "date", "amount", "merchant_name", "category_detailed"]
        )
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        codes = pa.array([*EARNED, "INCOME_RETIREMENT_PENSION"])
        for row in wanted.filter(pc.field("category_detailed").isin(codes)).to_pylist():
            # Commissions and such may be paid into savings.
            assert row["account_id"].endswith(("_checking", "_savings"))
            self.rows[row["user_id"]].append(row)

    def payers(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """Earned pay by who pays it."""
        found = defaultdict(list)
        for row in self.rows[user_id]:
            if row["category_detailed"] in EARNED:
                found[row["merchant_name"]].append(row)
        return found

    def benefits(self, user_id: str) -> list[dict[str, Any]]:
        return [row for row in self.rows[user_id] if row["merchant_name"] == SOCIAL_SECURITY]


SEEDS = (5, 42)
made = cache(People)


@pytest.fixture(scope="module", params=SEEDS)
def people(request: pytest.FixtureRequest) -> People:
    return made(request.param)


def _business_day_before(day: dt.date) -> dt.date:
    while day.weekday() >= 5 or day in CLOSED:
        day -= dt.timedelta(days=1)
    return day


def _rule(year: int, month: int, week: int) -> dt.date:
    """The n-th Wednesday of a month, counted day by day; 0 for the 3rd of the month."""
    if week == 0:
        return _business_day_before(dt.date(year, month, 3))
    wednesdays = [
        day
        for day in (dt.date(year, month, number) for number in range(1, 29))
        if day.weekday() == 2
    ]
    return _business_day_before(wednesdays[week - 1])


def test_social_security_comes_on_the_wednesday_of_a_birth_date(people: People) -> None:
    weeks = Counter()
    for user_id in people.users:
        days = [row["date"] for row in people.benefits(user_id)]
        if days:
            months = [(START.year + (10 + n) // 12, (10 + n) % 12 + 1) for n in range(24)]
            [week] = [
                week
                for week in (0, 2, 3, 4)
                if days == [_rule(year, month, week) for year, month in months]
            ]
            weeks[week] += 1
    total = sum(weeks.values())
    assert total >= 30
    assert all(weeks[week] >= 0.15 * total for week in (2, 3, 4))
    assert weeks[0] <= 0.2 * total


def test_social_security_is_of_the_published_size_and_rises_each_january(people: People) -> None:
    firsts = []
    for user_id in people.users:
        paid = {
            (row["date"].year, row["date"].month): -row["amount"]
            for row in people.benefits(user_id)
        }
        if not paid:
            continue
        firsts.append(float(paid[2025, 1]))
        by_year = [
            {paid[month] for month in paid if month[0] == year} for year in (2024, 2025, 2026)
        ]
        assert all(len(amounts) == 1 for amounts in by_year)
        before, last, now = (float(amounts.pop()) for amounts in by_year)
        assert last / before == pytest.approx(1.025, abs=0.001)
        assert now / last == pytest.approx(1.028, abs=0.001)
    assert 1_750 <= sum(firsts) / len(firsts) <= 2_000
    assert sum(amount % 50 == 0 for amount in firsts) <= 0.15 * len(firsts)


def test_old_people_live_on_benefits_and_few_work() -> None:
    old = [
        (people, key)
        for people in map(made, SEEDS)
        for key, user in people.users.items()
        if user["age"] >= 67
    ]
    pension = [
        key
        for people, key in old
        if any(row["category_detailed"] == "INCOME_RETIREMENT_PENSION" for row in people.rows[key])
    ]
    at_work = [key for people, key in old if people.payers(key)]
    assert len(pension) / len(old) >= 0.8
    assert 0.1 <= len(at_work) / len(old) <= 0.35


def test_nobody_young_lives_on_benefits_and_all_of_them_work(people: People) -> None:
    young = [key for key, user in people.users.items() if user["age"] < 62]
    assert not any(people.benefits(key) for key in young)
    assert all(people.payers(key) for key in young)


def test_platforms_pay_second_earners_weekly_and_little() -> None:
    paid: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for seed in SEEDS:
        for key, found in made(seed).rows.items():
            paid[seed, key] += [
                row for row in found if row["category_detailed"] == "INCOME_GIG_ECONOMY"
            ]
    drivers = {key: found for key, found in paid.items() if found}
    assert 2 <= len(drivers) <= 0.06 * 400
    for (seed, key), found in drivers.items():
        [platform] = {row["merchant_name"] for row in found}
        assert len(made(seed).payers(key)) >= 2, "it pays nobody's living alone"
        gaps = {(b["date"] - a["date"]).days for a, b in pairwise(found)}
        assert gaps <= {5, 6, 7, 8, 9}, platform
        amounts = [-float(row["amount"]) for row in found]
        assert 400 <= sum(amounts) / len(amounts) * 52.18 / 12 <= 1_700
        assert max(amounts) <= 700
        assert len(set(amounts)) >= 0.9 * len(amounts)


@pytest.mark.parametrize("seed", range(8))
def test_who_drives_beside_a_job_drives_for_another_platform_without_one(seed: int) -> None:
    """A platform pays somebody on one weekday."""
    world = make_world(a_configuration(config={"seed": seed, "num_users": 400}), 0, 400)
    payers = payers_of(world, load_catalog().employers)
    drives = payers[drives_for_platforms(world)]
    assert len(drives) >= 3
    assert (drives[:, Payer.SECOND_EMPLOYER] != drives[:, Payer.PLATFORM]).all()


@pytest.mark.parametrize("seed", range(32, 36))
def test_no_two_in_a_household_have_one_employer(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does anybody go back to one: its pay would come on two schedules."""
    monkeypatch.setenv("SPENDSENSE_MAX_USERS", "10000")
    world = make_world(a_configuration(config={"seed": seed, "num_users": 10_000}), 0, 10_000)
    employers = load_catalog().employers
    has = [payer for payer in Payer if payer.name.startswith(("EMPLOYER", "SECOND"))]
    is_employed = world.profiles.cadence != Cadence.IRREGULAR
    stems = np.sort(employers.stem[payers_of(world, employers)][is_employed][:, has], axis=1)
    assert len(has) == 7
    assert (np.diff(stems, axis=1) > 0).all()


def test_pensions_come_monthly_and_are_not_round(people: People) -> None:
    found = 0
    for user_id in people.users:
        rows = [
            row
            for row in people.rows[user_id]
            if row["category_detailed"] == "INCOME_RETIREMENT_PENSION"
            and row["merchant_name"] != SOCIAL_SECURITY
        ]
        if rows:
            found += 1
            assert len({row["amount"] for row in rows}) == 1
            assert 23 <= len(rows) <= 25
            for row in rows:
                next_day = row["date"] + dt.timedelta(days=1)
                first = (row["date"] + dt.timedelta(days=5)).replace(day=1)
                assert row["date"] in (
                    _business_day_before(first),
                    _business_day_before(first - dt.timedelta(days=1)),
                ), next_day
    assert found >= 4


def test_pay_follows_age() -> None:
    """BLS 2025: those under 25 earn 55 to 65 % of the most, which comes between 35 and 65."""
    ages, incomes = [], []
    for seed in range(3):
        asked = a_configuration(config={"num_users": 1_000, "seed": seed})
        who = sample_profiles(asked, 0, 1_000)
        works = ~who.is_retired
        ages.append(who.age_years[works])
        incomes.append(who.people.income_monthly_usd[works])
    age, usd = np.concatenate(ages), np.concatenate(incomes)
    edges = (19, 25, 35, 45, 55, 65, 91)
    medians = [np.median(usd[(age >= a) & (age < b)]) for a, b in pairwise(edges)]
    youngest, young, *middle, old = medians
    assert 0.5 <= youngest / max(middle) <= 0.7
    assert youngest < young < min(middle)
    assert old < max(middle)


def test_two_earners_where_there_is_a_couple(people: People) -> None:
    """Two payers side by side all the time; nobody else has two but clients in turn."""
    double, couples = set(), []
    for user_id, user in people.users.items():
        if user["household_type"] in ("couple", "family") and user["age"] < 60:
            couples.append(user_id)
        spans = [
            (rows[0]["date"], rows[-1]["date"])
            for rows in people.payers(user_id).values()
            if rows[0]["category_detailed"] == "INCOME_SALARY"
        ]
        if any(
            (min(a[1], b[1]) - max(a[0], b[0])).days > 60
            for n, a in enumerate(spans)
            for b in spans[:n]
        ):
            double.add(user_id)
            assert user["household_type"] in ("couple", "family")
    assert 0.4 <= len(double & set(couples)) / len(couples) <= 0.7


def test_the_main_earner_brings_more_and_words_of_employers_differ(people: People) -> None:
    for user_id in people.users:
        names = list(people.payers(user_id))
        assert len({name.split()[0] for name in names}) == len(names) <= 4


def test_pay_changes_as_pay_does(people: People) -> None:
    """A raise of a few per cent once a year, a new employer for one worker in six a year."""
    workers = changed = raised = flat = 0
    for user_id in people.users:
        payers = people.payers(user_id)
        salaried = {
            name: rows
            for name, rows in payers.items()
            if rows[0]["category_detailed"] == "INCOME_SALARY"
        }
        if not salaried:
            continue
        workers += 1
        spans = sorted((rows[0]["date"], rows[-1]["date"]) for rows in salaried.values())
        changed += any(later[0] > earlier[1] for earlier, later in pairwise(spans))
        for earlier, later in pairwise(spans):
            if later[0] > earlier[1]:
                assert (later[0] - earlier[1]).days <= 35
        for rows in salaried.values():
            steps = [
                (later["date"], float(later["amount"] / earlier["amount"]))
                for earlier, later in pairwise(rows)
                if later["amount"] != earlier["amount"]
            ]
            if len(rows) > 23 and len(steps) <= 3:
                raised += bool(steps)
                flat += not steps
                assert all(1.015 <= step <= 1.05 for _, step in steps), (user_id, steps)
                between = [(b[0] - a[0]).days for a, b in pairwise(steps)]
                assert all(350 <= days <= 380 for days in between), (user_id, steps)
    assert 0.12 <= changed / workers <= 0.45
    assert raised > 5 * flat


def test_employers_change_as_often_as_they_do() -> None:
    """One worker in six a year (BLS 2024), so 29 % in two: over all populations."""
    workers = changed = 0
    for people in map(made, SEEDS):
        for user_id in people.users:
            spans = sorted(
                (rows[0]["date"], rows[-1]["date"])
                for rows in people.payers(user_id).values()
                if rows[0]["category_detailed"] == "INCOME_SALARY"
            )
            workers += bool(spans)
            changed += any(later[0] > earlier[1] for earlier, later in pairwise(spans))
    assert 0.20 <= changed / workers <= 0.38


def test_hourly_pay_cancels_nothing(people: People) -> None:
    """No two paychecks in a row that lie evenly around one amount, over and over."""
    for user_id in people.users:
        for rows in people.payers(user_id).values():
            amounts = [float(-row["amount"]) for row in rows]
            if rows[0]["category_detailed"] == "INCOME_SALARY" and len(set(amounts)) > 20:
                pairs = {round(a + b, 2) for a, b in zip(amounts[::2], amounts[1::2], strict=False)}
                assert len(pairs) > len(amounts) / 4


@pytest.mark.parametrize("seed", range(5))
def test_who_is_targeted_by_the_rhythm_of_pay_has_pay(seed: int) -> None:
    resolved = a_configuration(
        config={"num_users": 300, "seed": seed},
        controls={"target_personas": ["cash_flow_stressed", "variable_income", "general"]},
    )
    profiles = make_world(resolved, 0, 300).profiles
    by_pay = np.isin(
        profiles.people.target,
        [TARGET_CODES["cash_flow_stressed"], TARGET_CODES["variable_income"]],
    )
    assert not profiles.is_retired[by_pay].any()
    assert profiles.age_years[by_pay].max() < 67
    assert not profiles.has_second_earner[by_pay].any()
    assert profiles.is_retired[~by_pay].any()


@pytest.mark.parametrize("seed", range(5))
def test_sources_add_up_and_the_retired_have_benefits_alone(seed: int) -> None:
    resolved = a_configuration(config={"num_users": 300, "seed": seed})
    profiles = make_world(resolved, 0, 300).profiles
    sources, retired = profiles.income, profiles.is_retired
    total = (
        sources.main_pay_usd
        + sources.second_pay_usd
        + sources.social_security_usd
        + sources.pension_usd
    )
    assert profiles.people.income_monthly_usd == pytest.approx(total)
    assert (sources.main_pay_usd[retired] == 0).all()
    assert (sources.social_security_usd[retired] > 0).all()
    assert (sources.second_pay_usd < sources.main_pay_usd)[~retired].all()
    assert (profiles.cadence[retired] == Cadence.MONTHLY).all()
    irregular = profiles.cadence[~retired] == Cadence.IRREGULAR
    assert irregular.mean() == pytest.approx(0.30, abs=0.015)
    # Dealt evenly: in every hundred, and among those who consented as among the others.
    for hundred in retired.reshape(3, 100):
        assert 13 <= hundred.sum() <= 24


def test_two_earners_of_one_employer_have_a_stream_each(monkeypatch: pytest.MonkeyPatch) -> None:
    payers_of = labels.payers_of

    def at_one_employer(*given: Any) -> Any:
        payers = payers_of(*given).copy()
        payers[:, Payer.SECOND_EMPLOYER] = payers[:, Payer.EMPLOYER_1]
        return payers

    monkeypatch.setattr(labels, "payers_of", at_one_employer)
    made = generate_shard(a_configuration(config={"num_users": 100}), 0, 100)
    streams = [row for row in made.stream_truth.to_pylist() if row["kind"] == "income"]
    assert len({row["stream_key"] for row in streams}) == len(streams)
    shared = Counter((row["user_id"], row["merchant_name"]) for row in streams)
    assert max(shared.values()) == 2
