"""Every feature equals an independent recomputation, in worlds nobody chose."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.tables.features import FEATURES
from spendsense_pipeline_tests.fixtures.measured_people import disagreement, rows_of
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_liability,
    a_statement,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

CODES = (
    "FOOD_AND_DRINK_GROCERIES",
    "ENTERTAINMENT_TV_AND_MOVIES",
    "RENT_AND_UTILITIES_RENT",
    "INCOME_SALARY",
    "INCOME_WAGES",
    "INCOME_GIG_ECONOMY",
    "INCOME_INTEREST_EARNED",
    "INCOME_RETIREMENT_PENSION",
    "INCOME_UNEMPLOYMENT",
    "INCOME_TAX_REFUND",
    "TRANSFER_OUT_SAVINGS",
    "TRANSFER_IN_SAVINGS",
    "TRANSFER_OUT_WITHDRAWAL",
    "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
    "LOAN_PAYMENTS_CAR_PAYMENT",
    "BANK_FEES_INTEREST_CHARGE",
    "BANK_FEES_OVERDRAFT_FEES",
    "LOAN_DISBURSEMENTS_PERSONAL",
    "SOMETHING_NEW",
    "OTHER_OTHER",
)
PAYING = ("OTHER_OTHER", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "TRANSFER_OUT_ACCOUNT_TRANSFER")
PAID = ("OTHER_OTHER", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "TRANSFER_IN_ACCOUNT_TRANSFER")
ACCOUNTS = (
    ("depository", "checking"),
    ("depository", "checking"),
    ("depository", "savings"),
    ("depository", "money market"),
    ("credit", "credit card"),
    ("credit", "credit card"),
    ("investment", "ira"),
    ("loan", "student"),
    ("depository", "hsa"),
    ("depository", "cd"),
    ("depository", "something new"),
    ("depository", None),
    ("credit", None),
    ("other", "other"),
)
PAYERS = ("Acme Corp", "Globex", "Initech LLC", "Umbrella")
money = st.integers(-300_000, 300_000).map(lambda c: Decimal(c) / 100)
nonzero = money.filter(bool)
recent = st.integers(0, 220).map(lambda back: AS_OF - dt.timedelta(days=back))


@st.composite
def legs_of_payments(draw: st.DrawFn, bank: str, card: str, user_id: str) -> list[Row]:
    """As much out of a bank account as onto a card, or nearly so: called this or that."""
    legs = []
    for _ in range(draw(st.integers(0, 4))):
        usd, day = draw(st.sampled_from((Decimal(120), Decimal(80)))), draw(recent)
        later = min(AS_OF, day + dt.timedelta(days=draw(st.integers(0, 7))))
        for key, amount, date, codes in ((bank, usd, day, PAYING), (card, -usd, later, PAID)):
            what = {
                "name": f"{amount:+} X",
                "merchant_name": draw(st.sampled_from((None, "Corner Grocer"))),
                "category_primary": None,
                "category_detailed": draw(st.sampled_from(codes)),
            }
            legs.append(a_transaction(amount, date, key, user_id, **what))
    return legs


@st.composite
def people(draw: st.DrawFn, user_id: str) -> dict[str, list[Row]]:
    kinds = draw(st.lists(st.sampled_from(ACCOUNTS), max_size=4))
    accounts, transactions, liabilities, statements = [], [], [], []
    for number, (type_, subtype) in enumerate(kinds):
        key = f"{user_id}:{number}"
        holder = draw(
            st.sampled_from(["personal", "personal", "personal", "business", "unrecognized", None])
        )
        limit = (
            draw(st.sampled_from([None, Decimal(0), Decimal(500), Decimal(3000)]))
            if type_ == "credit"
            else None
        )
        accounts.append(
            an_account(
                key,
                user_id,
                type=type_,
                subtype=subtype,
                holder_category=holder,
                balance_current=draw(money | st.none()),
                balance_limit=limit,
            )
        )
        for _ in range(draw(st.integers(0, 12))):
            code, pending = draw(st.sampled_from(CODES)), draw(st.integers(0, 9)) == 0
            what = {"category_primary": None, "category_detailed": code, "pending": pending}
            what["merchant_name"] = draw(st.sampled_from(PAYERS))
            transactions += [a_transaction(draw(nonzero), draw(recent), key, user_id, **what)]
        if (kinds[0][0], subtype) == ("depository", "credit card"):
            transactions += draw(legs_of_payments(accounts[0]["account_id"], key, user_id))
        if type_ == "credit" and draw(st.booleans()):
            optional: Any = st.none() | st.integers(0, 60_000).map(lambda c: Decimal(c) / 100)
            liabilities.append(
                a_liability(
                    key,
                    user_id,
                    is_overdue=draw(st.sampled_from([True, False, None])),
                    last_payment_amount=draw(optional),
                    last_payment_date=draw(st.none() | recent),
                    minimum_payment_amount=draw(optional),
                    last_statement_balance=draw(optional),
                )
            )
        if subtype == "credit card" and draw(st.booleans()):
            for cycle in range(draw(st.integers(1, 7))):
                balance = draw(st.integers(0, 300_000))
                issued = AS_OF - dt.timedelta(days=draw(st.integers(0, 30)) + 31 * cycle)
                least = Decimal(min(balance, 2500)) / 100
                statements.append(
                    a_statement(
                        issued, key, str(Decimal(balance) / 100), minimum_payment_amount=least
                    )
                )
                for _ in range(draw(st.integers(0, 2))):
                    paid = draw(
                        st.sampled_from(
                            [least, least * Decimal("1.04"), Decimal(balance) / 100, Decimal(100)]
                        )
                    ).quantize(Decimal("0.01"))
                    day = issued + dt.timedelta(days=draw(st.integers(0, 25)))
                    if paid and day <= AS_OF:
                        transactions.append(
                            a_transaction(
                                -paid,
                                day,
                                key,
                                user_id,
                                category_detailed="LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
                            )
                        )
    consent = draw(st.sampled_from(["granted", "granted", "granted", "denied", "revoked"]))
    return {
        "users": [a_user(user_id, consent_status=consent)],
        "accounts": accounts,
        "transactions": transactions,
        "liabilities": liabilities,
        "statements": statements,
    }


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Row]]:
    everybody = [draw(people(f"user_{number:04d}")) for number in range(draw(st.integers(1, 3)))]
    return {name: [row for person in everybody for row in person[name]] for name in everybody[0]}


def test_the_recomputation_covers_every_feature() -> None:
    con = a_warehouse(
        users=[a_user()], accounts=[an_account(), a_card()], transactions=[a_transaction()]
    )
    from spendsense_pipeline_tests.features import reference

    raw = {
        "users": [a_user()],
        "accounts": rows_of(con, "raw_accounts"),
        "transactions": rows_of(con, "raw_transactions"),
        "liabilities": [],
        "statements": [],
    }
    [row] = reference.features(raw, [], AS_OF, 30, None).values()
    assert set(row) == {column.name for column in FEATURES}


ANY_WORLD = {
    "world": worlds(),
    "window": st.sampled_from([30, 180]),
    "start": st.sampled_from([None, HISTORY_START, AS_OF - dt.timedelta(days=25)]),
}


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(**ANY_WORLD)
def test_random_worlds(world: dict[str, list[Row]], window: int, start: dt.date | None) -> None:
    is_recomputed(world, window, start)


@pytest.mark.long
@pytest.mark.fuzz
@settings(max_examples=max(150, settings().max_examples), suppress_health_check=list(HealthCheck))
@given(**ANY_WORLD)
def test_many_random_worlds(
    world: dict[str, list[Row]], window: int, start: dt.date | None
) -> None:
    is_recomputed(world, window, start)


def is_recomputed(world: dict[str, list[Row]], window: int, start: dt.date | None) -> None:
    con = a_warehouse(**world)
    build_recurring_streams(con, as_of=AS_OF)
    build_features(con, as_of=AS_OF, window_days=window, history_start=start)
    assert disagreement(con, window, AS_OF, start) == []
    con.close()


@pytest.mark.parametrize("window", [30, 180])
def test_a_person_without_anything(window: int) -> None:
    con = a_warehouse(users=[a_user(), a_user("user_0001", consent_status="denied")])
    build_recurring_streams(con, as_of=AS_OF)
    build_features(con, as_of=AS_OF, window_days=window, history_start=HISTORY_START)
    assert disagreement(con, window, AS_OF, HISTORY_START) == []
    [row] = rows_of(con, f"features_{window}d")
    assert row["card_count"] == 0
    assert row["transaction_count"] == 0
    assert row["total_spend_usd"] is None
    assert row["max_utilization"] is None
