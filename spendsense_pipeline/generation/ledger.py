"""Settles a shard of households at as_of: what has posted, what is pending, what accounts hold.

The world is planned past as_of and begins before its history; here both are cut off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.authorizations import (
    IS_BOUGHT,
    Room,
    authorized_cents,
    covered,
    sent_twice,
)
from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields
from spendsense_pipeline.generation.cents import sums
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.postings import (
    NO_LINK,
    OWED_SLOTS,
    SLOTS,
    Postings,
    Purpose,
    Slot,
    account_index,
)
from spendsense_pipeline.generation.randomness import mix64, purpose_key
from spendsense_pipeline.generation.world import World

_EVENT: Final = BitFields(user=26, purpose=11, slot=4, authorized=11, serial=11, is_pending=1)
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
    authorized_cents: Ints
    """What a row showed while it was pending; its amount if it never was."""
    holds: Postings
    """What was pending by as_of and never posts, in order of user, day and identity: `[H]`, the day
    of each when it is let go."""
    hold_identity: Words
    opening_cents: Ints
    """`[U, SLOTS]`, in the account's own sign."""
    current_cents: Ints
    """`[U, SLOTS]` at as_of, posted rows only."""
    pending_cents: Ints
    """`[U, SLOTS]` net outflow of pending rows."""
    has_account: Flags

    @property
    def shown_cents(self) -> Ints:
        """The amount each row has at as_of, `[N]`: while it is pending, what was authorized."""
        return np.where(self.is_pending, self.authorized_cents, self.rows.cents)


def settle(household: Household) -> Ledger:
    """Cut the plan at as_of: what has happened, what of it has posted, what is left where."""
    world = household.world
    opening, has_account = _openings(household)
    rows = Postings.joined([_known(world, part) for part in household.parts])
    # From here on they are the ledger's: kept twice, they would be most of a shard's memory.
    household = replace(household, parts=())
    event, salt = _events(world, rows), np.uint64(purpose_key(world.seed, _IDENTITY))
    room = Room(rows, _room_at_start(household, opening))
    shown_cents = _shown_cents(household, rows, event, room)
    holds = _holds(household, rows, event, room)
    del room
    hold_identity = mix64((_events(world, holds) | _PENDING) ^ salt)
    by_day = np.lexsort((hold_identity, holds.authorized, holds.user))
    holds = holds.where(by_day)
    held = holds.where(holds.day > world.as_of_day)
    rows, shown_cents = Postings.joined([rows, held]), np.append(shown_cents, held.cents)
    event = np.append(event, _events(world, held))
    is_pending = rows.day > world.as_of_day
    was_pending = IS_BOUGHT[rows.purpose] & (rows.day > rows.authorized)
    posted_identity, pending_identity = mix64(event ^ salt), mix64((event | _PENDING) ^ salt)
    identity = np.where(is_pending, pending_identity, posted_identity)
    place = _ROW_ORDER.pack(
        account=account_index(rows.user, rows.slot),
        day=np.where(is_pending, rows.authorized, rows.day),
        identity=identity >> np.uint64(WORD_BITS - _ROW_ORDER.width("identity")),
    )
    order = np.argsort(place, kind="stable")
    posted_from = np.where(was_pending & ~is_pending, pending_identity, np.uint64(0))
    rows, is_pending, shown_cents = rows.where(order), is_pending[order], shown_cents[order]
    moved = _account_sums(world, rows, rows.cents, ~is_pending)
    # What leaves an account lowers money held and raises money owed.
    sign = np.where(np.isin(np.arange(SLOTS), OWED_SLOTS), 1, -1)
    return Ledger(
        household=household,
        rows=rows,
        identity=identity[order],
        pending_identity=posted_from[order],
        link_identity=_link_identities(world, rows),
        is_pending=is_pending,
        authorized_cents=shown_cents,
        holds=holds,
        hold_identity=hold_identity[by_day],
        opening_cents=opening,
        current_cents=np.asarray(opening + sign * moved, dtype=np.int64),
        pending_cents=_account_sums(world, rows, shown_cents, is_pending),
        has_account=has_account,
    )


def _known(world: World, rows: Postings) -> Postings:
    """The rows of the history that can be seen at as_of."""
    # Only purchases are seen before they post; a refund or a transfer appears when it settles.
    is_seen = (rows.day <= world.as_of_day) | IS_BOUGHT[rows.purpose]
    is_seen &= (rows.day >= world.history_day) & (rows.authorized <= world.as_of_day)
    return rows.where(is_seen)


def _shown_cents(household: Household, rows: Postings, event: Words, room: Room) -> Ints:
    """What rows show while they are pending, or their amount: `[N]`."""
    at = np.flatnonzero((rows.purpose == Purpose.PURCHASE) & (rows.day > rows.authorized))
    draw = mix64(event[at] ^ np.uint64(purpose_key(household.world.seed, "authorization")))
    shown = rows.cents.copy()
    shown[at] = authorized_cents(household.labels, rows.where(at), draw, room)
    return shown


def _holds(household: Household, rows: Postings, event: Words, room: Room) -> Postings:
    """What was authorized by as_of and never posts."""
    world = household.world
    at = np.flatnonzero(rows.purpose == Purpose.PURCHASE)
    draw = mix64(event[at] ^ np.uint64(purpose_key(world.seed, "sent_twice")))
    found = [household.deposits, sent_twice(household.labels, rows.where(at), draw)]
    holds = Postings.joined(found)
    is_known = (holds.authorized >= world.history_day) & (holds.authorized <= world.as_of_day)
    holds = holds.where(is_known)
    return holds.where(covered(holds, room))


def _events(world: World, rows: Postings) -> Words:
    """What every row is once it has posted: `[N]`."""
    return _EVENT.pack(
        user=world.profiles.people.numbers[rows.user],
        purpose=rows.purpose,
        slot=rows.slot,
        authorized=rows.authorized,
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


def _account_sums(world: World, rows: Postings, cents: Ints, which: Flags) -> Ints:
    """Net outflow per account of some of the rows, of so many cents: `[U, SLOTS]`."""
    at = np.flatnonzero(which)
    account = account_index(rows.user[at], rows.slot[at])
    return sums(account, cents[at], world.users * SLOTS).reshape(world.users, SLOTS)


def _room_at_start(household: Household, opening: Ints) -> Ints:
    """What may be spent before the first row: money held, or a limit less what is owed."""
    cards, room = household.cards, opening.copy()
    room[cards.user, cards.slot] = cards.limit_cents - opening[cards.user, cards.slot]
    return room


def _openings(household: Household) -> tuple[Ints, Flags]:
    """Opening balances and which accounts exist: `[U, SLOTS]` each."""
    world, lived = household.world, household.lived
    opening = np.zeros((world.users, SLOTS), dtype=np.int64)
    opening[:, Slot.CHECKING] = lived.opening_checking
    opening[:, Slot.SAVINGS] = lived.opening_savings
    opening[:, Slot.BUSINESS] = household.opening_business_cents
    opening[household.cards.user, household.cards.slot] = lived.opening_owed
    loans = household.loans
    opening[loans.user, loans.slot] = loans.opening_cents
    exists = np.zeros((world.users, SLOTS), dtype=np.bool_)
    exists[:, [Slot.CHECKING, Slot.SAVINGS]] = True
    exists[:, Slot.BUSINESS] = world.profiles.has_business
    exists[household.cards.user, household.cards.slot] = True
    exists[loans.user, loans.slot] = True
    others = household.other_deposits
    opening[others.user, others.slot] = household.opening_other_cents
    exists[others.user, others.slot] = True
    return opening, exists
