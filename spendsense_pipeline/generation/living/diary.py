"""The rows of the days lived, collected day after day and joined once at the end."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.postings import (
    NO_LINK,
    NO_PLACE,
    Leg,
    Postings,
    transfer_link,
)

_NOWHERE: Final = {"serial": 0, "link": NO_LINK, "place": NO_PLACE}


class Diary:
    """Postings as they happen."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Ints]] = defaultdict(list)

    def write(self, count: int, **columns: npt.ArrayLike) -> None:
        """Rows of a day.

        Args:
            count: How many rows.
            **columns: Every column of `Postings`, `[count]` or one value for all; a place and a
                link only where there is one.
        """
        for name, values in (_NOWHERE | columns).items():
            column = np.asarray(values, dtype=np.int64)
            self._columns[name].append(np.full(count, column) if column.ndim == 0 else column)

    def transfer(
        self, user: Ints, day: int, cents: Ints, serial: npt.ArrayLike, out_of: Leg, into: Leg
    ) -> None:
        """Both legs of transfers that settle on the day they happen.

        Args:
            user: Index of the user within the shard, `[N]`.
            day: The day.
            cents: Amount, above zero, `[N]`.
            serial: Number among the user's transfers of this purpose, `[N]` or one for all.
            out_of: The account it leaves.
            into: The account it reaches.
        """
        numbers = np.broadcast_to(np.asarray(serial, dtype=np.int64), user.shape)
        link = transfer_link(out_of.purpose, numbers)
        for sign, leg in ((1, out_of), (-1, into)):
            self.write(
                user.size,
                user=user,
                slot=leg.slot,
                day=day,
                authorized=day,
                cents=sign * cents,
                label=leg.label,
                purpose=int(leg.purpose),
                serial=numbers,
                link=link,
            )

    def rows(self) -> Postings:
        """Everything written so far."""
        if not self._columns:
            return Postings.empty()
        return Postings(*(np.concatenate(self._columns[name]) for name in Postings.names()))
