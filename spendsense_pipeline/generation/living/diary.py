"""The rows of the days lived, collected day after day and joined once at the end."""

from __future__ import annotations

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

_NOWHERE: Final = {"serial": 0, "place": NO_PLACE}


_NO_TRANSFER: Final = -1


class Diary:
    """Postings as they happen."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Ints]] = {name: [] for name in (*Postings.names(), "moved")}

    def write(self, count: int, *, moved: int = _NO_TRANSFER, **columns: npt.ArrayLike) -> None:
        """Rows of a day.

        Args:
            count: How many rows.
            moved: Purpose of the outgoing leg, where the rows are legs of transfers.
            **columns: Every column of `Postings` but `link`, `[count]` or one value for all; a
                place only where there is one.
        """
        for name, values in (_NOWHERE | columns | {"moved": moved}).items():
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
        for sign, leg in ((1, out_of), (-1, into)):
            self.write(
                user.size,
                moved=int(out_of.purpose),
                user=user,
                slot=leg.slot,
                day=day,
                authorized=day,
                cents=sign * cents,
                label=leg.label,
                purpose=int(leg.purpose),
                serial=serial,
            )

    def rows(self) -> Postings:
        """Everything written so far."""
        if not self._columns["user"]:
            return Postings.empty()
        whole = {name: np.concatenate(parts) for name, parts in self._columns.items() if parts}
        moved = whole.pop("moved")
        legs = np.flatnonzero(moved != _NO_TRANSFER)
        whole["link"] = np.full(moved.size, NO_LINK)
        whole["link"][legs] = transfer_link(moved[legs], whole["serial"][legs])
        return Postings(**whole)
