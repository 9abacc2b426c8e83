"""How prices end, by what is sold: in whole dollars or notes, in .99, or on any cent."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog

ENDING_BITS: Final = 8
"""Bits of a draw that decide how a price ends."""
_ROUND_PRICES_FROM_CENTS: Final = 300
_ROUND_PRICES_FROM_STEPS: Final = 1.5
"""Smaller prices keep their cents: rounding would move them by too much."""
_CASH_NOTES_MAX: Final = 25
"""Twenties a machine pays out at a time."""


def priced(catalog: Catalog, merchant: Ints, raw: Floats, draw: Ints) -> Ints:
    """Prices as those who sell write them; withdrawals in notes, a few at least.

    Args:
        catalog: Where it is bought, and how prices end there.
        merchant: Row of its merchants, `[N]`.
        raw: Price in cents before rounding, above zero, `[N]` or `[K, N]`.
        draw: ENDING_BITS bits that decide how the price ends, `[N]`.

    Returns:
        Cents, at least 1, of the shape of `raw`.
    """
    endings = _endings(catalog)
    unit, below, least, fewest, most = endings.rounding[endings.row[merchant], draw].T
    rounded = np.rint((raw + below) / unit) * unit - below
    cents = np.where(raw >= least, rounded, np.rint(raw))
    return np.asarray(np.minimum(np.maximum(cents, fewest), most), dtype=np.int64)


class _Endings(NamedTuple):
    """How prices end, by what decides it. `E` kinds of endings."""

    row: Ints
    """The kind of each merchant, `[N]`."""
    rounding: Floats
    """By kind and draw: cents of what a price is rounded to, how many it stays below that, from
    what price on it is rounded at all, and the least and the most that is asked or paid out;
    `[E, 256, 5]`."""


@functools.lru_cache(maxsize=8)
def _endings(catalog: Catalog) -> _Endings:
    endings, shops = catalog.price_endings, catalog.merchants
    kinds = len(endings.category_detailed)
    is_cash = shops.group == catalog.spending_groups.cash
    # As many kinds again, of those that pay out: they have a kind of their own each.
    row = np.array([endings.index(code) for code in shops.category_detailed]) + kinds * is_cash
    draw = np.arange(1 << ENDING_BITS)
    whole = np.rint(endings.whole_share * draw.size)[:, np.newaxis]
    either = np.rint((endings.whole_share + endings.ninety_nine_share) * draw.size)
    # To the nearest round sum, or to one cent below a dollar.
    below = draw >= whole
    unit = np.where(below, 100, endings.whole_step_cents[:, np.newaxis])
    least = np.maximum(_ROUND_PRICES_FROM_STEPS * unit, _ROUND_PRICES_FROM_CENTS)
    least = np.where(draw < either[:, np.newaxis], least, np.inf)
    sold = np.stack(np.broadcast_arrays(unit, below, least, 1, np.inf), axis=-1)
    note = np.broadcast_to(endings.whole_step_cents[:, np.newaxis], unit.shape)
    paid_out = np.stack(np.broadcast_arrays(note, 0, 0, note, _CASH_NOTES_MAX * note), axis=-1)
    return _Endings(row, np.concatenate([sold, paid_out]).astype(np.float64))
