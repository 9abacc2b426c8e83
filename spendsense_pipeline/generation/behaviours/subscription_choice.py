"""Which plans people subscribe to: sets of services whose list prices come near a wanted sum.

A service is chosen by taste and popularity among those whose price fits what is left to spend;
prices stay as they are listed, so the sum ends where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog import Subscriptions
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import HEAVY_SUBSCRIPTION_SPEND_MIN_USD
from spendsense_pipeline.generation.world import World

CHEAP_CENTS = 500
"""What is kept back for each service still to be chosen."""
NEAR_SHARE = 0.08
"""How far a sum of list prices may be off the wanted one, where the price lists allow."""
# Weight of a squared log misfit of price against popularity: loose while others are still to come,
# then close, as the last service makes up the sum, or stands in for one of its price.
LOOSE = 1.0
CLOSE = 40.0
HEAVY_FLOOR_CENTS = HEAVY_SUBSCRIPTION_SPEND_MIN_USD * 100


@dataclass(frozen=True)
class Shelf:
    """The plans billed within the year and how much each user likes them."""

    plan: Ints
    """Row of the catalog's plans, `[P]`."""
    service: Ints
    """Row of the services, `[P]`."""
    taste: Floats
    """The largest is liked best; popular services have larger ones more often: `[U, P]`."""

    @classmethod
    def of(cls, world: World, services: Subscriptions) -> Shelf:
        """The shelf every user of a shard chooses from.

        Args:
            world: The shard.
            services: The catalog's.

        Returns:
            Plans billed within the year and tastes, `[P]` and `[U, P]`.
        """
        plan = services.plans_billed("monthly", "every four weeks")
        service = services.plans.service[plan]
        draw = uniform(world.words("subscription_service", np.arange(len(services))))
        # The largest of log(weight) + Gumbel noise is a weighted choice; leaving out what was
        # chosen before, it is one without repeats (Kool, van Hoof and Welling 2019).
        noise = -np.log(-np.log(np.clip(draw, 1e-12, 1 - 1e-12)))
        shares = np.bincount(service, minlength=len(services))
        # Which plan of a service it is, its price decides; many plans make no service popular.
        taste = noise + np.log(services.weight / np.maximum(shares, 1))
        return cls(plan, service, taste[:, service])

    def liked(
        self, users: Ints, price: Ints, wanted: Floats, weight: Floats | float, allowed: Flags
    ) -> Ints:
        """The plan each user likes best among those allowed, near a price.

        Args:
            users: Who chooses, `[M]`.
            price: Of each plan of the shelf on the day, `[P]`, or `[M, P]` for a day each.
            wanted: Cents each wants to pay for it, `[M]`.
            weight: How much a misfit of price counts, `[M]` or one for all.
            allowed: What may be chosen, `[M, P]`.

        Returns:
            Place on the shelf, `[M]`.
        """
        misfit = np.log(price) - np.log(np.maximum(wanted, 50.0))[:, np.newaxis]
        score = self.taste[users] - np.broadcast_to(weight, users.shape)[:, np.newaxis] * misfit**2
        return np.asarray(np.where(allowed, score, score - 1e6).argmax(axis=1), dtype=np.int64)


def first_choices(
    shelf: Shelf,
    price: Ints,
    count: Ints,
    wanted_cents: Floats,
    most: int,
    held_before: Flags | None = None,
) -> tuple[Ints, Flags]:
    """What each user subscribes to on one day.

    Args:
        shelf: The plans.
        price: Of each plan on that day, `[P]`.
        count: How many each user has, `[U]`.
        wanted_cents: What they are to cost together, `[U]`.
        most: The most anybody may have.
        held_before: Which plans are of a service that a user has already, `[U, P]`; none if left
            out.

    Returns:
        Place on the shelf of each, `[U, most]`, of which the first `count` count; and which plans
        are of a service that a user has, `[U, P]`.
    """
    users = np.arange(count.size)
    none_held = np.zeros((count.size, shelf.plan.size), dtype=np.bool_)
    held = none_held if held_before is None else held_before.copy()
    chosen = np.zeros((count.size, most), dtype=np.int64)
    spent = np.zeros(count.size)
    for place in range(most):
        who = users[count > place]
        if not who.size:
            break
        left = (count - place)[who]
        remaining = wanted_cents[who] - spent[who]
        kept_back = CHEAP_CENTS * (left - 1)
        free = ~held[who]
        fits = free & (price <= (remaining - kept_back)[:, np.newaxis])
        last: Flags = np.equal(left, 1)
        near = free & _is_near(spent[who, np.newaxis] + price, wanted_cents[who, np.newaxis])
        allowed = np.where(last[:, np.newaxis], near, fits)
        # With nothing that fits, the nearest price is taken.
        none: Flags = np.logical_not(allowed.any(axis=1))
        weight = np.where(none, 1e4, np.where(last, CLOSE, LOOSE))
        allowed = np.where(none[:, np.newaxis], free, allowed)
        best = shelf.liked(who, price, remaining / left, weight, allowed)
        chosen[who, place] = best
        spent[who] += price[best]
        held[who] |= shelf.service == shelf.service[best][:, np.newaxis]
    return chosen, held


def _is_near(total_cents: Floats, wanted_cents: Floats) -> Flags:
    """Whether a monthly sum is near the wanted one, and not below what makes a heavy subscriber."""
    floor = np.where(wanted_cents >= HEAVY_FLOOR_CENTS, HEAVY_FLOOR_CENTS, 0.0)
    low = np.maximum(wanted_cents * (1 - NEAR_SHARE), floor)
    return np.asarray((total_cents >= low) & (total_cents <= wanted_cents * (1 + NEAR_SHARE)))
