"""What a bank statement calls things: every description a row can have, as one table of labels.

A posting carries the number of its label; the strings are looked up once, when tables are made.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.catalog import Catalog, Merchants, entity_id
from spendsense_pipeline.generation.payers import payers_of
from spendsense_pipeline.generation.randomness import choose
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.plaid import categories
from spendsense_pipeline.plaid.categories import primary_of

STORE: Final = "{store}"
"""Stands in the line of a chain for the number of a branch, filled in where tables are made."""


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
    PARTNER_IN = 13
    HOSPITAL = 14
    WINDFALL = 15
    MOVERS = 16
    RETIREMENT_PLAN = 17
    MORTGAGE_RECEIVED = 18
    STUDENT_LOAN_RECEIVED = 19
    AUTO_LOAN_RECEIVED = 20
    PERSONAL_LOAN_RECEIVED = 21
    LOAN_INTEREST = 22
    ESCROW = 23
    HSA_CONTRIBUTION = 24
    RETURNED_ITEM_FEE = 25


class Label(NamedTuple):
    """What one description stands for."""

    name: str
    """The bank's line."""
    merchant_name: str | None
    category_detailed: str
    payment_channel: str = "other"


_RECEIVED: Final = "LOAN PAYMENT RECEIVED - THANK YOU"

_FIXED: Final[dict[Fixed, Label]] = {
    Fixed.SAVINGS_OUT: Label("ONLINE TRANSFER TO SAV", None, "TRANSFER_OUT_SAVINGS"),
    Fixed.SAVINGS_IN: Label("ONLINE TRANSFER FROM CHK", None, "TRANSFER_IN_SAVINGS"),
    Fixed.WAGE_OUT: Label("ONLINE TRANSFER TO CHK", None, categories.OWN_TRANSFER_OUT),
    Fixed.WAGE_IN: Label("ONLINE TRANSFER FROM SAV", None, categories.OWN_TRANSFER_IN),
    Fixed.CARD_PAYMENT_IN: Label("PAYMENT RECEIVED - THANK YOU", None, categories.CARD_PAYMENT),
    Fixed.CARD_INTEREST: Label("INTEREST CHARGE ON PURCHASES", None, categories.CARD_INTEREST),
    Fixed.LATE_FEE: Label("LATE PAYMENT FEE", None, "BANK_FEES_LATE_FEES"),
    Fixed.OVERDRAFT_FEE: Label("OVERDRAFT ITEM FEE", None, "BANK_FEES_OVERDRAFT_FEES"),
    Fixed.RETURNED_ITEM_FEE: Label("RETURNED ITEM FEE NSF", None, "BANK_FEES_INSUFFICIENT_FUNDS"),
    Fixed.SAVINGS_INTEREST: Label("INTEREST PAYMENT", None, categories.SAVINGS_INTEREST),
    Fixed.PARTNER_IN: Label("ZELLE FROM PARTNER", None, "TRANSFER_IN_TRANSFER_IN_FROM_APPS"),
    Fixed.MORTGAGE_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["mortgage"]),
    Fixed.STUDENT_LOAN_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["student"]),
    Fixed.AUTO_LOAN_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["auto"]),
    Fixed.PERSONAL_LOAN_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["personal"]),
    Fixed.LOAN_INTEREST: Label("INTEREST CHARGE ON PRINCIPAL", None, categories.CARD_INTEREST),
    Fixed.ESCROW: Label("ESCROW DEPOSIT", None, categories.LOAN_PAYMENTS["mortgage"]),
    Fixed.HSA_CONTRIBUTION: Label(
        "EMPLOYER HSA CONTRIBUTION", None, "TRANSFER_IN_OTHER_TRANSFER_IN"
    ),
    Fixed.CAR_REPAIR: Label(
        "RELIANCE AUTO REPAIR", "Reliance Auto Repair", "GENERAL_SERVICES_AUTOMOTIVE", "in store"
    ),
    Fixed.DENTIST: Label(
        "MAIN STREET DENTAL GROUP", "Main Street Dental Group", "MEDICAL_DENTAL_CARE", "in store"
    ),
    Fixed.PLUMBER: Label(
        "HANDY PLUMBING AND HEATING",
        "Handy Plumbing and Heating",
        "HOME_IMPROVEMENT_REPAIR_AND_MAINTENANCE",
    ),
    Fixed.HOSPITAL: Label(
        "LAKEVIEW MEDICAL CENTER", "Lakeview Medical Center", "MEDICAL_OTHER_MEDICAL", "in store"
    ),
    Fixed.MOVERS: Label(
        "HARTLINE MOVING CO", "Hartline Moving Co", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"
    ),
    Fixed.RETIREMENT_PLAN: Label(
        "CORNERSTONE RETIREMENT PLAN DISTRIB",
        None,
        "TRANSFER_IN_INVESTMENT_AND_RETIREMENT_FUNDS",
    ),
    Fixed.WINDFALL: Label("MOBILE CHECK DEPOSIT", None, "TRANSFER_IN_DEPOSIT"),
    Fixed.VETERINARIAN: Label(
        "PARKVIEW ANIMAL HOSPITAL",
        "Parkview Animal Hospital",
        "MEDICAL_VETERINARY_SERVICES",
        "in store",
    ),
}


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


@functools.lru_cache(maxsize=4)
def labels_for(catalog: Catalog) -> Labels:
    """The label table of a catalog, made once per process."""
    employers, billers, services = catalog.employers, catalog.billers, catalog.subscriptions
    fixed = [_FIXED[label] for label in Fixed]
    paid_by = [
        Label(*row, "other")
        for row in zip(
            employers.descriptors, employers.names, employers.category_detailed, strict=True
        )
    ]
    billed_by = [
        Label(*row)
        for row in zip(
            billers.descriptors,
            billers.names,
            billers.category_detailed,
            billers.payment_channel,
            strict=True,
        )
    ]
    subscribed = [
        Label(*row, "online")
        for row in zip(
            services.descriptors, services.names, services.category_detailed, strict=True
        )
    ]
    first_employer = len(fixed)
    first_biller = first_employer + len(paid_by)
    first_subscription = first_biller + len(billed_by)
    others = catalog.counterparties
    counted = [
        Label(*row)
        for row in zip(
            others.descriptors, others.merchant_names, others.category_detailed, strict=True
        )
    ]
    first_counterparty = first_subscription + len(subscribed)
    paid_off = [
        Label(descriptor, None, categories.CARD_PAYMENT)
        for descriptor in catalog.card_products.payment_descriptors
    ]
    first_card_product = first_counterparty + len(counted)
    first_shop = first_card_product + len(paid_off)
    named = [*fixed, *paid_by, *billed_by, *subscribed, *counted, *paid_off]
    named += _shop_labels(catalog.merchants)
    first_returned = len(named)
    sent_back = [row._replace(name=f"RETURNED ITEM {row.name}") for row in billed_by]
    rows = [*named, *sent_back]
    return Labels(
        catalog=catalog,
        table=LabelTable(
            name=tuple(row.name for row in rows),
            merchant_name=tuple(row.merchant_name for row in rows),
            merchant_entity_id=tuple(
                row.merchant_name and entity_id(row.merchant_name) for row in rows
            ),
            category_primary=tuple(primary_of(row.category_detailed) for row in rows),
            category_detailed=tuple(row.category_detailed for row in rows),
            payment_channel=tuple(row.payment_channel for row in rows),
        ),
        first_employer=first_employer,
        first_biller=first_biller,
        first_subscription=first_subscription,
        first_counterparty=first_counterparty,
        first_card_product=first_card_product,
        first_shop=first_shop,
        first_returned=first_returned,
    )


def _shop_labels(shops: Merchants) -> Iterator[Label]:
    """Labels of every merchant in the order `Labels.shop` counts: in store, then online."""
    for descriptor, name, code in zip(
        shops.descriptors, shops.names, shops.category_detailed, strict=True
    ):
        yield Label(descriptor, name, code, "in store")
        yield Label(_online(descriptor), name, code, "online")


def _online(descriptor: str) -> str:
    """The line of a chain's site, which has no branch: `TARGET T-{store}` is `TARGET.COM`."""
    chain, store, _ = descriptor.partition(STORE)
    return re.sub(r"[ #-]+\w?-?$", "", chain).replace(" ", "") + ".COM" if store else descriptor
