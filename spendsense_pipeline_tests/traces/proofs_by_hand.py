"""Evidence recomputed from the raw rows it names, in plain Python, feature by feature."""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.plaid.categories import CARD_PAYMENT, EARNED_INCOME_CODES, NOT_SPEND_CODES
from spendsense_pipeline_tests.features.reference_card_payments import told_by_the_other_leg
from spendsense_pipeline_tests.features.reference_movements import own_moves
from spendsense_pipeline_tests.fixtures.rows import Row
from spendsense_pipeline_tests.fixtures.traced_people import Trace

NOT_REFUNDS = ("INCOME", "TRANSFER_", "LOAN_")


class Books:
    """The raw rows and streams a trace may point at, by id."""

    def __init__(self, con: duckdb.DuckDBPyConnection, *, has_categories: bool = True) -> None:
        self.has_categories = has_categories

        def rows(query: str) -> list[Row]:
            cursor = con.execute(query)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        self.transactions = {t["transaction_id"]: t for t in rows("from raw_transactions")}
        self.accounts = {a["account_id"]: a for a in rows("from raw_accounts")}
        self.streams = {s["stream_id"]: s for s in rows("from recurring_streams")}
        self.overdue = {
            row["account_id"]: row["is_overdue"] for row in rows("from raw_liabilities")
        }
        self.by_account: dict[str, list[Row]] = {}
        for t in self.transactions.values():
            self.by_account.setdefault(t["account_id"], []).append(t)
        self.own_moves: set[str] = set()
        """Savings rows whose other leg is on an HSA or certificate of the same person."""
        self.card_payments: set[str] = set()
        """Rows of no telling category that pay a card, told by the payment's other leg."""
        if has_categories:
            self._pair_legs()

    def _pair_legs(self) -> None:
        of_person: dict[str, dict[str, Row]] = {}
        for key, account in self.accounts.items():
            if account["holder_category"] != "business":
                of_person.setdefault(account["user_id"], {})[key] = account
        for accounts in of_person.values():
            rows = [t for key in accounts for t in self.by_account.get(key, [])]
            posted = [t for t in rows if not t["pending"]]
            self.own_moves |= own_moves([*accounts.values()], posted)
            self.card_payments |= told_by_the_other_leg(posted, accounts)


def cents(amount: Any) -> int:
    return round(float(amount) * 100)


def discrepancies(books: Books, trace: Trace) -> list[str]:
    """What the evidence of a trace does not prove; [] when it closes."""
    problems = []
    entries = {entry["feature"]: entry for entry in trace["evidence"]}
    for feature, entry in entries.items():
        try:
            PROVE[feature](books, trace, entry, entries)
        except AssertionError as error:
            problems.append(f"{trace['user_id']} {trace['window_days']} {feature}: {error}")
    return problems


def _of(books: Books, trace: Trace, entry: Row) -> list[Row]:
    """The named transactions, after checking that they are the person's, posted and in time."""
    rows = [books.transactions[i] for i in entry["ids"]]
    assert len(set(entry["ids"])) == len(rows)
    for row in rows:
        assert row["user_id"] == trace["user_id"]
        assert not row["pending"]
        assert row["date"] <= _as_of(trace)
    return rows


def _in_window(trace: Trace, row: Row) -> bool:
    return bool(
        _as_of(trace) - dt.timedelta(days=trace["window_days"]) < row["date"] <= _as_of(trace)
    )


def _as_of(trace: Trace) -> dt.date:
    return dt.date.fromisoformat(trace["as_of"])


def _close(actual: float, expected: float) -> None:
    assert actual == pytest.approx(expected, rel=1e-9, abs=1e-9)


def _sum(rows: list[Row]) -> int:
    return sum(cents(row["amount"]) for row in rows)


def _interest(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    rows = _of(books, trace, entry)
    assert all(_in_window(trace, row) for row in rows)
    if books.has_categories:
        assert all(row["category_detailed"] == "BANK_FEES_INTEREST_CHARGE" for row in rows)
    assert _sum(rows) == cents(entry["value"])


def _net_inflow(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    rows = _of(books, trace, entry)
    assert all(_in_window(trace, row) for row in rows)
    _close(-_sum(rows) / 100 * 30 / entry["days"], entry["value"])


def _share(books: Books, trace: Trace, entry: Row, entries: dict[str, Row]) -> None:
    rows = _of(books, trace, entry)
    assert all(_in_window(trace, row) for row in rows)
    _close(_sum(rows) / cents(entries["total_spend_usd"]["value"]), entry["value"])


def _pay_gap(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    rows = _of(books, trace, entry)
    assert all(row["amount"] < 0 for row in rows)
    if books.has_categories:
        assert all(row["category_detailed"] in EARNED_INCOME_CODES for row in rows)
    days = sorted(_paydays(rows))
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
    inside = [
        gap for gap, day in zip(gaps, days[1:], strict=True) if _in_window(trace, {"date": day})
    ]
    open_gap = (_as_of(trace) - days[-1]).days
    expected = statistics.median(inside) if inside else max([open_gap, *gaps[-1:]])
    _close(expected, entry["value"])


def _paydays(rows: list[Row]) -> set[dt.date]:
    """What one payer pays within three days of a payday belongs to it."""
    paydays: dict[str, list[dt.date]] = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        known = paydays.setdefault(row["merchant_name"] or row["name"], [])
        if not known or (row["date"] - known[-1]).days > 3:
            known.append(row["date"])
    return {day for days in paydays.values() for day in days}


def _minimum(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    for row in _of(books, trace, entry):
        assert _in_window(trace, row)
        assert (
            not books.has_categories
            or row["category_detailed"] == CARD_PAYMENT
            or row["transaction_id"] in books.card_payments
        )
        assert books.accounts[row["account_id"]]["type"] == "credit"


def _utilization(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    [account] = [books.accounts[i] for i in entry["ids"]]
    assert account["user_id"] == trace["user_id"]
    _close(float(account["balance_current"]) / float(account["balance_limit"]), entry["value"])


def _overdue(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    assert bool(entry["ids"]) == entry["value"]
    assert all(books.overdue[i] for i in entry["ids"])
    assert all(books.accounts[i]["user_id"] == trace["user_id"] for i in entry["ids"])


def _count_of(books: Books, _: Trace, entry: Row, __: Any) -> None:
    known = books.streams if entry["kind"] == "streams" else books.accounts
    assert len({i for i in entry["ids"] if i in known}) == entry["value"]


def _monthly_cost(books: Books, _: Trace, entry: Row, __: Any) -> None:
    streams = [books.streams[i] for i in entry["ids"]]
    assert all(s["kind"] == "subscription" for s in streams)
    _close(
        sum(float(s["average_amount"]) * 30.44 / s["cadence_days"] for s in streams), entry["value"]
    )


def _referred(books: Books, trace: Trace, entry: Row) -> list[Row]:
    """Posted rows of the accounts in the window, after checking count, sum and opening balance."""
    reference = entry["reference"]
    assert reference["window"]["through"] == trace["as_of"]
    assert all(books.accounts[i]["user_id"] == trace["user_id"] for i in reference["account"])
    posted = [
        row
        for account in reference["account"]
        for row in books.by_account.get(account, [])
        if not row["pending"] and _in_window(trace, row)
    ]
    counted = [row for row in posted if _counts(reference["rows"], row, books)]
    if books.has_categories or reference["rows"] == "all":
        assert len(counted) == reference["row_count"]
        assert _sum(counted) == cents(reference["sum"])
    if reference["opening"] is not None:
        closing = sum(cents(books.accounts[i]["balance_current"]) for i in reference["account"])
        assert cents(reference["opening"]) - _sum(posted) == closing
    return posted


def _counts(rows: str, row: Row, books: Books) -> bool:
    code = row["category_detailed"] or ""
    if rows == "spend":
        if books.accounts[row["account_id"]]["type"] not in ("depository", "credit"):
            return False
        if row["transaction_id"] in books.card_payments:
            return False
        if row["amount"] > 0:
            return code not in NOT_SPEND_CODES
        return not code.startswith(NOT_REFUNDS)
    if rows == "all":
        return True
    return code != "INCOME_INTEREST_EARNED" and row["transaction_id"] not in books.own_moves


def _spend(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    _referred(books, trace, entry)
    assert cents(entry["reference"]["sum"]) == cents(entry["value"])


def _buffer(books: Books, trace: Trace, entry: Row, entries: dict[str, Row]) -> None:
    _referred(books, trace, entry)
    reference = entry["reference"]
    balance = reference["opening"] - reference["sum"]
    monthly = entries["total_spend_usd"]["value"] * 30 / entry["days"]
    _close(balance / monthly, entry["value"])


def _growth(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    _referred(books, trace, entry)
    _close(-entry["reference"]["sum"] / entry["reference"]["opening"], entry["value"])


def _closes(books: Books, trace: Trace, entry: Row) -> list[int]:
    rows = _referred(books, trace, entry)
    first = _as_of(trace) - dt.timedelta(days=entry["days"] - 1)
    opening = cents(entry["reference"]["opening"])
    days = [first + dt.timedelta(days=i) for i in range(entry["days"])]
    return [opening - _sum([row for row in rows if row["date"] <= day]) for day in days]


def _low_days(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    closes = _closes(books, trace, entry)
    _close(sum(close < 100_00 for close in closes) / len(closes), entry["value"])


def _swings(books: Books, trace: Trace, entry: Row, _: Any) -> None:
    closes = _closes(books, trace, entry)
    expected = statistics.stdev(closes) / abs(statistics.mean(closes))
    assert entry["value"] == pytest.approx(expected, rel=1e-6, abs=1e-6)


PROVE: dict[str, Callable[[Books, Trace, Row, dict[str, Row]], None]] = {
    "interest_charged_usd": _interest,
    "savings_net_inflow_monthly_usd": _net_inflow,
    "subscription_spend_share": _share,
    "median_pay_gap_days": _pay_gap,
    "minimum_payment_only": _minimum,
    "max_utilization": _utilization,
    "is_overdue": _overdue,
    "subscription_count": _count_of,
    "card_count": _count_of,
    "monthly_subscription_spend_usd": _monthly_cost,
    "total_spend_usd": _spend,
    "cash_flow_buffer_months": _buffer,
    "savings_growth_rate": _growth,
    "low_balance_day_share": _low_days,
    "balance_volatility": _swings,
}
