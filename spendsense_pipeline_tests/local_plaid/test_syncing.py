"""Syncing any rows, over any days, in pages of any size: what a client has afterwards is what there is.

The client here keeps rows as Plaid's guide says: what is added it puts in, what is removed it takes
out, and where something changed between two pages it begins the update again. What it must hold is
worked out from the rows' own days, without cursors or pages.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.local_plaid.cursors import Cursor, from_text, stream_of, to_text
from spendsense_pipeline.local_plaid.sync import page
from spendsense_pipeline.local_plaid.timeline import (
    FOR_EVER,
    Changes,
    Entry,
    Position,
    changes,
    of_accounts,
)
from spendsense_pipeline.plaid.errors import PlaidError

FIRST = dt.date(2026, 3, 1)
DAYS = 40
STREAM = stream_of("world", "item", None)


def on(day: int) -> dt.date:
    return FIRST + dt.timedelta(days=day)


def an_entry(name: str, shown_from: int, shown_for: int | None, number: int = 0) -> Entry:
    until = FOR_EVER if shown_for is None else on(shown_from + shown_for)
    return Entry(
        name, "account", on(shown_from), on(shown_from), until, 100, False, name, "{}", number
    )


ENTRIES = st.lists(
    st.tuples(
        st.integers(0, DAYS),
        st.none() | st.integers(0, 6),
        st.integers(0, 4),
    ),
    max_size=40,
).map(
    lambda drawn: tuple(
        sorted(
            (
                an_entry(f"row {place}", shown_from, None if number else shown_for, number)
                for place, (shown_from, shown_for, number) in enumerate(drawn)
            ),
            key=lambda entry: (entry.shown_from, entry.transaction_id),
        )
    )
)
POSITIONS = st.lists(
    st.tuples(st.integers(-3, DAYS + 3), st.integers(0, 4)), min_size=1, max_size=8
).map(lambda drawn: sorted(Position(on(day), created) for day, created in drawn))


def forward(positions: list[Position]) -> list[Position]:
    """Neither the clock goes back nor is anything that was created undone."""
    found: list[Position] = []
    for position in positions:
        created = max(position.created, found[-1].created if found else 0)
        found.append(Position(position.day, created))
    return found


def there(entries: tuple[Entry, ...], position: Position) -> set[str]:
    return {
        entry.transaction_id
        for entry in entries
        if entry.shown_from <= position.day
        and position.day < entry.shown_until
        and entry.number <= position.created
    }


@dataclass
class Client:
    """An app."""

    entries: tuple[Entry, ...]
    count: int
    rows: set[str] = field(default_factory=set)
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    cursor: str | None = None

    def changed(self, seen: Position | None, now: Position) -> Changes:
        return changes(self.entries, seen, now)

    def fetch(
        self, cursor: str | None, now: Position, epoch: int = 0
    ) -> tuple[list[str], list[str], str, bool]:
        given = Cursor(STREAM, epoch, None) if cursor is None else from_text(cursor, stream=STREAM)
        found = page(given, now, epoch=epoch, count=self.count, changed=self.changed)
        text = to_text(found.cursor)
        assert len(text) <= 256
        assert len(found.added) + len(found.removed) <= self.count
        return (
            [entry.transaction_id for entry in found.added],
            [entry.transaction_id for entry in found.removed],
            text,
            found.has_more,
        )

    def sync(self, now: Position) -> None:
        cursor, has_more = self.cursor, True
        while has_more:
            added, removed, cursor, has_more = self.fetch(cursor, now)
            assert not self.rows & set(added)
            assert self.rows | set(added) >= set(removed)
            self.rows = (self.rows | set(added)) - set(removed)
            self.added.update(added)
            self.removed.update(removed)
        self.cursor = cursor


@given(entries=ENTRIES, positions=POSITIONS, count=st.integers(1, 12))
def test_a_client_has_what_there_is(
    entries: tuple[Entry, ...], positions: list[Position], count: int
) -> None:
    client = Client(entries, count)
    for position in forward(positions):
        client.sync(position)
        assert client.rows == there(entries, position)


@given(entries=ENTRIES, positions=POSITIONS, count=st.integers(1, 12))
def test_night_by_night_is_at_once(
    entries: tuple[Entry, ...], positions: list[Position], count: int
) -> None:
    nightly, at_once = Client(entries, count), Client(entries, 500)
    for position in forward(positions):
        nightly.sync(position)
    at_once.sync(forward(positions)[-1])
    assert nightly.rows == at_once.rows
    assert at_once.removed == Counter()


@given(entries=ENTRIES, positions=POSITIONS, count=st.integers(1, 12))
def test_what_was_added_and_is_gone_was_removed_once(
    entries: tuple[Entry, ...], positions: list[Position], count: int
) -> None:
    client = Client(entries, count)
    for position in forward(positions):
        client.sync(position)
    assert set(client.added.values()) <= {1}
    gone = set(client.added) - there(entries, forward(positions)[-1])
    assert client.removed == Counter(dict.fromkeys(gone, 1))


@given(
    entries=ENTRIES,
    positions=POSITIONS,
    count=st.integers(1, 4),
    cut=st.integers(1, 5),
    days=st.integers(1, 5),
)
def test_a_change_between_two_pages_is_said_and_nothing_is_lost(
    entries: tuple[Entry, ...], positions: list[Position], count: int, cut: int, days: int
) -> None:
    position = forward(positions)[-1]
    later = Position(position.day + dt.timedelta(days=days), position.created)
    client = Client(entries, count)
    cursor, has_more = None, True
    for _ in range(cut):
        _, _, cursor, has_more = client.fetch(cursor, position)
        if not has_more:
            return
    with pytest.raises(PlaidError) as raised:
        client.fetch(cursor, later)
    assert raised.value.code.code == "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
    client.sync(later)
    assert client.rows == there(entries, later)


@given(entries=ENTRIES, positions=POSITIONS, count=st.integers(1, 12), back=st.integers(1, 9))
def test_a_clock_behind_says_nothing_until_it_is_there_again(
    entries: tuple[Entry, ...], positions: list[Position], count: int, back: int
) -> None:
    position = forward(positions)[-1]
    client = Client(entries, count)
    client.sync(position)
    cursor = client.cursor
    for days in range(back, 0, -1):
        behind = Position(position.day - dt.timedelta(days=days), position.created)
        assert client.fetch(cursor, behind) == ([], [], cursor, False)
    before = set(client.rows)
    client.sync(position)
    assert client.rows == before


@given(entries=ENTRIES, positions=POSITIONS, count=st.integers(1, 12))
def test_once_the_clock_was_set_back_everybody_begins_anew(
    entries: tuple[Entry, ...], positions: list[Position], count: int
) -> None:
    first, last = forward(positions)[0], forward(positions)[-1]
    client = Client(entries, count)
    client.sync(last)
    rows: set[str] = set()
    cursor, has_more = client.cursor, True
    while has_more:
        added, removed, cursor, has_more = client.fetch(cursor, first, epoch=1)
        assert removed == []
        rows |= set(added)
    assert rows == there(entries, first)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_a_cursor_that_was_not_handed_out_is_refused(text: str) -> None:
    with pytest.raises(PlaidError) as raised:
        from_text(text, stream=STREAM)
    assert raised.value.code.code == "INVALID_FIELD"


@pytest.mark.parametrize(
    "other",
    [
        stream_of("another world", "item", None),
        stream_of("world", "another item", None),
        stream_of("world", "item", "account"),
    ],
)
def test_a_cursor_of_something_else_is_refused(other: str) -> None:
    text = to_text(Cursor(STREAM, 0, Position(FIRST)))
    assert from_text(text, stream=STREAM) == Cursor(STREAM, 0, Position(FIRST))
    with pytest.raises(PlaidError, match="not associated"):
        from_text(text, stream=other)


def test_rows_of_other_accounts_and_of_before_the_start_are_not_shown() -> None:
    entries = tuple(an_entry(f"row {day}", day, None) for day in range(5))
    assert of_accounts(entries, frozenset({"account"}), None) == entries
    assert of_accounts(entries, frozenset({"account"}), on(3)) == entries[3:]
    assert of_accounts(entries, frozenset({"another"}), None) == ()
