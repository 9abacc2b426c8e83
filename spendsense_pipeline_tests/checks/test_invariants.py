"""Each invariant holds in a valid world, and exactly it fails when exactly it is broken."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from spendsense_pipeline.checks.invariants import INVARIANTS
from spendsense_pipeline.checks.running import run_checks
from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline_tests.checks.test_loan_invariants import MUTATIONS as OF_LOANS
from spendsense_pipeline_tests.fixtures.card_by_hand import PLANS, always
from spendsense_pipeline_tests.fixtures.household_by_hand import a_valid_world
from spendsense_pipeline_tests.fixtures.raw_world import World, is_open, next_open
from spendsense_pipeline_tests.fixtures.rows import AS_OF, a_transaction, a_user

Mutation = Callable[[World], None]


@pytest.fixture(scope="module")
def resolved() -> ResolvedConfig:
    config = resolve(OperatorConfig(), as_of=AS_OF)
    return dataclasses.replace(config, history_start=dt.date(2026, 1, 1))


def broken(world: World, resolved: ResolvedConfig) -> set[str]:
    con = world.warehouse()
    return {o.name for o in run_checks(con, INVARIANTS, resolved) if not o.passed}


def test_a_valid_world_keeps_every_promise(resolved: ResolvedConfig) -> None:
    con = a_valid_world().warehouse()
    outcomes = run_checks(con, INVARIANTS, resolved)
    assert [o.sentence() for o in outcomes if not o.passed] == []
    assert len(outcomes) == len(INVARIANTS)


# -- one mutation for every promise ------------------------------------------------------------


def _person_without_account(world: World) -> None:
    world.users.append(a_user("user_0002"))


def _foreign_subtype(world: World) -> None:
    world.account("savings")["subtype"] = "Savings"


def _without_subtype(world: World) -> None:
    world.account("savings")["subtype"] = None


def _without_balance(world: World) -> None:
    world.account("savings")["balance_current"] = None


def _a_cent_too_much(world: World) -> None:
    world.account("checking")["balance_current"] += Decimal("0.01")
    world.account("checking")["balance_available"] += Decimal("0.01")


def _wrong_available(world: World) -> None:
    world.account("checking")["balance_available"] += 1


def _poorer(account_id: str, by: int) -> Mutation:
    def change(world: World) -> None:
        for name in ("opening_balance", "balance_current", "balance_available"):
            world.account(account_id)[name] -= by

    return change


def _overdrawn(world: World) -> None:
    world.transactions.append(a_transaction("12000.00", dt.date(2026, 4, 7)))
    world.account("checking")["balance_current"] -= 12000
    world.account("checking")["balance_available"] -= 12000


def _limit(account_id: str, limit: int) -> Mutation:
    def change(world: World) -> None:
        card = world.account(account_id)
        card["balance_available"] += limit - card["balance_limit"]
        card["balance_limit"] = Decimal(limit)

    return change


def _another_holder(world: World) -> None:
    world.rows(merchant_name="Corner Grocer", account_id="checking")[0]["user_id"] = "user_0001"


def _rent_twice(world: World) -> None:
    rent = world.rows(merchant_name="Maple Apartments")[0]
    world.transactions.append({**rent, "transaction_id": "again"})
    world.account("checking")["opening_balance"] += rent["amount"]


def _late_leg(world: World) -> None:
    leg = world.rows(account_id="savings", category_detailed="TRANSFER_IN_SAVINGS")[3]
    leg["date"] += dt.timedelta(7)


def _slow_within_a_bank(world: World) -> None:
    world.account("savings")["institution_id"] = world.account("checking")["institution_id"]
    leg = world.rows(account_id="savings", category_detailed="TRANSFER_IN_SAVINGS")[3]
    leg["date"] = next_open(leg["date"] + dt.timedelta(1))


def _arrives_before_it_leaves(world: World) -> None:
    leg = world.rows(account_id="checking", category_detailed="TRANSFER_OUT_SAVINGS")[3]
    leg["date"] = leg["authorized_date"] = next_open(leg["date"] + dt.timedelta(1))


def _missing_within_a_bank(world: World) -> None:
    world.account("savings")["institution_id"] = world.account("checking")["institution_id"]
    leg = world.rows(account_id="savings", category_detailed="TRANSFER_IN_SAVINGS")[-1]
    world.transactions.remove(leg)
    world.account("savings")["opening_balance"] += 75


def _half_leg(world: World) -> None:
    leg = world.rows(account_id="savings", category_detailed="TRANSFER_IN_SAVINGS")[3]
    leg["amount"] += 1
    world.account("savings")["opening_balance"] += 1


def _unjoined(world: World) -> None:
    for leg in world.rows(transfer_id="save:2026-02-03"):
        leg["transfer_id"] = None


def _payment_as_loan(world: World) -> None:
    leg = world.rows(account_id="checking", name="PAYMENT card_low")[0]
    leg["category_detailed"] = "LOAN_PAYMENTS_OTHER_PAYMENT"


def _settled_before_it_happened(world: World) -> None:
    row = world.rows(merchant_name="Corner Grocer", account_id="checking")[0]
    row["authorized_date"] = row["date"] + dt.timedelta(1)


def _stale_pending(world: World) -> None:
    (row,) = world.rows(pending=True, name="CORNER GROCER #12")
    row["date"] = row["authorized_date"] = AS_OF - dt.timedelta(6)


def _posted_and_pending(world: World) -> None:
    (waiting,) = world.rows(pending=True, name="CORNER GROCER #12")
    world.rows(pending_transaction_id="gone_by_now")[0]["pending_transaction_id"] = waiting[
        "transaction_id"
    ]


def _pending_for_more(world: World) -> None:
    (row,) = world.rows(pending=True, name="CORNER GROCER #12")
    row["authorized_amount"] += 1


def _forgotten(world: World) -> None:
    world.rows(pending_transaction_id="gone_by_now")[0]["authorized_amount"] = None


def _remembered_for_nothing(world: World) -> None:
    world.rows(merchant_name="Maple Apartments")[0]["authorized_amount"] = Decimal(1)


def _held_and_posted(world: World) -> None:
    gone = world.holds[1]["pending_transaction_id"]
    world.rows(pending_transaction_id="gone_by_now")[0]["pending_transaction_id"] = gone


def _let_go_and_pending(world: World) -> None:
    world.holds[0]["vanished_on"] = AS_OF


def _held_and_nowhere(world: World) -> None:
    world.holds[1]["vanished_on"] = None


def _held_for_a_week(world: World) -> None:
    world.holds[1]["vanished_on"] += dt.timedelta(4)


def _held_for_another_sum(world: World) -> None:
    world.holds[0]["authorized_amount"] += 1


def _interest_on_sunday(world: World) -> None:
    row = world.rows(category_detailed="INCOME_INTEREST_EARNED")[0]
    row["date"] = row["authorized_date"] = dt.date(2026, 1, 25)


def _transfer_on_holiday(world: World) -> None:
    # Memorial Day; both legs move, so only the bank's calendar is offended
    for leg in world.rows(transfer_id="save:2026-05-26"):
        leg["date"] = leg["authorized_date"] = dt.date(2026, 5, 25)


def _payday_after_the_holiday(world: World) -> None:
    # Juneteenth 2026 is a Friday: pay belongs on Thursday, not on Monday
    (row,) = world.rows(merchant_name="Acme", date=dt.date(2026, 6, 18))
    row["date"] = dt.date(2026, 6, 22)


def _payday_early_for_no_reason(world: World) -> None:
    row = world.rows(merchant_name="Acme")[3]
    row["date"] = row["authorized_date"] = row["date"] - dt.timedelta(1)


def _made_up_category(world: World) -> None:
    for row in world.rows(merchant_name="Corner Grocer"):
        row["category_detailed"] = "FOOD_AND_DRINK_GROCERY"


def _two_lines_of_business(world: World) -> None:
    row = world.rows(merchant_name="Corner Grocer", account_id="checking")[0]
    row["category_detailed"] = "FOOD_AND_DRINK_RESTAURANT"


def _five_employers(world: World) -> None:
    for number, row in enumerate(world.rows(merchant_name="Acme")[:4]):
        row["merchant_name"] = row["name"] = f"Employer {number}"


def _two_names_of_one_employer(world: World) -> None:
    world.rows(merchant_name="Acme")[2]["name"] = "ACME HOLDINGS PAYROLL"


def _change_statement(account_id: str, **changes: Decimal) -> Mutation:
    def change(world: World) -> None:
        statement = world.statements_of(account_id)[2]
        for name, by in changes.items():
            statement[name] += by

    return change


def _due_too_late(world: World) -> None:
    statement = world.statements_of("card_low")[2]
    statement["due_on"] = statement["issued_on"] + dt.timedelta(26)


def _on_another_day(world: World) -> None:
    # the card of the 31st keeps its cycle but claims to have closed a day before
    statement = world.statements_of("card_high")[2]
    assert statement["issued_on"] == dt.date(2026, 3, 31)
    for row in world.rows(account_id="card_high", date=dt.date(2026, 3, 31)):
        row["date"] = dt.date(2026, 3, 30)
    statement["issued_on"] = dt.date(2026, 3, 30)


def _change_liability(account_id: str, **changes: object) -> Mutation:
    return lambda world: world.liability(account_id).update(changes)


def _no_liability(world: World) -> None:
    world.liabilities.remove(world.liability("card_low"))


def _statement_missing(world: World) -> None:
    # the first: everything after it stays as it was, but for what it carried forward
    world.statements.remove(world.statements_of("card_low")[0])


MUTATIONS: list[tuple[str, Mutation]] = [
    ("people_have_accounts", _person_without_account),
    ("types_are_plaids", _foreign_subtype),
    ("types_are_plaids", _without_subtype),
    ("balances_are_known", _without_balance),
    ("balances_reconcile", _a_cent_too_much),
    ("available_balances_follow", _wrong_available),
    ("overdrafts_cost_a_fee", _overdrawn),
    ("savings_stay_positive", _poorer("savings", 2600)),
    ("cards_stay_within_limit", _limit("card_critical", 850)),
    ("utilization_bands_are_stationary", _limit("card_critical", 1060)),
    ("holders_match", _another_holder),
    ("rows_are_not_repeated", _rent_twice),
    ("transfer_legs_match", _late_leg),
    ("transfer_legs_match", _half_leg),
    ("transfers_take_what_banks_take", _slow_within_a_bank),
    ("transfers_take_what_banks_take", _arrives_before_it_leaves),
    ("transfers_take_what_banks_take", _missing_within_a_bank),
    ("own_transfers_are_joined", _unjoined),
    ("card_payments_have_both_legs", _payment_as_loan),
    ("dates_are_past", _settled_before_it_happened),
    ("pending_rows_are_recent", _stale_pending),
    ("posted_rows_replace_pending_ones", _posted_and_pending),
    ("authorized_amounts_are_known", _pending_for_more),
    ("authorized_amounts_are_known", _forgotten),
    ("authorized_amounts_are_known", _remembered_for_nothing),
    ("holds_post_nothing", _held_and_posted),
    ("holds_post_nothing", _let_go_and_pending),
    ("holds_post_nothing", _held_and_nowhere),
    ("holds_post_nothing", _held_for_a_week),
    ("holds_post_nothing", _held_for_another_sum),
    ("bank_days_only", _interest_on_sunday),
    ("bank_days_only", _transfer_on_holiday),
    ("paydays_move_earlier", _payday_after_the_holiday),
    ("paydays_move_earlier", _payday_early_for_no_reason),
    ("categories_are_plaids", _made_up_category),
    ("merchants_keep_their_category", _two_lines_of_business),
    ("employers_keep_their_name", _five_employers),
    ("employers_keep_their_name", _two_names_of_one_employer),
    ("statements_add_up", _change_statement("card_low", previous_balance=Decimal(1))),
    (
        "statements_recompute",
        _change_statement("card_low", purchases=Decimal(-5), fees=Decimal(5)),
    ),
    ("statements_are_monthly", _due_too_late),
    ("interest_is_computed", _change_liability("card_high", apr_percentage=Decimal("24.00"))),
    ("minimum_is_computed", _change_statement("card_low", minimum_payment_amount=Decimal(1))),
    ("cards_have_one_liability", _no_liability),
    (
        "latest_statement_is_reported",
        _change_liability("card_low", last_statement_balance=Decimal(1)),
    ),
    (
        "last_payment_is_a_transaction",
        _change_liability("card_low", last_payment_amount=Decimal(1)),
    ),
    (
        "last_payment_is_a_transaction",
        _change_liability("card_low", last_payment_date=AS_OF - dt.timedelta(1)),
    ),
    ("overdue_is_true", _change_liability("card_critical", is_overdue=False)),
    ("overdue_is_true", _change_liability("card_low", is_overdue=True)),
]


@pytest.mark.parametrize(
    ("promise", "mutate"), MUTATIONS, ids=[f"{name}-{m.__name__}" for name, m in MUTATIONS]
)
def test_exactly_the_broken_promise_fails(
    promise: str, mutate: Mutation, resolved: ResolvedConfig
) -> None:
    world = a_valid_world()
    mutate(world)
    assert broken(world, resolved) == {promise}


def test_a_statement_off_its_day_is_found(resolved: ResolvedConfig) -> None:
    # moving the statement moves the interest with it, which is then a day too much
    world = a_valid_world()
    _on_another_day(world)
    assert "statements_are_monthly" in broken(world, resolved)


def test_a_missing_statement_is_found(resolved: ResolvedConfig) -> None:
    world = a_valid_world()
    _statement_missing(world)
    assert "statements_are_monthly" in broken(world, resolved)


def test_a_card_below_half_must_not_pay_interest(resolved: ResolvedConfig) -> None:
    # an interest-bearing card that is little used breaks two promises at once
    world = a_valid_world()
    _limit("card_high", 4000)(world)
    assert broken(world, resolved) == {"only_high_cards_revolve", "low_cards_pay_in_full"}
    _limit("card_high", 1600)(world)
    assert broken(world, resolved) == {"only_high_cards_revolve", "medium_cards_pay_above_minimum"}


def test_a_medium_card_pays_clearly_more_than_the_minimum(resolved: ResolvedConfig) -> None:
    plans = tuple(
        dataclasses.replace(plan, pays=always(26), monthly_charge=Decimal(26))
        if plan.account_id == "card_medium"
        else plan
        for plan in PLANS
    )
    assert broken(a_valid_world(plans), resolved) == {"medium_cards_pay_above_minimum"}


def test_fractions_of_a_cent_are_found(resolved: ResolvedConfig) -> None:
    con = a_valid_world().warehouse()
    con.execute("update raw_accounts set balance_available = null")
    con.execute("alter table raw_transactions alter amount type double")
    con.execute("alter table raw_transactions alter authorized_amount type double")
    con.execute(
        "update raw_transactions set amount = amount + 0.001, authorized_amount = amount + 0.001"
        " where pending and name like 'CORNER GROCER%'"
    )
    failed = [o.name for o in run_checks(con, INVARIANTS, resolved) if not o.passed]
    # doubles do not add up to the cent either
    assert set(failed) <= {"amounts_are_whole_cents", "balances_reconcile"}
    assert "amounts_are_whole_cents" in failed


def test_an_overdraft_with_its_fee_is_allowed(resolved: ResolvedConfig) -> None:
    world = a_valid_world()
    _overdrawn(world)
    con = world.warehouse()
    (outcome,) = run_checks(
        con, [c for c in INVARIANTS if c.name == "overdrafts_cost_a_fee"], resolved
    )
    assert outcome.failing_count > 0
    for row in outcome.failing_rows:
        day = dt.date.fromisoformat(row["first_negative_close"]) + dt.timedelta(5)
        world.transactions.append(
            a_transaction(
                "35.00",
                day,
                name="OVERDRAFT FEE",
                merchant_name=None,
                category_primary="BANK_FEES",
                category_detailed="BANK_FEES_OVERDRAFT_FEES",
            )
        )
        world.account("checking")["opening_balance"] += 35
    assert "overdrafts_cost_a_fee" not in broken(world, resolved)


def test_pay_twice_a_month_may_be_in_step_for_five_paydays(resolved: ResolvedConfig) -> None:
    world = a_valid_world()
    # The last business days up to the 15th and to the month's end.
    paydays = ("2026-01-30", "2026-02-13", "2026-02-27", "2026-03-13", "2026-03-31")
    paid = world.rows(merchant_name="Acme")
    for row, day in zip(paid, paydays, strict=False):
        row["date"] = row["authorized_date"] = dt.date.fromisoformat(day)
    for row in paid[len(paydays) :]:
        world.transactions.remove(row)
    assert "paydays_move_earlier" not in broken(world, resolved)


def test_a_lone_leg_may_wait_for_the_other_at_another_bank(resolved: ResolvedConfig) -> None:
    world = a_valid_world()
    leg = world.rows(account_id="savings", category_detailed="TRANSFER_IN_SAVINGS")[-1]
    assert leg["date"] == AS_OF
    world.transactions.remove(leg)
    world.account("savings")["opening_balance"] += 75
    assert broken(world, resolved) == set()


def test_a_payment_and_an_equal_purchase_on_one_day_are_both_seen(resolved: ResolvedConfig) -> None:
    # the day's balance does not move, and the day after a statement is cut out for other reasons
    world = a_valid_world()
    statement = world.statements_of("card_low")[3]
    day = world.statements_of("card_low")[2]["issued_on"] + dt.timedelta(1)
    leg = {
        **world.rows(name="PAYMENT card_low", account_id="card_low")[0],
        "date": day,
        "authorized_date": day,
        "transfer_id": "extra",
    }
    world.transactions += [
        a_transaction("20.00", day, "card_low"),
        leg | {"transaction_id": "x1", "amount": Decimal(-20)},
        leg | {"transaction_id": "x2", "amount": Decimal(20), "account_id": "checking"},
    ]
    world.account("checking")["opening_balance"] += 20
    statement["purchases"] += 20
    statement["payments"] += 20
    assert is_open(day)
    assert broken(world, resolved) == set()
    statement["payments"] -= 20
    assert "statements_recompute" in broken(world, resolved)


def test_rows_before_history_are_found(resolved: ResolvedConfig) -> None:
    world = a_valid_world()
    row = world.rows(merchant_name="Corner Grocer", account_id="checking")[0]
    row["date"] = row["authorized_date"] = dt.date(2025, 12, 30)
    assert "dates_are_past" in broken(world, resolved)


def test_rows_are_counted_and_at_most_ten_are_shown(resolved: ResolvedConfig) -> None:
    con = a_valid_world().warehouse()
    con.execute("update raw_transactions set authorized_date = date + 1")
    (outcome,) = run_checks(con, [c for c in INVARIANTS if c.name == "dates_are_past"], resolved)
    [(rows,)] = con.execute("select count(*) from raw_transactions").fetchall()
    assert outcome.failing_count == rows
    assert len(outcome.failing_rows) == 10
    assert outcome.figure == rows
    assert outcome.remedy in outcome.sentence()


def test_every_invariant_has_a_mutation() -> None:
    tested = {name for name, _ in (*MUTATIONS, *OF_LOANS)} | {
        "amounts_are_whole_cents",
        "only_high_cards_revolve",
        "low_cards_pay_in_full",
        "medium_cards_pay_above_minimum",
    }
    assert tested == {check.name for check in INVARIANTS}
