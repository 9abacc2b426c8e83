"""The promises about loans: a world paid down by hand keeps them, and each mutation breaks one."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from spendsense_pipeline.checks.invariants import INVARIANTS
from spendsense_pipeline.checks.running import run_checks
from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline_tests.fixtures.loan_by_hand import (
    AUTO,
    MORTGAGE,
    LoanPlan,
    a_world_that_owes,
)
from spendsense_pipeline_tests.fixtures.raw_world import World
from spendsense_pipeline_tests.fixtures.rows import AS_OF, HISTORY_START, Row

Mutation = Callable[[World], None]


def broken(world: World) -> set[str]:
    config = resolve(OperatorConfig(), as_of=AS_OF)
    resolved: ResolvedConfig = dataclasses.replace(config, history_start=HISTORY_START)
    return {o.name for o in run_checks(world.warehouse(), INVARIANTS, resolved) if not o.passed}


@pytest.mark.parametrize(
    "plan",
    [
        MORTGAGE,
        AUTO,
        dataclasses.replace(MORTGAGE, term_months=180, made_on=dt.date(2025, 10, 15)),
        dataclasses.replace(AUTO, kind="student", term_months=240, made_on=dt.date(2013, 1, 31)),
        dataclasses.replace(AUTO, kind="personal", term_months=36, percent=Decimal("13.37")),
    ],
    ids=lambda plan: f"{plan.kind} {plan.term_months}",
)
def test_a_loan_paid_down_by_hand_keeps_every_promise(plan: LoanPlan) -> None:
    assert broken(a_world_that_owes((plan,))) == set()


def _loan_payment(account_id: str, number: int = 2) -> Callable[[World], Row]:
    return lambda world: [
        row for row in world.rows(account_id=account_id) if row["transfer_id"] is not None
    ][number]


def _payment_on_one_leg(world: World) -> None:
    for row in world.rows(transfer_id=_loan_payment("auto")(world)["transfer_id"]):
        row["transfer_id"] = None


def _payment_of_another_kind(world: World) -> None:
    for row in world.rows(transfer_id=_loan_payment("auto")(world)["transfer_id"]):
        row["category_detailed"] = "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"
        row["merchant_name"] = None


def _charged_too_much(account_id: str) -> Mutation:
    def change(world: World) -> None:
        """Charge more once, and have owed as much less before."""
        more = Decimal("0.02")
        code = "BANK_FEES_INTEREST_CHARGE"
        world.rows(account_id=account_id, category_detailed=code)[2]["amount"] += more
        world.account(account_id)["opening_balance"] -= more
        world.loan(account_id)["ytd_interest_paid_usd"] += more
        world.loan(account_id)["ytd_principal_paid_usd"] -= more

    return change


def _charged_nothing(world: World) -> None:
    code = "BANK_FEES_INTEREST_CHARGE"
    row = world.rows(account_id="mortgage", category_detailed=code)[-1]
    world.transactions.remove(row)
    world.account("mortgage")["balance_current"] -= row["amount"]
    world.loan("mortgage")["ytd_interest_paid_usd"] -= row["amount"]
    world.loan("mortgage")["ytd_principal_paid_usd"] += row["amount"]


def _change_loan(account_id: str, **changes: object) -> Mutation:
    return lambda world: world.loan(account_id).update(changes)


MUTATIONS: list[tuple[str, Mutation]] = [
    ("loan_payments_have_both_legs", _payment_on_one_leg),
    ("loan_payments_have_both_legs", _payment_of_another_kind),
    ("loan_interest_is_computed", _charged_too_much("mortgage")),
    ("loan_interest_is_computed", _charged_too_much("auto")),
    ("loan_interest_is_computed", _charged_nothing),
    ("loans_amortise", _change_loan("auto", term_months=72)),
    ("loans_amortise", _change_loan("mortgage", origination_principal_usd=Decimal(210_000))),
    ("loans_amortise", _change_loan("mortgage", origination_date=dt.date(2017, 6, 1))),
    ("escrow_reconciles", _change_loan("mortgage", escrow_paid_out_usd=Decimal(1_400))),
    ("escrow_reconciles", _change_loan("auto", escrow_balance_usd=Decimal(0))),
    ("loan_payments_are_reported", _change_loan("auto", last_payment_amount_usd=Decimal(1))),
    ("loan_payments_are_reported", _change_loan("auto", last_payment_date=dt.date(2026, 1, 30))),
    ("loan_payments_are_reported", _change_loan("auto", next_payment_due_date=AS_OF)),
    ("loan_payments_are_reported", _change_loan("auto", next_payment_due_date=None)),
    ("loan_payments_are_reported", _change_loan("auto", ytd_interest_paid_usd=Decimal(0))),
    ("loan_payments_are_reported", _change_loan("auto", ytd_principal_paid_usd=Decimal(0))),
]


@pytest.mark.parametrize(
    ("promise", "mutate"), MUTATIONS, ids=[f"{name}-{m.__name__}" for name, m in MUTATIONS]
)
def test_exactly_the_broken_promise_fails(promise: str, mutate: Mutation) -> None:
    world = a_world_that_owes()
    mutate(world)
    assert broken(world) == {promise}
