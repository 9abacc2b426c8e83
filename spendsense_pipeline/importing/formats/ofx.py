"""OFX and QFX: the statements of bank accounts and cards, of versions 1 (SGML) and 2 (XML).

Which statements there are, and what their fields are in our words. The model of `ofxtools` is
stricter than what banks write, so it is not used.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from spendsense_pipeline.importing.formats.accounts import FoundAccount
from spendsense_pipeline.importing.formats.arrived import insert_rows
from spendsense_pipeline.importing.formats.balances import BALANCE, turned
from spendsense_pipeline.importing.formats.folders import ExportFile
from spendsense_pipeline.importing.formats.ofx_elements import (
    day_of,
    error_in,
    plain_number,
    read_tree,
    text_of,
    transactions_in,
)
from spendsense_pipeline.importing.formats.request import FormatRequest
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.plaid.accounts import CREDIT, DEPOSITORY, LOAN

_MOST_PROBLEMS = 20
_ACCOUNTS = {  # ACCTTYPE of a bank statement
    "CHECKING": (DEPOSITORY, "checking"),
    "SAVINGS": (DEPOSITORY, "savings"),
    "MONEYMRKT": (DEPOSITORY, "money market"),
    "CREDITLINE": (LOAN, "line of credit"),
    "CD": (DEPOSITORY, "cd"),
}
_CARD = (CREDIT, "credit card")
# TRNTYPE and whether money went out: where the two leave no doubt.
_CATEGORIES = {
    ("INT", False): "INCOME_INTEREST_EARNED",
    ("INT", True): "BANK_FEES_INTEREST_CHARGE",
    ("DIV", False): "INCOME_DIVIDENDS",
    ("ATM", True): "TRANSFER_OUT_WITHDRAWAL",
}
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")


@dataclass(frozen=True)
class _Statement:
    """A statement in a file: of which account, with what in it."""

    file: int
    where: str
    element: Element
    account: FoundAccount


class OfxFiles:
    """OFX and QFX files that have been read."""

    def __init__(self, request: FormatRequest) -> None:
        self._request = request
        self._found: dict[tuple[str, str], FoundAccount] = {}
        self._statements: list[_Statement] = []
        self._problems: list[Problem] = []
        for number, file in enumerate(request.files):
            try:
                self._read(number, file, read_tree(request, file))
            except ImportProblemsError as error:
                self._problems += error.problems
        if self._problems:
            raise ImportProblemsError(self._problems[:_MOST_PROBLEMS])
        self.accounts = list(self._found.values())
        self.people = [file.user_id for file in request.files]
        self.paths = [file.path for file in request.files]
        for account in self.accounts:
            self._state_balance(account)

    def fill(self) -> None:
        """Add the rows of every statement to `arrived`."""
        for statement in self._statements:
            insert_rows(self._request.con, "arrived", list(_rows(statement)))

    def _read(self, number: int, file: ExportFile, root: Element) -> None:
        report, rows = self._request.report, 0
        organisation = text_of(root, ".//SONRS/FI/ORG")
        statements = [*root.iter("STMTRS"), *root.iter("CCSTMTRS")]
        for element in statements:
            currency = text_of(element, "CURDEF")
            if currency != "USD":
                text = f"is a statement in {currency or 'no currency'}"
                remedy = "Leave the file out: every figure is in USD."
                self._problems.append(Problem("currency", file.name, text, remedy))
                continue
            account = self._account(file, element, organisation)
            account.is_file_alone = account.is_file_alone and len(statements) == 1
            self._statements.append(_Statement(number, file.name, element, account))
            rows += sum(1 for _ in transactions_in(element))
            self._refuse_foreign(file, element)
        if not statements:
            problem = error_in(root) or "holds no statement of a bank account or a card"
            remedy = "Download the statement again, as OFX or QFX."
            self._problems.append(Problem("unreadable_file", file.name, problem, remedy))
        investments = sum(1 for _ in root.iter("INVSTMTRS"))
        if investments:
            report.set_aside(file.name, investments, "statements of investments: not measured")
        report.read(file.name, rows, "transactions")

    def _account(
        self, file: ExportFile, element: Element, organisation: str | None
    ) -> FoundAccount:
        is_card = element.tag == "CCSTMTRS"
        of = "CCACCTFROM" if is_card else "BANKACCTFROM"
        number = text_of(element, f"{of}/ACCTID") or ""
        bank = text_of(element, f"{of}/BANKID") or ""
        kind = text_of(element, f"{of}/ACCTTYPE") or "CHECKING"
        type_, subtype = _CARD if is_card else _ACCOUNTS.get(kind, _ACCOUNTS["CHECKING"])
        # The number itself goes no further than this.
        key = hashlib.sha256(f"{bank}|{number}".encode()).hexdigest()[:12]
        account = self._found.get((file.user_id, key))
        if account is None:
            digits = "".join(re.findall(r"\d", number))
            label = " ".join(filter(None, (organisation, subtype, digits[-4:])))
            account = FoundAccount(file.user_id, key, label, subtype)
            account.type, account.subtype, account.mask = type_, subtype, digits[-4:] or None
            self._found[(file.user_id, key)] = account
        if file.name not in account.files:
            account.files.append(file.name)
        return account

    def _refuse_foreign(self, file: ExportFile, element: Element) -> None:
        for number, row in transactions_in(element):
            currency = text_of(row, "CURRENCY/CURSYM")
            if currency not in (None, "USD"):
                where = f"{file.name}, {_at(number, row)}"
                remedy = "Leave it out: every figure is in USD."
                self._problems.append(Problem("currency", where, f"is in {currency}", remedy))

    def _state_balance(self, account: FoundAccount) -> None:
        """The newest balance not after the day asked for, or a later one that is complete."""
        as_of, report = self._request.as_of, self._request.report
        stated = sorted(
            (
                (day, place, statement.element)
                for place, statement in enumerate(self._statements)
                if statement.account is account
                and (day := day_of(text_of(statement.element, "LEDGERBAL/DTASOF"))) is not None
            ),
            key=lambda each: each[:2],
        )
        usable = [element for day, _, element in stated if day <= as_of]
        # No row after the day asked for passes, so a later balance with every row up to it is
        # that day's too.
        complete = [element for day, _, element in stated if day > as_of and _until(element) >= day]
        chosen = usable[-1:] or complete[:1]
        if not chosen:
            if stated:
                text = f"the balance of {account.label!r} is of {stated[0][0]}, after {as_of}"
                report.note(account.files[0], text, f"Give --as-of {stated[0][0]}.")
            return
        amount = plain_number(text_of(chosen[0], "LEDGERBAL/BALAMT"))
        owes = account.type in (CREDIT, LOAN)
        if amount is None:
            return
        account.values[BALANCE] = turned(amount, if_=owes)
        available = plain_number(text_of(chosen[0], "AVAILBAL/BALAMT"))
        account.values["balance_available"] = available
        if owes and not amount.startswith("-") and float(amount) > 0:
            report.note(
                account.files[0],
                f"the balance of {account.label!r}, {amount}, is taken for one in the holder's "
                "favour, as OFX means it",
                "If the bank writes what is owed as positive, say balance_current in an "
                "accounts.csv beside the files.",
            )


def _rows(statement: _Statement) -> Iterator[dict[str, Any]]:
    for number, row in transactions_in(statement.element):
        amount = plain_number(text_of(row, "TRNAMT"))
        is_plain = amount is not None and _PLAIN.fullmatch(amount) is not None
        kind = text_of(row, "TRNTYPE") or ""
        is_out = is_plain and str(amount).startswith("-")
        yield {
            "account_id": statement.account.account_id,
            "date": _written_day(text_of(row, "DTPOSTED") or text_of(row, "DTTRAN")),
            "authorized_date": _written_day(text_of(row, "DTUSER")),
            "amount": turned(str(amount).removeprefix("+"), if_=True) if is_plain else amount,
            "name": _name(row, kind),
            "category_detailed": _CATEGORIES.get((kind, is_out)),
            "pending": "true" if row.tag == "STMTTRNP" else "false",
            "_file": statement.file,
            "_line": number,
            "_their_id": text_of(row, "FITID"),
            "_opening": False,
            "_row": f"{statement.where}, {_at(number, row)}",
        }


def _name(row: Element, kind: str) -> str:
    """What the bank calls it; a check without a payee is its number."""
    name = text_of(row, "NAME") or text_of(row, "PAYEE/NAME")
    memo, check = text_of(row, "MEMO"), text_of(row, "CHECKNUM")
    # NAME ends after 32 characters; a MEMO that begins with it is the whole of it.
    if memo and (name is None or memo.startswith(name)):
        name = memo
    if kind == "CHECK" and check and (name is None or name.lower() in ("check", "check paid")):
        return f"CHECK {check.lstrip('0') or check}"
    return name or kind or "(no description)"


def _until(statement: Element) -> dt.date:
    """The last day of which a statement has every row."""
    return day_of(text_of(statement, "BANKTRANLIST/DTEND")) or dt.date.min


def _written_day(text: str | None) -> str | None:
    day = day_of(text)
    return day.isoformat() if day else text


def _at(number: int, row: Element) -> str:
    identifier = text_of(row, "FITID")
    return f"transaction {number}" + (f" (FITID {identifier})" if identifier else "")
