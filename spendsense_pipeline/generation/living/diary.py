"""The rows of the days lived, collected day after day and joined once at the end."""

from __future__ import annotations

from typing import Final

import numpy as np

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
        self._counts: list[int] = []
        self._columns: dict[str, list[Ints | int]] = {
            name: [] for name in (*Postings.names(), "moved") if name != "link"
        }

    def write(self, count: int, *, moved: int = _NO_TRANSFER, **columns: Ints | int) -> None:
        """Rows of a day.

        Args:
            count: How many rows.
            moved: Purpose of the outgoing leg, where the rows are legs of transfers.
            **columns: Every column of `Postings` but `link`, `[count]` or one value for all; a
                place only where there is one.
        """
        self._counts.append(count)
        for name, values in (_NOWHERE | columns | {"moved": moved}).items():
            self._columns[name].append(values)

    def transfer(
        self, user: Ints, day: int, cents: Ints, serial: Ints | int, out_of: Leg, into: Leg
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
        count = np.array(self._counts, dtype=np.int64)
        whole = {name: _joined(parts, count) for name, parts in self._columns.items()}
        moved = whole.pop("moved")
        legs = np.flatnonzero(moved != _NO_TRANSFER)
        whole["link"] = np.full(moved.size, NO_LINK)
        whole["link"][legs] = transfer_link(moved[legs], whole["serial"][legs])
        return Postings(**whole)


def _joined(parts: list[Ints | int], count: Ints) -> Ints:
    """A column of all rows, `[N]`, from what was written: values of so many rows, or one for all.

    Args:
        parts: As they were written, `[W]`.
        count: Rows of each, `[W]`.
    """
    values = [part if isinstance(part, int) else 0 for part in parts]
    column = np.repeat(np.array(values, dtype=np.int64), count)
    several = [part for part in parts if not isinstance(part, int)]
    if several:
        is_several = np.array([not isinstance(part, int) for part in parts])
        column[np.repeat(is_several, count)] = np.concatenate(several)
    return column
