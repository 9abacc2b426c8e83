"""Whom people pay and are helped by: names of their own, kept for long, and one app for each."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict

import pytest

from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population

USERS = 300
APPS = ("ZELLE PAYMENT TO ", "VENMO PAYMENT ", "CASH APP*", "PAYPAL INST XFER ")
WITH_A_PARTNER = ("couple", "family")


@functools.cache
def sums_sent(seed: int) -> tuple[tuple[str, str, str], ...]:
    """Person, line and name of everything sent through an app in half a year."""
    config = {"num_users": USERS, "seed": seed, "months_history": 6}
    con = a_population(a_configuration(config=config))
    rows = con.execute(
        "select user_id, name from raw_transactions "
        "where category_detailed = 'TRANSFER_OUT_TRANSFER_OUT_FROM_APPS'"
    ).fetchall()
    found = []
    for user, line in rows:
        [app] = [app for app in APPS if line.startswith(app)]
        found.append((user, app, line.removeprefix(app).replace("-", " ").upper()))
    return tuple(found)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_nobody_is_everybodys_friend(seed: int) -> None:
    paid_by = defaultdict(set)
    for user, _, name in sums_sent(seed):
        paid_by[name].add(user)
    people = len({user for user, _, _ in sums_sent(seed)})
    assert people > USERS / 2
    assert max(map(len, paid_by.values())) <= max(0.03 * people, 3)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_person_has_a_few_friends_and_meets_others_once(seed: int) -> None:
    names_of: dict[str, Counter[str]] = defaultdict(Counter)
    for user, _, name in sums_sent(seed):
        names_of[user][name] += 1
    often = [names for names in names_of.values() if names.total() >= 15]
    assert len(often) > 30
    dear = [sum(count >= 3 for count in names.values()) for names in often]
    once = [sum(count == 1 for count in names.values()) for names in often]
    assert 1.5 <= sum(dear) / len(often) <= 8
    assert 3 <= sum(once) / len(often) <= 14


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_friend_is_paid_through_one_app(seed: int) -> None:
    apps_of = defaultdict(set)
    for user, app, name in sums_sent(seed):
        apps_of[user, name].add(app)
    assert sum(len(apps) > 1 for apps in apps_of.values()) <= 0.02 * len(apps_of)
    used = Counter(app for _, app, _ in sums_sent(seed))
    assert set(used) == set(APPS)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_who_is_helped_every_other_week_has_a_partner_with_a_name(seed: int) -> None:
    config = {"num_users": 800, "seed": seed, "months_history": 6}
    con = a_population(
        a_configuration(
            config=config,
            controls={"persona_weights": {"variable_income": 0.5, "general": 0.5}},
        )
    )
    helped = con.execute(
        "with came as (select user_id, name, count(*) as times from raw_transactions "
        "where category_detailed = 'TRANSFER_IN_TRANSFER_IN_FROM_APPS' group by all) "
        "select person.household_type, split_part(person.name, ' ', -1), came.name "
        "from came join raw_users as person using (user_id) "
        "where times >= 9 and came.name like 'ZELLE%'"
    ).fetchall()
    assert len(helped) >= 5
    assert {household for household, _, _ in helped} <= set(WITH_A_PARTNER)
    assert len({line for _, _, line in helped}) == len(helped)
    same = sum(line.split()[-1][0] == own[0].upper() for _, own, line in helped)
    assert same >= len(helped) / 3
