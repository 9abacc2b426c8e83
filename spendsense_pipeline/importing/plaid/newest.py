"""Accounts, liabilities and loans as the newest response shows them: by their own date, else by the
order of the pulls.

What bears no date of its own is of no earlier day than what was pulled before it. Whether it was
pulled before is known within a series of files (`sync_1`, `sync_2`), and between series (`accounts`
and `sync_2`) where all names bear a date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from spendsense_pipeline.importing.plaid.findings import ACCOUNTS, Finding, Findings
from spendsense_pipeline.importing.plaid.rows import PlaidAccount, PlaidLiability, PlaidLoan
from spendsense_pipeline.importing.values import EARLIEST_DATE

STALE_AFTER_DAYS = 3  # a weekend and a holiday: banks refresh a balance on business days
# A balance of the evening in America bears the next day's date in UTC.
_WEST_OF_GREENWICH = dt.timedelta(hours=5)
REMEDY_AS_OF = "Pull again on the day of --as-of, or give the day of the balance as --as-of."
AFTER_AS_OF = Finding(ACCOUNTS, "the only balance is dated after as_of", REMEDY_AS_OF)
PASSED_OVER = Finding(
    ACCOUNTS, "a balance dated after as_of is passed over for an earlier one", REMEDY_AS_OF
)
STALE = Finding(
    ACCOUNTS,
    f"the newest balance is more than {STALE_AFTER_DAYS} days older than as_of",
    REMEDY_AS_OF,
)
WHICH_IS_LATER = Finding(
    ACCOUNTS,
    "another balance in a file whose name does not say which is later: taken is one with a date, "
    "else the last by name",
    "Put the day of the pull into the files' names, or remove the older files.",
)
UNREADABLE_DATE = Finding(
    ACCOUNTS,
    "last_updated_datetime is no time: the order of the pulls is taken",
    "Save the response as Plaid wrote it.",
)
_Shown = TypeVar("_Shown", PlaidAccount, PlaidLiability, PlaidLoan)


@dataclass(frozen=True)
class Sighting(Generic[_Shown]):
    """What one response shows.

    Attributes:
        row: the account, liability or loan.
        file: the file it stands in.
        own_time: when it says it is of, in UTC.
        time: when it is of at the earliest: its own time, or the latest known before it.
    """

    row: _Shown
    file: str
    own_time: dt.datetime | None
    time: dt.datetime


class Sightings(Generic[_Shown]):
    """Everything shown of one account, in the order of the pulls.

    Attributes:
        is_dated: whether the names of all files say when they were pulled.
    """

    def __init__(self, *, is_dated: bool) -> None:
        self.is_dated = is_dated
        self.all: list[Sighting[_Shown]] = []
        self._latest: dict[str, dt.datetime] = {}

    def see(self, row: _Shown, file: str, own_time: dt.datetime | None) -> None:
        """One response more."""
        series = "" if self.is_dated else _series(file)
        before = self._latest.get(series, _BEGINNING)
        time = own_time or before
        self._latest[series] = max(before, time)
        self.all.append(Sighting(row, file, own_time, time))

    def newest(
        self, is_wanted: Callable[[Sighting[_Shown]], bool] = lambda _: True
    ) -> Sighting[_Shown]:
        """The newest that is wanted, or the newest of all."""
        wanted = [each for each in self.all if is_wanted(each)] or self.all
        return max(enumerate(wanted), key=lambda each: (each[1].time, each[0]))[1]


_BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)


def time_of(text: str | None) -> dt.datetime | None:
    """A time as Plaid writes it, in UTC; None where there is none, or none that can be read."""
    try:
        time = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if time.year < EARLIEST_DATE.year:  # the zero of a client's language, such as the year 1
        return None
    return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)


def newest_account(
    sightings: Sightings[PlaidAccount], as_of: dt.date, findings: Findings
) -> Sighting[PlaidAccount]:
    """The account as it was at as_of, by what is known; what is odd about that is noted."""
    chosen = sightings.newest(lambda each: not _is_after(each.time, as_of))
    own = chosen.own_time
    about = f"{chosen.row.where}: balance of {chosen.time.date()}"
    if _is_after(chosen.time, as_of):
        findings.add(AFTER_AS_OF, f"{about}, as_of {as_of}")
    elif any(each.own_time and _is_after(each.own_time, as_of) for each in sightings.all):
        findings.add(PASSED_OVER, chosen.row.where)
    if own and (as_of - own.date()).days > STALE_AFTER_DAYS:
        findings.add(STALE, f"{about}, {(as_of - own.date()).days} days before as_of")
    rival = _rival(sightings, chosen)
    if rival is not None:
        shown = f"{chosen.row.balance_current}, {rival.row.balance_current} in {rival.file}"
        findings.add(WHICH_IS_LATER, f"{chosen.row.where}: {shown}")
    return chosen


def _is_after(time: dt.datetime, as_of: dt.date) -> bool:
    return time > _BEGINNING and (time - _WEST_OF_GREENWICH).date() > as_of


def _rival(
    sightings: Sightings[PlaidAccount], chosen: Sighting[PlaidAccount]
) -> Sighting[PlaidAccount] | None:
    """The last of another series that shows another balance and may be the later one."""
    last = {_series(each.file): each for each in sightings.all}
    rivals = (
        each
        for series, each in last.items()
        if series != _series(chosen.file)
        and None in (each.own_time, chosen.own_time)
        and _balances(each.row) != _balances(chosen.row)
    )
    return None if sightings.is_dated else next(rivals, None)


def _series(file: str) -> str:
    """A file's name without its numbers: `sync_1` and `sync_2` are of one series."""
    return re.sub(r"\d+", "#", file)


def _balances(row: PlaidAccount) -> tuple[str | None, ...]:
    return row.balance_current, row.balance_available, row.balance_limit
