"""An operator's own merchants, added to the catalog as shipped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from spendsense_pipeline.generation.catalog.loading import name_conflicts, with_trip_share
from spendsense_pipeline.generation.catalog.records import Catalog, Merchants
from spendsense_pipeline.generation.catalog.sheets import CatalogError
from spendsense_pipeline.plaid import categories

CUSTOM_MERCHANT_FIELDS: Final = (
    "merchant_name",
    "category_detailed",
    "spending_group",
    "descriptor",
    "ticket_median_usd",
    "ticket_sigma",
    "in_store_share",
    "popularity_weight",
)
"""What a row may say; only the first two must be given."""


def with_custom_merchants(catalog: Catalog, rows: Sequence[Mapping[str, Any]]) -> Catalog:
    """The catalog with the operator's merchants after its own.

    A row names `merchant_name` and `category_detailed`; whatever else it leaves out is taken from
    the spending group: the one it names, or the one whose merchants have that category. A custom
    merchant is as popular as the group's favourite unless `popularity_weight` says otherwise.
    """
    if not rows:
        return catalog
    problems: list[str] = []
    added = [
        _completed(catalog, row, f"custom_merchants[{n}]", problems) for n, row in enumerate(rows)
    ]
    complete = [row for row in added if row is not None]
    if problems:
        raise CatalogError(problems)
    merchants = _appended(catalog.merchants, complete)
    extended = replace(
        catalog,
        merchants=merchants,
        spending_groups=with_trip_share(catalog.spending_groups, merchants),
    )
    repeated = [
        f"{name!r} is listed twice: rename one"
        for name in sorted({n for n in merchants.names if merchants.names.count(n) > 1})
    ]
    problems = repeated or name_conflicts(extended)
    if problems:
        raise CatalogError(problems)
    return extended


def group_for_category(catalog: Catalog, detailed: str) -> int | None:
    """The spending group most of whose merchants' weight has that category; None if none has."""
    weight = np.zeros(len(catalog.spending_groups))
    for row, code in enumerate(catalog.merchants.category_detailed):
        if code == detailed:
            weight[catalog.merchants.group[row]] += catalog.merchants.weight[row]
    return int(weight.argmax()) if weight.any() else None


def _completed(
    catalog: Catalog, row: Mapping[str, Any], where: str, problems: list[str]
) -> dict[str, Any] | None:
    """The row with every field filled in, or None with the reasons added to `problems`."""
    before = len(problems)
    groups = catalog.spending_groups
    unknown = sorted(set(row) - set(CUSTOM_MERCHANT_FIELDS))
    if unknown:
        problems.append(
            f"{where}: unknown {', '.join(unknown)}; allowed: {', '.join(CUSTOM_MERCHANT_FIELDS)}"
        )
    name = str(row.get("merchant_name") or "").strip()
    if not name:
        problems.append(f"{where}: merchant_name is missing: give the merchant a name")
    detailed = str(row.get("category_detailed") or "")
    if detailed not in categories.BY_CODE:
        problems.append(f"{where}: category_detailed {detailed!r} is not in Plaid's taxonomy v2")
    group = _group_row(catalog, row, detailed, where, problems)
    if len(problems) > before or group is None:
        return None
    numbers = {
        "ticket_median_usd": (float(groups.ticket_median_cents[group]) / 100, 0.01, 10_000.0),
        "ticket_sigma": (float(groups.ticket_sigma[group]), 0.05, 2.0),
        "in_store_share": (float(groups.in_store_share[group]), 0.0, 1.0),
        "popularity_weight": (100.0, 0.01, 1_000_000.0),
    }
    values: dict[str, Any] = {}
    for field, (default, low, high) in numbers.items():
        given = row.get(field)
        value = default if given is None else _number(given)
        if value is None or not low <= value <= high:
            problems.append(f"{where}: {field} {given!r} must be a number from {low:g} to {high:g}")
        values[field] = value
    descriptor = str(row.get("descriptor") or name.upper())
    if re.search(r"[{}]", descriptor.replace("{store}", "")):
        problems.append(
            f"{where}: descriptor {descriptor!r} may hold {{store}} and no other braces"
        )
    if len(problems) > before:
        return None
    return {**values, "name": name, "detailed": detailed, "group": group, "descriptor": descriptor}


def _group_row(
    catalog: Catalog, row: Mapping[str, Any], detailed: str, where: str, problems: list[str]
) -> int | None:
    groups = catalog.spending_groups
    named = row.get("spending_group")
    if named is not None and named not in groups.names:
        problems.append(
            f"{where}: spending_group {named!r} must be one of {', '.join(groups.names)}"
        )
        return None
    group = groups.index(named) if named is not None else group_for_category(catalog, detailed)
    if group is None and detailed in categories.BY_CODE:
        problems.append(
            f"{where}: no spending group has {detailed}: name one in spending_group "
            f"({', '.join(groups.names)})"
        )
    return group


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _appended(merchants: Merchants, rows: Sequence[Mapping[str, Any]]) -> Merchants:
    def column(field: str) -> list[Any]:
        return [row[field] for row in rows]

    names = tuple(column("name"))
    slugs = tuple("custom_" + re.sub(r"[^a-z0-9]+", "_", n.lower()).strip("_") for n in names)
    cents = [round(usd * 100) for usd in column("ticket_median_usd")]
    primaries = tuple(categories.BY_CODE[code].primary for code in column("detailed"))
    return Merchants(
        ids=merchants.ids + slugs,
        names=merchants.names + names,
        descriptors=merchants.descriptors + tuple(column("descriptor")),
        category_primary=merchants.category_primary + primaries,
        category_detailed=merchants.category_detailed + tuple(column("detailed")),
        group=np.append(merchants.group, np.array(column("group"), dtype=np.int64)),
        in_store_share=np.append(merchants.in_store_share, column("in_store_share")),
        ticket_median_cents=np.append(
            merchants.ticket_median_cents, np.array(cents, dtype=np.int64)
        ),
        ticket_sigma=np.append(merchants.ticket_sigma, column("ticket_sigma")),
        weight=np.append(merchants.weight, column("popularity_weight")),
        is_national=np.append(merchants.is_national, [False] * len(rows)),
    )
