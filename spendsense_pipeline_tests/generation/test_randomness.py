"""Draws are functions of (seed, purpose, user, index): stable, uniform, unrelated."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendsense_pipeline.generation import randomness as r

USERS = np.arange(4000)
INDEX = np.arange(64)

GOLDEN_KEYS = [12805664922171531837, 13477286110407977887, 7519757851436600007]
GOLDEN_UNIFORMS = [0.16522009558667217, 0.6633357475012758, 0.8379421097235572]
GOLDEN_NORMALS = [-0.9732277005146154, 0.42158425082829937, 0.9860354020943397]
GOLDEN_INTEGERS = [165, 663, 837]
GOLDEN_NORMAL_DIGEST = "348307b45fb3fe49"


def _words(seed: int = 42, purpose: str = "test") -> r.Words:
    return r.words(r.user_keys(seed, purpose, USERS), INDEX)


def test_words_are_those_of_splitmix64() -> None:
    """The published first outputs of splitmix64 seeded with 0."""
    first = r.words(np.zeros(1, dtype=np.uint64), np.array([1, 2, 3]))[0]
    assert [hex(int(word)) for word in first] == [
        "0xe220a8397b1dcdaf",
        "0x6e789e6aa1b965f4",
        "0x6c45d188009454f",
    ]


def test_golden_values() -> None:
    """A change here changes every dataset ever published: raise the version, do not edit."""
    assert r.purpose_key(42, "income.payday") == 0x7977138E699767BC
    keys = r.user_keys(42, "income.payday", np.array([0, 1, 9999]))
    assert [int(key) for key in keys] == GOLDEN_KEYS
    assert r.uniform(r.words(keys, 7)).tolist() == GOLDEN_UNIFORMS
    assert r.normal(r.words(keys, 7)).tolist() == GOLDEN_NORMALS
    assert r.integers(r.words(keys, 7), 1000).tolist() == GOLDEN_INTEGERS


def test_normal_table_is_the_same_bits_everywhere() -> None:
    """The table is made with one logarithm per tail quantile; rounding must hide its last bits."""
    digest = hashlib.blake2b(r.NORMAL_EDGES.astype("<f8").tobytes(), digest_size=8).hexdigest()
    assert digest == GOLDEN_NORMAL_DIGEST


def test_mix64_is_a_bijection() -> None:
    """Undone step by step, every word comes back."""

    def unmix(word: int) -> int:
        mask = (1 << 64) - 1
        for shift, multiplier in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
            restored = word
            for _ in range(3):  # x ^ (x >> s), s >= 27: three rounds restore 64 bits
                restored = word ^ (restored >> shift)
            word = restored * pow(multiplier, -1, 1 << 64) & mask
        return word

    originals = [0, 1, 2, 2**63, 2**64 - 1, 0x123456789ABCDEF0]
    mixed = r.mix64(np.array(originals, dtype=np.uint64))
    assert [unmix(int(word)) for word in mixed] == originals


@given(st.integers(0, 2**32), st.text(max_size=20), st.lists(st.integers(0, 10**9), min_size=1))
@settings(max_examples=60)
def test_a_draw_does_not_depend_on_its_neighbours(
    seed: int, purpose: str, users: list[int]
) -> None:
    """Alone, in any order, in any batch shape: the same words."""
    keys = r.user_keys(seed, purpose, np.array(users))
    index = np.array([0, 1, 5, 1000])
    together = r.words(keys, index)
    reverse = r.words(r.user_keys(seed, purpose, np.array(users[::-1])), index[::-1])
    assert (together == reverse[::-1, ::-1]).all()
    for row, user in enumerate(users[:3]):
        alone = r.user_keys(seed, purpose, np.array([user]))
        assert (r.words(alone, 5) == together[row, 2]).all()
        assert r.words_each(alone, np.array([1000]))[0] == together[row, 3]
    ragged = r.words(keys, np.tile(index, (len(users), 1)))
    assert (ragged == together).all()


def test_draws_do_not_depend_on_the_hash_seed() -> None:
    """Another process with another PYTHONHASHSEED draws the same."""
    code = (
        "from spendsense_pipeline.generation import randomness as r;"
        "print(r.purpose_key(1, 'x'), int(r.user_keys(1, 'x', [5])[0]))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in (0, 1)
    }
    assert len(printed) == 1


@pytest.mark.parametrize("purpose", ["a", "spending.amount", "spending.merchant"])
def test_uniform_fills_the_unit_interval_evenly(purpose: str) -> None:
    """Chi-squared over 256 bins, of all words, of one user and of one index."""
    draws = r.uniform(_words(purpose=purpose))
    assert draws.min() >= 0
    assert draws.max() < 1
    for sample in (
        draws.ravel(),
        r.uniform(r.words(r.user_keys(3, purpose, [8]), np.arange(9**5))),
    ):
        counts = np.bincount((sample * 256).astype(int).ravel(), minlength=256)
        expected = sample.size / 256
        chi_squared = ((counts - expected) ** 2 / expected).sum()
        assert abs(chi_squared - 255) < 6 * math.sqrt(2 * 255)


def test_every_bit_is_fair_and_unrelated_to_its_neighbours() -> None:
    """Each of the 64 bits is one half the time, in step with no other user, index or purpose."""
    words = _words()
    pairs = {
        "next user": (words[1:], words[:-1]),
        "next index": (words[:, 1:], words[:, :-1]),
        "other purpose": (words, _words(purpose="test2")),
        "other seed": (words, _words(seed=43)),
    }
    tolerance = 6 / math.sqrt(words.size)
    for bit in range(64):
        assert abs(r.bits(words, bit, 1).mean() - 0.5) < tolerance
        for name, (left, right) in pairs.items():
            agreement = (r.bits(left, bit, 1) == r.bits(right, bit, 1)).mean()
            assert abs(agreement - 0.5) < tolerance, name


def test_streams_of_different_users_do_not_overlap() -> None:
    """No word appears twice among 4000 users x 64 draws x 2 purposes."""
    words = np.concatenate([_words().ravel(), _words(purpose="test2").ravel()])
    assert np.unique(words).size == words.size


def test_bits_are_parts_of_the_word() -> None:
    """They reassemble to the word; a range outside of it is an error."""
    words = _words()
    halves = r.bits(words, 0, 32).astype(np.uint64) | (
        r.bits(words, 32, 32).astype(np.uint64) << np.uint64(32)
    )
    assert (halves == words).all()
    with pytest.raises(ValueError, match="64-bit word"):
        r.bits(words, 60, 8)


@given(st.integers(1, 2**31), st.integers(0, 10**6))
@settings(max_examples=50)
def test_integers_stay_below_n(n: int, seed: int) -> None:
    """Within [0, n) for any n, and both ends are reached for a small one."""
    draws = r.integers(r.words(r.user_keys(seed, "n", np.arange(50)), np.arange(20)), n)
    assert draws.min() >= 0
    assert draws.max() < n
    if n <= 10:
        assert set(draws.ravel().tolist()) == set(range(n))


def test_integers_take_a_bound_per_user_and_refuse_a_bad_one() -> None:
    """`n` broadcasts; 0 has no integers below it."""
    bounds = np.arange(1, len(USERS) + 1)[:, np.newaxis]
    draws = r.integers(_words(), bounds)
    assert (draws < bounds).all()
    assert abs((draws / bounds).mean() - 0.5) < 0.01
    with pytest.raises(ValueError, match=r"1\.\.2\*\*31"):
        r.integers(_words(), 0)


def test_normal_has_the_moments_and_tails_of_a_normal() -> None:
    """Mean 0, standard deviation 1, no skew, kurtosis 3, tail shares as they should be."""
    draws = r.normal(r.words(r.user_keys(7, "normal", np.arange(2000)), np.arange(500))).ravel()
    assert abs(draws.mean()) < 0.005
    assert abs(draws.std() - 1) < 0.005
    assert abs((draws**3).mean()) < 0.02
    assert abs((draws**4).mean() - 3) < 0.06
    for bound, share in ((1.0, 0.15866), (1.96, 0.025), (3.0, 0.00135)):
        assert (draws > bound).mean() == pytest.approx(share, rel=0.08)
        assert (draws < -bound).mean() == pytest.approx(share, rel=0.08)
    assert np.abs(draws).max() < 4.05


def test_normal_quantiles_rise_and_are_symmetric() -> None:
    """A table whose halves mirror each other exactly."""
    assert (np.diff(r.NORMAL_EDGES) > 0).all()
    assert (-r.NORMAL_EDGES[::-1] == r.NORMAL_EDGES).all()
    assert (-r.NORMAL_QUANTILES[::-1] == r.NORMAL_QUANTILES).all()
    assert r.NORMAL_QUANTILES.size == 1 << r.NORMAL_BITS
    with pytest.raises(ValueError, match="read-only"):
        r.NORMAL_EDGES[0] = 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30).filter(lambda w: sum(w) > 1))
@settings(max_examples=60)
def test_choices_follow_their_weights(weights: list[float]) -> None:
    """Both ways of choosing realise each share; what weighs nothing is never chosen."""
    shares = np.array(weights) / sum(weights)
    table = r.choice_table(weights)
    realised = np.bincount(table, minlength=len(weights)) / table.size
    assert np.abs(realised - shares).max() <= 1 / table.size
    chosen = r.choose(r.words(r.user_keys(1, "choose", np.arange(2000)), 0), weights)
    assert np.abs(np.bincount(chosen, minlength=len(weights)) / 2000 - shares).max() < 0.06
    assert all(weights[k] > 0 for k in set(chosen.tolist()))


def test_choices_need_weights() -> None:
    """Nothing to choose from is an error, not a zero."""
    for nothing in ([], [0.0, 0.0], [float("nan")]):
        with pytest.raises(ValueError, match="sum to more than 0"):
            r.choice_table(nothing)
