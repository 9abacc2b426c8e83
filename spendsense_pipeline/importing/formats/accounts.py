"""The accounts that exports speak of: what tells them apart, what they are, and what an
`accounts.csv` beside the exports says of them.

An export says little of its account. What it is follows, in this order, from `accounts.csv`, from
the layout, from the words of its name; a guess from words is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from spendsense_pipeline.importing.formats.sidecars import SaidOfAccount
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.plaid.accounts import CHECKING, CREDIT, DEPOSITORY, INVESTMENT, LOAN

_MASK = re.compile(r"(?<!\d)\d*(\d{4})(?!\d)")
# The first that a name holds says what the account is; in this order, because a "Savings Visa" is
# a card and a "Home Equity Loan" no home.
_WORDS: tuple[tuple[str, str, str], ...] = (
    (r"mortgage|home loan", LOAN, "mortgage"),
    (r"student loan|education loan|navient|nelnet|mohela", LOAN, "student"),
    (r"auto loan|car loan|vehicle loan", LOAN, "auto"),
    (r"home equity|heloc", LOAN, "home equity"),
    (r"line of credit", LOAN, "line of credit"),
    (r"loan", LOAN, "loan"),
    (
        r"credit ?card|visa|master ?card|amex|american express|sapphire|quicksilver|double cash|"
        r"(?<!debit )card\b",
        CREDIT,
        "credit card",
    ),
    (r"401 ?\(?k\)?", INVESTMENT, "401k"),
    (r"roth", INVESTMENT, "roth"),
    (r"\bira\b", INVESTMENT, "ira"),
    (r"529", INVESTMENT, "529"),
    (r"brokerage|invest|stocks?\b|vanguard|fidelity|schwab", INVESTMENT, "brokerage"),
    (r"\bhsa\b|health savings", DEPOSITORY, "hsa"),
    (r"money market|\bmma\b", DEPOSITORY, "money market"),
    (r"\bcds?\b|certificate", DEPOSITORY, "cd"),
    (r"cash management|\bcma\b", DEPOSITORY, "cash management"),
    (r"saving|saver|emergency|rainy day", DEPOSITORY, "savings"),
    (r"paypal|venmo|cash app", DEPOSITORY, "paypal"),
    (r"check|cheq|chk|debit|spending|current", DEPOSITORY, CHECKING),
    (r"credit(?! union)|discover|freedom|platinum|venture", CREDIT, "credit card"),
)


@dataclass
class FoundAccount:
    """An account as the exports tell it from others."""

    user_id: str
    key: str
    """The same in every export of the account."""
    label: str
    """As it is written."""
    kind: str
    files: list[str] = field(default_factory=list)
    is_file_alone: bool = True
    """Whether a file holds no other account."""
    owes: bool | None = None
    """Whether it owes money, where the format says so."""
    has_whole_history: bool = False
    """Whether its rows are all there ever were, so that their sum is its balance."""
    is_certain: bool = True
    """Whether files of different names are beyond doubt of one account."""
    type: str | None = None
    subtype: str | None = None
    mask: str | None = None
    account_id: str = ""
    is_said: bool = False
    """Whether somebody gave it its id."""
    values: dict[str, str | None] = field(default_factory=dict)
    """What is known of it beside that, by our column."""

    @property
    def default_id(self) -> str:
        """The id it has where nobody says another: who, what kind of account, which."""
        return ":".join((self.user_id, self.kind, self.key))


def settle(
    accounts: Sequence[FoundAccount],
    said: Sequence[SaidOfAccount],
    where: str,
    report: ImportReport,
) -> None:
    """Give every account its id and say what it is.

    Raises:
        ImportProblemsError: where `accounts.csv` speaks of an account that is not here.
    """
    problems = []
    for row in said:
        meant = [account for account in accounts if _is_meant(row, account)]
        if not meant:
            known = ", ".join(sorted({account.label for account in accounts}))
            remedy = f"Name a file or an account of these: {known}. Or remove the row."
            text = "names no account of the exports"
            problems.append(Problem("unknown_account", f"{row.where}", text, remedy))
        for account in meant:
            problems += _contradictions(row, account)
            account.values |= row.values
    if problems:
        raise ImportProblemsError(problems)
    for account in accounts:
        said_id = account.values.pop("account_id", None)
        account.is_said = said_id is not None
        account.account_id = said_id or account.default_id
        said_name = account.values.pop("name", None)
        if said_name is not None and not _same(said_name, account.label):
            account.label = said_name
        account.mask = account.values.pop("mask", None) or account.mask or _mask_in(account)
        said_type = account.values.pop("type", None)
        said_subtype = account.values.pop("subtype", None)
        if said_type or said_subtype:
            account.type, account.subtype = said_type or account.type, said_subtype
    _note_guesses(accounts, where, report)
    _note_merged(accounts, report)


def said_id_of(said: Sequence[SaidOfAccount], user_id: str, file: str) -> str | None:
    """The account that an `accounts.csv` says a file is of."""
    for row in said:
        is_of_file = row.file is not None and _is_file(row.file, file)
        if is_of_file and row.user_id in (None, user_id) and row.values.get("account_id"):
            return row.values["account_id"]
    return None


def _contradictions(row: SaidOfAccount, account: FoundAccount) -> list[Problem]:
    """What was said otherwise of the same account."""
    columns = [
        column
        for column, value in row.values.items()
        if account.values.get(column) not in (None, value)
    ]
    if not columns:
        return []
    text = f"says another {', '.join(columns)} of {account.label!r} than a row before it"
    remedy = "Say it once; or give account_id, where these are several accounts."
    return [Problem("contradicting_account", row.where, text, remedy)]


def _is_meant(row: SaidOfAccount, account: FoundAccount) -> bool:
    if row.user_id is not None and row.user_id != account.user_id:
        return False
    names = [name for name in (row.values.get("name"), row.values.get("mask")) if name]
    is_named = any(
        _same(name, known) for name in names for known in (account.label, account.key, account.mask)
    )
    if row.file is not None:
        is_of_file = any(_is_file(row.file, file) for file in account.files)
        return is_of_file and (account.is_file_alone or is_named)
    return is_named or row.values.get("account_id") == account.default_id


def _same(name: str, known: str | None) -> bool:
    return known is not None and " ".join(name.lower().split()) == " ".join(known.lower().split())


def _is_file(said: str, file: str) -> bool:
    path, wanted = PurePosixPath(file.lower()), said.strip().lower()
    return wanted in (str(path), path.name, path.stem)


def _mask_in(account: FoundAccount) -> str | None:
    found = _MASK.search(account.label) or _MASK.search(account.key)
    return found.group(1) if found else None


def _note_guesses(accounts: Iterable[FoundAccount], where: str, report: ImportReport) -> None:
    guessed: dict[str, list[str]] = {}
    for account in accounts:
        if account.type is None:
            account.type, account.subtype, word = _guessed(account.label, account.owes)
            because = f"of {word!r} in its name" if word else "nothing says otherwise"
            kind = f"{account.type}/{account.subtype}"
            guessed.setdefault(kind, []).append(f"{account.label!r} because {because}")
    for kind, labels in guessed.items():
        report.note(
            where,
            f"taken for {kind}: {', '.join(labels[:5])}",
            "Say type and subtype in an accounts.csv beside the exports if that is wrong.",
            rows=len(labels),
        )


def _guessed(label: str, owes: bool | None) -> tuple[str, str, str | None]:
    for words, kind, subtype in _WORDS:
        found = re.search(words, label.lower())
        if found and owes in (None, kind in (CREDIT, LOAN)):
            return kind, subtype, found.group(0)
    return (CREDIT, "credit card", None) if owes else (DEPOSITORY, CHECKING, None)


def _note_merged(accounts: Iterable[FoundAccount], report: ImportReport) -> None:
    for account in accounts:
        if len(account.files) > 1 and not account.is_certain:
            report.note(
                account.files[0],
                f"taken for the same account as {', '.join(account.files[1:])}: their names "
                "differ in a year or a number only",
                "If they are several accounts, give each an account_id in an accounts.csv beside "
                "them (columns file, account_id).",
                rows=len(account.files),
            )


def merged_rows(accounts: Sequence[FoundAccount]) -> list[Mapping[str, str | None]]:
    """A row of our `accounts` per id, what is said first winning."""
    rows: dict[str, dict[str, str | None]] = {}
    for account in accounts:
        row = {
            "account_id": account.account_id,
            "user_id": account.user_id,
            "type": account.type,
            "subtype": account.subtype,
            "name": account.label,
            "mask": account.mask,
            "_row": ", ".join(account.files[:2]),
            **account.values,
        }
        known = rows.setdefault(account.account_id, {})
        rows[account.account_id] = row | {k: v for k, v in known.items() if v is not None}
    return list(rows.values())
