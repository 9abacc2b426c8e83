"""The same person paid again and again: sitters of families, halves of who shares a flat."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.generation.acquaintances import HOUSEMATE, SITTER, names_of
from spendsense_pipeline.generation.behaviours.sitters_and_housemates import (
    has_housemate,
    has_sitter,
    same_people_postings,
)
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.postings import Postings
from spendsense_pipeline.generation.world import World, make_world
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
)

SENT = "TRANSFER_OUT_TRANSFER_OUT_FROM_APPS"


@functools.cache
def planned(seed: int) -> tuple[World, Postings]:
    """A thousand people, and what they mean to send the same people."""
    resolved = a_configuration(config={"num_users": 1_000, "seed": seed})
    world = make_world(resolved, 0, 1_000)
    return world, same_people_postings(world, labels_for(load_catalog()))


@functools.cache
def published(seed: int) -> duckdb.DuckDBPyConnection:
    """Four hundred people in whose lives nothing happens; to read only."""
    return a_population(
        a_configuration(config={"num_users": 400, "seed": seed}, controls=NOTHING_HAPPENS)
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_families_send_the_same_sitter_whole_dollars_after_evenings_out(seed: int) -> None:
    """Told from rows alone: one name, whole dollars of $48 to $150, Friday to Sunday."""
    query = f"""
    select paid.user_id, paid.name, person.household_type, person.age,
      list((paid.amount, isodow(paid.authorized_date))) as sums
    from raw_transactions as paid join raw_users as person using (user_id)
    where category_detailed = '{SENT}' and not paid.pending
    group by all having count(*) >= 6
    """
    sitters: dict[str, list[str]] = defaultdict(list)
    for user, name, household, age, sums in rows(published(seed), query):
        if all(48 <= usd <= 150 and usd % 1 == 0 and day >= 5 for usd, day in sums):
            sitters[user].append(name)
            assert household in ("family", "single_parent")
            assert age < 50
    assert len(sitters) >= 15
    assert Counter(map(len, sitters.values())).keys() == {1}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_has_one_and_how_often(seed: int) -> None:
    world, planned_rows = planned(seed)
    people = world.profiles.people
    household = np.array(HOUSEHOLD_TYPES)[people.household_type]
    sits, shares = has_sitter(world), has_housemate(world)
    assert set(household[sits]) == {"family", "single_parent"}
    assert set(household[shares]) == {"shared"}
    families = np.isin(household, ("family", "single_parent")) & (people.age_years < 50)
    assert 0.1 <= sits[families].mean() <= 0.4
    assert 0.3 <= shares[household == "shared"].mean() <= 0.75
    months = world.calendar.month_count
    per_month = np.bincount(planned_rows.user, minlength=world.users) / months
    assert 1.0 <= per_month[sits].mean() <= 1.6
    assert 0.7 <= per_month[shares].mean() <= 0.95
    assert not per_month[~sits & ~shares].any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_month_that_was_left_out_comes_with_the_next(seed: int) -> None:
    world, planned_rows = planned(seed)
    of = np.flatnonzero(has_housemate(world)[planned_rows.user])
    user, cents = planned_rows.user[of], np.abs(planned_rows.cents[of])
    month = np.searchsorted(world.calendar.month_starts, planned_rows.authorized[of], side="right")
    order = np.lexsort((month, user))
    user, cents, month = user[order], cents[order], month[order]
    again = user[1:] == user[:-1]
    waited = np.diff(month)[again]
    ratio = (cents[1:] / cents[:-1])[again]
    after_a_gap = np.median(ratio[waited == 2])
    assert 1.7 <= after_a_gap <= 2.1
    assert waited.min() == 1
    # One way between two people: whoever has the contracts is paid.
    signs = defaultdict(set)
    for who, sign in zip(user.tolist(), np.sign(planned_rows.cents[of][order]), strict=True):
        signs[who].add(int(sign))
    assert {len(of_one) for of_one in signs.values()} == {1}
    assert {sign for of_one in signs.values() for sign in of_one} == {-1, 1}


@pytest.mark.parametrize("seed", [1, 2])
def test_sitters_are_called_like_the_young_and_are_women_mostly(seed: int) -> None:
    world, _ = planned(seed)
    catalog = load_catalog()
    user = np.arange(world.users)
    leaning = np.array(catalog.first_names.gender_leaning)
    first, _ = names_of(world, catalog, user, np.full(user.size, SITTER))
    assert np.mean(leaning[first] == "female") >= 0.85
    mates, _ = names_of(world, catalog, user, np.full(user.size, HOUSEMATE))
    assert np.mean(leaning[mates] == "female") <= 0.65
    # Names of a sitter's years: what is common among the old is rare.
    youngest, oldest = catalog.first_names.weight[:, -2:], catalog.first_names.weight[:, :2]
    assert youngest[first].sum() / youngest.sum() > 2 * oldest[first].sum() / oldest.sum()
