"""Random ledgers pulled in random pieces come back as a plain fold over the pulls says."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    AS_OF,
    a_sync,
    a_transaction,
    an_account,
    read,
)
from spendsense_pipeline_tests.fixtures.seeds import seeds

Row = dict[str, Any]
FIRST_DAY = dt.date(2026, 1, 1)


class Bank:
    """An account's ledger that changes, and a history of what was told of it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.truth: dict[str, Row] = {}
        self.balance = 0.0
        self.balance_time: dt.datetime | None = None
        self.pulls: list[Row] = []
        self.rows_told = 0
        self.ids = iter(range(10_000))

    def a_row(self, key: str) -> Row:
        day = FIRST_DAY + dt.timedelta(days=self.random.randrange(170))
        amount = self.random.randrange(-200_000, 20_000) / 100
        name = self.random.choice(["SHOP", "CAFE", "ACME PAYROLL"])
        return a_transaction(key, amount, day.isoformat(), name=name)

    def night(self) -> None:
        """What happens between two pulls, told in pages; some pages are told twice."""
        added, modified, removed = [], [], []
        for _ in range(self.random.randrange(6)):
            row = self.a_row(f"t{next(self.ids)}")
            added.append(row)
            if self.random.random() < 0.2:  # the same once more, as another row
                added.append(row | {"transaction_id": f"t{next(self.ids)}"})
        known = sorted(self.truth)
        for key in self.random.sample(known, min(len(known), self.random.randrange(3))):
            if self.random.random() < 0.5:
                modified.append(self.a_row(key))
            else:
                removed.append(key)
        gone = sorted({key for pull in self.pulls for key in _removed(pull)} - set(self.truth))
        if gone and self.random.random() < 0.3:
            added.append(self.a_row(self.random.choice(gone)))
        self.random.shuffle(added)
        for row in added + modified:
            self.truth[row["transaction_id"]] = row
        for key in removed:
            del self.truth[key]
        changes = [("added", r) for r in added] + [("modified", r) for r in modified]
        self.tell(changes + [("removed", key) for key in removed])

    def tell(self, changes: list[tuple[str, Any]]) -> None:
        while changes or self.random.random() < 0.2:
            size = self.random.randrange(1, 5)
            page: dict[str, list[Any]] = {"added": [], "modified": [], "removed": []}
            for kind, content in changes[:size]:
                page[kind].append(content)
            changes = changes[size:]
            self.append(a_sync(**page, accounts=self.an_account()))
            if self.random.random() < 0.2 and not page["removed"]:
                self.append(a_sync(**page, accounts=self.an_account()))
        if self.truth and self.random.random() < 0.3:
            keys = self.random.sample(sorted(self.truth), self.random.randrange(len(self.truth)))
            body = {"accounts": self.an_account(), "transactions": [self.truth[k] for k in keys]}
            self.append(body)

    def an_account(self) -> list[Row]:
        """A balance of some earlier or later day, or of no day; the truth is the newest."""
        if self.random.random() < 0.3:
            return []
        balance = self.random.randrange(-50_000, 900_000) / 100
        time = None
        if self.random.random() < 0.5:
            day = AS_OF - dt.timedelta(days=self.random.randrange(60))
            time = dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)
        beginning = dt.datetime.min.replace(tzinfo=dt.UTC)
        if time is None or time >= (self.balance_time or beginning):
            self.balance = balance
            self.balance_time = time or self.balance_time
        stamp = time.isoformat().replace("+00:00", "Z") if time else None
        return [an_account(current=balance, balances={"last_updated_datetime": stamp})]

    def append(self, pull: Row) -> None:
        self.rows_told += sum(len(pull.get(k, [])) for k in ("added", "modified", "transactions"))
        self.pulls.append(pull)

    def files(self) -> dict[str, Any]:
        """The pulls as numbered files, dated files, one list, or one line each."""
        form = self.random.choice(["numbered", "dated", "list", "lines", "folders"])
        if form == "list":
            return {"ann/pulls.json": self.pulls}
        if form == "lines":
            return {"ann/pulls.jsonl": "\n".join(json.dumps(pull) for pull in self.pulls)}
        if form == "dated":
            # names that would sort otherwise but for their dates
            return {
                f"ann/{self.random.choice('xyz')}_{FIRST_DAY + dt.timedelta(days=n)}.json": pull
                for n, pull in enumerate(self.pulls)
            }
        folder = "ann/item/" if form == "folders" else "ann/"
        return {f"{folder}sync_{n}.json": pull for n, pull in enumerate(self.pulls, 1)}


def _removed(pull: Row) -> list[str]:
    return [each["transaction_id"] for each in pull.get("removed", [])]


@pytest.mark.parametrize("seed", seeds(8, 80))
def test_what_is_read_is_what_stands_after_every_pull(seed: int) -> None:
    bank = Bank(seed)
    bank.append(a_sync(accounts=bank.an_account() or [an_account(current=bank.balance)]))
    for _ in range(bank.random.randrange(1, 15)):
        bank.night()
    found = read(bank.files())

    def told(row: Row) -> tuple[Any, ...]:
        return (row["transaction_id"], row["date"], round(float(row["amount"]), 2), row["name"])

    assert sorted(map(told, found.tables["transactions"])) == sorted(map(told, bank.truth.values()))
    assert found.balances == {"chk": bank.balance}
    # every row that was told of is in the table or among the lines set aside
    lines = Counter({line.text: line.rows for line in found.report if line.outcome == "set aside"})
    left_out = sum(rows for text, rows in lines.items() if "holds nothing" not in text)
    assert len(found.tables["transactions"]) + left_out == bank.rows_told
