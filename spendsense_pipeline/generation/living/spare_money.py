"""Money that lies in checking beyond what a household likes to have there: sent to a broker.

Tax refunds, raises and draws come beside what a budget was made of. Some of it is spent on dearer
things; who has much more than usual in checking sends the rest on one evening, in a round sum.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.cents import round_sums
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.postings import Purpose
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

SENDS_SHARE: Final = 0.6
"""Of households with a cushion, those that do not let it lie (judged)."""
LEAST_CUSHION_MONTHS: Final = 0.5
"""Of income: who likes to have less in checking has other uses for what comes beside."""
ABOVE: Final = (1.3, 2.1)
"""Cushions in checking from which on a household sends some on, least and most (judged)."""
ABOVE_MONTHLY: Final = 0.3
"""More of them for who is paid once a month, and has it all at the beginning."""
LEFT: Final = 1.15
"""Cushions that stay in checking."""
IN_DAYS: Final = 15.0
"""Business days that pass, on average, until somebody gets to it (judged)."""
LEAST_CENTS: Final = 30_000
SPARE_SERIAL: Final = 2
"""Standing sums and what is left over month after month are 0 and 1 of a day."""


class SpareMoney:
    """Sends on what the households of a shard have to spare, day by day."""

    def __init__(self, world: World, brokers: Ints, cushion_cents: Floats, invests: Flags) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            brokers: Whom each household sends such sums to, a label each: `[U]`.
            cushion_cents: What it likes to have in checking, `[U]`.
            invests: Days on which it sends something as it is, `[U, D]`.
        """
        profiles = world.profiles
        drawn = uniform(world.words("spare", np.arange(2)))
        sends = (drawn[:, 0] < SENDS_SHARE) & (profiles.rhythm == Rhythm.CUSHIONED)
        sends &= cushion_cents >= LEAST_CUSHION_MONTHS * profiles.people.income_monthly_usd * 100
        self._who = who = places(sends)
        low, high = ABOVE
        above = low + (high - low) * drawn[who, 1]
        above += ABOVE_MONTHLY * (profiles.cadence[who] == Cadence.MONTHLY)
        self._above_cents, self._left_cents = (
            (times * cushion_cents[who]).astype(np.int64) for times in (above, LEFT)
        )
        self._brokers = brokers
        days = np.arange(world.days)
        is_open = world.calendar.on_or_after(days) == days
        evening = integers(world.words("spare_evening", days, who), int(IN_DAYS)) == 0
        self._evening = (evening & is_open & ~invests[who]).T.copy()
        """When each gets to it: `[D, S]`."""

    def end_day(self, day: int, balances: Balances, diary: Diary) -> None:
        """Send on what is to spare, on the evenings of those who get to it.

        Args:
            day: The day.
            balances: What everybody has.
            diary: Where it is written.
        """
        at = places(self._evening[day])
        who = self._who[at]
        has = balances.checking[who] - balances.pending[who]
        is_much = has > self._above_cents[at]
        if not is_much.any():
            return
        who, at, has = who[is_much], at[is_much], has[is_much]
        cents = round_sums(has - self._left_cents[at])
        sent = places(cents >= LEAST_CENTS)
        if sent.size == 0:
            return
        user, cents = who[sent], cents[sent]
        diary.on_checking(
            user, day, cents, self._brokers[user], Purpose.INVESTING, serial=SPARE_SERIAL
        )
        balances.checking[user] -= cents
