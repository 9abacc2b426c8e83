"""Ledgers written as banks and apps write them, by rules of their own: none of our code is used."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """What truly happened: `cents` is positive for money out."""

    date: dt.date
    cents: int
    name: str

    @property
    def size(self) -> str:
        """The amount without a sign."""
        return f"{abs(self.cents) // 100}.{abs(self.cents) % 100:02d}"

    @property
    def spent_negative(self) -> str:
        return f"-{self.size}" if self.cents > 0 else self.size

    @property
    def spent_positive(self) -> str:
        return self.size if self.cents > 0 else f"-{self.size}"

    @property
    def us_date(self) -> str:
        return f"{self.date:%m/%d/%Y}"


Moves = Sequence[Move]


def _csv(header: Sequence[str] | None, rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _newest_first(moves: Moves) -> list[Move]:
    return list(reversed(moves))


def _balances(moves: Moves, opening: int = 100_000) -> dict[int, str]:
    """The money held after each move, by its place."""
    held, after = opening, {}
    for place, move in enumerate(moves):
        held -= move.cents
        after[place] = f"{held / 100:.2f}"
    return after


def chase_checking(moves: Moves) -> str:
    balance = _balances(moves)
    rows = [
        (
            "DEBIT" if move.cents > 0 else "CREDIT",
            move.us_date,
            move.name,
            move.spent_negative,
            "ACH_DEBIT" if move.cents > 0 else "ACH_CREDIT",
            balance[place],
            "",
            "",  # rows end with one comma more than the header
        )
        for place, move in enumerate(moves)
    ]
    header = [
        "Details",
        "Posting Date",
        "Description",
        "Amount",
        "Type",
        "Balance",
        "Check or Slip #",
    ]
    return _csv(header, rows[::-1])


def chase_card(moves: Moves) -> str:
    return _csv(
        ["Transaction Date", "Post Date", "Description", "Category", "Type", "Amount", "Memo"],
        [
            (m.us_date, m.us_date, m.name, "Shopping", "Sale", m.spent_negative, "")
            for m in _newest_first(moves)
        ],
    )


def bank_of_america_checking(moves: Moves) -> str:
    balance = _balances(moves)
    summary = 'Description,,Summary Amt.\nBeginning balance as of 01/01/2026,,"1,000.00"\nTotal credits,,"0.00"\n\n'
    rows: list[tuple[str, ...]] = [
        (moves[0].us_date, "Beginning balance as of 01/01/2026", "", "1,000.00")
    ]
    rows += [
        (
            m.us_date,
            m.name,
            f"{-m.cents / 100:,.2f}",
            f"{float(balance[place]):,.2f}",
        )
        for place, m in enumerate(moves)
    ]
    return summary + _csv(["Date", "Description", "Amount", "Running Bal."], rows)


def bank_of_america_card(moves: Moves) -> str:
    return _csv(
        ["Posted Date", "Reference Number", "Payee", "Address", "Amount"],
        [(m.us_date, "2444", m.name, "", m.spent_negative) for m in _newest_first(moves)],
    )


def capital_one_card(moves: Moves) -> str:
    return _csv(
        [
            "Transaction Date",
            "Posted Date",
            "Card No.",
            "Description",
            "Category",
            "Debit",
            "Credit",
        ],
        [
            (
                m.date,
                m.date,
                "1234",
                m.name,
                "Other",
                m.size if m.cents > 0 else "",
                "" if m.cents > 0 else m.size,
            )
            for m in _newest_first(moves)
        ],
    )


def capital_one_360(moves: Moves) -> str:
    balance = _balances(moves)
    rows = [
        (
            "8765",
            m.name,
            f"{m.date:%m/%d/%y}",
            "Debit" if m.cents > 0 else "Credit",
            m.size,
            balance[place],
        )
        for place, m in enumerate(moves)
    ]
    header = "Account Number,Transaction Description,Transaction Date,Transaction Type,Transaction Amount,Balance"
    return _csv(header.split(","), rows[::-1])


def capital_one_360_signed(moves: Moves) -> str:
    balance = _balances(moves)
    rows = [
        (
            "8765",
            f"{m.date:%m/%d/%y}",
            m.spent_negative,
            "Debit" if m.cents > 0 else "Credit",
            m.name,
            balance[place],
        )
        for place, m in enumerate(moves)
    ]
    header = "Account Number,Transaction Date,Transaction Amount,Transaction Type,Transaction Description,Balance"
    return _csv(header.split(","), rows[::-1])


def wells_fargo(moves: Moves) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows((m.us_date, m.spent_negative, "*", "", m.name) for m in _newest_first(moves))
    return text.getvalue()


def amex(moves: Moves) -> str:
    return _csv(
        ["Date", "Description", "Amount"],
        [(m.us_date, m.name, m.spent_positive) for m in _newest_first(moves)],
    )


def amex_wide(moves: Moves) -> str:
    header = "Date,Description,Card Member,Account #,Amount,Extended Details,Appears On Your Statement As,Address,City/State,Zip Code,Country,Reference,Category"
    rows = [
        (
            m.us_date,
            m.name,
            "A B",
            "-71002",
            m.spent_positive,
            "two\nlines",
            m.name,
            "",
            "",
            "",
            "",
            "'1'",
            "",
        )
        for m in _newest_first(moves)
    ]
    return _csv(header.split(","), rows)


def discover(moves: Moves) -> str:
    text = _csv(
        ["Trans. Date", "Post Date", "Description", "Amount", "Category"],
        [
            (m.us_date, m.us_date, m.name, m.spent_positive, "Merchandise")
            for m in _newest_first(moves)
        ],
    )
    first, *rest = text.splitlines()
    return "\n".join([f"\t{first}", *(f"\t\t{line}" for line in rest)]) + "\n"


def citi(moves: Moves) -> str:
    return _csv(
        ["Status", "Date", "Description", "Debit", "Credit", "Member Name"],
        [
            (
                "Cleared",
                m.us_date,
                m.name,
                m.size if m.cents > 0 else "",
                "" if m.cents > 0 else f"-{m.size}",
                "A B",
            )
            for m in _newest_first(moves)
        ],
    )


def mint(moves: Moves) -> str:
    header = "Date,Description,Original Description,Amount,Transaction Type,Category,Account Name,Labels,Notes"
    rows = [
        (
            f"{m.date.month}/{m.date.day:02d}/{m.date.year}",
            m.name.title(),
            m.name,
            m.size,
            "debit" if m.cents > 0 else "credit",
            "Shopping",
            "Everyday Checking",
            "",
            "",
        )
        for m in _newest_first(moves)
    ]
    return _csv(header.split(","), rows)


def ynab(moves: Moves) -> str:
    header = "Account,Flag,Date,Payee,Category Group/Category,Category Group,Category,Memo,Outflow,Inflow,Cleared"
    rows = [
        (
            "Everyday Checking",
            "",
            m.us_date,
            m.name,
            "Living: Fun",
            "Living",
            "Fun",
            "",
            f"${m.cents / 100:,.2f}" if m.cents > 0 else "$0.00",
            "$0.00" if m.cents > 0 else f"${-m.cents / 100:,.2f}",
            "Cleared",
        )
        for m in _newest_first(moves)
    ]
    return _csv(header.split(","), rows)


def actual(moves: Moves) -> str:
    return _csv(
        ["Account", "Date", "Payee", "Notes", "Category", "Amount", "Split_Amount", "Cleared"],
        [
            ("Everyday Checking", m.date, m.name, "", "Fun", m.spent_negative, "0", "Cleared")
            for m in _newest_first(moves)
        ],
    )


def lunch_money(moves: Moves) -> str:
    return _csv(
        ["date", "payee", "amount", "currency", "category", "account_name", "status"],
        [
            (m.date, m.name, m.spent_positive, "usd", "Fun", "Everyday Checking", "cleared")
            for m in _newest_first(moves)
        ],
    )


def firefly(moves: Moves) -> str:
    header = "user_id,group_id,journal_id,type,currency_code,amount,description,date,source_name,source_type,destination_name,destination_type,category,group_title"
    rows = []
    of_day: Counter[dt.date] = Counter()
    for m in moves:
        of_day[m.date] += 1
        place = of_day[m.date]
        own, other = ("Everyday Checking", "Asset account"), ("Somebody", "Expense account")
        source, destination = (own, other) if m.cents > 0 else (other, own)
        rows.append(
            (
                1,
                f"{m.date:%y%m%d}{place:02d}",
                f"{m.date:%y%m%d}{place:02d}",
                "Withdrawal" if m.cents > 0 else "Deposit",
                "USD",
                m.spent_negative,
                m.name,
                f"{m.date}T00:30:00+02:00",
                *source,
                *destination,
                "Fun",
                "",
            )
        )
    return _csv(header.split(","), rows)


DEPOSIT: dict[str, tuple[str, Callable[[Moves], str]]] = {
    "chase_checking": ("chase", chase_checking),
    "bank_of_america_checking": ("bank_of_america", bank_of_america_checking),
    "capital_one_360": ("capital_one", capital_one_360),
    "capital_one_360_signed": ("capital_one", capital_one_360_signed),
    "wells_fargo": ("wells_fargo", wells_fargo),
    "mint": ("mint", mint),
    "ynab": ("ynab", ynab),
    "actual": ("actual", actual),
    "lunch_money": ("lunch_money", lunch_money),
    "firefly": ("firefly", firefly),
}
CARDS: dict[str, tuple[str, Callable[[Moves], str]]] = {
    "chase_card": ("chase", chase_card),
    "bank_of_america_card": ("bank_of_america", bank_of_america_card),
    "capital_one_card": ("capital_one", capital_one_card),
    "amex": ("amex", amex),
    "amex_wide": ("amex", amex_wide),
    "discover": ("discover", discover),
    "citi": ("citi", citi),
}
RENDERED = {**DEPOSIT, **CARDS}
HAS_RUNNING_BALANCE = (
    "chase_checking",
    "bank_of_america_checking",
    "capital_one_360",
    "capital_one_360_signed",
)
