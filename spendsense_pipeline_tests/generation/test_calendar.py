"""Day offsets agree with the standard library's dates and with the banks' calendar."""

from __future__ import annotations

import calendar as stdlib_calendar
from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.generation.calendar import Calendar, bank_holidays, calendar_for

STARTS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def _date_of(cal: Calendar, day: int) -> date:
    """The date of a day index, inside the history or not."""
    return cal.first_date + timedelta(days=int(day))


def _is_open(day: date) -> bool:
    """Independent of the module: asks the holidays library day by day."""
    return day.weekday() < 5 and day not in holidays.country_holidays("US", years=day.year)


@given(STARTS, st.integers(1, 900))
@settings(max_examples=40, deadline=None)
def test_days_agree_with_the_standard_library(start: date, days: int) -> None:
    """Date, weekday, month and day of month of every day."""
    cal = Calendar(start, days)
    dates = [start + timedelta(days=d) for d in range(days)]
    assert cal.dates.tolist() == dates
    assert cal.weekday.tolist() == [d.weekday() for d in dates]
    assert cal.day_of_month.tolist() == [d.day for d in dates]
    assert cal.month_of_year.tolist() == [d.month - 1 for d in dates]
    months = [(d.year - start.year) * 12 + d.month - start.month for d in dates]
    assert cal.month_index.tolist() == months
    assert cal.month_count == months[-1] + 1
    assert [_date_of(cal, d) for d in cal.month_starts] == sorted({d.replace(day=1) for d in dates})
    for array in (cal.weekday, cal.day_of_month, cal.month_index, cal.on_or_after(np.arange(days))):
        assert array.dtype == np.int32
        assert array.shape == (days,)


@given(STARTS, st.integers(1, 120))
@settings(max_examples=25, deadline=None)
def test_business_days_are_found_on_both_sides_of_the_edges(start: date, days: int) -> None:
    """Rolling by hand with the holidays library gives the same days, outside the history too."""
    cal = Calendar(start, days)
    for offset in {-10, -3, 0, 1, days // 2, days - 1, days + 2, days + 9}:
        day = start + timedelta(days=offset)
        before, after = day, day
        while not _is_open(before):
            before -= timedelta(days=1)
        while not _is_open(after):
            after += timedelta(days=1)
        assert _date_of(cal, int(cal.on_or_before(offset))) == before
        assert _date_of(cal, int(cal.on_or_after(offset))) == after


def test_known_bank_holidays() -> None:
    """Independence Day 2021 was a Sunday, observed on Monday; New Year 2028 on Friday before."""
    cal = Calendar(date(2021, 6, 30), 10)
    saturday, monday = 3, 5  # 3 and 5 July
    assert cal.on_or_before(monday) < monday
    assert _date_of(cal, int(cal.on_or_after(saturday))) == date(2021, 7, 6)
    assert date(2027, 12, 31) in bank_holidays(2027)
    new_year = Calendar(date(2027, 12, 20), 12)  # ends on the observed holiday
    assert new_year.on_or_before(11) == 10
    assert new_year.on_or_after(11) == 14  # Monday 3 January 2028, outside the history


def test_no_run_of_closed_days_outgrows_the_padding() -> None:
    """Forty years: at most four closed days in a row, so ten days' notice always suffices."""
    cal = Calendar(date(2010, 1, 1), 40 * 365)
    days = np.arange(cal.days)
    assert (cal.on_or_after(days) - days).max() <= 4
    assert (days - cal.on_or_before(days)).max() <= 4


@given(STARTS, st.integers(28, 800), st.lists(st.integers(1, 31), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_monthly_falls_on_the_day_or_the_months_last(
    start: date, days: int, days_of_month: list[int]
) -> None:
    """One day per user and month, clamped in short months; clamp_day knows two months more."""
    cal = Calendar(start, days)
    schedule = cal.monthly(np.array(days_of_month))
    assert schedule.shape == (len(days_of_month), cal.month_count)
    assert schedule.dtype == np.int32
    for user, wanted in enumerate(days_of_month):
        for month in range(-2, cal.month_count + 2):
            year, index = divmod(start.year * 12 + start.month - 1 + month, 12)
            last = stdlib_calendar.monthrange(year, index + 1)[1]
            expected = date(year, index + 1, min(wanted, last))
            assert _date_of(cal, int(cal.clamp_day(month, wanted))) == expected
            if 0 <= month < cal.month_count:
                assert _date_of(cal, int(schedule[user, month])) == expected
    assert (cal.contains(schedule) == ((schedule >= 0) & (schedule < days))).all()


def test_a_longer_history_begins_like_a_shorter_one() -> None:
    """A day's facts do not depend on where the history ends."""
    short, long = Calendar(date(2025, 3, 1), 200), Calendar(date(2025, 3, 1), 231)
    for name in ("weekday", "month_index", "day_of_month"):
        assert (getattr(short, name) == getattr(long, name)[:200]).all(), name
    days = np.arange(200)
    assert (short.on_or_before(days) == long.on_or_before(days)).all()
    assert (short.on_or_after(days) == long.on_or_after(days)).all()
    day = np.arange(1, 32)
    assert (short.monthly(day) == long.monthly(day)[:, : short.month_count]).all()


def test_calendars_are_shared_and_read_only() -> None:
    """One calendar per (start, days), which nobody can spoil for the others."""
    cal = calendar_for(date(2025, 1, 1), 30)
    assert cal is calendar_for(date(2025, 1, 1), 30)
    with pytest.raises(ValueError, match="read-only"):
        cal.weekday[0] = 6
    with pytest.raises(ValueError, match="at least 1 day"):
        Calendar(date(2025, 1, 1), 0)
