"""The feature definitions a second time, in plain Python over plain rows: slow, obvious, and sharing
no code with the package. A day is a loop step, a sum is a sum, money is integer cents.

Categories missing from a row are not inferred here; worlds with such rows are compared by hand.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from fractions import Fraction
from typing import Any

from spendsense_pipeline_tests.features.reference_card_payments import (
    CARD_PAYMENT,
    told_by_the_other_leg,
)
from spendsense_pipeline_tests.features.reference_movements import (
    Row,
    cents,
    income,
    is_savings,
    own_moves,
)


def features(
    raw: dict[str, list[Row]],
    streams: list[Row],
    as_of: dt.date,
    window: int,
    history_start: dt.date | None,
) -> dict[str, Row]:
    rows_of: dict[str, list[Row]] = defaultdict(list)
    for row in raw["transactions"]:
        rows_of[row["user_id"]].append(row)
    return {
        user["user_id"]: _of_user(
            user["user_id"],
            raw | {"transactions": rows_of[user["user_id"]]},
            streams,
            as_of,
            window,
            history_start,
        )
        for user in raw["users"]
        if user["consent_status"] == "granted"
    }


def _of_user(
    user: str,
    raw: dict[str, list[Row]],
    streams: list[Row],
    as_of: dt.date,
    window: int,
    start: dt.date | None,
) -> Row:
    accounts = [
        a
        for a in raw["accounts"]
        if a["user_id"] == user
        and a["holder_category"] != "business"
        and a["type"] in ("depository", "credit")
    ]
    mine = {a["account_id"]: a for a in accounts}
    posted = [
        t
        for t in raw["transactions"]
        if t["account_id"] in mine and not t["pending"] and t["date"] <= as_of
    ]
    paid = told_by_the_other_leg(posted, mine)
    posted = [
        t | {"category_detailed": CARD_PAYMENT} if t["transaction_id"] in paid else t
        for t in posted
    ]
    if start is None:
        start = min((t["date"] for t in posted), default=None)
    history = None if start is None else (as_of - start).days + 1
    days = None if history is None else min(window, history)
    within = [t for t in posted if (as_of - t["date"]).days < window]

    out: Row = {"history_days": history, "transaction_count": len(within)}
    spend = _spend(within)
    out["total_spend_usd"] = spend / 100 if accounts and days else None
    expenses = spend / 100 * 30 / days if accounts and days else None
    out["monthly_expenses_usd"] = expenses

    own = own_moves(accounts, posted)
    out |= _savings(accounts, within, own, days, expenses)
    out |= _credit(accounts, within, raw, as_of, window)
    out |= income(accounts, posted, within, as_of, window, days)
    checking = [a for a in accounts if a["type"] == "depository" and a["subtype"] == "checking"]
    held = _held(checking)
    out["cash_flow_buffer_months"] = (
        held / 100 / expenses
        if checking and held is not None and expenses and expenses > 0
        else None
    )
    primary_rows = _cash_flow(checking, within, as_of, days, out)
    charges = _subscriptions(user, streams, within, out, spend, bool(accounts and days))
    out["detected_behaviours"] = sum(
        [
            charges > 0,
            any(is_savings(mine[t["account_id"]]) for t in within),
            any(_is_card(mine[t["account_id"]]) for t in within),
            (out["paycheck_count"] or 0) > 0,
            primary_rows > 0,
        ]
    )
    out["inferred_category_share"] = (
        sum(t["category_detailed"] is None for t in within) / len(within) if within else None
    )
    return out


def _held(accounts: list[Row]) -> int | None:
    """Cents on these accounts; one that nobody knows leaves the sum unknown."""
    balances = [a["balance_current"] for a in accounts]
    return None if None in balances else sum(map(cents, balances))


def _is_card(account: Row) -> bool:
    return account["type"] == "credit" and account["subtype"] == "credit card"


def _spend(rows: list[Row]) -> int:
    total = 0
    for row in rows:
        amount, code = cents(row["amount"]), row["category_detailed"]
        if amount > 0:
            moved = code.startswith("TRANSFER_") and code != "TRANSFER_OUT_WITHDRAWAL"
            if not moved and code != "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT":
                total += amount
        elif not code.startswith(("INCOME_", "TRANSFER_", "LOAN_PAYMENTS_", "LOAN_DISBURSEMENTS_")):
            total += amount
    return total


def _savings(
    accounts: list[Row],
    within: list[Row],
    own: set[str],
    days: int | None,
    expenses: float | None,
) -> Row:
    names = (
        "savings_balance_usd",
        "savings_net_inflow_usd",
        "savings_net_inflow_monthly_usd",
        "savings_growth_rate",
        "emergency_fund_months",
    )
    held = {a["account_id"]: a for a in accounts if is_savings(a)}
    if not held:
        return dict.fromkeys(names)
    rows = [t for t in within if t["account_id"] in held]
    balance = _held(list(held.values()))
    opening = None if balance is None else balance + sum(cents(t["amount"]) for t in rows)
    inflow = -sum(
        cents(t["amount"])
        for t in rows
        if t["category_detailed"] != "INCOME_INTEREST_EARNED" and t["transaction_id"] not in own
    )
    return dict(
        zip(
            names,
            (
                None if balance is None else balance / 100,
                inflow / 100,
                inflow / 100 * 30 / days if days else None,
                inflow / opening if opening is not None and opening >= 100 else None,
                balance / 100 / expenses
                if balance is not None and expenses and expenses > 0
                else None,
            ),
            strict=True,
        )
    )


def _credit(
    accounts: list[Row], within: list[Row], raw: dict[str, list[Row]], as_of: dt.date, window: int
) -> Row:
    cards = [a for a in accounts if _is_card(a)]
    out: Row = {"card_count": len(cards)}
    names = (
        "max_utilization",
        "mean_utilization",
        "utilization_over_30",
        "utilization_over_50",
        "utilization_over_80",
        "interest_charged_usd",
        "minimum_payment_only",
        "is_overdue",
    )
    if not cards:
        return out | dict.fromkeys(names)
    used = [
        cents(c["balance_current"]) / cents(c["balance_limit"])
        if c["balance_current"] is not None
        and c["balance_limit"] is not None
        and c["balance_limit"] > 0
        else None
        for c in sorted(cards, key=lambda c: c["account_id"])
    ]
    known = [u for u in used if u is not None]
    all_known = len(known) == len(used)
    top = max(known, default=None)
    out["max_utilization"] = top if all_known or (top is not None and top >= 0.3) else None
    out["mean_utilization"] = sum(known) / len(known) if all_known else None
    for band in (30, 50, 80):
        reached = any(u >= band / 100 for u in known)
        out[f"utilization_over_{band}"] = True if reached else False if all_known else None
    ids = {c["account_id"] for c in cards}
    out["interest_charged_usd"] = (
        sum(
            cents(t["amount"])
            for t in within
            if t["account_id"] in ids and t["category_detailed"] == "BANK_FEES_INTEREST_CHARGE"
        )
        / 100
    )
    out["minimum_payment_only"] = _any_of(
        [_pays_minimum(c, within, raw, as_of, window) for c in cards]
    )
    overdue = {li["account_id"]: li["is_overdue"] for li in raw["liabilities"]}
    out["is_overdue"] = _any_of([overdue.get(c["account_id"]) for c in cards])
    return out


def _any_of(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False


def _pays_minimum(
    card: Row, within: list[Row], raw: dict[str, list[Row]], as_of: dt.date, window: int
) -> bool | None:
    key = card["account_id"]
    statements = sorted(
        (s for s in raw["statements"] if s["account_id"] == key and s["issued_on"] <= as_of),
        key=lambda s: s["issued_on"],
    )
    if not statements:
        told = [li for li in raw["liabilities"] if li["account_id"] == key]
        if not told or told[0]["last_payment_date"] is None:
            return None
        if (as_of - told[0]["last_payment_date"]).days >= window:
            return False
        return _is_minimum(
            told[0]["last_payment_amount"],
            told[0]["minimum_payment_amount"],
            told[0]["last_statement_balance"],
        )
    payments = [
        t
        for t in within
        if t["account_id"] == key
        and t["amount"] < 0
        and t["category_detailed"] == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    ]
    if not payments:
        return False
    answers = []
    for payment in payments:
        before = [s for s in statements if s["issued_on"] < payment["date"]]
        answers.append(
            _is_minimum(
                -payment["amount"],
                before[-1]["minimum_payment_amount"],
                before[-1]["statement_balance"],
            )
            if before
            else None
        )
    if False in answers:
        return False
    return None if None in answers else True


def _is_minimum(paid: Any, minimum: Any, balance: Any) -> bool | None:
    near = (
        None
        if paid is None or minimum is None
        else abs(Fraction(paid) - Fraction(minimum)) <= Fraction(minimum) / 20
    )
    if near is False:
        return False
    if balance is None or near is None:
        owed = None if balance is None else [balance > x for x in (paid, minimum) if x is not None]
        return False if owed and False in owed else None
    return balance > minimum and balance > paid


def _cash_flow(
    checking: list[Row], within: list[Row], as_of: dt.date, days: int | None, out: Row
) -> int:
    names = ("low_balance_day_share", "balance_volatility", "min_balance_usd", "mean_balance_usd")
    out |= dict.fromkeys(names)
    if not checking or not days:
        return 0
    rows: dict[str, list[Row]] = defaultdict(list)
    for t in within:
        rows[t["account_id"]].append(t)
    primary = min(checking, key=lambda a: (-len(rows[a["account_id"]]), a["account_id"]))
    mine = rows[primary["account_id"]]
    if primary["balance_current"] is None:
        return len(mine)
    net: dict[dt.date, int] = defaultdict(int)
    for t in mine:
        net[t["date"]] += cents(t["amount"])
    balance, closes = cents(primary["balance_current"]), []
    for back in range(days):
        closes.append(balance)
        balance += net[as_of - dt.timedelta(days=back)]
    mean = Fraction(sum(closes), days)
    out["low_balance_day_share"] = sum(c < 10000 for c in closes) / days
    if days > 1 and abs(mean) >= 100:
        variance = sum((c - mean) ** 2 for c in closes) / (days - 1)
        out["balance_volatility"] = math.sqrt(variance) / abs(float(mean))
    out["min_balance_usd"] = min(closes) / 100
    out["mean_balance_usd"] = float(mean / 100)
    return len(mine)


def _subscriptions(
    user: str, streams: list[Row], within: list[Row], out: Row, spend: int, is_seen: bool
) -> int:
    running = [
        s for s in streams if s["user_id"] == user and s["is_active"] and s["status"] == "MATURE"
    ]
    days = {
        "WEEKLY": 7,
        "BIWEEKLY": 14,
        "SEMI_MONTHLY": 15.22,
        "MONTHLY": 30.44,
        "ANNUALLY": 365.25,
    }

    def monthly(kind: str) -> float:
        return sum(
            float(s["average_amount"]) * 30.44 / days[s["frequency"]]
            for s in running
            if s["kind"] == kind
        )

    subscriptions = [s for s in running if s["kind"] == "subscription"]
    ids = {key for s in subscriptions for key in s["transaction_ids"]}
    charges = [cents(t["amount"]) for t in within if t["transaction_id"] in ids]
    out["subscription_count"] = len(subscriptions) if is_seen else None
    out["monthly_subscription_spend_usd"] = monthly("subscription") if is_seen else None
    out["recurring_bill_count"] = sum(s["kind"] == "bill" for s in running) if is_seen else None
    out["monthly_bills_usd"] = monthly("bill") if is_seen else None
    out["subscription_spend_share"] = sum(charges) / spend if is_seen and spend > 0 else None
    return len(charges)
