"""Which card product somebody is given, and what it allows and charges.

A product is chosen among those made for people of that age and income whose limits hold what is
wanted; the limit and the rate then lie inside the product's own ranges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog import CardProducts
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World

LIMIT_STEP_USD = 100
NO_FIT = 1e6


class ChosenCards(NamedTuple):
    """One entry per card, `[C]` each."""

    product: Ints
    """Row of the card products."""
    limit_cents: Ints
    apr_basis_points: Ints


def choose_cards(
    world: World,
    products: CardProducts,
    user: Ints,
    which: Ints,
    is_promotion: Flags,
    wanted_limit_usd: Floats,
    apr_draw: Floats,
    *,
    with_store_cards: bool = False,
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
        with_store_cards: Whether cards that only their store takes may be given.

    Returns:
        Products, limits and rates, `[C]` each.
    """
    people = world.profiles.people
    age = people.age_years[user][:, np.newaxis]
    income = people.income_monthly_usd[user][:, np.newaxis]
    wanted = wanted_limit_usd[:, np.newaxis]
    given = (age >= products.age_least) & (age <= products.age_most)
    given &= income >= products.income_least_usd
    if not with_store_cards:
        given &= products.taken_at.all(axis=1)
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
