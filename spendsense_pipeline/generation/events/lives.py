"""From people to the chapters of their lives: what is dealt to a stretch of the population."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.attributes import Cadence, IncomeSources, Profiles
from spendsense_pipeline.generation.behaviours.card_products import wanted_limits
from spendsense_pipeline.generation.behaviours.card_uses import CardUse
from spendsense_pipeline.generation.behaviours.credit import CardDraw
from spendsense_pipeline.generation.behaviours.homes import homes
from spendsense_pipeline.generation.behaviours.housing import (
    CHILDCARE,
    MORTGAGE,
    OF_A_CAR,
    RENT,
    contracted,
)
from spendsense_pipeline.generation.behaviours.savings import plan_savings
from spendsense_pipeline.generation.events.chapters import Chapters
from spendsense_pipeline.generation.events.dealing import deal_events
from spendsense_pipeline.generation.events.happening import Dealt
from spendsense_pipeline.generation.events.kinds import LIFE_EVENTS
from spendsense_pipeline.generation.events.situation import Situation, lives_as
from spendsense_pipeline.generation.events.turns import BEFORE_ALL, Turns
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.means import THIN_SHARE
from spendsense_pipeline.generation.population import blocks_of
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World, make_world

EVERYDAY_INCOME_SHARE: Final = 0.4
"""Of income, about what there is for purchases; enough to guess at a limit."""


@dataclass(frozen=True)
class Events:
    """What happens to a shard's people up to as_of, one entry each (`[E]`), by person and day."""

    person: Ints
    """Index within the shard."""
    number: Ints
    """Which of the person's events it is, from 0."""
    day: Ints
    """Day of the plan."""
    over_day: Ints
    """Day of the plan it is over, -1 where what has changed stays so."""
    kind: tuple[str, ...]
    before: Situation
    during: Situation
    persona_before: Ints
    """One of TARGET_CODES."""
    persona_after: Ints


def yearly_rate(world: World) -> float:
    """Events a person and year: as asked of a natural population, and of another if asked."""
    resolved = world.resolved
    if resolved.is_natural or resolved.is_given("controls", "life_event_rate"):
        return resolved.controls.life_event_rate
    return 0.0


def with_events(world: World, labels: Labels) -> tuple[World, Events]:
    """Let happen what happens to the people of a shard.

    Args:
        world: The shard, everybody in their first chapter.
        labels: The catalog.

    Returns:
        The same shard with the chapters that have begun by as_of, and the events that begin them.
    """
    first = int(world.profiles.people.numbers[0])
    first_block, blocks = blocks_of(first, world.users)
    whole = world
    if world.users != blocks * BLOCK_USERS:
        whole = make_world(world.resolved, first_block * BLOCK_USERS, blocks * BLOCK_USERS)
    dealt = _dealt(whole, labels)
    offset = first - first_block * BLOCK_USERS
    kept = (dealt.person >= offset) & (dealt.person < offset + world.users)
    return _chapters(world, dealt, np.flatnonzero(kept), offset)


def _dealt(whole: World, labels: Labels) -> Dealt:
    """What is dealt to whole blocks of people."""
    controls = whole.resolved.controls
    people = whole.profiles.people
    situation = situation_of(whole, labels)
    persona, _ = lives_as(situation)
    return deal_events(
        situation,
        seed=whole.seed,
        numbers=people.numbers,
        has_consented=people.has_consented,
        traits=_traits(whole.profiles, persona),
        yearly_rate=yearly_rate(whole),
        weights=controls.life_event_weights
        or {kind: event.yearly_share for kind, event in LIFE_EVENTS.items()},
        kinds=list(LIFE_EVENTS.values()),
        last_day=whole.as_of_day - whole.history_day,
    )


def _traits(profiles: Profiles, persona: Ints) -> Ints:
    """What controls ask of people, as small numbers: `[F, U]`."""
    return np.stack(
        [
            persona,
            profiles.card_count,
            profiles.card_band[:, 0] + 1,
            profiles.card_band[:, 1] + 1,
            np.where(profiles.is_retired, len(Cadence), profiles.cadence),
            np.minimum(profiles.subscription_count, 3),
            (profiles.savings_transfer_usd > 0).astype(np.int64),
            profiles.is_high_spender.astype(np.int64),
        ]
    )


def situation_of(world: World, labels: Labels) -> Situation:
    """How people live on history_start.

    Args:
        world: Whole blocks of people.
        labels: The catalog.

    Returns:
        `[U]`.
    """
    profiles, people, income = world.profiles, world.profiles.people, world.profiles.income
    plan = plan_savings(world, labels)
    cents, _ = contracted(world, labels, plan.monthly_cents / 100)
    home = homes(world)
    limit = wanted_limits(
        world,
        np.arange(world.users),
        np.where(profiles.card_band[:, 0] <= 0, CardUse.IN_FULL, CardUse.HIGH),
        profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK,
        np.zeros(world.users, dtype=np.bool_),
        uniform(world.words("card", int(CardDraw.LIMIT))),
        people.income_monthly_usd * 100 * EVERYDAY_INCOME_SHARE,
    )
    nothing, no = np.zeros(world.users, dtype=np.int64), np.zeros(world.users, dtype=np.bool_)
    none = np.zeros(world.users)
    thin = uniform(world.words("cushion", 1)) < THIN_SHARE
    thin &= (people.target == NO_TARGET) & (profiles.rhythm == Rhythm.CUSHIONED)
    return Situation(
        age_years=people.age_years,
        earned_two=profiles.has_second_earner,
        is_tenant=cents[:, RENT] > 0,
        owns_outright=home.is_owner & ~home.owes,
        drives=np.asarray(cents[:, list(OF_A_CAR)].any(axis=1)),
        is_thin=thin,
        bills_usd=cents.sum(axis=1) / 100,
        rent_usd=(cents[:, RENT] + cents[:, MORTGAGE]) / 100,
        pays_childcare=cents[:, CHILDCARE] > 0,
        savings_usd=plan.opening_cents / 100,
        limit_usd=limit,
        household_type=people.household_type,
        is_retired=people.is_retired,
        main_pay_usd=income.main_pay_usd,
        second_pay_usd=income.second_pay_usd,
        social_security_usd=income.social_security_usd,
        pension_usd=income.pension_usd,
        unemployment_usd=income.unemployment_usd,
        cadence=profiles.cadence,
        second_cadence=profiles.second_cadence,
        rhythm=profiles.rhythm,
        card_band=profiles.card_band,
        card_payment=profiles.card_payment,
        subscription_count=profiles.subscription_count,
        subscription_spend_usd=profiles.subscription_spend_usd,
        is_light_subscriber=profiles.is_light_subscriber,
        savings_transfer_usd=profiles.savings_transfer_usd,
        saves_weekly=profiles.saves_weekly,
        employer=nothing,
        drives_for_platform=no,
        waits_days=nothing,
        rent_share=none + 1.0,
        homes=nothing,
        childcare_usd=none,
        lump_cents=nothing,
        lump_label=nothing,
        lump_on_card=no,
        pays_off=no,
        keeps_one=no,
        signed_up=nothing,
    )


def _chapters(world: World, dealt: Dealt, kept: Ints, offset: int) -> tuple[World, Events]:
    """The chapters that dealt events begin, and the events among the shard's people."""
    # What happens is known to the bank when it is open.
    calendar = world.calendar
    day = calendar.on_or_after(dealt.day[kept] + world.history_day).astype(np.int64)
    kept, day = kept[day <= world.as_of_day], day[day <= world.as_of_day]
    person, lasts = dealt.person[kept] - offset, dealt.over_after_days[kept]
    over = np.where(lasts >= 0, calendar.on_or_after(day + np.maximum(lasts, 0)), -1)
    number = np.arange(person.size) - np.searchsorted(person, person)
    is_over = np.flatnonzero((over >= 0) & (over <= world.as_of_day))
    lives = _one_after_the_other(
        [dealt.during.rows(kept), _quiet_ends(dealt, kept[is_over])],
        np.concatenate([person, person[is_over]]),
        np.concatenate([day, over[is_over]]),
    )
    situation, of_person, from_day = lives
    chapters = Chapters.of(of_person, from_day, world.users)
    profiles = _profiles(world.profiles, situation, of_person)
    events = Events(
        person=person,
        number=number,
        day=day,
        over_day=over,
        kind=tuple(dealt.kind[at] for at in kept.tolist()),
        before=dealt.before.rows(kept),
        during=dealt.during.rows(kept),
        persona_before=dealt.persona_before[kept],
        persona_after=dealt.persona_after[kept],
    )
    return (
        replace(
            world,
            profiles=profiles,
            chapters=chapters,
            turns=_turns(world.users, situation, of_person, from_day),
        ),
        events,
    )


def _quiet_ends(dealt: Dealt, at: Ints) -> Situation:
    """How people live when an event is over, without what its day alone brought."""
    return dealt.after.rows(at).changed(lump_cents=0, lump_on_card=False, pays_off=False)


def _one_after_the_other(
    parts: list[Situation], person: Ints, day: Ints
) -> tuple[Situation, Ints, Ints]:
    """Situations in order of person and day, `[E]`, with both."""
    order = np.lexsort((day, person))
    whole = Situation(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])[order]
            for name in Situation.__dataclass_fields__
        }
    )
    return whole, person[order], day[order]


def _profiles(first: Profiles, situation: Situation, person: Ints) -> Profiles:
    """Profiles of all chapters: those of first ones, then what events have made of them."""

    def then(begins: np.ndarray, goes_on: np.ndarray) -> np.ndarray:
        return np.concatenate([begins, goes_on.astype(begins.dtype)])

    def same(begins: np.ndarray) -> np.ndarray:
        return np.concatenate([begins, begins[person]])

    people, income = first.people, first.income
    names = {
        name: then(getattr(first, name), getattr(situation, name))
        for name in (
            "card_band",
            "card_payment",
            "cadence",
            "second_cadence",
            "rhythm",
            "subscription_count",
            "subscription_spend_usd",
            "is_light_subscriber",
            "savings_transfer_usd",
            "saves_weekly",
        )
    }
    everybody = np.concatenate([np.arange(people.size), person])
    return replace(
        first,
        people=replace(
            people.where(everybody),
            target=then(people.target, _targets(people.target[person], situation)),
            household_type=then(people.household_type, situation.household_type),
            is_retired=then(people.is_retired, situation.is_retired),
            income_monthly_usd=then(people.income_monthly_usd, situation.income_usd),
        ),
        income=IncomeSources(
            **{
                name: then(getattr(income, name), getattr(situation, name))
                for name in IncomeSources.names()
            }
        ),
        card_count=same(first.card_count),
        late_place=same(first.late_place),
        savings_growth_share=same(first.savings_growth_share),
        is_high_spender=same(first.is_high_spender),
        is_joint=same(first.is_joint),
        has_business=same(first.has_business),
        **names,
    )


def _targets(first: Ints, situation: Situation) -> Ints:
    """Who was given a target has another one after an event: `[E]`."""
    persona, _ = lives_as(situation)
    return np.where(first == NO_TARGET, NO_TARGET, persona)


def _turns(persons: int, situation: Situation, person: Ints, day: Ints) -> Turns:
    """What chapters have of their own: `[persons + E]`."""
    signed_up_day = np.full(person.size, BEFORE_ALL)
    latest: dict[int, tuple[int, int]] = {}
    for row, (who, count, on) in enumerate(
        zip(person.tolist(), situation.signed_up.tolist(), day.tolist(), strict=True)
    ):
        was, since = latest.get(who, (0, BEFORE_ALL))
        latest[who] = (count, on if count > was else since)
        signed_up_day[row] = latest[who][1]
    waits = np.where(situation.waits_days > 0, day + situation.waits_days, BEFORE_ALL)
    others = Turns(
        employer=situation.employer,
        drives_for_platform=situation.drives_for_platform,
        paid_from_day=waits,
        rent_share=situation.rent_share,
        homes=situation.homes,
        childcare_cents=np.rint(situation.childcare_usd * 100).astype(np.int64),
        lump_cents=situation.lump_cents,
        lump_label=situation.lump_label,
        lump_on_card=situation.lump_on_card,
        pays_off=situation.pays_off,
        keeps_one=situation.keeps_one,
        signed_up=situation.signed_up,
        signed_up_day=signed_up_day,
    )
    return Turns.joined([Turns.none(persons), others])
