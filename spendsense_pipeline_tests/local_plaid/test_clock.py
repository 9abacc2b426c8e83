"""The clock: which day is shown, and what a start of the server may ask of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.local_plaid.clock import Clock, ClockView
from spendsense_pipeline.local_plaid.store import Store

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 6, 15)


def on(day: int) -> dt.date:
    return dt.date(2026, 6, day)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(Store(tmp_path / "state.sqlite"))


def started(
    clock: Clock, asked: dt.date | None = None, *, last: dt.date = LAST, is_reset: bool = False
) -> ClockView:
    clock.start(asked, first=FIRST, last=last, world="world", is_reset=is_reset)
    view = clock.view(first=FIRST, last=last)
    clock.keep_shown(view.as_of, "world")
    return view


def test_it_follows_what_is_published(clock: Clock) -> None:
    assert started(clock) == ClockView(LAST, LAST, is_following=True)
    assert clock.view(first=FIRST, last=on(16)) == ClockView(on(16), on(16), is_following=True)


def test_set_back_it_is_held(clock: Clock) -> None:
    assert started(clock, on(3)) == ClockView(on(3), LAST, is_following=False)
    assert clock.view(first=FIRST, last=on(20)).as_of == on(3)


def test_moved_to_the_last_day_it_follows_again(clock: Clock) -> None:
    started(clock, on(3))
    clock.move(on(9), last=LAST)
    assert clock.view(first=FIRST, last=LAST) == ClockView(on(9), LAST, is_following=False)
    clock.move(LAST, last=LAST)
    assert clock.view(first=FIRST, last=on(16)).is_following


def test_the_stored_clock_wins_when_none_is_given(clock: Clock) -> None:
    started(clock, on(3))
    assert started(clock).as_of == on(3)
    assert started(clock, on(5)).as_of == on(5)


def test_it_does_not_go_back_unless_it_is_reset(clock: Clock) -> None:
    started(clock, on(9))
    with pytest.raises(SpendSenseError, match=r"before 2026-06-09.*--reset-clock"):
        started(clock, on(8))
    assert started(clock).as_of == on(9)
    before = clock.epoch
    assert started(clock, on(8), is_reset=True).as_of == on(8)
    assert clock.epoch == before + 1


def test_a_night_that_nobody_saw_may_be_left_out(clock: Clock) -> None:
    """Closed on the fifteenth, opened after the sixteenth was published: the fifteenth is no step
    back."""
    started(clock)
    assert started(clock, LAST, last=on(16)).as_of == LAST
    with pytest.raises(SpendSenseError, match="before"):
        started(clock, on(14), last=on(16))


@pytest.mark.parametrize("day", [FIRST - dt.timedelta(days=1), LAST + dt.timedelta(days=1)])
def test_a_day_that_is_not_published_is_refused(clock: Clock, day: dt.date) -> None:
    with pytest.raises(SpendSenseError, match=r"between 2026-01-01 and 2026-06-15"):
        started(clock, day)


def test_behind_a_rollback_it_shows_what_there_is(clock: Clock) -> None:
    started(clock, on(9))
    assert clock.view(first=FIRST, last=on(5)) == ClockView(on(5), on(5), is_following=True)
    assert clock.view(first=FIRST, last=LAST).as_of == on(9)


def test_of_another_world_nothing_was_shown(clock: Clock) -> None:
    started(clock, on(9))
    assert clock.shown_in("world") == on(9)
    assert clock.shown_in("another") is None
    clock.start(on(3), first=FIRST, last=LAST, world="another", is_reset=False)
    assert clock.view(first=FIRST, last=LAST).as_of == on(3)
