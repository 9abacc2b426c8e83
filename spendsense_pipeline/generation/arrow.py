"""Arrays to Arrow columns without copies where there is a way, and never through `pa.array`, which
imports pandas to ask whether it was given any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spendsense_pipeline.generation.dealing import Flags
from spendsense_pipeline.generation.randomness import Ints, Words

_HEX: Final = np.array([f"{byte:02x}".encode() for byte in range(256)], dtype="S2").view("<u2")


def _bitmap(flags: Flags) -> Any:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _validity(is_null: Flags | None) -> Any:
    return None if is_null is None or not is_null.any() else _bitmap(~is_null)


def _fixed_width(type_: Any, values: npt.NDArray[Any], is_null: Flags | None) -> Any:
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(type_, values.size, [_validity(is_null), data])


def money(cents: Ints, is_null: Flags | None = None) -> Any:
    """`DECIMAL(12,2)` from whole cents."""
    return _fixed_width(pa.decimal64(12, 2), cents.astype(np.int64), is_null)


def percent(basis_points: Ints, is_null: Flags | None = None) -> Any:
    """`DECIMAL(5,2)` percent from basis points."""
    return _fixed_width(pa.decimal64(5, 2), basis_points.astype(np.int64), is_null)


def integers(values: Ints) -> Any:
    """INTEGER."""
    return _fixed_width(pa.int32(), values.astype(np.int32), None)


def dates(days: npt.NDArray[Any], start: Any, is_null: Flags | None = None) -> Any:
    """DATE from day offsets and the date of day 0."""
    epoch = np.datetime64(start, "D").astype(np.int64)
    return _fixed_width(pa.date32(), (days + epoch).astype(np.int32), is_null)


def timestamps(days: Ints, seconds: Ints, start: Any) -> Any:
    """TIMESTAMP from day offsets and seconds of the day."""
    epoch = np.datetime64(start, "D").astype(np.int64)
    micros = ((days + epoch) * 86_400 + seconds) * 1_000_000
    return _fixed_width(pa.timestamp("us"), micros.astype(np.int64), None)


def flags(values: Flags, is_null: Flags | None = None) -> Any:
    """BOOLEAN."""
    return pa.Array.from_buffers(pa.bool_(), values.size, [_validity(is_null), _bitmap(values)])


def text(values: Sequence[str | None]) -> Any:
    """VARCHAR from Python strings (for small columns and dictionaries)."""
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(value) for value in encoded], out=offsets[1:])
    is_null = np.array([value is None for value in values], dtype=np.bool_)
    return pa.Array.from_buffers(
        pa.string(),
        len(encoded),
        [_validity(is_null), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))],
    )


def coded(codes: Ints, dictionary: Any, is_null: Flags | None = None) -> Any:
    """VARCHAR as codes into a dictionary of strings."""
    indices = _fixed_width(pa.int32(), np.where(codes < 0, 0, codes).astype(np.int32), is_null)
    return pa.DictionaryArray.from_arrays(indices, dictionary)


def hex_text(words: Words, prefix: str, is_null: Flags | None = None) -> Any:
    """VARCHAR `prefix` + 16 hexadecimal digits."""
    lead = np.frombuffer(prefix.encode(), dtype=np.uint8)
    width = lead.size + 16
    rows = np.empty((words.size, width), dtype=np.uint8)
    rows[:, : lead.size] = lead
    in_order = words.astype(">u8").view(np.uint8).reshape(-1, 8)
    rows[:, lead.size :] = np.ascontiguousarray(_HEX[in_order]).view(np.uint8).reshape(-1, 16)
    if is_null is None or not is_null.any():
        offsets = np.arange(words.size + 1, dtype=np.int32) * np.int32(width)
        data = rows.ravel()
    else:
        lengths = np.where(is_null, 0, width)
        offsets = np.zeros(words.size + 1, dtype=np.int32)
        np.cumsum(lengths, out=offsets[1:])
        data = rows[~is_null].ravel()
    return pa.Array.from_buffers(
        pa.string(),
        words.size,
        [_validity(is_null), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data))],
    )
