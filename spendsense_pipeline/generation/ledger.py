"""Settles a shard of households at as_of: overdraft fees, what has posted, what accounts hold.

The world is planned past as_of; here the clock is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.generation.budget import OVERDRAFT_FEE_CENTS
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.quota_sampling import Flags
from spendsense_pipeline.generation.randomness import Ints, Words, mix64, purpose_key
from spendsense_pipeline.generation.world import (
    SLOTS,
    Postings,
    Purpose,
    Slot,
    World,
    daily_cents,
    joined,
    postings,
)

CREDIT_SLOTS = (Slot.CARD_1, Slot.CARD_2)
SHARD_USERS_MAX = 26_000
"""More would not fit in the 28 bits that user, account and day have in the order of rows."""
_OVERDRAFTS_MAX = 200
"""Bounds a loop that otherwise ends when no account is overdrawn without a fee."""


@dataclass(frozen=True)
class Ledger:
    """Rows that exist at as_of and what they leave in every account."""

    household: Household
    rows: Postings
    """Posted and pending rows, in order of user, account, day and identity."""
    identity: Words
    """64-bit identity of each row as it stands: of the pending row while it is pending."""
    pending_identity: Words
    """Identity a posted row had while it was pending; 0 if it never was."""
    link_identity: Words
    """Identity of the transfer a row is a leg of; 0 for none."""
    is_pending: Flags
    opening_cents: Ints
    """`[U, SLOTS]`, in the account's own sign."""
    current_cents: Ints
    """`[U, SLOTS]` at as_of, posted rows only."""
    pending_cents: Ints
    """`[U, SLOTS]` net outflow of pending rows."""
    has_account: Flags


def settle(household: Household) -> Ledger:
    """Cut the plan at as_of."""
    world = household.world
    opening, has_account = _openings(household)
    rows = joined([*household.parts, _overdraft_fees(household, opening)])
    # Only purchases are seen before they post; a refund or a transfer appears when it settles.
    is_seen = (rows.day <= world.as_of_day) | (rows.purpose == Purpose.PURCHASE)
    is_known = is_seen & (rows.authorized >= 0) & (rows.authorized <= world.as_of_day)
    is_pending = rows.day > world.as_of_day
    event = _event(world, rows)
    salt = np.uint64(purpose_key(world.seed, "transaction_id"))
    was_pending = (rows.purpose == Purpose.PURCHASE) & (rows.day > rows.authorized)
    posted_id, pending_id = mix64(event ^ salt), mix64((event | np.uint64(1)) ^ salt)
    identity = np.where(is_pending, pending_id, posted_id)
    shown_day = np.where(is_pending, rows.authorized, rows.day)
    # User, account and day in the high bits; the identity breaks ties as its text does.
    place = ((rows.user * SLOTS + rows.slot) * 2_048 + shown_day).astype(np.uint64)
    place = place << np.uint64(36) | identity >> np.uint64(28)
    known = np.flatnonzero(is_known)
    order = known[np.argsort(place[known], kind="stable")]
    posted_from = np.where(was_pending & ~is_pending, pending_id, np.uint64(0))
    rows, is_pending = rows.where(order), is_pending[order]
    moved = _account_sums(world, rows, ~is_pending)
    sign = np.where(np.isin(np.arange(SLOTS), CREDIT_SLOTS), 1, -1)
    return Ledger(
        household=household,
        rows=rows,
        identity=identity[order],
        pending_identity=posted_from[order],
        link_identity=_link_identities(world, rows),
        is_pending=is_pending,
        opening_cents=opening,
        current_cents=np.asarray(opening + sign * moved, dtype=np.int64),
        pending_cents=_account_sums(world, rows, is_pending),
        has_account=has_account,
    )


def _link_identities(world: World, rows: Postings) -> Words:
    """64-bit identity of the transfer each row is a leg of, 0 for the many that are none: `[N]`."""
    legs = np.flatnonzero(rows.link >= 0)
    number = world.profiles.people.numbers[rows.user[legs]].astype(np.uint64)
    pair = number << np.uint64(32) | rows.link[legs].astype(np.uint64) + np.uint64(1)
    identity = np.zeros(rows.size, dtype=np.uint64)
    identity[legs] = mix64(pair ^ np.uint64(purpose_key(world.seed, "transfer_id")))
    return identity


def _event(world: World, rows: Postings) -> Words:
    """What a posting is, in 64 bits: user, purpose, account, day and serial. Never two alike."""
    number = world.profiles.people.numbers[rows.user].astype(np.uint64)
    what = ((rows.purpose * 8 + rows.slot) * 2_048 + rows.authorized) * 2_048 + rows.serial
    return number << np.uint64(38) | what.astype(np.uint64) << np.uint64(1)


def _account_sums(world: World, rows: Postings, which: Flags) -> Ints:
    """Net outflow per account of some of the rows: `[U, SLOTS]` cents."""
    at = np.flatnonzero(which)
    account = rows.user[at] * SLOTS + rows.slot[at]
    return sums(account, rows.cents[at], world.users * SLOTS).reshape(world.users, SLOTS)


def _openings(household: Household) -> tuple[Ints, Flags]:
    """Opening balances and which accounts exist: `[U, SLOTS]` each."""
    world = household.world
    opening = np.zeros((world.users, SLOTS), dtype=np.int64)
    opening[:, Slot.CHECKING] = household.budget.opening_cents
    opening[:, Slot.SAVINGS] = household.savings.opening_cents
    opening[:, Slot.BUSINESS] = household.opening_business_cents
    opening[household.cards.user, household.cards.slot] = household.cards.opening_cents
    exists = np.zeros((world.users, SLOTS), dtype=np.bool_)
    exists[:, [Slot.CHECKING, Slot.SAVINGS]] = True
    exists[:, Slot.BUSINESS] = world.profiles.has_business
    exists[household.cards.user, household.cards.slot] = True
    return opening, exists


def _overdraft_fees(household: Household, opening: Ints) -> Postings:
    """One fee per stretch of negative closes, on the business day after the first of them."""
    world = household.world
    flow = daily_cents(household.parts, Slot.CHECKING, world.users, world.days)
    balance = opening[:, [Slot.CHECKING]] - np.cumsum(flow, axis=1)
    who = np.flatnonzero((balance < 0).any(axis=1))
    balance = balance[who]
    looked_to = np.zeros(who.size, dtype=np.int64)
    users, fee_days = [], []
    day = np.arange(world.days)
    for _ in range(_OVERDRAFTS_MAX):
        is_open = (balance < 0) & (day >= looked_to[:, np.newaxis])
        hit = np.flatnonzero(is_open.any(axis=1))
        if hit.size == 0:
            break
        first = is_open[hit].argmax(axis=1)
        fee_day = world.calendar.on_or_after(first + 1).astype(np.int64)
        users.append(who[hit])
        fee_days.append(fee_day)
        balance[hit] -= OVERDRAFT_FEE_CENTS * (day >= fee_day[:, np.newaxis])
        # The stretch ends when the account is positive again; the next one starts after that.
        recovered = (balance[hit] >= 0) & (day > first[:, np.newaxis])
        looked_to[hit] = np.where(
            recovered.any(axis=1), np.maximum(recovered.argmax(axis=1), fee_day), world.days
        )
    if not users:
        return postings(user=[], slot=0, day=[], cents=0, label=0, purpose=Purpose.OVERDRAFT_FEE)
    fee_day = np.concatenate(fee_days)
    keep = fee_day < world.days
    return postings(
        user=np.concatenate(users)[keep],
        slot=Slot.CHECKING,
        day=fee_day[keep],
        cents=OVERDRAFT_FEE_CENTS,
        label=Fixed.OVERDRAFT_FEE,
        purpose=Purpose.OVERDRAFT_FEE,
    )
