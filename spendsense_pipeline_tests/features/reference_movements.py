"""Pay, earners and moves between own accounts in plain Python: the part of `reference.py` that looks
beyond the window.
"""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
from collections import defaultdict
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
SAVINGS = {"savings", "money market", "cash management"}
PAY = {"INCOME_WAGES", "INCOME_SALARY", "INCOME_GIG_ECONOMY", "INCOME_CONTRACTOR"}
BENEFITS = {
    "INCOME_RETIREMENT_PENSION",
    "INCOME_UNEMPLOYMENT",
    "INCOME_LONG_TERM_DISABILITY",
    "INCOME_MILITARY",
}
NOMINAL = {
    "weekly": (7, 1.5),
    "biweekly": (14, 2),
    "semimonthly": (15.22, 2.5),
    "monthly": (30.44, 4.5),
}


def cents(amount: Any) -> int:
    exact = Decimal(amount) * 100
    whole = int(exact)
    assert whole == exact
    return whole


def is_savings(account: Row) -> bool:
    return account["type"] == "depository" and account["subtype"] in SAVINGS


def own_moves(accounts: list[Row], posted: list[Row]) -> set[str]:
    """Savings rows that are the other leg of a row on the person's own HSA or CD: per such row the
    nearest one of the opposite amount, at most six days away.
    """
    savings = {a["account_id"] for a in accounts if is_savings(a)}
    set_aside = {
        a["account_id"]
        for a in accounts
        if a["type"] == "depository" and a["subtype"] in ("hsa", "cd")
    }

    def legs(of: set[str]) -> list[tuple[Row, int]]:
        """The transfers on these accounts, each with its number among those alike on its day."""
        numbers: dict[Any, int] = defaultdict(int)
        found = []
        for t in sorted(posted, key=lambda t: t["transaction_id"]):
            moved = t["category_detailed"].startswith("TRANSFER_")
            if t["account_id"] in of and moved and "WITHDRAWAL" not in t["category_detailed"]:
                numbers[t["date"], t["amount"]] += 1
                found.append((t, numbers[t["date"], t["amount"]]))
        return found

    own = set()
    for theirs, number in legs(set_aside):
        near = [
            (
                theirs["transfer_id"] is None or mine["transfer_id"] != theirs["transfer_id"],
                abs((mine["date"] - theirs["date"]).days),
                mine["transaction_id"],
            )
            for mine, copy in legs(savings)
            if mine["amount"] == -theirs["amount"]
            and copy == number
            and abs((mine["date"] - theirs["date"]).days) <= 6
            and (
                None in (mine["transfer_id"], theirs["transfer_id"])
                or mine["transfer_id"] == theirs["transfer_id"]
            )
        ]
        if near:
            own.add(min(near)[2])
    return own


def income(
    accounts: list[Row],
    posted: list[Row],
    within: list[Row],
    as_of: dt.date,
    window: int,
    days: int | None,
) -> Row:
    banks = {a["account_id"] for a in accounts if a["type"] == "depository"}

    def received(rows: list[Row], codes: set[str]) -> list[Row]:
        return [
            t
            for t in rows
            if t["account_id"] in banks and t["amount"] < 0 and t["category_detailed"] in codes
        ]

    mine = _main_earner(received(posted, PAY), as_of)
    paydays = sorted({day for payer in mine for day in _paydays(payer)})
    completed = [(b, (b - a).days) for a, b in itertools.pairwise(paydays)]
    inside = [gap for later, gap in completed if (as_of - later).days < window]
    gap: float | None = None
    if inside:
        gap = statistics.median(inside)
    elif paydays:
        gap = max([(as_of - paydays[-1]).days] + [g for _, g in completed[-1:]])
    frequency = None
    if completed:
        assert gap is not None
        name, (nominal, room) = min(NOMINAL.items(), key=lambda item: abs(item[1][0] - gap))
        frequency = name if abs(gap - nominal) <= room else "irregular"
    checks = received(within, PAY)
    earned = -sum(cents(t["amount"]) for t in checks)
    benefits = -sum(cents(t["amount"]) for t in received(within, BENEFITS))
    own = [
        -cents(t["amount"]) for payer in mine for t in payer if (as_of - t["date"]).days < window
    ]
    return {
        "paycheck_count": len(checks) if banks and days else None,
        "median_pay_gap_days": gap,
        "pay_frequency": frequency,
        "income_monthly_usd": earned / 100 * 30 / days if banks and days else None,
        "income_variability": statistics.stdev(own) / statistics.mean(own)
        if len(own) > 1
        else None,
        "benefit_income_monthly_usd": benefits / 100 * 30 / days if banks and days else None,
    }


def _paydays(rows: list[Row]) -> list[dt.date]:
    """One payer's paydays: a deposit within three days of one belongs to it."""
    paydays: list[dt.date] = []
    for day in sorted(t["date"] for t in rows):
        if not paydays or (day - paydays[-1]).days > 3:
            paydays.append(day)
    return paydays


def _main_earner(paychecks: list[Row], as_of: dt.date) -> list[list[Row]]:
    """The paychecks, payer by payer, of whoever earned most in half a year."""
    by_payer: dict[str, list[Row]] = defaultdict(list)
    for t in sorted(paychecks, key=lambda t: t["merchant_name"].lower()):
        by_payer[t["merchant_name"].lower()].append(t)
    clients, employers = [], []
    for rows in by_payer.values():
        gaps = [(b - a).days for a, b in itertools.pairwise(_paydays(rows))]
        (clients if gaps and statistics.median(gaps) > 45 else employers).append(rows)
    together = [[rows] for rows in employers] + ([clients] if clients else [])

    def span(payers: list[list[Row]]) -> tuple[dt.date, dt.date]:
        days = [day for rows in payers for day in _paydays(rows)]
        return min(days), max(days)

    earners: list[list[list[Row]]] = []

    def began(payers: list[list[Row]]) -> tuple[dt.date, dt.date, str]:
        return (*span(payers), min(rows[0]["merchant_name"].lower() for rows in payers))

    for payers in sorted(together, key=began):
        first, last = span(payers)
        free = [e for e in earners if (min(span(e)[1], last) - first).days <= 60]
        stopped = [e for e in free if 0 < (first - span(e)[1]).days <= 60]
        if free:
            max(stopped or free, key=lambda e: span(e)[1]).extend(payers)
        else:
            earners.append(list(payers))

    def worth(earner: list[list[Row]]) -> tuple[int, dt.date]:
        rows = [t for payer in earner for t in payer]
        recent = [-cents(t["amount"]) for t in rows if (as_of - t["date"]).days < 180]
        return sum(recent), max(t["date"] for t in rows)

    return max(earners, key=worth, default=[])
