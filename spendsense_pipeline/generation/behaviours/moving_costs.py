"""What a move costs on top: a truck, and things for the new home in its first weeks.

Whoever lives from paycheck to paycheck pays after one, and only what that leaves room for. Deposits
are left out: the old landlord's pays for the new one's.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints, Words
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.behaviours.posting import LAG_BITS, posted_on, posting_class
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.cents import below_largest
from spendsense_pipeline.generation.clienteles import goes_to
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Purpose, postings
from spendsense_pipeline.generation.price_endings import ENDING_BITS, priced
from spendsense_pipeline.generation.randomness import bits, integers, normal, uniform
from spendsense_pipeline.generation.shops import favourite_draws, shops_for
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

TRUCK: Final = "U-Haul"
TRUCK_SHARE: Final = 0.6
"""Of who moves; others have friends with a van, or little (judged)."""
HOME_GROUP: Final = "household"
THINGS: Final = 2
"""Bought for the new home at most, at the usual places for such things there."""
THING_SHARE: Final = 0.75
THING_DAYS: Final = 21
"""After the move."""
DEARER_TIMES: Final = 1.8
"""Than what one usually buys there (judged)."""
AFFORDABLE_SHARE: Final = 0.12
"""Of a month's income, what one of these takes at most; who runs out before payday has less."""
AFFORDABLE_SHARE_TIGHT: Final = 0.025
_KINDS: Final = 1 + THINGS
_DRAWS: Final = 4


def moving_postings(
    world: World, paychecks: Paychecks, labels: Labels, slot: Ints, left_cents: Floats
) -> Postings:
    """The truck and the things, of who moves.

    Args:
        world: The shard.
        paychecks: Paydays, `[U, K]`.
        labels: Names of the shops, and through them the catalog.
        slot: The account that pays for what is large, `[U]`.
        left_cents: What contracts leave of a month's income, `[U]`.

    Returns:
        A row per purchase, those outside the plan left out.
    """
    catalog = labels.catalog
    moves = plan_moves(world, catalog.places)
    movers = np.flatnonzero(moves.day < world.days)
    user, kind = np.repeat(movers, _KINDS), np.tile(np.arange(_KINDS), movers.size)
    word = world.words("moving_cost", np.arange(_KINDS * _DRAWS), movers)
    word = word.reshape(user.size, _DRAWS)
    is_truck = kind == 0
    is_tight = world.profiles.rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK
    day = moves.day[user] + np.where(is_truck, 0, 1 + integers(word[:, 1], THING_DAYS))
    # A truck is booked after the payday before, things wait for the next.
    passed = events_passed(paychecks.day[movers], world.days)
    passed = passed[np.arange(user.size) // _KINDS, np.minimum(day, world.days - 1)]
    payday = np.clip(passed - is_truck, 0, paychecks.day.shape[1] - 1)
    day = np.where(is_tight, paychecks.day[user, payday] + 1, day)
    merchant = _merchants(world, catalog, movers).ravel()
    cents = _prices(catalog, merchant, np.where(is_truck, 1.0, DEARER_TIMES), word[:, 2:])

    income_cents = world.profiles.people.income_monthly_usd[user] * 100
    most = income_cents * np.where(is_tight, AFFORDABLE_SHARE_TIGHT, AFFORDABLE_SHARE)
    buys = uniform(word[:, 0]) < np.where(is_truck, TRUCK_SHARE, THING_SHARE)
    buys &= (cents <= most) & (is_tight | (cents <= left_cents[user]))
    buys &= (day >= 0) & (day < world.days)
    # An operator's own merchants may have taken its place.
    buys &= ~is_truck | (TRUCK in catalog.merchants.names)

    user, kind, merchant, word = user[buys], kind[buys], merchant[buys], word[buys]
    is_online = bits(word[:, 3], 8, 8) >= catalog.merchants.in_store_share[merchant] * 256
    of = posting_class(catalog, merchant, is_online)
    authorized = day[buys].astype(np.int64)
    lag = bits(word[:, 3], 16, LAG_BITS)
    # A truck is fetched where one lived.
    town = np.where(kind == 0, moves.from_place[user], moves.to_place[user])
    return postings(
        user=user,
        slot=slot[user],
        day=posted_on(world.calendar, catalog.posting_classes, of, authorized, lag),
        authorized=authorized,
        cents=cents[buys],
        label=labels.shop(merchant, is_online),
        purpose=Purpose.MOVING,
        serial=kind,
        place=np.where(is_online, NO_PLACE, town),
    )


def _merchants(world: World, catalog: Catalog, movers: Ints) -> Ints:
    """Who rents out the truck, and where the new home's things are bought: `[M, _KINDS]`."""
    names, group = catalog.merchants.names, catalog.spending_groups.index(HOME_GROUP)
    state = catalog.places.state[plan_moves(world, catalog.places).to_place[movers]]
    draws = favourite_draws(world, len(catalog.spending_groups))[movers]
    usual = shops_for(catalog, world.calendar.first_date).favourites_of(
        state, draws, goes_to(world, catalog), movers
    )
    things = usual.instead[:, group, :THINGS]
    truck = names.index(TRUCK) if TRUCK in names else 0
    return np.column_stack([np.full(movers.size, truck), things])


def _prices(catalog: Catalog, merchant: Ints, times: Floats, word: Words) -> Ints:
    """So many times what merchants usually sell at, below their largest ticket: `[N]` cents."""
    shops = catalog.merchants
    raw = times * shops.ticket_median_cents[merchant]
    raw = raw * np.exp(shops.ticket_sigma[merchant] * normal(word[:, 0]))
    raw = below_largest(raw, shops.ticket_cap_cents[merchant])
    ending = bits(word[:, 1], 0, ENDING_BITS)
    return priced(catalog, merchant, raw, ending)
