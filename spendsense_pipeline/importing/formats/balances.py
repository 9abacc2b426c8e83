"""What accounts hold or owe, as far as exports say it: the running balance of the newest row, or
the sum of all rows where one of them opens the account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb

from spendsense_pipeline.importing.formats.accounts import FoundAccount
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.plaid.accounts import CREDIT, LOAN
from spendsense_pipeline.sql import QueryFolder

_QUERIES = QueryFolder(__package__)
BALANCE = "balance_current"


def state_balances(
    con: duckdb.DuckDBPyConnection,
    accounts: Sequence[FoundAccount],
    as_of: dt.date,
    where: str,
    report: ImportReport,
) -> None:
    """Give every account the balance its rows say, unless somebody said one."""
    day = {"as_of": as_of}
    _QUERIES.create(con, "running_balance", "running_balances.sql", day)
    _QUERIES.create(con, "summed_balance", "summed_balances.sql", day)
    running = dict(con.execute("select account_id, balance from running_balance").fetchall())
    whole = {account.account_id for account in accounts if account.has_whole_history}
    summed = {
        account_id: money_out
        for account_id, money_out, is_opened in con.execute(
            "select account_id, money_out, is_opened from summed_balance"
        ).fetchall()
        if is_opened or account_id in whole
    }
    # Of an account all of whose rows are pending nothing has posted.
    summed = dict.fromkeys(whole, "0.00") | summed
    unknown = []
    for account in accounts:
        if account.values.get(BALANCE) is not None:
            continue
        owes = account.type in (CREDIT, LOAN)
        balance = running.get(account.account_id)
        if balance is None and account.account_id in summed:
            balance = turned(summed[account.account_id], if_=not owes)
        elif balance is not None:
            balance = turned(balance, if_=owes)
        account.values[BALANCE] = balance
        if balance is None:
            unknown.append(account.label)
    if unknown:
        report.not_given(
            where,
            len(unknown),
            f"no balance of {', '.join(sorted(unknown)[:5])}: what follows from balances is "
            "unknown for them; give balance_current in an accounts.csv beside the exports",
        )


def turned(amount: str, *, if_: bool) -> str:
    """An amount, with the other sign where asked."""
    if not if_:
        return amount
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
