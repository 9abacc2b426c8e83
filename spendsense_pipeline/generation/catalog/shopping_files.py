"""Reads the files about shopping: kinds of spending, merchants, how they post, and places."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.controls import SPENDING_CATEGORIES
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog.sheets import Sheet
from spendsense_pipeline.generation.catalog.shopping import (
    CLIENTELE_FROM_AGES,
    LOCAL_PLACEHOLDERS,
    Clienteles,
    Merchants,
    Places,
    PostingClasses,
    PriceEndings,
    SpendingGroups,
    TripPurchases,
    VisitKinds,
)
from spendsense_pipeline.tables.raw import REGIONS

POSTING_DAYS_MAX: Final = 3
"""Business days a purchase takes to post at most."""
HOLD_USD_MAX: Final = 200.0
"""Card networks allow 175 dollars at pumps (2022)."""
EVERYBODY: Final = "everybody"
"""The clientele of merchants that anybody goes to."""
ORDINARY_VISITS: Final = "ordinary"
"""The kind of merchants visited whenever one likes."""


def read_posting_classes() -> PostingClasses:
    """How long purchases take to post."""
    sheet = Sheet.from_package("posting_classes.csv")
    classes = PostingClasses(
        names=sheet.text("posting_class", unique=True),
        business_days_shares=sheet.shares("business_days_shares", POSTING_DAYS_MAX + 1),
        is_tipped=sheet.numbers("is_tipped", 0, 1).astype(np.bool_),
        hold_least_cents=_holds(sheet, "hold_least_usd"),
        hold_most_cents=_holds(sheet, "hold_most_usd"),
    )
    sheet.finish()
    return classes


def _holds(sheet: Sheet, column: str) -> Ints:
    return np.rint(sheet.numbers(column, 0, HOLD_USD_MAX) * 100).astype(np.int64)


def read_visit_kinds() -> VisitKinds:
    """Kinds of merchants nobody visits twice in a row."""
    sheet = Sheet.from_package("visit_kinds.csv")
    kinds = VisitKinds(
        names=sheet.text("visit_kind", unique=True),
        days_between=sheet.numbers("days_between", 0, 400).astype(np.int64),
        half_needed_days=sheet.numbers("half_needed_days", 0, 400),
    )
    if kinds.names[0] != ORDINARY_VISITS or kinds.days_between[0] != 0:
        sheet.complain(0, "visit_kind", kinds.names[0], "must be ordinary, with no days between")
    sheet.finish()
    return kinds


def read_clienteles() -> Clienteles:
    """Kinds of merchants by who goes to them at all."""
    sheet = Sheet.from_package("clienteles.csv")
    ages = [sheet.numbers(f"share_from_{age}", 0, 1) for age in CLIENTELE_FROM_AGES]
    clienteles = Clienteles(
        names=sheet.text("clientele", unique=True),
        share_by_age=np.stack(ages, axis=1),
        without_children_factor=sheet.numbers("without_children_factor", 0, 1),
    )
    if clienteles.names[0] != EVERYBODY or (clienteles.share_by_age[0] < 1).any():
        sheet.complain(0, "clientele", clienteles.names[0], f"must be {EVERYBODY}, all of them")
    sheet.finish()
    return clienteles


def read_price_endings() -> PriceEndings:
    """How prices end by what is sold."""
    sheet = Sheet.from_package("price_endings.csv")
    endings = PriceEndings(
        category_detailed=sheet.category_codes(),
        whole_share=sheet.numbers("whole_share", 0, 1),
        whole_step_cents=sheet.cents("whole_step_usd"),
        ninety_nine_share=sheet.numbers("ninety_nine_share", 0, 1),
    )
    for number, together in enumerate((endings.whole_share + endings.ninety_nine_share).tolist()):
        if together > 1:
            sheet.complain(number, "ninety_nine_share", together, "and whole_share exceed 1")
    sheet.finish()
    return endings


def read_trip_purchases() -> TripPurchases:
    """What is bought on trips."""
    sheet = Sheet.from_package("trip_purchases.csv")
    bought = TripPurchases(
        category_detailed=sheet.category_codes(),
        driven_share=sheet.numbers("driven_share", 0, 1),
        flown_share=sheet.numbers("flown_share", 0, 1),
    )
    sheet.finish()
    return bought


def read_spending_groups(classes: PostingClasses) -> SpendingGroups:
    """Kinds of everyday spending.

    Args:
        classes: How their purchases may post.

    Returns:
        The groups.
    """
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
        online_posting_class=_index_in(sheet, "online_posting_class", classes.names),
        refund_share=sheet.numbers("refund_share", 0, 0.2),
        weekday_profile=sheet.profiles("weekday_profile", 7),
        month_profile=sheet.profiles("month_profile", 12),
    )
    if abs(groups.purchase_share.sum() - 1) > 1e-9:
        sheet.problems.append("spending_groups.csv: purchase_share must add up to 1")
    sheet.finish()
    return groups


def _index_in(sheet: Sheet, column: str, names: tuple[str, ...]) -> Ints:
    """Rows of the names a column gives; what is wrong is kept for `finish`."""
    given = sheet.one_of(column, names)
    return np.array([names.index(name) if name in names else 0 for name in given], dtype=np.int64)


def read_merchants(
    groups: SpendingGroups,
    kinds: VisitKinds,
    clienteles: Clienteles,
    endings: PriceEndings,
    places: Places,
) -> Merchants:
    """Where everyday purchases are made.

    Args:
        groups: The kinds of spending they belong to.
        kinds: The kinds of visits.
        clienteles: Who goes to them.
        endings: How prices end by category: every merchant's must be there.
        places: The states they may serve.

    Returns:
        The merchants.
    """
    sheet = Sheet.from_package("merchants.csv")
    detailed = sheet.category_codes()
    for number, code in enumerate(detailed):
        if code not in endings.category_detailed:
            sheet.complain(
                number, "category_detailed", code, "must have a row in price_endings.csv"
            )
    names = sheet.text("merchant_name", unique=True)
    lines, in_store_share = descriptors(sheet, names), sheet.numbers("in_store_share", 0, 1)
    group = _index_in(sheet, "spending_group", groups.names)
    merchants = Merchants(
        names=names,
        descriptors=lines,
        online_descriptors=online_descriptors(sheet, lines, in_store_share),
        category_detailed=detailed,
        group=group,
        in_store_share=in_store_share,
        ticket_median_cents=sheet.cents("ticket_median_usd"),
        ticket_sigma=sheet.numbers("ticket_sigma", 0.05, 2.0),
        ticket_cap_cents=sheet.cents("ticket_cap_usd"),
        visit_kind=_index_in(sheet, "visit_kind", kinds.names),
        clientele=_index_in(sheet, "clientele", clienteles.names),
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
    sheet.finish()
    return merchants


def online_descriptors(
    sheet: Sheet, lines: tuple[str, ...], in_store_share: Floats
) -> tuple[str, ...]:
    """The column `online_descriptor`, filled in by `descriptor` where that names no branch.

    Args:
        sheet: The file of the merchants.
        lines: The column `descriptor`, `[N]`.
        in_store_share: The column of that name, `[N]`.

    Returns:
        A line each, `[N]`; what is wrong is kept for `finish`.
    """
    online = sheet.optional_text("online_descriptor")
    for number, (line, shop, share) in enumerate(
        zip(online, lines, in_store_share.tolist(), strict=True)
    ):
        if line and share == 1:
            sheet.complain(number, "online_descriptor", line, "must be empty: nothing is sold so")
        if not line and share < 1 and "{store}" in shop:
            remedy = "must say how the site's line reads, which has no branch"
            sheet.complain(number, "online_descriptor", line, remedy)
        if "{" in line or "}" in line:
            sheet.complain(number, "online_descriptor", line, "may hold no braces")
    return tuple(line or shop for line, shop in zip(online, lines, strict=True))


def read_places() -> Places:
    """Where people live, work and travel."""
    sheet = Sheet.from_package("places.csv")
    places = Places(
        cities=sheet.text("city"),
        states=sheet.text("state"),
        counties=sheet.text("county"),
        regions=sheet.one_of("region", REGIONS),
        weight=sheet.numbers("population_weight", 1),
        visitor_weight=sheet.numbers("visitor_weight", 1),
        latitude=sheet.numbers("latitude", 18, 72),
        longitude=sheet.numbers("longitude", -180, -66),
    )
    sheet.finish()
    return places


def descriptors(sheet: Sheet, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The column `descriptor`, with no placeholder but `{store}`.

    Args:
        sheet: The file.
        names: What the rows are called, `[N]`, if they may be local: then both hold the same of
            LOCAL_PLACEHOLDERS.

    Returns:
        A line per row; what is wrong is kept for `finish`.
    """
    descriptors = sheet.text("descriptor")
    for number, descriptor in enumerate(descriptors):
        rest = descriptor.replace("{store}", "")
        for local in LOCAL_PLACEHOLDERS if names else ():
            if (local in descriptor) != (local in names[number]):
                remedy = f"must hold {local} if the name does, and only then"
                sheet.complain(number, "descriptor", descriptor, remedy)
            rest = rest.replace(local, "")
        if "{" in rest or "}" in rest or not rest.strip(" #"):
            known = ("{store}", *LOCAL_PLACEHOLDERS) if names else ("{store}",)
            remedy = f"may hold {' '.join(known)} and nothing else in braces"
            sheet.complain(number, "descriptor", descriptor, remedy)
    return descriptors
