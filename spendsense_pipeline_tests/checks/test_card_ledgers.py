"""Any card lived through day by day keeps the card promises, and one cent of difference is found."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.checks.invariants import INVARIANTS
from spendsense_pipeline.checks.running import run_checks
from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline_tests.fixtures.card_by_hand import CardPlan, run_card
from spendsense_pipeline_tests.fixtures.raw_world import World
from spendsense_pipeline_tests.fixtures.rows import AS_OF, HISTORY_START, Row, a_user, an_account

RESOLVED: ResolvedConfig = dataclasses.replace(
    resolve(OperatorConfig(), as_of=AS_OF), history_start=HISTORY_START
)
# What holds for any card, whatever its band; the others say how cards of a band behave.
LEDGER = [
    check
    for check in INVARIANTS
    if check.name
    in {
        "statements_add_up",
        "statements_recompute",
        "statements_are_monthly",
        "interest_is_computed",
        "minimum_is_computed",
        "latest_statement_is_reported",
        "last_payment_is_a_transaction",
        "overdue_is_true",
        "card_payments_have_both_legs",
        "transfer_legs_match",
    }
]
cents = st.integers(0, 400_000).map(lambda value: Decimal(value) / 100)


@st.composite
def plans(draw: st.DrawFn) -> CardPlan:
    """Cards from unused to overflowing, paid in full, in part, late, irregularly or never."""
    shares = draw(st.lists(st.sampled_from(["0", "0.4", "0.86", "1", "1.5", "9"]), min_size=1))
    turn = iter(shares * 12)

    def pays(statement: Row) -> Decimal:
        wanted = Decimal(statement["minimum_payment_amount"]) * Decimal(next(turn))
        return max(Decimal(0), min(wanted, statement["statement_balance"])).quantize(
            Decimal("0.01")
        )

    return CardPlan(
        "card",
        Decimal(5000),
        Decimal(draw(st.integers(0, 3600))) / 100,
        draw(cents),
        draw(cents),
        pays,
        statement_day=draw(st.integers(1, 31)),
        due_days=draw(st.integers(21, 25)),
        lag_days=draw(st.integers(-15, 6)),
    )


def a_world_of(plan: CardPlan) -> World:
    world = World(users=[a_user()], accounts=[an_account()])
    run_card(world, plan)
    return world


def broken(world: World) -> set[str]:
    return {o.name for o in run_checks(world.warehouse(), LEDGER, RESOLVED) if not o.passed}


@given(plans())
@settings(max_examples=15)
def test_a_card_worked_out_by_hand_keeps_its_promises(plan: CardPlan) -> None:
    assert broken(a_world_of(plan)) == set()


@pytest.mark.long
@pytest.mark.fuzz
@given(plans())
@settings(max_examples=max(150, settings().max_examples))
def test_any_card_worked_out_by_hand_keeps_its_promises(plan: CardPlan) -> None:
    assert broken(a_world_of(plan)) == set()


@given(plans(), st.integers(0, 100))
@settings(max_examples=10)
def test_a_cent_of_interest_too_much_is_found(plan: CardPlan, which: int) -> None:
    world = a_world_of(plan)
    statement = world.statements[which % len(world.statements)]
    statement["interest"] += Decimal("0.01")
    assert {"interest_is_computed", "statements_recompute"} <= broken(world)


@given(plans())
@settings(max_examples=10)
def test_a_wrong_overdue_flag_is_found(plan: CardPlan) -> None:
    world = a_world_of(plan)
    (liability,) = world.liabilities
    liability["is_overdue"] = not liability["is_overdue"]
    assert broken(world) == {"overdue_is_true"}


def test_paying_late_every_month_is_overdue_every_night() -> None:
    plan = CardPlan(
        "card",
        Decimal(1000),
        Decimal(10),
        Decimal(800),
        Decimal(0),
        lambda statement: Decimal(statement["minimum_payment_amount"]),
        statement_day=5,
        due_days=21,
        lag_days=20,  # after the next statement: always a full cycle behind
    )
    world = a_world_of(plan)
    second = world.statements[0]["due_on"] + dt.timedelta(1)
    assert world.liabilities[0]["is_overdue"]
    assert second < AS_OF
    assert broken(world) == set()
