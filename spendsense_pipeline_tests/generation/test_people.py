"""Who people are: ages, households, names and accounts that fit one another."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from importlib import resources
from typing import Any

import pytest

from spendsense_pipeline.generation import catalog, generate
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

SEEDS = (3, 42)


@pytest.fixture(scope="module", params=SEEDS)
def shard(request: pytest.FixtureRequest) -> Any:
    """Two hundred natural people of a seed."""
    resolved = a_configuration(
        config={"num_users": 200, "seed": request.param, "months_history": 1}
    )
    [made] = generate(resolved)
    return resolved, made


def test_ages_are_spread_as_among_adults(shard: Any) -> None:
    """Census 2023: of adults of 19 and over 28 % are under 35, 33 % 35-54, 16 % 55-64, 22 % over."""
    ages = shard[1].users.column("age").to_pylist()
    assert 19 <= min(ages) <= 22
    assert 84 <= max(ages) <= 90
    parts = [
        sum(low <= age < high for age in ages) / len(ages)
        for low, high in ((19, 35), (35, 55), (55, 65), (65, 91))
    ]
    for found, expected in zip(parts, (0.28, 0.33, 0.165, 0.225), strict=True):
        assert found == pytest.approx(expected, abs=0.03)


def test_households_are_balanced_and_fit_ages(shard: Any) -> None:
    users = shard[1].users.to_pylist()
    count = Counter(user["household_type"] for user in users)
    wanted = {"single": 0.29, "couple": 0.27, "family": 0.22, "single_parent": 0.09, "shared": 0.13}
    for name, expected in wanted.items():
        assert count[name] / len(users) == pytest.approx(expected, abs=0.035), name
    old = [user for user in users if user["age"] >= 67]
    assert sum(user["household_type"] in ("family", "single_parent") for user in old) <= 2
    parents = [user["age"] for user in users if user["household_type"] == "family"]
    assert sum(30 <= age < 50 for age in parents) > len(parents) / 2


def test_names_fit_birth_years(shard: Any) -> None:
    """A name's own decades, from the file: most people have one that is at least a third as common
    among those born with them as it ever was."""
    resolved, made = shard
    text = resources.files(catalog).joinpath("first_names.csv").read_text()
    by_name = {row["first_name"]: row for row in csv.DictReader(text.splitlines())}
    fits = 0
    for user in made.users.to_pylist():
        row = by_name[user["name"].split()[0]]
        weights = {int(key[5:9]): float(row[key]) for key in row if key.startswith("born_")}
        born = min(max((resolved.history_start.year - user["age"]) // 10 * 10, 1930), 2000)
        fits += weights[born] >= max(weights.values()) / 3
    assert fits / made.users.num_rows >= 0.75


def test_nobody_holds_an_account_as_a_child(shard: Any) -> None:
    resolved, made = shard
    users = {user["user_id"]: user for user in made.users.to_pylist()}
    for user in users.values():
        # The latest birthday of that age that is possible.
        born_by = resolved.history_start.replace(year=resolved.history_start.year - user["age"])
        user["born_by"] = born_by
        assert user["created_at"].date() >= _anniversary(born_by, 18)
    for account in made.accounts.to_pylist():
        needed = 18 if account["type"] == "credit" else 16
        born_by = users[account["user_id"]]["born_by"]
        assert account["opened_on"] >= _anniversary(born_by, needed), account
        assert account["opened_on"] < resolved.history_start


def _anniversary(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years)
