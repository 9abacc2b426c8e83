"""Side businesses: what an owner draws reaches the owner."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest

from spendsense_pipeline import checks
from spendsense_pipeline.generation.behaviours.business import drawn_monthly_cents
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)

DRAWS = """
select
  out_of.user_id, out_of.date, out_of.amount::double as usd, out_of.transfer_id,
  (
    select list(row(reached.date - out_of.date, reached.transfer_id, reached.category_detailed))
    from raw_transactions as reached
    join raw_accounts as own using (account_id)
    where reached.user_id = out_of.user_id and own.holder_category = 'personal'
      and own.subtype in ('checking', 'savings') and reached.amount = -out_of.amount
      and reached.date between out_of.date and out_of.date + 5
      and reached.transfer_id is not distinct from out_of.transfer_id
  ) as found
from raw_transactions as out_of
join raw_accounts as business using (account_id)
where business.holder_category = 'business' and out_of.category_primary = 'TRANSFER_OUT'
"""


def owners(seed: int, **controls: Any) -> duckdb.DuckDBPyConnection:
    asked = {"business_account_rate": 1.0, **controls}
    return a_population(
        a_configuration(
            as_of=dt.date(2026, 6, 30), config={"seed": seed, "num_users": 60}, controls=asked
        )
    )


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_what_owners_draw_reaches_their_own_accounts(seed: int) -> None:
    """Mostly by a transfer with two legs on one day, now and then by a check."""
    draws = rows(owners(seed), DRAWS)
    assert len(draws) > 400
    assert all(found for *_, found in draws)
    by_transfer = [found for *_, transfer_id, found in draws if transfer_id]
    assert 0.8 <= len(by_transfer) / len(draws) < 1
    assert all(len(found) == 1 and found[0][0] == 0 for found in by_transfer)
    codes = {found[0][2] for found in by_transfer}
    assert codes <= {"TRANSFER_IN_ACCOUNT_TRANSFER", "TRANSFER_IN_SAVINGS"}


def test_what_owners_draw_is_put_by_where_checking_is_to_run_out() -> None:
    draws = rows(owners(2, persona_weights={"cash_flow_stressed": 1.0}), DRAWS)
    reached = [found[0][2] for *_, transfer_id, found in draws if transfer_id]
    assert len(reached) > 100
    assert set(reached) == {"TRANSFER_IN_SAVINGS"}


def test_ledgers_and_transfers_hold_where_everybody_has_a_business() -> None:
    resolved = a_configuration(
        as_of=dt.date(2026, 6, 30),
        config={"seed": 5, "num_users": 60},
        controls={"business_account_rate": 1.0, "life_event_rate": 1.0},
    )
    con = a_population(resolved)
    outcomes = checks.run_all(con, resolved, assets=[table.name for table in GENERATED_TABLES])
    broken = [each.name for each in outcomes if each.severity == "ERROR" and not each.passed]
    assert broken == []


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_households_count_on_less_than_their_businesses_bring(seed: int) -> None:
    """What is drawn is theirs to spend; nobody plans to spend what a lean quarter does not bring."""
    resolved = a_configuration(
        config={"seed": seed, "num_users": 60}, controls={"business_account_rate": 1.0}
    )
    counted = drawn_monthly_cents(make_world(resolved, 0, 60)).sum() / 100
    drawn = sum(usd for _, _, usd, *_ in rows(owners(seed), DRAWS)) / 6
    assert 0.35 * drawn <= counted <= 0.85 * drawn
