"""Small companies and offices are somewhere: others in every town, and big ones where they serve."""

from __future__ import annotations

import functools
from collections import defaultdict

import numpy as np
import pytest

from spendsense_pipeline.generation.catalog import Billers, load_catalog
from spendsense_pipeline.generation.catalog.shopping import LOCAL_PLACEHOLDERS
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.local_names import called
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
)

SEEDS = [41, 42, 43]
BILLERS: Billers = load_catalog().billers
PLACES = load_catalog().places
HOUSEHOLD_BILLS = ("RENT_AND_UTILITIES", "GENERAL_SERVICES", "GOVERNMENT_AND_NON_PROFIT")


@functools.cache
def paid_to(seed: int) -> tuple[tuple[str, str, str, str, str, int], ...]:
    """Person, state at first, merchant, line, category and times of what 300 people paid."""
    con = a_population(
        a_configuration(
            config={"num_users": 300, "seed": seed, "months_history": 12}, controls=NOTHING_HAPPENS
        )
    )
    rows = con.execute(
        "select user_id, person.state, merchant_name, row.name, category_detailed, count(*) "
        "from raw_transactions as row join raw_users as person using (user_id) "
        "where amount > 0 and merchant_name is not null group by all"
    )
    return tuple(rows.fetchall())


def payees_of(seed: int, *codes: str) -> dict[str, dict[str, set[str]]]:
    """People by the state they lived in at first, of each merchant of some categories."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for user, state, merchant, _, code, _ in paid_to(seed):
        if code in codes:
            found[merchant][state].add(user)
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("RENT_AND_UTILITIES_RENT", 3),
        ("RENT_AND_UTILITIES_WATER", 3),
        ("RENT_AND_UTILITIES_OTHER_UTILITIES", 3),
        # Cities of one name.
        ("TRANSPORTATION_PUBLIC_TRANSIT", 3),
        ("HOME_IMPROVEMENT_REPAIR_AND_MAINTENANCE", 4),
    ],
)
def test_a_local_payee_is_in_a_few_states_at_most(seed: int, code: str, most: int) -> None:
    intercity = {"Amtrak", "Greyhound"}
    states = {
        name: len(by_state)
        for name, by_state in payees_of(seed, code).items()
        if name not in intercity
    }
    assert len(states) >= 8
    # Somebody on a trip or after a move takes a name along.
    assert max(states.values()) <= most


@pytest.mark.parametrize("seed", SEEDS)
def test_no_placeholder_is_left(seed: int) -> None:
    texts = {text for _, _, merchant, line, *_ in paid_to(seed) for text in (merchant, line)}
    assert not [text for text in texts if "{" in text or "}" in text]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_local_name_stands_in_few_places(seed: int) -> None:
    """Names of dentists, garages, diners: none is everywhere, however often its kind is visited."""
    catalog = load_catalog()
    national = {
        name
        for names in (catalog.merchants.names, BILLERS.names, catalog.subscriptions.names)
        for name in names
        if not any(local in name for local in LOCAL_PLACEHOLDERS)
    } | {name for name in catalog.counterparties.merchant_names if name}
    states: dict[str, set[str]] = defaultdict(set)
    for _, state, merchant, *_ in paid_to(seed):
        if merchant not in national:
            states[merchant].add(state)
    assert len(states) > 800
    assert max(map(len, states.values())) <= 8
    assert sum(len(of) > 3 for of in states.values()) <= 0.03 * len(states)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_big_biller_is_paid_where_it_serves(seed: int) -> None:
    """Somebody who moves may have it before or after; most stay."""
    serves = dict(zip(BILLERS.names, BILLERS.serves, strict=True))
    index = {state: number for number, state in enumerate(PLACES.state_names)}
    elsewhere = everywhere = 0
    for user_state, merchant, code in ((row[1], row[2], row[4]) for row in paid_to(seed)):
        if merchant in serves and code.startswith(HOUSEHOLD_BILLS):
            everywhere += 1
            elsewhere += not serves[merchant][index[user_state]]
    assert everywhere > 500
    assert elsewhere <= 0.02 * everywhere


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tenant_has_one_landlord_at_a_time_and_keeps_the_name(seed: int) -> None:
    landlords: dict[str, set[str]] = defaultdict(set)
    for user, _, merchant, _, code, _ in paid_to(seed):
        if code == "RENT_AND_UTILITIES_RENT":
            landlords[user].add(merchant)
    assert len(landlords) > 60
    assert max(map(len, landlords.values())) <= 2


def test_nobody_local_is_called_as_somebody_else() -> None:
    """In every town and under every word: a motel is no Village Inn, a landlord not two."""
    labels = labels_for(load_catalog())
    names = labels.table.merchant_name
    local = [row for row in np.flatnonzero(labels.is_local).tolist() if names[row]]
    everywhere = {name for row, name in enumerate(names) if row not in local}
    # As many draws as it takes to see each of some two hundred words in most kinds of names.
    place, branch = (of.ravel() for of in np.indices((len(PLACES.cities), 8)))
    by_name: dict[str, set[str | None]] = defaultdict(set)
    for row in local:
        _, found = called(labels, np.full_like(place, row), place, branch)
        assert not everywhere & {*found}, names[row]
        for name in {*found}:
            by_name[name].add(names[row])
    assert len(by_name) > 5_000
    assert [of for of in by_name.values() if len(of) > 1] == []
