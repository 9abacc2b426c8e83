"""One person's rows: what a search finds, sums and pages, told apart row by row in Python."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline.reporting.amounts import AmountAsked, amount_asked
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.transactions import (
    TransactionsAsked,
    transactions_named,
    transactions_page,
)
from spendsense_pipeline.settings import Settings

_SEARCHED = (
    "name",
    "merchant_name",
    "category_primary",
    "category_detailed",
    "account_name",
    "mask",
    "city",
)


def rows_of(reader: DatasetReader, user_id: str) -> list[dict[str, Any]]:
    return reader.rows(
        "select row_.*, account.mask, account.name as account_name from raw_transactions as row_ "
        "join raw_accounts as account using (account_id) where row_.user_id = $user_id",
        {"user_id": user_id},
    )


def found(
    reader: DatasetReader, settings: Settings, user_id: str, **asked: Any
) -> tuple[set[str], Decimal, Decimal]:
    """Ids found over all pages, and the sums said of them."""
    ids: list[str] = []
    page = 1
    while True:
        answer = transactions_page(
            reader, settings, user_id, TransactionsAsked(page=page, size=100, **asked)
        )
        ids += [row.transaction_id for row in answer.rows]
        if page >= answer.pages:
            break
        page += 1
    assert len(ids) == len(set(ids)) == answer.found
    return set(ids), answer.money_in_usd, answer.money_out_usd


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({}, bool),
        ({"text": ">100"}, lambda row: abs(row["amount"]) > 100),
        ({"text": "<=20.50"}, lambda row: abs(row["amount"]) <= Decimal("20.50")),
        ({"direction": "in"}, lambda row: row["amount"] < 0),
        ({"is_pending": True}, lambda row: row["pending"]),
        (
            {"first_day": dt.date(2026, 5, 3), "last_day": dt.date(2026, 5, 20)},
            lambda row: dt.date(2026, 5, 3) <= row["date"] <= dt.date(2026, 5, 20),
        ),
        ({"category": "FOOD_AND_DRINK"}, lambda row: row["category_primary"] == "FOOD_AND_DRINK"),
        (
            {"text": "FOOD >10"},
            lambda row: (
                abs(row["amount"]) > 10
                and any("food" in str(row[name]).lower() for name in _SEARCHED)
            ),
        ),
    ],
)
def test_what_is_found_is_what_holds(
    reader: DatasetReader, settings: Settings, person: str, asked: dict[str, Any], holds: Any
) -> None:
    expected = [row for row in rows_of(reader, person) if holds(row)]
    ids, money_in, money_out = found(reader, settings, person, **asked)
    assert ids == {row["transaction_id"] for row in expected}
    assert money_in == -sum(row["amount"] for row in expected if row["amount"] < 0)
    assert money_out == sum(row["amount"] for row in expected if row["amount"] > 0)


def test_an_amount_and_a_mask_are_found(
    reader: DatasetReader, settings: Settings, person: str
) -> None:
    rows = rows_of(reader, person)
    one = rows[0]
    ids, _, _ = found(reader, settings, person, text=f"{abs(one['amount'])}")
    assert {
        row["transaction_id"] for row in rows if abs(row["amount"]) == abs(one["amount"])
    } <= ids
    ids, _, _ = found(reader, settings, person, text=one["mask"])
    assert {row["transaction_id"] for row in rows if row["mask"] == one["mask"]} <= ids


def test_newest_come_first_and_text_is_literal(
    reader: DatasetReader, settings: Settings, person: str
) -> None:
    page = transactions_page(reader, settings, person, TransactionsAsked())
    days = [row.date for row in page.rows]
    assert days == sorted(days, reverse=True)
    for text in ("%", "' or '1'='1", "); drop table raw_users; --", "$user_id"):
        answer = transactions_page(reader, settings, person, TransactionsAsked(text=text))
        assert (answer.found, answer.total) == (0, page.total), text


def test_rows_named_come_in_order_and_others_rows_do_not(
    reader: DatasetReader, person: str
) -> None:
    ids = [row["transaction_id"] for row in rows_of(reader, person)[:3]][::-1]
    [(foreign,)] = reader.con.execute(
        "select min(transaction_id) from raw_transactions where user_id <> $user_id",
        {"user_id": person},
    ).fetchall()
    named = transactions_named(reader, person, (*ids, foreign))
    assert [row.transaction_id for row in named] == ids


def test_nothing_is_shown_of_who_revoked(revoked: tuple[Settings, str]) -> None:
    settings, user_id = revoked
    with open_dataset(settings) as reader:
        page = transactions_page(reader, settings, user_id, TransactionsAsked())
    assert page.withheld is not None
    assert "revoked" in page.withheld
    assert (page.rows, page.found, page.total) == ((), 0, 0)


@pytest.mark.parametrize(
    ("typed", "operator", "least", "most", "is_certain"),
    [
        ("12.50", "=", "12.50", "12.50", False),
        ("$1,200", "=", "1200", "1200", True),
        (">100", ">", "100", "100", True),
        ("<=.99", "<=", "0.99", "0.99", True),
        ("20-10", "between", "10", "20", False),
    ],
)
def test_amounts_are_read_as_typed(
    typed: str, operator: str, least: str, most: str, *, is_certain: bool
) -> None:
    expected = AmountAsked(operator, Decimal(least), Decimal(most), is_certain=is_certain)
    assert amount_asked(typed) == expected


@pytest.mark.parametrize("typed", ["", "$", ">", "abc", "1.234", "1,2", "7-eleven", "--", "1e5"])
def test_what_is_no_amount_is_text(typed: str) -> None:
    assert amount_asked(typed) is None
