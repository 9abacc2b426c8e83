"""An account is as its newest balance says: by its own date, else by the order of the pulls."""

from __future__ import annotations

from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.plaid_pulls import a_sync, an_account, read


def of(day: str, current: float, account_id: str = "chk", **said: Any) -> dict[str, Any]:
    time = f"{day}T12:00:00Z" if day else None
    return an_account(account_id, current, balances={"last_updated_datetime": time}, **said)


def pulled(*accounts: dict[str, Any], name: str = "sync") -> dict[str, Any]:
    return {f"ann/{name}_{n}.json": a_sync(accounts=[each]) for n, each in enumerate(accounts, 1)}


@pytest.mark.parametrize(
    ("days", "newest"),
    [
        (["2026-06-30", "2026-06-28"], 0),  # the older came later
        (["2026-06-28", "2026-06-30"], 1),
        (["2026-06-30", "2026-06-30"], 1),
        (["", ""], 1),
        (["2026-06-28", ""], 1),  # of no day, but pulled after
        (["2026-06-30", "", "2026-06-29"], 1),  # of the 30th at the earliest
        (["", "2026-06-29"], 1),
    ],
)
def test_the_newest_balance_counts(days: list[str], newest: int) -> None:
    found = read(pulled(*(of(day, 100 + n) for n, day in enumerate(days))))
    assert found.balances == {"chk": 100 + newest}
    assert not found.said("note")


def test_each_account_has_a_newest_of_its_own_and_its_name_comes_with_it() -> None:
    found = read(
        {
            "ann/1.json": a_sync(
                accounts=[of("2026-06-30", 1, "a", name="New"), of("2026-06-28", 2, "b")]
            ),
            "ann/2.json": a_sync(
                accounts=[of("2026-06-28", 3, "a", name="Old"), of("2026-06-30", 4, "b")]
            ),
        }
    )
    assert found.balances == {"a": 1, "b": 4}
    assert {row["account_id"]: row["name"] for row in found.tables["accounts"]}["a"] == "New"


def test_a_balance_after_as_of_gives_way_to_an_earlier_one_and_is_noted() -> None:
    found = read(pulled(of("2026-06-29", 1), of("2026-07-04", 2)))
    assert found.balances == {"chk": 1}
    assert "dated after as_of" in found.said("note")
    alone = read(pulled(of("2026-07-04", 2)))
    assert alone.balances == {"chk": 2}
    assert "2026-07-04" in alone.said("note")


def test_an_evening_in_america_is_not_after_as_of() -> None:
    account = an_account(balances={"last_updated_datetime": "2026-07-01T02:30:00Z"})
    assert not read(pulled(account)).said("note")


@pytest.mark.parametrize(("day", "is_noted"), [("2026-06-27", False), ("2026-06-26", True)])
def test_a_balance_of_more_than_three_days_ago_is_noted(day: str, is_noted: bool) -> None:
    said = read(pulled(of(day, 1))).said("note")
    assert (f"balance of {day}, 4 days before as_of" in said) == is_noted
    assert bool(said) == is_noted


def test_files_whose_names_do_not_say_which_is_later_are_noted_if_they_differ() -> None:
    pulls = {"ann/accounts.json": a_sync(accounts=[of("", 1)]), **pulled(of("", 2), of("", 3))}
    found = read(pulls)
    assert found.balances == {"chk": 3}
    assert "1 in ann/accounts.json" in found.said("note")
    agreeing = pulls | {"ann/accounts.json": a_sync(accounts=[of("", 3)])}
    assert not read(agreeing).said("note")


def test_dates_in_the_names_say_which_is_later() -> None:
    found = read(
        {
            "ann/accounts_2026-06-30.json": a_sync(accounts=[of("", 1)]),
            "ann/sync_20260615.json": a_sync(accounts=[of("", 2)]),
        }
    )
    assert found.balances == {"chk": 1}
    assert not found.said("note")
    assert "the dates in their names" in found.said("read")


def test_a_time_that_is_none_is_noted_and_the_order_decides() -> None:
    odd = an_account(current=2, balances={"last_updated_datetime": "yesterday"})
    found = read(pulled(of("2026-06-30", 1), odd))
    assert found.balances == {"chk": 2}
    assert "'yesterday'" in found.said("note")


def test_a_card_has_its_newest_terms_once() -> None:
    def terms(issued: str | None, minimum: float) -> dict[str, Any]:
        card = {
            "account_id": "card",
            "last_statement_issue_date": issued,
            "minimum_payment_amount": minimum,
        }
        account = an_account("card", type="credit", subtype="credit card")
        return {"accounts": [account], "liabilities": {"credit": [card]}}

    found = read(
        {
            "ann/liabilities_1.json": terms("2026-06-20", 35),
            "ann/liabilities_2.json": terms("2026-05-20", 25),
        }
    )
    [row] = found.tables["liabilities"]
    assert float(row["minimum_payment_amount"]) == 35
    assert found.count("whose terms a later pull tells") == 1


@pytest.mark.parametrize(
    ("accounts_of", "sync_of", "taken"),
    [("", "", 2), ("2026-06-29", "", 1), ("", "2026-06-29", 2), ("2026-06-30", "2026-06-29", 1)],
)
def test_between_series_of_files_a_date_decides_before_a_name(
    accounts_of: str, sync_of: str, taken: float
) -> None:
    """Whatever was pulled later; unless both have a date, that is noted."""
    found = read(
        {
            "ann/accounts.json": a_sync(accounts=[of(accounts_of, 1)]),
            "ann/sync.json": a_sync(accounts=[of(sync_of, 2)]),
        }
    )
    assert found.balances == {"chk": taken}
    assert ("does not say which is later" in found.said("note")) == (not accounts_of or not sync_of)


def test_the_zero_time_of_a_client_is_no_date() -> None:
    zero = an_account(current=2, balances={"last_updated_datetime": "0001-01-01T00:00:00+05:00"})
    found = read(pulled(of("2026-06-30", 1), zero))
    assert found.balances == {"chk": 2}


def test_terms_of_a_statement_after_as_of_give_way_to_earlier_ones() -> None:
    account = an_account("card", type="credit", subtype="credit card")
    found = read(
        {
            f"ann/{n}.json": {
                "accounts": [account],
                "liabilities": {
                    "credit": [{"account_id": "card", "last_statement_issue_date": day}]
                },
            }
            for n, day in enumerate(["2026-06-20", "2026-07-20"])
        }
    )
    assert [row["last_statement_issue_date"] for row in found.tables["liabilities"]] == [
        "2026-06-20"
    ]


def test_a_card_is_measured_by_the_rate_of_its_purchases() -> None:
    rates = [
        {"apr_type": "cash_apr", "apr_percentage": 29.99},
        {"apr_type": "purchase_apr", "apr_percentage": 19.99},
    ]
    card = {"account_id": "card", "aprs": rates}
    account = an_account("card", type="credit", subtype="credit card")
    found = read({"ann/1.json": {"accounts": [account], "liabilities": {"credit": [card]}}})
    assert found.tables["liabilities"][0]["apr_percentage"] == "19.99"
