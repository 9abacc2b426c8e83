"""What owners draw from their businesses: when, by transfer or by check, and where it goes.

Whoever lives from reserves puts draws into savings, and so does who is to run out before every
payday, whose checking is for wages; everybody else's reach checking.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.postings import Leg, Postings, Purpose, Slot, postings, transfer
from spendsense_pipeline.generation.randomness import integers, mix64, uniform, words_each
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World

DRAW_CHANCE: Final = 0.12
"""Of business days, those on which an owner draws if there is enough."""
# Draws are transfers to the own checking; some owners write themselves a check instead, mostly or
# now and then, and have it deposited when they come to it (judged).
WRITES_CHECKS_SHARE: Final = 0.12
CHECK_SHARES: Final = (0.04, 0.7)
"""Of draws, those by check: of most owners, and of who writes checks."""
DEPOSITED_DAYS: Final = np.array([0, 0, 1, 1, 2, 3, 4, 5])
"""After a check was written; a check within one bank clears on the day it is deposited."""
CHECKS_APART_DAYS: Final = 10
WITH_PAY_SHARE: Final = 0.4
"""Of owners, those who draw while their pay is fresh; who runs out before payday always does."""
FRESH_SHARE: Final = 0.3
"""Of a pay period, how long it is."""


def draw_chance(world: World, lives: World, paychecks: Paychecks, who: Ints) -> Floats:
    """How likely owners draw on a business day, if there is enough.

    Args:
        world: The shard.
        lives: The same in chapters.
        paychecks: Paydays of each chapter, `[R, K]`.
        who: Owners, `[B]`.

    Returns:
        A chance per owner and day, `[B, D]`.
    """
    days = np.arange(world.days)
    person, day = np.meshgrid(who, days, indexing="ij")
    row = lives.chapters.on(person.ravel(), day.ravel()).reshape(person.shape)
    owners, of = np.unique(row, return_inverse=True)
    paydays = paychecks.day[owners]
    passed = events_passed(paydays, world.days)
    last = np.take_along_axis(paydays, np.maximum(passed - 1, 0), axis=1)
    following = np.take_along_axis(paydays, np.minimum(passed, paydays.shape[1] - 1), axis=1)
    is_fresh = (passed > 0) & (days - last < FRESH_SHARE * (following - last))
    rhythm = lives.profiles.rhythm[owners]
    with_pay = uniform(lives.words("draws_with_pay", 0)[owners]) < WITH_PAY_SHARE
    with_pay = (with_pay & (rhythm == Rhythm.CUSHIONED)) | (rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)
    # Whom nobody pays has no such days.
    with_pay &= is_fresh.any(axis=1)
    often = np.where(is_fresh, DRAW_CHANCE / FRESH_SHARE, 0.0)
    chance = np.where(with_pay[:, np.newaxis], often, DRAW_CHANCE)
    return np.asarray(chance[of.reshape(row.shape), day])


def draws_of(world: World, lives: World, labels: Labels, who: Ints, cents: Floats) -> Postings:
    """Draws as they leave the business and reach their owner, a transfer or a check.

    Args:
        world: The shard.
        lives: The same in chapters.
        labels: The catalog's line for such checks.
        who: Owners, `[B]`.
        cents: What each draws on each day, `[B, D]`.

    Returns:
        Two rows each, of the chapters lived that day; the serial is the day it was drawn.
    """
    owner, day = np.nonzero(cents)
    user, drawn = who[owner], cents[owner, day].astype(np.int64)
    usually, often = CHECK_SHARES
    habit = uniform(world.words("draws_by_check", 0)) < WRITES_CHECKS_SHARE
    word = words_each(world.keys("draw_by_check")[user], day)
    is_check = uniform(word) < np.where(habit, often, usually)[user]
    # Nobody writes a second check while the first is not in.
    at = np.flatnonzero(is_check)
    is_check[at[1:]] &= (np.diff(user[at]) > 0) | (np.diff(day[at]) > CHECKS_APART_DAYS)
    moved, written = np.flatnonzero(~is_check), np.flatnonzero(is_check)
    moves = transfer(
        user=user[moved],
        day=day[moved],
        cents=drawn[moved],
        serial=day[moved],
        out_of=Leg(Slot.BUSINESS, Fixed.WAGE_OUT, Purpose.BUSINESS_DRAW),
        into=Leg(Slot.CHECKING, Fixed.DRAW_IN, Purpose.BUSINESS_DRAW_IN),
    )
    wait = DEPOSITED_DAYS[integers(mix64(word[written]), DEPOSITED_DAYS.size)]
    deposited = world.calendar.on_or_after(day[written] + wait).astype(np.int64)
    check = labels.counterparty("business_draw", word[written])
    checks = [
        postings(
            user=user[written],
            slot=slot,
            day=deposited,
            cents=sign * drawn[written],
            label=label,
            purpose=purpose,
            serial=day[written],
        )
        for sign, slot, label, purpose in (
            (1, Slot.BUSINESS, check, Purpose.BUSINESS_DRAW),
            (-1, Slot.CHECKING, Fixed.WINDFALL, Purpose.BUSINESS_DRAW_IN),
        )
    ]
    rows = Postings.joined([moves, *checks])
    rows = rows.where(rows.day < world.days)
    return _into_reserves(lives, lives.chapters.by_day_settled(rows))


def _into_reserves(lives: World, draws: Postings) -> Postings:
    """The same draws, into savings of those who keep them there."""
    profiles = lives.profiles
    is_to_run_out = profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    is_to_run_out &= profiles.people.target != NO_TARGET
    is_kept = ((profiles.rhythm == Rhythm.SWEPT) | is_to_run_out)[draws.user]
    label = draws.label.copy()
    label[is_kept & (label == Fixed.WAGE_OUT)] = Fixed.SAVINGS_OUT
    label[is_kept & (label == Fixed.DRAW_IN)] = Fixed.SAVINGS_IN
    is_reached = is_kept & (draws.slot == Slot.CHECKING)
    return draws.replaced(label=label, slot=np.where(is_reached, int(Slot.SAVINGS), draws.slot))
