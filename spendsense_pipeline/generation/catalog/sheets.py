"""Reads one CSV file of the catalog into typed columns, naming file, line and column if it cannot.

Knows nothing of what the columns mean, except that category codes are Plaid's and every row has a
source.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import resources
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.errors import ProblemsError
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.plaid import categories

T = TypeVar("T")


# Of the rows of a file; the line above has the names of its columns.
_FIRST_LINE = 2
_SHORTEST_SOURCE = 5
_EPOCH = dt.date(1970, 1, 1)
_OUT_OF_LIST = "must be empty or names out of the list, each once, separated by ;"


class CatalogError(ProblemsError, ValueError):
    """The catalog, or an operator's addition to it, cannot be used; `problems` says why."""

    problems: list[str]

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems, "correct the lines named")


class Sheet:
    """The rows of one file. Columns are read by name; `finish` raises everything found wrong."""

    def __init__(self, name: str, rows: Sequence[Mapping[str, str]]) -> None:
        self.name = name
        self.rows = rows
        self.problems: list[str] = []

    @classmethod
    def from_package(cls, name: str) -> Sheet:
        """The file of that name beside this module."""
        text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
        return cls(name, list(csv.DictReader(text.splitlines())))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def complain(self, row: int, column: str, value: object, remedy: str) -> None:
        """Note that a value cannot stand.

        Args:
            row: Number of the row, from 0.
            column: Name of the column.
            value: What it holds.
            remedy: What it must be, to follow the value in a sentence.
        """
        line = _FIRST_LINE + row
        self.problems.append(f"{self.name} line {line}: {column} {value!r} {remedy}")

    def _column(
        self, column: str, convert: Callable[[str], T], remedy: str, stand_in: T
    ) -> list[T]:
        values: list[T] = []
        for number, row in enumerate(self.rows):
            try:
                values.append(convert(row[column]))
            except (KeyError, ValueError, TypeError):
                self.complain(number, column, row.get(column), remedy)
                values.append(stand_in)
        return values

    def text(self, column: str, *, unique: bool = False) -> tuple[str, ...]:
        """Non-empty text, free of outer blanks.

        Args:
            column: Name of the column.
            unique: Whether no two rows may say the same.

        Returns:
            A value per row; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> str:
            if not value or value != value.strip():
                raise ValueError(value)
            return value

        values = self._column(column, convert, "must be text without outer blanks", "")
        if unique:
            seen: set[str] = set()
            for number, value in enumerate(values):
                if value in seen:
                    self.complain(
                        number, column, value, "must be unique: it stands on a line above"
                    )
                seen.add(value)
        return tuple(values)

    def optional_text(self, column: str) -> tuple[str, ...]:
        """Text free of outer blanks; an empty cell is none.

        Args:
            column: Name of the column.

        Returns:
            A value per row, empty where there is none; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> str:
            if value != value.strip():
                raise ValueError(value)
            return value

        remedy = "must be empty or text without outer blanks"
        return tuple(self._column(column, convert, remedy, ""))

    def one_of(self, column: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Text out of a list.

        Args:
            column: Name of the column.
            allowed: What it may say.

        Returns:
            A value per row; what is wrong is kept for `finish`.
        """
        values = self.text(column)
        for number, value in enumerate(values):
            if value not in allowed:
                self.complain(number, column, value, f"must be one of {', '.join(sorted(allowed))}")
        return values

    def numbers(self, column: str, low: float = 0.0, high: float = float("inf")) -> Floats:
        """Numbers within bounds, both included.

        Args:
            column: Name of the column.
            low: The least that is allowed.
            high: The most that is allowed.

        Returns:
            A value per row, `[N]`; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> float:
            number = float(value)
            if not low <= number <= high:
                raise ValueError(value)
            return number

        remedy = f"must be a number from {low:g} to {high:g}"
        return np.array(self._column(column, convert, remedy, low), dtype=np.float64)

    def cents(self, column: str) -> Ints:
        """Dollar amounts with at most two decimals, as whole cents above zero: `[N]`."""

        def convert(value: str) -> int:
            cents = round(float(value) * 100)
            if cents <= 0 or abs(cents - float(value) * 100) > 1e-6:
                raise ValueError(value)
            return cents

        remedy = "must be a dollar amount above 0 with at most two decimals"
        return np.array(self._column(column, convert, remedy, 1), dtype=np.int64)

    def days(self, column: str) -> Ints:
        """Dates like 2025-01-21, as days since 1970: `[N]`."""

        def convert(value: str) -> int:
            return (dt.date.fromisoformat(value) - _EPOCH).days

        return np.array(
            self._column(column, convert, "must be a date like 2025-01-21", 0), dtype=np.int64
        )

    def profiles(self, column: str, length: int) -> Floats:
        """Positive weights with mean 1, separated by `;`, as of weekdays or months.

        Args:
            column: Name of the column.
            length: How many weights each row must have.

        Returns:
            Weights per row, `[N, length]`; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> tuple[float, ...]:
            weights = tuple(float(part) for part in value.split(";"))
            if len(weights) != length or min(weights) <= 0:
                raise ValueError(value)
            if abs(sum(weights) / length - 1) > 0.002:
                raise ValueError(value)
            return weights

        remedy = f"must be {length} positive weights with mean 1"
        return np.array(self._column(column, convert, remedy, (1.0,) * length), dtype=np.float64)

    def shares(self, column: str, length: int) -> Floats:
        """Shares of a whole, separated by `;`.

        Args:
            column: Name of the column.
            length: How many shares each row must have.

        Returns:
            Shares per row, `[N, length]`; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> tuple[float, ...]:
            parts = tuple(float(part) for part in value.split(";"))
            if len(parts) != length or min(parts) < 0 or abs(sum(parts) - 1) > 1e-9:
                raise ValueError(value)
            return parts

        remedy = f"must be {length} shares that add up to 1"
        return np.array(self._column(column, convert, remedy, (1.0,) * length), dtype=np.float64)

    def some_of(self, column: str, of: Collection[str]) -> tuple[tuple[str, ...], ...]:
        """Names out of a list, separated by `;`; an empty cell is none.

        Args:
            column: Name of the column.
            of: The list.

        Returns:
            The names per row; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> tuple[str, ...]:
            named = tuple(value.split(";")) if value else ()
            if not set(named) <= set(of) or len(set(named)) != len(named):
                raise ValueError(value)
            return named

        return tuple(self._column(column, convert, _OUT_OF_LIST, ()))

    def subsets(self, column: str, of: Sequence[str]) -> Flags:
        """Some of a list, separated by `;`; an empty cell stands for all of it.

        Args:
            column: Name of the column.
            of: The list.

        Returns:
            Which are meant per row, `[N, len(of)]`; what is wrong is kept for `finish`.
        """
        named = self.some_of(column, of)
        return np.array([[not some or each in some for each in of] for some in named])

    def optional_dates(self, column: str) -> npt.NDArray[np.datetime64]:
        """ISO dates; an empty cell is none.

        Args:
            column: Name of the column.

        Returns:
            Days, NaT where there is none: `[N]`; what is wrong is kept for `finish`.
        """

        def convert(value: str) -> dt.date | None:
            return dt.date.fromisoformat(value) if value else None

        remedy = "must be empty or a date as 2025-05-31"
        return np.array(self._column(column, convert, remedy, None), dtype="datetime64[D]")

    def category_codes(self) -> tuple[str, ...]:
        """The column `category_detailed`, in Plaid's words."""
        details = self.text("category_detailed")
        for number, detailed in enumerate(details):
            if detailed not in categories.BY_CODE:
                remedy = "is not in Plaid's taxonomy v2"
                self.complain(number, "category_detailed", detailed, remedy)
        return details

    def finish(self) -> None:
        """Settle the reading of a file, which says of every row where it comes from.

        Raises:
            CatalogError: Anything was found wrong; it names file, line and column of all of it.
        """
        for number, source in enumerate(self.text("source")):
            if 0 < len(source) < _SHORTEST_SOURCE:
                self.complain(number, "source", source, "must name a source, or say judged")
        if self.problems:
            raise CatalogError(self.problems)
