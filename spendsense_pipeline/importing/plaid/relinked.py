"""Accounts that came twice: a bank linked again tells of the same accounts and rows under new ids.

Certain is what Plaid says itself (`persistent_account_id`), or many rows alike in accounts of one
name and mask that never stood in one response. Such accounts become one. What is less certain is
only named: two children's savings accounts look alike too.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Literal

from spendsense_pipeline.importing.plaid.findings import (
    ACCOUNTS,
    TRANSACTIONS,
    Finding,
    Findings,
)
from spendsense_pipeline.importing.plaid.rows import PlaidAccount, PlaidTransaction
from spendsense_pipeline.importing.problems import count_of

_Kind = Literal["one", "perhaps", "two"]
_FEWEST_ALIKE = 5
_LEAST_SHARE_ALIKE = 0.9  # the days a link breaks on may lack a row on either side
MERGED = Finding(
    ACCOUNTS,
    "linked twice, under two ids: the newer account is kept, with the rows of both",
    "Nothing to do if each pair is one account; else save the two Items as two people's.",
)
PERHAPS = Finding(
    ACCOUNTS,
    "may be one account, linked twice, under two ids: both are kept",
    "If they are one, leave the older out: accounts: {set_aside: {account_id: [ID]}} in a mapping.",
)
TWICE = Finding(TRANSACTIONS, "the same row again, of an account linked twice")
WAS_PENDING = Finding(TRANSACTIONS, "pending when its account was linked again, and not there now")


@dataclass(frozen=True)
class LinkedAccount:
    """An account and all that tells whether another is the same.

    Attributes:
        account: as it was last seen.
        rows: its transactions.
        item_ids: the Items it was told of under.
        institution_ids: their banks.
        listed_with: accounts that stood in one response with it.
        time: when its balance is of, if that is known.
        last_pull: the number of the last response that told of it.
    """

    account: PlaidAccount
    rows: tuple[PlaidTransaction, ...]
    item_ids: Set[str]
    institution_ids: Set[str]
    listed_with: Set[str]
    time: dt.datetime | None
    last_pull: int

    @property
    def account_id(self) -> str:
        """Its id."""
        return self.account.account_id or ""

    @cached_property
    def posted(self) -> list[tuple[str | None, Decimal | str | None, str | None]]:
        """What is the same of its posted rows under other ids, by day."""
        rows = (row.likeness for row in self.rows if not row.is_pending)
        return sorted(rows, key=lambda each: each[0] or "")

    @property
    def last_date(self) -> str:
        """The day of its latest row."""
        return max((row.date or "" for row in self.rows), default="")


@dataclass(frozen=True)
class _Likeness:
    """How many rows two accounts have in common over the days both tell of."""

    alike: int
    of: int

    @property
    def share(self) -> float:
        return self.alike / self.of if self.of else 0

    @property
    def is_certain(self) -> bool:
        return self.alike >= _FEWEST_ALIKE and self.share >= _LEAST_SHARE_ALIKE

    def __str__(self) -> str:
        return f"{self.alike} of {self.of} rows alike"


@dataclass(frozen=True)
class _Verdict:
    """Whether two accounts are one, why, and how much alike they are (Plaid's own word: 2)."""

    kind: _Kind
    why: str = ""
    share_alike: float = 0


def united(
    accounts: list[LinkedAccount], user_id: str, findings: Findings
) -> tuple[list[LinkedAccount], Mapping[str, str]]:
    """The accounts with those that came twice as one, and the ids that were given up for which: an
    heir that was given up itself comes after those it is the heir of.
    """
    standing: list[LinkedAccount] = []
    given_up: dict[str, str] = {}
    for account in _oldest_first(accounts):
        newer = account
        while found := _closest(standing, newer):
            older, verdict = found
            newer, told = _merged(older, newer, findings)
            both = f"{user_id}: {older.account_id} and {newer.account_id}"
            findings.add(MERGED, f"{both} ({verdict.why}; {told})")
            standing.remove(older)
            given_up[older.account_id] = newer.account_id
        standing.append(newer)
    for older, newer in combinations(standing, 2):
        verdict = _judged(older, newer)
        if verdict.kind == "perhaps":
            both = f"{user_id}: {older.account_id} and {newer.account_id}"
            findings.add(PERHAPS, f"{both} ({verdict.why})")
    return standing, given_up


def _closest(
    standing: list[LinkedAccount], newer: LinkedAccount
) -> tuple[LinkedAccount, _Verdict] | None:
    """The account that `newer` is for certain; of several that look it, the one most alike."""
    judged = [(older, _judged(older, newer)) for older in standing]
    certain = [each for each in judged if each[1].kind == "one"]
    return max(certain, key=lambda each: each[1].share_alike, default=None)


def _oldest_first(accounts: list[LinkedAccount]) -> list[LinkedAccount]:
    """By the time of their balances where all have one, their latest rows, the order of pulls.

    Folders of Items are named by ids, so that the order of pulls across them says little.
    """
    beginning = dt.datetime.min.replace(tzinfo=dt.UTC)
    is_timed = all(each.time is not None for each in accounts)
    return sorted(
        accounts,
        key=lambda each: (
            (each.time or beginning) if is_timed else beginning,
            each.last_date,
            each.last_pull,
        ),
    )


def _judged(older: LinkedAccount, newer: LinkedAccount) -> _Verdict:
    one, other = older.account, newer.account
    ids = {one.persistent_account_id, other.persistent_account_id}
    if len(ids) == 1 and None not in ids:
        return _Verdict("one", "same persistent_account_id", share_alike=2)
    is_other_bank = (
        older.institution_ids
        and newer.institution_ids
        and not (older.institution_ids & newer.institution_ids)
    )
    is_other_kind = (one.type, one.subtype) != (other.type, other.subtype)
    if None not in ids or is_other_bank or is_other_kind:
        return _Verdict("two")
    is_of_one_item = bool(
        newer.account_id in older.listed_with
        or older.account_id in newer.listed_with
        or older.item_ids & newer.item_ids
    )
    same = [
        name
        for name, is_same in (
            ("name", _is_named_alike(one, other)),
            ("mask", one.mask is not None and one.mask == other.mask),
        )
        if is_same
    ]
    likeness = _likeness(older, newer)
    why = ", ".join([*(f"same {name}" for name in same), str(likeness)])
    if len(same) == 2 and not is_of_one_item:
        kind: _Kind = "one" if likeness.is_certain else "perhaps"
        return _Verdict(kind, why, likeness.share)
    # Children's savings of one login, each with its own mask, are fed by one standing order.
    is_told_apart = is_of_one_item and (not same or one.mask != other.mask)
    return _Verdict("perhaps" if likeness.is_certain and not is_told_apart else "two", why)


def _is_named_alike(one: PlaidAccount, other: PlaidAccount) -> bool:
    return one.name == other.name or (
        one.official_name is not None and one.official_name == other.official_name
    )


def _likeness(older: LinkedAccount, newer: LinkedAccount) -> _Likeness:
    if not older.posted or not newer.posted:
        return _Likeness(0, 0)
    first = max(older.posted[0][0] or "", newer.posted[0][0] or "")
    last = min(older.posted[-1][0] or "", newer.posted[-1][0] or "")
    a, b = (
        Counter(each for each in account.posted if first <= (each[0] or "") <= last)
        for account in (older, newer)
    )
    return _Likeness((a & b).total(), max(a.total(), b.total()))


def _merged(
    older: LinkedAccount, newer: LinkedAccount, findings: Findings
) -> tuple[LinkedAccount, str]:
    """The newer account with what only the older tells of; and what became of the rows."""
    kept, once, only_older = [], 0, 0
    dates = [row.date or "" for row in newer.rows]
    begins, ends = min(dates, default="9"), max(dates, default="")
    unmatched = Counter(row.likeness for row in newer.rows)
    for row in older.rows:
        if unmatched[row.likeness] > 0:
            unmatched[row.likeness] -= 1
            once += 1
            findings.add(TWICE, row.where)
        elif row.is_pending and (row.date or "") >= begins:
            findings.add(WAS_PENDING, row.where)
        else:
            only_older += begins <= (row.date or "") <= ends
            kept.append(replace(row, account_id=newer.account_id))
    persistent = newer.account.persistent_account_id or older.account.persistent_account_id
    united_account = replace(
        newer,
        account=replace(newer.account, persistent_account_id=persistent),
        rows=(*kept, *newer.rows),
        item_ids=older.item_ids | newer.item_ids,
        institution_ids=older.institution_ids | newer.institution_ids,
        listed_with=older.listed_with | newer.listed_with,
    )
    told = f"{count_of(once, 'row')} taken once"
    if only_older:
        told += f", {only_older} that only {older.account_id} has on days both tell of"
    return united_account, told
