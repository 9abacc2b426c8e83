"""Quota sampling: how shares become particular people, so that every seed gets what was requested.

Drawing each person independently would miss a 12 % share by several people in a hundred. Instead
people are sampled in blocks of 100: within a block everybody is lined up by what they already are
(their strata), and a share is spread evenly along the line. So a share is realised to within one
person per block, and nearly so inside every stratum. A block depends on nothing outside it, which
is why person k does not depend on how many people there are.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields
from spendsense_pipeline.generation.randomness import mix64, purpose_key

BLOCK_USERS = 100
_STRATUM_BITS = 3
_STRATUM_CODES = np.uint64(1 << _STRATUM_BITS)
"""Strata are numbered 0..7; a code past that shares one."""
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

    All arrays are `[B, width]`, one row per block.
    """

    def __init__(self, seed: int, first_block: int, blocks: int, width: int = BLOCK_USERS) -> None:
        self._seed = seed
        self._block_numbers = first_block + np.arange(blocks)
        self._slot_numbers = (
            self._block_numbers[:, np.newaxis] * width + np.arange(width)[np.newaxis, :]
        )
        self.shape = self._slot_numbers.shape

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

    def everyone(self) -> Flags:
        """All slots: `[B, width]`."""
        return np.ones(self.shape, dtype=np.bool_)

    def quota(self, purpose: str, amount_per_block: npt.ArrayLike) -> Ints:
        """Whole people per block, whose running total over blocks follows a fractional amount.

        Args:
            purpose: What is sampled; the same text always gives the same people.
            amount_per_block: How many of a block, one number or `[B]`.

        Returns:
            `[B]`.
        """
        amount = np.broadcast_to(np.asarray(amount_per_block, dtype=np.float64), (self.shape[0],))
        phase = self._phase(purpose)
        numbers = self._block_numbers
        spread = np.floor((numbers + 1) * amount + phase) - np.floor(numbers * amount + phase)
        return spread.astype(np.int64)

    def pick(
        self,
        purpose: str,
        count: npt.ArrayLike,
        eligible: Flags,
        strata: Sequence[npt.ArrayLike] = (),
    ) -> Flags:
        """So many of the eligible in each block, spread evenly over strata.

        Args:
            purpose: What is sampled.
            count: How many of each block, one number or `[B]`; all if fewer are eligible.
            eligible: Who may be picked, `[B, width]`.
            strata: What people already are, numbered 0..7, `[B, width]` each; the first counts
                most.

        Returns:
            Who is picked, `[B, width]`.
        """
        ranks = self._ranks(purpose, eligible, strata)
        available = eligible.sum(axis=1)
        wanted = np.clip(np.asarray(count), 0, available)
        share = (wanted / np.maximum(available, 1))[:, np.newaxis]
        # Half a step of phase puts the picks in the middle of their stretch of the line.
        picked = np.floor((ranks + 1) * share + 0.5 + 1e-9) > np.floor(ranks * share + 0.5 + 1e-9)
        return np.asarray(picked & eligible, dtype=np.bool_)

    def share(
        self,
        purpose: str,
        share: float,
        eligible: Flags | None = None,
        strata: Sequence[npt.ArrayLike] = (),
        already: Flags | None = None,
    ) -> Flags:
        """A share of *all* slots, given to the eligible.

        Args:
            purpose: What is sampled.
            share: Of all slots, 0..1.
            eligible: Who may be picked, `[B, width]`; everyone if left out.
            strata: What people already are, `[B, width]` each.
            already: Who has it in any case and counts towards the share, `[B, width]`.

        Returns:
            Who has it, `[B, width]`.
        """
        candidates = self.everyone() if eligible is None else eligible
        forced = np.zeros(self.shape, dtype=np.bool_) if already is None else already
        wanted = self.quota(purpose, share * self.shape[1]) - forced.sum(axis=1)
        return self.pick(purpose, wanted, candidates & ~forced, strata) | forced

    def categories(
        self,
        purpose: str,
        shares: Sequence[float],
        eligible: Flags | None = None,
        strata: Sequence[npt.ArrayLike] = (),
    ) -> Ints:
        """A category for every eligible slot, in proportion to shares.

        Args:
            purpose: What is sampled.
            shares: Of each category; they need not sum to 1.
            eligible: Who gets one, `[B, width]`; everyone if left out.
            strata: What people already are, `[B, width]` each.

        Returns:
            Index into the shares, `[B, width]`; -1 for who is not eligible.
        """
        candidates = self.everyone() if eligible is None else eligible
        ranks = self._ranks(purpose, candidates, strata)
        if math.fsum(shares) <= 0:
            return np.where(candidates, 0, -1)
        sequence = apportion(tuple(float(share) for share in shares), self.shape[1])
        return np.where(candidates, sequence[ranks], -1)

    def quantiles(
        self, purpose: str, eligible: Flags | None = None, strata: Sequence[npt.ArrayLike] = ()
    ) -> Floats:
        """Evenly spread values, every stretch of the line covering the whole range.

        Args:
            purpose: What is sampled.
            eligible: Who gets one, `[B, width]`; everyone if left out.
            strata: What people already are, `[B, width]` each.

        Returns:
            Values in [0, 1), `[B, width]`.
        """
        candidates = self.everyone() if eligible is None else eligible
        ranks = self._ranks(purpose, candidates, strata)
        blocks = self._block_numbers[:, np.newaxis]
        position = ranks * _GOLDEN_SHARE + blocks * math.sqrt(2) + self._phase(purpose)
        return position - np.floor(position)
