"""What is left of better days when a life gets tight: lived off, and what is more put aside once.

Nobody moves money on the day it happens. What there is pays the bills of the coming weeks and lets
a household go on nearly as it was used to for a while; what is more than that is put into savings
when the first money of the new life has come.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Floats, Ints, places
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.cents import round_sums, sums
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.postings import Leg, Purpose, Slot
from spendsense_pipeline.generation.randomness import integers
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

LIVED_OFF_DAYS: Final = 35
"""How long a household goes on nearly as before (judged: of those who lose work, spending falls by
6 % at first and by 12 % only when benefits end; Ganong and Noel, American Economic Review 2019)."""
AHEAD_DAYS: Final = 28
"""How far ahead bills are looked at; every plan reaches so far past its last day."""
SORTED_OUT_DAYS: Final = 2
"""After the event, the earliest day on which money of the new life is taken for that."""
OF_SOME_SIZE_SHARE: Final = 0.5
"""Of the largest payment of those weeks, what another must come to."""
PUTS_OFF_DAYS: Final = np.array([0, 0, 0, 1, 1, 2, 3, 5])
"""After that money has come, until what is more than needed is put aside."""
EVERYDAY_DAYS: Final = 14
"""Of everyday life, what stays in checking then at least."""
FRUGAL_SHARE: Final = 0.4
"""Of it, what a household buys in any case."""
LEAST_CENTS: Final = 50_000
"""Less than that is lived off too."""

PUT_ASIDE: Final = (
    Leg(Slot.CHECKING, Fixed.SAVINGS_OUT, Purpose.ASIDE_OUT),
    Leg(Slot.SAVINGS, Fixed.SAVINGS_IN, Purpose.ASIDE_IN),
)
"""The legs of a sum that is put aside."""


class BetterDays:
    """What the households of a shard still have of a life that has become tight."""

    def __init__(
        self,
        world: World,
        cards: Cards,
        everyday_cents: Floats,
        due: Ints,
        comes: Ints,
        next_payday: Ints,
    ) -> None:
        """Find who gets tight, when, and when money comes after it.

        Args:
            world: The shard in chapters.
            cards: The cards of every chapter, `[C]`.
            everyday_cents: What there is for purchases in a usual month, `[U]`.
            due: What leaves checking on each day by contract, `[U, D]` cents.
            comes: What is earned or granted and comes in on each day, `[U, D]` cents.
            next_payday: After each day, `[U, D]`, of who runs out.
        """
        chapters = world.chapters
        is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
        who = np.flatnonzero(is_tight & ~is_tight[chapters.before])
        self._who, self._first = who, chapters.first_day[who]
        self._nothing = np.zeros(world.users, dtype=np.int64)
        self._cards = cards
        self._everyday = everyday_cents[who] / DAYS_PER_MONTH
        was = everyday_cents[chapters.before[who]] / DAYS_PER_MONTH
        self._used_to = np.maximum(was - self._everyday, 0)
        """What a day cost more before: `[N]` cents."""
        days = np.arange(AHEAD_DAYS + 1)
        # Nothing is known of days after the plan's last.
        span = np.minimum(self._first[:, np.newaxis] + days, world.days - 1)
        coming = comes[who[:, np.newaxis], span]
        coming[:, :SORTED_OUT_DAYS] = 0
        is_some = coming >= OF_SOME_SIZE_SHARE * np.max(coming, axis=1, initial=1, keepdims=True)
        some = np.where(is_some.any(axis=1), is_some.argmax(axis=1), AHEAD_DAYS)
        self._comes_on = self._first + some
        puts_off = PUTS_OFF_DAYS[integers(world.words("put_aside", 0)[who], PUTS_OFF_DAYS.size)]
        self._put_aside_on = world.calendar.on_or_after(self._comes_on + puts_off).astype(np.int64)
        self._due = np.pad(due[who], ((0, 0), (0, AHEAD_DAYS)))
        self._lacks = self._due - np.pad(comes[who], ((0, 0), (0, AHEAD_DAYS)))
        self._next_payday = next_payday[who]
        self._left = np.zeros(who.size)
        """Of better days, what is spent on everyday life in the end: `[N]` cents."""
        self._more = np.zeros(who.size)
        """What is more than will be needed, until it is put aside: `[N]` cents."""

    def kept(self, day: int, balances: Balances, statements_due: Ints) -> Ints:
        """What households do not count as theirs to spend before payday, beside what is due by
        then.

        Args:
            day: The day, when everything planned of it has posted.
            balances: What everybody has and owes.
            statements_due: Card payments still to come before the next payday, `[U]` cents.

        Returns:
            Cents, `[U]`.
        """
        at = places((self._first <= day) & (day < self._first + LIVED_OFF_DAYS))
        if at.size == 0:
            return self._nothing
        who = self._who[at]
        before_payday, later = self._spoken_for(day, at, balances, statements_due)
        begins = places(self._first[at] == day)
        if begins.size:
            new = at[begins]
            has = (balances.checking - balances.pending)[self._who[new]]
            waits = self._everyday[new] * (self._comes_on[new] - day)
            free = has - (before_payday + later)[begins] - waits
            self._left[new] = np.clip(free, 0, self._used_to[new] * LIVED_OFF_DAYS)
            self._more[new] = np.maximum(free - self._left[new], 0)
        # Money for the days after a payday on which nothing comes yet.
        waits = np.maximum(self._comes_on[at] - self._next_payday[at, day], 0)
        wants = later + self._everyday[at] * waits + self._left_on(day, at) + self._more[at]
        # Nobody stops buying bread for a bill of next week.
        everyday = self._everyday[at] * (self._next_payday[at, day] - day) * FRUGAL_SHARE
        room = (balances.checking - balances.pending)[who] - before_payday - everyday
        kept = self._nothing.copy()
        kept[who] = np.clip(wants, 0, np.maximum(room, 0))
        return kept

    def put_aside(self, day: int, balances: Balances, statements_due: Ints, diary: Diary) -> None:
        """Put what is more than the coming weeks need into savings, once.

        Args:
            day: The day, when everything planned of it has posted.
            balances: What everybody has and owes.
            statements_due: Card payments still to come before the next payday, `[U]` cents.
            diary: Where what is moved is written.
        """
        at = places(self._put_aside_on == day)
        if at.size == 0:
            return
        self._more[at] = 0
        user = self._who[at]
        period = np.maximum(self._next_payday[at, day] - day, EVERYDAY_DAYS)
        needs = sum(self._spoken_for(day, at, balances, statements_due))
        needs = needs + self._left_on(day, at) + self._everyday[at] * period
        more = (balances.checking - balances.pending)[user] - needs
        more = np.minimum(more, balances.checking[user])
        cents = round_sums(more)
        is_much = cents >= LEAST_CENTS
        share = np.maximum(self._share_left(day, at), 1 / LIVED_OFF_DAYS)
        self._left[at] += np.where(is_much, 0, np.maximum(more, 0) / share)
        user, cents = user[is_much], cents[is_much]
        if user.size == 0:
            return
        diary.transfer(
            user,
            day,
            cents,
            day,
            *PUT_ASIDE,
        )
        balances.checking[user] -= cents
        balances.savings[user] += cents

    def _left_on(self, day: int, at: Ints) -> Floats:
        """What is left of better days for those after the next payday: `[M]` cents."""
        return self._left[at] * self._share_left(day, at)

    def _share_left(self, day: int, at: Ints) -> Floats:
        """Of the weeks in which that is lived off, the share after the next payday: `[M]`."""
        share = 1 - (self._next_payday[at, day] - self._first[at]) / LIVED_OFF_DAYS
        return np.asarray(np.maximum(share, 0), dtype=np.float64)

    def _spoken_for(
        self, day: int, at: Ints, balances: Balances, statements_due: Ints
    ) -> tuple[Ints, Ints]:
        """What is due before payday, and what the weeks after it will lack: `[M]` cents each."""
        who = self._who[at]
        days = day + 1 + np.arange(AHEAD_DAYS)
        is_before = days < self._next_payday[at, day][:, np.newaxis]
        due = (self._due[at, day + 1 : day + 1 + AHEAD_DAYS] * is_before).sum(axis=1)
        lacks = np.cumsum(self._lacks[at, day + 1 : day + 1 + AHEAD_DAYS], axis=1).max(axis=1)
        in_full = np.where(self._cards.is_paid_in_full, balances.owed[:-1], 0)
        owed = sums(self._cards.user, in_full, balances.checking.size)[who]
        statements = statements_due[who]
        later = np.maximum(lacks - due, 0) + np.maximum(owed - statements, 0)
        return due + statements, later
