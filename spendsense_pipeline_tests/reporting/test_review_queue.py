"""The queue in pages: the same items as the whole, and the filters' own."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.operations.reviewing import say
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.review_queue import ItemsOf, review_queue
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.reviews import after


def test_pages_cut_the_whole_queue(reader: DatasetReader, settings: Settings) -> None:
    whole = review_queue(reader, settings)
    pages = [
        review_queue(reader, settings, limit=11, offset=offset)
        for offset in range(0, whole.found + 11, 11)
    ]
    assert tuple(item for page in pages for item in page.items) == whole.items
    assert {page.found for page in pages} == {whole.found}
    by_person = [(int(item.user_id[5:]), item.rank) for item in whole.items]
    assert by_person == sorted(by_person)


def test_an_item_says_what_its_rows_say(reader: DatasetReader, settings: Settings) -> None:
    rows: dict[str, list[dict[str, object]]] = {}
    for row in reader.rows("from recommendations order by window_days"):
        rows.setdefault(row["recommendation_id"], []).append(row)
    queue = review_queue(reader, settings)
    assert {item.recommendation_id for item in queue.items} == set(rows)
    for item in queue.items:
        own = rows[item.recommendation_id]
        assert item.windows == tuple(row["window_days"] for row in own)
        assert item.rank == min(row["rank"] for row in own)  # type: ignore[type-var]
        for name in ("user_id", "kind", "form", "content_id", "title", "persona"):
            assert {getattr(item, name)} == {row[name] for row in own}


def test_filters_take_their_items_and_counts(reader: DatasetReader, settings: Settings) -> None:
    whole = review_queue(reader, settings).items
    one = whole[len(whole) // 2]
    for name in ("kind", "persona", "content_id", "user_id"):
        found = review_queue(reader, settings, items=ItemsOf(**{name: getattr(one, name)}))
        expected = [item for item in whole if getattr(item, name) == getattr(one, name)]
        assert list(found.items) == expected
        assert sum(found.counts.values()) == found.found == len(expected)
    nothing = review_queue(reader, settings, items=ItemsOf(kind="' or 1=1 --"))
    assert (nothing.found, nothing.items) == (0, ())
    with pytest.raises(SpendSenseError):
        review_queue(reader, settings, status="unheard of")


def test_what_was_noted_is_told_from_what_came_or_changed_since(own_copy: Path) -> None:
    """Noted of some: others are new. Of all: what was flagged since does not stand as it stood, nor
    what was given other words, though it is edited as before."""
    own = Settings.from_environment()
    with open_dataset(own) as reader:
        whole = review_queue(reader, own, is_noted=True)
        kind = ItemsOf(kind="offer")
        some = review_queue(reader, own, items=kind, limit=3, is_noted=True)
        assert whole.noted is not None
        assert some.noted is not None
        assert (len(whole.noted), len(some.noted)) == (whole.found, some.found)
        of_some = review_queue(reader, own, as_noted=some.noted)
        assert of_some.items == review_queue(reader, own, items=kind).items
        assert of_some.found == whole.found
        flagged, edited, *others = [item.recommendation_id for item in whole.items]
    say(own, "flag", [flagged], reason="look", operator="ann", now=lambda: after(1))
    say(
        own,
        "edit",
        [edited],
        text="A plan may help with {monthly_expenses_usd}.",
        operator="ann",
        now=lambda: after(2),
    )
    with open_dataset(own) as reader:
        now = review_queue(reader, own, is_noted=True)
        left = review_queue(reader, own, as_noted=whole.noted)
        assert {item.recommendation_id for item in left.items} == set(others)
    say(
        own,
        "edit",
        [edited],
        text="A plan may well help with {monthly_expenses_usd}.",
        operator="ann",
        now=lambda: after(3),
    )
    with open_dataset(own) as reader:
        left = review_queue(reader, own, as_noted=now.noted)
        assert {item.recommendation_id for item in left.items} == {flagged, *others}


def test_items_of_who_revoked_are_hidden(revoked: tuple[Settings, str]) -> None:
    settings, user_id = revoked
    with open_dataset(settings) as reader:
        queue = review_queue(reader, settings)
        assert user_id not in {item.user_id for item in queue.items}
        assert queue.hidden > 0
        with pytest.raises(SpendSenseError, match="withdrawn"):
            review_queue(reader, settings, items=ItemsOf(user_id=user_id))
