"""Which card product somebody is given, and what it allows and charges.

A limit is wanted that fits the holder's income and use; a product is chosen among those made for
people of that age and income whose limits hold it, and limit and rate lie inside its own ranges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.card_uses import CardUse
from spendsense_pipeline.generation.catalog import CardProducts, Catalog
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.shops import Favourites
from spendsense_pipeline.generation.world import World

LIMIT_STEP_USD = 100
NO_FIT = 1e6
# A limit in months of income: the least, and what a draw adds at most. Cards paid in full are given
# room; a balance that is carried must stay payable from the income, most of all one that is tight.
LOW_LIMIT_MONTHS = (1.4, 5.2)
HEAVY_LIMIT_MONTHS = (1.09, 0.2)
"""In months of everyday purchases: most of them on a card that holds as much keep it near 40 %."""
OF_STORE_RANKS = 2
"""A store offers its card to whom it is the first or second favourite of its kind."""
STORE_LIMIT_MONTHS = (0.12, 0.5)
"""Stores give less than banks do."""
REVOLVER_LIMIT_MONTHS = (0.7, 0.9)
TIGHT_REVOLVER_LIMIT_MONTHS = (0.55, 0.25)
LIMIT_FLOOR_USD = 1_800.0
STORE_LIMIT_FLOOR_USD = 500.0


class ChosenCards(NamedTuple):
    """One entry per card, `[C]` each."""

    product: Ints
    """Row of the card products."""
    limit_cents: Ints
    apr_basis_points: Ints


def _from_least(spread: tuple[float, float], draw: Floats) -> Floats:
    """The least of a spread and the drawn part of what may come on top: `[C]`."""
    least, most_added = spread
    return least + most_added * draw


def wanted_limits(
    world: World,
    user: Ints,
    use: Ints,
    is_tight: Flags,
    is_of_store: Flags,
    draw: Floats,
    everyday_cents: Floats,
) -> Floats:
    """What fits the holder's income.

    Args:
        world: The shard.
        user: Index of the holder within the shard, `[C]`.
        use: What the card is for, a `CardUse`, `[C]`.
        is_tight: Whether its holder lives from paycheck to paycheck, `[C]`.
        is_of_store: Whether only a store is to take it, `[C]`.
        draw: A share in [0, 1) each, `[C]`.
        everyday_cents: What each user has for purchases and subscriptions in a month, `[U]`.

    Returns:
        US dollars, `[C]`.
    """
    income = world.profiles.people.income_monthly_usd[user]
    months = np.select(
        [is_of_store, use == CardUse.IN_FULL, use == CardUse.HEAVY_IN_FULL, is_tight],
        [
            _from_least(STORE_LIMIT_MONTHS, draw),
            _from_least(LOW_LIMIT_MONTHS, draw),
            _from_least(HEAVY_LIMIT_MONTHS, draw) * everyday_cents[user] / 100 / income,
            _from_least(TIGHT_REVOLVER_LIMIT_MONTHS, draw),
        ],
        _from_least(REVOLVER_LIMIT_MONTHS, draw),
    )
    return np.maximum(
        income * months, np.where(is_of_store, STORE_LIMIT_FLOOR_USD, LIMIT_FLOOR_USD)
    )


def store_cards(catalog: Catalog, usual_shops: Favourites, user: Ints) -> Flags:
    """The cards of stores that people would take: of those they go to again and again.

    Args:
        catalog: The cards on offer, and who takes them.
        usual_shops: Where each user of the shard goes.
        user: Index of each holder within the shard, `[C]`.

    Returns:
        Whether each holder would take each product: `[C, P]`.
    """
    goes_to = usual_shops.at_first[user, :, :OF_STORE_RANKS]
    is_of_store = catalog.card_products.is_of_store
    liked = np.zeros((user.size, is_of_store.size), dtype=np.bool_)
    for product in np.flatnonzero(is_of_store).tolist():
        stores = np.flatnonzero(catalog.taken_at[product])
        liked[:, product] = np.isin(goes_to, stores).any(axis=(1, 2))
    return liked


def choose_cards(
    world: World,
    products: CardProducts,
    user: Ints,
    which: Ints,
    is_promotion: Flags,
    wanted_limit_usd: Floats,
    apr_draw: Floats,
    offered: Flags,
) -> ChosenCards:
    """A product for every card, its limit and its rate.

    Args:
        world: The shard.
        products: The catalog's.
        user: Index of the holder within the shard, `[C]`.
        which: Which of the holder's cards it is, `[C]`; no two are of one product.
        is_promotion: Whether it is at its promotional rate of nought, `[C]`.
        wanted_limit_usd: What fits the holder's income, `[C]`.
        apr_draw: Where in the product's range the rate lies, from 0 to 1, `[C]`.
        offered: Which products each card may be of, `[C, P]`.

    Returns:
        Products, limits and rates, `[C]` each.
    """
    people = world.profiles.people
    age = people.age_years[user][:, np.newaxis]
    income = people.income_monthly_usd[user][:, np.newaxis]
    wanted = wanted_limit_usd[:, np.newaxis]
    given = (age >= products.age_least) & (age <= products.age_most)
    given &= income >= products.income_least_usd
    given &= offered
    # How far out of a product's range a limit is, as a logarithm: 0 inside.
    off = np.maximum(np.log(products.limit_least_usd / wanted), 0)
    off = off + np.maximum(np.log(wanted / products.limit_most_usd), 0)
    # The largest u ** (1 / w) is a weighted choice (Efraimidis and Spirakis 2006).
    draw = uniform(world.words("card_product", np.arange(products.weight.size)))
    liking = np.log(np.maximum(draw, 1e-12))[user] / products.weight
    score = np.where(given, liking - NO_FIT * off, -np.inf)
    product = score.argmax(axis=1)
    # The second card of a person is of another product than the first, which stands before it.
    first = np.full(world.users, -1)
    first[user[which == 0]] = product[which == 0]
    second = np.flatnonzero(which > 0)
    taken = np.arange(products.weight.size) == first[user[second]][:, np.newaxis]
    product[second] = np.where(taken, -np.inf, score[second]).argmax(axis=1)
    steps = np.rint(
        np.clip(
            wanted_limit_usd, products.limit_least_usd[product], products.limit_most_usd[product]
        )
        / LIMIT_STEP_USD
    )
    low, high = products.apr_least_percent[product], products.apr_most_percent[product]
    apr = np.rint((low + (high - low) * apr_draw) * 100).astype(np.int64)
    return ChosenCards(
        product=product,
        limit_cents=(steps * LIMIT_STEP_USD * 100).astype(np.int64),
        apr_basis_points=np.where(is_promotion, 0, apr),
    )
