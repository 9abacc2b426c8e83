"""Who has subscriptions and standing orders to savings, how many and for how much a month."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes.frame import Frame
from spendsense_pipeline.generation.attributes.profiles import Cadence
from spendsense_pipeline.generation.randomness import NORMAL_QUANTILES
from spendsense_pipeline.generation.targets import Rhythm

TIGHT_SUBSCRIPTION_MAX_USD = 58.0
"""Subscriptions of a household targeted to live from paycheck to paycheck, at most."""
HEAVY_SPEND_ROOM_USD = 3.0
"""Between the least and the most a heavy subscriber wants to spend, at least."""
LIGHT_COUNT_WEIGHTS = (1.0, 1.0)
"""Of light subscribers, those with one subscription and those with two."""
LIGHT_SERVICE_USD = (6.0, 20.0)
"""What a light subscriber wants to pay for each, least and most."""
SAVING_RELUCTANCE = {Rhythm.CUSHIONED: 0.0, Rhythm.SWEPT: 0.7, Rhythm.PAYCHECK_TO_PAYCHECK: 1.5}
"""How many savers must be missing before a household saves, from the first to save to the last."""
PLENTY_SPARE_SHARE = 0.25
"""Of the others, not needed as savers: from there on reluctance is whole; it is nought without."""
GROWTH_SIGMA = 0.6
"""Spread of the logarithm of savers' growth."""
MODEST_GROWTH_LEAST = 0.3
"""Least growth of a modest saver, of the most there is room for."""
GROWTH_PARTS = 4
"""Of the range of growth, each as common among few savers as among all."""
GROWTH_SIGMAS = (-2.0, 3.5)
"""Of the spread, least and most."""
LOWEST_MIDDLE = 0.05
"""Quantile of savers' growth that is the target, at least."""
BUILDER_TRANSFER_ROOM_FACTOR = 1.2
"""The most a builder puts aside, as a multiple of the least, at least."""


def subscription_orders(
    frame: Frame, is_revolving: Flags, cadence: Ints, rhythm: Ints
) -> tuple[Ints, Floats, Flags]:
    """Number of subscriptions and their wanted monthly total.

    Args:
        frame: The blocks of people.
        is_revolving: Who has a high or critical card, `[B, 100]`.
        cadence: A `Cadence` each, `[B, 100]`.
        rhythm: A `Rhythm` each, `[B, 100]`.

    Returns:
        How many, and US dollars a month for them together, 0 for who has none; and who is a
        light subscriber: `[B, 100]` each.
    """
    controls, sampler = frame.controls, frame.sampler
    targeted_heavy = frame.targeted(lambda way: way.subscriptions == "heavy")
    heavy = targeted_heavy | frame.must_show("subscriptions")
    light = frame.targeted(lambda way: way.subscriptions == "light") | (
        frame.hides_lower & ~targeted_heavy
    )
    has_any = sampler.share(
        "subscription_adopter",
        controls.subscription_adoption_rate,
        ~heavy,
        (
            frame.withheld,
            is_revolving,
            cadence == Cadence.IRREGULAR,
            rhythm,
            frame.stratum_of_target,
        ),
        already=heavy,
    )
    is_light = has_any & _are_light(frame, has_any, heavy, light)
    fewest, most = controls.subscription_count_min, controls.subscription_count_max
    strata = (frame.withheld, heavy, is_revolving, rhythm)
    above_fewest = sampler.categories(
        "subscription_count", [1.0] * (most - fewest + 1), has_any & ~is_light, strata
    )
    count = fewest + np.maximum(above_fewest, 0)
    count = np.where(heavy, np.maximum(count, targets.HEAVY_SUBSCRIPTION_COUNT_MIN), count)
    few = sampler.categories("light_subscription_count", LIGHT_COUNT_WEIGHTS, is_light, strata)
    count = np.where(is_light, 1 + few, count)
    lowest, highest = controls.subscription_monthly_spend_range
    low = np.where(heavy, max(lowest, targets.HEAVY_SUBSCRIPTION_SPEND_MIN_USD), lowest)
    high = np.where(heavy, np.maximum(highest, low + HEAVY_SPEND_ROOM_USD), highest)
    cheapest, dearest = LIGHT_SERVICE_USD
    low, high = (
        np.where(is_light, count * each, heavy_usd)
        for each, heavy_usd in ((cheapest, low), (dearest, high))
    )
    ceiling = np.where(light, targets.LIGHT_SUBSCRIPTION_SPEND_MAX_USD, np.inf)
    # Money kept for a charge is money in the bank: who is targeted to be out of it keeps less.
    tight = frame.targeted(lambda way: way.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK) & ~light
    tight_ceiling = np.where(heavy, low + HEAVY_SPEND_ROOM_USD, TIGHT_SUBSCRIPTION_MAX_USD)
    ceiling = np.where(tight, tight_ceiling, ceiling)
    spend = _within(frame, "subscription_spend", has_any, strata, low, np.minimum(high, ceiling))
    return np.where(has_any, count, 0), np.where(has_any, spend, 0.0), is_light


def _are_light(frame: Frame, has_any: Flags, heavy: Flags, light: Flags) -> Flags:
    """Which subscribers have one or two: `[B, 100]`; the targets' own count towards the share."""
    return light | frame.sampler.share(
        "light_subscriber",
        frame.controls.light_subscriber_share,
        ~heavy,
        (frame.withheld,),
        of=has_any,
        already=has_any & light,
    )


def savings_transfers(
    frame: Frame, is_revolving: Flags, all_low: Flags, rhythm: Ints, spend_usd: Floats
) -> Floats:
    """Wanted monthly transfer to savings.

    Args:
        frame: The blocks of people.
        is_revolving: Who has a high or critical card, `[B, 100]`.
        all_low: Whose every card is low, or who has none, `[B, 100]`.
        rhythm: A `Rhythm` each, `[B, 100]`.
        spend_usd: Wanted monthly total of subscriptions, `[B, 100]`.

    Returns:
        US dollars a month, 0 for who has no standing order: `[B, 100]`.
    """
    controls, sampler = frame.controls, frame.sampler
    builder = frame.targeted(lambda way: way.savings == "builder") | frame.must_show("savings")
    never = frame.targeted(lambda way: way.savings == "none") | frame.hides_lower
    strata = (frame.withheld, is_revolving, all_low, spend_usd > 0, frame.stratum_of_target)
    needed, reluctance = _last_to_save(rhythm, ~never, controls.savings_adoption_rate)
    has_order = sampler.share(
        "savings_adopter",
        controls.savings_adoption_rate,
        ~never,
        strata,
        already=builder | needed,
        reluctance=reluctance,
    )
    modest = is_modest(frame)
    lowest, highest = controls.savings_transfer_range
    low = np.where(builder, max(lowest, targets.BUILDER_TRANSFER_MIN_USD), lowest)
    high = np.where(builder, np.maximum(highest, low * BUILDER_TRANSFER_ROOM_FACTOR), highest)
    high = np.where(modest, np.minimum(high, targets.MODEST_TRANSFER_MAX_USD), high)
    transfer = _within(frame, "savings_transfer", has_order, strata, low, high)
    return np.where(has_order, transfer, 0.0)


def _last_to_save(rhythm: Ints, able: Flags, share: float) -> tuple[Flags, Floats]:
    """Who has to save, as there are not enough others, and how reluctant everybody else is.

    Args:
        rhythm: A `Rhythm` each, `[B, 100]`.
        able: Who may save at all, `[B, 100]`.
        share: Of all people, those who are to save.

    Returns:
        Who has to; and how many savers must be missing before each of the others saves: `[B, 100]`.
    """
    needed = np.zeros(rhythm.shape, dtype=np.bool_)
    reluctance = np.zeros(rhythm.shape)
    wanted = share * rhythm.shape[1]
    sooner = np.zeros((len(rhythm), 1))
    for each, most in SAVING_RELUCTANCE.items():
        is_next = able & (rhythm == each)
        spare = 1 - wanted / np.maximum(sooner, 1)
        reluctance += is_next * most * np.clip(spare / PLENTY_SPARE_SHARE, 0, 1)
        sooner = sooner + is_next.sum(axis=1, keepdims=True)
        needed |= is_next & (sooner <= wanted)
    return needed, reluctance


def growth_shares(frame: Frame, rhythm: Ints, transfer_usd: Floats) -> Floats:
    """Growth over six months that each saver's opening balance is set for.

    Half of savers grow faster than `savings_growth_target_pct` and half slower, as nobody's balance
    follows from a formula.

    Args:
        frame: The blocks of people.
        rhythm: A `Rhythm` each, `[B, 100]`.
        transfer_usd: Wanted monthly transfer, `[B, 100]`.

    Returns:
        Shares of the opening balance, `[B, 100]`.
    """
    target = frame.controls.savings_growth_target_pct / 100
    is_saver = transfer_usd > 0
    is_swept = is_saver & (rhythm == Rhythm.SWEPT)
    # Of the first few savers as many are in each part of the range as of all.
    place = (
        frame.sampler.categories("savings_growth_part", [1.0] * GROWTH_PARTS, is_saver & ~is_swept)
        + frame.sampler.quantiles("savings_growth", is_saver & ~is_swept)
    ) / GROWTH_PARTS
    place = np.maximum(place, 0.0)  # of who is not dealt a part
    # Savers on a weekly wage hold its money too, so all grow more slowly: for the median over all
    # to be the target, it is a lower quantile of the others that grows at it.
    swept = is_swept.sum(axis=1, keepdims=True) / np.maximum(is_saver.sum(axis=1, keepdims=True), 1)
    middle = np.clip((0.5 - swept) / (1 - swept + 1e-9), LOWEST_MIDDLE, 0.5)
    z, z_of_middle = (
        NORMAL_QUANTILES[(each * NORMAL_QUANTILES.size).astype(np.int64)]
        for each in (place, middle)
    )
    growth = target * np.exp(GROWTH_SIGMA * np.clip(z - z_of_middle, *GROWTH_SIGMAS))
    least = MODEST_GROWTH_LEAST
    modest = targets.MODEST_GROWTH_MAX_SHARE * (least + (1 - least) * place)
    return np.where(is_modest(frame), np.minimum(growth, modest), growth)


def is_modest(frame: Frame) -> Flags:
    """Who is targeted to save less than makes a builder: `[B, 100]`."""
    return frame.targeted(lambda way: way.savings == "modest")


def _within(
    frame: Frame,
    purpose: str,
    eligible: Flags,
    strata: tuple[Ints | Flags, ...],
    low: Floats,
    high: Floats,
) -> Floats:
    """Values spread evenly from `low` to `high`, or at `high` where that is less: `[B, 100]`."""
    low = np.minimum(low, high)
    return low + frame.sampler.quantiles(purpose, eligible, strata) * (high - low)
