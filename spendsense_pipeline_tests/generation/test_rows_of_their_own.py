"""Every row is a row of its own: no two have one identity, and no app pays out twice a day."""

from __future__ import annotations

import numpy as np
import pytest

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.other_deposits import (
    medical_bills,
    plan_other_deposits,
)
from spendsense_pipeline.generation.behaviours.people_paid import once_a_day, people_paid_postings
from spendsense_pipeline.generation.behaviours.sitters_and_housemates import same_people_postings
from spendsense_pipeline.generation.behaviours.standing_payments import standing_postings
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.postings import Postings
from spendsense_pipeline.generation.world import World, make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
    share,
)

USERS = 5_000
"""What happens to few people in few months is seen among as many."""


@pytest.fixture(scope="module", params=[2, 3, 4])
def world(request: pytest.FixtureRequest) -> World:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPENDSENSE_MAX_USERS", str(USERS))
        resolved = a_configuration(config={"num_users": USERS, "seed": request.param})
    return make_world(resolved, 0, USERS)


def are_all_different(*columns: Ints) -> bool:
    together = np.stack(columns)
    return np.unique(together, axis=1).shape == together.shape


def test_what_two_months_bring_on_one_day_are_two_rows(world: World) -> None:
    catalog = load_catalog()
    accounts = plan_other_deposits(world, catalog)
    bills = medical_bills(world, catalog, accounts)
    planned = Postings.joined([standing_postings(world, labels_for(catalog)), bills])
    assert bills.size > 0.01 * USERS
    assert planned.size > USERS
    assert are_all_different(
        planned.user, planned.purpose, planned.slot, planned.authorized, planned.serial
    )


def test_what_comes_through_an_app_is_cashed_out_once_a_day(world: World) -> None:
    labels = labels_for(load_catalog())
    through_apps = [same_people_postings(world, labels), people_paid_postings(world, labels)]
    received = once_a_day(Postings.joined(through_apps))
    received = received.where(received.cents < 0)
    assert received.size > USERS
    assert are_all_different(received.user, received.day, received.label)


@pytest.mark.parametrize("seed", [5, *(pytest.param(n, marks=pytest.mark.long) for n in (6, 7))])
def test_who_is_lent_something_is_paid_once_that_day(seed: int) -> None:
    con = a_population(
        a_configuration(
            config={"num_users": 400, "seed": seed}, controls={"cash_flow_stress_rate": 0.9}
        )
    )
    cashed_out = (
        "select account_id, date, count(*) as times from raw_transactions"
        " where name like '%CASH OUT' and not pending group by all"
    )
    assert share(con, f"select count(*) from ({cashed_out})") > 200
    assert rows(con, f"from ({cashed_out}) where times > 1") == []


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_a_broker_is_sent_one_sum_a_day(seed: int) -> None:
    con = a_population(
        a_configuration(preset="calibrated", config={"num_users": 500, "seed": seed})
    )
    sent = (
        "select account_id, date, name, count(*) as times from raw_transactions where"
        " category_detailed = 'TRANSFER_OUT_INVESTMENT_AND_RETIREMENT_FUNDS' and not pending"
        " and account_id like '%_checking' group by all"
    )
    assert share(con, f"select count(*) from ({sent})") > 800
    assert rows(con, f"from ({sent}) where times > 1") == []
