"""Arrays to Arrow columns, from buffers and without copies where there is a way.

Never through `pa.array` or a compute function given an array: both import pandas, which takes a
second, to ask whether what they were given is a Series.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spendsense_pipeline.generation.arrays import Flags, Ints, Words

# The four hexadecimal digits of every 16 bits, as one little-endian word of ASCII.
_HEX_DIGITS: Final = np.frombuffer(
    b"".join(f"{number:04x}".encode() for number in range(1 << 16)), dtype="<u4"
)


def _bitmap(flags: Flags) -> Any:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _validity(is_null: Flags | None) -> Any:
    return None if is_null is None or not is_null.any() else _bitmap(~is_null)


def _fixed_width(type_: Any, values: npt.NDArray[Any], is_null: Flags | None) -> Any:
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(type_, values.size, [_validity(is_null), data])


def money(cents: Ints, is_null: Flags | None = None) -> Any:
    """`DECIMAL(12,2)` dollars from whole cents.

    Args:
        cents: `[N]`.
        is_null: Rows without a value, `[N]`; what their cents say does not matter.

    Returns:
        The column, `[N]`.
    """
    return _fixed_width(pa.decimal64(12, 2), cents.astype(np.int64), is_null)


def percent(basis_points: Ints, is_null: Flags | None = None) -> Any:
    """`DECIMAL(5,2)` percent from basis points.

    Args:
        basis_points: Hundredths of a percent, `[N]`.
        is_null: Rows without a value, `[N]`.

    Returns:
        The column, `[N]`.
    """
    return _fixed_width(pa.decimal64(5, 2), basis_points.astype(np.int64), is_null)


def fine_percent(thousandths: Ints) -> Any:
    """`DECIMAL(6,3)` percent from thousandths of a percent `[N]`."""
    return _fixed_width(pa.decimal64(6, 3), thousandths.astype(np.int64), None)


def integers(values: Ints) -> Any:
    """INTEGER from whole numbers `[N]`."""
    return _fixed_width(pa.int32(), values.astype(np.int32), None)


def dates(days: npt.NDArray[Any], start: Any, is_null: Flags | None = None) -> Any:
    """DATE from day offsets.

    Args:
        days: Days since history_start, `[N]`; negative before it.
        start: The date of day 0.
        is_null: Rows without a value, `[N]`.

    Returns:
        The column, `[N]`.
    """
    epoch = np.datetime64(start, "D").astype(np.int64)
    return _fixed_width(pa.date32(), (days + epoch).astype(np.int32), is_null)


def timestamps(days: Ints, seconds: Ints, start: Any) -> Any:
    """TIMESTAMP from day offsets and times of day.

    Args:
        days: Days since history_start, `[N]`.
        seconds: Seconds since midnight UTC, `[N]`.
        start: The date of day 0.

    Returns:
        The column, `[N]`, in microseconds.
    """
    epoch = np.datetime64(start, "D").astype(np.int64)
    micros = ((days + epoch) * 86_400 + seconds) * 1_000_000
    return _fixed_width(pa.timestamp("us"), micros.astype(np.int64), None)


def flags(values: Flags, is_null: Flags | None = None) -> Any:
    """BOOLEAN, packed to bits.

    Args:
        values: `[N]`.
        is_null: Rows without a value, `[N]`.

    Returns:
        The column, `[N]`.
    """
    return pa.Array.from_buffers(pa.bool_(), values.size, [_validity(is_null), _bitmap(values)])


def text(values: Sequence[str | None]) -> Any:
    """VARCHAR from Python strings (for small columns and dictionaries)."""
    strings = ["" if value is None else value for value in values]
    is_null = np.array([value is None for value in values], dtype=np.bool_)
    data = "".join(strings)
    if data.isascii():
        lengths = [len(string) for string in strings]
    else:
        lengths = [len(string.encode()) for string in strings]
    return _strings(np.array(lengths, dtype=np.int64), data.encode(), is_null)


def coded(
    codes: npt.NDArray[np.integer[Any]], dictionary: Any, is_null: Flags | None = None
) -> Any:
    """VARCHAR as codes into a dictionary of strings.

    Args:
        codes: Index into the dictionary, `[N]`; of rows without a value it may be anything.
        dictionary: An Arrow array of the different strings.
        is_null: Rows without a value, `[N]`.

    Returns:
        The column, `[N]`, dictionary-encoded.
    """
    indices = codes.astype(np.int32, copy=False)
    if is_null is not None:
        indices = np.where(is_null, np.int32(0), indices)
    return pa.DictionaryArray.from_arrays(
        _fixed_width(pa.int32(), indices, is_null), dictionary, safe=False
    )


def hex_text(words: Words, prefix: str, is_null: Flags | None = None) -> Any:
    """VARCHAR of one letter and 16 hexadecimal digits, as identifiers are.

    Args:
        words: 64-bit identities, `[N]`.
        prefix: The letter.
        is_null: Rows without a value, `[N]`.

    Returns:
        The column, `[N]`.
    """
    present = words if is_null is None else words[~is_null]
    quarters = present.astype(">u8").view(">u2").astype(np.intp).reshape(-1, 4)
    rows = np.empty(present.size, dtype=[("letter", "S1"), ("digits", "<u4", (4,))])
    rows["letter"] = prefix.encode()
    rows["digits"] = _HEX_DIGITS[quarters]
    lengths = np.full(words.size, rows.itemsize)
    if is_null is not None:
        lengths[is_null] = 0
    return _strings(lengths, rows, is_null)


def _strings(lengths: Ints, data: Any, is_null: Flags | None) -> Any:
    """VARCHAR from the bytes of all strings one after the other, and the length of each."""
    offsets = np.zeros(lengths.size + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    buffers = [_validity(is_null), pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), lengths.size, buffers)
