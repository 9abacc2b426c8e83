"""How prices end, by what is sold: in whole dollars or notes, in .99, or on any cent."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, bounded
from spendsense_pipeline.generation.catalog import Catalog

ENDING_BITS: Final = 8
"""Bits of a draw that decide how a price ends."""
_ROUND_PRICES_FROM_CENTS: Final = 300
_ROUND_PRICES_FROM_STEPS: Final = 1.5
"""Smaller prices keep their cents: rounding would move them by too much."""
_CASH_NOTES_MAX: Final = 25
"""Twenties a machine pays out at a time."""


def priced(catalog: Catalog, merchant: Ints, raw: Floats, draw: Ints, is_cash: Flags) -> Ints:
    """Prices as those who sell write them.

    Args:
        catalog: Where it is bought, and how prices end there.
        merchant: Row of its merchants, `[N]`.
        raw: Price in cents before rounding, above zero, `[N]` or `[K, N]`.
        draw: ENDING_BITS bits that decide how the price ends, `[N]`.
        is_cash: Withdrawals, which come in notes, a few at least, `[N]`.

    Returns:
        Cents, at least 1, of the shape of `raw`.
    """
    whole, ninety_nine, step = _by_merchant(catalog)[:, merchant]
    # To the nearest round sum, or to one cent below a dollar.
    below = draw >= whole
    unit = np.where(below, 100, step)
    rounded = np.rint((raw + below) / unit) * unit - below
    least = np.maximum(_ROUND_PRICES_FROM_STEPS * unit, _ROUND_PRICES_FROM_CENTS)
    is_rounded = (draw < ninety_nine) & (raw >= least)
    cents = np.where(is_rounded, rounded, np.rint(raw))
    note = step[is_cash]
    cents[..., is_cash] = bounded(np.rint(raw[..., is_cash] / note), 1, _CASH_NOTES_MAX) * note
    return np.maximum(cents, 1).astype(np.int64)


@functools.lru_cache(maxsize=8)
def _by_merchant(catalog: Catalog) -> Ints:
    """Draws below which a price is whole, and below which it ends in .99 else; cents of what it is
    rounded to: `[3, N]`."""
    endings = catalog.price_endings
    row = np.array([endings.index(code) for code in catalog.merchants.category_detailed])
    size = 1 << ENDING_BITS
    whole = np.rint(endings.whole_share * size)
    either = np.rint((endings.whole_share + endings.ninety_nine_share) * size)
    return np.stack([whole, either, endings.whole_step_cents]).astype(np.int64)[:, row]
