"""An operator's own merchants, added to the catalog as shipped.

In a spending category with custom merchants people shop only at those. The operator's categories
are coarser than our groups: the budget of all of a category's groups moves to its main group.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.controls import CustomMerchant
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.catalog.loading import name_conflicts
from spendsense_pipeline.generation.catalog.records import Catalog
from spendsense_pipeline.generation.catalog.sheets import CatalogError
from spendsense_pipeline.generation.catalog.shopping import Merchants, SpendingGroups

Column = tuple[str, ...] | npt.NDArray[Any]

MAIN_GROUPS: Final[dict[str, tuple[str, str]]] = {
    "groceries": ("groceries", "FOOD_AND_DRINK_GROCERIES"),
    "restaurants": ("dining", "FOOD_AND_DRINK_RESTAURANT"),
    "coffee": ("coffee", "FOOD_AND_DRINK_COFFEE"),
    "fuel": ("fuel", "TRANSPORTATION_GAS"),
    "transport": ("transit", "TRANSPORTATION_OTHER_TRANSPORTATION"),
    "merchandise": ("shopping", "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE"),
    "clothing": ("clothing", "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES"),
    "home": ("household", "HOME_IMPROVEMENT_OTHER_HOME_IMPROVEMENT"),
    "health": ("health", "MEDICAL_OTHER_MEDICAL"),
    "entertainment": ("entertainment", "ENTERTAINMENT_OTHER_ENTERTAINMENT"),
    "personal_care": ("personal_care", "PERSONAL_CARE_OTHER_PERSONAL_CARE"),
    "travel": ("travel", "TRAVEL_OTHER_TRAVEL"),
}
"""Spending category -> the group its custom merchants belong to and the Plaid code they carry."""


def with_custom_merchants(catalog: Catalog, rows: Sequence[CustomMerchant]) -> Catalog:
    """The catalog with the operator's merchants after its own, chosen instead of its own.

    A custom merchant takes its name with it: a merchant we ship under that name is no longer chosen
    anywhere, since a merchant keeps its category.

    Args:
        catalog: The catalog as shipped.
        rows: The operator's merchants.

    Returns:
        A new catalog, the same one if there are no rows.

    Raises:
        CatalogError: A name already stands for a subscription, a biller, an employer or where cash
            is fetched, or a group is left without a merchant.
    """
    return _extended(catalog, tuple(rows)) if rows else catalog


@functools.lru_cache(maxsize=8)
def _extended(catalog: Catalog, rows: tuple[CustomMerchant, ...]) -> Catalog:
    """Made once per catalog and list, as every shard of users asks for it."""
    groups = _with_budget_in_main_groups(catalog.spending_groups, {row.category for row in rows})
    main_groups = {groups.index(MAIN_GROUPS[row.category][0]) for row in rows}
    taken = {row.name.casefold() for row in rows}
    shipped = catalog.merchants
    is_cash = np.array(groups.category)[shipped.group] == "cash"
    machines = [shipped.names[row] for row in np.flatnonzero(is_cash).tolist()]
    if renamed := [each for each in machines if each.casefold() in taken]:
        message = f"custom_merchants name {', '.join(renamed)}, where cash is fetched: rename it"
        raise CatalogError([message])
    is_replaced = np.isin(shipped.group, sorted(main_groups)) | np.array(
        [name.casefold() in taken for name in shipped.names]
    )
    merchants = _appended(_without(shipped, is_replaced), rows, groups, _usual_visits(catalog))
    empty = [groups.names[g] for g in range(len(groups)) if g not in set(merchants.group.tolist())]
    if empty:
        message = f"custom_merchants leave no merchant for {', '.join(empty)}: rename one of them"
        raise CatalogError([message])
    extended = replace(catalog, merchants=merchants, spending_groups=groups)
    problems = name_conflicts(extended)
    if problems:
        raise CatalogError(problems)
    return extended


def _with_budget_in_main_groups(groups: SpendingGroups, customised: set[str]) -> SpendingGroups:
    """All a customised category spends is spent in its main group."""
    annual, shares = groups.annual_cents.copy(), groups.purchase_share.copy()
    for category in sorted(customised):
        members = np.array(groups.category) == category
        main = groups.index(MAIN_GROUPS[category][0])
        for moved in (annual, shares):
            total = moved[members].sum()
            moved[members] = 0
            moved[main] = total
    return replace(groups, annual_cents=annual, purchase_share=shares)


def _without(merchants: Merchants, is_replaced: Flags) -> Merchants:
    """The merchants that stay."""
    keep = np.flatnonzero(~is_replaced)

    def kept(column: Column) -> Column:
        if isinstance(column, tuple):
            return tuple(column[row] for row in keep.tolist())
        return column[keep]

    columns: dict[str, Any] = {
        each.name: kept(getattr(merchants, each.name)) for each in fields(merchants)
    }
    return Merchants(**columns)


def _usual_visits(catalog: Catalog) -> Ints:
    """The kind of visits that come closest together in each group: `[G]`, rows of VisitKinds."""
    shops, days_between = catalog.merchants, catalog.visit_kinds.days_between
    soonest = np.lexsort((days_between[shops.visit_kind], shops.group))
    groups, first = np.unique(shops.group[soonest], return_index=True)
    kinds = np.zeros(len(catalog.spending_groups), dtype=np.int64)
    kinds[groups] = shops.visit_kind[soonest[first]]
    return kinds


def _appended(
    merchants: Merchants,
    rows: Sequence[CustomMerchant],
    groups: SpendingGroups,
    usual_visits: Ints,
) -> Merchants:
    """The merchants and after them the operator's, each with what its row leaves out filled in."""
    group = np.array([groups.index(MAIN_GROUPS[row.category][0]) for row in rows], dtype=np.int64)
    codes = tuple(MAIN_GROUPS[row.category][1] for row in rows)
    cents = [
        int(groups.ticket_median_cents[of])
        if row.typical_amount_usd is None
        else max(1, round(row.typical_amount_usd * 100))
        for row, of in zip(rows, group.tolist(), strict=True)
    ]
    caps = [
        int(groups.ticket_cap_cents[np.array(groups.category) == row.category].max())
        for row in rows
    ]
    lines = tuple(_descriptor(row.name) for row in rows)
    return Merchants(
        names=merchants.names + tuple(row.name for row in rows),
        descriptors=merchants.descriptors + lines,
        online_descriptors=merchants.online_descriptors + lines,
        category_detailed=merchants.category_detailed + codes,
        group=np.append(merchants.group, group),
        in_store_share=np.append(
            merchants.in_store_share, [float(row.payment_channel == "in store") for row in rows]
        ),
        ticket_median_cents=np.append(
            merchants.ticket_median_cents, np.array(cents, dtype=np.int64)
        ),
        ticket_sigma=np.append(merchants.ticket_sigma, groups.ticket_sigma[group]),
        ticket_cap_cents=np.append(merchants.ticket_cap_cents, np.array(caps, dtype=np.int64)),
        clientele=np.append(merchants.clientele, np.zeros(len(rows), dtype=np.int64)),
        visit_kind=np.append(merchants.visit_kind, usual_visits[group]),
        serves=np.vstack([merchants.serves, np.ones((len(rows), merchants.serves.shape[1]), bool)]),
        closed_on=np.append(merchants.closed_on, np.full(len(rows), "NaT", dtype="datetime64[D]")),
        weight=np.append(merchants.weight, [float(row.popularity) for row in rows]),
    )


def _descriptor(name: str) -> str:
    """The bank's line for a name; braces would be read as a placeholder."""
    return re.sub(r"[{}]", "", name).upper() or "MERCHANT"
