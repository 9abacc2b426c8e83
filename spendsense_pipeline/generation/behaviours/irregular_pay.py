"""Pay that comes rarely: by the project, as commission, in royalties or by the season.

How a household handles such pay goes with how it earns it; the accounts it lives in are for
`living.reserves`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.acquaintances import has_partner
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.randomness import integers, normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World


class Handling(IntEnum):
    """How a household handles pay that comes rarely."""

    KEEPS_WEEKLY = 0
    """A standing rule moves what is above a kept sum; a wage is drawn back weekly."""
    KEEPS_NEEDED = 1
    """The same rule; drawn back as needed."""
    SAVED_BIWEEKLY = 2
    """Paid into savings, rent goes from there; a wage every second week."""
    SAVED_MONTHLY = 3
    """The same; half a month's needs at once, the rest as needed."""
    SPLIT_NEEDED = 4
    """The payer splits: a tenth to checking; drawn as needed."""
    HELPED = 5
    """A small part of the household's income; the partner one lives with pays in the rest."""
    SEASON_WEEKLY = 6
    """Paid by the season: a rule on arrival, rent from savings, a weekly wage."""


HANDLING_SHARES: Final[dict[Handling, float]] = {
    Handling.KEEPS_WEEKLY: 0.18,
    Handling.KEEPS_NEEDED: 0.19,
    Handling.SAVED_BIWEEKLY: 0.15,
    Handling.SAVED_MONTHLY: 0.11,
    Handling.SPLIT_NEEDED: 0.15,
    Handling.HELPED: 0.12,
    Handling.SEASON_WEEKLY: 0.1,
}
PAYER_KINDS: Final[dict[Handling, str]] = {
    Handling.KEEPS_WEEKLY: "contractor",
    Handling.KEEPS_NEEDED: "contractor",
    Handling.SAVED_BIWEEKLY: "commission",
    Handling.SAVED_MONTHLY: "commission",
    Handling.SPLIT_NEEDED: "commission",
    Handling.HELPED: "royalty",
    Handling.SEASON_WEEKLY: "seasonal",
}
"""Kind of the catalog's employers that pays so."""
CHECKING_SHARE_RANGES: Final[dict[Handling, tuple[float, float]]] = {
    Handling.SAVED_BIWEEKLY: (0.0, 0.0),
    Handling.SAVED_MONTHLY: (0.0, 0.0),
    Handling.SPLIT_NEEDED: (0.08, 0.12),
}
"""Of each payment, what its payer sends to checking; the rest goes to savings. All, by default."""
HELPED_PAY_SHARE = 0.11
"""Of the household's income, what somebody with a partner's help earns."""
# A nominal gap of 50 days stays above 45 when holidays move both paydays (by 3 at most).
SHORTEST_GAP_DAYS = 50
STEADY_GAP_DAYS = 56
SPREAD_GAP_DAYS = 28
"""Added to the mean gap at volatility 1, all of it as chance has it."""
SEASON_FACTOR = 2.0
"""How much longer seasons lie apart than projects, beyond the shortest gap."""
STEADY_FACTOR = 0.5
"""How much of it is left for who keeps all of it in checking."""
LONGEST_EXTRA = 2.6
AMOUNT_SIGMA = 0.75
"""Spread of log amounts at volatility 1."""
FIRST_DAYS = (3, 62)
"""The first payday of a history, counted from its first day."""
_ROUND_FEES_SHARE = 0.5
_ROUND_FEE_CENTS = 5_000


def handling_of(world: World) -> Ints:
    """How each user handles rare pay, a `Handling`, -1 for whoever is paid otherwise: `[U]`."""
    edges = np.cumsum([HANDLING_SHARES[each] for each in Handling])
    drawn = uniform(world.words("handling", np.arange(2)))
    found = np.minimum(np.searchsorted(edges, drawn[:, 0], side="right"), len(edges) - 1)
    # Nobody else would pay in nine tenths of what a household spends, month after month.
    alone = [each for each in Handling if each != Handling.HELPED]
    shares = np.cumsum([HANDLING_SHARES[each] for each in alone])
    other = np.searchsorted(shares / shares[-1], drawn[:, 1], side="right")
    other = np.array(alone)[np.minimum(other, len(alone) - 1)]
    found = np.where((found == Handling.HELPED) & ~has_partner(world), other, found)
    return np.where(world.profiles.rhythm == Rhythm.SWEPT, found, -1)


def mean_gap_days(world: World) -> Floats:
    """Days between two paydays of rare pay, in the long run: `[U]`."""
    volatility = world.resolved.controls.irregular_income_volatility
    extra = STEADY_GAP_DAYS - SHORTEST_GAP_DAYS + SPREAD_GAP_DAYS * volatility
    handling = handling_of(world)
    factor = np.where(handling == Handling.SEASON_WEEKLY, SEASON_FACTOR, 1.0)
    # Who lives on such pay from checking alone could not bridge the longest gaps.
    return SHORTEST_GAP_DAYS + extra * np.where(handling < 0, STEADY_FACTOR, factor)


def rare_paydays(world: World, count: int) -> Ints:
    """Nominal paydays of everybody, were they paid rarely: `[U, count]`, ascending.

    The first of the history comes within two months of its beginning; gaps are never shorter than
    SHORTEST_GAP_DAYS and spread the more, the more volatile income is asked for.

    Args:
        world: The shard.
        count: How many.

    Returns:
        Days, those of the lead-in and the one before it first.
    """
    volatility = world.resolved.controls.irregular_income_volatility
    earliest, latest = FIRST_DAYS
    first = world.history_day + earliest + integers(world.words("payday", 1), latest - earliest + 1)
    drawn = uniform(world.words("pay_gap", np.arange(count)))
    # Exponential, as waiting for the next project is; cut where nobody would still be waiting.
    extra = np.minimum(-np.log(1 - drawn * (1 - 1e-9)), LONGEST_EXTRA)
    extra = (mean_gap_days(world) - SHORTEST_GAP_DAYS)[:, np.newaxis] * (
        1 - volatility + volatility * extra
    )
    gaps = SHORTEST_GAP_DAYS + np.rint(extra).astype(np.int64)
    before = first[:, np.newaxis] - np.cumsum(gaps[:, :2], axis=1)[:, ::-1]
    after = first[:, np.newaxis] + np.cumsum(gaps[:, 2:], axis=1)
    return np.concatenate([before, first[:, np.newaxis], after], axis=1)[:, :count]


def rare_pay_cents(world: World, count: int) -> Floats:
    """What each payment of rare pay comes to, were everybody paid so.

    Args:
        world: The shard.
        count: How many payments.

    Returns:
        Cents, `[U, count]`.
    """
    volatility = world.resolved.controls.irregular_income_volatility
    income = world.profiles.income.main_pay_usd * 100
    share = np.where(handling_of(world) == Handling.HELPED, HELPED_PAY_SHARE, 1.0)
    mean = income * share * mean_gap_days(world) / DAYS_PER_MONTH
    sigma = AMOUNT_SIGMA * volatility * np.where(handling_of(world) < 0, STEADY_FACTOR, 1.0)
    sigma = sigma[:, np.newaxis]
    drawn = normal(world.words("pay_amount", np.arange(count)))
    cents = mean[:, np.newaxis] * np.exp(np.clip(sigma * drawn, -1.2, 1.0) - sigma**2 / 2)
    # Half of those who are paid by the project ask for round fees.
    is_round = (uniform(world.words("round_fees", 0)) < _ROUND_FEES_SHARE)[:, np.newaxis]
    return np.where(
        is_round,
        np.maximum(np.rint(cents / _ROUND_FEE_CENTS), 1) * _ROUND_FEE_CENTS,
        np.rint(cents),
    )


def checking_share(world: World) -> Floats:
    """Of each payment, what goes to checking: 1 but for who is paid into savings: `[U]`."""
    handling = handling_of(world)
    drawn = uniform(world.words("pay_split", 0))
    share = np.ones(world.users)
    for each, (low, high) in CHECKING_SHARE_RANGES.items():
        share = np.where(handling == each, low + (high - low) * drawn, share)
    return share


def is_paid_by_clients(world: World) -> Flags:
    """Who is paid by several clients in turn; the others have one payer: `[U]`."""
    # Who is paid rarely and lives from checking alone is paid by the project.
    kinds = np.array([PAYER_KINDS[each] == "contractor" for each in Handling])
    return kinds[np.maximum(handling_of(world), Handling.KEEPS_WEEKLY)]
