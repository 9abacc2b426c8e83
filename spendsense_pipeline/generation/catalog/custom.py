"""An operator's own merchants, added to the catalog as shipped.

In a spending category with custom merchants people shop only at those. The operator's categories
are coarser than our groups: the budget of all of a category's groups moves to its main group.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from spendsense_pipeline.controls import CustomMerchant
from spendsense_pipeline.generation.arrays import Flags
from spendsense_pipeline.generation.catalog.loading import name_conflicts
from spendsense_pipeline.generation.catalog.records import Catalog
from spendsense_pipeline.generation.catalog.sheets import CatalogError
from spendsense_pipeline.generation.catalog.shopping import Merchants, SpendingGroups

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
        CatalogError: A name already stands for a subscription, a biller or an employer, or a group
            is left without a merchant.
    """
    return _extended(catalog, tuple(rows)) if rows else catalog


@functools.lru_cache(maxsize=8)
def _extended(catalog: Catalog, rows: tuple[CustomMerchant, ...]) -> Catalog:
    """Made once per catalog and list, as every shard of users asks for it."""
    groups = _with_budget_in_main_groups(catalog.spending_groups, {row.category for row in rows})
    main_groups = {groups.index(MAIN_GROUPS[row.category][0]) for row in rows}
    taken = {row.name.casefold() for row in rows}
    shipped = catalog.merchants
    is_replaced = np.isin(shipped.group, sorted(main_groups)) | np.array(
        [name.casefold() in taken for name in shipped.names]
    )
    merchants = _appended(_without(shipped, is_replaced), rows, groups)
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

    def kept(column: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(column[row] for row in keep.tolist())

    return Merchants(
        names=kept(merchants.names),
        descriptors=kept(merchants.descriptors),
        online_descriptors=kept(merchants.online_descriptors),
        category_detailed=kept(merchants.category_detailed),
        group=merchants.group[keep],
        in_store_share=merchants.in_store_share[keep],
        ticket_median_cents=merchants.ticket_median_cents[keep],
        ticket_sigma=merchants.ticket_sigma[keep],
        ticket_cap_cents=merchants.ticket_cap_cents[keep],
        visit_kind=merchants.visit_kind[keep],
        weight=merchants.weight[keep],
        serves=merchants.serves[keep],
        closed_on=merchants.closed_on[keep],
    )


def _appended(
    merchants: Merchants, rows: Sequence[CustomMerchant], groups: SpendingGroups
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
        visit_kind=np.append(merchants.visit_kind, np.zeros(len(rows), dtype=np.int64)),
        serves=np.vstack([merchants.serves, np.ones((len(rows), merchants.serves.shape[1]), bool)]),
        closed_on=np.append(merchants.closed_on, np.full(len(rows), "NaT", dtype="datetime64[D]")),
        weight=np.append(merchants.weight, [float(row.popularity) for row in rows]),
    )


def _descriptor(name: str) -> str:
    """The bank's line for a name; braces would be read as a placeholder."""
    return re.sub(r"[{}]", "", name).upper() or "MERCHANT"
