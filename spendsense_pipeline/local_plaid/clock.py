"""The clock: which day apps are shown. At the published day it follows what is published; set back,
it is held.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.errors import SpendSenseError

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.store import Store

_HELD: Final = "clock.held_on"
_SHOWN: Final = "clock.shown"
_EPOCH: Final = "clock.epoch"


@dataclass(frozen=True)
class ClockView:
    """Where it stands.

    Attributes:
        as_of: the day apps are shown.
        published_as_of: the last day there is.
        is_following: whether it moves on with what is published.
    """

    as_of: dt.date
    published_as_of: dt.date
    is_following: bool


class Clock:
    """The clock of one state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def epoch(self) -> int:
        """How often it has been set back."""
        return int(self._store.fact(_EPOCH) or 0)

    def shown_in(self, world: str) -> dt.date | None:
        """The day of a world that was shown last; None before the first."""
        kept = self._store.fact(_SHOWN)
        if kept is None:
            return None
        day, _, of = kept.partition(" ")
        return dt.date.fromisoformat(day) if of == world else None

    def keep_shown(self, day: dt.date, world: str) -> None:
        """Keep the day of a world that is shown now."""
        self._store.keep(_SHOWN, f"{day.isoformat()} {world}")

    def view(self, *, first: dt.date, last: dt.date) -> ClockView:
        """Where it stands.

        Args:
            first: day of what is published.
            last: day of it.
        """
        held = self._store.fact(_HELD)
        # Held on a day that this world does not have, it shows what there is.
        day = last if held is None else dt.date.fromisoformat(held)
        is_held = first <= day < last
        return ClockView(day if is_held else last, last, is_following=not is_held)

    def move(self, day: dt.date, *, last: dt.date) -> None:
        """Show that day; from the last one on it follows.

        Args:
            day: of what is published.
            last: its last one.
        """
        self._store.keep(_HELD, None if day >= last else day.isoformat())

    def start(
        self,
        asked: dt.date | None,
        *,
        first: dt.date,
        last: dt.date,
        world: str,
        is_reset: bool,
    ) -> None:
        """Set it as a start of the server asks.

        Args:
            asked: the day to show; None: where it stands.
            first: day of what is published.
            last: day of it.
            world: of it: of another one nothing has been shown yet.
            is_reset: go back if need be; apps then sync from nothing.

        Raises:
            SpendSenseError: there is no such day, or it is before one that was shown.
        """
        if asked is not None and not first <= asked <= last:
            raise SpendSenseError(
                problem=f"--as-of must be between {first} and {last}; it is {asked}",
                remedy="choose one of the days that are published",
            )
        shown = self.shown_in(world)
        is_back = asked is not None and shown is not None and asked < min(shown, last)
        if is_back and not is_reset:
            raise SpendSenseError(
                problem=f"--as-of {asked} is before {shown}, which apps have been shown",
                remedy="add --reset-clock to go back (Items then sync from nothing), or leave out"
                " --as-of",
            )
        with self._store.change():
            if is_reset:
                self._store.keep(_EPOCH, str(self.epoch + 1))
                self._store.keep(_SHOWN, None)
                self._store.keep(_HELD, None)
            if asked is not None:
                self.move(asked, last=last)
