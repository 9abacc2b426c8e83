"""Pages that are missing are noted, where the responses say that there are more."""

from __future__ import annotations

from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.plaid_pulls import a_sync, a_transaction, an_account, read


def a_page(name: str, *, has_more: bool, status: str | None = None) -> dict[str, Any]:
    page = a_sync([a_transaction(name)], accounts=[an_account()])
    return page | {"has_more": has_more, "transactions_update_status": status}


def a_get(total: int, *names: str) -> dict[str, Any]:
    rows = [a_transaction(name) for name in names]
    return {"accounts": [an_account()], "transactions": rows, "total_transactions": total}


@pytest.mark.parametrize(("last", "is_noted"), [(True, True), (False, False)])
def test_the_last_page_says_whether_more_follow(last: bool, is_noted: bool) -> None:
    found = read(
        {
            "ann/sync_9.json": a_page("a", has_more=True),
            "ann/sync_10.json": a_page("b", has_more=last),
            "ann/zzz.json": {"accounts": [an_account()]},
        }
    )
    assert ("ann/sync_10.json" in found.said("note")) == is_noted
    assert bool(found.said("note")) == is_noted


def test_an_empty_last_page_is_a_last_page() -> None:
    first = a_page("a", has_more=True)
    assert not read({"ann/1.json": first, "ann/2.json": a_sync()}).said("note")


def test_each_item_has_a_last_page() -> None:
    found = read(
        {
            "ann/item_1/1.json": a_page("a", has_more=True),
            "ann/item_2/1.json": a_page("b", has_more=False),
        }
    )
    assert "ann/item_1/1.json" in found.said("note")


@pytest.mark.parametrize(
    ("pages", "is_noted"),
    [
        ([a_get(3, "a", "b"), a_get(3, "b", "c")], False),
        ([a_get(3, "a", "b"), a_get(3, "b")], True),
        ([a_get(3, "a", "b"), a_get(1, "b")], True),
        ([a_get(1, "a"), a_get(2, "a", "b")], False),
        ([a_get(0)], False),
    ],
)
def test_fewer_rows_than_there_are_is_noted(pages: list[dict[str, Any]], is_noted: bool) -> None:
    found = read({f"ann/get_{number}.json": page for number, page in enumerate(pages)})
    assert ("3 of which 2 are here" in found.said("note")) == is_noted
    assert bool(found.said("note")) == is_noted


@pytest.mark.parametrize(
    ("status", "is_noted"),
    [("HISTORICAL_UPDATE_COMPLETE", False), ("INITIAL_UPDATE_COMPLETE", True), ("NOT_READY", True)],
)
def test_a_history_that_plaid_had_not_fetched_yet_is_noted(status: str, is_noted: bool) -> None:
    found = read({"ann/1.json": a_page("a", has_more=False, status=status)})
    assert (status in found.said("note")) == is_noted
