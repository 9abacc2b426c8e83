"""What becomes of people to whom events are dealt: how they live before, during and after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.events.declaration import DRAWS, Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation, lives_as
from spendsense_pipeline.generation.randomness import mix64, purpose_key, uniform, words_each


class Way(NamedTuple):
    """One course of one kind."""

    event: LifeEvent
    course: Course


@dataclass(frozen=True)
class Dealt:
    """Events, one entry each (`[E]`), in order of person and day."""

    person: Ints
    """Index among the people dealt to."""
    day: Ints
    """Days since history_start."""
    kind: tuple[str, ...]
    over_after_days: Ints
    """-1 where what has changed stays so."""
    before: Situation
    during: Situation
    after: Situation
    """When it is over; where it is not, `during`."""
    persona_before: Ints
    persona_after: Ints


class Happening:
    """Lets events happen, one after the other to a person; many at a time where none follows."""

    def __init__(self, people: Situation, seed: int, numbers: Ints, ways: Sequence[Way]) -> None:
        """Begin with how people live on history_start.

        Args:
            people: `[N]`.
            seed: The operator's.
            numbers: Position of each in the population, `[N]`.
            ways: The courses that events may take.
        """
        self._seed, self._numbers, self._ways = seed, numbers, ways
        self.now = people.rows(np.arange(numbers.size))  # its own, to be changed in place
        self._happened = np.zeros(numbers.size, dtype=np.int64)
        self._parts: list[_Part] = []
        self._deferred: list[list[tuple[int, int]]] = [[] for _ in ways]

    def draws(self, who: Ints) -> Floats:
        """What decides the sums of a person's next event.

        Args:
            who: Of the people, `[N]`.

        Returns:
            Shares, `[N, DRAWS]`.
        """
        key = np.uint64(purpose_key(self._seed, "life_event"))
        keys = mix64(self._numbers[who].astype(np.uint64) ^ key)[:, np.newaxis]
        index = self._happened[who][:, np.newaxis] * DRAWS + np.arange(DRAWS)
        return uniform(words_each(keys, index))

    def lasts_days(self, person: int, way: int) -> int:
        """Days until an event would be over for a person, 0 where what has changed stays so.

        Args:
            person: Whom.
            way: The course it takes.

        Returns:
            Days.
        """
        event = self._ways[way].event
        if event.lasts_days is None:
            return 0
        return int(_over_after(event, self.draws(np.array([person])))[0])

    def choose(self, person: int, way: int, day: int, *, is_last: bool) -> None:
        """Let an event happen to a person.

        Args:
            person: Whom.
            way: The course it takes.
            day: Days since history_start.
            is_last: Whether none can follow; else it happens at once.
        """
        if is_last:
            self._deferred[way].append((person, day))
            return
        who = np.array([person])
        after = self._happen(who, np.array([day]), self._ways[way])
        for name in Situation.__dataclass_fields__:
            getattr(self.now, name)[who] = getattr(after, name)
        self._happened[person] += 1

    def _happen(self, who: Ints, day: Ints, way: Way) -> Situation:
        """Let an event take its course with some people, one each; how they live when it is over:
        `[N]`."""
        event, draw = way.event, self.draws(who)
        before = quiet(self.now.rows(who))
        during = way.course.change(before, draw)
        after = during if event.ends is None else event.ends(before, draw)
        over = _over_after(event, draw)
        self._parts.append(_Part(who, day, event.kind, over, before, during, after))
        return after

    def dealt(self) -> Dealt:
        """All events so far."""
        for number, chosen in enumerate(self._deferred):
            if chosen:
                who, day = np.array(chosen, dtype=np.int64).T
                self._happen(who, day, self._ways[number])
        empty = np.zeros(0, dtype=np.int64)
        nobody = self.now.rows(empty)
        parts = self._parts or [_Part(empty, empty, "", empty, nobody, nobody, nobody)]
        person, day, over = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("person", "day", "over_after")
        )
        kinds = np.repeat([part.kind for part in parts], [part.person.size for part in parts])
        order = np.lexsort((day, person))
        before, during, after = (
            _joined([getattr(part, name) for part in parts]).rows(order)
            for name in ("before", "during", "after")
        )
        return Dealt(
            person=person[order],
            day=day[order],
            kind=tuple(kinds[order].tolist()),
            over_after_days=over[order],
            before=before,
            during=during,
            after=after,
            persona_before=lives_as(before)[0],
            persona_after=lives_as(during)[0],
        )


class _Part(NamedTuple):
    """Events of one kind, `[N]`."""

    person: Ints
    day: Ints
    kind: str
    over_after: Ints
    before: Situation
    during: Situation
    after: Situation


def _over_after(event: LifeEvent, draw: Floats) -> Ints:
    """Days until an event is over, -1 where what has changed stays so: `[N]`."""
    if event.lasts_days is None:
        return np.full(draw.shape[0], -1, dtype=np.int64)
    least, most = event.lasts_days
    return least + (draw[:, DRAWS - 1] * (most - least + 1)).astype(np.int64)


def quiet(at: Situation) -> Situation:
    """The same lives without what only the day of an event brought."""
    return at.changed(lump_cents=0, lump_on_card=False, pays_off=False, waits_days=0)


def _joined(parts: list[Situation]) -> Situation:
    """Situations one after the other: `[E]`."""
    return Situation(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Situation.__dataclass_fields__
        }
    )
