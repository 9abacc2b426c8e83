"""What a bank statement calls things: every description a row can have, as one table of labels.

A posting carries the number of its label; the strings are looked up once, when tables are made.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.acquaintances import ACQUAINTANCES, APPS
from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.catalog import (
    Catalog,
    Counterparties,
)
from spendsense_pipeline.generation.catalog.shopping import LOCAL_PLACEHOLDERS
from spendsense_pipeline.generation.payers import payers_of
from spendsense_pipeline.generation.randomness import choose
from spendsense_pipeline.generation.world import World

STORE: Final = "{store}"
"""Stands in the line of a chain for the number of a branch, filled in where tables are made."""
FRIEND: Final = "{friend}"
"""Stands in the line of an app for whom money goes to or comes from, filled in there too."""


class Fixed(IntEnum):
    """Labels that no catalog file holds: the bank's own, and repairs nobody plans."""

    SAVINGS_OUT = 0
    SAVINGS_IN = 1
    WAGE_OUT = 2
    WAGE_IN = 3
    CARD_PAYMENT_IN = 4
    CARD_INTEREST = 5
    LATE_FEE = 6
    OVERDRAFT_FEE = 7
    SAVINGS_INTEREST = 8
    CAR_REPAIR = 9
    DENTIST = 10
    PLUMBER = 11
    VETERINARIAN = 12
    HOSPITAL = 13
    WINDFALL = 14
    MOVERS = 15
    RETIREMENT_PLAN = 16
    MORTGAGE_RECEIVED = 17
    STUDENT_LOAN_RECEIVED = 18
    AUTO_LOAN_RECEIVED = 19
    PERSONAL_LOAN_RECEIVED = 20
    LOAN_INTEREST = 21
    ESCROW = 22
    HSA_CONTRIBUTION = 23
    DRAW_IN = 24
    RETURNED_ITEM_FEE = 25


class Label(NamedTuple):
    """What one description stands for."""

    name: str
    """The bank's line."""
    merchant_name: str | None
    category_detailed: str
    payment_channel: str = "other"


@dataclass(frozen=True, eq=False)
class LabelTable:
    """Columns of all labels, one entry each (`[L]`)."""

    name: tuple[str, ...]
    merchant_name: tuple[str | None, ...]
    merchant_entity_id: tuple[str | None, ...]
    category_primary: tuple[str, ...]
    category_detailed: tuple[str, ...]
    payment_channel: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Labels:
    """Where each kind of label starts in the table, and which one a posting gets."""

    catalog: Catalog
    table: LabelTable
    first_employer: int
    first_biller: int
    first_subscription: int
    first_counterparty: int
    first_card_product: int
    first_shop: int
    first_friend: int
    first_returned: int

    def payers(self, world: World) -> Ints:
        """The lines of who pays: employers, clients of irregular workers, benefits.

        Args:
            world: The shard.

        Returns:
            Labels by user and `Payer`: `[U, 11]`.
        """
        return self.first_employer + payers_of(world, self.catalog.employers)

    def counterparty(self, kind: str, word: Words) -> Ints:
        """Somebody of a kind, by popularity.

        Args:
            kind: Of the catalog's counterparties.
            word: A draw each, `[N]`.

        Returns:
            A label each, `[N]`.
        """
        others = self.catalog.counterparties
        rows = others.by_kind[kind]
        return np.asarray(
            self.first_counterparty + rows[choose(word, others.weight[rows])], dtype=np.int64
        )

    def counterparties(self, kind: str) -> Ints:
        """Labels of everybody of a kind of the catalog's counterparties: `[M]`."""
        return self.first_counterparty + self.catalog.counterparties.by_kind[kind]

    def acquaintance(self, app: Ints, number: Ints, *, is_sent: bool) -> Ints:
        """Somebody a person knows, by the line of an app.

        Args:
            app: Code of one of `acquaintances.APPS`, `[N]`.
            number: Which of the person's acquaintances, `[N]`.
            is_sent: Whether the money goes out.

        Returns:
            A label each, `[N]`; where an app names nobody, the same for all.
        """
        others = self.catalog.counterparties
        rows = [int(others.by_kind[f"{name}_{'out' if is_sent else 'in'}"][0]) for name in APPS]
        named = naming(others)
        starts = [
            self.first_friend + named.index(row) * ACQUAINTANCES
            if row in named
            else self.first_counterparty + row
            for row in rows
        ]
        is_named = np.array([row in named for row in rows])
        return np.array(starts, dtype=np.int64)[app] + np.where(is_named[app], number, 0)

    def acquaintances_in(self, label: Ints) -> tuple[Ints, Ints]:
        """Who is named in lines of apps.

        Args:
            label: Labels that name one, `[N]`.

        Returns:
            Which of the person's acquaintances and the `Style` they are written in, `[N]` each.
        """
        which, number = np.divmod(label - self.first_friend, ACQUAINTANCES)
        others = self.catalog.counterparties
        apps = [others.kind[row].rpartition("_")[0] for row in naming(others)]
        style = np.array([APPS[app] for app in apps], dtype=np.int64)
        return number, style[which]

    def card_payment(self, product: Ints) -> Ints:
        """The bank's line of a payment to the issuer of each card product: `[N]`."""
        return self.first_card_product + product

    def bill_kind(self, label: Ints) -> Ints:
        """Which of BILL_KINDS each bill is, told by its biller: `[N]`."""
        return self.catalog.billers.kind_code[label - self.first_biller]

    def returned(self, bill: Ints) -> Ints:
        """The bank's line of a bill it sends back.

        Args:
            bill: The label of what was paid, `[N]`.

        Returns:
            A label each, `[N]`.
        """
        return self.first_returned + bill - self.first_biller

    def shop(self, merchant: Ints, is_online: Flags) -> Ints:
        """A merchant's line, in a shop or online; which shop follows from the row's place.

        Args:
            merchant: Row of the catalog's merchants, `[N]`.
            is_online: Whether it was bought online, `[N]`.

        Returns:
            A label each, `[N]`.
        """
        return np.asarray(self.first_shop + merchant * 2 + is_online, dtype=np.int64)

    def merchant(self, label: Ints) -> Ints:
        """Row of the catalog's merchants of each label that is a shop's: `[N]`."""
        return np.asarray((label - self.first_shop) // 2, dtype=np.int64)

    def is_online(self, label: Ints) -> Flags:
        """Whether each label that is a shop's is that of its site: `[N]`."""
        return np.asarray((label - self.first_shop) % 2 == 1)

    @functools.cached_property
    def is_chain_store(self) -> Flags:
        """Whether the line of each label has the number of a branch in it: `[L]`."""
        return np.array([STORE in name for name in self.table.name])

    @functools.cached_property
    def is_local(self) -> Flags:
        """Whether the line of each label is another one in every town: `[L]`."""
        return np.array(
            [any(local in name for local in LOCAL_PLACEHOLDERS) for name in self.table.name]
        )

    def payee(self, label: Ints) -> Ints:
        """A number for whom each label is paid to, in a shop or online, or sends back: `[N]`."""
        sent_back = label >= self.first_returned
        label = np.where(sent_back, label - self.first_returned + self.first_biller, label)
        shops = len(self.catalog.merchants)
        is_shop = (label >= self.first_shop) & (label < self.first_friend)
        return np.where(is_shop, self.merchant(label), shops + label).astype(np.int64)

    @functools.cached_property
    def names_somebody(self) -> Flags:
        """Whether the line of each label has somebody's name in it: `[L]`."""
        return np.array([FRIEND in name for name in self.table.name])


def naming(others: Counterparties) -> list[int]:
    """Rows of the counterparties whose line names somebody."""
    return [row for row, line in enumerate(others.descriptors) if FRIEND in line]
