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
from spendsense_pipeline.generation.behaviours.card_products import choose_cards
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.catalog import CardProducts
from spendsense_pipeline.generation.postings import Slot
from spendsense_pipeline.generation.randomness import normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World


class CardUse(IntEnum):
    """What a card is for, which decides how it is used and paid."""

    IN_FULL = 0
    """Everyday purchases, every statement paid in full."""
    HEAVY_IN_FULL = 1
    """As many purchases as the limit allows, every statement paid in full."""
    PROMOTION = 2
    """A balance carried at 0 % beside some everyday use."""
    HIGH = 3
    """A balance carried at interest, above half of the limit."""
    CRITICAL = 4
    """The same, near the limit."""


@dataclass(frozen=True)
class UseOfCard:
    """How a card is used: the share of the limit it is meant to stand at, and how it gets there."""

    set_point: tuple[float, float]
    """Where use of the limit settles: holders spread over it evenly, or as `towards_low` says."""
    purchase_share: float
    """Of purchases that go on the card while its use is at the set point."""
    answer: float
    """How much more of them the further use lies below the set point, per whole limit."""
    ceiling: float
    """Use no purchase is made beyond: it goes on the debit card."""
    floor: float = 0.0
    """Use that no more than the minimum is paid below: the holder pays off what is above."""
    towards_low: float = 1.0
    """Power of the even draw of a set point: above 1 most holders are near the lower end."""


# The shares were found by simulating 400 households over two years: cards keep to their bands on
# 99.5 % of nights (cards paid in full swing wider than a band, whatever one does).
USES: dict[CardUse, UseOfCard] = {
    CardUse.IN_FULL: UseOfCard((0.02, 0.22), 0.66, 2.5, 0.27, towards_low=3.0),
    CardUse.HEAVY_IN_FULL: UseOfCard((0.39, 0.43), 0.86, 4.0, 0.485),
    CardUse.PROMOTION: UseOfCard((0.32, 0.47), 0.22, 12.0, 0.492, 0.3),
    CardUse.HIGH: UseOfCard((0.52, 0.74), 0.3, 8.0, 0.775, 0.5),
    CardUse.CRITICAL: UseOfCard((0.84, 0.935), 0.28, 6.0, 0.95, 0.8),
}
MINIMUM_PAYER_PURCHASE_SHARE = 0.05
"""Of purchases, who pays the minimum only puts on that card: it pays back as little."""
TIGHT_PURCHASE_SHARE = 0.14
"""Of purchases, what a household that runs out puts on a card it pays in full."""
PURCHASE_SHARE_RANGE = (0.01, 0.92)
PROMOTION_SHARE = 0.55
"""Of medium cards of who might use one heavily and pay it in full; the others do. Together with
those of who could not it comes to three quarters."""
DUE_DAYS_RANGE = (21, 25)
LATE_PAYER_DUE_DAYS = 21
LATE_PAYMENT_DAYS = 3
"""After the due date, at most, when a late payer answers the statement before."""
SLIP_SHARE = 0.02
"""Of payments of cards that carry a balance, those that come a few days late; a fee follows."""
SLIP_DAYS = 6
EARLY_DAYS = 6
# A limit in months of income: the least, and what a draw adds at most. Cards paid in full are given
# room; a balance that is carried must stay payable from the income, most of all one that is tight.
LOW_LIMIT_MONTHS = (1.4, 5.2)
HEAVY_LIMIT_MONTHS = (1.12, 0.2)
"""In months of everyday purchases: most of them on a card that holds as much keep it near 40 %."""
HEAVY_PARTS = 3
HEAVY_PART_DAYS = 7
"""Who uses a card that heavily pays the statement in weekly parts, the last when it is due."""
SECOND_CARD_FACTOR = 0.2
"""Of the purchases on a card paid in full, those left beside one that is used heavily."""
REVOLVER_LIMIT_MONTHS = (0.7, 0.9)
TIGHT_REVOLVER_LIMIT_MONTHS = (0.55, 0.25)
LIMIT_FLOOR_USD = 1_800.0
_NEVER_DAYS = 400


class CardDraw(IntEnum):
    """What is drawn for a card, in the order of its draws."""

    LIMIT = 0
    SET_POINT = 1
    PROMOTION = 2
    SPARE = 3
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
    set_point: Floats
    """Share of the limit that use settles at."""
    issued: Ints
    """Statement days `[C, J]`, the first in the plan first; past the plan where there are fewer."""
    due: Ints
    pays_on: Ints
    """Day the payment answering each statement settles."""

    @property
    def count(self) -> int:
        """Number of cards."""
        return int(self.user.size)

    @property
    def is_paid_in_full(self) -> Flags:
        """Whether every statement is paid in full: `[C]`."""
        return np.asarray(self.use <= CardUse.HEAVY_IN_FULL, dtype=np.bool_)


def _from_least(spread: tuple[float, float], draw: Floats) -> Floats:
    """The least of a spread and the drawn part of what may come on top: `[C]`."""
    least, most_added = spread
    return least + most_added * draw


def plan_cards(
    world: World, paychecks: Paychecks, products: CardProducts, everyday_cents: Floats
) -> Cards:
    """The cards of the shard: limits, rates, set points and the dates of their cycles.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`: who lives from paycheck to paycheck pays a card from
            one.
        products: The cards on offer.
        everyday_cents: What each user has for purchases in a month, `[U]`.

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
    chosen = choose_cards(
        world,
        products,
        user,
        which,
        use == CardUse.PROMOTION,
        _wanted_limits(world, user, use, is_tight, drawn[:, CardDraw.LIMIT], everyday_cents),
        drawn[:, CardDraw.APR],
    )
    low, high = (np.array([USES[each].set_point[end] for each in CardUse])[use] for end in (0, 1))
    power = np.array([USES[each].towards_low for each in CardUse])[use]
    issued, due, pays_on = _dates(
        world,
        paychecks,
        user,
        which,
        use,
        payment,
        is_tight,
        drawn[:, [CardDraw.STATEMENT_DAY, CardDraw.DUE_DAYS, CardDraw.EARLY_DAYS]],
    )
    return Cards(
        user=user,
        product=chosen.product,
        slot=np.where(which == 0, Slot.CARD_1, Slot.CARD_2),
        band=band,
        use=use,
        payment=payment,
        limit_cents=chosen.limit_cents,
        apr_basis_points=chosen.apr_basis_points,
        set_point=low + (high - low) * drawn[:, CardDraw.SET_POINT] ** power,
        issued=issued,
        due=due,
        pays_on=pays_on,
    )


def _wanted_limits(
    world: World, user: Ints, use: Ints, is_tight: Flags, draw: Floats, everyday_cents: Floats
) -> Floats:
    """What fits the holder's income, in US dollars: `[C]`."""
    income = world.profiles.people.income_monthly_usd[user]
    months = np.select(
        [use == CardUse.IN_FULL, use == CardUse.HEAVY_IN_FULL, is_tight],
        [
            _from_least(LOW_LIMIT_MONTHS, draw),
            _from_least(HEAVY_LIMIT_MONTHS, draw) * everyday_cents[user] / 100 / income,
            _from_least(TIGHT_REVOLVER_LIMIT_MONTHS, draw),
        ],
        _from_least(REVOLVER_LIMIT_MONTHS, draw),
    )
    return np.maximum(income * months, LIMIT_FLOOR_USD)


def _dates(
    world: World,
    paychecks: Paychecks,
    user: Ints,
    which: Ints,
    use: Ints,
    payment: Ints,
    is_tight: Flags,
    drawn: Floats,
) -> tuple[Ints, Ints, Ints]:
    """Statement, due and payment days, each `[C, J]`."""
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
    day_of_month = np.where(is_tight, before_pay, day_of_month)
    issued = calendar.clamp_day(months, day_of_month[:, np.newaxis]).astype(np.int64)
    # Rows start at the first statement in the plan; those before it are dropped.
    first = (issued < 0).sum(axis=1)
    columns = first[:, np.newaxis] + np.arange(months.size - 2)
    beyond = columns >= months.size
    issued = np.take_along_axis(issued, np.minimum(columns, months.size - 1), axis=1)
    issued = np.where(beyond, world.days + _NEVER_DAYS, issued)
    shortest, longest = DUE_DAYS_RANGE
    wait = shortest + np.minimum(due_draw * (longest - shortest + 1), longest - shortest)
    is_late = payment == PaymentHabit.LATE
    wait = np.where(is_late, LATE_PAYER_DUE_DAYS, wait.astype(np.int64))
    due = issued + wait[:, np.newaxis]
    cycle = which[:, np.newaxis] * 64 + np.arange(issued.shape[1])
    when = uniform(world.words("card_payment_day", np.arange(CARDS_PER_USER_MAX * 64)))
    slip = np.take_along_axis(when[user], cycle, axis=1)
    # Mostly on the same day of the cycle, a day or two earlier now and then.
    early = (early_draw * EARLY_DAYS).astype(np.int64)[:, np.newaxis] + (slip > 0.7) * 1
    pays_on = calendar.on_or_before(due - np.where(is_tight[:, np.newaxis], 0, early))
    slips = (slip < SLIP_SHARE) & ((use >= CardUse.HIGH) & (payment == PaymentHabit.FREELY))[
        :, np.newaxis
    ]
    late_by = 1 + (slip / SLIP_SHARE * SLIP_DAYS).astype(np.int64)
    pays_on = np.where(slips, calendar.on_or_after(due + late_by), pays_on)
    after_due = 1 + (slip * LATE_PAYMENT_DAYS).astype(np.int64)
    pays_on = np.where(is_late[:, np.newaxis], calendar.on_or_after(due + after_due), pays_on)
    tight = np.nonzero(is_tight & ~is_late)[0]
    if tight.size:
        paydays = paychecks.day[user[tight]]
        after = (paydays[:, np.newaxis, :] <= issued[tight][:, :, np.newaxis]).sum(axis=2)
        after = np.minimum(after, paydays.shape[1] - 1)
        payday = np.take_along_axis(paydays, after, axis=1)
        pays_on[tight] = np.where(payday <= due[tight], payday, pays_on[tight])
    pays_on = np.where(issued >= world.days, world.days + _NEVER_DAYS, pays_on)
    return issued, due, pays_on.astype(np.int64)


def payment_sizes(world: World, cards: Cards) -> Floats:
    """How large each payment of a carried balance is.

    Args:
        world: The shard.
        cards: Its cards, `[C]`.

    Returns:
        Sizes around 1, log-normal: `[C, J]`.
    """
    spread = normal(world.words("card_payment_size", np.arange(CARDS_PER_USER_MAX * 64)))
    at = (cards.slot - Slot.CARD_1)[:, np.newaxis] * 64 + np.arange(cards.issued.shape[1])
    return np.asarray(np.exp(0.5 * np.take_along_axis(spread[cards.user], at, axis=1)))
