"""Credit cards: limits, billing cycles, payments, interest and late fees.

Each card is steered to a steady balance: what may be charged in a cycle is what the payment and the
interest of that cycle leave room for. So a card stays in its utilisation band on every night, for
as long as the world lasts. The loop runs over cycles, with all cards of the shard side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import CARDS_PER_USER_MAX, Band, PaymentHabit
from spendsense_pipeline.generation.behaviours.card_products import choose_cards
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.catalog import CardProducts
from spendsense_pipeline.generation.postings import Slot
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

MINIMUM_FLOOR_CENTS = 2_500
LATE_FEE_CENTS = 3_000
"""The most a first late fee may be without showing its costs (Regulation Z safe harbour)."""
DUE_DAYS_RANGE = (21, 25)
LATE_PAYER_DUE_DAYS = 21
LATE_PAYMENT_DELAY_DAYS = 4
# Where a card's steady balance lies, as a share of its limit. A cycle moves it by 3 % at most, so
# the edges of the bands (30, 50, 80 %) are never reached.
STEADY_SHARE = {
    Band.MEDIUM: (0.345, 0.445),
    Band.HIGH: (0.545, 0.735),
    Band.CRITICAL: (0.875, 0.93),
}
LOW_CHARGE_MAX_SHARE = 0.055
"""What a low card is meant to charge in a month at most, of its limit."""
CYCLE_CHARGE_MAX_PERCENT = 6
"""What any card may charge in a cycle at most, of its limit: what a low card means to charge and a
little for a long cycle. The check of low cards writes the same 6 % itself, so that it judges what
was made and not what was meant."""
# A limit in months of income: the least, and what a draw adds at most. Cards paid in full are given
# room; a balance that is carried must stay payable from the income, most of all one that is tight.
LOW_LIMIT_MONTHS = (1.6, 1.6)
REVOLVER_LIMIT_MONTHS = (0.7, 0.9)
TIGHT_REVOLVER_LIMIT_MONTHS = (0.55, 0.25)
LIMIT_FLOOR_USD = 2_500.0
# The part of everyday spending that goes on cards. Where money is tight most is paid from checking,
# whose balance is what that rhythm is about.
CARD_SPENDING_SHARE = 0.62
TIGHT_CARD_SPENDING_SHARE = 0.12
# The least, and what a draw adds at most: of what a low card could charge, what it does charge; and
# of a usual month's charges, what has already been charged when the history begins.
LOW_CHARGE_DRAW = (0.75, 0.25)
LOW_OPENING_DRAW = (0.3, 0.6)
# Above 1.05 times the minimum, with room for rounding: these cards do not pay the minimum only.
FREE_PAYMENT_MIN_FACTOR = 1.15
STEADY_CHARGE_SHARE = 0.012
"""What a freely paid card that carries a balance charges and pays back a month, of its limit."""
LATE_PAYMENT_SHARE = 0.86
"""What late payers pay of the minimum: too little and too late, so they are overdue every night."""


class CardDraw(IntEnum):
    """What is drawn for a card, in the order of its draws."""

    LIMIT = 0
    STEADY_BALANCE = 1
    CHARGES = 2
    OPENING = 3
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
    payment: Ints
    limit_cents: Ints
    apr_basis_points: Ints
    steady_cents: Ints
    """Balance the card is steered to; for a low card the charges of a usual cycle."""
    opening_cents: Ints
    issued: Ints
    """Statement days `[C, J]`; the first lies in the history."""
    due: Ints
    pays_on: Ints
    """Day the payment answering each statement settles."""

    @property
    def count(self) -> int:
        """Number of cards."""
        return int(self.user.size)


def _from_least(spread: tuple[float, float], draw: Floats) -> Floats:
    """The least of a spread and the drawn part of what may come on top: `[C]`."""
    least, most_added = spread
    return least + most_added * draw


def plan_cards(
    world: World, paychecks: Paychecks, products: CardProducts, spending_usd: Floats
) -> Cards:
    """The cards of the shard: limits, rates, steady balances and the dates of their cycles.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`: who lives from paycheck to paycheck pays a card from
            one.
        products: The cards on offer.
        spending_usd: What each user has for everyday spending in a month, `[U]`.

    Returns:
        Cards in order of user and slot, `[C]`.
    """
    profiles = world.profiles
    user, which = np.nonzero(profiles.card_band >= Band.LOW)
    band = profiles.card_band[user, which]
    payment = profiles.card_payment[user, which]
    draws = uniform(world.words("card", np.arange(CARDS_PER_USER_MAX * len(CardDraw))))
    drawn = draws.reshape(world.users, CARDS_PER_USER_MAX, len(CardDraw))[user, which]

    income = profiles.people.income_monthly_usd[user]
    is_tight = profiles.rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK
    limit_draw = drawn[:, CardDraw.LIMIT]
    months = np.where(
        is_tight,
        _from_least(TIGHT_REVOLVER_LIMIT_MONTHS, limit_draw),
        _from_least(REVOLVER_LIMIT_MONTHS, limit_draw),
    )
    months = np.where(band == Band.LOW, _from_least(LOW_LIMIT_MONTHS, limit_draw), months)
    chosen = choose_cards(
        world,
        products,
        user,
        which,
        band,
        np.maximum(income * months, LIMIT_FLOOR_USD),
        drawn[:, CardDraw.APR],
    )
    limit = chosen.limit_cents / 100
    low, high = (
        np.select(
            [band == code for code in STEADY_SHARE], [edge[i] for edge in STEADY_SHARE.values()]
        )
        for i in (0, 1)
    )
    steady = limit * (low + (high - low) * drawn[:, CardDraw.STEADY_BALANCE])
    # A card in full use takes its part of everyday spending, up to the most a low card charges.
    share = np.where(is_tight, TIGHT_CARD_SPENDING_SHARE, CARD_SPENDING_SHARE)
    part = spending_usd[user] * share / profiles.card_count[user]
    usual = np.minimum(part, limit * LOW_CHARGE_MAX_SHARE) * _from_least(
        LOW_CHARGE_DRAW, drawn[:, CardDraw.CHARGES]
    )
    steady_cents = np.rint(np.where(band == Band.LOW, usual, steady) * 100).astype(np.int64)
    opening = np.where(
        band == Band.LOW,
        np.rint(steady_cents * _from_least(LOW_OPENING_DRAW, drawn[:, CardDraw.OPENING])),
        steady_cents,
    )

    issued, due, pays_on = _dates(
        world,
        paychecks,
        user,
        payment,
        is_tight,
        (
            drawn[:, CardDraw.STATEMENT_DAY],
            drawn[:, CardDraw.DUE_DAYS],
            drawn[:, CardDraw.EARLY_DAYS],
        ),
    )
    return Cards(
        user=user,
        product=chosen.product,
        slot=np.where(which == 0, Slot.CARD_1, Slot.CARD_2),
        band=band,
        payment=payment,
        limit_cents=chosen.limit_cents,
        apr_basis_points=chosen.apr_basis_points,
        steady_cents=steady_cents,
        opening_cents=opening.astype(np.int64),
        issued=issued,
        due=due,
        pays_on=pays_on,
    )


def _dates(
    world: World,
    paychecks: Paychecks,
    user: Ints,
    payment: Ints,
    is_tight: Flags,
    draws: tuple[Floats, Floats, Floats],
) -> tuple[Ints, Ints, Ints]:
    """Statement, due and payment days, each `[C, J]`."""
    calendar = world.calendar
    day_draw, due_draw, early_draw = draws
    months = np.arange(-1, calendar.month_count + 1)
    day_of_month = 1 + np.minimum((day_draw * 28).astype(np.int64), 27)
    # Who lives from paycheck to paycheck has the statement closed a week and a half before payday,
    # so that a payday lies between statement and due date.
    next_pay = np.take_along_axis(
        paychecks.day[user], paychecks.first[user][:, np.newaxis], axis=1
    )[:, 0]
    next_pay = np.clip(next_pay, 0, world.days - 1)
    before_pay = (calendar.day_of_month[next_pay] - 12) % 28 + 1
    day_of_month = np.where(is_tight, before_pay, day_of_month)
    issued = calendar.clamp_day(months, day_of_month[:, np.newaxis]).astype(np.int64)
    # Rows start at the first statement in the history; those before it are dropped.
    first = (issued < 0).sum(axis=1)
    columns = np.minimum(first[:, np.newaxis] + np.arange(months.size - 2), months.size - 1)
    issued = np.take_along_axis(issued, columns, axis=1)
    shortest, longest = DUE_DAYS_RANGE
    wait = shortest + np.minimum(due_draw * (longest - shortest + 1), longest - shortest)
    wait = np.where(payment == PaymentHabit.LATE, LATE_PAYER_DUE_DAYS, wait.astype(np.int64))
    due = issued + wait[:, np.newaxis]
    early = np.where(is_tight, 0, (early_draw * 6).astype(np.int64))[:, np.newaxis]
    pays_on = calendar.on_or_before(due - early)
    late = payment == PaymentHabit.LATE
    pays_on[late] = calendar.on_or_before(due[late] + LATE_PAYMENT_DELAY_DAYS)
    tight = np.nonzero(is_tight & ~late)[0]
    if tight.size:
        paydays = paychecks.day[user[tight]]
        after = (paydays[:, np.newaxis, :] <= issued[tight][:, :, np.newaxis]).sum(axis=2)
        after = np.minimum(after, paydays.shape[1] - 1)
        payday = np.take_along_axis(paydays, after, axis=1)
        pays_on[tight] = np.where(payday <= due[tight], payday, pays_on[tight])
    return issued, due, pays_on.astype(np.int64)


def usual_charges_cents(cards: Cards) -> Floats:
    """What each card is charged in a usual month: `[C]` cents."""
    steady = cards.steady_cents.astype(np.float64)
    interest = steady * cards.apr_basis_points / 1e4 / 12
    fee = np.where(cards.payment == PaymentHabit.LATE, float(LATE_FEE_CENTS), 0.0)
    minimum = np.maximum(MINIMUM_FLOOR_CENTS, steady * 0.01 + interest + fee)
    freely = np.maximum(
        minimum * FREE_PAYMENT_MIN_FACTOR, interest + cards.limit_cents * STEADY_CHARGE_SHARE
    )
    payment = np.select(
        [cards.payment == PaymentHabit.MINIMUM_ONLY, cards.payment == PaymentHabit.LATE],
        [minimum, minimum * LATE_PAYMENT_SHARE],
        freely,
    )
    return np.where(cards.band == Band.LOW, steady, np.maximum(payment - interest - fee, 0.0))
