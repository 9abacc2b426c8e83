"""Where cash comes from: the own bank's machines and counters, other machines and their fees."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.banking import plan_banking
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.world import World

OWN_MACHINE: Final = "ATM Withdrawal"
_COUNTER = "Branch Withdrawal"
OPERATOR_FEES_CENTS: Final = {
    "Cardtronics ATM": 350,
    "PAI ATM": 325,
    "NationalLink ATM": 275,
    "FCTI ATM": 300,
    "Euronet ATM": 395,
}
"""What the operators of machines in shops add to what they pay out, at each the same to everybody:
$3.22 on average (Bankrate 2025). How many withdrawals are theirs is in the merchants' popularity
(Federal Reserve Payments Study)."""


class CashPoints:
    """The places cash is fetched at, as rows of the catalog's merchants."""

    def __init__(self, world: World, catalog: Catalog) -> None:
        """Find them.

        Args:
            world: The shard.
            catalog: Where they are listed, and the banks.
        """
        names, calendar = catalog.merchants.names, world.calendar
        self._own_machine, self._counter = (names.index(name) for name in (OWN_MACHINE, _COUNTER))
        self._operators_fee = np.array(
            [OPERATOR_FEES_CENTS.get(name, 0) for name in names], dtype=np.int64
        )
        checking, _ = plan_banking(world, catalog)
        bank = catalog.account_products.institution[checking]
        self._own_fee = catalog.institutions.other_machine_fee_cents[bank]
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

    def fees(self, merchant: Ints, user: Ints) -> tuple[Ints, Ints]:
        """What is charged for using another's machine.

        Args:
            merchant: Where cash is fetched, `[N]`.
            user: Who fetches it, `[N]`.

        Returns:
            Cents that the operator adds to what it pays out, and that the own bank books: `[N]`.
        """
        operators = self._operators_fee[merchant]
        return operators, np.where(operators > 0, self._own_fee[user], 0)
