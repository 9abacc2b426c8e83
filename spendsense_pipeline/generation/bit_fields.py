"""Several whole numbers in one 64-bit word: by name, in declared widths, refused where too large.

An identity of a row, the order of rows and a draw that decides several small things are such words.
Where a number can be a column of its own it is one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Ints, Words

WORD_BITS = 64


class BitFields:
    """Names for stretches of a word, the highest first: `BitFields(user=26, day=11)`."""

    def __init__(self, **widths: int) -> None:
        """Declare the fields.

        Args:
            **widths: Bits of each field, from the highest to the one that ends at bit 0.

        Raises:
            ValueError: The fields are wider than a word, or one has no bits.
        """
        if min(widths.values(), default=0) < 1 or sum(widths.values()) > WORD_BITS:
            message = f"bit fields must have bits and fit in {WORD_BITS}; they are {widths}"
            raise ValueError(message)
        self._widths = widths
        self._shifts: dict[str, np.uint64] = {}
        shift = sum(widths.values())
        for name, width in widths.items():
            shift -= width
            self._shifts[name] = np.uint64(shift)
        self._masks = {name: np.uint64((1 << width) - 1) for name, width in widths.items()}

    def layout(self) -> list[tuple[str, np.uint64, np.uint64]]:
        """Of each field its name, its lowest bit and, shifted down there, its mask; the highest
        first."""
        return [(name, self._shifts[name], mask) for name, mask in self._masks.items()]

    def size(self, name: str) -> int:
        """How many different values a field holds."""
        return 1 << self._widths[name]

    def width(self, name: str) -> int:
        """Bits of a field."""
        return self._widths[name]

    def pack(self, **values: npt.ArrayLike) -> Words:
        """Words from a value of every field.

        Args:
            **values: Whole numbers `[N]`, or one for all rows, of every declared field.

        Returns:
            One word per row, `[N]`.

        Raises:
            TypeError: A declared field is left out, or another is given.
            OverflowError: A value is negative or does not fit in its field.
        """
        if values.keys() != self._widths.keys():
            message = f"every bit field must be given: {[*self._widths]}; they are {[*values]}"
            raise TypeError(message)
        packed = np.zeros((), dtype=np.uint64)
        for name, width in self._widths.items():
            part = np.asarray(values[name])
            # In unsigned words a negative number is the largest of all, so one look finds both.
            unsigned = part.view(np.uint64) if part.dtype == np.int64 else part.astype(np.uint64)
            if part.size and int(unsigned.max()) >> width:
                message = (
                    f"{name} must lie in 0..{self.size(name) - 1}, as it has {width} bits; "
                    f"it spans {part.min()}..{part.max()}"
                )
                raise OverflowError(message)
            packed = packed | (unsigned << self._shifts[name])
        return packed

    def take(self, word: Words | Ints, name: str) -> Ints:
        """The value of one field.

        Args:
            word: Packed or drawn words, `[N]`.
            name: Which field.

        Returns:
            Its value in every word, `[N]`.
        """
        unsigned = word.astype(np.uint64, copy=False)
        return ((unsigned >> self._shifts[name]) & self._masks[name]).view(np.int64)
