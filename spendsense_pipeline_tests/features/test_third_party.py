"""Data we did not make: descriptions as banks print them, with and without categories."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.charges import every, months
from spendsense_pipeline_tests.fixtures.measured_people import (
    measured_one,
    streams_of,
    streams_of_each,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF, Row, a_card, a_transaction, an_account

NOTHING = {
    "merchant_name": None,
    "merchant_entity_id": None,
    "category_primary": None,
    "category_detailed": None,
    "payment_channel": None,
}

# What a bank prints, the day it falls on, the amounts, and what it is.
LINES: dict[str, tuple[int, list[str], str]] = {
    "NETFLIX.COM 866-579-7172 CA": (4, ["15.49"] * 6, "subscription"),
    "Spotify USA 877-7781161 NY": (11, ["11.99"] * 6, "subscription"),
    "ACH DEBIT RENT PAYMENT": (1, ["1650.00"] * 6, "bill"),
    "VERIZON WRLS P2P 8009220204": (17, ["85.00"] * 6, "bill"),
    "PG&E WEB ONLINE WEB ID: 1234567": (
        20,
        ["92.14", "121.90", "88.03", "74.51", "69.77", "95.20"],
        "bill",
    ),
    "GEICO *AUTO 800-841-3000 DC": (8, ["142.00"] * 6, "bill"),
    "COMCAST CABLE COMM 800-COMCAST": (13, ["79.99"] * 6, "bill"),
    "NAVIENT DES:STUDENT LN": (15, ["213.40"] * 6, "bill"),
    "CHASE CREDIT CRD AUTOPAY PPD ID: 4760039224": (
        22,
        ["410.11", "388.20", "502.75", "297.00", "415.00", "433.33"],
        "transfer",
    ),
    "Online Transfer to SAV ...4411 transaction#: 11532": (2, ["200.00"] * 6, "transfer"),
}


def household(*, without: tuple[str, ...] = (), **change: Any) -> list[Row]:
    rows = []
    for name, (day, amounts, _) in LINES.items():
        if name not in without:
            rows += [
                a_transaction(a, d, **(NOTHING | {"name": name} | change))
                for a, d in zip(amounts, months(day), strict=True)
            ]
    for n, d in enumerate(every(5, 36)):
        rows.append(
            a_transaction(
                f"{4 + n % 4}.{25 + n % 3 * 10}",
                d,
                account_id="card",
                **(NOTHING | {"name": f"SQ *BLUE BOTTLE {1000 + 7 * n}"}),
            )
        )
    for n, d in enumerate(every(6, 30)):
        rows.append(
            a_transaction(
                f"{48 + n * 7 % 60}.{n % 9}4",
                d,
                account_id="card",
                **(NOTHING | {"name": f"KROGER #{400 + n % 2}"}),
            )
        )
    for n, d in enumerate(every(14, 13, AS_OF - dt.timedelta(days=4))):
        rows.append(
            a_transaction(
                "-2210.40", d, **(NOTHING | {"name": f"ACME CORP DES:PAYROLL ID:{70000 + n}"})
            )
        )
    return rows


def test_kinds_are_read_from_names() -> None:
    streams = streams_of(accounts=[an_account(), a_card()], transactions=household())
    kinds = {s["description"]: s["kind"] for s in streams}
    for name, (_, _, kind) in LINES.items():
        assert kinds.pop(name) == kind, name
    assert {s["category_source"] for s in streams} == {"merchant name"}
    assert set(kinds.values()) <= {"income", "habit"}
    assert "income" in kinds.values()


def test_two_subscriptions_stay_two_whatever_rent_and_telephone_cost() -> None:
    row = measured_one(
        30, history_start=None, accounts=[an_account(), a_card()], transactions=household()
    )
    assert row["subscription_count"] == 2
    assert row["monthly_subscription_spend_usd"] == pytest.approx(15.49 + 11.99)
    assert row["recurring_bill_count"] == 6


def test_features_without_categories() -> None:
    row = measured_one(
        30, history_start=None, accounts=[an_account(), a_card()], transactions=household()
    )
    assert row["inferred_category_share"] == 1
    assert (row["paycheck_count"], row["pay_frequency"]) == (2, "biweekly")
    bills = 15.49 + 11.99 + 1650 + 85 + 95.20 + 142 + 79.99 + 213.40
    habits = sum(
        float(t["amount"])
        for t in household()
        if t["account_id"] == "card" and (AS_OF - t["date"]).days < 30
    )
    assert row["total_spend_usd"] == pytest.approx(bills + habits)


@pytest.mark.parametrize("vague", ["OTHER_OTHER", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"])
def test_a_vague_category_gives_way_to_a_name_that_says_bill(vague: str) -> None:
    rows = household(category_detailed=vague, category_primary=vague.split("_OTHER")[0])
    streams = streams_of(accounts=[an_account(), a_card()], transactions=rows)
    kinds = {s["description"]: s["kind"] for s in streams}
    assert [kinds[name] for name in LINES] == [kind for _, _, kind in LINES.values()]


def test_a_primary_category_alone_is_spelled_out_by_the_name_and_never_overruled() -> None:
    told = (
        ("ENTERTAINMENT", "NETFLIX.COM", "30.00"),
        ("RENT_AND_UTILITIES", "NETFLIX HOUSE LLC", "30.00"),
        ("RENT_AND_UTILITIES", "QX9 SERVICES", "30.00"),
        ("FOOD_AND_DRINK", "MEALS BY MAIL", "31.17"),  # flat, monthly
        ("GENERAL_SERVICES", "STATE FARM RO 27", "30.00"),
    )
    payers = [
        [
            a_transaction(amount, d, **(NOTHING | {"name": name, "category_primary": primary}))
            for d in months(6, 4)
        ]
        for primary, name, amount in told
    ]
    found = streams_of_each(*({"accounts": [an_account()], "transactions": t} for t in payers))
    streams = [stream for [stream] in found]
    assert streams[0]["category_detailed"] == "ENTERTAINMENT_TV_AND_MOVIES"
    assert [s["kind"] for s in streams[1:]] == ["bill", "bill", "subscription", "bill"]


def test_a_payee_nobody_knows() -> None:
    kinds = (
        (["9.99"] * 4, ["subscription"]),
        (["1400.00"] * 4, ["bill"]),
        (["90.00", "110.00", "95.00", "104.00"], ["bill"]),
        (["9.00", "31.00", "12.00", "55.00"], []),
    )
    payers = [
        [
            a_transaction(a, d, **(NOTHING | {"name": "ZQX LLC 88213"}))
            for a, d in zip(amounts, months(6, 4), strict=True)
        ]
        for amounts, _ in kinds
    ]
    found = streams_of_each(*({"accounts": [an_account()], "transactions": t} for t in payers))
    assert [[s["kind"] for s in streams] for streams in found] == [kind for _, kind in kinds]


def test_own_transfers_are_told_by_their_id() -> None:
    legs = [
        a_transaction(
            "300.00", AS_OF, "checking", **(NOTHING | {"name": "ZZZ 1", "transfer_id": "x"})
        ),
        a_transaction(
            "-300.00", AS_OF, "card", **(NOTHING | {"name": "ZZZ 2", "transfer_id": "x"})
        ),
    ]
    row = measured_one(30, accounts=[an_account(), a_card()], transactions=legs)
    assert row["total_spend_usd"] == 0


def test_money_in_that_nothing_names_is_no_refund() -> None:
    rows = [a_transaction("100.00"), a_transaction("-2000.00", **(NOTHING | {"name": "ZQX LLC"}))]
    assert measured_one(30, accounts=[an_account()], transactions=rows)["total_spend_usd"] == 100
    on_card = [
        a_transaction("100.00"),
        a_transaction("-20.00", account_id="card", **(NOTHING | {"name": "ZQX LLC"})),
    ]
    assert (
        measured_one(30, accounts=[an_account(), a_card()], transactions=on_card)["total_spend_usd"]
        == 80
    )
