"""Closing balances are those a bank would print, in whatever order rows are stored."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.checks import ledger
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline_tests.builders import AS_OF
from spendsense_pipeline_tests.checks.populations import a_configuration

START = a_configuration().history_start
SPAN = (AS_OF - START).days
ACCOUNTS = {
    "bank": ("depository", 500_00),
    "card": ("credit", 20_00),
    "idle": ("depository", -5_00),
}

Row = tuple[str, int, int, bool]
_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["bank", "card"]),
        st.integers(0, SPAN),
        st.integers(-600_00, 600_00),
        st.booleans(),
    ),
    max_size=30,
)


def a_run(rows: list[Row], cuts: list[int]) -> CheckRun:
    """Accounts, their rows as (account, day, cents, pending) and days on which the card is billed."""
    con = duckdb.connect()
    con.execute(
        "create table raw_accounts (account_id varchar, user_id varchar, type varchar, "
        "subtype varchar, holder_category varchar, opening_balance decimal(12,2), "
        "balance_limit decimal(12,2))"
    )
    con.execute(
        "create table raw_transactions "
        "(account_id varchar, date date, amount decimal(12,2), pending boolean)"
    )
    con.execute("create table card_statements (account_id varchar, issued_on date)")
    for name, (kind, cents) in ACCOUNTS.items():
        con.execute(
            "insert into raw_accounts values (?, 'u', ?, 'checking', 'personal', ? / 100, 100)",
            [name, kind, cents],
        )
    for account, day, cents, pending in rows:
        con.execute(
            "insert into raw_transactions values (?, ?, ? / 100, ?)",
            [account, START + dt.timedelta(day), cents, pending],
        )
    for day in cuts:
        con.execute("insert into card_statements values ('card', ?)", [START + dt.timedelta(day)])
    return CheckRun(con, a_configuration())


def balances(run: CheckRun) -> dict[tuple[str, dt.date], int]:
    """What is known of every account on every day, from the stretches between changes."""
    stretches = run.rows(
        "select account_id, date, next_date, closing_cents from _checks_closings "
        "join _checks_accounts using (account_number) order by account_number, date"
    )
    known: dict[tuple[str, dt.date], int] = {}
    for row in stretches:
        day = row["date"]
        while day < row["next_date"]:
            assert (row["account_id"], day) not in known  # each day is told once
            known[row["account_id"], day] = row["closing_cents"]
            day += dt.timedelta(1)
    return known


def expected(rows: list[Row]) -> dict[tuple[str, dt.date], int]:
    """The same, day by day: cards always, bank accounts below $100."""
    known = {}
    for account, (kind, balance) in ACCOUNTS.items():
        for number in range(-1, SPAN + 1):
            sign = 1 if kind == "credit" else -1
            balance += sign * sum(
                cents
                for whose, day, cents, pending in rows
                if whose == account and day == number and not pending
            )
            if kind == "credit" or balance < 100_00:
                known[account, START + dt.timedelta(number)] = balance
    return known


@settings(deadline=None, max_examples=40)
@given(_ROWS, st.lists(st.integers(0, SPAN + 3), max_size=3), st.sampled_from([1, 2, 100]))
def test_balances_are_known_on_every_day(rows: list[Row], cuts: list[int], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "ACCOUNTS_AT_ONCE", at_once)
        patch.setattr(ledger, "_ROWS_AT_ONCE", at_once)
        run = a_run(rows, cuts)
        assert balances(run) == expected(rows)
        run.con.close()


def test_no_stretch_crosses_the_end_of_a_billing_cycle() -> None:
    run = a_run([("card", 3, 10_00, False), ("card", 40, 10_00, False)], [10, SPAN])
    stretches = run.rows(
        "select date, next_date, is_posted, change_cents from _checks_closings "
        "join _checks_accounts using (account_number) where account_id = 'card' order by date"
    )
    found = [
        ((row["date"] - START).days, (row["next_date"] - START).days, row["is_posted"])
        for row in stretches
    ]
    assert found == [(-1, 3, False), (3, 11, True), (11, 40, False), (40, SPAN + 1, True)]
    assert [row["change_cents"] for row in stretches] == [20_00, 10_00, 0, 10_00]


def test_no_accounts_have_no_closings() -> None:
    run = a_run([], [])
    run.con.execute("delete from raw_accounts")
    found: list[dict[str, Any]] = run.rows("select account_number from _checks_closings")
    assert found == []
