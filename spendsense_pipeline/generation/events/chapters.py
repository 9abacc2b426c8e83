"""Chapters of lives: who lives by which parameters from which day on.

A life without events is one chapter. An event begins another: the same person, and so the same
draws, with other parameters. Every chapter is planned as if it were a whole life; a row counts
where the chapter it is of is the one that is lived that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Ints
from spendsense_pipeline.generation.postings import NO_LINK, Postings

NEVER: Final = 1 << 20
"""A day past every plan."""
CHAPTERS_MAX: Final = 1 << 8
_CHAPTER_OF_LINK: Final = 20
"""Bit from which the name of a transfer says in which chapter it was made."""


@dataclass(frozen=True)
class Chapters(Columns):
    """Chapters of a shard, one entry each (`[R]`): everybody's first, in order of person, then the
    others in order of person and day."""

    person: Ints
    """Index of the person within the shard."""
    number: Ints
    """Which chapter of theirs it is, from 0."""
    before: Ints
    """Row of the chapter before it; of a first chapter its own."""
    first_day: Ints
    """Day of the plan it begins on, 0 of a first chapter."""
    until: Ints
    """Day the next one begins on, NEVER of the last."""

    @classmethod
    def of(cls, person: Ints, first_day: Ints, persons: int) -> Chapters:
        """First chapters of everybody and others beside.

        Args:
            person: Index of the person of each other chapter, `[E]`, in order of person and day.
            first_day: Day each begins on, `[E]`.
            persons: How many people there are.

        Returns:
            `[persons + E]`.
        """
        everybody = np.arange(persons)
        same = np.append(False, person[1:] == person[:-1])[: person.size]
        row = persons + np.arange(person.size)
        start = np.flatnonzero(~same)
        number = 1 + np.arange(person.size) - np.repeat(start, np.diff(np.append(start, same.size)))
        before = np.where(same, row - 1, person)
        until = np.full(persons + person.size, NEVER)
        until[before] = first_day
        return cls(
            person=np.append(everybody, person),
            number=np.append(np.zeros_like(everybody), number),
            before=np.append(everybody, before),
            first_day=np.append(np.zeros_like(everybody), first_day),
            until=until,
        )

    @property
    def persons(self) -> int:
        """How many people live them."""
        return int((self.number == 0).sum())

    @property
    def are_whole_lives(self) -> bool:
        """Whether nothing happens to anybody."""
        return self.persons == self.size

    def lived(self, row: Ints, day: Ints) -> Flags:
        """Whether a chapter is the one that is lived on a day.

        Args:
            row: Of the chapters, `[N]`.
            day: `[N]`.

        Returns:
            `[N]`.
        """
        return np.asarray((day >= self.first_day[row]) & (day < self.until[row]))

    def on(self, person: Ints, day: Ints) -> Ints:
        """The chapter a person lives on a day.

        Args:
            person: Index within the shard, `[N]`.
            day: `[N]`.

        Returns:
            Rows of the chapters, `[N]`.
        """
        row = person.copy()
        for _ in range(int(self.number.max(initial=0))):
            row = np.where(day >= self.until[row], self._next[row], row)
        return np.asarray(row, dtype=np.int64)

    @property
    def _next(self) -> Ints:
        """Row of the chapter after each, its own for the last."""
        following = np.arange(self.size)
        others = np.flatnonzero(self.number > 0)
        following[self.before[others]] = others
        return following

    def kept(self, rows: Postings) -> Postings:
        """Rows of chapters that were lived on the day they happened: `[N] -> [M]`."""
        if self.are_whole_lives:
            return rows
        return rows.where(self.lived(rows.user, rows.authorized))

    def by_day_settled(self, rows: Postings) -> Postings:
        """The same rows as of the chapter that is lived when they settle."""
        if self.are_whole_lives:
            return rows
        return rows.replaced(user=self.on(self.person[rows.user], np.maximum(rows.day, 0)))

    def by_person(self, rows: Postings) -> Postings:
        """The same rows as of the person; names of transfers say their chapter."""
        if self.are_whole_lives:
            return rows
        chapter = self.number[rows.user] << _CHAPTER_OF_LINK
        link = np.where(rows.link == NO_LINK, NO_LINK, rows.link | chapter)
        return rows.replaced(user=self.person[rows.user], link=link)
