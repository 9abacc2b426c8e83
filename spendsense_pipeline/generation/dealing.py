"""Dealing: which category each of a line of slots gets, so that shares hold in every prefix.

The slots of a block are served in their order. Each gets the category that has the greatest claim:
the one of which most is due, among all so far and among those like this slot in one thing and
another. What is given lowers the claims of all later slots, the more the more they are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints

ALIKE_AS_PEOPLE = 6.0
"""How like each other any two people are; for every stratum they share it is 1 more. The more, the
closer a share keeps to the request in every prefix, and the less close inside strata."""
_RAKING_ROUNDS = 12
_NOTHING = 1e-12


def deal(
    due: Floats,
    requested: Floats,
    strata: Sequence[npt.NDArray[Any]],
    may: Flags | None = None,
) -> Ints:
    """Give every slot of every block a category, one slot after the other.

    Args:
        due: How many of each category the slots so far should have, this one among them,
            `[B, K, N]`.
        requested: What each slot adds to it, 0 for slots that do not count, `[B, K, N]`.
        strata: What slots are, small numbers, `[B, N]` each.
        may: Which categories each slot may have, one at least, `[B, K, N]`; all if left out.

    Returns:
        Index of a category, `[B, N]`.
    """
    blocks, _, length = due.shape
    alike = _likeness(strata, blocks, length)
    claims = ALIKE_AS_PEOPLE * due
    if may is None:
        claims += requested @ alike
    else:
        # What only some may have is due to these, so that they do not stand out in their strata.
        claims += _raked(requested, may) @ alike
        claims[~may] = -np.inf
    return _granted(claims, alike + ALIKE_AS_PEOPLE)


def _raked(requested: Floats, may: Flags) -> Floats:
    """What each slot can expect of each category, given what it may have.

    Every slot expects one category in all, and all slots together of each category what was
    requested of it, as far as that is possible (iterative proportional fitting).

    Args:
        requested: Shares, 0 for slots that do not count, `[B, K, N]`.
        may: What each slot may have, `[B, K, N]`.

    Returns:
        `[B, K, N]`.
    """
    each = requested.sum(axis=1, keepdims=True)
    total = requested.sum(axis=2, keepdims=True)
    fair = np.maximum(requested, _NOTHING) * may
    for _ in range(_RAKING_ROUNDS):
        fair *= total / (fair.sum(axis=2, keepdims=True) + _NOTHING)
        fair *= each / (fair.sum(axis=1, keepdims=True) + _NOTHING**2)
    return fair


def _likeness(strata: Sequence[npt.NDArray[Any]], blocks: int, length: int) -> Floats:
    """How much each slot has in common with those after it and itself.

    Args:
        strata: What slots are, `[B, N]` each.
        blocks: B.
        length: N.

    Returns:
        How many strata they share and one more if all of them, `[B, N, N]`; 0 for those before.
    """
    alike = np.zeros((blocks, length, length), dtype=np.int8)
    if not strata:
        return alike.astype(np.float64)
    after = np.triu(np.ones((length, length), dtype=np.bool_))
    every = np.broadcast_to(after, alike.shape)
    for codes in strata:
        small = codes.astype(np.int8)
        same = (small[:, :, np.newaxis] == small[:, np.newaxis, :]) & after
        alike += same.view(np.int8)
        every = every & same
    return (alike + every).astype(np.float64)


def _granted(claims: Floats, alike: Floats) -> Ints:
    """The category with the greatest claim for one slot after the other.

    Args:
        claims: Of each category for each slot, `[B, K, N]`; changed in place.
        alike: By how much a category given to one slot lowers its claim for another, `[B, N, N]`.

    Returns:
        `[B, N]`.
    """
    blocks, _, length = claims.shape
    every_block = np.arange(blocks)
    given = np.empty((blocks, length), dtype=np.int64)
    for slot in range(length):
        kind = claims[:, :, slot].argmax(axis=1)
        given[:, slot] = kind
        claims[every_block, kind] -= alike[:, slot]
    return given
