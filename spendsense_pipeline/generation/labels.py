"""What a bank statement calls things: every description a row can have, as one table of labels.

A posting carries the number of its label; the strings are looked up once, when tables are made.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.generation.attributes import IRREGULAR
from spendsense_pipeline.generation.catalog import Catalog, entity_id
from spendsense_pipeline.generation.quota_sampling import Flags
from spendsense_pipeline.generation.randomness import Ints, choose, integers, mix64, uniform
from spendsense_pipeline.generation.world import World

STORES_PER_MERCHANT: Final = 16
"""Branches of a merchant that people of one place may go to; a person keeps to one."""


class Fixed(IntEnum):
    """Labels that no catalog file holds: the bank's own, and repairs nobody plans."""

    SAVINGS_OUT = 0
    SAVINGS_IN = 1
    WAGE_OUT = 2
    WAGE_IN = 3
    CARD_PAYMENT_OUT = 4
    CARD_PAYMENT_IN = 5
    CARD_INTEREST = 6
    LATE_FEE = 7
    OVERDRAFT_FEE = 8
    SAVINGS_INTEREST = 9
    BUSINESS_REVENUE = 10
    BUSINESS_SUPPLIES = 11
    CAR_REPAIR = 12
    DENTIST = 13
    PLUMBER = 14
    VETERINARIAN = 15


EMERGENCIES: Final = (Fixed.CAR_REPAIR, Fixed.DENTIST, Fixed.PLUMBER, Fixed.VETERINARIAN)
# description, merchant, primary, detailed, channel
_FIXED: Final = (
    ("ONLINE TRANSFER TO SAV", None, "TRANSFER_OUT", "TRANSFER_OUT_SAVINGS", "other"),
    ("ONLINE TRANSFER FROM CHK", None, "TRANSFER_IN", "TRANSFER_IN_SAVINGS", "other"),
    ("ONLINE TRANSFER TO CHK", None, "TRANSFER_OUT", "TRANSFER_OUT_ACCOUNT_TRANSFER", "other"),
    ("ONLINE TRANSFER FROM SAV", None, "TRANSFER_IN", "TRANSFER_IN_ACCOUNT_TRANSFER", "other"),
    (
        "CARD SERVICES AUTOPAY",
        None,
        "LOAN_PAYMENTS",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "other",
    ),
    (
        "PAYMENT RECEIVED - THANK YOU",
        None,
        "LOAN_PAYMENTS",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "other",
    ),
    ("INTEREST CHARGE ON PURCHASES", None, "BANK_FEES", "BANK_FEES_INTEREST_CHARGE", "other"),
    ("LATE PAYMENT FEE", None, "BANK_FEES", "BANK_FEES_LATE_FEES", "other"),
    ("OVERDRAFT ITEM FEE", None, "BANK_FEES", "BANK_FEES_OVERDRAFT_FEES", "other"),
    ("INTEREST PAYMENT", None, "INCOME", "INCOME_INTEREST_EARNED", "other"),
    (
        "MERCHANT SETTLEMENT DEPOSIT",
        "Merchant Settlement",
        "TRANSFER_IN",
        "TRANSFER_IN_DEPOSIT",
        "other",
    ),
    (
        "CORNERSTONE WHOLESALE SUPPLY",
        "Cornerstone Wholesale Supply",
        "GENERAL_MERCHANDISE",
        "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE",
        "online",
    ),
    (
        "RELIANCE AUTO REPAIR",
        "Reliance Auto Repair",
        "GENERAL_SERVICES",
        "GENERAL_SERVICES_AUTOMOTIVE",
        "in store",
    ),
    (
        "MAIN STREET DENTAL GROUP",
        "Main Street Dental Group",
        "MEDICAL",
        "MEDICAL_DENTAL_CARE",
        "in store",
    ),
    (
        "HANDY PLUMBING AND HEATING",
        "Handy Plumbing and Heating",
        "HOME_IMPROVEMENT",
        "HOME_IMPROVEMENT_REPAIR_AND_MAINTENANCE",
        "other",
    ),
    (
        "PARKVIEW ANIMAL HOSPITAL",
        "Parkview Animal Hospital",
        "MEDICAL",
        "MEDICAL_VETERINARY_SERVICES",
        "in store",
    ),
)


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
    first_shop: int

    def payer(self, world: World, user: Ints, column: Ints) -> Ints:
        """Who pays each paycheck: one employer, or up to three clients of irregular workers."""
        employers = self.catalog.employers
        is_irregular = world.profiles.cadence == IRREGULAR
        is_gig = uniform(world.words("payer", 3)) < 0.4
        tier = world.profiles.people.income_tier
        chosen = np.empty((world.users, 3), dtype=np.int64)
        word = world.words("payer", np.arange(3))
        pools = [
            (~is_irregular & (tier == level), employers.by_level[name])
            for level, name in enumerate(("low", "middle", "high"))
        ]
        pools += [
            (is_irregular & is_gig, employers.by_kind["gig"]),
            (is_irregular & ~is_gig, employers.by_kind["contractor"]),
        ]
        for who, rows in pools:
            chosen[who] = rows[choose(word[who], employers.weight[rows])]
        turn = np.where(is_irregular[user], column % 3, 0)
        return self.first_employer + chosen[user, turn]

    def shop(self, world: World, user: Ints, merchant: Ints, is_online: Flags) -> Ints:
        """A merchant's line: which branch, and whether bought online."""
        place = world.profiles.people.region * 64 + integers(world.words("branch", 0), 64)
        branch = (mix64(place[user] * 4_096 + merchant) >> np.uint64(60)).astype(np.int64)
        return self.first_shop + (merchant * 2 + is_online) * STORES_PER_MERCHANT + branch


@functools.lru_cache(maxsize=4)
def labels_for(catalog: Catalog) -> Labels:
    """The label table of a catalog, made once per process."""
    employers, billers, services = catalog.employers, catalog.billers, catalog.subscriptions
    shops = catalog.merchants
    first_employer = len(_FIXED)
    first_biller = first_employer + len(employers)
    first_subscription = first_biller + len(billers)
    first_shop = first_subscription + len(services)
    rows: list[tuple[str, str | None, str | None, str, str, str]] = [
        (name, merchant, entity_id(merchant) if merchant else None, primary, detailed, channel)
        for name, merchant, primary, detailed, channel in _FIXED
    ]
    for part, channel in ((employers, "other"), (billers, None), (services, "online")):
        rows += [
            (
                part.descriptors[row],
                part.names[row],
                part.entity_ids[row],
                part.category_primary[row],
                part.category_detailed[row],
                channel or billers.payment_channel[row],
            )
            for row in range(len(part))
        ]
    for row in range(len(shops)):
        for channel in ("in store", "online"):
            rows += [
                (
                    shops.descriptors[row].replace("{store}", str(_store_number(row, branch))),
                    shops.names[row],
                    shops.entity_ids[row],
                    shops.category_primary[row],
                    shops.category_detailed[row],
                    channel,
                )
                for branch in range(STORES_PER_MERCHANT)
            ]
    columns = tuple(zip(*rows, strict=True))
    return Labels(
        catalog=catalog,
        table=LabelTable(*columns),
        first_employer=first_employer,
        first_biller=first_biller,
        first_subscription=first_subscription,
        first_shop=first_shop,
    )


def _store_number(merchant: int, branch: int) -> int:
    return 100 + (merchant * 7_919 + branch * 613) % 9_800
