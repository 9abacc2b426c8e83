"""What is to be worked out when the clock moves: by day of transactions, once of all else."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.bank import working
from spendsense_pipeline.local_plaid.items import Item
from spendsense_pipeline.local_plaid.movements import (
    LIABILITIES,
    STREAMS,
    TRANSACTIONS,
    Movements,
    news,
)
from spendsense_pipeline.local_plaid.store import Store
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, EVERYTHING, serving
from spendsense_pipeline_tests.fixtures.webhook_receiver import receiving

DAYS = [dt.date(2026, 6, day) for day in (1, 2, 3, 4)]


@pytest.fixture
def movements(tmp_path: Path) -> Iterator[Movements]:
    with contextlib.closing(Store(tmp_path / "state.sqlite")) as store:
        yield Movements(store)


def an_item(item_id: str = "item", products: tuple[str, ...] = EVERYTHING) -> Item:
    moment = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    return Item(item_id, "ann", "bank", "world", products, None, None, "", moment, DAYS[0])


def all_of(movements: Movements) -> list[tuple[str, str, int, int]]:
    """Each that waits, in the order they are worked out."""
    found = []
    while (each := movements.next()) is not None:
        found.append((each.item_id, each.kind, each.seen_day.day, each.shown_day.day))
        movements.done(each)
    return found


def test_transactions_come_first_and_day_by_day(movements: Movements) -> None:
    for seen, shown in ((DAYS[0], DAYS[1]), (DAYS[1], DAYS[2])):
        for item_id in ("a", "b"):
            movements.add(an_item(item_id), seen, shown)
    assert all_of(movements) == [
        *(("a", TRANSACTIONS, 1, 2), ("b", TRANSACTIONS, 1, 2)),
        *(("a", TRANSACTIONS, 2, 3), ("b", TRANSACTIONS, 2, 3)),
        *(("a", LIABILITIES, 1, 3), ("b", LIABILITIES, 1, 3)),
        *(("a", STREAMS, 1, 3), ("b", STREAMS, 1, 3)),
    ]


def test_what_moves_on_while_it_is_worked_out_is_worked_out_from_there(
    movements: Movements,
) -> None:
    item = an_item(products=("liabilities",))
    movements.add(item, DAYS[0], DAYS[1])
    begun = movements.next()
    assert begun is not None
    movements.add(item, DAYS[1], DAYS[3])
    movements.done(begun)
    assert all_of(movements) == [("item", LIABILITIES, 2, 4)]


def test_only_what_was_linked_for_is_worked_out(movements: Movements) -> None:
    movements.add(an_item(products=("identity",)), DAYS[0], DAYS[1])
    assert all_of(movements) == []


def test_news_of_one_that_cannot_be_worked_out_holds_up_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as receiver, serving(settings, as_of=AS_OF - dt.timedelta(days=9)) as bank:
        assert bank.plaid
        for _ in range(2):
            bank.link(products=("transactions",), webhook=receiver.url)
        receiver.until(lambda got: len(got) >= 4)
        broken, whole = (item.item_id for item in bank.plaid.items.all())

        def some_news(movement: Any, item: Item, *rest: Any) -> Any:
            if item.item_id == broken:
                raise RuntimeError
            return news(movement, item, *rest)

        monkeypatch.setattr(working, "news", some_news)
        bank.get("/sandbox/clock/advance", to=AS_OF)
        told = receiver.until_code("TRANSACTIONS DEFAULT_UPDATE")
        assert told.body["item_id"] == whole
