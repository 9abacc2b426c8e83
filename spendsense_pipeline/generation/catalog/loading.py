"""Makes the catalog out of its files, and refuses one that contradicts itself or Plaid's taxonomy.

The promises kept here: category codes exist; a name stands for one category across
merchants, services, billers and payers; only `{store}` is filled into descriptors.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.catalog.offers import (
    read_institutions,
    read_products,
    read_subscriptions,
)
from spendsense_pipeline.generation.catalog.records import (
    BILL_KINDS,
    NAME_DECADES,
    Billers,
    Catalog,
    Counterparties,
    Employers,
    FirstNames,
    LastNames,
)
from spendsense_pipeline.generation.catalog.sheets import CatalogError, Sheet
from spendsense_pipeline.generation.catalog.shopping import Places
from spendsense_pipeline.generation.catalog.shopping_files import (
    descriptors,
    read_clienteles,
    read_merchants,
    read_places,
    read_posting_classes,
    read_price_endings,
    read_spending_groups,
    read_trip_purchases,
    read_visit_kinds,
)
from spendsense_pipeline.plaid import categories
from spendsense_pipeline.tables.raw import GENDERS, INCOME_TIERS, PAYMENT_CHANNELS

EMPLOYER_KINDS: Final = (
    "employer",
    "contractor",
    "commission",
    "royalty",
    "seasonal",
    "gig",
    "pension",
    "social_security",
    "unemployment",
)
"""Who pays: an employer, a client by the project, a brokerage, a publisher, an employer by the
season, a gig platform, a pension fund, Social Security, a state's unemployment insurance."""
NOBODY: Final = "-"
"""Stands where a counterparty is no merchant."""
MONTHS: Final = tuple(str(month) for month in range(1, 13))
"""As a file names them."""


def _read_billers(places: Places) -> Billers:
    sheet = Sheet.from_package("billers.csv")
    names = sheet.text("biller_name", unique=True)
    detailed = sheet.category_codes()
    billers = Billers(
        names=names,
        descriptors=descriptors(sheet, names),
        kind=sheet.one_of("kind", BILL_KINDS),
        category_detailed=detailed,
        amount_median_cents=sheet.cents("amount_median_usd"),
        amount_sigma=sheet.numbers("amount_sigma", 0, 1),
        monthly_variation=sheet.numbers("monthly_variation", 0, 0.3),
        month_profile=sheet.profiles("month_profile", 12),
        due_months=sheet.subsets("due_months", MONTHS),
        payment_channel=sheet.one_of("payment_channel", PAYMENT_CHANNELS),
        weight=sheet.numbers("popularity_weight", 0.01),
        serves=sheet.subsets("states", places.state_names),
    )
    for kind, rows in billers.by_kind.items():
        alone = ~billers.serves[rows].any(axis=0)
        if alone.any():
            without = ", ".join(np.array(places.state_names)[alone])
            sheet.problems.append(f"billers.csv: nobody sends bills for {kind} in {without}")
    for number, code in enumerate(detailed):
        if not categories.is_bill(code):
            sheet.complain(number, "category_detailed", code, "must be a category of bills")
    sheet.finish()
    return billers


def _read_employers() -> Employers:
    sheet = Sheet.from_package("employers.csv")
    detailed = sheet.one_of(
        "category_detailed",
        (*categories.EARNED_INCOME_CODES[1:], *categories.BENEFIT_INCOME_CODES),
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


def _read_counterparties() -> Counterparties:
    sheet = Sheet.from_package("counterparties.csv")
    names = sheet.text("merchant_name")
    counterparties = Counterparties(
        descriptors=sheet.text("descriptor"),
        kind=sheet.text("kind"),
        category_detailed=sheet.category_codes(),
        merchant_names=tuple(None if name == NOBODY else name for name in names),
        weight=sheet.numbers("popularity_weight", 0.01),
    )
    sheet.finish()
    return counterparties


def _read_people() -> tuple[FirstNames, LastNames]:
    given, family = Sheet.from_package("first_names.csv"), Sheet.from_package("last_names.csv")
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


def _read_local_words() -> tuple[str, ...]:
    sheet = Sheet.from_package("local_words.csv")
    words = sheet.text("word", unique=True)
    sheet.finish()
    return words


@functools.cache
def load_catalog() -> Catalog:
    """The catalog as shipped, read and validated once per process.

    Raises:
        CatalogError: A file contradicts itself, another or Plaid's taxonomy; every problem is
            named.
    """
    classes, kinds, places = read_posting_classes(), read_visit_kinds(), read_places()
    clienteles = read_clienteles()
    endings = read_price_endings()
    groups = read_spending_groups(classes)
    first_names, last_names = _read_people()
    merchants = read_merchants(groups, kinds, clienteles, endings, places)
    institutions = read_institutions()
    card_products, account_products = read_products(merchants, institutions)
    catalog = Catalog(
        spending_groups=groups,
        posting_classes=classes,
        visit_kinds=kinds,
        clienteles=clienteles,
        price_endings=endings,
        trip_purchases=read_trip_purchases(),
        merchants=merchants,
        subscriptions=read_subscriptions(),
        billers=_read_billers(places),
        employers=_read_employers(),
        counterparties=_read_counterparties(),
        first_names=first_names,
        last_names=last_names,
        local_words=_read_local_words(),
        places=places,
        institutions=institutions,
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
        "a counterparty": [name for name in catalog.counterparties.merchant_names if name],
    }
    seen: dict[str, str] = {}
    problems = []
    for what, names in lists.items():
        for name in names:
            if name.casefold() in seen:
                problems.append(f"{name!r} is {seen[name.casefold()]} and {what}: rename one")
            seen[name.casefold()] = what
    return problems
