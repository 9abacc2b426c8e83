"""Nobody buys everything: where people go at all follows their age and whether they have children."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

import duckdb
import numpy as np
import pytest

from spendsense_pipeline.checks.control_fidelity import control_fidelity
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.clienteles import WITH_CHILDREN, goes_to, usual_shares
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)

CATALOG = load_catalog()
CLIENTELES, SHOPS = CATALOG.clienteles, CATALOG.merchants


def a_year(seed: int) -> ResolvedConfig:
    return a_configuration(
        as_of=dt.date(2026, 6, 30), config={"num_users": 500, "months_history": 12, "seed": seed}
    )


@functools.cache
def people(seed: int) -> duckdb.DuckDBPyConnection:
    con = a_population(a_year(seed))
    names = [CLIENTELES.names[of] for of in SHOPS.clientele]
    con.execute("create table of_clientele (merchant_name varchar, clientele varchar)")
    con.executemany(
        "insert into of_clientele values (?, ?)", [*zip(SHOPS.names, names, strict=True)]
    )
    kinds = ", ".join(f"'{kind}'" for kind in WITH_CHILDREN)
    con.execute(
        f"""
        create table gone as
        select distinct bought.user_id, of_clientele.clientele, bought.merchant_name
        from raw_transactions as bought
        join of_clientele using (merchant_name)
        join raw_users as person on person.user_id = bought.user_id
        -- On a trip anybody goes to what there is.
        where bought.amount > 0 and coalesce(bought.state, person.state) = person.state;
        create table person as
        select user_id, age, household_type in ({kinds}) as has_children from raw_users
        """
    )
    return con


def reach(seed: int, clientele: str, *, where: str = "true") -> float:
    """Share of some people who went to any merchant of a clientele within the year."""
    [(share,)] = rows(
        people(seed),
        "select avg((user_id in (select user_id from gone where clientele = "
        f"'{clientele}'))::int) from person where {where}",
    )
    return float(share)


SEEDS = [5, pytest.param(6, marks=pytest.mark.long), pytest.param(7, marks=pytest.mark.long)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_young_and_the_old_go_elsewhere(seed: int) -> None:
    young, old = "age < 40", "age >= 60"
    for clientele in ("meal_delivery", "cinema", "young_fashion", "ride_hailing", "car_parts"):
        shares = [reach(seed, clientele, where=ages) for ages in (young, old)]
        assert shares[0] > 1.25 * shares[1], (clientele, shares)
    for clientele in ("cvs", "lottery", "hardware"):
        assert reach(seed, clientele, where=old) > reach(seed, clientele, where="age < 30")
    for clientele in ("pc_games", "game_shops", "scooters"):
        assert reach(seed, clientele, where="age >= 65") < 0.08, clientele


@pytest.mark.parametrize("seed", SEEDS)
def test_places_for_children_are_mostly_families(seed: int) -> None:
    for clientele in ("childrens_places", "baby_clothing"):
        families, others = (
            reach(seed, clientele, where=who) for who in ("has_children", "not has_children")
        )
        assert families > 2 * others, (clientele, families, others)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_goes_without_a_third_of_the_kinds(seed: int) -> None:
    [(kinds,)] = rows(
        people(seed),
        "select median(kinds) from (select count(distinct clientele) as kinds from gone"
        " where clientele <> 'everybody' group by user_id)",
    )
    assert kinds <= (len(CLIENTELES.names) - 1) * 2 / 3
    for clientele in ("hardware", "beauty", "cinema", "car_parts"):
        assert 0.25 <= reach(seed, clientele) <= 0.88, clientele


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("names", "survey"),
    [
        (("Amazon",), 0.83),
        (("The Home Depot",), 0.71),
        (("CVS Pharmacy",), 0.69),
        (("Walgreens",), 0.68),
        (("Costco", "Costco Grocery", "Costco Gas"), 0.47),
        (("Sam's Club", "Sam's Club Fuel"), 0.42),
    ],
)
def test_a_years_reach_is_as_surveyed(seed: int, names: tuple[str, ...], survey: float) -> None:
    """Numerator 2025: households that shopped there within the year."""
    [(share,)] = (
        people(seed)
        .execute(
            "select avg((user_id in (select user_id from gone where list_contains(?, merchant_name)"
            "))::int) from person",
            [list(names)],
        )
        .fetchall()
    )
    assert share == pytest.approx(survey, abs=0.12)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_category_gets_what_was_asked(seed: int) -> None:
    measured = [
        each
        for each in control_fidelity(people(seed), a_year(seed))
        if each.control.startswith("category_spending_ratios")
    ]
    assert len(measured) == 12
    assert [each for each in measured if not each.within] == []


def test_where_somebody_goes_is_the_same_in_any_population() -> None:
    few, many = (
        dataclasses.replace(a_year(5), config=a_year(5).config.model_copy(update={"num_users": n}))
        for n in (20, 200)
    )
    first, among = (goes_to(make_world(each, 0, 20), CATALOG).is_of for each in (few, many))
    later = goes_to(make_world(many, 10, 30), CATALOG).is_of
    assert np.array_equal(among[10:], later[:10])
    assert np.array_equal(first, among)


def test_together_they_are_as_many_as_the_shares_say() -> None:
    world = make_world(a_configuration(config={"num_users": 1_000, "seed": 3}), 0, 1_000)
    found = goes_to(world, CATALOG).is_of.mean(axis=0)
    assert np.abs(found - usual_shares(CLIENTELES)).max() < 0.08
    assert found[0] == 1
