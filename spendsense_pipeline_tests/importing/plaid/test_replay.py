"""Pulls replayed in their order: what was added, modified and removed stands as it last was."""

from __future__ import annotations

import pytest

from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    a_sync,
    a_transaction,
    an_account,
    read,
)

ACCOUNTS = {"accounts": [an_account()]}


def test_modified_replaces_and_removed_removes() -> None:
    found = read(
        {
            "ann/accounts.json": ACCOUNTS,
            "ann/sync_1.json": a_sync([a_transaction("a", 15.49), a_transaction("hold", 900)]),
            "ann/sync_2.json": a_sync(modified=[a_transaction("a", 19.99)], removed=["hold"]),
        }
    )
    assert found.amounts == {"a": 19.99}
    assert found.count("removed by a later pull") == 1
    assert found.count("replaced by a later pull") == 1
    assert not found.said("note")


def test_ten_follows_nine() -> None:
    files = {f"ann/sync_{n}.json": a_sync(modified=[a_transaction("a", n)]) for n in range(1, 12)}
    found = read({"ann/accounts.json": ACCOUNTS, **files})
    assert found.amounts == {"a": 11}


def test_an_id_added_again_after_its_removal_lives() -> None:
    found = read(
        {
            "ann/1.json": a_sync([a_transaction("a", 1)], accounts=[an_account()]),
            "ann/2.json": a_sync(removed=["a"]),
            "ann/3.json": a_sync([a_transaction("a", 3)]),
        }
    )
    assert found.amounts == {"a": 3}
    assert not found.said("note")


def test_modified_of_an_unknown_id_is_an_add() -> None:
    found = read({"ann/1.json": a_sync(modified=[a_transaction("a", 3)], accounts=[an_account()])})
    assert found.amounts == {"a": 3}


@pytest.mark.parametrize(
    ("first", "amount"),
    [
        (a_sync(removed=["a"]), 1.0),
        (a_sync(modified=[a_transaction("a", 2)]), 1.0),
    ],
    ids=["removed", "modified"],
)
def test_an_order_that_cannot_be_is_noted_with_the_row(first: dict, amount: float) -> None:  # type: ignore[type-arg]
    found = read(
        {
            "ann/1.json": first,
            "ann/2.json": a_sync([a_transaction("a", 1)], accounts=[an_account()]),
        }
    )
    assert found.amounts == {"a": amount}
    assert "ann/2.json a" in found.said("note")
    assert "order they were pulled" in found.said("note")


def test_a_row_of_overlapping_pages_counts_once_and_two_alike_twice() -> None:
    found = read(
        {
            "ann/get_1.json": {
                **ACCOUNTS,
                "transactions": [
                    a_transaction("d1", 20, "2026-06-10"),
                    a_transaction("d2", 7.5, "2026-06-11"),
                ],
            },
            "ann/get_2.json": {
                **ACCOUNTS,
                "transactions": [
                    # the same, though a field we do not read has changed
                    a_transaction("d2", 7.5, "2026-06-11", website="corner.example"),
                    a_transaction("d3", 7.5, "2026-06-12"),
                ],
            },
        }
    )
    assert found.amounts == {"d1": 20, "d2": 7.5, "d3": 7.5}
    assert found.count("the same row again") == 1
    assert not found.said("note")


def test_an_amount_written_otherwise_is_the_same_amount() -> None:
    row = '{"transactions": [{"transaction_id": "a", "account_id": "chk", "amount": %s}]}'
    found = read(
        {"ann/1.json": ACCOUNTS, "ann/2.json": row % "0.3", "ann/3.json": row % (0.1 + 0.2)}
    )
    assert found.count("the same row again") == 1
    third_decimal = read(
        {"ann/1.json": ACCOUNTS, "ann/2.json": row % "0.3", "ann/3.json": row % "0.301"}
    )
    assert third_decimal.count("the same row again") == 0


@pytest.mark.parametrize(
    ("change", "is_noted"),
    [({"amount": 8}, True), ({"date": "2026-06-02"}, True), ({"merchant_name": "Corner"}, False)],
)
def test_another_content_under_one_id_is_the_later_and_noted_if_money_or_day_moved(
    change: dict,
    is_noted: bool,  # type: ignore[type-arg]
) -> None:
    found = read(
        {
            "ann/get_1.json": {**ACCOUNTS, "transactions": [a_transaction("a", 7)]},
            "ann/get_2.json": {**ACCOUNTS, "transactions": [a_transaction("a", 7) | change]},
        }
    )
    [row] = found.tables["transactions"]
    assert row["_row"] == "ann/get_2.json a"
    assert found.count("replaced by a later pull") == 1
    assert ("ann/get_2.json a" in found.said("note")) == is_noted


@pytest.mark.parametrize("is_posted_first", [True, False])
def test_a_pending_row_gives_way_to_the_posted_row_that_names_it(is_posted_first: bool) -> None:
    pending = {**ACCOUNTS, "transactions": [a_transaction("p", 40, pending=True)]}
    posted = {
        **ACCOUNTS,
        "transactions": [a_transaction("t", 46, "2026-06-03", pending_transaction_id="p")],
    }
    pulls = [posted, pending] if is_posted_first else [pending, posted]
    found = read({f"ann/get_{number}.json": pull for number, pull in enumerate(pulls, 1)})
    assert found.amounts == {"t": 46}
    assert found.count("posted since under another id") == 1
    # What it showed until then is kept: a tip came on top.
    [row] = found.tables["transactions"]
    assert float(row["authorized_amount"]) == 40


def test_a_pending_row_that_nobody_names_stays() -> None:
    rows = [a_transaction("p", 40, pending=True), a_transaction("t", pending_transaction_id="gone")]
    found = read({"ann/1.json": {**ACCOUNTS, "transactions": rows}})
    assert found.amounts == {"p": 40, "t": 5}
    shown = {
        row["transaction_id"]: row.get("authorized_amount") for row in found.tables["transactions"]
    }
    assert float(shown["p"]) == 40
    assert shown["t"] is None


def test_only_a_pending_row_gives_way_and_only_to_a_posted_one() -> None:
    rows = [
        a_transaction("posted", 40),
        a_transaction("names_it", 41, pending_transaction_id="posted"),
        a_transaction("hold", 7, pending=True),
        a_transaction("another_hold", 8, pending=True, pending_transaction_id="hold"),
    ]
    found = read({"ann/1.json": {**ACCOUNTS, "transactions": rows}})
    assert len(found.amounts) == 4


@pytest.mark.parametrize("second", [1.0, 2.0])
def test_once_an_id_was_added_it_is_as_any_other(second: float) -> None:
    """Modified before it is added, then as it was or otherwise, then another amount once more."""
    found = read(
        {
            "ann/1.json": a_sync(modified=[a_transaction("a", 1)], accounts=[an_account()]),
            "ann/2.json": a_sync([a_transaction("a", second)]),
            "ann/3.json": a_sync([a_transaction("a", 3)]),
        }
    )
    assert found.amounts == {"a": 3}
    assert found.count("another amount or date") == 1
    assert found.count("after the one that modifies or removes it") == (second == 2)


def test_an_id_that_one_response_adds_and_removes_is_left_out_and_noted() -> None:
    found = read(
        {"ann/1.json": a_sync([a_transaction("a")], removed=["a"], accounts=[an_account()])}
    )
    assert not found.amounts
    assert "ann/1.json a" in found.said("note")


def test_the_webhook_of_removed_transactions_removes() -> None:
    webhook = {"webhook_code": "TRANSACTIONS_REMOVED", "removed_transactions": ["a"]}
    first = {**ACCOUNTS, "transactions": [a_transaction("a"), a_transaction("b")]}
    assert set(read({"ann/1.json": first, "ann/2.json": webhook}).amounts) == {"b"}


def test_two_people_may_be_told_of_the_same_id_apart() -> None:
    found = read(
        {
            "ann/1.json": a_sync([a_transaction("a", 1)], accounts=[an_account()]),
            "bob/1.json": a_sync(removed=["a"], accounts=[an_account("bobs")]),
        }
    )
    assert found.amounts == {"a": 1}
