"""What each person is dealt: cards, pay, rhythm, subscriptions and savings, as the controls ask.

Controls are dealt nested: each is spread evenly over consent and over what was dealt before it.
A target fixes what its way of living needs; the other controls are then dealt to whoever is free,
so that the population comes as near the request as the targets allow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from spendsense_pipeline.controls import OperatorControls, ResolvedConfig
from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.attributes.profiles import (
    BANDS,
    CADENCES,
    CARDS_PER_USER_MAX,
    CRITICAL,
    HIGH,
    IRREGULAR,
    LOW,
    MEDIUM,
    NO_CARD,
    PAYS_FREELY,
    Profiles,
)
from spendsense_pipeline.generation.population import (
    INCOME_RANGE_USD,
    INCOME_TIER_EDGES_USD,
    People,
    blocks_of,
    people,
)
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS, Flags, QuotaSampler
from spendsense_pipeline.generation.randomness import Floats, Ints
from spendsense_pipeline.generation.targets import WAYS_OF_LIVING, Rhythm, WayOfLiving

A = TypeVar("A", Ints, Flags)
TIGHT_SUBSCRIPTION_MAX_USD = 58.0
"""Subscriptions of a household targeted to live from paycheck to paycheck, at most."""
TIGHT_INCOME_SHARE = 0.45
"""What such a household has of the income above the lowest that others in its place have."""
ORDERS_MAX_SHARE_OF_INCOME = 0.3
"""Subscriptions and savings together take no more of income than this."""


def sample_profiles(resolved: ResolvedConfig, first_user: int, users: int) -> Profiles:
    """Deal whole blocks and keep persons `first_user … first_user + users`."""
    first_block, blocks = blocks_of(first_user, users)
    dealt = _ProfileSampler(resolved, first_block, blocks).everything()
    start = first_user - first_block * BLOCK_USERS
    kept = slice(start, start + users)
    whole = dealt.people
    return replace(
        dealt,
        people=replace(whole, **{f.name: getattr(whole, f.name)[kept] for f in fields(whole)}),
        **{f.name: getattr(dealt, f.name)[kept] for f in fields(dealt) if f.name != "people"},
    )


class _ProfileSampler:
    """Samples every attribute once, in the order in which they constrain one another."""

    def __init__(self, resolved: ResolvedConfig, first_block: int, blocks: int) -> None:
        seed = resolved.config.seed
        self._controls: OperatorControls = resolved.controls
        self._people = people(resolved, first_block, blocks)
        self._sampler = QuotaSampler(seed, first_block, blocks)
        self._cards = QuotaSampler(
            seed, first_block, blocks, width=BLOCK_USERS * CARDS_PER_USER_MAX
        )
        self._target = self._people.target.reshape(self._sampler.shape)
        self._withheld = np.where(self._people.has_consented, 0, 1).reshape(self._sampler.shape)
        self._shows_lower, self._hides_lower = self._overlaps()

    def everything(self) -> Profiles:
        card_count = self._card_counts()
        band = self._bands(card_count)
        is_revolving = np.any(band >= HIGH, axis=2)
        cadence = self._cadences(is_revolving)
        rhythm = self._rhythms(cadence, is_revolving)
        count, spend = self._subscriptions(is_revolving, cadence, rhythm)
        all_low = np.all(band <= LOW, axis=2)
        transfer = self._savings(is_revolving, all_low, rhythm, spend)
        modest = self._lives(lambda way: way.savings == "modest") & all_low
        growth = self._controls.savings_growth_target_pct / 100
        return Profiles(
            people=self._earners(rhythm, spend, transfer),
            card_count=card_count.ravel(),
            card_band=band.reshape(-1, CARDS_PER_USER_MAX),
            card_payment=self._payments(band).reshape(-1, CARDS_PER_USER_MAX),
            cadence=cadence.ravel(),
            rhythm=rhythm.ravel(),
            subscription_count=count.ravel(),
            subscription_spend_usd=spend.ravel(),
            savings_transfer_usd=transfer.ravel(),
            savings_growth_share=np.where(
                modest, np.minimum(growth, targets.MODEST_GROWTH_MAX_SHARE), growth
            ).ravel(),
            saves_weekly=(
                self._lives(lambda way: way.savings == "builder")
                | self._sampler.share("saves_weekly", 0.5, strata=(transfer > 0,))
            ).ravel(),
            is_high_spender=self._sampler.share(
                "high_spender",
                self._controls.high_spender_probability,
                strata=(self._withheld, rhythm, count > 0),
            ).ravel(),
            is_joint=self._sampler.share(
                "joint", self._controls.joint_account_rate, strata=(self._withheld,)
            ).ravel(),
            has_business=self._sampler.share(
                "business", self._controls.business_account_rate, strata=(self._withheld,)
            ).ravel(),
        )

    def _earners(self, rhythm: Ints, spend: Floats, transfer: Floats) -> People:
        """The people with incomes that fit their way of living: those who live from paycheck to
        paycheck earn less, those with large orders enough to pay them."""
        income: Floats = self._people.income_monthly_usd.reshape(rhythm.shape)
        lowest = INCOME_RANGE_USD[0]
        reduced = lowest + (income - lowest) * TIGHT_INCOME_SHARE
        income = np.where(rhythm == Rhythm.PAYCHECK_TO_PAYCHECK, reduced, income)
        income = np.maximum(income, (spend + transfer) / ORDERS_MAX_SHARE_OF_INCOME).ravel()
        tier = np.searchsorted(np.array(INCOME_TIER_EDGES_USD), income)
        return replace(self._people, income_monthly_usd=income, income_tier=tier)

    def _lives(self, has: Callable[[WayOfLiving], bool]) -> Flags:
        """Who is targeted to a way of living with this property."""
        codes = [targets.TARGET_CODES[key] for key, way in WAYS_OF_LIVING.items() if has(way)]
        return np.isin(self._target, codes)

    def _is_free(self) -> Flags:
        return np.asarray(self._target == targets.NO_TARGET, dtype=np.bool_)

    def _overlaps(self) -> tuple[Flags, Flags]:
        """Targeted people who must show, and who must not show, a lower-ranked persona."""
        none = np.zeros(self._sampler.shape, dtype=np.bool_)
        rate = self._controls.overlap_rate
        if rate is None:
            return none, none
        may = self._lives(lambda way: way.overlap is not None)
        wanted = np.rint(rate * (may & (self._withheld == 0)).sum(axis=1)).astype(np.int64)
        shows = self._sampler.pick("overlap", wanted, may & (self._withheld == 0), (self._target,))
        return shows, may & ~shows

    def _must_show(self, behaviour: str) -> Flags:
        return self._shows_lower & self._lives(lambda way: way.overlap == behaviour)

    def _card_counts(self) -> Ints:
        """0, 1 or 2 cards: accounts per user less checking and savings."""
        shares = self._controls.accounts_per_user_distribution
        may_go_without = ~self._lives(lambda way: way.cards == "revolving")
        without = self._sampler.share(
            "no_card", shares.get("2", 0.0), may_go_without, (self._withheld, self._target + 1)
        )
        one, two = shares.get("3", 0.0), shares.get("4", 0.0)
        holders = self._sampler.categories(
            "cards", (one, two) if one + two > 0 else (1.0, 0.0), ~without, (self._withheld,)
        )
        return holders + 1

    def _bands(self, card_count: Ints) -> Ints:
        """Utilisation band of every card, `[B, 100, 2]`, NO_CARD where there is none."""
        holds = np.arange(CARDS_PER_USER_MAX) < card_count[:, :, np.newaxis]
        exists = holds.reshape(self._cards.shape)
        is_second = np.tile(np.arange(CARDS_PER_USER_MAX) > 0, BLOCK_USERS)
        revolves = _per_card(self._lives(lambda way: way.cards == "revolving"))
        only_low = _per_card(
            self._lives(lambda way: way.cards == "low") | self._must_show("savings")
        )
        may_revolve = exists & (_per_card(self._is_free()) | revolves)
        forced = exists & revolves & ~is_second

        shares = [self._controls.credit_utilization_distribution.get(band, 0.0) for band in BANDS]
        strata = (_per_card(self._withheld), _per_card(card_count), is_second)
        cards = exists.sum(axis=1)
        top = shares[HIGH] + shares[CRITICAL]
        wanted = np.rint(cards * top).astype(np.int64)
        extra = wanted - forced.sum(axis=1)
        above_half = forced | self._cards.pick("revolving", extra, may_revolve & ~forced, strata)
        critical = np.rint(
            above_half.sum(axis=1) * (shares[CRITICAL] / top if top > 0 else 0.0)
        ).astype(np.int64)
        is_critical = self._cards.pick("critical", critical, above_half, strata)
        below_half = exists & ~above_half
        bottom = shares[LOW] + shares[MEDIUM]
        medium = np.rint(
            below_half.sum(axis=1) * (shares[MEDIUM] / bottom if bottom > 0 else 0.0)
        ).astype(np.int64)
        is_medium = self._cards.pick("medium", medium, below_half & ~only_low, strata)
        band = np.where(is_critical, CRITICAL, np.where(above_half, HIGH, LOW))
        band = np.where(is_medium, MEDIUM, band)
        return np.where(exists, band, NO_CARD).reshape(holds.shape)

    def _payments(self, band: Ints) -> Ints:
        """How high and critical cards are paid: late, the minimum only, or freely."""
        late = self._controls.overdue_probability
        minimum = self._controls.min_payment_only_probability
        withheld = _per_card(self._withheld)
        flat = band.reshape(self._cards.shape)
        dealt = self._cards.categories(
            "card_payment", (max(0.0, 1 - late - minimum), late, minimum), flat >= HIGH, (withheld,)
        )
        return np.where(dealt < 0, PAYS_FREELY, dealt).reshape(band.shape)

    def _cadences(self, is_revolving: Flags) -> Ints:
        shares = self._controls.payroll_pattern_distribution
        must = self._lives(lambda way: way.payroll == "irregular")
        may = ~must & ~self._lives(lambda way: way.payroll == "regular")
        strata = (self._withheld, is_revolving, self._target + 1)
        irregular = self._sampler.share(
            "irregular_pay", shares.get("irregular", 0.0), may, strata, already=must
        )
        regular = [shares.get(cadence, 0.0) for cadence in CADENCES[:IRREGULAR]]
        if sum(regular) <= 0:  # everybody irregular was asked for, but some targets cannot be
            regular = [0.0, 1.0, 0.0, 0.0]
        dealt = self._sampler.categories("pay_cadence", regular, ~irregular, strata)
        return np.where(irregular, IRREGULAR, dealt)

    def _rhythms(self, cadence: Ints, is_revolving: Flags) -> Ints:
        natural = self._is_free()
        stressed = self._sampler.share(
            "cash_flow_stress",
            self._controls.cash_flow_stress_rate,
            natural & (cadence != IRREGULAR),
            (self._withheld, is_revolving),
        )
        rhythm = np.where(natural & (cadence == IRREGULAR), Rhythm.SWEPT, Rhythm.CUSHIONED)
        rhythm = np.where(stressed & natural, Rhythm.PAYCHECK_TO_PAYCHECK, rhythm)
        for key, way in WAYS_OF_LIVING.items():
            rhythm = np.where(self._target == targets.TARGET_CODES[key], way.rhythm, rhythm)
        return rhythm.astype(np.int64)

    def _subscriptions(
        self, is_revolving: Flags, cadence: Ints, rhythm: Ints
    ) -> tuple[Ints, Floats]:
        """Number of subscriptions and their wanted monthly total, 0 for non-adopters."""
        controls = self._controls
        heavy = self._lives(lambda way: way.subscriptions == "heavy") | self._must_show(
            "subscriptions"
        )
        light = self._lives(lambda way: way.subscriptions == "light") | (
            self._hides_lower & ~self._lives(lambda way: way.subscriptions == "heavy")
        )
        has_any = self._sampler.share(
            "subscription_adopter",
            controls.subscription_adoption_rate,
            ~heavy,
            (self._withheld, is_revolving, cadence == IRREGULAR, rhythm, self._target + 1),
            already=heavy,
        )
        fewest, most = controls.subscription_count_min, controls.subscription_count_max
        strata = (self._withheld, heavy, is_revolving, rhythm)
        step = self._sampler.categories(
            "subscription_count", [1.0] * (most - fewest + 1), has_any, strata
        )
        count = fewest + np.maximum(step, 0)
        count = np.where(heavy, np.maximum(count, targets.HEAVY_SUBSCRIPTION_COUNT_MIN), count)
        lowest, highest = controls.subscription_monthly_spend_range
        low = np.where(heavy, max(lowest, targets.HEAVY_SUBSCRIPTION_SPEND_MIN_USD), lowest)
        high = np.where(heavy, np.maximum(highest, low + 3), highest)
        ceiling = np.where(light, targets.LIGHT_SUBSCRIPTION_SPEND_MAX_USD, np.inf)
        # Money kept for a charge is money in the bank: who is targeted to be out of it keeps less.
        tight = self._lives(lambda way: way.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK) & ~light
        ceiling = np.where(tight, np.where(heavy, low + 3, TIGHT_SUBSCRIPTION_MAX_USD), ceiling)
        high = np.minimum(high, ceiling)
        low = np.minimum(low, high)
        place = self._sampler.quantiles("subscription_spend", has_any, strata)
        spend = low + place * (high - low)
        return np.where(has_any, count, 0), np.where(has_any, spend, 0.0)

    def _savings(self, is_revolving: Flags, all_low: Flags, rhythm: Ints, spend: Floats) -> Floats:
        """Wanted monthly transfer to savings, 0 for who has no standing order."""
        controls = self._controls
        builder = self._lives(lambda way: way.savings == "builder") | self._must_show("savings")
        never = self._lives(lambda way: way.savings == "none") | self._hides_lower
        strata = (self._withheld, is_revolving, all_low, spend > 0, self._target + 1)
        has_order = builder
        # Households that live from hand to mouth or on a weekly wage save last, if enough others
        # cannot make up the share.
        ease = (rhythm == Rhythm.CUSHIONED, rhythm == Rhythm.SWEPT, rhythm >= 0)
        for order, able in enumerate(ease):
            has_order = self._sampler.share(
                f"savings_adopter_{order}",
                controls.savings_adoption_rate,
                able & ~never,
                strata,
                already=has_order,
            )
        modest = self._lives(lambda way: way.savings == "modest") & all_low
        lowest, highest = controls.savings_transfer_range
        floor = targets.BUILDER_TRANSFER_MIN_USD
        low = np.where(builder, max(lowest, floor), lowest)
        high = np.where(builder, np.maximum(highest, low * 1.2), highest)
        high = np.where(modest, np.minimum(high, targets.MODEST_TRANSFER_MAX_USD), high)
        low = np.minimum(low, high)
        place = self._sampler.quantiles("savings_transfer", has_order, strata)
        return np.where(has_order, low + place * (high - low), 0.0)


def _per_card(per_user: A) -> A:
    """What holds for a user, for each of the cards they may have: `[B, 100] -> [B, 200]`."""
    repeated: A = np.repeat(per_user, CARDS_PER_USER_MAX, axis=1)
    return repeated
