"""Which rows are legs of card payments, a second time: pairs one by one, the nearest first."""

from __future__ import annotations

import re
from typing import Any

Row = dict[str, Any]
CARD_PAYMENT = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"


def told_by_the_other_leg(rows: list[Row], accounts: dict[str, Row]) -> set[str]:
    """Ids of one person's rows that count as a card payment though their category leaves it open."""

    def is_card(row: Row) -> bool:
        account = accounts[row["account_id"]]
        return bool(account["type"] == "credit" and account["subtype"] == "credit card")

    def is_open(row: Row) -> bool:
        code = row["category_detailed"]
        if code is None:
            return row["category_primary"] in (None, "OTHER", "LOAN_PAYMENTS")
        return code == "OTHER_OTHER" or (is_card(row) and code.startswith("TRANSFER_IN_"))

    def is_leg(row: Row, *given: str) -> bool:
        return is_open(row) or row["category_detailed"] in given

    def is_given_back(credit: Row) -> bool:
        return is_open(credit) and any(
            row["account_id"] == credit["account_id"]
            and row["amount"] == -credit["amount"]
            and row["date"] <= credit["date"]
            and _first_word(row) == _first_word(credit)
            for row in rows
        )

    payment = (CARD_PAYMENT, "LOAN_PAYMENTS_OTHER_PAYMENT")
    debits = [
        row
        for row in rows
        if accounts[row["account_id"]]["type"] == "depository"
        and row["amount"] > 0
        and is_leg(row, *payment, "TRANSFER_OUT_ACCOUNT_TRANSFER")
    ]
    paid_in = [
        row
        for row in rows
        if is_card(row) and row["amount"] < 0 and is_leg(row, *payment) and not is_given_back(row)
    ]
    pairs = sorted(
        (
            (abs(days), days < 0, debit["date"], debit["transaction_id"], credit["transaction_id"])
            for debit in debits
            for credit in paid_in
            for days in [(credit["date"] - debit["date"]).days]
            if debit["amount"] == -credit["amount"] and abs(days) <= 5
        ),
    )
    taken: set[str] = set()
    for *_, debit_id, credit_id in pairs:
        if not {debit_id, credit_id} & taken:
            taken |= {debit_id, credit_id}
    return taken & {row["transaction_id"] for row in rows if is_open(row)}


def _first_word(row: Row) -> str:
    word = re.search("[a-z]+", (row["merchant_name"] or row["name"]).lower())
    return word[0] if word else ""
