"""Names for the arrays the generator works on, records kept as columns, and what a day's loop does
so often that NumPy's own function, which takes anything, would be too slow.

Shapes in docstrings: `U` users of a shard, `D` days, `N` rows, `C` cards, `B` blocks of people.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Columns:
    """A base for frozen dataclasses whose every field is an array with one entry per row."""

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one part after the other: `[N1 + N2 + …]`."""
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in cls.names()]
        return cls(*columns)

    @classmethod
    def empty(cls) -> Self:
        """No rows: `[0]`."""
        return cls(*(np.zeros(0, dtype=np.int64) for _ in cls.names()))

    @classmethod
    @functools.cache
    def names(cls) -> tuple[str, ...]:
        """The columns in their order."""
        return tuple(field.name for field in fields(cls))

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(getattr(self, self.names()[0]))

    def where(self, keep: Flags | Ints) -> Self:
        """The rows that a mask `[N]` marks, or those an order `[M]` names, in that order."""
        at = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return type(self)(*(getattr(self, name).take(at) for name in self.names()))

    def replaced(self, **columns: Ints | Flags | Floats) -> Self:
        """The same rows with other values in some columns, `[N]` each."""
        return replace(self, **columns)


def bounded(values: Floats, low: float, high: float) -> Floats:
    """Values brought within bounds, as by `np.clip`.

    Args:
        values: `[N]`.
        low: The least.
        high: The most.

    Returns:
        `[N]`.
    """
    return np.minimum(np.maximum(values, low), high)


def places(mask: Flags) -> Ints:
    """Where a mask `[N]` is set, as `np.flatnonzero` tells: `[M]`."""
    return mask.nonzero()[0]
