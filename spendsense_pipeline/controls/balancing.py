"""Shares edited by hand: one moves, the others make room in proportion, and the sum stays one.

Counted in whole thousandths, so that it does so exactly; and what is done twice changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

PARTS: Final = 1_000
"""Of a whole: what a slider moves by is at least one."""


def rebalanced(
    shares: Mapping[str, float], key: str, value: float, *, locked: Collection[str] = ()
) -> dict[str, float]:
    """Give one key a share and scale the others to what is left.

    Args:
        shares: by key; they need not sum to one yet.
        key: what was moved.
        value: to where; brought within 0 and what locked keys leave.
        locked: keys that keep theirs.

    Returns:
        The same keys in the same order, none negative, together one. Where every other key is
        locked, the moved one has what they leave.

    Raises:
        KeyError: there is no such key.
    """
    parts = _in_parts(shares)
    kept = {name: parts[name] for name in parts if name in locked and name != key}
    free = [name for name in parts if name not in kept and name != key]
    left = PARTS - sum(kept.values())
    moved = min(max(round(value * PARTS), 0), left) if free else left
    spread = _scaled({name: parts[name] for name in free}, left - moved)
    return _as_shares({**dict.fromkeys(parts, parts[key]), **kept, **spread, key: moved})


def among(shares: Mapping[str, float], keys: Collection[str]) -> dict[str, float]:
    """Shares for other keys: whoever had one keeps it in proportion, who is new gets an even one.

    Args:
        shares: by key.
        keys: all that are to have one, in order; {} without any.
    """
    if not keys:
        return {}
    new = _scaled(dict.fromkeys(keys, 1), PARTS)
    staying = [key for key in keys if key in shares]
    # Together those that stay have what the new ones leave.
    left = sum(new[key] for key in staying)
    parts = _in_parts(shares)
    return _as_shares({**new, **_scaled({key: parts[key] for key in staying}, left)})


def _in_parts(shares: Mapping[str, float]) -> dict[str, int]:
    fine = {key: max(0, round(share * PARTS * PARTS)) for key, share in shares.items()}
    return _scaled(fine, PARTS)


def _scaled(parts: Mapping[str, int], total: int) -> dict[str, int]:
    """Whole numbers in the same proportions with this sum; equal ones if all are nought."""
    before = sum(parts.values())
    weights = parts if before else dict.fromkeys(parts, 1)
    before = before or len(parts)
    scaled = {key: weight * total // before for key, weight in weights.items()}
    short = total - sum(scaled.values()) if parts else 0
    # The largest remainders are rounded up, of equal ones the first.
    by_remainder = sorted(weights, key=lambda key: -(weights[key] * total % before))
    for key in by_remainder[:short]:
        scaled[key] += 1
    return scaled


def _as_shares(parts: Mapping[str, int]) -> dict[str, float]:
    return {key: count / PARTS for key, count in parts.items()}
