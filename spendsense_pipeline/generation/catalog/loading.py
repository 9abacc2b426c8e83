"""Makes the catalog out of its files, and refuses one that contradicts itself or Plaid's taxonomy.

The promises kept here: category codes exist; a name stands for one category across
merchants, services, billers and payers; only `{store}` is filled into descriptors.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.catalog.records import (
    BILL_KINDS,
    BILLINGS,
    NAME_DECADES,
    AccountProducts,
    Billers,
    CardProducts,
    Catalog,
    Employers,
    FirstNames,
    LastNames,
    SubscriptionPlans,
    Subscriptions,
)
from spendsense_pipeline.generation.catalog.sheets import CatalogError, Sheet
from spendsense_pipeline.generation.catalog.shopping_files import (
    descriptors,
    read_merchants,
    read_places,
    read_posting_classes,
    read_spending_groups,
    read_visit_kinds,
)
from spendsense_pipeline.plaid import accounts, categories
from spendsense_pipeline.tables.raw import GENDERS, INCOME_TIERS, PAYMENT_CHANNELS

EMPLOYER_KINDS: Final = ("employer", "contractor", "gig", "pension", "social_security")
"""Who pays: an employer, a contractor's client, a gig platform, a pension fund, Social Security."""
MONTHS: Final = tuple(str(month) for month in range(1, 13))
"""As a file names them."""


def _read_subscriptions() -> Subscriptions:
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
    sheet.text("source")  # a price without its source is refused
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


def _read_billers() -> Billers:
    sheet = Sheet.from_package("billers.csv")
    detailed = sheet.category_codes()
    billers = Billers(
        names=sheet.text("biller_name", unique=True),
        descriptors=descriptors(sheet),
        kind=sheet.one_of("kind", BILL_KINDS),
        category_detailed=detailed,
        amount_median_cents=sheet.cents("amount_median_usd"),
        amount_sigma=sheet.numbers("amount_sigma", 0, 1),
        monthly_variation=sheet.numbers("monthly_variation", 0, 0.3),
        month_profile=sheet.profiles("month_profile", 12),
        due_months=sheet.subsets("due_months", MONTHS),
        payment_channel=sheet.one_of("payment_channel", PAYMENT_CHANNELS),
        weight=sheet.numbers("popularity_weight", 0.01),
    )
    sheet.text("source")
    for number, code in enumerate(detailed):
        if not categories.is_bill(code):
            sheet.complain(number, "category_detailed", code, "must be a category of bills")
    sheet.finish()
    return billers


def _read_employers() -> Employers:
    sheet = Sheet.from_package("employers.csv")
    detailed = sheet.one_of(
        "category_detailed", (*categories.EARNED_INCOME_CODES[1:], categories.RETIREMENT_INCOME)
    )
    employers = Employers(
        names=sheet.text("employer_name", unique=True),
        descriptors=descriptors(sheet),
        kind=sheet.one_of("kind", EMPLOYER_KINDS),
        category_detailed=detailed,
        pay_level=sheet.one_of("pay_level", INCOME_TIERS),
        weight=sheet.numbers("popularity_weight", 0.01),
    )
    sheet.finish()
    return employers


def _read_people() -> tuple[FirstNames, LastNames]:
    given, family = Sheet.from_package("first_names.csv"), Sheet.from_package("last_names.csv")
    given.text("source")
    records = (
        FirstNames(
            names=given.text("first_name", unique=True),
            gender_leaning=given.one_of("gender_leaning", GENDERS),
            weight=np.stack(
                [given.numbers(f"born_{year}s", 0.01) for year in NAME_DECADES], axis=1
            ),
        ),
        LastNames(
            names=family.text("last_name", unique=True), weight=family.numbers("weight", 0.01)
        ),
    )
    for sheet in (given, family):
        sheet.finish()
    return records


def _read_products() -> tuple[CardProducts, AccountProducts]:
    cards, deposits = (
        Sheet.from_package("card_products.csv"),
        Sheet.from_package("account_products.csv"),
    )
    card_products = CardProducts(
        names=cards.text("name", unique=True),
        official_names=cards.text("official_name", unique=True),
        weight=cards.numbers("popularity_weight", 0.01),
    )
    account_products = AccountProducts(
        subtypes=deposits.one_of("subtype", accounts.SUBTYPES[accounts.DEPOSITORY]),
        names=deposits.text("name"),
        official_names=deposits.text("official_name", unique=True),
        apy_percent=deposits.numbers("apy_percent", 0, 10),
        weight=deposits.numbers("popularity_weight", 0.01),
    )
    cards.finish()
    deposits.finish()
    return card_products, account_products


@functools.cache
def load_catalog() -> Catalog:
    """The catalog as shipped, read and validated once per process.

    Raises:
        CatalogError: A file contradicts itself, another or Plaid's taxonomy; every problem is
            named.
    """
    classes, kinds, places = read_posting_classes(), read_visit_kinds(), read_places()
    groups = read_spending_groups(classes)
    first_names, last_names = _read_people()
    card_products, account_products = _read_products()
    catalog = Catalog(
        spending_groups=groups,
        posting_classes=classes,
        visit_kinds=kinds,
        merchants=read_merchants(groups, kinds, places),
        subscriptions=_read_subscriptions(),
        billers=_read_billers(),
        employers=_read_employers(),
        first_names=first_names,
        last_names=last_names,
        places=places,
        card_products=card_products,
        account_products=account_products,
    )
    problems = name_conflicts(catalog)
    if problems:
        raise CatalogError(problems)
    return catalog


def name_conflicts(catalog: Catalog) -> list[str]:
    """Names that stand for two things: a merchant keeps its category."""
    lists = {
        "a merchant": catalog.merchants.names,
        "a subscription": catalog.subscriptions.names,
        "a biller": catalog.billers.names,
        "an employer": catalog.employers.names,
    }
    seen: dict[str, str] = {}
    problems = []
    for what, names in lists.items():
        for name in names:
            if name.casefold() in seen:
                problems.append(f"{name!r} is {seen[name.casefold()]} and {what}: rename one")
            seen[name.casefold()] = what
    return problems
