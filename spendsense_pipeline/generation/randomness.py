"""Draws as a function of (seed, purpose, user, index), and nothing else.

There is no generator object and no state: a draw is a hash of what it is for. So a user's draws
do not depend on how many users there are, on the shard they are made in or on the order in which
behaviours run, and a new purpose leaves every other purpose's draws as they were.

The hash is splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014): the i-th word of a stream is `mix64(key + i * GOLDEN)`. Everything from a word to a
draw is integer arithmetic, a table look-up or one correctly rounded IEEE operation, never libm, so
the values are the same bits on every CPU. What is drawn, and with which parameters, is for the
behaviours; this module knows no money and no calendar.
"""

from __future__ import annotations

import hashlib
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Floats, Ints, Words

# 2**64 / golden ratio, made odd: the increment of splitmix64.
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIER_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_2: Final = np.uint64(0x94D049BB133111EB)
_SHIFT_1: Final = np.uint64(30)
_SHIFT_2: Final = np.uint64(27)
_SHIFT_3: Final = np.uint64(31)
# A draw of 53 bits fills a double's mantissa exactly.
_MANTISSA_BITS: Final = 53
_UNIT: Final = 2.0**-_MANTISSA_BITS

NORMAL_BITS: Final = 12
"""Bits of a word that pick a bin of the normal table; the rest place the draw within the bin."""


def mix64(x: npt.ArrayLike) -> Words:
    """The splitmix64 finaliser: a bijection of words `[N]` that makes neighbours unrelated."""
    # In place, as of arrays, not of scalars, NumPy lets us wrap around without a warning.
    return _mix(np.array(x, dtype=np.uint64))


def _mix(mixed: Words) -> Words:
    mixed ^= mixed >> _SHIFT_1
    mixed *= _MULTIPLIER_1
    mixed ^= mixed >> _SHIFT_2
    mixed *= _MULTIPLIER_2
    mixed ^= mixed >> _SHIFT_3
    return mixed


def purpose_key(seed: int, purpose: str) -> int:
    """A 64-bit key for what draws are for; the text is hashed with blake2b, never `hash()`.

    Args:
        seed: The operator's seed.
        purpose: What is drawn.

    Returns:
        The key; the same on every machine and in every process.
    """
    digest = hashlib.blake2b(f"{seed}\x1f{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def user_keys(seed: int, purpose: str, users: npt.ArrayLike) -> Words:
    """The start of each user's stream of draws for a purpose.

    Args:
        seed: The operator's seed.
        purpose: What is drawn.
        users: Numbers of the users in the population, `[U]`.

    Returns:
        One key per user, `[U]`.
    """
    keys = np.asarray(users, dtype=np.int64).astype(np.uint64)
    keys *= GOLDEN
    keys += np.uint64(purpose_key(seed, purpose))
    return mix64(keys)


def words(keys: npt.ArrayLike, index: npt.ArrayLike) -> Words:
    """The words of every key's stream at some places.

    Args:
        keys: One key per user, `[U]`.
        index: Places in the stream: one for all, `[I]`, or `[U, I]`.

    Returns:
        `[U]` for one place, else `[U, I]`.
    """
    at = np.asarray(index, dtype=np.int64)
    streams = np.asarray(keys, dtype=np.uint64)
    return words_each(streams[..., np.newaxis] if at.ndim else streams, at)


def words_each(keys: npt.ArrayLike, index: npt.ArrayLike) -> Words:
    """One word of each key's stream, paired element by element (ragged draws).

    Args:
        keys: `[N]`.
        index: Place in the stream of the key beside it, `[N]`.

    Returns:
        `[N]`.
    """
    position = np.asarray(index, dtype=np.int64).astype(np.uint64)
    position *= GOLDEN
    return _mix(np.asarray(np.asarray(keys, dtype=np.uint64) + position))


def bits(word: Words, shift: int, count: int) -> Ints:
    """Some bits of each word: one word feeds several small draws.

    Args:
        word: `[N]`.
        shift: The lowest of the bits.
        count: How many, from there up.

    Returns:
        Whole numbers in 0..2**count - 1, `[N]`.

    Raises:
        ValueError: The bits do not lie in a word.
    """
    if not (shift >= 0 and 1 <= count < 64 and shift + count <= 64):
        message = f"bits {shift}..{shift + count} are not inside a 64-bit word"
        raise ValueError(message)
    mask = np.uint64((1 << count) - 1)
    return ((word >> np.uint64(shift)) & mask).view(np.int64)


def uniform(word: Words) -> Floats:
    """Doubles in [0, 1) from words `[N]`: 53 bits each, as an integer and a power of two, exact."""
    return (word >> np.uint64(64 - _MANTISSA_BITS)).astype(np.float64) * _UNIT


def integers(word: Words, n: npt.ArrayLike) -> Ints:
    """Whole numbers below a bound.

    Multiply-shift on the high 32 bits (Lemire 2019); the bias is below n / 2**32.

    Args:
        word: `[N]`.
        n: The bound, 1..2**31, one number or an array that broadcasts against the words.

    Returns:
        Numbers in [0, n), `[N]`.

    Raises:
        ValueError: A bound is out of range.
    """
    bound = np.asarray(n, dtype=np.int64)
    if bound.size and (int(bound.min()) < 1 or int(bound.max()) > 1 << 31):
        message = f"n must lie in 1..2**31; it spans {bound.min()}..{bound.max()}"
        raise ValueError(message)
    scaled = (word >> np.uint64(32)) * bound.astype(np.uint64)
    return (scaled >> np.uint64(32)).view(np.int64)


def choice_table(weights: npt.ArrayLike, bit_count: int = 12) -> Ints:
    """A table whose entries are index k in proportion to `weights[k]`.

    Draw with `table[bits(word, shift, bit_count)]`; each share is realised to within one part in
    2**bit_count.

    Args:
        weights: Of each index, `[K]`; they need not sum to 1.
        bit_count: Bits of a draw that pick an entry.

    Returns:
        Indices, `[2**bit_count]`, in order.

    Raises:
        ValueError: The weights are not finite or sum to nothing.
    """
    size = 1 << bit_count
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    if cumulative.size == 0 or not np.isfinite(cumulative[-1]) or cumulative[-1] <= 0:
        message = "weights must be finite and sum to more than 0"
        raise ValueError(message)
    edges = np.floor(cumulative / cumulative[-1] * size + 0.5).astype(np.int64)
    return np.asarray(np.searchsorted(edges, np.arange(size), side="right"), dtype=np.int64)


def choose(word: Words, weights: npt.ArrayLike) -> Ints:
    """Index k in proportion to `weights[k]`, to 53 bits; dearer than a `choice_table`.

    Args:
        word: `[N]`.
        weights: Of each index, `[K]`.

    Returns:
        Indices, `[N]`.
    """
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    chosen = np.searchsorted(cumulative, uniform(word) * cumulative[-1], side="right")
    return np.asarray(np.minimum(chosen, cumulative.size - 1), dtype=np.int64)


def _normal_edges() -> Floats:
    """Quantiles of the standard normal at k / 4096, k = 0..4096, rounded to 1e-9.

    `NormalDist.inv_cdf` is Wichura's rational approximation AS 241, plain arithmetic but for one
    logarithm in the tails; rounding to 1e-9, a million times its error, makes the table the same
    bits everywhere (a test pins its digest). The two outermost edges would be infinite: they are
    placed where the outermost bins keep the mean of the tail they stand for (draws end at 4.05).
    """
    size = 1 << NORMAL_BITS
    standard = NormalDist()
    inner = [standard.inv_cdf(k / size) for k in range(1, size)]
    tail_mean = size * standard.pdf(inner[0])
    end = 2 * tail_mean + inner[0]
    half = [round(q, 9) for q in (-end, *inner[: size // 2 - 1])]
    return np.array([*half, 0.0, *(-q for q in reversed(half))], dtype=np.float64)


NORMAL_EDGES: Final[Floats] = _normal_edges()
"""Bin edges: 4097 quantiles of the standard normal."""
NORMAL_QUANTILES: Final[Floats] = (NORMAL_EDGES[:-1] + NORMAL_EDGES[1:]) / 2
"""Bin centres: 4096 equally likely normal values, from which tables of amounts are built."""
_NORMAL_WIDTHS: Final[Floats] = np.diff(NORMAL_EDGES)
for _table in (NORMAL_EDGES, NORMAL_QUANTILES, _NORMAL_WIDTHS):
    _table.flags.writeable = False


def normal(word: Words) -> Floats:
    """Standard normal draws `[N]`: the top 12 bits pick a bin, the next 40 interpolate."""
    within_bits = 40
    bin_of = bits(word, 64 - NORMAL_BITS, NORMAL_BITS)
    within = bits(word, 64 - NORMAL_BITS - within_bits, within_bits) * 2.0**-within_bits
    return NORMAL_EDGES[bin_of] + _NORMAL_WIDTHS[bin_of] * within
