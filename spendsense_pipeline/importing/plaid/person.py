"""One person's responses, replayed: accounts, transactions, liabilities and loans as they stand at
the end.

What is in a currency of no state, such as a coin's or points', is left out and counted: no figure
of ours could hold it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, replace

from spendsense_pipeline.importing.plaid.completeness import Completeness
from spendsense_pipeline.importing.plaid.findings import (
    ACCOUNTS,
    RESPONSES,
    TRANSACTIONS,
    Finding,
    Findings,
)
from spendsense_pipeline.importing.plaid.newest import (
    UNREADABLE_DATE,
    Sightings,
    newest_account,
    time_of,
)
from spendsense_pipeline.importing.plaid.relinked import LinkedAccount, united
from spendsense_pipeline.importing.plaid.replay import Ledger
from spendsense_pipeline.importing.plaid.responses import PlaidResponse
from spendsense_pipeline.importing.plaid.rows import (
    PlaidAccount,
    PlaidLiability,
    PlaidLoan,
    PlaidTransaction,
)
from spendsense_pipeline.importing.plaid.terms import (
    CARDS,
    LENT,
    UNREADABLE_TERM,
    AccountFates,
    TermsReplay,
)


@dataclass(frozen=True)
class PersonRows:
    """What stands of one person."""

    accounts: list[PlaidAccount]
    transactions: list[PlaidTransaction]
    liabilities: list[PlaidLiability]
    loans: list[PlaidLoan]


class PersonReplay:
    """Takes one person's responses in the order of their pulls."""

    def __init__(self, user_id: str, findings: Findings, *, is_dated: bool) -> None:
        self.user_id = user_id
        self.has_rows = False
        self._findings = findings
        self._pulls = 0
        self._ledger = Ledger(findings)
        self._completeness = Completeness()
        self._accounts: defaultdict[str, Sightings[PlaidAccount]] = defaultdict(
            lambda: Sightings(is_dated=is_dated)
        )
        self._cards = TermsReplay[PlaidLiability](CARDS, findings, is_dated=is_dated)
        self._loans = TermsReplay[PlaidLoan](LENT, findings, is_dated=is_dated)
        self._origins: defaultdict[str, _Origin] = defaultdict(_Origin)

    def take(self, response: PlaidResponse) -> None:
        """Apply the next response."""
        self._pulls += 1
        self._completeness.see(response)
        if response.nothing_because:
            text = f"holds nothing we read: {response.nothing_because}"
            self._findings.add(Finding(RESPONSES, text), response.where)
            return
        self.has_rows = True
        listed = {account.account_id or "" for account in response.accounts}
        for account in response.accounts:
            time = time_of(account.last_updated)
            if account.last_updated and time is None:
                self._findings.add(UNREADABLE_DATE, f"{account.where} ({account.last_updated!r})")
            self._accounts[account.account_id or ""].see(account, response.file, time)
            self._origins[account.account_id or ""].add(response, listed, self._pulls)
        self._ledger.replay(response)
        self._cards.take(response.liabilities, response.file)
        self._loans.take(response.loans, response.file)
        for kind, where in response.terms_not_read:
            self._findings.add(LENT.set_aside(f"liabilities.{kind}, which is not read"), where)

    def standing(self, as_of: dt.date, unwanted: Set[str] = frozenset()) -> PersonRows:
        """What stands after all of them.

        Accounts that are `unwanted` are nobody's heirs and have none: the mapping leaves them out.
        """
        self._completeness.tell(self._findings)
        rows_of = defaultdict(list)
        for row in self._ledger.standing():
            rows_of[row.account_id or ""].append(row)
        linked = []
        for account_id, sightings in self._accounts.items():
            newest = newest_account(sightings, as_of, self._findings)
            account, rows = newest.row, rows_of.pop(account_id, [])
            if not self._is_left_out(account, rows):
                measured = self._official(rows)
                origin = self._origins[account_id]
                linked.append(origin.linked(sightings, account, measured, newest.own_time))
        wanted = [each for each in linked if each.account_id not in unwanted]
        standing, given_up = united(wanted, self.user_id, self._findings)
        standing += [each for each in linked if each.account_id in unwanted]
        known = [each.account for each in standing]
        left_out = set(self._accounts) - {each.account_id for each in linked}
        transactions = [row for each in standing for row in each.rows]
        # of accounts no response lists: refused later, by their rows
        transactions += self._official([row for rows in rows_of.values() for row in rows])
        fates = AccountFates(set(self._accounts), left_out, given_up)
        loans = self._loans.standing(as_of, fates)
        for loan in loans:
            if loan.term is not None and loan.term_months is None:
                self._findings.add(UNREADABLE_TERM, f"{loan.where} ({loan.term!r})")
        return PersonRows(known, transactions, self._cards.standing(as_of, fates), loans)

    def _is_left_out(self, account: PlaidAccount, rows: list[PlaidTransaction]) -> bool:
        """Whether an account's money is none: then nothing of it can be measured."""
        code = account.unofficial_currency_code
        if code is None or account.iso_currency_code is not None:
            return False
        self._findings.add(Finding(ACCOUNTS, f"in {code}, no official currency"), account.where)
        for row in rows:
            of = Finding(TRANSACTIONS, f"of an account in {code}, no official currency")
            self._findings.add(of, row.where)
        return True

    def _official(self, rows: list[PlaidTransaction]) -> list[PlaidTransaction]:
        kept = []
        for row in rows:
            code = row.unofficial_currency_code
            if code is None or row.iso_currency_code is not None:
                kept.append(row)
            else:
                finding = Finding(TRANSACTIONS, f"in {code}, no official currency")
                self._findings.add(finding, row.where)
        return kept


class _Origin:
    """Under which Items, and beside which other accounts, an account was told of."""

    def __init__(self) -> None:
        self._item_ids: set[str] = set()
        self._institution_ids: set[str] = set()
        self._institution: tuple[str | None, str | None] = (None, None)
        self._listed_with: set[str] = set()
        self._last_pull = 0

    def add(self, response: PlaidResponse, listed: set[str], pull: int) -> None:
        if response.item_id:
            self._item_ids.add(response.item_id)
        if response.institution_id:
            self._institution_ids.add(response.institution_id)
        if response.institution_id or response.institution_name:
            self._institution = (response.institution_id, response.institution_name)
        self._listed_with |= listed
        self._last_pull = pull

    def linked(
        self,
        sightings: Sightings[PlaidAccount],
        account: PlaidAccount,
        rows: list[PlaidTransaction],
        time: dt.datetime | None,
    ) -> LinkedAccount:
        persistent = (each.row.persistent_account_id for each in reversed(sightings.all))
        known = next((each for each in persistent if each), None)
        institution_id, institution_name = self._institution
        return LinkedAccount(
            replace(
                account,
                persistent_account_id=known,
                institution_id=institution_id,
                institution_name=institution_name,
            ),
            tuple(rows),
            frozenset(self._item_ids),
            frozenset(self._institution_ids),
            frozenset(self._listed_with),
            time,
            self._last_pull,
        )
