"""Dealing: every prefix and every block has what was asked for, whatever the seed."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from spendsense_pipeline.generation.quota_sampling import (
    BLOCK_USERS,
    QuotaSampler,
    apportion,
    is_spread,
    rank_in_spread,
)

shares = st.lists(st.floats(0.01, 1), min_size=1, max_size=6).map(
    lambda weights: tuple(weight / sum(weights) for weight in weights)
)


@given(weights=shares)
def test_every_prefix_has_the_requested_mix_to_within_one(weights: tuple[float, ...]) -> None:
    sequence = apportion(weights, 1_000)
    for index, weight in enumerate(weights):
        dealt = np.cumsum(sequence == index)
        wanted = np.arange(1, 1_001) * weight
        assert np.abs(dealt - wanted).max() <= 1 + 1e-6


@given(share=st.floats(0, 1), phase=st.floats(0, 0.999))
def test_a_spread_share_holds_in_every_prefix_and_ranks_count_it(
    share: float, phase: float
) -> None:
    numbers = np.arange(500)
    belongs = is_spread(numbers, share, phase)
    dealt = np.cumsum(belongs)
    assert np.abs(dealt - (numbers + 1) * share).max() <= 1 + 1e-6
    before = np.concatenate([[0], dealt[:-1]])
    assert (rank_in_spread(numbers, share, phase) == before).all()


@given(seed=st.integers(0, 2**63 - 1), share=st.floats(0, 1), blocks=st.integers(1, 4))
def test_a_share_is_realised_in_every_block_to_within_one(
    seed: int, share: float, blocks: int
) -> None:
    dealt = QuotaSampler(seed, 0, blocks).share("anything", share)
    assert (np.abs(dealt.sum(axis=1) - share * BLOCK_USERS) <= 1 + 1e-9).all()


@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 0.95))
def test_a_share_is_realised_inside_every_stratum(seed: int, share: float) -> None:
    sampler = QuotaSampler(seed, 3, 2)
    strata = np.broadcast_to(np.arange(BLOCK_USERS) % 4, sampler.shape)
    dealt = sampler.share("nested", share, strata=(strata,))
    for stratum in range(4):
        members = strata == stratum
        count = (dealt & members).sum(axis=1)
        assert (np.abs(count - share * members.sum(axis=1)) <= 2).all()


@given(seed=st.integers(0, 10**6), weights=shares)
@settings(max_examples=30)
def test_a_block_does_not_depend_on_the_blocks_dealt_with_it(
    seed: int, weights: tuple[float, ...]
) -> None:
    together = QuotaSampler(seed, 0, 5).categories("what", weights)
    alone = QuotaSampler(seed, 3, 1).categories("what", weights)
    assert (together[3] == alone[0]).all()


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_two_controls_are_not_dealt_from_one_sequence(seed: int) -> None:
    sampler = QuotaSampler(seed, 0, 10)
    first, second = sampler.share("first", 0.3), sampler.share("second", 0.3)
    both = (first & second).mean()
    # 0.09 if independent, 0.30 if they were one sequence; 1,000 people leave 0.09 ± 0.03.
    assert 0.05 < both < 0.14
