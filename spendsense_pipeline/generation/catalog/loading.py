"""Makes the catalog out of its files, and refuses one that contradicts itself or Plaid's taxonomy.

The promises kept here: category codes exist; a name stands for one category across
merchants, services, billers and payers; only `{store}` is filled into descriptors.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.controls import SPENDING_CATEGORIES
from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.catalog.offers import read_products, read_subscriptions
from spendsense_pipeline.generation.catalog.records import (
    BILL_KINDS,
    NAME_DECADES,
    Billers,
    Catalog,
    Employers,
    FirstNames,
    LastNames,
)
from spendsense_pipeline.generation.catalog.sheets import CatalogError, Sheet
from spendsense_pipeline.generation.catalog.shopping import (
    Merchants,
    Places,
    PostingClasses,
    SpendingGroups,
    VisitKinds,
)
from spendsense_pipeline.plaid import categories
from spendsense_pipeline.tables.raw import GENDERS, INCOME_TIERS, PAYMENT_CHANNELS, REGIONS

EMPLOYER_KINDS: Final = ("employer", "contractor", "gig", "pension", "social_security")
"""Who pays: an employer, a contractor's client, a gig platform, a pension fund, Social Security."""
POSTING_DAYS_MAX: Final = 3
"""Business days a purchase takes to post at most."""
ONLINE_POSTING_CLASS: Final = "online"
"""How what is bought online posts, whatever its group."""
ORDINARY_VISITS: Final = "ordinary"
"""The kind of merchants visited whenever one likes."""


def _read_posting_classes() -> PostingClasses:
    sheet = Sheet.from_package("posting_classes.csv")
    classes = PostingClasses(
        names=sheet.text("posting_class", unique=True),
        business_days_shares=sheet.shares("business_days_shares", POSTING_DAYS_MAX + 1),
        is_tipped=sheet.numbers("is_tipped", 0, 1).astype(np.bool_),
        hold_cents=np.rint(sheet.numbers("hold_usd", 0, 200) * 100).astype(np.int64),
    )
    if ONLINE_POSTING_CLASS not in classes.names:
        sheet.problems.append(f"posting_classes.csv: no class {ONLINE_POSTING_CLASS!r}")
    sheet.text("source")  # a number without its source is refused
    sheet.finish()
    return classes


def _read_visit_kinds() -> VisitKinds:
    sheet = Sheet.from_package("visit_kinds.csv")
    kinds = VisitKinds(
        names=sheet.text("visit_kind", unique=True),
        days_between=sheet.numbers("days_between", 0, 400).astype(np.int64),
    )
    if kinds.names[0] != ORDINARY_VISITS or kinds.days_between[0] != 0:
        sheet.complain(0, "visit_kind", kinds.names[0], "must be ordinary, with no days between")
    sheet.text("source")
    sheet.finish()
    return kinds


def _read_spending_groups(classes: PostingClasses) -> SpendingGroups:
    sheet = Sheet.from_package("spending_groups.csv")
    groups = SpendingGroups(
        names=sheet.text("group", unique=True),
        category=sheet.one_of("spending_category", (*SPENDING_CATEGORIES, "cash")),
        annual_cents=sheet.cents("annual_usd"),
        purchase_share=sheet.numbers("purchase_share", 0, 1),
        ticket_median_cents=sheet.cents("ticket_median_usd"),
        ticket_sigma=sheet.numbers("ticket_sigma", 0.05, 2.0),
        ticket_cap_cents=sheet.cents("ticket_cap_usd"),
        posting_class=_index_in(sheet, "posting_class", classes.names),
        refund_share=sheet.numbers("refund_share", 0, 0.2),
        weekday_profile=sheet.profiles("weekday_profile", 7),
        month_profile=sheet.profiles("month_profile", 12),
    )
    if abs(groups.purchase_share.sum() - 1) > 1e-9:
        sheet.problems.append("spending_groups.csv: purchase_share must add up to 1")
    sheet.text("source")
    sheet.finish()
    return groups


def _index_in(sheet: Sheet, column: str, names: tuple[str, ...]) -> Ints:
    """Rows of the names a column gives; what is wrong is kept for `finish`."""
    given = sheet.one_of(column, names)
    return np.array([names.index(name) if name in names else 0 for name in given], dtype=np.int64)


def _read_merchants(groups: SpendingGroups, kinds: VisitKinds, places: Places) -> Merchants:
    sheet = Sheet.from_package("merchants.csv")
    detailed = sheet.category_codes()
    group = _index_in(sheet, "spending_group", groups.names)
    merchants = Merchants(
        names=sheet.text("merchant_name", unique=True),
        descriptors=sheet.descriptors(),
        category_detailed=detailed,
        group=group,
        in_store_share=sheet.numbers("in_store_share", 0, 1),
        ticket_median_cents=sheet.cents("ticket_median_usd"),
        ticket_sigma=sheet.numbers("ticket_sigma", 0.05, 2.0),
        ticket_cap_cents=sheet.cents("ticket_cap_usd"),
        visit_kind=_index_in(sheet, "visit_kind", kinds.names),
        weight=sheet.numbers("popularity_weight", 0.01),
        serves=sheet.subsets("states", places.state_names),
        closed_on=sheet.optional_dates("closed_on"),
    )
    for number, (median, cap, most) in enumerate(
        zip(
            merchants.ticket_median_cents.tolist(),
            merchants.ticket_cap_cents.tolist(),
            groups.ticket_cap_cents[group].tolist(),
            strict=True,
        )
    ):
        if not 2 * median <= cap <= most:
            remedy = f"must lie between twice the median and its group's {most / 100:.2f}"
            sheet.complain(number, "ticket_cap_usd", cap / 100, remedy)
    for of, name in enumerate(groups.names):
        here = (group == of) & np.isnat(merchants.closed_on)
        alone = ~merchants.serves[here].any(axis=0)
        if alone.any():
            without = ", ".join(np.array(places.state_names)[alone])
            sheet.problems.append(f"merchants.csv: no merchant for the group {name} in {without}")
    sheet.text("source")
    sheet.finish()
    return merchants


def _read_billers() -> Billers:
    sheet = Sheet.from_package("billers.csv")
    detailed = sheet.category_codes()
    billers = Billers(
        names=sheet.text("biller_name", unique=True),
        descriptors=sheet.descriptors(),
        kind=sheet.one_of("kind", BILL_KINDS),
        category_detailed=detailed,
        amount_median_cents=sheet.cents("amount_median_usd"),
        amount_sigma=sheet.numbers("amount_sigma", 0, 1),
        monthly_variation=sheet.numbers("monthly_variation", 0, 0.3),
        month_profile=sheet.profiles("month_profile", 12),
        payment_channel=sheet.one_of("payment_channel", PAYMENT_CHANNELS),
        weight=sheet.numbers("popularity_weight", 0.01),
    )
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
        descriptors=sheet.descriptors(),
        kind=sheet.one_of("kind", EMPLOYER_KINDS),
        category_detailed=detailed,
        pay_level=sheet.one_of("pay_level", INCOME_TIERS),
        weight=sheet.numbers("popularity_weight", 0.01),
    )
    sheet.finish()
    return employers


def _read_people() -> tuple[FirstNames, LastNames, Places]:
    given, family = Sheet.from_package("first_names.csv"), Sheet.from_package("last_names.csv")
    given.text("source")
    places = Sheet.from_package("places.csv")
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
        Places(
            cities=places.text("city"),
            states=places.text("state"),
            regions=places.one_of("region", REGIONS),
            weight=places.numbers("population_weight", 1),
            visitor_weight=places.numbers("visitor_weight", 1),
            latitude=places.numbers("latitude", 18, 72),
            longitude=places.numbers("longitude", -180, -66),
        ),
    )
    for sheet in (given, family, places):
        sheet.finish()
    return records


@functools.cache
def load_catalog() -> Catalog:
    """The catalog as shipped, read and validated once per process.

    Raises:
        CatalogError: A file contradicts itself, another or Plaid's taxonomy; every problem is
            named.
    """
    classes, kinds = _read_posting_classes(), _read_visit_kinds()
    groups = _read_spending_groups(classes)
    first_names, last_names, places = _read_people()
    merchants = _read_merchants(groups, kinds, places)
    card_products, account_products = read_products(merchants)
    catalog = Catalog(
        spending_groups=groups,
        posting_classes=classes,
        visit_kinds=kinds,
        merchants=merchants,
        subscriptions=read_subscriptions(),
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
