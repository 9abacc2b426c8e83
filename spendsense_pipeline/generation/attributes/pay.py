"""How often somebody is paid, and how the household's money moves through checking."""

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
    may = ~must & ~frame.targeted(lambda way: way.payroll == "regular")
    strata = (frame.withheld, is_revolving, frame.stratum_of_target)
    irregular = frame.sampler.share(
        "irregular_pay", shares.get(Cadence.IRREGULAR.key, 0.0), may, strata, already=must
    )
    regular = [shares.get(cadence.key, 0.0) for cadence in _REGULAR]
    if sum(regular) <= 0:  # everybody irregular was asked for, but some targets cannot be
        regular = [float(cadence is Cadence.BIWEEKLY) for cadence in _REGULAR]
    sampled = frame.sampler.categories("pay_cadence", regular, ~irregular, strata)
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
        (frame.withheld, is_revolving),
    )
    rhythm = np.where(natural & is_irregular, Rhythm.SWEPT, Rhythm.CUSHIONED)
    rhythm = np.where(stressed & natural, Rhythm.PAYCHECK_TO_PAYCHECK, rhythm)
    for key, way in WAYS_OF_LIVING.items():
        rhythm = np.where(frame.target == targets.TARGET_CODES[key], way.rhythm, rhythm)
    return rhythm.astype(np.int64)
