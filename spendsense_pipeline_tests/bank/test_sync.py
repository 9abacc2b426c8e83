"""Apps that sync over HTTP while the clock moves: random people, days and page sizes.

What they must have is worked out here from the dataset's own rows, in Python: which were posted by a
day, which were pending on it, and what balances that makes.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, START, Bank, serving
from spendsense_pipeline_tests.fixtures.published_data import rows_of

Row = dict[str, Any]


@dataclass
class App:
    """An app that keeps one person's rows as Plaid's guide says."""

    bank: Bank
    user_id: str
    count: int
    cursor: str | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.token or self.bank.link(self.user_id, products=("transactions",))

    def sync(self) -> None:
        added, removed, self.cursor = self.bank.sync(self.token, self.cursor, count=self.count)
        for row in added:
            assert row["transaction_id"] not in self.rows
            self.rows[row["transaction_id"]] = row
        for gone in removed:
            assert self.rows.pop(gone["transaction_id"])["account_id"] == gone["account_id"]
        self.added.update(row["transaction_id"] for row in added)
        self.removed.update(row["transaction_id"] for row in removed)


def expected(data_dir: Path, user_id: str, day: dt.date) -> dict[str, tuple[Any, ...]]:
    """By id what a bank shows on a day: account, date, amount in cents, whether it is pending, and
    which pending row it was."""
    found = {}
    holds = rows_of(
        data_dir,
        "select pending_transaction_id, account_id, authorized_date, authorized_amount, vanished_on"
        " from pending_truth where user_id = ?",
        user_id,
    )
    for key, account, since, amount, until in holds:
        if since <= day and (until is None or day < until):
            found[key] = (account, since, int(amount * 100), True, None)
    for key, account, date, since, amount, then, is_pending, was in rows_of(
        data_dir,
        "select transaction_id, account_id, date, authorized_date, amount, authorized_amount,"
        " pending, pending_transaction_id from raw_transactions where user_id = ?",
        user_id,
    ):
        if is_pending:
            if since <= day:
                found[key] = (account, since, int(amount * 100), True, None)
        elif date <= day:
            found[key] = (account, date, int(amount * 100), False, was)
        elif was is not None and since <= day:
            found[was] = (account, since, int(then * 100), True, None)
    return found


def as_expected(row: Row) -> tuple[Any, ...]:
    return (
        row["account_id"],
        dt.date.fromisoformat(row["date"]),
        round(row["amount"] * 100),
        row["pending"],
        row["pending_transaction_id"],
    )


def assert_balances_reconcile(app: App, data_dir: Path) -> None:
    opening = {
        account: (kind, cents)
        for account, kind, cents in rows_of(
            data_dir,
            "select account_id, type, cast(opening_balance * 100 as bigint) from raw_accounts"
            " where user_id = ?",
            app.user_id,
        )
    }
    accounts = app.bank.get("/accounts/get", access_token=app.token)["accounts"]
    assert accounts
    for account in accounts:
        kind, cents = opening[account["account_id"]]
        rows = [row for row in app.rows.values() if row["account_id"] == account["account_id"]]
        moved = sum(round(row["amount"] * 100) for row in rows if not row["pending"])
        current = cents + (moved if kind in ("credit", "loan") else -moved)
        assert round(account["balances"]["current"] * 100) == current, account
        waiting = sum(max(round(row["amount"] * 100), 0) for row in rows if row["pending"])
        if kind == "depository":
            assert round(account["balances"]["available"] * 100) == current - waiting
        elif kind == "credit":
            limit = round(account["balances"]["limit"] * 100)
            assert round(account["balances"]["available"] * 100) == limit - current - waiting


def assert_has_what_there_is(app: App, day: dt.date) -> None:
    data_dir = app.bank.settings.data_dir
    there = {key: as_expected(row) for key, row in app.rows.items()}
    assert there == expected(data_dir, app.user_id, day)
    shown: list[Row] = []
    total: int | None = None
    while total is None or len(shown) < total:
        answer = app.bank.get(
            "/transactions/get",
            access_token=app.token,
            start_date=START - dt.timedelta(days=10),
            end_date=day,
            options={"count": 500, "offset": len(shown)},
        )
        shown += answer["transactions"]
        total = answer["total_transactions"]
    assert len(shown) == len(app.rows)
    assert {row["transaction_id"]: row for row in shown} == app.rows
    assert shown == sorted(shown, key=lambda row: row["date"], reverse=True)


def people(data_dir: Path) -> list[str]:
    found = rows_of(
        data_dir, "select user_id from raw_users where consent_status = 'granted' order by 1"
    )
    return [user_id for (user_id,) in found]


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 9))]
)
def test_apps_have_what_there_is_on_every_day(settings: Settings, seed: int) -> None:
    drawn = random.Random(seed)
    day = AS_OF - dt.timedelta(days=drawn.randrange(25, 60))
    with serving(settings, as_of=day) as bank:
        chosen = drawn.sample(people(settings.data_dir), 3)
        apps = [App(bank, user_id, drawn.choice([7, 40, 100, 500])) for user_id in chosen]
        while True:
            for app in apps:
                app.sync()
                assert_has_what_there_is(app, day)
                assert_balances_reconcile(app, settings.data_dir)
            if day == AS_OF:
                break
            days = min(drawn.choice([1, 1, 2, 3, 7, 14]), (AS_OF - day).days)
            day += dt.timedelta(days=days)
            moved = bank.get("/sandbox/clock/advance", days=days)
            assert moved["as_of"] == day.isoformat()
        for app in apps:
            # Whatever was added and is not there any more was removed, once.
            gone = app.added.keys() - app.rows.keys()
            assert set(app.added.values()) == {1}
            assert app.removed == Counter(dict.fromkeys(gone, 1))
            # Pending rows went when they posted, under an id that names them.
            posted = {row["pending_transaction_id"] for row in app.rows.values()} - {None}
            assert gone & posted
            # Who comes now, at once, has the same.
            late = App(bank, app.user_id, 500)
            late.sync()
            assert late.rows == app.rows
            assert not late.removed


def test_nothing_before_what_was_asked_for(bank: Bank) -> None:
    data_dir = bank.settings.data_dir
    user_id = people(data_dir)[0]
    first = AS_OF - dt.timedelta(days=29)
    everything = {
        key: row for key, row in expected(data_dir, user_id, AS_OF).items() if row[1] >= first
    }
    for asked in ({"days_requested": 30}, {"start_date": first}):
        app = App(bank, user_id, 100, token=bank.link(user_id, transactions=asked))
        app.sync()
        assert {key: as_expected(row) for key, row in app.rows.items()} == everything


def test_one_account_has_a_stream_of_its_own(bank: Bank) -> None:
    user_id = people(bank.settings.data_dir)[0]
    token = bank.link(user_id)
    every, _, cursor = bank.sync(token)
    for account in bank.get("/accounts/get", access_token=token)["accounts"]:
        of_it = bank.get(
            "/transactions/sync",
            access_token=token,
            count=500,
            options={"account_id": account["account_id"]},
        )
        wanted = [row for row in every if row["account_id"] == account["account_id"]]
        assert of_it["added"] == wanted[:500]
        # A cursor of one stream is none of another.
        assert (
            bank.error("/transactions/sync", access_token=token, cursor=of_it["next_cursor"])
            == bank.error(
                "/transactions/sync",
                access_token=token,
                cursor=cursor,
                options={"account_id": account["account_id"]},
            )
            == "INVALID_FIELD"
        )


def test_now_begins_where_transactions_get_ended(settings: Settings) -> None:
    with serving(settings, as_of=AS_OF - dt.timedelta(days=4)) as bank:
        user_id = people(settings.data_dir)[0]
        token = bank.link(user_id)
        added, removed, cursor = bank.sync(token, "now")
        assert (added, removed) == ([], [])
        before = {row["transaction_id"] for row in bank.sync(token)[0]}
        bank.get("/sandbox/clock/advance", to=AS_OF)
        added, removed, _ = bank.sync(token, cursor)
        now = {row["transaction_id"] for row in bank.sync(token)[0]}
        assert {row["transaction_id"] for row in added} == now - before
        assert {row["transaction_id"] for row in removed} == before - now


def test_the_banks_own_line_is_shown_on_request(bank: Bank) -> None:
    token = bank.link()
    for path, more in (
        ("/transactions/sync", {}),
        ("/transactions/get", {"start_date": START, "end_date": AS_OF}),
    ):
        [plain, asked] = (
            bank.get(path, access_token=token, options=options, **more)
            for options in ({}, {"include_original_description": True})
        )
        name = "added" if path.endswith("sync") else "transactions"
        assert all("original_description" not in row for row in plain[name])
        assert [row["original_description"] for row in asked[name]] == [
            row["name"] for row in plain[name]
        ]


def test_what_an_app_creates_is_synced_and_counted(bank: Bank) -> None:
    user_id = people(bank.settings.data_dir)[0]
    app = App(bank, user_id, 100)
    app.sync()
    held = {
        account["account_id"]: account["balances"]
        for account in bank.get("/accounts/get", access_token=app.token)["accounts"]
    }
    there = set(app.rows)
    bank.get(
        "/sandbox/transactions/create",
        access_token=app.token,
        transactions=[
            {
                "date_transacted": AS_OF - dt.timedelta(days=1),
                "date_posted": AS_OF,
                "amount": amount,
                "description": description,
            }
            for amount, description in ((12.34, "COFFEE"), (-100, "REFUND"))
        ],
    )
    app.sync()
    new = [row for key, row in app.rows.items() if key not in there]
    assert [(row["amount"], row["name"], row["pending"]) for row in new] == [
        (12.34, "COFFEE", False),
        (-100, "REFUND", False),
    ]
    assert_balances_reconcile(app, bank.settings.data_dir)
    [account_id] = {row["account_id"] for row in new}
    now = {
        account["account_id"]: account
        for account in bank.get("/accounts/get", access_token=app.token)["accounts"]
    }
    assert now[account_id]["subtype"] == "checking"
    gained = Decimal(str(now[account_id]["balances"]["current"])) - Decimal(
        str(held[account_id]["current"])
    )
    assert gained == Decimal("87.66")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("date_posted", "2026-06-16", "between"),
        ("date_transacted", "2020-01-01", "between"),
        ("amount", 1.005, "whole cents"),
        ("account_id", "nobody's", "no account of this Item"),
    ],
)
def test_what_cannot_be_created_is_refused_whole(
    bank: Bank, field: str, value: object, said: str
) -> None:
    token = bank.link()
    before = bank.sync(token)[0]
    good = {
        "date_transacted": "2026-06-14",
        "date_posted": "2026-06-15",
        "amount": 1.0,
        "description": "TEA",
    }
    status, answer = bank.ask(
        "/sandbox/transactions/create",
        access_token=token,
        transactions=[good, good | {field: value}],
    )
    assert status == 400
    assert said in answer["error_message"]
    assert bank.sync(token)[0] == before
