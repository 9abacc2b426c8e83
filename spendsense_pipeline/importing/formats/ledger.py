"""Beancount ledgers: rows of the holder's accounts and cards in our words, and which leg of an own
transfer answers which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from spendsense_pipeline.importing.formats.accounts import FoundAccount
from spendsense_pipeline.importing.formats.arrived import insert_rows
from spendsense_pipeline.importing.formats.derived import NAMELESS
from spendsense_pipeline.importing.formats.ledger_files import Ledger, LedgerFiles
from spendsense_pipeline.importing.formats.request import FormatRequest

_USD = "USD"
_IDENTIFIER = "transaction_id"
_CATEGORY = "category_detailed"


class BeancountLedgers:
    """Ledgers that have been read."""

    def __init__(self, request: FormatRequest) -> None:
        self._request = request
        self._found: dict[tuple[str, str], FoundAccount] = {}
        self._rows: list[dict[str, Any]] = []
        files = LedgerFiles(request)
        for number, ledger in enumerate(files.ledgers):
            self._read(number, ledger)
        self.accounts = list(self._found.values())
        self.people = [ledger.file.user_id for ledger in files.ledgers]
        self.paths = files.paths

    def fill(self) -> None:
        """Add the rows of every ledger to `arrived`."""
        for row in self._rows:
            row["account_id"] = row.pop("_account").account_id
        insert_rows(self._request.con, "arrived", self._rows)

    def _read(self, number: int, ledger: Ledger) -> None:
        before, foreign = len(self._rows), 0
        for place, entry in enumerate(ledger.transactions, 1):
            foreign += sum(
                1
                for posting in entry.postings
                if ledger.is_own(posting.account) and posting.units.currency != _USD
            )
            self._rows += self._rows_of(number, place, ledger, entry)
        report = self._request.report
        report.read(ledger.file.name, len(self._rows) - before, "transactions")
        if foreign:
            why = "postings in other commodities than USD: every figure is in USD"
            report.set_aside(ledger.file.name, foreign, why)

    def _rows_of(
        self, number: int, place: int, ledger: Ledger, entry: Any
    ) -> Iterator[dict[str, Any]]:
        """A row per own account that the entry moves dollars of."""
        legs: dict[str, Decimal] = {}
        others: list[str] = []
        for posting in entry.postings:
            if not ledger.is_own(posting.account):
                others.append(posting.account)
            elif posting.units.currency == _USD:
                legs[posting.account] = legs.get(posting.account, Decimal(0)) + posting.units.number
        moved = {account: amount for account, amount in legs.items() if amount}
        is_opening = bool(others) and all(ledger.is_equity(account) for account in others)
        name = " ".join(filter(None, (entry.payee, entry.narration))) or NAMELESS
        said = entry.meta.get(_CATEGORY)
        for account, amount in moved.items():
            (answer,) = set(moved) - {account} if len(moved) == 2 and not others else {None}
            own_id = entry.meta.get(_IDENTIFIER)
            yield {
                "_account": self._account(ledger, account),
                "date": entry.date.isoformat(),
                "amount": f"{-amount:f}",
                "name": name,
                "merchant_name": entry.payee or None,
                "category_detailed": said or self._category(others),
                "pending": "true" if entry.flag == "!" else "false",
                "_file": number,
                "_line": place,
                "_their_id": str(own_id) if own_id else None,
                "_opening": is_opening,
                "_other": answer,
                "_row": f"{ledger.file.name} line {entry.meta.get('lineno', 0)}",
            }

    def _account(self, ledger: Ledger, name: str) -> FoundAccount:
        key = (ledger.file.user_id, name.lower())
        account = self._found.get(key)
        if account is None:
            account = FoundAccount(*key, name, self._request.ready.name)
            account.is_file_alone = False
            account.has_whole_history = True
            account.owes = ledger.is_liability(name)
            self._found[key] = account
        if ledger.file.name not in account.files:
            account.files.append(ledger.file.name)
        return account

    def _category(self, others: Sequence[str]) -> str | None:
        """What the one account on the other side is called, where that leaves no doubt."""
        if len(others) != 1:
            return None
        words = {word.lower(): code for word, code in self._request.ready.categories.items()}
        return words.get(others[0].lower())
