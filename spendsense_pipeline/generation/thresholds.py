"""Rows of rising thresholds, of which each draw passes some: counts and kinds by their shares."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Ints


class Thresholds:
    """Thresholds by row, searched for all draws at once."""

    def __init__(self, rows: Ints, top: int) -> None:
        """Lay the rows one after the other, so that one search finds the row and the place in it.

        Args:
            rows: Thresholds in 0..top, rising along each row: `[L, K]`.
            top: What draws stay below.
        """
        self._top, self._columns = top, rows.shape[1]
        # Half as wide where it holds them: tables are large, and kept for every day of the year.
        kind = np.int32 if rows.shape[0] * top <= np.iinfo(np.int32).max else np.int64
        self._laid = (rows + np.arange(rows.shape[0])[:, np.newaxis] * top).ravel().astype(kind)

    def passed(self, row: Ints, draw: Ints) -> Ints:
        """How many thresholds of its row each draw has reached.

        Args:
            row: `[N]`.
            draw: In 0..top - 1, `[N]`.

        Returns:
            0..K each, `[N]`.
        """
        place = (row * self._top + draw).astype(self._laid.dtype)
        reached = self._laid.searchsorted(place, side="right")
        return np.asarray(reached - row * self._columns, dtype=np.int64)
