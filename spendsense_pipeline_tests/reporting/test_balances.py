"""Balances over time, cash flow and what is coming, recomputed from raw rows."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from spendsense_pipeline.plaid.categories import EARNED_INCOME_CODES
from spendsense_pipeline.reporting.balances import balances_of, bills_of, paydays_of
from spendsense_pipeline.reporting.cash_flow import flow_between, months_of, spending_of
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables.raw import RAW_ACCOUNTS, RAW_TRANSACTIONS, RAW_USERS
from spendsense_pipeline_tests.fixtures.imported_data import an_import_config
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    a_transaction,
    a_user,
    an_account,
    insert,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
from spendsense_pipeline_tests.reporting.made_readers import a_reader


def consenting(reader: DatasetReader) -> list[str]:
    return [user for (user,) in reader.con.execute("select user_id from features_180d").fetchall()]


def test_every_line_ends_at_the_balance_and_runs_back_by_the_rows(
    reader: DatasetReader, settings: Settings, person: str
) -> None:
    lines = balances_of(reader, settings, person).accounts
    assert lines
    for line in lines:
        [account] = reader.rows(
            "select * from raw_accounts where account_id = $id", {"id": line.account_id}
        )
        moved: dict[dt.date, Decimal] = defaultdict(Decimal)
        for row in reader.rows(
            "select date, amount from raw_transactions where account_id = $id and not pending",
            {"id": line.account_id},
        ):
            moved[row["date"]] += row["amount"] if line.is_owed else -row["amount"]
        held = account["balance_current"]
        assert line.days()[-1] == reader.dataset.as_of
        for day, balance in reversed(list(zip(line.days(), line.balances_usd, strict=True))):
            assert balance == held, (line.account_id, day)
            held -= moved[day]


def test_the_primary_account_is_the_one_features_judge(
    reader: DatasetReader, settings: Settings
) -> None:
    for user_id in consenting(reader):
        [feature] = reader.rows(
            "select mean_balance_usd, min_balance_usd, low_balance_day_share "
            "from features_180d where user_id = $user_id",
            {"user_id": user_id},
        )
        balances = balances_of(reader, settings, user_id)
        primary = balances.primary_checking
        assert primary is not None
        closes = [float(balance) for balance in primary.balances_usd]
        days = min(len(closes), 180)
        judged = closes[-days:]
        assert min(judged) == pytest.approx(feature["min_balance_usd"], abs=0.01)
        assert statistics.fmean(judged) == pytest.approx(feature["mean_balance_usd"], abs=0.01)
        low = [day for day in balances.low_days if day > half_a_year_ago(reader)]
        assert len(low) / days == pytest.approx(feature["low_balance_day_share"], abs=1e-4)
        assert set(balances.overdraft_days) <= set(balances.low_days)


def half_a_year_ago(reader: DatasetReader) -> dt.date:
    return reader.dataset.as_of - dt.timedelta(days=180)


def test_paydays_are_the_days_pay_arrived(reader: DatasetReader) -> None:
    for user_id in consenting(reader):
        paid: dict[dt.date, Decimal] = defaultdict(Decimal)
        for row in reader.rows(
            "select date, amount, category_detailed from raw_transactions join raw_accounts "
            "using (account_id) where raw_transactions.user_id = $user_id and not pending "
            "and type = 'depository' and holder_category is distinct from 'business'",
            {"user_id": user_id},
        ):
            if row["amount"] < 0 and row["category_detailed"] in EARNED_INCOME_CODES:
                paid[row["date"]] -= row["amount"]
        assert {day.date: day.amount_usd for day in paydays_of(reader, user_id)} == dict(paid)


def test_bills_are_charges_of_the_person(reader: DatasetReader, person: str) -> None:
    bills = bills_of(reader, person)
    own = {
        row["transaction_id"]: row["amount"]
        for row in reader.rows(
            "select transaction_id, amount from raw_transactions where user_id = $user_id",
            {"user_id": person},
        )
    }
    assert bills
    assert {bill.kind for bill in bills} <= {"bill", "subscription"}
    assert all(own[bill.transaction_id] == bill.amount_usd for bill in bills)
    assert [bill.date for bill in bills] == sorted(bill.date for bill in bills)


def test_spending_by_category_adds_up_to_spend(reader: DatasetReader) -> None:
    """The feature counts the same rows; only what a month's window begins with is another's."""
    as_of = reader.dataset.as_of
    for user_id in consenting(reader):
        flow = flow_between(reader, user_id, after=as_of - dt.timedelta(days=30), through=as_of)
        [spend] = reader.rows(
            "select total_spend_usd from features_30d where user_id = $user_id",
            {"user_id": user_id},
        )
        total = float(sum(each.spend_usd for each in flow.categories))
        assert total == pytest.approx(spend["total_spend_usd"], abs=0.01), user_id
        months = {month.month: month for month in months_of(reader, user_id)}
        assert {each.month for each in spending_of(reader, user_id)} <= set(months)


def test_an_import_without_balances_says_why(tmp_path: Path) -> None:
    reader, settings = a_reader(an_import_config()), settings_in(tmp_path)
    insert(reader.con, RAW_USERS, [a_user()])
    insert(reader.con, RAW_ACCOUNTS, [an_account(balance_current=None, opening_balance=None)])
    insert(reader.con, RAW_TRANSACTIONS, [a_transaction("3.00", AS_OF)])
    balances = balances_of(reader, settings, "user_0000")
    assert balances.accounts == ()
    assert balances.note is not None
    assert "import says neither" in balances.note


def test_balances_of_fewer_days_say_from_when(tmp_path: Path) -> None:
    reader, settings = a_reader(), settings_in(tmp_path)
    insert(reader.con, RAW_USERS, [a_user()])
    insert(reader.con, RAW_ACCOUNTS, [an_account()])
    reader.con.execute(
        "insert into account_balances select account_id, $day, 5 from raw_accounts", {"day": AS_OF}
    )
    note = balances_of(reader, settings, "user_0000").note
    assert note is not None
    assert f"from {AS_OF} on" in note


def test_nothing_is_shown_of_who_revoked(revoked: tuple[Settings, str]) -> None:
    settings, user_id = revoked
    with open_dataset(settings) as reader:
        balances = balances_of(reader, settings, user_id)
    assert balances.withheld is not None
    assert (balances.accounts, balances.paydays, balances.bills, balances.life_events) == ((),) * 4
