"""What is settled before any attribute is sampled: who there is, who consents, what targets fix.

Arrays are `[B, 100]`, one row per block of people, or `[B, 200]` for the cards they may have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from spendsense_pipeline.controls import OperatorControls, ResolvedConfig
from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes.profiles import CARDS_PER_USER_MAX
from spendsense_pipeline.generation.population import people
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS, QuotaSampler
from spendsense_pipeline.generation.targets import WayOfLiving

A = TypeVar("A", Ints, Flags)


class Frame:
    """Whole blocks of people and the samplers that share attributes out among them."""

    def __init__(self, resolved: ResolvedConfig, first_block: int, blocks: int) -> None:
        """Find who there is and what their targets fix.

        Args:
            resolved: The configuration.
            first_block: Number of the first block of people.
            blocks: How many blocks.
        """
        seed = resolved.config.seed
        self.controls: OperatorControls = resolved.controls
        self.people = people(resolved, first_block, blocks)
        self.sampler = QuotaSampler(seed, first_block, blocks)
        self.card_sampler = QuotaSampler(
            seed, first_block, blocks, width=BLOCK_USERS * CARDS_PER_USER_MAX
        )
        self.target = self.people.target.reshape(self.sampler.shape)
        self.stratum_of_target = self.target + 1
        """0 for who has none, as strata are numbered from 0."""
        self.withheld = np.where(self.people.has_consented, 0, 1).reshape(self.sampler.shape)
        self.has_earned_pay = ~self.people.is_retired.reshape(self.sampler.shape)
        self.shows_lower, self.hides_lower = self._overlaps()

    def targeted(self, has: Callable[[WayOfLiving], bool]) -> Flags:
        """Who is targeted to a way of living with this property: `[B, 100]`."""
        return targets.is_targeted(self.target, has)

    @property
    def is_free(self) -> Flags:
        """Who has no target: `[B, 100]`."""
        return np.asarray(self.target == targets.NO_TARGET, dtype=np.bool_)

    def must_show(self, behaviour: str) -> Flags:
        """Whose target is ranked above this behaviour and who must show it too: `[B, 100]`."""
        return self.shows_lower & self.targeted(lambda way: way.overlap == behaviour)

    def _overlaps(self) -> tuple[Flags, Flags]:
        """Targeted people who must show, and who must not show, a lower-ranked persona."""
        none = np.zeros(self.sampler.shape, dtype=np.bool_)
        rate = self.controls.overlap_rate
        if rate is None:
            return none, none
        may = self.targeted(lambda way: way.overlap is not None)
        shows = self.sampler.share(
            "overlap",
            rate,
            strata=(self.target,),
            of=may & self.people.has_consented.reshape(self.sampler.shape),
        )
        return shows, may & ~shows


def per_card(per_user: A) -> A:
    """What holds for a user, for each of the cards they may have: `[B, 100] -> [B, 200]`."""
    repeated: A = np.repeat(per_user, CARDS_PER_USER_MAX, axis=1)
    return repeated
