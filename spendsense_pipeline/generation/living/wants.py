"""What a household wants to spend today: how often it buys and how dear, from what it has.

Three ways to look at money: with a cushion (more when it is thick, less when thin), from paycheck
to paycheck (what is left of this one, before the next), and from reserves that pay fills rarely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.controls import HIGH_SPENDER_FACTOR
from spendsense_pipeline.generation.arrays import Floats, Ints, bounded, places
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.tastes import Tastes
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.thresholds import Thresholds
from spendsense_pipeline.generation.world import World

# Simulated over 400 households and two years: with these a cushion of .8 months or more stays away
# from $100 on 99.85 % of nights, and one of .1 to .4 months comes near it on a third of them.
CUSHION_EXPONENT = 0.35
CUSHION_ANSWER_RANGE = (0.45, 1.5)
COUNT_PART = 0.4
"""How much of the answer is in how often one buys; the rest is in what kind."""
COUNT_RANGE = (0.7, 1.0)
"""Nobody buys oftener than they usually do: a surplus goes into what kind."""
THIN = 0.12
"""Of the cushion: with less of it left, even the cheapest things may cost too much."""
POSSIBLE_RANGE = (0.3, 1.0)
"""How much rarer such a household buys."""
TIGHT_COUNT_RANGE = (0.55, 1.0)
"""Who runs out buys the rarer, the less they have for a purchase than a usual household."""
RUNS_OUT_AT = 0.86
"""Share of the pay period that is still to come when the money is meant to be gone."""
RUNS_OUT_NATURAL = (0.25, 0.62)
"""The same of households nobody asked for, of which some run out just before payday."""
RUNS_OUT_NEW = (0.45, 0.7)
"""The same of whose life has got tighter: they are not used to it."""
KEPT_CENTS = 800
"""What a household that runs out does not plan to spend."""
SOME_CENTS, LITTLE_CENTS = 7_500, 1_500
_MONEY_STEPS_CENTS: Final = np.array([LITTLE_CENTS, SOME_CENTS])
# From paycheck to paycheck: how often a household buys, times the usual, with next to nothing left,
# a little, some, and while the money is fresh.
HURRIED: Final = (0.2, 0.6, 1.5, 2.0)
"""Of who is to run out early in every period."""
UNHURRIED: Final = (0.9, 1.4, 1.0, 0.9)
"""Of everybody else, but for who buys much more than others: what they buy tells more of what is
left than how often they do."""
PACE_DAYS = 60.0
PACE_RANGE = (0.6, 1.4)
"""Who runs out buys oftener, and smaller, who has bought less than usual for about two months; and
the other way round."""
DEAREST_SHARE = 0.5
"""Of what is left, the mean ticket a household that runs out wants at most."""


@dataclass(frozen=True)
class Wants:
    """What each household wants of a day: `[U]`."""

    rate: Floats
    """Purchases a day."""
    level: Ints
    """Tilt of the mix of purchases, an index into `TILTS`."""
    spendable_cents: Ints
    """What there is for purchases by debit card."""


class Wanting:
    """Decides what everybody wants, day by day."""

    def __init__(
        self,
        world: World,
        tastes: Tastes,
        *,
        way: Ints,
        usual_rate: Floats,
        everyday_cents: Floats,
        means: Floats,
        baskets: Floats,
        cushion_cents: Floats,
        reserve_cents: Floats,
        paychecks: Paychecks,
        due: Ints,
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            tastes: What the population buys.
            way: What each household does without, one of the WAYS: `[U]`.
            usual_rate: Purchases a day, `[U]`.
            everyday_cents: What there is for purchases in a usual month, `[U]`.
            means: The same for a purchase, relative to the usual one: `[U]`.
            baskets: What it buys of each group at a time, relative to the usual: `[U, G]`.
            cushion_cents: What a household likes to have in checking, `[U]`.
            reserve_cents: What one paid rarely likes to have altogether, `[U]`.
            paychecks: Paydays, `[U, K]`.
            due: What leaves checking on each day by contract, `[U, D]` cents.
        """
        self._rate, self._cushion, self._reserve = usual_rate, cushion_cents, reserve_cents
        usual_ticket = everyday_cents / DAYS_PER_MONTH / usual_rate
        # Dearer baskets (by group) move the mean ticket: the tilt answers to what is left over.
        basket = (baskets * tastes.dollar_share[way]).sum(axis=1)
        self._ticket = usual_ticket / basket
        # So many purchases as the least that things cost allow: who has little makes fewer.
        mean = np.rint(tastes.mean_ticket_cents).astype(np.int64)
        self._cheapest = mean[way, 0]
        possible = np.minimum(1.0, self._ticket / self._cheapest)
        self._rate, self._ticket = self._rate * possible, self._ticket / possible
        self._basket = basket
        self._way, self._dearest = way, int(mean.max())
        self._levels = Thresholds(mean, self._dearest + 1)
        self._dearest_level = mean.shape[1] - 1
        rhythm = world.profiles.rhythm
        self.tight = places(rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)
        self.rare = places(rhythm == Rhythm.SWEPT)
        self.is_tight = rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
        place = uniform(world.words("runs_out", 0))[self.tight]
        is_natural = world.profiles.people.target[self.tight] == NO_TARGET
        self._is_unhurried = is_natural & ~world.profiles.is_high_spender[self.tight]
        is_used_to_it = self.is_tight[world.first_chapter][self.tight]
        least, most = np.where(
            is_used_to_it,
            *(np.array(each)[:, np.newaxis] for each in (RUNS_OUT_NATURAL, RUNS_OUT_NEW)),
        )
        self._runs_out_at = np.where(is_natural, most - (most - least) * place, RUNS_OUT_AT)
        """Of each household that runs out, the share of a period that is left then: `[T]`."""
        self._times = np.where(
            self._is_unhurried, *(np.array(each)[:, np.newaxis] for each in (UNHURRIED, HURRIED))
        )
        """How often they buy, by what is left: `[4, T]`."""
        self._each = np.arange(self.tight.size)
        fewer = bounded(means[self.tight], *TIGHT_COUNT_RANGE)
        self._rate[self.tight] *= np.where(self._is_unhurried, fewer, 1.0)
        self._pace = self._rate[self.tight].copy()
        self.free_cents = np.zeros(world.users, dtype=np.int64)
        """What households that run out have before payday, of the day last looked at: `[U]`."""
        self._look_ahead(world, paychecks, due)

    def _look_ahead(self, world: World, paychecks: Paychecks, due: Ints) -> None:
        """What each day of a period means for who runs out: `[D, T]`, as a day's is looked up."""
        who = self.tight
        paydays = paychecks.day[who]
        day = np.arange(world.days)
        passed = events_passed(paydays, world.days)
        column = np.minimum(passed, paydays.shape[1] - 1)
        following = np.take_along_axis(paydays, column, axis=1)
        last = np.take_along_axis(paydays, np.maximum(passed - 1, 0), axis=1)
        period = np.maximum(following - last, 1).astype(np.float64)
        self.period = period.T.copy()
        """Days from the last payday to the next."""
        runs_out = self._runs_out_at[:, np.newaxis] * period
        self.days_left = np.maximum(1.0, (following - day) - runs_out).T.copy()
        """Days until the money is meant to be gone."""
        self._days_to_payday = np.maximum(1.0, following - day).T.copy()
        self._is_early = (day - last < 0.5 * period).T.copy()
        total = np.cumsum(due[who], axis=1)
        until = np.clip(following - 1, 0, world.days - 1)
        self.next_payday = np.full((world.users, world.days), world.days + 1, dtype=np.int64)
        self.next_payday[who] = following
        self._due_before = (np.take_along_axis(total, until, axis=1) - total).T.copy()

    def of_day(self, day: int, balances: Balances, statements_due: Ints, is_lived: Floats) -> Wants:
        """What everybody wants of a day, at its beginning.

        Args:
            day: The day.
            balances: What they have.
            statements_due: Card payments still to come before the next payday, `[U]` cents.
            is_lived: 1 for chapters that are lived, 0 for others, who buy nothing: `[U]`.

        Returns:
            Rates, tilts and what there is to spend.
        """
        has = balances.checking - balances.pending
        spendable = np.maximum(has, 0)
        thick = spendable / self._cushion
        rare = self.rare
        thick[rare] = np.maximum(has[rare] + balances.savings[rare], 0) / self._reserve[rare]
        answer = bounded(thick**CUSHION_EXPONENT, *CUSHION_ANSWER_RANGE)
        oftener = bounded(answer**COUNT_PART, *COUNT_RANGE)
        rate, ticket = self._rate * oftener, self._ticket * answer**2 / oftener
        thin = places(thick < THIN)
        if thin.size:
            rate[thin] *= bounded(ticket[thin] / self._cheapest[thin], *POSSIBLE_RANGE)
        tight = self.tight
        if tight.size:
            free = has[tight] - self._due_before[day] - statements_due[tight] - KEPT_CENTS
            has_some = free > SOME_CENTS
            step = _MONEY_STEPS_CENTS.searchsorted(free) + (self._is_early[day] & has_some)
            usual = self._rate[tight]
            pace = bounded(usual / self._pace, *PACE_RANGE)
            wants = usual * self._times[step, self._each] * pace
            left = np.maximum(free, 0)
            # What little is left is made to last.
            days = np.where(
                self._is_unhurried & ~has_some, self._days_to_payday[day], self.days_left[day]
            )
            dearest = np.minimum(left / days / wants, DEAREST_SHARE * left)
            rate[tight], ticket[tight] = wants, dearest / self._basket[tight]
            spendable[tight] = left
            self.free_cents[tight] = free
        level = self._levels.passed(self._way, np.minimum(ticket, self._dearest).astype(np.int64))
        return Wants(
            rate=rate * is_lived,
            level=np.minimum(level, self._dearest_level),
            spendable_cents=spendable,
        )

    def bought(self, user: Ints) -> None:
        """Take note of what was bought on a day: the user of each purchase, `[P]`."""
        count = np.bincount(user, minlength=self._rate.size)[self.tight]
        self._pace += (count - self._pace) / PACE_DAYS


def usual_rate(world: World, tastes: Tastes) -> Floats:
    """Purchases a day in a usual month.

    Args:
        world: The shard.
        tastes: What the population buys.

    Returns:
        Of each user, `[U]`.
    """
    factor = np.where(world.profiles.is_high_spender, HIGH_SPENDER_FACTOR, 1.0)
    return factor * tastes.purchases_per_month / DAYS_PER_MONTH
