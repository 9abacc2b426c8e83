"""Settles a shard of households at as_of: what has posted, what is pending, what accounts hold.

The world is planned past as_of and begins before its history; here both are cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.postings import (
    CARD_SLOTS,
    NO_LINK,
    SLOTS,
    Postings,
    Purpose,
    Slot,
    account_index,
)
from spendsense_pipeline.generation.randomness import mix64, purpose_key
from spendsense_pipeline.generation.world import World

_EVENT: Final = BitFields(user=26, purpose=12, slot=3, authorized=11, serial=11, is_pending=1)
"""What a posting is; never two alike, and a pending row is another than the one it posts as."""
_IDENTITY: Final = "transaction_id"
_PENDING: Final = _EVENT.pack(user=0, purpose=0, slot=0, authorized=0, serial=0, is_pending=1)
_ROW_ORDER: Final = BitFields(account=17, day=11, identity=36)
"""Rows of a shard by account and day; the top bits of the identity break ties as its text does."""
_TRANSFER: Final = BitFields(user=32, link=32)
SHARD_USERS_MAX: Final = _ROW_ORDER.size("account") // SLOTS
"""More users of a shard would not fit in the order of its rows."""


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
    """Cut the plan at as_of: what has happened, what of it has posted, what is left where."""
    world = household.world
    opening, has_account = _openings(household)
    rows = Postings.joined(household.parts)
    rows = rows.where(rows.day >= world.history_day)
    # Only purchases are seen before they post; a refund or a transfer appears when it settles.
    is_bought = np.isin(rows.purpose, (Purpose.PURCHASE, Purpose.TRAVEL))
    is_seen = (rows.day <= world.as_of_day) | is_bought
    is_known = is_seen & (rows.authorized <= world.as_of_day)
    is_pending = rows.day > world.as_of_day
    was_pending = is_bought & (rows.day > rows.authorized)
    # Rows that are cut are told apart no more: their days, which may lie anywhere, count as 0.
    happened = np.where(is_known, rows.authorized, 0)
    shown_day = np.where(is_pending, happened, np.where(is_known, rows.day, 0))
    event, salt = _events(world, rows, happened), np.uint64(purpose_key(world.seed, _IDENTITY))
    posted_identity, pending_identity = mix64(event ^ salt), mix64((event | _PENDING) ^ salt)
    identity = np.where(is_pending, pending_identity, posted_identity)
    place = _ROW_ORDER.pack(
        account=account_index(rows.user, rows.slot),
        day=shown_day,
        identity=identity >> np.uint64(WORD_BITS - _ROW_ORDER.width("identity")),
    )
    known = np.flatnonzero(is_known)
    order = known[np.argsort(place[known], kind="stable")]
    posted_from = np.where(was_pending & ~is_pending, pending_identity, np.uint64(0))
    rows, is_pending = rows.where(order), is_pending[order]
    moved = _account_sums(world, rows, ~is_pending)
    # What leaves an account lowers money held and raises money owed.
    sign = np.where(np.isin(np.arange(SLOTS), CARD_SLOTS), 1, -1)
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


def _events(world: World, rows: Postings, happened: Ints) -> Words:
    """What every row is once it has posted: `[N]`."""
    return _EVENT.pack(
        user=world.profiles.people.numbers[rows.user],
        purpose=rows.purpose,
        slot=rows.slot,
        authorized=happened,
        serial=rows.serial,
        is_pending=0,
    )


def _link_identities(world: World, rows: Postings) -> Words:
    """64-bit identity of the transfer each row is a leg of, 0 for the many that are none: `[N]`."""
    legs = np.flatnonzero(rows.link != NO_LINK)
    transfer = _TRANSFER.pack(
        user=world.profiles.people.numbers[rows.user[legs]],
        # Counted from 1.
        link=rows.link[legs] + 1,
    )
    identity = np.zeros(rows.size, dtype=np.uint64)
    identity[legs] = mix64(transfer ^ np.uint64(purpose_key(world.seed, "transfer_id")))
    return identity


def _account_sums(world: World, rows: Postings, which: Flags) -> Ints:
    """Net outflow per account of some of the rows: `[U, SLOTS]` cents."""
    at = np.flatnonzero(which)
    account = account_index(rows.user[at], rows.slot[at])
    return sums(account, rows.cents[at], world.users * SLOTS).reshape(world.users, SLOTS)


def _openings(household: Household) -> tuple[Ints, Flags]:
    """Opening balances and which accounts exist: `[U, SLOTS]` each."""
    world, lived = household.world, household.lived
    opening = np.zeros((world.users, SLOTS), dtype=np.int64)
    opening[:, Slot.CHECKING] = lived.opening_checking
    opening[:, Slot.SAVINGS] = lived.opening_savings
    opening[:, Slot.BUSINESS] = household.opening_business_cents
    opening[household.cards.user, household.cards.slot] = lived.opening_owed
    exists = np.zeros((world.users, SLOTS), dtype=np.bool_)
    exists[:, [Slot.CHECKING, Slot.SAVINGS]] = True
    exists[:, Slot.BUSINESS] = world.profiles.has_business
    exists[household.cards.user, household.cards.slot] = True
    return opening, exists
