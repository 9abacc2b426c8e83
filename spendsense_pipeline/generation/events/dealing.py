"""What happens to whom and when: events are dealt in blocks of people, evenly over time.

One after the other, each to the person and of the kind that keeps the block what it was: as many
live by every persona as on history_start, and those to whom something has happened are like the
others. A block depends on nothing outside it and on no day but history_start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.events.declaration import DRAWS, Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation, lives_as
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS
from spendsense_pipeline.generation.randomness import mix64, purpose_key, uniform, words_each
from spendsense_pipeline.generation.targets import TARGET_CODES

MOST_APART_DAYS: Final = 29.0
"""No two events of consenting people of a block lie further apart at the default rate."""
JITTER_SHARE: Final = 0.3
"""Of the mean time between two events of a block, by how much one comes sooner or later."""
SETTLES_DAYS: Final = 205
"""After an event is over, until the next may happen: the longest window has noticed it."""
FEWEST_SURE: Final = 4
"""People of a block left in every persona that had so many."""
# How much each counts against the logarithm of how often an event happens.
MIX_WEIGHT: Final = 2.0
ALIKE_WEIGHT: Final = 0.9
CHANCE_WEIGHT: Final = 0.6
KIND_WEIGHT: Final = 1.0
DOUBT_WEIGHT: Final = 40.0
"""Who lives near a line is taken when there is nobody else."""
_PERSONAS: Final = len(TARGET_CODES)
_NEVER: Final = -1e9


class _Way(NamedTuple):
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


def deal_events(
    people: Situation,
    *,
    seed: int,
    numbers: Ints,
    has_consented: Flags,
    traits: Ints,
    yearly_rate: float,
    weights: Mapping[str, float],
    kinds: Sequence[LifeEvent],
    may: Flags,
    last_day: int,
) -> Dealt:
    """Deal events to whole blocks of people.

    Args:
        people: How they live on history_start, `[B * 100]`.
        seed: The operator's.
        numbers: Position of each in the population, `[B * 100]`.
        has_consented: `[B * 100]`.
        traits: What people are, small numbers, `[F, B * 100]`: those to whom something has happened
            are like the others in each.
        yearly_rate: Events a person and year.
        weights: How often each kind happens to those it may happen to, relative to others.
        kinds: The kinds that are dealt.
        may: Which personas people may come to live by, `[_PERSONAS]`.
        last_day: Day after history_start that is looked up to; what happens up to a day hangs on
            nothing after it.

    Returns:
        The events up to that day.
    """
    dealing = _Dealing(people, seed, numbers, has_consented, traits, weights, kinds, may)
    return dealing.run(yearly_rate, last_day)


class _Dealing:
    """The state of all blocks while their events are dealt."""

    def __init__(
        self,
        people: Situation,
        seed: int,
        numbers: Ints,
        has_consented: Flags,
        traits: Ints,
        weights: Mapping[str, float],
        kinds: Sequence[LifeEvent],
        may: Flags,
    ) -> None:
        self._seed, self._may = seed, may
        self._shape = (numbers.size // BLOCK_USERS, BLOCK_USERS)
        self._numbers, self._consents = numbers, has_consented
        self._ways = [_Way(event, course) for event in kinds for course in event.courses]
        share = np.array([weights[way.event.kind] for way in self._ways])
        self._often = np.where(share > 0, np.log(np.maximum(share, 1e-12)), _NEVER)
        self._kind_of_way = np.array([list(kinds).index(way.event) for way in self._ways])
        self._kinds = len(kinds)
        self.now = people.rows(np.arange(numbers.size))  # its own, to be changed in place
        self._happened = np.zeros(numbers.size, dtype=np.int64)
        self._free_from = np.zeros(numbers.size, dtype=np.int64)
        self._persona, sure = lives_as(people)
        self._sure = sure
        self._possible = np.zeros((numbers.size, len(self._ways)), dtype=np.bool_)
        self._doubtful = np.zeros_like(self._possible)
        self._after = np.zeros((numbers.size, len(self._ways)), dtype=np.int64)
        self._look(np.arange(numbers.size))
        self._traits_each = len(traits)
        self._traits = np.stack(
            [each == value for each in traits for value in range(int(each.max(initial=0)) + 1)],
            axis=-1,
        ).astype(np.float64)
        self._usual = self._traits.reshape(*self._shape, -1).mean(axis=1)

    def _draws(self, who: Ints) -> Floats:
        """What decides the sums of a person's next event: `[N, DRAWS]`."""
        key = np.uint64(purpose_key(self._seed, "life_event"))
        keys = mix64(self._numbers[who].astype(np.uint64) ^ key)[:, np.newaxis]
        index = self._happened[who][:, np.newaxis] * DRAWS + np.arange(DRAWS)
        return uniform(words_each(keys, index))

    def _look(self, who: Ints) -> None:
        """See what may happen to some people, as they live now."""
        at, draw = _quiet(self.now.rows(who)), self._draws(who)
        persona, sure = lives_as(at)
        self._persona[who], self._sure[who] = persona, sure
        for number, way in enumerate(self._ways):
            able = np.flatnonzero(way.course.needs(at, draw))
            possible, doubtful = np.zeros((2, who.size), dtype=np.bool_)
            after = np.zeros(who.size, dtype=np.int64)
            if able.size:
                changed = way.course.change(at.rows(able), draw[able])
                after[able], is_sure = lives_as(changed)
                possible[able] = after[able] != persona[able]
                doubtful[able] = ~(is_sure & sure[able])
            self._possible[who, number] = possible & self._may[after]
            self._doubtful[who, number] = doubtful
            self._after[who, number] = after

    def run(self, yearly_rate: float, last_day: int) -> Dealt:
        """Deal the events of consenting and of other people, each evenly over time."""
        parts = [
            self._of_group(group, members.reshape(self._shape), yearly_rate, last_day)
            for group, members in enumerate((self._consents, ~self._consents))
        ]
        events = [event for part in parts for event in part]
        order = sorted(range(len(events)), key=lambda i: (events[i].person, events[i].day))
        chosen = [events[number] for number in order]
        return Dealt(
            person=np.array([event.person for event in chosen], dtype=np.int64),
            day=np.array([event.day for event in chosen], dtype=np.int64),
            kind=tuple(event.kind for event in chosen),
            over_after_days=np.array([event.over_after for event in chosen], dtype=np.int64),
            before=_joined([event.before for event in chosen], self.now),
            during=_joined([event.during for event in chosen], self.now),
            after=_joined([event.after for event in chosen], self.now),
            persona_before=np.array([event.persona_before for event in chosen], dtype=np.int64),
            persona_after=np.array([event.persona_after for event in chosen], dtype=np.int64),
        )

    def _of_group(
        self, group: int, members: Flags, yearly_rate: float, last_day: int
    ) -> list[_Event]:
        """The events of one group of every block, in the order of days."""
        count = members.sum(axis=1)
        if yearly_rate <= 0 or not count.any():
            return []
        apart = 365.0 / (yearly_rate * np.maximum(count, 1))
        jitter = np.minimum(JITTER_SHARE * apart, np.maximum((MOST_APART_DAYS - apart) / 2, 0.0))
        jitter = np.where(apart > MOST_APART_DAYS, JITTER_SHARE * apart, jitter)
        blocks = self._numbers.reshape(self._shape)[:, 0] // BLOCK_USERS
        key = np.uint64(purpose_key(self._seed, f"life_event_days:{group}"))
        keys = mix64(blocks.astype(np.uint64) ^ key)
        phase = uniform(words_each(keys, 0))
        found: list[_Event] = []
        events = int(np.ceil((last_day + jitter.max()) / apart.min())) + 1
        was = np.zeros((self._shape[0], self._traits.shape[1]))
        mix = _counts(self._persona.reshape(self._shape), members)
        first = mix.copy()
        kinds = np.zeros((self._shape[0], self._kinds))
        for number in range(events):
            moved = (uniform(words_each(keys, 1 + number)) - 0.5) * 2 * jitter
            day = np.maximum((number + phase) * apart + moved, 0.0).astype(np.int64)
            open_blocks = (count > 0) & (day <= last_day)
            if not open_blocks.any():
                continue
            noise = uniform(
                words_each(keys[:, np.newaxis], 10_000 + number * 4096 + np.arange(BLOCK_USERS))
            )
            score = self._scores(members, day, mix, first, was, kinds, noise)
            flat = score.reshape(self._shape[0], -1)
            best = flat.argmax(axis=1)
            happens = open_blocks & (flat[np.arange(flat.shape[0]), best] > _NEVER / 2)
            at = np.flatnonzero(happens)
            slot, way = np.divmod(best[at], len(self._ways))
            who = at * BLOCK_USERS + slot
            was[at] += self._traits[who]
            mix[at, self._persona[who]] -= 1
            mix[at, self._after[who, way]] += 1
            kinds[at, self._kind_of_way[way]] += 1
            for person, which, on in zip(who.tolist(), way.tolist(), day[at].tolist(), strict=True):
                found.append(self._happens(person, self._ways[which], on))
            again = who[self._free_from[who] <= last_day]
            if again.size:
                self._look(again)
        return found

    def _scores(
        self,
        members: Flags,
        day: Ints,
        mix: Ints,
        first: Ints,
        was: Floats,
        kinds: Floats,
        noise: Floats,
    ) -> Floats:
        """How well each way of happening suits a block: `[B, 100, W]`."""
        blocks = self._shape[0]
        persona = self._persona.reshape(self._shape)
        free = members & (self._free_from.reshape(self._shape) <= day[:, np.newaxis])
        off = (mix - first).astype(np.float64)
        leaves = np.take_along_axis(off, persona, axis=1)
        after = self._after.reshape(blocks, -1)
        comes = np.take_along_axis(off, after, axis=1).reshape(*self._shape, -1)
        # Of every trait, more people to whom something has happened than of all.
        surplus = was - self._usual * was.sum(axis=1, keepdims=True) / self._traits_each
        alike = np.einsum("bnf,bf->bn", self._traits.reshape(*self._shape, -1), surplus)
        rarely = np.log1p(kinds)[:, self._kind_of_way][:, np.newaxis, :]
        score = self._often + MIX_WEIGHT * (leaves[:, :, np.newaxis] - comes)
        score = score - ALIKE_WEIGHT * alike[:, :, np.newaxis]
        score = score - KIND_WEIGHT * rarely
        chance = -np.log(-np.log(np.clip(noise, 1e-9, 1 - 1e-9)))
        score = score + CHANCE_WEIGHT * chance[:, :, np.newaxis]
        score = score - DOUBT_WEIGHT * self._doubtful.reshape(*self._shape, -1)
        few = np.take_along_axis(mix, persona, axis=1) <= np.minimum(
            FEWEST_SURE, np.take_along_axis(first, persona, axis=1)
        )
        possible = self._possible.reshape(*self._shape, -1)
        able = possible & (free & ~few)[:, :, np.newaxis] & (self._often > _NEVER / 2)
        return np.where(able, score, 2 * _NEVER)

    def _happens(self, person: int, way: _Way, day: int) -> _Event:
        """Let an event happen to a person."""
        who = np.array([person])
        draw = self._draws(who)
        before = _quiet(self.now.rows(who))
        during = way.course.change(before, draw)
        over, after = -1, during
        event = way.event
        if event.lasts_days is not None and event.ends is not None:
            least, most = event.lasts_days
            over = least + int(draw[0, DRAWS - 1] * (most - least + 1))
            after = event.ends(before, draw)
        persona_before, _ = lives_as(before)
        persona_after, _ = lives_as(during)
        for name in Situation.__dataclass_fields__:
            getattr(self.now, name)[who] = getattr(after, name)
        self._happened[person] += 1
        self._free_from[person] = day + max(over, 0) + SETTLES_DAYS
        return _Event(
            person,
            day,
            event.kind,
            over,
            before,
            during,
            after,
            int(persona_before[0]),
            int(persona_after[0]),
        )


class _Event(NamedTuple):
    """One event; situations of one person."""

    person: int
    day: int
    kind: str
    over_after: int
    before: Situation
    during: Situation
    after: Situation
    persona_before: int
    persona_after: int


def _quiet(at: Situation) -> Situation:
    """The same lives without what only the day of an event brought."""
    return at.changed(lump_cents=0, lump_on_card=False, pays_off=False, waits_days=0)


def _counts(persona: Ints, members: Flags) -> Ints:
    """How many of the members of each block live by each persona: `[B, _PERSONAS]`."""
    return np.stack(
        [((persona == code) & members).sum(axis=1) for code in range(_PERSONAS)], axis=1
    )


def _joined(parts: list[Situation], like: Situation) -> Situation:
    """Situations one after the other: `[E]`."""
    if not parts:
        return like.rows(np.zeros(0, dtype=np.int64))
    return Situation(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Situation.__dataclass_fields__
        }
    )
