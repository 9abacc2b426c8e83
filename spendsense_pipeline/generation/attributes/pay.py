"""How often a household's main income comes, and how its money moves through checking."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes.frame import Frame
from spendsense_pipeline.generation.attributes.profiles import Cadence
from spendsense_pipeline.generation.targets import WAYS_OF_LIVING, Rhythm

_REGULAR = tuple(cadence for cadence in Cadence if cadence is not Cadence.IRREGULAR)


def pay_cadences(frame: Frame, is_revolving: Flags) -> Ints:
    """Pay cadence of every person.

    Args:
        frame: The blocks of people.
        is_revolving: Who has a high or critical card, `[B, 100]`.

    Returns:
        A `Cadence` each: `[B, 100]`.
    """
    shares = frame.controls.payroll_pattern_distribution
    must = frame.targeted(lambda way: way.payroll == "irregular")
    may = frame.has_earned_pay & ~must & ~frame.targeted(lambda way: way.payroll == "regular")
    strata = (frame.withheld, is_revolving, frame.stratum_of_target)
    wanted = frame.sampler.quota(
        "irregular_pay",
        shares.get(Cadence.IRREGULAR.key, 0.0) * frame.has_earned_pay.sum(axis=1),
    )
    irregular = must | frame.sampler.pick("irregular_pay", wanted - must.sum(axis=1), may, strata)
    regular = [shares.get(cadence.key, 0.0) for cadence in _REGULAR]
    if sum(regular) <= 0:  # everybody irregular was asked for, but some targets cannot be
        regular = [float(cadence is Cadence.BIWEEKLY) for cadence in _REGULAR]
    sampled = frame.sampler.categories(
        "pay_cadence", regular, frame.has_earned_pay & ~irregular, strata
    )
    # Social Security comes monthly, and who lives on it lives like the monthly paid.
    sampled = np.where(frame.has_earned_pay, sampled, Cadence.MONTHLY)
    return np.where(irregular, Cadence.IRREGULAR, sampled)


def rhythms(frame: Frame, cadence: Ints, is_revolving: Flags) -> Ints:
    """Rhythm of every household: its target's, else what its pay and the controls make of it.

    Args:
        frame: The blocks of people.
        cadence: A `Cadence` each, `[B, 100]`.
        is_revolving: Who has a high or critical card, `[B, 100]`.

    Returns:
        A `Rhythm` each: `[B, 100]`.
    """
    natural = frame.is_free
    is_irregular = cadence == Cadence.IRREGULAR
    stressed = frame.sampler.share(
        "cash_flow_stress",
        frame.controls.cash_flow_stress_rate,
        natural & ~is_irregular,
        (frame.withheld, is_revolving, frame.has_earned_pay),
    )
    rhythm = np.where(natural & is_irregular, Rhythm.SWEPT, Rhythm.CUSHIONED)
    rhythm = np.where(stressed & natural, Rhythm.PAYCHECK_TO_PAYCHECK, rhythm)
    for key, way in WAYS_OF_LIVING.items():
        rhythm = np.where(frame.target == targets.TARGET_CODES[key], way.rhythm, rhythm)
    return rhythm.astype(np.int64)
