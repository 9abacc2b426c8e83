"""Quota sampling: how shares become particular people, so that every seed gets what was requested.

Drawing each person independently would miss a 12 % share by several people in a hundred. Instead
people are dealt what they are in blocks of 100, one after the other (`dealing.py`), so that a share
is realised to within a person or so among the first twenty as among all. A block depends on nothing
outside it, which is why person k does not depend on how many people there are.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields
from spendsense_pipeline.generation.dealing import deal
from spendsense_pipeline.generation.randomness import mix64, purpose_key, uniform

A = TypeVar("A", bound=np.generic)

BLOCK_USERS = 100
# By how many people at most dealing is put off or brought forward. Less, and controls of equal
# shares fall to the same people; more, and the shares of small populations stray.
CHANCE_OF_SLOT = 0.6
CHANCE_OF_BLOCK = 0.3
SETTLED_SHARE = 0.15
"""The end of a block, in which chance fades away so that the block has what is due to it."""
_LAST_RESORT = 1e6
"""People by whom a category nobody asked for comes after all others."""
_STRATUM_BITS = 3
_STRATUM_CODES = np.uint64(1 << _STRATUM_BITS)
"""In quantiles strata are numbered 0..7; a code past that shares one."""
_SHUFFLE_BITS = 40
_GOLDEN_SHARE = (math.sqrt(5) - 1) / 2


@functools.lru_cache(maxsize=64)
def apportion(weights: tuple[float, ...], count: int) -> Ints:
    """A sequence of indices `[count]` whose every prefix keeps to the weights, to within one each.

    Earliest deadline first (Tijdeman, "The chairman assignment problem", 1980): the i-th copy of p
    may appear once the prefix is longer than i / w and must have appeared by (i + 1) / w.

    Args:
        weights: Weight of each index; they need not sum to 1.
        count: Length of the sequence.

    Returns:
        Indices, `[count]`, read-only.
    """
    total = math.fsum(weights)
    shares = [(index, weight / total) for index, weight in enumerate(weights) if weight > 0]
    given = [0] * len(weights)
    sequence = np.empty(count, dtype=np.int64)
    for position in range(count):
        released = [
            (math.ceil((given[index] + 1) / share - 1e-9), -share, index)
            for index, share in shares
            if given[index] < (position + 1) * share - 1e-9
        ]
        chosen = min(released)[2] if released else shares[0][0]
        sequence[position] = chosen
        given[chosen] += 1
    sequence.flags.writeable = False
    return sequence


def is_spread(numbers: Ints, share: float, phase: float) -> Flags:
    """Whether each number of 0, 1, 2, … belongs to an evenly spread share of them.

    Args:
        numbers: `[N]`.
        share: 0..1.
        phase: Where the even spread starts.

    Returns:
        `[N]`; of any k numbers in a row, `k * share` to within one.
    """
    passed = np.floor((numbers + 1) * share + phase) > np.floor(numbers * share + phase)
    return np.asarray(passed, dtype=np.bool_)


def rank_in_spread(numbers: Ints, share: float, phase: float) -> Ints:
    """How many numbers below each belong to an evenly spread share.

    Args:
        numbers: `[N]`.
        share: 0..1.
        phase: As of `is_spread`.

    Returns:
        `[N]`, from 0.
    """
    below = np.floor(numbers * share + phase) - math.floor(phase)
    return np.asarray(below, dtype=np.int64)


class QuotaSampler:
    """Samples whole blocks of 100 people (or of their cards: `width` slots per block) by quota.

    All arrays are `[B, width]`, one row per block, in the order of people.
    """

    def __init__(self, seed: int, first_block: int, blocks: int, width: int = BLOCK_USERS) -> None:
        self._seed = seed
        self._block_numbers = first_block + np.arange(blocks)
        self._slot_numbers = (
            self._block_numbers[:, np.newaxis] * width + np.arange(width)[np.newaxis, :]
        )
        self.shape = self._slot_numbers.shape

    def everyone(self) -> Flags:
        """All slots: `[B, width]`."""
        return np.ones(self.shape, dtype=np.bool_)

    def share(
        self,
        purpose: str,
        share: float,
        eligible: Flags | None = None,
        strata: Sequence[npt.ArrayLike] = (),
        *,
        of: Flags | None = None,
        already: Flags | None = None,
        reluctance: Floats | None = None,
    ) -> Flags:
        """A share of all slots, or of some, given to the eligible among them.

        Args:
            purpose: What is sampled; the same text always gives the same people.
            share: Of the slots that count, 0..1.
            eligible: Who may be picked, `[B, width]`; all that count if left out.
            strata: What people already are, `[B, width]` each.
            of: Which slots count, `[B, width]`; all if left out.
            already: Who has it in any case and counts towards the share, `[B, width]`.
            reluctance: How many people must be missing from the share before somebody is picked,
                `[B, width]`; none if left out.

        Returns:
            Who has it, `[B, width]`.
        """
        counted = self.everyone() if of is None else of
        may = counted if eligible is None else counted & eligible
        must = np.zeros(self.shape, dtype=np.bool_) if already is None else already
        drawback = np.zeros(self.shape) if reluctance is None else reluctance
        picked = self.categories(
            purpose,
            (1 - share, share),
            counted | must,
            strata,
            allowed=np.stack([~must, may | must], axis=-1),
            # A person too few of the one is a person too many of the other.
            reluctance=np.stack([np.zeros(self.shape), 2 * drawback], axis=-1),
        )
        return np.asarray(picked == 1, dtype=np.bool_)

    def categories(
        self,
        purpose: str,
        shares: Sequence[float],
        eligible: Flags | None = None,
        strata: Sequence[npt.ArrayLike] = (),
        *,
        allowed: Flags | None = None,
        reluctance: Floats | None = None,
    ) -> Ints:
        """A category for every eligible slot, in every prefix in proportion to shares.

        Args:
            purpose: What is sampled; the same text always gives the same people.
            shares: Of each category; they need not sum to 1. A category without a share is given
                only to whom no other is allowed.
            eligible: Who gets one, `[B, width]`; everyone if left out.
            strata: What people already are, `[B, width]` each.
            allowed: Which categories each slot may have, one at least, `[B, width, K]`.
            reluctance: How many of a category must be missing before a slot gets it,
                `[B, width, K]`; none if left out.

        Returns:
            Index into the shares, `[B, width]`; -1 for who is not eligible.
        """
        counted = self.everyone() if eligible is None else eligible
        wanted = np.array(shares, dtype=np.float64)
        wanted = wanted / wanted.sum() if wanted.sum() > 0 else np.eye(len(wanted))[0]
        line = _Line(counted)
        counts = line.up(counted)
        requested = counts[:, np.newaxis, :] * wanted[:, np.newaxis]
        # Small populations of few who count have the least room for chance.
        scale = counted.mean(axis=1)[:, np.newaxis, np.newaxis]
        due = requested.cumsum(axis=2) + self._carried(counted, wanted)
        due += scale * line.up(self._chance(purpose, len(wanted)))
        if reluctance is not None:
            due -= line.up(np.moveaxis(reluctance, -1, 1))
        due[:, wanted == 0] -= _LAST_RESORT
        is_free = allowed is None or allowed[counted].all()
        granted = deal(
            due,
            requested,
            [line.up(np.broadcast_to(codes, self.shape)) for codes in strata],
            None if allowed is None or is_free else line.up(np.moveaxis(allowed, -1, 1)),
        )
        return line.back(np.where(counts, granted, -1))

    def quantiles(
        self, purpose: str, eligible: Flags | None = None, strata: Sequence[npt.ArrayLike] = ()
    ) -> Floats:
        """Evenly spread values: everybody is lined up by strata, and every stretch covers them all.

        Args:
            purpose: What is sampled.
            eligible: Who gets one, `[B, width]`; everyone if left out.
            strata: What people already are, numbered 0..7, `[B, width]` each; the first counts
                most.

        Returns:
            Values in [0, 1), `[B, width]`.
        """
        candidates = self.everyone() if eligible is None else eligible
        ranks = self._ranks(purpose, candidates, strata)
        blocks = self._block_numbers[:, np.newaxis]
        position = ranks * _GOLDEN_SHARE + blocks * math.sqrt(2) + self._phase(purpose)
        return position - np.floor(position)

    def _chance(self, purpose: str, kinds: int) -> Floats:
        """By how many people the dealing of each category is brought forward: `[B, K, width]`.

        What makes seeds differ and keeps two controls apart.
        """
        key = np.uint64(self._key(purpose))
        kind = np.arange(kinds, dtype=np.uint64)[:, np.newaxis]
        slots = self._slot_numbers.astype(np.uint64)[:, np.newaxis, :] * np.uint64(kinds) + kind
        blocks = slots[:, :, :1]
        forward = 2 * CHANCE_OF_SLOT * (uniform(mix64(slots ^ key)) - 0.5)
        # The complement, as the first slot of a block has the same number.
        forward += 2 * CHANCE_OF_BLOCK * (uniform(mix64(~blocks ^ key)) - 0.5)
        left = np.arange(self.shape[1], 0, -1) / self.shape[1]
        return np.asarray(forward * np.minimum(1.0, left / SETTLED_SHARE), dtype=np.float64)

    def _carried(self, counted: Flags, wanted: Floats) -> Floats:
        """What earlier blocks, had they counted as many, owe of each category: `[B, K, 1]`.

        A fraction of a person, more or less than none.
        """
        due = (self._block_numbers * counted.sum(axis=1))[:, np.newaxis] * wanted
        owed: Floats = due - np.rint(due)
        return owed[:, :, np.newaxis]

    def _ranks(self, purpose: str, eligible: Flags, strata: Sequence[npt.ArrayLike]) -> Ints:
        """Place of every slot in its block's line: eligible first, by strata, shuffled within."""
        shuffle = mix64(self._slot_numbers.astype(np.uint64) ^ np.uint64(self._key(purpose)))
        # Which stratum comes first differs from block to block, or a rare category would fall into
        # the same one every time.
        turn = mix64(
            self._block_numbers.astype(np.uint64) ^ np.uint64(self._key(f"turn:{purpose}"))
        )
        turn = turn[:, np.newaxis] % _STRATUM_CODES
        turned = {
            f"stratum_{number}": (np.asarray(codes).astype(np.uint64) + turn) % _STRATUM_CODES
            for number, codes in enumerate(strata)
        }
        fields = BitFields(**dict.fromkeys(turned, _STRATUM_BITS), shuffle=_SHUFFLE_BITS)
        place = fields.pack(**turned, shuffle=shuffle >> np.uint64(WORD_BITS - _SHUFFLE_BITS))
        line = np.where(eligible, place, np.uint64(2**WORD_BITS - 1))
        order = np.argsort(line, axis=1, kind="stable")
        ranks = np.empty(self.shape, dtype=np.int64)
        np.put_along_axis(ranks, order, np.arange(self.shape[1])[np.newaxis, :], axis=1)
        return ranks

    def _key(self, purpose: str) -> int:
        return purpose_key(self._seed, f"deal:{purpose}")

    def _phase(self, purpose: str) -> float:
        return (self._key(purpose) >> 11) * 2.0**-53


class _Line:
    """The slots that count of every block, in the order they come in, and then the others."""

    def __init__(self, counted: Flags) -> None:
        self._shape = counted.shape
        self._order: Ints | None = None
        if not counted.all():
            length = int(counted.sum(axis=1).max(initial=0))
            self._order = np.argsort(~counted, axis=1, kind="stable")[:, :length]

    def up(self, attribute: npt.NDArray[A]) -> npt.NDArray[A]:
        """`[B, width]` or `[B, K, width]` in the order of the line, as long as it is."""
        if self._order is None:
            return attribute
        order = self._order if attribute.ndim == 2 else self._order[:, np.newaxis]
        return np.take_along_axis(attribute, order, axis=-1)

    def back(self, dealt: Ints) -> Ints:
        """`[B, N]` in the order of slots, -1 for who does not stand in the line: `[B, width]`."""
        if self._order is None:
            return dealt
        slots = np.full(self._shape, -1, dtype=np.int64)
        np.put_along_axis(slots, self._order, dealt, axis=1)
        return slots
