"""Friends: what people send each other through payment apps, and through which.

Who lives from paycheck to paycheck pays friends while there is money: see `living.thin_accounts`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.acquaintances import (
    APPS,
    OCCASIONS,
    PARTNER,
    RELATIVE,
    has_partner,
    met_on,
)
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import integers, normal, uniform, words_each
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

# Ever used, by age (Pew Research Center 2022); Zelle since grown (Zelle 2024).
AGE_EDGES: Final = np.array([30, 50, 65])
APP_SHARES: Final = np.array(
    [
        [0.42, 0.34, 0.14, 0.10],
        [0.50, 0.26, 0.12, 0.12],
        [0.58, 0.16, 0.08, 0.18],
        [0.6, 0.1, 0.04, 0.26],
    ]
)
"""Of each app of `acquaintances.APPS`, among those who use any."""
KEPT_APP_SHARE: Final = 0.78
"""Of a person's acquaintances, those paid through the app the person keeps to; the others are where
others are (judged)."""
SENT_PER_MONTH: Final = np.array([3.2, 2.6, 1.5, 0.8])
"""By age: Zelle alone has two a month per enrolled account (Zelle 2024)."""
RECEIVED_PER_MONTH: Final = np.array([1.6, 1.2, 0.6, 0.35])
USES_NONE_SHARE: Final = np.array([0.08, 0.12, 0.24, 0.4])
PER_MONTH_MAX: Final = 8
SENT_MEDIAN_USD, SENT_SIGMA = 38.0, 0.95
RECEIVED_MEDIAN_USD, RECEIVED_SIGMA = 36.0, 0.9
LARGEST_USD: Final = 900.0
AFFORDABLE_SHARE: Final = 0.08
"""Of a month's income, the most one sum is: more is not sent between friends."""
FRIENDS_PER_USER: Final = OCCASIONS
"""After so many sums a person pays the same people over again."""
_ROUND_SHARE = 0.75
_DRAW: Final = BitFields(month=8, which=5, way=1)
_ON_A_DAY: Final = BitFields(user=20, day=16, label=20)
_AT_THE_BANK: Final = [*APPS].index("zelle")


def people_paid_postings(world: World, labels: Labels) -> Postings:
    """Sums sent to and received from friends, on any day; they post when banks are open.

    Args:
        world: The shard.
        labels: The catalog's counterparties.

    Returns:
        A row per sum.
    """
    waits = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    sent = _sums(
        world, labels, np.where(waits, 0.0, sent_per_month(world)), 0, SENT_MEDIAN_USD, SENT_SIGMA
    )
    received = _sums(
        world, labels, _per_month(world, RECEIVED_PER_MONTH), 1, RECEIVED_MEDIAN_USD, RECEIVED_SIGMA
    )
    return Postings.joined([sent, received])


def once_a_day(rows: Postings) -> Postings:
    """What is sent to one or comes from one on a day: where an app names nobody, all that posts on
    a day is cashed out at once.

    Args:
        rows: Sums through apps, `[N]`.

    Returns:
        The first of each day, account and line: `[M]`.
    """
    _, first = np.unique(
        _ON_A_DAY.pack(user=rows.user, day=rows.day, label=rows.label), return_index=True
    )
    return rows.where(np.sort(first))


def sent_per_month(world: World) -> Floats:
    """How many sums each person sends friends in a month, 0 for who uses no app: `[U]`.

    Args:
        world: The shard.
    """
    return _per_month(world, SENT_PER_MONTH)


def _per_month(world: World, rate: Floats) -> Floats:
    age = np.searchsorted(AGE_EDGES, world.profiles.people.age_years, side="right")
    takes_part = uniform(world.words("app", 0)) >= USES_NONE_SHARE[age]
    return np.asarray(np.where(takes_part, rate[age], 0.0))


def friends(world: World, labels: Labels, user: Ints, which: Ints, *, is_sent: bool) -> Ints:
    """Whom a sum goes to or comes from: somebody dear to the person or met once, through an app.

    Args:
        world: The shard.
        labels: The lines of apps.
        user: Index of the user within the shard, `[N]`.
        which: Which of their sums, below FRIENDS_PER_USER: `[N]`.
        is_sent: Whether the money goes out.

    Returns:
        A label each, `[N]`.
    """
    return through_an_app(world, labels, user, met_on(world, user, which), is_sent=is_sent)


def through_an_app(
    world: World, labels: Labels, user: Ints, number: Ints, *, is_sent: bool
) -> Ints:
    """The line of an acquaintance in the app that they are paid through.

    Args:
        world: The shard.
        labels: The lines of apps.
        user: Index of the user within the shard, `[N]`.
        number: Which of their acquaintances, `[N]`.
        is_sent: Whether the money goes out.

    Returns:
        A label each, `[N]`.
    """
    return labels.acquaintance(_apps(world, user, number), number, is_sent=is_sent)


def helpers(world: World, labels: Labels) -> Ints:
    """Who helps each person out through their bank: a partner, else a relative.

    Args:
        world: The shard.
        labels: The lines of apps.

    Returns:
        A label per user, `[U]`.
    """
    number = np.where(has_partner(world), PARTNER, RELATIVE).astype(np.int64)
    bank = np.full(number.size, _AT_THE_BANK)
    return labels.acquaintance(bank, number, is_sent=False)


def _apps(world: World, user: Ints, number: Ints) -> Ints:
    """The app that each acquaintance is paid through, a code of APPS: `[N]`."""
    age = np.searchsorted(AGE_EDGES, world.profiles.people.age_years, side="right")
    edges = np.cumsum(APP_SHARES, axis=1)[age][:, :-1]
    own = (edges <= uniform(world.words("app", 1))[:, np.newaxis]).sum(axis=1)
    word = words_each(world.keys("acquaintance_app")[user], number)
    place = (uniform(word) - KEPT_APP_SHARE) / (1 - KEPT_APP_SHARE)
    other = (edges[user] <= place[:, np.newaxis]).sum(axis=1)
    return np.asarray(np.where(place < 0, own[user], other), dtype=np.int64)


def _sums(
    world: World,
    labels: Labels,
    rate: Floats,
    way: int,
    median_usd: float,
    sigma: float,
) -> Postings:
    calendar = world.calendar
    month, which = np.divmod(np.arange(calendar.month_count * PER_MONTH_MAX), PER_MONTH_MAX)
    number = _DRAW.pack(month=month, which=which, way=way).astype(np.int64)
    word = world.words("paid_friend", 4 * number)
    happens = uniform(word) < (rate / PER_MONTH_MAX)[:, np.newaxis]
    user, at = np.nonzero(happens)
    keys = world.keys("paid_friend")[user]
    when, size, who = (words_each(keys, 4 * number[at] + part) for part in (1, 2, 3))
    start = calendar.month_starts[month[at]]
    day = start + integers(when, 28)
    usd = np.minimum(median_usd * np.exp(sigma * normal(size)), LARGEST_USD)
    is_round = uniform(who) < _ROUND_SHARE
    cents = np.where(is_round, np.maximum(np.rint(usd / 5), 1) * 500, np.rint(usd * 100))
    keep = (day >= 0) & (day < world.days)
    keep &= cents <= AFFORDABLE_SHARE * 100 * world.profiles.people.income_monthly_usd[user]
    user, day, cents, at = user[keep], day[keep], cents[keep], at[keep]
    friend = (which[at] + PER_MONTH_MAX * month[at]) % FRIENDS_PER_USER
    label = friends(world, labels, user, friend, is_sent=way == 0)
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=calendar.on_or_after(day),
        authorized=day,
        cents=cents if way == 0 else -cents,
        label=label,
        purpose=Purpose.PAID_FRIEND if way == 0 else Purpose.PAID_BY_FRIEND,
        serial=which[at],
    )
