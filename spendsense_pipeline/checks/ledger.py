"""What accounts close with on the days something posted, worked out from the rows again.

Accounts are numbered and days counted, so that "account and day" is one whole number; in that order
one running total over all rows will do.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from spendsense_pipeline.checks.running import CheckRun

    Words = npt.NDArray[np.int64]

# Some thirty thousand people: what is kept of them takes a hundred megabytes.
ACCOUNTS_AT_ONCE = 100_000
# Arrays of two megabytes: small enough that memory is used again instead of asked for anew.
_ROWS_AT_ONCE = 250_000
_LOW_CENTS = 10_000  # what is asked of bank accounts is asked below zero or below $100
_DAYS = 65536  # more days than there are between 1970 and 2149

_POSTED = """
select
  account.account_number::bigint * 65536 + (row.date - date '1970-01-01') as account_day,
  cast(row.amount * 100 as bigint) * case when account.type = 'credit' then 1 else -1 end
    as change_cents
from raw_transactions as row
join _checks_accounts as account on account.account_id = row.account_id
where not row.pending and account.account_number between $first and $last
order by account_day
"""
_OPENINGS = """
select
  account_number::bigint as account_number,
  coalesce(opening_cents, 0) as opening_cents,
  (type = 'credit')::bigint as is_card
from _checks_accounts
where account_number between $first and $last
order by account_number
"""
_CUTS = """
select
  account.account_number::bigint * 65536 + (statement.issued_on + 1 - date '1970-01-01')
    as account_day
from card_statements as statement
join _checks_accounts as account on account.account_id = statement.account_id
where statement.issued_on < $as_of and account.account_number between $first and $last
order by account_day
"""
_CLOSINGS = """
create or replace temp table _checks_closings (
  account_number integer,
  date date,
  change_cents bigint,
  is_posted boolean,
  closing_cents bigint,
  next_date date
)
"""
_WRITE = """
insert into _checks_closings
select
  cast(account_day // 65536 as integer),
  date '1970-01-01' + cast(account_day % 65536 as integer),
  change_cents,
  is_posted::boolean,
  closing_cents,
  date '1970-01-01' + next_day
from _checks_closings_arriving
"""


def stage_closings(run: CheckRun) -> None:
    """Fill `_checks_closings`: what accounts close with on a day, and the day it next changes.

    Holds every day of a card, but only those days on which a bank account closes below $100.
    Besides the days something posted there is the eve of history, with the opening balance, and the
    day after each card statement, so that no stretch of equal balance crosses the end of a billing
    cycle. Where two of these meet, the first lasts for no days.
    """
    run.con.execute(_CLOSINGS)
    [(accounts,)] = run.con.execute("select count(*) from _checks_accounts").fetchall()
    for first in range(1, accounts + 1, ACCOUNTS_AT_ONCE):
        last = min(accounts, first + ACCOUNTS_AT_ONCE - 1)
        _write(run, _closings(run, first, last))


@dataclass(frozen=True)
class _Closings:
    """What `_checks_closings` holds, as arrays of one length."""

    account_day: Words
    change_cents: Words
    is_posted: npt.NDArray[np.uint8]
    closing_cents: Words
    next_day: npt.NDArray[np.int32]


def _closings(run: CheckRun, first: int, last: int) -> list[_Closings]:
    """The closings of accounts with these numbers, some accounts at a time."""
    import numpy as np

    numbers, openings, is_card = _columns(run, _OPENINGS, first=first, last=last)
    (cuts,) = _columns(run, _CUTS, as_of=run.resolved.as_of, first=first, last=last)
    eve, end = _day_number(run.resolved.history_start) - 1, _day_number(run.resolved.as_of) + 1
    found = []
    done = 0
    for day, change, upto in _whole_accounts(run, first, last):
        own = slice(done, int(np.searchsorted(numbers, upto, side="right")))
        from_cut, to_cut = np.searchsorted(cuts, [(first + done) * _DAYS, (upto + 1) * _DAYS])
        accounts = _Accounts(numbers[own], openings[own], is_card[own], cuts[from_cut:to_cut])
        found.append(_run_through(accounts, *_summed(day, change), eve=eve, end=end))
        done = own.stop
    return found


def _whole_accounts(run: CheckRun, first: int, last: int) -> Iterator[tuple[Words, Words, int]]:
    """Rows by account and day, never part of an account, with the number of the last account."""
    import numpy as np

    waiting_days: Words = np.empty(0, dtype=np.int64)
    waiting_changes: Words = np.empty(0, dtype=np.int64)
    rows = run.con.sql(_POSTED, params={"first": first, "last": last})
    for batch in rows.to_arrow_reader(_ROWS_AT_ONCE):
        day: Words = np.concatenate([waiting_days, np.from_dlpack(batch.column(0))])
        change: Words = np.concatenate([waiting_changes, np.from_dlpack(batch.column(1))])
        # more of the last account may be on its way
        number = int(day[-1] // _DAYS)
        whole = int(np.searchsorted(day, number * _DAYS))
        yield day[:whole], change[:whole], number - 1
        waiting_days, waiting_changes = day[whole:], change[whole:]
    yield waiting_days, waiting_changes, last


def _summed(account_day: Words, change: Words) -> tuple[Words, Words]:
    """One row per account and day."""
    import numpy as np

    if not account_day.size:
        return account_day, change
    starts = np.concatenate([[0], np.flatnonzero(np.diff(account_day)) + 1])
    return account_day[starts], np.add.reduceat(change, starts)


@dataclass(frozen=True)
class _Accounts:
    """Consecutive accounts, and the days (of any of them) on which a stretch is cut."""

    numbers: Words
    openings: Words
    is_card: Words
    cuts: Words


def _run_through(
    accounts: _Accounts, day: Words, change: Words, *, eve: int, end: int
) -> _Closings:
    """Balances of these accounts, whose days with posted rows and their sums are given."""
    import numpy as np

    # two more kinds of row: the eve of history, and cuts, after what posted that day
    added = np.concatenate([accounts.numbers * _DAYS + eve, accounts.cuts])
    order = np.argsort(added, kind="stable")
    places = np.searchsorted(day, added, side="right")[order]
    changes = np.concatenate([accounts.openings, np.zeros_like(accounts.cuts)])[order]
    is_posted = np.insert(np.ones(day.size, dtype=np.uint8), places, 0)
    day = np.insert(day, places, added[order])
    change = np.insert(change, places, changes)

    # one running total over all accounts, less what stood there before each began
    total = np.cumsum(change)
    begins = np.searchsorted(day, accounts.numbers * _DAYS)
    days_each = np.diff(begins, append=day.size)
    before = np.where(begins > 0, total[begins - 1], 0)
    closing = total - np.repeat(before, days_each)
    next_day = np.append(day[1:] % _DAYS, end)
    next_day[begins[1:] - 1] = end  # the last balance of an account lasts through as_of

    told = np.repeat(accounts.is_card == 1, days_each) | (closing < _LOW_CENTS)
    return _Closings(
        day[told],
        change[told],
        is_posted[told],
        closing[told],
        next_day[told].astype(np.int32),
    )


def _day_number(date: dt.date) -> int:
    return date.toordinal() - dt.date(1970, 1, 1).toordinal()


def _columns(run: CheckRun, query: str, **parameters: Any) -> list[Words]:
    """The columns of a query of whole numbers, none missing, as one array each."""
    import numpy as np

    found = run.con.sql(query, params=parameters)
    batches = list(found.to_arrow_reader(_ROWS_AT_ONCE))
    none = np.empty(0, dtype=np.int64)
    return [
        np.concatenate([none, *(np.from_dlpack(batch.column(place)) for batch in batches)])
        for place in range(len(found.columns))
    ]


def _write(run: CheckRun, closings: list[_Closings]) -> None:
    """Append to `_checks_closings`."""
    import pyarrow as pa

    names = [field.name for field in fields(_Closings)]
    batches = []
    for some in closings:
        columns = [getattr(some, name) for name in names]
        # from_buffers, because `pa.array` would load pandas
        arrays = [
            pa.Array.from_buffers(
                pa.from_numpy_dtype(column.dtype), column.size, [None, pa.py_buffer(column)]
            )
            for column in columns
        ]
        batches.append(pa.RecordBatch.from_arrays(arrays, names))
    run.con.register("_checks_closings_arriving", pa.Table.from_batches(batches))
    run.con.execute(_WRITE)
    run.con.unregister("_checks_closings_arriving")
