"""The shared frame of one shard: who, when, by which draws; and the shape of what behaviours post.

A world runs from history_start and is the same whatever `as_of` is: behaviours plan to `horizon`
(past as_of, so that a budget period in progress is planned whole) and the ledger cuts at as_of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation.attributes import Profiles, sample_profiles
from spendsense_pipeline.generation.calendar import Calendar, calendar_for
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.quota_sampling import Flags
from spendsense_pipeline.generation.randomness import Ints, Words, user_keys, words

HORIZON_MIN_DAYS = 124
"""Every world is planned at least this far, so that opening balances, which look at the first
three months of the plan, do not depend on as_of."""


class Slot(IntEnum):
    """Account of a user, in the order of its account_id."""

    BUSINESS = 0
    CHECKING = 1
    CARD_1 = 2
    CARD_2 = 3
    SAVINGS = 4


SLOTS = len(Slot)


class Purpose(IntEnum):
    """What a posting is for; part of its identity, so the numbers never change meaning."""

    PAY = 1
    BILL = 2
    SUBSCRIPTION = 3
    PURCHASE = 4
    REFUND = 5
    SAVINGS_OUT = 6
    SAVINGS_IN = 7
    WAGE_OUT = 8
    WAGE_IN = 9
    SWEEP_OUT = 10
    SWEEP_IN = 11
    SAVINGS_INTEREST = 12
    CARD_PAYMENT_OUT = 13
    CARD_PAYMENT_IN = 14
    CARD_INTEREST = 15
    LATE_FEE = 16
    OVERDRAFT_FEE = 17
    EMERGENCY = 18
    BUSINESS = 19


@dataclass(frozen=True)
class World:
    """One shard of users and the frame they live in."""

    resolved: ResolvedConfig
    profiles: Profiles
    calendar: Calendar
    as_of_day: int

    @property
    def users(self) -> int:
        """How many users the shard holds."""
        return int(self.profiles.people.numbers.size)

    @property
    def days(self) -> int:
        """Days planned, past as_of."""
        return self.calendar.days

    @property
    def seed(self) -> int:
        """The operator's seed."""
        return self.resolved.config.seed

    def keys(self, purpose: str) -> Words:
        """One key per user for draws of a purpose: `[U]`."""
        return user_keys(self.seed, purpose, self.profiles.people.numbers)

    def words(self, purpose: str, index: npt.ArrayLike) -> Words:
        """Draws of a purpose: `[U]` for a scalar index, else `[U, I]`."""
        return words(self.keys(purpose), index)


def make_world(resolved: ResolvedConfig, first_user: int, users: int) -> World:
    """The frame of users `first_user … first_user + users`."""
    as_of, start = resolved.as_of, resolved.history_start
    month = dt.date(as_of.year + (as_of.month + 1) // 12, (as_of.month + 1) % 12 + 1, 1)
    days = max((month - start).days, HORIZON_MIN_DAYS)
    return World(
        resolved=resolved,
        profiles=sample_profiles(resolved, first_user, users),
        calendar=calendar_for(start, days),
        as_of_day=(as_of - start).days,
    )


@dataclass(frozen=True)
class Postings:
    """Rows that behaviours post, one array entry each (`[N]`)."""

    user: Ints
    """Index of the user within the shard."""
    slot: Ints
    """Account, a `Slot`."""
    day: Ints
    """Day it settles."""
    authorized: Ints
    """Day it happened."""
    cents: Ints
    """Positive = money out of the account."""
    label: Ints
    """Row of the label table: description, merchant, category, channel."""
    purpose: Ints
    """A `Purpose`."""
    serial: Ints
    """Number among the user's postings of that purpose and authorized day; part of the identity."""
    link: Ints
    """Identity shared by the two legs of a transfer (the serial of the pair), -1 for others."""

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self.user.size)

    def where(self, keep: Flags | Ints) -> Postings:
        """The rows selected by a mask or an order."""
        at = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return Postings(*(getattr(self, name).take(at) for name in _FIELDS))


_FIELDS = ("user", "slot", "day", "authorized", "cents", "label", "purpose", "serial", "link")


def postings(
    *,
    user: npt.ArrayLike,
    slot: npt.ArrayLike,
    day: npt.ArrayLike,
    cents: npt.ArrayLike,
    label: npt.ArrayLike,
    purpose: npt.ArrayLike,
    serial: npt.ArrayLike = 0,
    authorized: npt.ArrayLike | None = None,
    link: npt.ArrayLike = -1,
) -> Postings:
    """Postings from arrays and scalars that broadcast to the shape of `user`, flattened."""
    who = np.asarray(user)
    when = np.asarray(day)
    parts = (who, slot, when, when if authorized is None else authorized, cents, label, purpose)
    shape = np.broadcast_shapes(*(np.shape(part) for part in parts))
    return Postings(
        *(
            np.ascontiguousarray(np.broadcast_to(np.asarray(part), shape))
            .ravel()
            .astype(np.int64, copy=False)
            for part in (*parts, serial, link)
        )
    )


def joined(parts: Sequence[Postings]) -> Postings:
    """All rows of several postings."""
    return Postings(*(np.concatenate([getattr(p, name) for p in parts]) for name in _FIELDS))


def daily_cents(parts: Iterable[Postings], slot: Slot, users: int, days: int) -> Ints:
    """Net outflow of one account of every user per settlement day: `[U, D]` cents."""
    flow = np.zeros(users * days, dtype=np.int64)
    for rows in parts:
        at = np.flatnonzero((rows.slot == slot) & (rows.day >= 0) & (rows.day < days))
        flow += sums(rows.user[at] * days + rows.day[at], rows.cents[at], users * days)
    return flow.reshape(users, days)
