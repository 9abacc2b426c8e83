"""The shared frame of one shard: who, when, by which draws.

A world is the same whatever `as_of` is: behaviours plan past as_of, days are lived up to it. It
begins two months before history_start, so that a history opens in the middle of lives: with
statements to pay, purchases to post and balances that came about. Those months are not shown.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation.arrays import Ints, Words
from spendsense_pipeline.generation.attributes import Profiles, sample_profiles
from spendsense_pipeline.generation.calendar import Calendar, calendar_for
from spendsense_pipeline.generation.events.chapters import Chapters
from spendsense_pipeline.generation.events.turns import Turns
from spendsense_pipeline.generation.randomness import user_keys, words

LEAD_IN_DAYS = 62
"""Lived before the history begins: two billing cycles of every card."""
HORIZON_MONTHS_PAST_AS_OF = 2
"""The plan ends with the month after as_of's, on the first day of this many months later."""


@dataclass(frozen=True, eq=False)
class World:
    """One shard of users and the frame they live in; the same only as itself.

    Behaviours plan for chapters of lives, which are more than people where something happens to
    somebody: what they call a user is a chapter. Who has only one is a chapter of their own.
    """

    resolved: ResolvedConfig
    profiles: Profiles
    """Of every chapter."""
    chapters: Chapters
    turns: Turns
    """What chapters have of their own, beside profiles."""
    calendar: Calendar
    """Day 0 is the first of the lead-in."""
    as_of_day: int

    @property
    def history_day(self) -> int:
        """The day the history begins."""
        return LEAD_IN_DAYS

    @property
    def users(self) -> int:
        """How many users the shard holds, or chapters of their lives."""
        return self.profiles.people.size

    @property
    def people(self) -> World:
        """The same shard, everybody in their first chapter."""
        if self.chapters.are_whole_lives:
            return self
        return self.of(np.arange(self.chapters.persons))

    def of(self, rows: Ints) -> World:
        """Some chapters of the shard as if they were whole lives: `[M]`."""
        return replace(
            self,
            profiles=self.profiles.rows(rows),
            chapters=_whole_lives(rows.size),
            turns=self.turns.where(rows),
        )

    @property
    def first_chapter(self) -> Ints:
        """Row of the first chapter of each, where what is settled once in a life is settled:
        `[U]`."""
        return self.chapters.person

    @property
    def days(self) -> int:
        """Days planned, from the first of the lead-in on, past as_of."""
        return self.calendar.days

    @property
    def seed(self) -> int:
        """The operator's seed."""
        return self.resolved.config.seed

    def keys(self, purpose: str) -> Words:
        """One key per user for draws of a purpose: `[U]`."""
        if purpose not in self._keys:
            keys = user_keys(self.seed, purpose, self.profiles.people.numbers)
            # Whoever asks next is given the same array.
            keys.flags.writeable = False
            self._keys[purpose] = keys
        return self._keys[purpose]

    @functools.cached_property
    def _keys(self) -> dict[str, Words]:
        """Those asked for so far: many are asked for again and again."""
        return {}

    def words(self, purpose: str, index: npt.ArrayLike, of: Ints | None = None) -> Words:
        """Draws of a purpose.

        Args:
            purpose: What is drawn; the same text always gives the same draws.
            index: Which draws of it, one number or `[I]`.
            of: Whose, `[M]`; everybody's if left out.

        Returns:
            `[U]` or `[M]` for one number, else `[U, I]` or `[M, I]`.
        """
        keys = self.keys(purpose)
        return words(keys if of is None else keys[of], index)


def make_world(resolved: ResolvedConfig, first_user: int, users: int) -> World:
    """The frame of a stretch of users.

    Args:
        resolved: The configuration.
        first_user: Number of the first user.
        users: How many from there on.

    Returns:
        The frame of users `first_user … first_user + users`, planned past as_of.
    """
    as_of = resolved.as_of
    start = resolved.history_start - dt.timedelta(days=LEAD_IN_DAYS)
    years, month_index = divmod(as_of.month - 1 + HORIZON_MONTHS_PAST_AS_OF, 12)
    horizon = dt.date(as_of.year + years, month_index + 1, 1)
    return World(
        resolved=resolved,
        profiles=sample_profiles(resolved, first_user, users),
        chapters=_whole_lives(users),
        turns=Turns.none(users),
        calendar=calendar_for(start, (horizon - start).days),
        as_of_day=(as_of - start).days,
    )


def _whole_lives(persons: int) -> Chapters:
    """Lives of one chapter."""
    nobody = np.zeros(0, dtype=np.int64)
    return Chapters.of(nobody, nobody, persons)
