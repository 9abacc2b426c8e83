"""What a ready format says of itself: how its files are recognised, how their columns become ours,
and where account, balance, category and pending stand.

The formats themselves are data: `layouts/<name>.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spendsense_pipeline.importing.mapping import TableMapping
from spendsense_pipeline.plaid.accounts import SUBTYPES

Reader = Literal["delimited", "ofx", "beancount"]
# What tells the parts of a split, by how a format writes them.
_OF_SPLITS = {
    "ynab": ("Memo",),
    "actual": ("Notes", "Split_Amount"),
    "firefly": ("group_id", "group_title", "journal_id"),
}


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RowPattern(_Declared):
    """Rows whose value in a column matches a regular expression (whole, whatever the case)."""

    column: str
    pattern: str
    why: str


class Layout(_Declared):
    """One table that a format may hold, told from the others by its columns."""

    title: str
    header: tuple[str, ...]
    """Their columns that must be there, in any order; or all of them, where `is_headerless`."""
    is_headerless: bool = False
    """Whether no line holds the names: then `header` names the columns in order, first a date."""
    transactions: TableMapping
    optional: Mapping[str, str] = Field(default_factory=dict)
    """Ours: theirs, of columns that some exports of this layout leave out."""
    name_else: tuple[str, ...] = ()
    """Their columns that name a row where `name` is blank, in order."""
    type: str | None = None
    subtype: str | None = None
    """What the account is; where neither is said, the words of its name are looked at."""
    account: str | None = None
    """Their column that names the account; without one a file is of one account."""
    card: str | None = None
    """Their column of card numbers, several of which may belong to the one account of a file."""
    their_id: str | None = None
    """Their column of an identifier that a row keeps in every export."""
    balance: str | None = None
    """Their column of the balance after a row."""
    left_out: tuple[RowPattern, ...] = ()
    """Rows that are no transactions."""
    openings: RowPattern | None = None
    """Rows that open or correct an account: no transactions, and part of its balance. An account
    with one of them has the sum of its rows as its balance."""
    pending: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Their column: its words for a row that has not posted."""
    categories: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """Their column: {their word: Plaid's detailed category}, where the word leaves no doubt."""
    transfer: str | None = None
    """Regular expression whose group is the other account of an own transfer, on our `name`."""
    transfer_is_any_payee: bool = False
    """Whether that expression matches any payee: only the name of an own account is one."""
    splits: Literal["ynab", "actual", "firefly"] | None = None
    """How the parts of one transaction are written, so that they are joined again."""
    is_journal: bool = False
    """Whether a row names two accounts, as Firefly III's does, so that it is a row of each."""
    sign_is_a_setting: bool = False
    """Whether the sign depends on the holder's settings: the sign of most rows is spending."""

    @model_validator(mode="after")
    def _is_an_account_of_plaid(self) -> Layout:
        if self.type is not None and self.subtype not in SUBTYPES[self.type]:
            message = f"{self.type}/{self.subtype} is no account of Plaid's"
            raise ValueError(message)
        return self

    @property
    def kind(self) -> str | None:
        """What tells an account of this layout from one of another in the same folder."""
        return self.subtype

    def named_columns(self) -> tuple[str, ...]:
        """Every column of theirs that the layout speaks of."""
        said = self.transactions
        named = [
            *self.header,
            *self.optional.values(),
            *self.name_else,
            *_OF_SPLITS.get(self.splits or "", ()),
            *(["source_type", "destination_type"] if self.is_journal else []),
            *said.columns.values(),
            *self.pending,
            *self.categories,
            *(rows.column for rows in self.left_out),
            *(
                name
                for name in (
                    self.account,
                    self.card,
                    self.their_id,
                    self.balance,
                    self.openings.column if self.openings else None,
                    said.debit,
                    said.credit,
                    said.direction.column if said.direction else None,
                )
                if name is not None
            ),
        ]
        return tuple(dict.fromkeys(named))


class ReadyFormat(_Declared):
    """A format by its name on the command line."""

    name: str
    title: str
    sources: tuple[str, ...]
    """Where its layout is described in public."""
    reader: Reader = "delimited"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".txt")
    signs: str
    """Which way its amounts point, in words."""
    accounts: str
    """Where the account and its balance come from, in words."""
    remarks: tuple[str, ...] = ()
    is_file_a_person: bool = False
    """Whether a file that lies in no person's folder is a person, by its name."""
    categories: Mapping[str, str] = Field(default_factory=dict)
    """{their word: Plaid's detailed category}, where there is no layout to say it."""
    layouts: tuple[Layout, ...] = ()
