"""The shape of purchase amounts and of merchants' popularity: distances to known laws.

Works on distinct amounts and how often each occurs, so that a million purchases cost thousands.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Beyond the best-known two hundred the counts are ones and twos, which bend any slope.
_ZIPF_RANKS = 200


@dataclass(frozen=True)
class AmountShapes:
    """Figures about one set of amounts."""

    mean_usd: float
    median_usd: float
    sigma_log: float
    ks_lognormal: float
    ks_uniform: float
    benford_mad: float


def amount_shapes(cents: Sequence[int], counts: Sequence[int]) -> AmountShapes:
    """Measure distinct amounts in cents, ascending, each with its count."""
    amount = np.asarray(cents, dtype=np.float64) / 100
    weight = np.asarray(counts, dtype=np.float64)
    total = float(weight.sum())
    cumulative = np.cumsum(weight) / total
    log = np.log(amount)
    mu = float((log * weight).sum() / total)
    sigma = math.sqrt(float((weight * (log - mu) ** 2).sum() / total))
    normal = statistics.NormalDist(mu, sigma)
    lognormal = np.array([normal.cdf(value) for value in log])
    uniform = (amount - amount[0]) / (amount[-1] - amount[0])
    return AmountShapes(
        mean_usd=float((amount * weight).sum() / total),
        median_usd=float(amount[np.searchsorted(cumulative, 0.5)]),
        sigma_log=sigma,
        ks_lognormal=_largest_gap(cumulative, lognormal),
        ks_uniform=_largest_gap(cumulative, uniform),
        benford_mad=_benford_deviation(cents, weight),
    )


def zipf_slope(counts: Sequence[int]) -> float | None:
    """Slope of log count over log rank, most popular first; about -1 for Zipf's law."""
    ranked = np.asarray(counts[:_ZIPF_RANKS], dtype=np.float64)
    if ranked.size < 2:
        return None
    x = np.log(np.arange(1, ranked.size + 1))
    y = np.log(ranked)
    x = x - x.mean()
    return float((x * (y - y.mean())).sum() / (x * x).sum())


def _largest_gap(cumulative: np.ndarray, law: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance, looked at just before and at every step."""
    before = np.concatenate([[0.0], cumulative[:-1]])
    return float(max(np.abs(cumulative - law).max(), np.abs(before - law).max()))


def _benford_deviation(cents: Sequence[int], weight: np.ndarray) -> float:
    """Mean absolute deviation of first digits' shares from log10(1 + 1/d)."""
    first = np.array([int(str(value)[0]) for value in cents])
    shares = np.bincount(first, weights=weight, minlength=10)[1:] / weight.sum()
    benford = np.log10(1 + 1 / np.arange(1, 10))
    return float(np.abs(shares - benford).mean())
