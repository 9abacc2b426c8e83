"""Credit cards: limits, rates, how far each is meant to be used, and the dates of its cycles.

What a card is charged and paid from day to day is lived (see `living`); here is what its holder and
its issuer settled beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import CARDS_PER_USER_MAX, Band, PaymentHabit
from spendsense_pipeline.generation.behaviours.card_payments import LATE_FEE_CENTS, habits_of
from spendsense_pipeline.generation.behaviours.card_products import (
    HEAVY_LIMIT_MONTHS,
    LIMIT_FLOOR_USD,
    choose_cards,
    store_cards,
    wanted_limits,
)
from spendsense_pipeline.generation.behaviours.card_uses import (
    STORE_CARD_SET_POINT,
    STORE_CARD_SHARE,
    USES,
    CardUse,
)
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.late_payers import (
    ROOM_FEES,
    ROOM_INTEREST_SHARE,
    Lateness,
    lateness,
)
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.postings import Slot
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.shops import Favourites
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

PROMOTION_SHARE = 0.42
"""Of medium cards of who might use one heavily and pay it in full; the others do. Together with
those of who could not it comes to about two thirds, and never beyond three quarters for long."""
DUE_DAYS_RANGE = (21, 25)
LATE_PAYER_DUE_DAYS = 21
LATE_PAYMENT_DAYS = 3
"""After the due date, at most, when a late payer answers the statement before."""
SLIP_SHARES = {0: 0.05, 3_500: 0.02, 5_000: 0.006}
"""Of payments of cards that carry a balance, those that come a few days late, by monthly income
from which on: a fee follows, and the next payment is in time again (late in a year: 40 % of who
earns less than $25,000 and buys now, pays later, 26 % of up to $50,000, SHED 2024)."""
SLIP_DAYS = 6
EARLY_DAYS = 6
HEAVY_PARTS = 3
HEAVY_PART_DAYS = 7
"""Who uses a card that heavily pays the statement in weekly parts, the last when it is due."""
SECOND_CARD_FACTOR = 0.2
"""Of the purchases on a card paid in full, those left beside one that is used heavily."""
_NEVER_DAYS = 400


class CardDraw(IntEnum):
    """What is drawn for a card, in the order of its draws."""

    LIMIT = 0
    SET_POINT = 1
    PROMOTION = 2
    OF_STORE = 3
    APR = 4
    STATEMENT_DAY = 5
    DUE_DAYS = 6
    EARLY_DAYS = 7


@dataclass(frozen=True)
class Cards:
    """All cards of the shard, one array entry each (`[C]`), with their cycles (`[C, J]`)."""

    user: Ints
    product: Ints
    """Row of the card products."""
    slot: Ints
    band: Ints
    use: Ints
    """A `CardUse`."""
    payment: Ints
    """A `PaymentHabit`."""
    limit_cents: Ints
    apr_basis_points: Ints
    is_of_store: Flags
    """Whether only a store takes it."""
    set_point: Floats
    """Share of the limit that use settles at."""
    habit_cents: Ints
    """What is paid each month of a balance that is carried, or comes on top of the minimum."""
    pays_over_minimum: Flags
    """Which of the two it is."""
    purchase_share: Floats
    """Of purchases, those on a card that carries a balance where it stands as usual."""
    issued: Ints
    """Statement days `[C, J]`, the first in the plan first; past the plan where there are fewer."""
    due: Ints
    pays_on: Ints
    """Day the payment answering each statement settles."""
    is_behind: Flags
    """Which statements are answered late, `[C, J]`."""
    skips: Flags
    """Which of those are not answered at all, if there is room for it on the card: `[C, J]`."""

    @property
    def count(self) -> int:
        """Number of cards."""
        return int(self.user.size)

    @property
    def is_paid_in_full(self) -> Flags:
        """Whether every statement is paid in full: `[C]`."""
        return np.asarray(self.use <= CardUse.HEAVY_IN_FULL, dtype=np.bool_)

    @property
    def ceiling_cents(self) -> Floats:
        """What nothing is bought beyond, `[C]`: who pays late knows of fees, and of the interest
        that nothing is paid of for months."""
        ceiling = np.array([USES[each].ceiling for each in CardUse])[self.use] * self.limit_cents
        return np.asarray(ceiling - self._room_for_lateness_cents)

    @property
    def most_at_first_cents(self) -> Floats:
        """What each card owes at most when the history opens, `[C]`: fees come on top of it, and
        may take it beyond its limit, but not out of its band."""
        room = self._room_for_lateness_cents
        may_leave_band = (self.use == CardUse.HIGH) & (room > 0)
        return np.where(may_leave_band, self.ceiling_cents, self.limit_cents - room / 2)

    @property
    def _room_for_lateness_cents(self) -> Floats:
        room = ROOM_FEES * LATE_FEE_CENTS + ROOM_INTEREST_SHARE * self.limit_cents
        return np.where(self.payment == PaymentHabit.LATE, room, 0.0)


def plan_cards(
    world: World,
    paychecks: Paychecks,
    catalog: Catalog,
    usual_shops: Favourites,
    everyday_cents: Floats,
) -> Cards:
    """The cards of the shard: limits, rates, set points and the dates of their cycles.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`: who lives from paycheck to paycheck pays a card from
            one.
        catalog: The cards on offer, and who takes them.
        usual_shops: Where each user goes, who may hold a store's card.
        everyday_cents: What each user has for purchases and subscriptions in a month, `[U]`.

    Returns:
        Cards in order of user and slot, `[C]`.
    """
    profiles = world.profiles
    user, which = np.nonzero(profiles.card_band >= Band.LOW)
    band = profiles.card_band[user, which]
    payment = profiles.card_payment[user, which]
    draws = uniform(world.words("card", np.arange(CARDS_PER_USER_MAX * len(CardDraw))))
    drawn = draws.reshape(world.users, CARDS_PER_USER_MAX, len(CardDraw))[user, which]
    is_tight = profiles.rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK
    # Who runs out before payday cannot put most of what they buy on a card and pay it in full.
    # Nor can two cards be used that heavily.
    is_second = (which > 0) & (profiles.card_band[user, 0] == Band.MEDIUM)
    # Nor does who buys little, on a card of the least limit there is.
    fills = everyday_cents[user] / 100 * HEAVY_LIMIT_MONTHS[0] >= LIMIT_FLOOR_USD
    is_promotion = drawn[:, CardDraw.PROMOTION] < PROMOTION_SHARE
    is_promotion |= is_tight | is_second | ~fills
    use = np.select(
        [band == Band.LOW, band == Band.MEDIUM, band == Band.HIGH],
        [
            int(CardUse.IN_FULL),
            np.where(is_promotion, CardUse.PROMOTION, CardUse.HEAVY_IN_FULL),
            int(CardUse.HIGH),
        ],
        int(CardUse.CRITICAL),
    )
    # A card is the same card in every chapter of its holder's life, used otherwise in some.
    first = _first_chapters(world, user, which)
    use = np.where(band == band[first], use[first], use)
    products = catalog.card_products
    liked = store_cards(catalog, usual_shops, user)
    is_of_store = (which > 0) & (use == CardUse.IN_FULL) & liked.any(axis=1)
    is_of_store &= drawn[:, CardDraw.OF_STORE] < STORE_CARD_SHARE
    offered = np.where(is_of_store[:, np.newaxis], liked, ~products.is_of_store)
    chosen = choose_cards(
        world,
        products,
        user,
        which,
        use == CardUse.PROMOTION,
        wanted_limits(
            world, user, use, is_tight, is_of_store, drawn[:, CardDraw.LIMIT], everyday_cents
        ),
        drawn[:, CardDraw.APR],
        offered,
    )
    low, high = (np.array([USES[each].set_point[end] for each in CardUse])[use] for end in (0, 1))
    low, high = np.where(is_of_store, [[0.0], [STORE_CARD_SET_POINT]], [low, high])
    power = np.array([USES[each].towards_low for each in CardUse])[use]
    issued, due, pays_on, late = _dates(
        world,
        paychecks,
        user,
        which,
        use,
        payment,
        is_tight,
        first,
        drawn[:, [CardDraw.STATEMENT_DAY, CardDraw.DUE_DAYS, CardDraw.EARLY_DAYS]],
    )
    pays_on = _answered_as_before(world, user, which, issued, pays_on)
    set_point = low + (high - low) * drawn[:, CardDraw.SET_POINT] ** power
    limit_cents, apr = chosen.limit_cents[first], chosen.apr_basis_points[first]
    habit = habits_of(
        world,
        user,
        which,
        use,
        payment,
        limit_cents=limit_cents,
        apr_basis_points=apr,
        set_point=set_point,
        everyday_cents=everyday_cents,
    )
    return Cards(
        user=user,
        product=chosen.product[first],
        slot=np.where(which == 0, Slot.CARD_1, Slot.CARD_2),
        band=band,
        use=use,
        payment=payment,
        limit_cents=limit_cents,
        apr_basis_points=apr,
        is_of_store=is_of_store[first],
        set_point=set_point,
        habit_cents=habit.sum_cents,
        pays_over_minimum=habit.is_over_minimum,
        purchase_share=habit.purchase_share,
        issued=issued,
        due=due,
        pays_on=pays_on,
        is_behind=late.is_behind,
        skips=late.is_skipped,
    )


def _first_chapters(world: World, user: Ints, which: Ints) -> Ints:
    """The card of the holder's first chapter that each is: `[C]`."""
    number = np.full((world.users, CARDS_PER_USER_MAX), -1, dtype=np.int64)
    number[user, which] = np.arange(user.size)
    return number[world.first_chapter[user], which]


def _answered_as_before(world: World, user: Ints, which: Ints, issued: Ints, pays_on: Ints) -> Ints:
    """Days of payments, `[C, J]`: a statement from before a chapter is answered as it would have
    been in the one before."""
    chapters = world.chapters
    number = np.full((world.users, CARDS_PER_USER_MAX), -1, dtype=np.int64)
    number[user, which] = np.arange(user.size)
    before = number[chapters.before[user], which]
    is_earlier = issued < chapters.first_day[user][:, np.newaxis]
    answered = pays_on.copy()
    for each in range(1, int(chapters.number.max(initial=0)) + 1):
        at = np.flatnonzero(chapters.number[user] == each)
        answered[at] = np.where(is_earlier[at], answered[before[at]], answered[at])
    return answered


def _dates(
    world: World,
    paychecks: Paychecks,
    user: Ints,
    which: Ints,
    use: Ints,
    payment: Ints,
    is_tight: Flags,
    first: Ints,
    drawn: Floats,
) -> tuple[Ints, Ints, Ints, Lateness]:
    """Statement, due and payment days, each `[C, J]`, and which are late; what the issuer sets is
    that of the first chapter."""
    calendar = world.calendar
    day_draw, due_draw, early_draw = drawn.T
    months = np.arange(-1, calendar.month_count + 1)
    day_of_month = 1 + np.minimum((day_draw * 28).astype(np.int64), 27)
    # Who lives from paycheck to paycheck has the statement closed a week and a half before payday,
    # so that a payday lies between statement and due date.
    next_pay = np.take_along_axis(
        paychecks.day[user], paychecks.first[user][:, np.newaxis], axis=1
    )[:, 0]
    next_pay = np.clip(next_pay, 0, world.days - 1)
    before_pay = (calendar.day_of_month[next_pay] - 12) % 28 + 1
    day_of_month = np.where(is_tight, before_pay, day_of_month)[first]
    issued = calendar.clamp_day(months, day_of_month[:, np.newaxis]).astype(np.int64)
    # Rows start at the first statement in the plan; those before it are dropped.
    earlier = (issued < 0).sum(axis=1)
    columns = earlier[:, np.newaxis] + np.arange(months.size - 2)
    beyond = columns >= months.size
    issued = np.take_along_axis(issued, np.minimum(columns, months.size - 1), axis=1)
    issued = np.where(beyond, world.days + _NEVER_DAYS, issued)
    shortest, longest = DUE_DAYS_RANGE
    wait = shortest + np.minimum(due_draw * (longest - shortest + 1), longest - shortest)
    is_late = payment == PaymentHabit.LATE
    wait = np.where(is_late, LATE_PAYER_DUE_DAYS, wait.astype(np.int64))[first]
    due = issued + wait[:, np.newaxis]
    cycle = which[:, np.newaxis] * 64 + np.arange(issued.shape[1])
    when = uniform(world.words("card_payment_day", np.arange(CARDS_PER_USER_MAX * 64)))
    slip = np.take_along_axis(when[user], cycle, axis=1)
    # Mostly on the same day of the cycle, a day or two earlier now and then.
    early = (early_draw * EARLY_DAYS).astype(np.int64)[:, np.newaxis] + (slip > 0.7) * 1
    pays_on = calendar.on_or_before(due - np.where(is_tight[:, np.newaxis], 0, early))
    from_usd, slip_shares = np.array([*SLIP_SHARES]), np.array([*SLIP_SHARES.values()])
    income = world.profiles.people.income_monthly_usd[user]
    slip_share = slip_shares[np.searchsorted(from_usd, income, side="right") - 1]
    slip_share = np.where(
        world.profiles.savings_transfer_usd[user] > 0, slip_shares[-1], slip_share
    )
    slip_share = slip_share[first][:, np.newaxis]
    slips = (slip < slip_share) & ((use >= CardUse.HIGH) & (payment == PaymentHabit.FREELY))[
        :, np.newaxis
    ]
    late_by = 1 + (slip / slip_share * SLIP_DAYS).astype(np.int64)
    pays_on = np.where(slips, calendar.on_or_after(due + late_by), pays_on)
    after_due = 1 + (slip * LATE_PAYMENT_DAYS).astype(np.int64)
    late = lateness(world, user, which, payment, issued)
    tight = np.nonzero(is_tight)[0]
    if tight.size:
        paydays = paychecks.day[user[tight]]
        after = (paydays[:, np.newaxis, :] <= issued[tight][:, :, np.newaxis]).sum(axis=2)
        after = np.minimum(after, paydays.shape[1] - 1)
        payday = np.take_along_axis(paydays, after, axis=1)
        pays_on[tight] = np.where(payday <= due[tight], payday, pays_on[tight])
    pays_on = np.where(late.is_behind, calendar.on_or_after(due + after_due), pays_on)
    pays_on = np.where(issued >= world.days, world.days + _NEVER_DAYS, pays_on)
    return issued, due, pays_on.astype(np.int64), late
