"""What happens to whom and when: events are dealt in blocks of people, evenly over time.

One after the other, each to the person and of the kind that keeps the block what it was: as many
live by every persona as on history_start, and those to whom something has happened are like the
others. A block depends on nothing outside it and on no day but history_start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.events.declaration import LifeEvent
from spendsense_pipeline.generation.events.happening import Dealt, Happening, Way, quiet
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
LOOKED_AT_EVERY: Final = 3
"""Events of a block, after which it is seen anew what may happen to those who live otherwise."""
FEWEST_SURE: Final = 4
"""People of a block left in every persona that had so many."""
LEAST_YEARLY_RATE: Final = 1e-6
"""A lower rate is none: nobody lives through an event in a million years."""
# How much each counts against the logarithm of how often an event happens.
MIX_WEIGHT: Final = 2.0
ALIKE_WEIGHT: Final = 0.9
CHANCE_WEIGHT: Final = 0.6
KIND_WEIGHT: Final = 1.0
DOUBT_WEIGHT: Final = 40.0
"""Who lives near a line is taken when there is nobody else."""
_PERSONAS: Final = len(TARGET_CODES)
_NEVER: Final = -1e9


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
        last_day: Day after history_start that is looked up to; what happens up to a day hangs on
            nothing after it.

    Returns:
        The events up to that day.
    """
    dealing = _Dealing(people, seed, numbers, has_consented, traits, weights, kinds)
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
    ) -> None:
        self._seed = seed
        self._shape = (numbers.size // BLOCK_USERS, BLOCK_USERS)
        self._numbers, self._consents = numbers, has_consented
        self._ways = [Way(event, course) for event in kinds for course in event.courses]
        share = np.array([weights[way.event.kind] for way in self._ways])
        self._often = np.where(share > 0, np.log(np.maximum(share, 1e-12)), _NEVER)
        self._kind_of_way = np.array([list(kinds).index(way.event) for way in self._ways])
        self._kinds = len(kinds)
        self._happening = Happening(people, seed, numbers, self._ways)
        self._free_from = np.zeros(numbers.size, dtype=np.int64)
        self._persona = np.zeros(numbers.size, dtype=np.int64)
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

    def _look(self, who: Ints) -> None:
        """See what may happen to some people, as they live now."""
        at, draw = quiet(self._happening.now.rows(who)), self._happening.draws(who)
        persona, sure = lives_as(at)
        self._persona[who] = persona
        for number, way in enumerate(self._ways):
            able = np.flatnonzero(way.course.needs(at, draw))
            possible, doubtful = np.zeros((2, who.size), dtype=np.bool_)
            after = np.zeros(who.size, dtype=np.int64)
            if able.size:
                changed = way.course.change(at.rows(able), draw[able])
                after[able], is_sure = lives_as(changed)
                possible[able] = after[able] != persona[able]
                doubtful[able] = ~(is_sure & sure[able])
            self._possible[who, number] = possible
            self._doubtful[who, number] = doubtful
            self._after[who, number] = after

    def run(self, yearly_rate: float, last_day: int) -> Dealt:
        """Deal the events of consenting and of other people, each evenly over time."""
        for group, members in enumerate((self._consents, ~self._consents)):
            self._of_group(group, members.reshape(self._shape), yearly_rate, last_day)
        return self._happening.dealt()

    def _of_group(self, group: int, members: Flags, yearly_rate: float, last_day: int) -> None:
        """Deal the events of one group of every block, in the order of days."""
        count = members.sum(axis=1)
        if yearly_rate < LEAST_YEARLY_RATE or not count.any():
            return
        apart = 365.0 / (yearly_rate * np.maximum(count, 1))
        jitter = np.minimum(JITTER_SHARE * apart, np.maximum((MOST_APART_DAYS - apart) / 2, 0.0))
        jitter = np.where(apart > MOST_APART_DAYS, JITTER_SHARE * apart, jitter)
        blocks = self._numbers.reshape(self._shape)[:, 0] // BLOCK_USERS
        key = np.uint64(purpose_key(self._seed, f"life_event_days:{group}"))
        keys = mix64(blocks.astype(np.uint64) ^ key)
        phase = uniform(words_each(keys, 0))
        events = int(np.ceil((last_day + jitter.max()) / apart.min())) + 1
        was = np.zeros((self._shape[0], self._traits.shape[1]))
        mix = _counts(self._persona.reshape(self._shape), members)
        first = mix.copy()
        kinds = np.zeros((self._shape[0], self._kinds))
        changed: list[int] = []
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
                over = on + self._happening.lasts_days(person, which)
                self._free_from[person] = over + SETTLES_DAYS
                is_last = over + SETTLES_DAYS > last_day
                self._happening.choose(person, which, on, is_last=is_last)
            # Until it is seen anew what may happen to them, nothing may.
            self._possible[who] = False
            changed += who[self._free_from[who] <= last_day].tolist()
            if changed and number % LOOKED_AT_EVERY == 0:
                self._look(np.array(changed))
                changed.clear()

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


def _counts(persona: Ints, members: Flags) -> Ints:
    """How many of the members of each block live by each persona: `[B, _PERSONAS]`."""
    return np.stack(
        [((persona == code) & members).sum(axis=1) for code in range(_PERSONAS)], axis=1
    )
