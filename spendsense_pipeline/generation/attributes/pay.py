"""How often a household's main income comes, and how its money moves through checking."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes.frame import Frame
from spendsense_pipeline.generation.attributes.profiles import Cadence
from spendsense_pipeline.generation.targets import WAYS_OF_LIVING, Rhythm

OTHERWISE_BIWEEKLY_SHARE = 1e-6
"""Next to nobody, but more than of the other cadences nobody asked for."""


def pay_cadences(frame: Frame, is_revolving: Flags) -> Ints:
    """Pay cadence of every person.

    Args:
        frame: The blocks of people.
        is_revolving: Who has a high or critical card, `[B, 100]`.

    Returns:
        A `Cadence` each: `[B, 100]`.
    """
    requested = frame.controls.payroll_pattern_distribution
    shares = {cadence: requested.get(cadence.key, 0.0) for cadence in Cadence}
    if shares[Cadence.IRREGULAR] >= 1:  # asked of everybody, but some targets cannot be
        shares[Cadence.BIWEEKLY] = OTHERWISE_BIWEEKLY_SHARE
    may_be_regular = ~frame.targeted(lambda way: way.payroll == "irregular")
    may_be_irregular = ~frame.targeted(lambda way: way.payroll == "regular")
    sampled = frame.sampler.categories(
        "pay_cadence",
        [*shares.values()],
        frame.has_earned_pay,
        (frame.withheld, is_revolving, frame.stratum_of_target),
        allowed=np.stack(
            [
                may_be_irregular if cadence is Cadence.IRREGULAR else may_be_regular
                for cadence in shares
            ],
            axis=-1,
        ),
    )
    # Social Security comes monthly, and who lives on it lives like the monthly paid.
    return np.where(frame.has_earned_pay, sampled, Cadence.MONTHLY)


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
