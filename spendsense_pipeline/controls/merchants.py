"""Merchants an operator brings along: their form, and reading them from CSV or JSON.

The generator's own merchants are in `generation/catalog`."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from spendsense_pipeline.controls.errors import RefusedError, listed, meant, shown
from spendsense_pipeline.controls.field_types import FieldType, as_float, into_bounds

# After the Consumer Expenditure Survey 2023 (BLS), bills, insurance and cars taken out.
EVERYDAY_SPENDING = {
    "groceries": 0.225,
    "restaurants": 0.135,
    "coffee": 0.02,
    "fuel": 0.105,
    "transport": 0.035,
    "merchandise": 0.13,
    "clothing": 0.065,
    "home": 0.075,
    "health": 0.06,
    "entertainment": 0.06,
    "personal_care": 0.04,
    "travel": 0.05,
}
"""Share of everyday spending by category, unless the operator says otherwise; bills and
subscriptions are contracts, not purchases."""
SPENDING_CATEGORIES = tuple(EVERYDAY_SPENDING)
CHANNELS = ("in store", "online")
_LONGEST_NAME = 60
_MOST_MERCHANTS = 2_000
TYPICAL_AMOUNT_USD = {
    "groceries": (6.5, 160.0),
    "restaurants": (4.5, 90.0),
    "coffee": (2.8, 13.5),
    "fuel": (15.0, 70.0),
    "transport": (2.8, 360.0),
    "merchandise": (4.0, 205.0),
    "clothing": (15.0, 225.0),
    "home": (11.0, 465.0),
    "health": (8.0, 275.0),
    "entertainment": (5.0, 195.0),
    "personal_care": (6.5, 115.0),
    "travel": (36.0, 525.0),
}
"""A typical purchase at least and at most: from half of what the cheapest of our own merchants of
the category typically sells at to half more than what the dearest does."""
_POPULARITY = (0.001, 1_000.0)
_EXAMPLE = "{name: Corner Bakery, category: groceries}"


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
class Merchants(FieldType):
    """A list of merchants, or the path of a CSV or JSON file that holds one."""

    unit: str | None = None

    @property
    def bounds(self) -> str:
        """The form and the categories."""
        return (
            f"a list of {{{listed(_FIELDS)}}} or the path of a CSV or JSON file with these columns "
            f"(name and category required; category one of {listed(SPENDING_CATEGORIES)})"
        )

    def checked(self, value: Any) -> tuple[CustomMerchant, ...]:
        """The merchants themselves, so that a configuration stands alone without the file."""
        if isinstance(value, (str, Path)):
            rows, place = _read(Path(value)), f" in {value}"
        elif isinstance(value, (list, tuple)):
            rows, place = list(value), ""
        else:
            raise RefusedError(
                must="be a list of merchants or the path of a CSV or JSON file",
                value=value,
                remedy=f"write it as [{_EXAMPLE}]",
            )
        if len(rows) > _MOST_MERCHANTS:
            raise RefusedError(
                must=f"name at most {_MOST_MERCHANTS} merchants{place}",
                found=f"it names {len(rows)}",
                remedy="shorten the list",
            )
        merchants = tuple(_merchant(row, _numbered(i, place)) for i, row in enumerate(rows, 1))
        names = [merchant.name.casefold() for merchant in merchants]
        for merchant in merchants:
            if names.count(merchant.name.casefold()) > 1:
                raise RefusedError(
                    must=f"name each merchant once{place}, since a merchant keeps its category",
                    found=f"{shown(merchant.name)} is there twice",
                    remedy="keep one",
                )
        return merchants


def refused(rows: list[Any]) -> list[RefusedError]:
    """Everything that is wrong with rows one by one; `Merchants` stops at the first."""
    found = []
    for i, row in enumerate(rows, 1):
        try:
            _merchant(row, _numbered(i, ""))
        except RefusedError as error:
            found.append(error)
    return found


def _numbered(number: int, place: str) -> str:
    return f"merchant {number}{place}"


def _read(path: Path) -> list[Any]:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".json"):
        raise RefusedError(
            must="be the path of a .csv or .json file",
            value=str(path),
            remedy="save the list as one of these",
        )
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
        rows = csv_rows(text) if suffix == ".csv" else json.loads(text)
    except OSError as error:
        reason, remedy = error.strerror or "unreadable", "check the path"
    except UnicodeDecodeError:
        reason, remedy = "not UTF-8 text", "save it as UTF-8"
    except (ValueError, csv.Error) as error:
        reason, remedy = str(error), "correct the file"
    else:
        if isinstance(rows, list):
            return rows
        reason, remedy = f"not a list but {shown(rows)}", "write [ … ] around it"
    raise RefusedError(
        must="be a readable list of merchants", found=f"{path} is not ({reason})", remedy=remedy
    )


def csv_rows(text: str) -> list[Any]:
    """The rows without their empty cells; a cell beyond the header has the column None."""
    return [
        {column or "a cell too many": cell for column, cell in row.items() if cell}
        for row in csv.DictReader(io.StringIO(text))
    ]


def _merchant(row: Any, place: str) -> CustomMerchant:
    if isinstance(row, CustomMerchant):
        row = asdict(row)
    if not isinstance(row, Mapping):
        raise RefusedError(
            must=f"give {place} a name and a category",
            value=row,
            remedy=f"write it as {_EXAMPLE}",
        )
    for key in row:
        if key not in _FIELDS:
            raise RefusedError(
                must=f"give {place} only {listed(_FIELDS)}",
                found=f"it has {shown(key)}",
                remedy=meant(key, _FIELDS),
            )
    channel = row.get("payment_channel")
    popularity = _number(row, "popularity", _POPULARITY, place)
    name = _name(row.get("name"), place)
    category = _one_of(row.get("category"), SPENDING_CATEGORIES, f"{place} a category")
    return CustomMerchant(
        name=name,
        category=category,
        typical_amount_usd=_number(
            row,
            "typical_amount_usd",
            TYPICAL_AMOUNT_USD[category],
            f"{place} of the category {category}",
        ),
        popularity=1.0 if popularity is None else popularity,
        payment_channel=_one_of(
            CHANNELS[0] if channel is None else channel, CHANNELS, f"{place} a payment_channel"
        ),
    )


def _name(value: Any, place: str) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise RefusedError(
            must=f"give {place} a name of 1 to {_LONGEST_NAME} characters",
            value=value,
            remedy="write the merchant's name",
        )
    return name


def _one_of(value: Any, options: tuple[str, ...], what: str) -> str:
    text = value.strip().lower() if isinstance(value, str) else value
    if text not in options:
        raise RefusedError(
            must=f"give {what} from {listed(options)}", value=value, remedy=meant(value, options)
        )
    return str(text)


def _number(
    row: Mapping[str, Any], field: str, limits: tuple[float, float], place: str
) -> float | None:
    value = row.get(field)
    if value is None:
        return None
    if isinstance(value, str):
        # CSV has only text; what is not a number stays text and is refused as such.
        with contextlib.suppress(ValueError):
            value = float(value)
    low, high = limits
    must = f"give {place} a {field} between {shown(low)} and {shown(high)}"
    number = as_float(value, must=must)
    if not low <= number <= high:
        raise RefusedError(must=must, value=number, remedy=into_bounds(number, low, high))
    return number
