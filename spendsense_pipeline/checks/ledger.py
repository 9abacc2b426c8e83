"""What accounts close with on the days something posted, worked out from the rows again.

Accounts are numbered and days counted, so that "account and day" is one whole number; a ledger in
that order needs one running total over everything. Rows are read in the order they are stored, and
sorted only where that is another one.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from spendsense_pipeline.checks.running import CheckRun

    Words = npt.NDArray[np.int64]

# The accounts of some six thousand people: small enough that memory is used again, not grown.
ACCOUNTS_AT_ONCE = 20_000
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
        _fill(run, first=first, last=first + ACCOUNTS_AT_ONCE - 1)


def _fill(run: CheckRun, **accounts: int) -> None:
    """Write the closings of some accounts, in order of account and day."""
    import numpy as np

    day, change = _posted_days(*_columns(run, _POSTED, **accounts))
    numbers, openings, is_card = _columns(run, _OPENINGS, **accounts)
    (cuts,) = _columns(run, _CUTS, as_of=run.resolved.as_of, **accounts)
    eve = numbers * _DAYS + _day_number(run.resolved.history_start) - 1

    # two more kinds of row: the eve before everything else, a cut after what posted that day
    added = np.concatenate([eve, cuts])
    order = np.argsort(added, kind="stable")
    places = np.searchsorted(day, added, side="right")[order]
    changes = np.concatenate([openings, np.zeros_like(cuts)])[order]
    is_posted = np.insert(np.ones(day.size, dtype=np.uint8), places, 0)
    day = np.insert(day, places, added[order])
    change = np.insert(change, places, changes)

    # one running total over all accounts, less what stood there before each began
    total = np.cumsum(change)
    number = day // _DAYS
    begins = np.concatenate([[0], np.flatnonzero(np.diff(number)) + 1])
    before = np.where(begins > 0, total[begins - 1], 0)
    days_each = np.diff(begins, append=day.size)
    closing = total - np.repeat(before, days_each)
    # the last balance of an account lasts through as_of
    next_day = np.append(day[1:] % _DAYS, 0)
    next_day[np.append(begins[1:], day.size) - 1] = _day_number(run.resolved.as_of) + 1
    told = np.repeat(is_card == 1, days_each) | (closing < _LOW_CENTS)
    _write(
        run,
        account_day=day[told],
        change_cents=change[told],
        is_posted=is_posted[told],
        closing_cents=closing[told],
        next_day=next_day[told].astype(np.int32),
    )


def _posted_days(account_day: Words, change: Words) -> tuple[Words, Words]:
    """Sum rows to days, in order of account and day."""
    import numpy as np

    if not account_day.size:
        return account_day, change
    step = np.diff(account_day)
    if step.min(initial=0) < 0:  # stored in another order
        order = np.argsort(account_day, kind="stable")
        account_day, change = account_day[order], change[order]
        step = np.diff(account_day)
    starts = np.concatenate([[0], np.flatnonzero(step) + 1])
    return account_day[starts], np.add.reduceat(change, starts)


def _day_number(date: dt.date) -> int:
    return date.toordinal() - dt.date(1970, 1, 1).toordinal()


def _columns(run: CheckRun, query: str, **parameters: Any) -> list[Words]:
    """The columns of a query of whole numbers, none missing, as one array each."""
    import numpy as np

    found = run.con.sql(query, params=parameters)
    batches = list(found.to_arrow_reader(500_000))
    return [
        np.concatenate(
            [
                np.empty(0, dtype=np.int64),
                *(np.from_dlpack(batch.column(place)) for batch in batches),
            ]
        )
        for place in range(len(found.columns))
    ]


def _write(run: CheckRun, **columns: npt.NDArray[Any]) -> None:
    """Append arrays to `_checks_closings`."""
    import pyarrow as pa

    arrays = {
        name: pa.Array.from_buffers(
            pa.from_numpy_dtype(values.dtype), values.size, [None, pa.py_buffer(values)]
        )
        for name, values in columns.items()
    }
    run.con.register(
        "_checks_closings_arriving", pa.Table.from_arrays(list(arrays.values()), list(arrays))
    )
    run.con.execute(_WRITE)
    run.con.unregister("_checks_closings_arriving")
