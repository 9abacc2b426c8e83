"""Purchases as rows: of the account that paid, under the shop's line, in their town."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.behaviours.moves import plan_moves, towns_of_work
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.settling import Purchases
from spendsense_pipeline.generation.places import where_bought
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.world import World

REFUND_SERIAL: Final = BitFields(days_later=5, purchase=6)
"""Unique among a day's refunds: which purchase of how many days ago."""


def bought_on(rows: Postings) -> Ints:
    """The day people were at the till, of a refund that of the purchase: they may have moved since.

    Args:
        rows: `[N]`.

    Returns:
        Days, `[N]`.
    """
    later = REFUND_SERIAL.take(rows.serial, "days_later")
    return rows.authorized - np.where(rows.purpose == Purpose.REFUND, later, 0)


def purchase_rows(
    world: World, labels: Labels, purchases: Purchases, cards: Cards
) -> tuple[Postings, Postings, Postings]:
    """Purchases, fees for cash and refunds as rows of the account that pays.

    Args:
        world: The shard.
        labels: Names of the shops.
        purchases: What was bought, `[N]`.
        cards: The cards of the shard, `[C]`.

    Returns:
        The rows of each kind.
    """
    places = labels.catalog.places
    moves = plan_moves(world, places)
    town = where_bought(
        world,
        moves.homes(purchases.user, purchases.day),
        towns_of_work(world, places, moves, purchases.user, purchases.day),
        purchases.user,
        purchases.day,
        purchases.serial,
    )
    town = np.where(purchases.trip_place != NO_PLACE, purchases.trip_place, town)
    place = np.where(purchases.is_online, NO_PLACE, town)
    slots = np.append(cards.slot, int(Slot.CHECKING))
    slot = slots[purchases.card]
    label = labels.shop(purchases.merchant, purchases.is_online)
    bought = postings(
        user=purchases.user,
        slot=slot,
        day=purchases.settles,
        authorized=purchases.day,
        cents=purchases.cents,
        label=label,
        purpose=Purpose.PURCHASE,
        serial=purchases.serial,
        place=place,
    )
    at = np.flatnonzero(purchases.bank_fee_cents)
    fees = postings(
        user=purchases.user[at],
        slot=int(Slot.CHECKING),
        day=purchases.day[at],
        cents=purchases.bank_fee_cents[at],
        label=labels.counterparty("atm_fee", world.words("atm_fee", 0)[purchases.user[at]]),
        purpose=Purpose.ATM_FEE,
        serial=purchases.serial[at],
    )
    at = np.flatnonzero(purchases.refund_day >= 0)
    refunds = postings(
        user=purchases.user[at],
        slot=slot[at],
        day=purchases.refund_day[at],
        cents=-purchases.refund_cents[at],
        label=label[at],
        purpose=Purpose.REFUND,
        serial=REFUND_SERIAL.pack(
            days_later=purchases.refund_day[at] - purchases.day[at],
            # Past 64 purchases a day, which nobody makes, two refunds might be one.
            purchase=purchases.serial[at] % REFUND_SERIAL.size("purchase"),
        ),
        place=place[at],
    )
    return bought, fees, refunds
