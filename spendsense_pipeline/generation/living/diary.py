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
    Purpose,
    Slot,
    transfer_link,
)

_NO_TRANSFER: Final = -1
_USUALLY: Final[dict[str, Ints | int]] = {"serial": 0, "place": NO_PLACE, "moved": _NO_TRANSFER}
"""What columns hold where nothing is written in them; `moved` is the purpose of the outgoing leg of
a transfer."""


class Diary:
    """Postings as they happen."""

    def __init__(self) -> None:
        self._counts: list[int] = []
        self._entries: list[dict[str, Ints | int]] = []

    def write(self, count: int, **columns: Ints | int) -> None:
        """Rows of a day.

        Args:
            count: How many rows.
            **columns: Every column of `Postings` but `link`, `[count]` or one value for all; serial
                and place only where there is one.
        """
        self._counts.append(count)
        self._entries.append(columns)

    def on_checking(
        self,
        user: Ints,
        day: int,
        cents: Ints | int,
        label: Ints | int,
        purpose: Purpose,
        *,
        settles: int | None = None,
        serial: int = 0,
        place: Ints | int = NO_PLACE,
    ) -> None:
        """Rows on checking accounts.

        Args:
            user: Index of the user within the shard, `[N]`.
            day: The day.
            cents: Amount, above zero for what leaves the account, `[N]` or one for all.
            label: Whom it is from or to, `[N]` or one for all.
            purpose: What it is.
            settles: When it posts; left out, on the day.
            serial: Number of the row among those of a day, user and purpose.
            place: Where, `[N]` or one for all.
        """
        self.write(
            user.size,
            user=user,
            slot=int(Slot.CHECKING),
            day=day if settles is None else settles,
            authorized=day,
            cents=cents,
            label=label if isinstance(label, np.ndarray) else int(label),
            purpose=int(purpose),
            serial=serial,
            place=place,
        )

    def transfer(
        self,
        user: Ints,
        day: int,
        cents: Ints,
        serial: Ints | int,
        out_of: Leg,
        into: Leg,
        arrives: Ints | None = None,
    ) -> None:
        """Both legs of transfers.

        Args:
            user: Index of the user within the shard, `[N]`.
            day: The day.
            cents: Amount, above zero, `[N]`.
            serial: Number among the user's transfers of this purpose, `[N]` or one for all.
            out_of: The account it leaves.
            into: The account it reaches.
            arrives: When it does, `[N]`; left out, on the day.
        """
        there = day if arrives is None else arrives
        for sign, leg, settles in ((1, out_of, day), (-1, into, there)):
            self.write(
                user.size,
                moved=int(out_of.purpose),
                user=user,
                slot=leg.slot,
                day=settles,
                authorized=day,
                cents=sign * cents,
                label=leg.label,
                purpose=int(leg.purpose),
                serial=serial,
            )

    def rows(self) -> Postings:
        """Everything written so far."""
        count = np.array(self._counts, dtype=np.int64)
        entries = [_USUALLY | entry for entry in self._entries]
        whole = {
            name: _joined([entry[name] for entry in entries], count)
            for name in Postings.names()
            if name != "link"
        }
        moved = _joined([entry["moved"] for entry in entries], count)
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
    is_several = [not isinstance(part, int) for part in parts]
    if parts and all(is_several):
        return np.concatenate(parts)
    values = [0 if several else part for part, several in zip(parts, is_several, strict=True)]
    column = np.repeat(np.array(values, dtype=np.int64), count)
    if any(is_several):
        several = [part for part in parts if not isinstance(part, int)]
        column[np.repeat(is_several, count)] = np.concatenate(several)
    return column
