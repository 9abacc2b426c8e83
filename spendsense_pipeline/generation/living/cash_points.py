"""Where cash comes from: the own bank's machines and counters, other machines and their fees."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.catalog import Catalog

OWN_MACHINE: Final = "ATM Withdrawal"
_COUNTER, _OTHER_MACHINE = "Branch Withdrawal", "Network ATM"
# Out of network: an operator's fee of $3.22 and one of the own bank of $1.64 on average (Bankrate
# 2025). How many withdrawals are is in the merchants' popularity (Federal Reserve Payments Study).
OPERATOR_FEES_CENTS = (250, 25, 7)
"""The least, and so many steps up."""
OWN_FEE_CENTS, OWN_FEE_FIFTHS = 275, 3


class CashPoints:
    """The places cash is fetched at, as rows of the catalog's merchants."""

    def __init__(self, catalog: Catalog, calendar: Calendar) -> None:
        """Find them.

        Args:
            catalog: Where they are listed.
            calendar: When banks are open.
        """
        names = catalog.merchants.names
        self._own_machine, self._counter, self._other = (
            names.index(name) for name in (OWN_MACHINE, _COUNTER, _OTHER_MACHINE)
        )
        days = np.arange(calendar.days)
        self._is_open = calendar.on_or_after(days) == days

    def open_on(self, day: int, merchant: Ints) -> Ints:
        """Where cash is fetched on a day: at the machine while a counter is closed.

        Args:
            day: The day.
            merchant: Where it would be, `[N]`.

        Returns:
            Row of the catalog's merchants each, `[N]`.
        """
        if self._is_open[day]:
            return merchant
        return np.where(merchant == self._counter, self._own_machine, merchant)

    def fees(self, merchant: Ints, draw: Ints) -> tuple[Ints, Ints]:
        """What is charged for using another's machine.

        Args:
            merchant: Where cash is fetched, `[N]`.
            draw: Decides how much, `[N]`.

        Returns:
            Cents that the operator adds to what it pays out, and that the own bank books: `[N]`.
        """
        least, step, steps = OPERATOR_FEES_CENTS
        elsewhere = merchant == self._other
        own = elsewhere & (draw % 5 < OWN_FEE_FIFTHS)
        return elsewhere * (least + step * (draw % steps)), own * OWN_FEE_CENTS
