"""Days as the generator counts them: int32 offsets from `first_date`, and when banks are open.

Holds weekdays, months, US bank holidays and the nominal days of monthly events. Which event moves
to the previous and which to the next business day is for the behaviours to say.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags

Days = npt.NDArray[np.int32]
A = TypeVar("A", bound="npt.NDArray[Any]")

LONGEST_CLOSED_DAYS: Final = 4
"""No run of days on which US banks are closed is longer."""
PAD_DAYS: Final = 15
"""Days known on either side of the history, so that a schedule that starts up to ten days outside
still finds its business day."""
_PAD_MONTHS: Final = 2


@functools.cache
def bank_holidays(year: int) -> frozenset[date]:
    """US federal holidays of a year, observed days included (a superset of the Fed's)."""
    import holidays  # half a second, paid when a calendar is first asked about banks

    return frozenset(holidays.country_holidays("US", years=year, observed=True))


@dataclass(frozen=True)
class Calendar:
    """`days` days from `first_date` on. Arrays are over day index 0..days-1 and read-only."""

    first_date: date
    days: int

    def __post_init__(self) -> None:
        """A calendar has at least one day."""
        if self.days < 1:
            message = f"a calendar needs at least 1 day; it was given {self.days}"
            raise ValueError(message)

    @functools.cached_property
    def _padded_dates(self) -> npt.NDArray[np.datetime64]:
        start = np.datetime64(self.first_date, "D")
        return start + np.arange(-PAD_DAYS, self.days + PAD_DAYS)

    @functools.cached_property
    def _padded_open(self) -> Flags:
        """Whether banks are open, from PAD_DAYS before the start to PAD_DAYS after the end."""
        dates = self._padded_dates
        # One year more on each side: 1 January on a Saturday is observed on 31 December.
        first, last = (int(str(edge)[:4]) for edge in (dates[0], dates[-1]))
        closed = [day for year in range(first - 1, last + 2) for day in bank_holidays(year)]
        is_holiday = np.isin(dates, np.array(sorted(closed), dtype="datetime64[D]"))
        return _frozen(~is_holiday & (_weekday(dates) < 5))

    @functools.cached_property
    def dates(self) -> npt.NDArray[np.datetime64]:
        """The date of each day, `datetime64[D]`."""
        return _frozen(self._padded_dates[PAD_DAYS:-PAD_DAYS])

    @functools.cached_property
    def weekday(self) -> Days:
        """Day of the week, 0 = Monday: `[D]`."""
        return _frozen(_weekday(self.dates))

    @functools.cached_property
    def month_index(self) -> Days:
        """Calendar months since that of `first_date`: `[D]`."""
        months = self.dates.astype("datetime64[M]")
        return _frozen((months - months[0]).astype(np.int32))

    @functools.cached_property
    def month_of_year(self) -> Days:
        """Month of the year, 0 = January (the index into a 12-month seasonal profile): `[D]`."""
        return _frozen((self.dates.astype("datetime64[M]").astype(np.int64) % 12).astype(np.int32))

    @functools.cached_property
    def day_of_month(self) -> Days:
        """Day of the month, 1..31: `[D]`."""
        first = self.dates.astype("datetime64[M]").astype("datetime64[D]")
        return _frozen((self.dates - first).astype(np.int32) + np.int32(1))

    @functools.cached_property
    def _padded_previous(self) -> Days:
        """Last open day on or before each padded day (from the first open one on)."""
        index = np.arange(self._padded_open.size, dtype=np.int32)
        return _int32(np.maximum.accumulate(np.where(self._padded_open, index, 0)) - PAD_DAYS)

    @functools.cached_property
    def _padded_next(self) -> Days:
        """First open day on or after each padded day (up to the last open one)."""
        size = self._padded_open.size
        index = np.where(self._padded_open, np.arange(size, dtype=np.int32), np.int32(size))
        return _int32(np.minimum.accumulate(index[::-1])[::-1] - PAD_DAYS)

    def on_or_before(self, days: npt.ArrayLike) -> Days:
        """Roll days `[N]`, up to 10 outside the history too, back to a business day, as payroll."""
        return self._padded_previous[self._padded_index(days)]

    def on_or_after(self, days: npt.ArrayLike) -> Days:
        """Roll days `[N]`, up to 10 outside the history too, on to a business day, as bills."""
        return self._padded_next[self._padded_index(days)]

    def _padded_index(self, days: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Days further out than 10 are brought to 10: they fall outside the history either way."""
        index = np.minimum(np.maximum(days, -10), self.days + 9) + PAD_DAYS
        return np.asarray(index, dtype=np.int64)

    def contains(self, days: npt.ArrayLike) -> Flags:
        """Whether each day lies in the history: `[N]`."""
        at = np.asarray(days)
        inside: Flags = (at >= 0) & (at < self.days)
        return inside

    @functools.cached_property
    def month_count(self) -> int:
        """Calendar months the history touches."""
        return int(self.month_index[-1]) + 1

    @functools.cached_property
    def _padded_month_starts(self) -> Days:
        """First day of each month from two before the history to two after."""
        first = np.datetime64(self.first_date, "M")
        months = first + np.arange(-_PAD_MONTHS, self.month_count + _PAD_MONTHS + 1)
        return _int32((months.astype("datetime64[D]") - self.dates[0]).astype(np.int64))

    @functools.cached_property
    def month_starts(self) -> Days:
        """Day of the first of each month, `[M]`; that of month 0 is negative if we start later."""
        return _frozen(self._padded_month_starts[_PAD_MONTHS : _PAD_MONTHS + self.month_count])

    def clamp_day(self, month_idx: npt.ArrayLike, day: npt.ArrayLike) -> Days:
        """Day index of that day of that month, brought to the month's end in a short month.

        Args:
            month_idx: Months since that of first_date, from two before to two after the history.
            day: Day of the month, 1..31; broadcasts against the months.

        Returns:
            Days since first_date, in the shape both broadcast to: `[U, M]` from `[M]` and `[U,
            1]`.
        """
        month = np.asarray(month_idx, dtype=np.int64) + _PAD_MONTHS
        start = self._padded_month_starts[month]
        length = self._padded_month_starts[month + 1] - start
        return np.asarray(start + np.minimum(np.asarray(day), length) - 1, dtype=np.int32)

    def monthly(self, day_of_month: npt.ArrayLike) -> Days:
        """Nominal day of a monthly event in every month of the history: `[U] -> int32[U, M]`.

        In a partial first or last month the day may lie outside the history: see `contains`.
        """
        day = np.asarray(day_of_month)[..., np.newaxis]
        return self.clamp_day(np.arange(self.month_count), day)


@functools.lru_cache(maxsize=16)
def calendar_for(first_date: date, days: int) -> Calendar:
    """The calendar of a history, made once per process.

    Args:
        first_date: Day 0.
        days: How many days it knows.

    Returns:
        A shared, read-only calendar.
    """
    return Calendar(first_date, days)


def _int32(days: npt.ArrayLike) -> Days:
    return np.asarray(days, dtype=np.int32)


def _weekday(dates: npt.NDArray[np.datetime64]) -> Days:
    """Monday = 0; day 0 of the epoch was a Thursday."""
    return ((dates.astype(np.int64) + 3) % 7).astype(np.int32)


def _frozen(array: A) -> A:
    """The array, no longer writable: it is shared by everyone who asks for this calendar."""
    array.flags.writeable = False
    return array
