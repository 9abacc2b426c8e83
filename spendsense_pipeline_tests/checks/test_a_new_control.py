"""A control declared here alone: validated, documented and held against what the rows say.

What a contributor adds is the declaration, a query that measures it, and what it causes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest
from pydantic import Field

from spendsense_pipeline.checks import control_fidelity as fidelity
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls import ControlsError, OperatorControls, documentation
from spendsense_pipeline.controls.comparison import Measured
from spendsense_pipeline.controls.field_types import Number
from spendsense_pipeline.controls.resolved import SECTIONS
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.rows import a_transaction, a_user, a_warehouse, an_account

USERS = [a_user(f"user_000{number}") for number in range(4)]
ACCOUNTS = [an_account(f"checking_{number}", f"user_000{number}") for number in range(4)]
WITH_A_PET = [
    a_transaction(
        "30.00", account_id="checking_0", user_id="user_0000", category_detailed="PET_FOOD"
    ),
    a_transaction(
        "20.00", account_id="checking_1", user_id="user_0001", category_detailed="PET_FOOD"
    ),
]
MEASURES_PETS = """
select
  'pet_owner_rate' as control,
  count(distinct user_id) filter (category_detailed = 'PET_FOOD')
    / (select count(*) from raw_users) as value,
  (select count(*) from raw_users) as units
from raw_transactions
"""


class WithPets(OperatorControls):
    pet_owner_rate: Annotated[
        float, Number(0, 1, "share of users"), Measured("users who buy pet food")
    ] = Field(0.3, description="Users who have a pet.")


def test_it_is_refused_in_the_words_of_all_others() -> None:
    with pytest.raises(ControlsError, match="pet_owner_rate must be between 0 and 1; it is 2"):
        WithPets(pet_owner_rate=2)


def test_it_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "SECTIONS", {**SECTIONS, "controls": WithPets})
    (entry,) = (
        entry for entry in documentation.documented.__wrapped__() if entry.name == "pet_owner_rate"
    )
    assert entry.full_description == (
        "Users who have a pet. Must be between 0 and 1 (share of users). Default: 0.3. "
        "Measured as: users who buy pet food."
    )


@pytest.mark.parametrize(("requested", "within"), [(0.5, True), (0.8, False)])
def test_it_is_held_against_what_the_rows_say(
    monkeypatch: pytest.MonkeyPatch, requested: float, within: bool
) -> None:
    queries = fidelity.measuring_queries

    def with_pets(run: CheckRun) -> list[str]:
        return [*queries(run), MEASURES_PETS]

    monkeypatch.setattr(fidelity, "measuring_queries", with_pets)
    con = a_warehouse(users=USERS, accounts=ACCOUNTS, transactions=WITH_A_PET)
    resolved = replace(a_configuration(), controls=WithPets(pet_owner_rate=requested))
    row = fidelity.control_fidelity(con, resolved)[-1]
    assert (row.control, row.requested, row.realised) == ("pet_owner_rate", requested, 0.5)
    assert row.tolerance == pytest.approx(0.02 + 1 / 4)
    assert row.within is within
    assert row.measured_as == "users who buy pet food"
