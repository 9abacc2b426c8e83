"""One person's transactions as they stand after every pull: added, modified, removed, in order."""

from __future__ import annotations

from dataclasses import replace

from spendsense_pipeline.importing.plaid.findings import TRANSACTIONS, Finding, Findings
from spendsense_pipeline.importing.plaid.responses import PlaidResponse
from spendsense_pipeline.importing.plaid.rows import PlaidTransaction, amount_of

REPEATED = Finding(TRANSACTIONS, "the same row again, of overlapping pulls")
REPLACED = Finding(TRANSACTIONS, "replaced by a later pull")
REMOVED = Finding(TRANSACTIONS, "removed by a later pull")
POSTED = Finding(TRANSACTIONS, "pending, and posted since under another id")
_NUMBER_THE_FILES = (
    "Name the files in the order they were pulled: sync_1.json, sync_2.json, or by date."
)
CHANGED = Finding(
    TRANSACTIONS,
    "another amount or date in a later pull that does not call it modified: the later is taken",
    "Nothing to do if the bank corrected it; else look at these rows.",
)
OUT_OF_ORDER = Finding(
    TRANSACTIONS,
    "added by a pull after the one that modifies or removes it: the later is taken",
    _NUMBER_THE_FILES,
)
BOTH = Finding(
    TRANSACTIONS,
    "added and removed by one response: it is left out",
    "Look at these rows: Plaid tells of each id once in a response.",
)


class Ledger:
    """The rows that stand, by transaction_id, in the order they were first told of."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rows: dict[str, PlaidTransaction] = {}
        self._nameless: list[PlaidTransaction] = []
        self._never_added: set[str] = set()
        self._authorized: dict[str, str | None] = {}

    def replay(self, response: PlaidResponse) -> None:
        """Apply one response: what is added, then what is modified, then what is removed."""
        told = set()
        for row in (*response.added, *response.modified):
            if row.is_pending and row.transaction_id is not None:
                self._authorized[row.transaction_id] = row.amount
        for row in response.added:
            self._add(row)
            told.add(row.transaction_id)
        for row in response.modified:
            self._modify(row)
        for removed in response.removed:
            if removed in told:
                self._findings.add(BOTH, f"{response.where} {removed}")
            self._remove(removed)

    def standing(self) -> list[PlaidTransaction]:
        """The rows that stand, with what was authorized of those some pull showed pending; one that
        was pending is no more once its posted row does.
        """
        posted = {row.pending_transaction_id for row in self._rows.values() if not row.is_pending}
        rows = []
        for key, row in self._rows.items():
            if row.is_pending and key in posted:
                self._findings.add(POSTED, row.where)
            else:
                pending_id = key if row.is_pending else row.pending_transaction_id
                shown = self._authorized.get(pending_id or "")
                rows.append(row if shown is None else replace(row, authorized_amount=shown))
        return rows + self._nameless

    def _add(self, row: PlaidTransaction) -> None:
        key = row.transaction_id
        if key is None:  # which is refused later, by its place
            self._nameless.append(row)
            return
        known = self._rows.get(key)
        if known is not None and row.says_as(known):
            self._findings.add(REPEATED, row.where)
            self._never_added.discard(key)
            return
        if key in self._never_added:
            self._findings.add(OUT_OF_ORDER, row.where)
        elif known is not None and _is_moved(row, known):
            self._findings.add(CHANGED, f"{row.where} ({_shown(known)}, then {_shown(row)})")
        if known is not None:
            self._findings.add(REPLACED, known.where)
        self._never_added.discard(key)
        self._rows[key] = row

    def _modify(self, row: PlaidTransaction) -> None:
        key = row.transaction_id
        if key is None:
            self._nameless.append(row)
            return
        known = self._rows.get(key)
        if known is not None and row.says_as(known):
            self._findings.add(REPEATED, row.where)
            return
        if known is not None:
            self._findings.add(REPLACED, known.where)
        else:
            self._never_added.add(key)
        self._rows[key] = row

    def _remove(self, key: str) -> None:
        known = self._rows.pop(key, None)
        if known is not None:
            self._findings.add(REMOVED, known.where)
        else:
            self._never_added.add(key)


def _is_moved(row: PlaidTransaction, known: PlaidTransaction) -> bool:
    return row.date != known.date or amount_of(row.amount) != amount_of(known.amount)


def _shown(row: PlaidTransaction) -> str:
    return f"{row.amount} on {row.date}"
