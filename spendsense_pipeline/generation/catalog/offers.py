"""Reads what is on offer: services with their price lists, banks, their cards and accounts."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.catalog.products import (
    INSTITUTION_KINDS,
    AccountProducts,
    CardProducts,
    Institutions,
)
from spendsense_pipeline.generation.catalog.records import (
    BILLINGS,
    SubscriptionPlans,
    Subscriptions,
)
from spendsense_pipeline.generation.catalog.sheets import Sheet
from spendsense_pipeline.generation.catalog.shopping import Merchants
from spendsense_pipeline.generation.catalog.shopping_files import descriptors
from spendsense_pipeline.plaid import accounts, categories
from spendsense_pipeline.tables.raw import REGIONS

OTHER_MACHINE_FEE_USD_MAX: Final = 5.0
"""No bank takes more of its customers at another's machine (Bankrate 2025)."""


def read_subscriptions() -> Subscriptions:
    """Services and the price lists of their plans."""
    sheet = Sheet.from_package("subscriptions.csv")
    detailed = sheet.category_codes()
    names = sheet.text("merchant_name", unique=True)
    subscriptions = Subscriptions(
        names=names,
        descriptors=descriptors(sheet),
        category_detailed=detailed,
        billing=sheet.one_of("billing", BILLINGS),
        weight=sheet.numbers("popularity_weight", 0.01, 100),
        plans=_read_subscription_plans(names),
    )
    for number, billing in enumerate(subscriptions.billing):
        if (billing != "yearly") != categories.is_subscription(detailed[number]):
            remedy = "must be a category whose streams count as subscriptions, but if billed yearly"
            sheet.complain(number, "category_detailed", detailed[number], remedy)
    for name in sorted(set(names) - {names[row] for row in subscriptions.plans.service}):
        sheet.problems.append(f"subscription_plans.csv: no plan of {name}")
    sheet.finish()
    return subscriptions


def _read_subscription_plans(services: tuple[str, ...]) -> SubscriptionPlans:
    sheet = Sheet.from_package("subscription_plans.csv")
    service = sheet.one_of("merchant_name", services)
    plan, since = sheet.text("plan"), sheet.days("valid_from")
    cents = sheet.cents("price_usd")
    lists: dict[tuple[str, str], list[int]] = {}
    for number, key in enumerate(zip(service, plan, strict=True)):
        entries = lists.setdefault(key, [])
        if entries and since[entries[-1]] >= since[number]:
            written = sheet.rows[number]["valid_from"]
            sheet.complain(number, "valid_from", written, "must come later than its line above")
        entries.append(number)
    sheet.finish()
    longest = max(map(len, lists.values()))
    valid_from = np.full((len(lists), longest), np.iinfo(np.int64).max)
    price_cents = np.zeros((len(lists), longest), dtype=np.int64)
    for row, entries in enumerate(lists.values()):
        valid_from[row, : len(entries)] = since[entries]
        price_cents[row, : len(entries)] = cents[entries]
    return SubscriptionPlans(
        service=np.array([services.index(name) for name, _ in lists], dtype=np.int64),
        valid_from=valid_from,
        price_cents=price_cents,
    )


def read_institutions() -> Institutions:
    """Banks, credit unions and card issuers.

    Returns:
        A row each, in the order of the file.
    """
    sheet = Sheet.from_package("institutions.csv")
    institutions = Institutions(
        ids=sheet.text("institution_id", unique=True),
        names=sheet.text("institution_name", unique=True),
        kind=sheet.one_of("kind", INSTITUTION_KINDS),
        in_region=sheet.subsets("regions", REGIONS),
        other_machine_fee_cents=np.rint(
            sheet.numbers("other_machine_fee_usd", 0, OTHER_MACHINE_FEE_USD_MAX) * 100
        ).astype(np.int64),
    )
    sheet.finish()
    return institutions


def read_products(
    merchants: Merchants, institutions: Institutions
) -> tuple[CardProducts, AccountProducts]:
    """Cards and deposit accounts on offer.

    Args:
        merchants: Among which are the stores with cards of their own, `[N]`.
        institutions: Whose they are, `[I]`.

    Returns:
        A row per product, in the order of the files.
    """
    cards, deposits = (
        Sheet.from_package("card_products.csv"),
        Sheet.from_package("account_products.csv"),
    )
    card_products = CardProducts(
        names=cards.text("name", unique=True),
        official_names=cards.text("official_name", unique=True),
        institution=_institution(cards, institutions),
        payment_descriptors=cards.text("payment_descriptor", unique=True),
        stores=cards.some_of("stores", merchants.names),
        limit_least_usd=cards.numbers("limit_least_usd", 100),
        limit_most_usd=cards.numbers("limit_most_usd", 100),
        apr_least_percent=cards.numbers("apr_least_percent", 0, 36),
        apr_most_percent=cards.numbers("apr_most_percent", 0, 36),
        age_least=cards.numbers("age_least", 18, 120),
        age_most=cards.numbers("age_most", 18, 120),
        income_least_usd=cards.numbers("income_least_usd"),
        weight=cards.numbers("popularity_weight", 0.01),
    )
    for column, least, most in (
        ("limit_least_usd", card_products.limit_least_usd, card_products.limit_most_usd),
        ("apr_least_percent", card_products.apr_least_percent, card_products.apr_most_percent),
        ("age_least", card_products.age_least, card_products.age_most),
    ):
        for number in np.flatnonzero(least > most).tolist():
            cards.complain(number, column, float(least[number]), "must not exceed the most")
    account_products = AccountProducts(
        subtypes=deposits.one_of("subtype", accounts.SUBTYPES[accounts.DEPOSITORY]),
        names=deposits.text("name"),
        official_names=deposits.text("official_name", unique=True),
        institution=_institution(deposits, institutions),
        apy_percent=deposits.numbers("apy_percent", 0, 10),
        weight=deposits.numbers("popularity_weight", 0.01),
    )
    cards.finish()
    deposits.finish()
    return card_products, account_products


def _institution(sheet: Sheet, institutions: Institutions) -> Ints:
    """Whose product each is, a row of Institutions: `[P]`."""
    named = sheet.one_of("institution_id", institutions.ids)
    return np.array([institutions.ids.index(each) for each in named], dtype=np.int64)
