"""Merchants an operator brings along: their form, and reading them from CSV or JSON.

The generator's own merchants are in `generation/catalog`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from spendsense_pipeline.controls.errors import meant, shown
from spendsense_pipeline.controls.kinds import Kind, as_float, distinct, out_of_bounds

# What everyday spending is spent on; bills and subscriptions are contracts, not purchases.
SPENDING_CATEGORIES = (
    "groceries",
    "restaurants",
    "coffee",
    "fuel",
    "transport",
    "merchandise",
    "clothing",
    "home",
    "health",
    "entertainment",
    "personal_care",
    "travel",
)
CHANNELS = ("in store", "online")
_LONGEST_NAME = 60
_MOST_MERCHANTS = 2_000
_AMOUNT_USD = (1.0, 5_000.0)
_POPULARITY = (0.001, 1_000.0)


@dataclass(frozen=True)
class CustomMerchant:
    """A place to shop. In a category with custom merchants, people shop only at those."""

    name: str
    category: str
    typical_amount_usd: float | None = None
    popularity: float = 1.0
    payment_channel: str = "in store"


_FIELDS = tuple(field.name for field in fields(CustomMerchant))


@dataclass(frozen=True)
class Merchants(Kind):
    """A list of merchants, or the path of a CSV or JSON file that holds one."""

    unit: str | None = None

    @property
    def bounds(self) -> str:
        """The form and the categories."""
        return (
            f"a list of {{{', '.join(_FIELDS)}}} or the path of a CSV or JSON file with these "
            f"columns; name and category are required, category is one of "
            f"{', '.join(SPENDING_CATEGORIES)}"
        )

    def checked(self, value: Any, *, stored: bool) -> tuple[CustomMerchant, ...]:
        """The merchants themselves, so that a configuration stands alone without the file."""
        if isinstance(value, (str, Path)):
            rows, place = _read(Path(value)), f"{value}: "
        elif isinstance(value, (list, tuple)):
            rows, place = list(value), ""
        else:
            raise ValueError(
                f"must be a list of merchants or the path of a CSV or JSON file; "
                f"it is {shown(value)}: write it as [{{name: Corner Bakery, category: groceries}}]"
            )
        if len(rows) > _MOST_MERCHANTS:
            raise ValueError(
                f"must name at most {_MOST_MERCHANTS} merchants; it names {len(rows)}: shorten it"
            )
        merchants = tuple(_merchant(row, f"{place}merchant {i}") for i, row in enumerate(rows, 1))
        twice = distinct([merchant.name.casefold() for merchant in merchants])
        if twice is not None:
            raise ValueError(f"names {shown(twice)} twice: a merchant keeps one category")
        return merchants


def _read(path: Path) -> list[Any]:
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ValueError(f"cannot be read from {path} ({reason}): check the path") from None
    suffix = path.suffix.lower()
    if suffix == ".json":
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise ValueError(f"cannot be read from {path} ({error}): correct the JSON") from None
        if not isinstance(rows, list):
            raise ValueError(f"must be a list in {path}; it is {shown(rows)}: write [ … ] around it")
        return rows
    if suffix == ".csv":
        reader = csv.DictReader(io.StringIO(text))
        return [
            {key: cell for key, cell in row.items() if cell not in (None, "")} for row in reader
        ]
    raise ValueError(f"must be a .csv or .json file; it is {path}: save it as one of these")


def _merchant(row: Any, place: str) -> CustomMerchant:
    if isinstance(row, CustomMerchant):
        row = {name: getattr(row, name) for name in _FIELDS}
    if not isinstance(row, Mapping):
        raise ValueError(
            f"{place} must have a name and a category; it is {shown(row)}: "
            "write it as {name: Corner Bakery, category: groceries}"
        )
    for key in row:
        if key not in _FIELDS:
            raise ValueError(f"{place} has the unknown field {shown(key)}: {meant(key, _FIELDS)}")
    return CustomMerchant(
        name=_name(row.get("name"), place),
        category=_one_of(row.get("category"), SPENDING_CATEGORIES, f"{place}: category"),
        typical_amount_usd=_number(row, "typical_amount_usd", _AMOUNT_USD, place),
        popularity=_number(row, "popularity", _POPULARITY, place) or 1.0,
        payment_channel=_one_of(
            row.get("payment_channel") or "in store", CHANNELS, f"{place}: payment_channel"
        ),
    )


def _name(value: Any, place: str) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(
            f"{place}: name must be text of 1 to {_LONGEST_NAME} characters; it is {shown(value)}: "
            "give the merchant's name"
        )
    return name


def _one_of(value: Any, options: tuple[str, ...], what: str) -> str:
    text = value.strip().lower() if isinstance(value, str) else value
    if text not in options:
        raise ValueError(
            f"{what} must be one of {', '.join(options)}; it is {shown(value)}: "
            f"{meant(value, options)}"
        )
    return str(text)


def _number(
    row: Mapping[str, Any], field: str, limits: tuple[float, float], place: str
) -> float | None:
    value = row.get(field)
    if value is None:
        return None
    if isinstance(value, str):
        # CSV has only text.
        try:
            value = float(value)
        except ValueError:
            pass
    low, high = limits
    bounds = f"between {shown(low)} and {shown(high)}"
    try:
        number = as_float(value, f"a number {bounds}")
        if not low <= number <= high:
            raise ValueError(out_of_bounds(bounds, number, low, high))  # noqa: TRY301
    except ValueError as error:
        raise ValueError(f"{place}: {field} {error}") from None
    return number
