"""What is owed and by when, of cards and of loans: each account's newest terms, and whose they are
once accounts that came twice are one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from spendsense_pipeline.importing.plaid.findings import LIABILITIES, LOANS, Finding, Findings
from spendsense_pipeline.importing.plaid.newest import Sightings, time_of
from spendsense_pipeline.importing.plaid.rows import PlaidLiability, PlaidLoan

_Terms = TypeVar("_Terms", PlaidLiability, PlaidLoan)


@dataclass(frozen=True)
class Owed:
    """How the terms of one kind are spoken of: the table's name, and what owes."""

    table: str
    noun: str

    def set_aside(self, why: str) -> Finding:
        """Lines of it that do not stand."""
        return Finding(self.table, why)

    @property
    def later(self) -> Finding:
        """Lines that a later pull replaces."""
        return self.set_aside(f"of a {self.noun} whose terms a later pull tells")


CARDS = Owed(LIABILITIES, "card")
LENT = Owed(LOANS, "loan")
UNREADABLE_TERM = Finding(
    LOANS,
    "with a loan_term that is no number of years or months: read without one",
    "Nothing to do: nothing is measured by it.",
)


@dataclass(frozen=True)
class AccountFates:
    """What became of one person's accounts.

    Attributes:
        listed: ids that some response lists.
        left_out: ids of accounts in no official currency.
        given_up: ids of accounts that came twice, and of which account each is a part.
    """

    listed: Set[str]
    left_out: Set[str]
    given_up: Mapping[str, str]


class TermsReplay(Generic[_Terms]):
    """Takes the terms of one person's accounts in the order of the pulls."""

    def __init__(self, owed: Owed, findings: Findings, *, is_dated: bool) -> None:
        self._owed = owed
        self._findings = findings
        self._seen: defaultdict[str, Sightings[_Terms]] = defaultdict(
            lambda: Sightings(is_dated=is_dated)
        )

    def take(self, rows: Iterable[_Terms], file: str) -> None:
        """The terms of the next response."""
        for row in rows:
            if row.account_id is None:
                self._findings.add(self._owed.set_aside("of no account"), row.where)
            else:
                self._seen[row.account_id].see(row, file, time_of(row.own_date))

    def standing(self, as_of: dt.date, accounts: AccountFates) -> list[_Terms]:
        """Each account's newest terms; those of an account given up, where its heir has none.

        Terms of a day after as_of give way to earlier ones.
        """
        found: dict[str, _Terms] = {}
        for account_id, sightings in self._seen.items():
            newest = sightings.newest(
                lambda each: each.own_time is None or each.own_time.date() <= as_of
            )
            for each in sightings.all:
                if each is not newest:
                    self._findings.add(self._owed.later, each.row.where)
            if account_id in accounts.left_out:
                why = "of an account in no official currency"
                self._findings.add(self._owed.set_aside(why), newest.row.where)
            elif account_id not in accounts.listed:
                why = "of an account that no response lists"
                self._findings.add(self._owed.set_aside(why), newest.row.where)
            else:
                found[account_id] = newest.row
        for older, heir in accounts.given_up.items():
            terms = found.pop(older, None)
            if terms is not None and heir in found:
                self._findings.add(self._owed.later, terms.where)
            elif terms is not None:
                found[heir] = replace(terms, account_id=heir)
        return list(found.values())
