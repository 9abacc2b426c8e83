"""What trips cost: flights, checked bags, hotels and rental cars, at the prices of the catalog."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, Words
from spendsense_pipeline.generation.behaviours.posting import LAG_BITS, posted_on, posting_class
from spendsense_pipeline.generation.behaviours.trips import DRAWS_PER_TRIP, Trips
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.cents import below_largest
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Purpose, postings
from spendsense_pipeline.generation.randomness import bits, normal, uniform, words_each
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

GROUP: Final = "travel"
BOOKED_DAYS_AHEAD: Final = (14, 56)
TWO_TRAVEL_SHARE: Final = 0.35
"""Of flights of who does not live alone, those with a second ticket, the same price."""
CHECKED_BAG_SHARE: Final = 0.35
BAG_FEE_CENTS: Final = (3_500, 4_000, 4_500)
"""A checked bag each way (airlines' price lists, 2025)."""
RENTAL_CAR_SHARE: Final = 0.3
NIGHTS_PER_STAY: Final = 1.61
"""The catalog's ticket of a hotel is for a stay of so many nights (SiteMinder 2025)."""
DAYS_PER_RENTAL: Final = 3.0
STAY_SIGMA: Final = 0.38
"""Spread of the price of a night or a day, beside how long one stays."""
_SERIAL_KINDS: Final = 8


def trip_postings(world: World, labels: Labels, trips: Trips, slot: Ints) -> Postings:
    """Flights, checked bags, hotels and rental cars.

    Args:
        world: The shard.
        labels: Names of the merchants, and through them the catalog.
        trips: The trips.
        slot: The account that pays for travel, `[U]`.

    Returns:
        The rows, those outside the plan left out.
    """
    flown, slept = trips.where(trips.is_flown), trips.where(trips.sleeps_at_hotel)
    rented = flown.where(_drawn(world, flown, 10) < RENTAL_CAR_SHARE)
    parts = [
        *_flights(world, labels, flown, slot),
        _stays(world, labels, slept, slot),
        _rentals(world, labels, rented, slot),
    ]
    rows = Postings.joined(parts)
    is_planned = (rows.authorized >= 0) & (rows.authorized < world.days)
    return rows.where(is_planned)


def _words(world: World, trips: Trips, number: int) -> Words:
    """A draw of each trip: `[T]`."""
    return words_each(world.keys("trip")[trips.user], trips.month * DRAWS_PER_TRIP + number)


def _drawn(world: World, trips: Trips, number: int) -> Floats:
    """The same as a share in [0, 1): `[T]`."""
    return uniform(_words(world, trips, number))


def _merchants(catalog: Catalog, code: str, draw: Floats) -> Ints:
    """Merchants of travel of a category by popularity: `[T]`; any if an operator's have none."""
    shops = catalog.merchants
    members = np.flatnonzero(shops.group == catalog.spending_groups.index(GROUP))
    of_code = members[np.array([shops.category_detailed[row] == code for row in members])]
    rows = of_code if of_code.size else members
    cumulative = np.cumsum(shops.weight[rows])
    chosen = np.searchsorted(cumulative, draw * cumulative[-1], side="right")
    return np.asarray(rows[np.minimum(chosen, rows.size - 1)], dtype=np.int64)


def _cents(
    world: World, catalog: Catalog, trips: Trips, merchant: Ints, number: int, length: Floats
) -> Ints:
    """A price around the merchant's ticket for so many times its usual length: `[T]`."""
    shops = catalog.merchants
    word = _words(world, trips, number)
    spread = np.where(length > 0, STAY_SIGMA, shops.ticket_sigma[merchant])
    times = np.where(length > 0, length, 1.0)
    cents = shops.ticket_median_cents[merchant] * times * np.exp(spread * normal(word))
    cap = shops.ticket_cap_cents[merchant]
    return np.maximum(np.rint(below_largest(cents, cap)), 100).astype(np.int64)


def _rows(
    world: World,
    labels: Labels,
    trips: Trips,
    *,
    slot: Ints,
    kind: int,
    day: Ints,
    cents: Ints,
    merchant: Ints,
    is_online: Flags,
) -> Postings:
    """Rows of one kind of cost, posted as the merchant does."""
    lag = bits(words_each(world.keys("trip_posting")[trips.user], trips.month), 8, LAG_BITS)
    catalog = labels.catalog
    of = posting_class(catalog, merchant, is_online)
    return postings(
        user=trips.user,
        slot=slot[trips.user],
        day=posted_on(world.calendar, catalog.posting_classes, of, day, lag),
        authorized=day,
        cents=cents,
        label=labels.shop(merchant, is_online),
        purpose=Purpose.TRAVEL,
        # Two trips may have rows of a kind on one day, but not sixteen months apart.
        serial=trips.month % 16 * _SERIAL_KINDS + kind,
        place=np.where(is_online, NO_PLACE, trips.place),
    )


def _flights(world: World, labels: Labels, trips: Trips, slot: Ints) -> list[Postings]:
    """Tickets bought ahead and bags paid for on the way out and back, of the same airline."""
    airline = _merchants(labels.catalog, "TRAVEL_FLIGHTS", _drawn(world, trips, 5))
    shortest, longest = BOOKED_DAYS_AHEAD
    ahead = shortest + (_drawn(world, trips, 6) * (longest - shortest + 1)).astype(np.int64)
    price = _cents(world, labels.catalog, trips, airline, 7, np.zeros(trips.size))
    alone = HOUSEHOLD_TYPES.index("single")
    is_second = (_drawn(world, trips, 8) < TWO_TRAVEL_SHARE) & (
        world.profiles.people.household_type[trips.user] != alone
    )
    bag_draw = _drawn(world, trips, 9)
    has_bag = bag_draw < CHECKED_BAG_SHARE
    fee = np.array(BAG_FEE_CENTS)[(airline % len(BAG_FEE_CENTS))]

    def rows(kind: int, who: Flags, day: Ints, cents: Ints) -> Postings:
        return _rows(
            world,
            labels,
            trips.where(who),
            slot=slot,
            kind=kind,
            day=day[who],
            cents=cents[who],
            merchant=airline[who],
            is_online=np.ones(int(who.sum()), dtype=np.bool_),
        )

    everybody = np.ones(trips.size, dtype=np.bool_)
    return [
        rows(0, everybody, trips.start - ahead, price),
        rows(1, is_second, trips.start - ahead, price),
        rows(2, has_bag, trips.start, fee),
        rows(3, has_bag, trips.start + trips.nights, fee),
    ]


def _stays(world: World, labels: Labels, trips: Trips, slot: Ints) -> Postings:
    """Hotels, paid when leaving, or when booked through a site."""
    catalog = labels.catalog
    hotel = _merchants(catalog, "TRAVEL_LODGING", _drawn(world, trips, 11))
    is_online = _drawn(world, trips, 12) >= catalog.merchants.in_store_share[hotel]
    shortest, longest = BOOKED_DAYS_AHEAD
    ahead = shortest + (_drawn(world, trips, 13) * (longest - shortest + 1)).astype(np.int64)
    return _rows(
        world,
        labels,
        trips,
        slot=slot,
        kind=4,
        day=np.where(is_online, trips.start - ahead, trips.start + trips.nights),
        cents=_cents(world, catalog, trips, hotel, 14, trips.nights / NIGHTS_PER_STAY),
        merchant=hotel,
        is_online=is_online,
    )


def _rentals(world: World, labels: Labels, trips: Trips, slot: Ints) -> Postings:
    """Rental cars, paid when brought back."""
    catalog = labels.catalog
    lessor = _merchants(catalog, "TRAVEL_RENTAL_CARS", _drawn(world, trips, 10) / RENTAL_CAR_SHARE)
    days = np.maximum(trips.nights, 1) / DAYS_PER_RENTAL
    return _rows(
        world,
        labels,
        trips,
        slot=slot,
        kind=5,
        day=trips.start + trips.nights,
        cents=_cents(world, catalog, trips, lessor, 15, days),
        merchant=lessor,
        is_online=np.zeros(trips.size, dtype=np.bool_),
    )
