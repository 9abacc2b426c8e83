"""What controls came to, measured in worlds where the answer is known."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline.checks.control_fidelity import (
    ControlFidelity,
    build_control_fidelity,
    control_fidelity,
    recorded_fidelity,
)
from spendsense_pipeline.controls import OperatorControls, ResolvedConfig
from spendsense_pipeline.controls.operator_controls import NOT_OF_THE_WORLD
from spendsense_pipeline.controls.resolved import IMPORTED
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.household_by_hand import a_valid_world
from spendsense_pipeline_tests.fixtures.raw_world import World
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_paycheck,
    a_savings_account,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

START = dt.date(2026, 1, 1)
DAYS = (AS_OF - START).days + 1
MONTHS = DAYS / 30.4375
SUBSCRIPTION: Row = {
    "category_primary": "ENTERTAINMENT",
    "category_detailed": "ENTERTAINMENT_TV_AND_MOVIES",
}


def a_config(**controls: Any) -> ResolvedConfig:
    return a_configuration(history_start=START, controls=controls)


def measured(world: World, resolved: ResolvedConfig | None = None) -> dict[str, ControlFidelity]:
    rows = control_fidelity(world.warehouse(), resolved or a_config())
    return {row.control: row for row in rows}


@pytest.fixture(scope="module")
def household() -> dict[str, ControlFidelity]:
    return measured(a_valid_world())


@pytest.mark.parametrize(
    ("control", "realised"),
    [
        ("credit_utilization_distribution.low", 0.25),
        ("credit_utilization_distribution.medium", 0.25),
        ("credit_utilization_distribution.high", 0.5),  # the critical card has crept below 80 %
        ("overdue_probability", 0.5),
        ("min_payment_only_probability", 0.5),
        ("payroll_pattern_distribution.biweekly", 0.5),
        ("payroll_pattern_distribution.irregular", 0.5),  # the other person is never paid
        ("savings_adoption_rate", 0.5),
        ("credit_card_probability", 0.5),
        ("consent_rate", 1.0),
        ("subscription_adoption_rate", 0.0),
        ("region_distribution.Midwest", 1.0),
        ("joint_account_rate", 0.0),
        ("category_spending_ratios.groceries", 1.0),
    ],
)
def test_shares_of_a_known_household(
    household: dict[str, ControlFidelity], control: str, realised: float
) -> None:
    assert household[control].realised == pytest.approx(realised)


def test_savings_of_a_known_household(household: dict[str, ControlFidelity]) -> None:
    deposits = len(
        a_valid_world().rows(account_id="savings", category_detailed="TRANSFER_IN_SAVINGS")
    )
    assert household["savings_transfer_range.low"].realised == pytest.approx(75 * deposits / MONTHS)
    growth = 100 * 75 * deposits / 2500 * 182.625 / DAYS
    assert household["savings_growth_target_pct"].realised == pytest.approx(growth)


def test_every_control_is_measured_or_has_no_effect_of_its_own(
    household: dict[str, ControlFidelity],
) -> None:
    reported = {name.split(".")[0] for name in household}
    not_asked = {"target_personas", "persona_weights", "overlap_rate", "custom_merchants"}
    not_asked |= {"life_event_weights", *NOT_OF_THE_WORLD}
    assert reported == set(OperatorControls.model_fields) - not_asked
    for row in household.values():
        assert row.measured_as


def payroll_world(gaps: Iterable[int]) -> World:
    """One person, paid after these gaps in turn."""
    gap = list(gaps)
    day, rows, turn = START + dt.timedelta(1), [], 0
    while day <= AS_OF:
        rows.append(a_paycheck("1000.00", day))
        day += dt.timedelta(gap[turn % len(gap)])
        turn += 1
    return World(users=[a_user()], accounts=[an_account()], transactions=rows)


@pytest.mark.parametrize(
    ("gaps", "cadence"),
    [
        ([7], "weekly"),
        ([14], "biweekly"),
        ([14, 13, 15], "biweekly"),
        ([15, 16], "semimonthly"),
        ([14, 17, 15], "semimonthly"),
        ([31, 30], "monthly"),
        ([56], "irregular"),
        ([400], "irregular"),
    ],
)
def test_cadences(gaps: list[int], cadence: str) -> None:
    found = measured(payroll_world(gaps))
    assert found[f"payroll_pattern_distribution.{cadence}"].realised == 1


def subscriber(prices: dict[str, list[str]]) -> World:
    """One person; per merchant the prices charged each 30 days, the latest five days ago."""
    rows = [
        a_transaction(
            price, AS_OF - dt.timedelta(5 + 30 * back), merchant_name=merchant, **SUBSCRIPTION
        )
        for merchant, charged in prices.items()
        for back, price in enumerate(reversed(charged))
    ]
    return World(users=[a_user()], accounts=[an_account()], transactions=rows)


def test_subscriptions_are_read_off_the_statements() -> None:
    world = subscriber(
        {
            "Flix": ["9.99"] * 5,
            "Tunes": ["10.99", "10.99", "10.99", "11.99", "11.99"],  # one price rise
            "Cinema": ["12.00", "31.50", "8.25", "19.00"],  # tickets, not a subscription
        }
    )
    found = measured(world)
    assert found["subscription_adoption_rate"].realised == 1
    assert found["light_subscriber_share"].realised == 1
    assert found["subscription_count_max"].realised is None  # of nobody: no heavy subscriber
    found = measured(world, a_config(subscription_count_min=1))
    assert found["light_subscriber_share"].realised == 0
    assert found["subscription_count_max"].realised == 2
    assert found["subscription_monthly_spend_range.high"].realised == pytest.approx(21.98)
    # what is a subscription is no everyday purchase
    assert found["transaction_multiplier"].realised == pytest.approx(4 / MONTHS)


def test_a_cancelled_subscription_is_not_active() -> None:
    world = subscriber({"Flix": ["9.99"] * 5})
    for row in world.transactions:
        row["date"] -= dt.timedelta(60)
    assert measured(world)["subscription_adoption_rate"].realised == 0


def test_business_accounts_and_joint_ones() -> None:
    world = World(
        users=[a_user(), a_user("user_0001")],
        accounts=[
            an_account(ownership="joint"),
            a_savings_account(),
            an_account("shop", holder_category="business"),
            an_account("other", "user_0001"),
            a_savings_account("other_savings", "user_0001"),
        ],
        transactions=[a_transaction("20.00", account_id="shop")],
    )
    found = measured(world)
    assert found["business_account_rate"].realised == 0.5
    assert found["joint_account_rate"].realised == 0.5
    assert found["accounts_per_user_distribution.2"].realised == 1
    assert found["transaction_multiplier"].realised == 0


def test_people_living_from_paycheck_to_paycheck() -> None:
    poor, rich = Decimal("99.99"), Decimal("100.00")
    accounts = [
        an_account(f"c{n}", f"user_000{n}", opening_balance=b, balance_current=b)
        for n, b in enumerate((poor, rich, rich, rich))
    ]
    world = World(users=[a_user(f"user_000{n}") for n in range(4)], accounts=accounts)
    assert measured(world)["cash_flow_stress_rate"].realised == 0.25


def test_within_allows_two_points_and_one_person() -> None:
    def consenting(count: int) -> ControlFidelity:
        users = [
            a_user(f"user_{n:04d}", consent_status="granted" if n < count else "denied")
            for n in range(100)
        ]
        rows = control_fidelity(a_warehouse(users=users), a_config(consent_rate=0.9))
        return next(row for row in rows if row.control == "consent_rate")

    assert consenting(87).within is True
    assert consenting(93).within is True
    assert consenting(86).within is False
    assert consenting(94).within is False


def test_a_floor_may_be_exceeded() -> None:
    found = measured(a_valid_world(), a_config(credit_card_probability=0.2))
    assert found["credit_card_probability"].within is True


def test_targets_are_counted_among_the_consenting() -> None:
    users = [a_user("a", target_persona="general"), a_user("b", target_persona="savings_builder")]
    users.append(a_user("c", target_persona="general", consent_status="denied"))
    rows = control_fidelity(
        a_warehouse(users=users),
        a_config(persona_weights={"general": 0.5, "savings_builder": 0.5}),
    )
    found = {row.control: row for row in rows}
    assert found["persona_weights.general"].realised == 0.5
    assert "cash_flow_stress_rate" not in found


def test_custom_merchants_take_their_categories() -> None:
    resolved = a_config(custom_merchants=[{"name": "Corner Grocer", "category": "groceries"}])
    rows = [a_transaction("30.00"), a_transaction("10.00", merchant_name="Elsewhere")]
    world = World(users=[a_user()], accounts=[an_account()], transactions=rows)
    found = measured(world, resolved)["custom_merchants"]
    assert found.realised == pytest.approx(0.75)
    assert found.within is False


def test_the_table_says_what_was_measured(household: dict[str, ControlFidelity]) -> None:
    con = a_valid_world().warehouse()
    build_control_fidelity(con, a_config())
    recorded = recorded_fidelity(con)
    assert {row.control: row for row in recorded} == household
    assert [row.control for row in recorded] == list(household)
    assert {type(row.requested) for row in recorded} == {float, str}
    [(words,)] = con.execute(
        "select count(*) from control_fidelity where requested is null and requested_word is null"
    ).fetchall()
    assert words == 0


def test_nobody_asked_imported_people_to_be_anything() -> None:
    con = a_valid_world().warehouse()
    imported = dataclasses.replace(a_config(), preset=IMPORTED)
    assert imported.is_imported
    build_control_fidelity(con, imported)
    assert recorded_fidelity(con) == []
