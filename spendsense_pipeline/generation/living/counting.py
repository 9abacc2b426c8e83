"""How many purchases there are on a day: Poisson counts around wanted rates."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.randomness import bits
from spendsense_pipeline.generation.thresholds import Thresholds
from spendsense_pipeline.generation.world import World

_LEVELS_PER_PURCHASE: Final = 32
"""Rates of purchases per day are told apart to this part of a purchase."""
_COUNT_BITS: Final = 24


class Counting:
    """Draws how many, day by day."""

    def __init__(self, world: World) -> None:
        """Draw the words of all days of a shard."""
        drawn = bits(world.words("purchase_count", np.arange(world.days)), 40, _COUNT_BITS)
        self._draws = np.ascontiguousarray(drawn.T)

    def of_day(self, day: int, rate: Floats) -> Ints:
        """How many purchases each user makes on a day.

        Args:
            day: The day.
            rate: Purchases a day each wants, `[U]`.

        Returns:
            Counts, `[U]`.
        """
        level = np.rint(rate * _LEVELS_PER_PURCHASE).astype(np.int64)
        thresholds = _poisson_thresholds(1 << int(level.max(initial=1)).bit_length())
        return thresholds.passed(level, self._draws[day])


@functools.lru_cache(maxsize=16)
def _poisson_thresholds(levels: int) -> Thresholds:
    """24-bit cumulative probabilities of a Poisson count by rate level."""
    rate = np.arange(levels + 1) / _LEVELS_PER_PURCHASE
    # Eight standard deviations up, where less is left than 24 bits can tell.
    most = int(rate[-1] + 8 * np.sqrt(rate[-1] + 1) + 4)
    term = np.exp(-rate)
    cumulative = term.copy()
    columns = [cumulative]
    for k in range(1, most):
        term = term * rate / k
        cumulative = cumulative + term
        columns.append(cumulative)
    table = np.rint(np.stack(columns, axis=1) * (1 << _COUNT_BITS)).astype(np.int64)
    # No draw reaches the last column, so counts stay finite.
    table[:, -1] = 1 << _COUNT_BITS
    return Thresholds(table, 1 << _COUNT_BITS)
