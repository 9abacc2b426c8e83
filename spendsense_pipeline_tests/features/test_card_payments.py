"""A card payment is known by its other leg, whatever either leg is called."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import pytest

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.features.build import measuring
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline_tests.features.reference_card_payments import told_by_the_other_leg
from spendsense_pipeline_tests.fixtures.charges import months
from spendsense_pipeline_tests.fixtures.measured_people import (
    measured_alone_each,
    measured_each,
    measured_one,
    rows_of,
    streams_of,
    streams_of_each,
)
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_card_payment,
    a_statement,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

D = dt.date
BARE: dict[str, Any] = {
    "merchant_name": None,
    "merchant_entity_id": None,
    "category_primary": None,
    "category_detailed": None,
}
ACCOUNTS = [an_account(), a_card()]


def debit(name: str, amount: str = "350.00", day: dt.date = AS_OF, **what: Any) -> Row:
    return a_transaction(amount, day, **(BARE | {"name": name} | what))


def credit(name: str, amount: str = "350.00", day: dt.date = AS_OF, **what: Any) -> Row:
    return a_transaction(f"-{amount}", day, "card", **(BARE | {"name": name} | what))


def spent(*households: Sequence[Row]) -> list[float]:
    worlds = ({"accounts": ACCOUNTS, "transactions": list(rows)} for rows in households)
    return [float(row["total_spend_usd"]) for row in measured_alone_each(*worlds)]


DEBITS = (
    "ACH WITHDRAWAL 8837 ONLINE",
    "WITHDRAWAL",
    "XQ 8837",
    "FIRST HARBOR VISA 0412",
    "TARGET CARD SRVC",
    "CHECK 1001",
    "BILL PAYMENT",
)
CREDITS = ("CREDIT 8837", "PAYMENT THANK YOU", "ZZZ", "ONLINE 0412")


def test_both_legs_are_a_payment_whatever_they_are_called() -> None:
    pairs = [(one, other) for one in DEBITS for other in CREDITS]
    households = [
        [
            row
            for day in months(12)
            for row in (debit(one, day=day), credit(other, day=day + dt.timedelta(days=2)))
        ]
        for one, other in pairs
    ]
    worlds = ({"accounts": ACCOUNTS, "transactions": rows} for rows in households)
    for pair, streams in zip(pairs, streams_of_each(*worlds), strict=True):
        assert {s["kind"] for s in streams} <= {"transfer"}, pair
    worlds = ({"accounts": ACCOUNTS, "transactions": rows} for rows in households)
    for row in measured_each(*worlds):
        assert row["total_spend_usd"] == 0
        assert (row["recurring_bill_count"], row["subscription_count"]) == (0, 0)


def test_a_stream_says_that_the_other_leg_told() -> None:
    rows = [
        row for day in months(12) for row in (debit("XQ 8837", day=day), credit("ZZZ", day=day))
    ]
    streams = streams_of(accounts=ACCOUNTS, transactions=rows)
    [stream] = [s for s in streams if s["account_id"] == "checking"]
    assert (stream["category_source"], stream["category_detailed"], stream["kind"]) == (
        "other leg",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "transfer",
    )


def test_without_its_other_leg_a_debit_is_spent() -> None:
    day = D(2026, 6, 10)

    def later(days: int) -> dt.date:
        return day + dt.timedelta(days=days)

    nearby = [[debit("XQ 1", day=day), credit("ZZZ", day=later(n))] for n in range(-5, 6)]
    apart = [[debit("XQ 1", day=day), credit("ZZZ", day=later(n))] for n in (-6, 6)]
    # As before, money that nothing names lowers what is spent on a card.
    assert spent(
        *nearby,
        *apart,
        [debit("XQ 1", day=day)],
        [debit("XQ 1", day=day), debit("XQ 2", day=day), credit("ZZZ", day=day)],
        [debit("XQ 1", "350.01", day=day), credit("PAYMENT THANK YOU", day=day)],
        [debit("XQ 1", day=day), credit("PAYMENT THANK YOU", day=later(6))],
    ) == [0] * 11 + [0, 0] + [350, 350, 350.01, 350]


def test_another_persons_card_is_no_other_leg() -> None:
    con = a_warehouse(
        users=[a_user(), a_user("user_0001")],
        accounts=[an_account(), a_card("theirs", "user_0001")],
        transactions=[
            debit("XQ 1"),
            a_transaction("-350.00", AS_OF, "theirs", "user_0001", **(BARE | {"name": "ZZZ"})),
        ],
    )
    build_recurring_streams(con, as_of=AS_OF)
    build_features(con, as_of=AS_OF, window_days=30, history_start=None)
    spent = {row["user_id"]: row["total_spend_usd"] for row in rows_of(con, "features_30d")}
    assert spent == {"user_0000": 350, "user_0001": -350}


def test_a_category_that_says_otherwise_stands() -> None:
    groceries = {
        "category_primary": "FOOD_AND_DRINK",
        "category_detailed": "FOOD_AND_DRINK_GROCERIES",
    }
    assert spent(
        [debit("GROCER", **groceries), credit("PAYMENT THANK YOU")],
        [debit("GROCER", category_primary="FOOD_AND_DRINK"), credit("PAYMENT THANK YOU")],
        [debit("KROGER 0452"), credit("PAYMENT THANK YOU")],
        [debit("XQ 8837"), a_card_payment("350.00", AS_OF)],
        [debit("XQ 8837", category_detailed="OTHER_OTHER"), a_card_payment("350.00", AS_OF)],
    ) == [350, 350, 350, 0, 0]


def test_a_refund_is_no_payment_though_as_much_left_the_bank() -> None:
    day = D(2026, 6, 10)
    bought = a_transaction("350.00", D(2026, 6, 2), "card", **(BARE | {"name": "QUIRKO SHOES 12"}))
    backs = ("QUIRKO SHOES 99", "REFUND 12", "RETURN OF MERCHANDISE")
    found = spent(*([bought, debit("XQ 8837", day=day), credit(back, day=day)] for back in backs))
    assert dict(zip(backs, found, strict=True)) == dict.fromkeys(backs, 350)


def test_a_payment_answers_its_statement() -> None:
    row = measured_one(
        30,
        accounts=ACCOUNTS,
        transactions=[
            debit("XQ 8837", "25.00", D(2026, 6, 10)),
            credit("ZZZ", "25.00", D(2026, 6, 12)),
        ],
        statements=[a_statement(D(2026, 6, 1), balance="400.00")],
    )
    assert row["minimum_payment_only"] is True


@pytest.mark.parametrize("seed", range(12))
def test_legs_are_paired_one_to_one_nearest_first(seed: int) -> None:
    draw = random.Random(seed)
    first = D(2026, 5, 1)
    rows = [
        make(
            f"Q{n}",
            str(draw.choice((100, 200, 300))),
            first + dt.timedelta(days=draw.randint(0, 45)),
        )
        for n, make in enumerate(draw.choices((debit, credit), k=24))
    ]
    con = a_warehouse(users=[a_user()], accounts=ACCOUNTS, transactions=rows)
    with measuring(con, None, vocabulary() | {"as_of": AS_OF, "vague_details": [""]}):
        found = {key for (key,) in con.execute("select * from _card_payments").fetchall()}
    assert found == told_by_the_other_leg(
        rows, {account["account_id"]: account for account in ACCOUNTS}
    )
