"""How prices end, by what is sold: in whole dollars or notes, in .99, or on any cent."""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog

ENDING_BITS: Final = 8
"""Bits of a draw that decide how a price ends."""
_ROUND_PRICES_FROM_CENTS: Final = 300
_ROUND_PRICES_FROM_STEPS: Final = 1.5
"""Smaller prices keep their cents: rounding would move them by too much."""
_CASH_NOTES_MAX: Final = 25
"""Twenties a machine pays out at a time."""
_WHOLE, _NINETY_NINE, _ANY = range(3)


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
    kind = endings.kind[merchant]
    unit, below, least, fewest, most = endings.rounding[kind, endings.ending[kind, draw]].T
    rounded = np.rint((raw + below) / unit) * unit - below
    cents = np.where(raw >= least, rounded, np.rint(raw))
    return np.asarray(np.minimum(np.maximum(cents, fewest), most), dtype=np.int64)


class _Endings(NamedTuple):
    """How prices end, by what decides it. `E` kinds of endings."""

    kind: Ints
    """Of each merchant, `[N]`."""
    ending: npt.NDArray[np.int8]
    """By kind and draw, one of `_WHOLE`, `_NINETY_NINE`, `_ANY`: `[E, 256]`."""
    rounding: Floats
    """By kind and ending: cents of what a price is rounded to, how many it stays below that, from
    what price on it is rounded at all, and the least and the most that is asked or paid out;
    `[E, 3, 5]`."""


@functools.lru_cache(maxsize=8)
def _endings(catalog: Catalog) -> _Endings:
    endings, shops = catalog.price_endings, catalog.merchants
    draw = np.arange(1 << ENDING_BITS)
    whole_draws = np.rint(endings.whole_share * draw.size)
    either_draws = np.rint((endings.whole_share + endings.ninety_nine_share) * draw.size)
    # Small, as what is looked up for every purchase is to stay at hand.
    ending = (draw >= whole_draws[:, np.newaxis]).astype(np.int8)
    ending += draw >= np.maximum(whole_draws, either_draws)[:, np.newaxis]
    step = endings.whole_step_cents.astype(np.float64)
    sold = np.zeros((step.size, 3, 5))
    # To the nearest round sum, or to one cent below a dollar, or to the cent.
    sold[:, _WHOLE, 0] = step
    sold[:, _NINETY_NINE, :2] = 100, 1
    unit = sold[:, :_ANY, 0]
    sold[:, :_ANY, 2] = np.maximum(_ROUND_PRICES_FROM_STEPS * unit, _ROUND_PRICES_FROM_CENTS)
    sold[:, _ANY, :3] = 1, 0, 0
    sold[:, :, 3:] = 1, np.inf
    nothing = np.zeros_like(step)
    notes = np.stack([step, nothing, nothing, step, _CASH_NOTES_MAX * step], axis=-1)
    paid_out = np.repeat(notes[:, np.newaxis], 3, axis=1)
    kind = np.array([endings.index(code) for code in shops.category_detailed])
    # As many kinds again, of what is paid out.
    kind += step.size * (shops.group == catalog.spending_groups.cash)
    return _Endings(kind, np.concatenate([ending, ending]), np.concatenate([sold, paid_out]))
