"""What behaviours post: rows of accounts, as columns, and the two legs of a transfer.

A posting says which account it moves, when, by how much, under which label, and what it is; ids and
text are made from that where the tables are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Columns, Ints, Words
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.cents import sums


class Slot(IntEnum):
    """Account of a user, in the order of its account_id."""

    BUSINESS = 0
    CD = 1
    CHECKING = 2
    CARD_1 = 3
    CARD_2 = 4
    HSA = 5
    LOAN_AUTO = 6
    LOAN_MORTGAGE = 7
    LOAN_PERSONAL = 8
    LOAN_STUDENT = 9
    MONEY_MARKET = 10
    SAVINGS = 11


SLOTS: Final = len(Slot)
CARD_SLOTS: Final = (Slot.CARD_1, Slot.CARD_2)
LOAN_SLOTS: Final = (Slot.LOAN_AUTO, Slot.LOAN_MORTGAGE, Slot.LOAN_PERSONAL, Slot.LOAN_STUDENT)
OWED_SLOTS: Final = (*CARD_SLOTS, *LOAN_SLOTS)
"""Where a balance above zero is owed."""
DRAW_NUMBERS: Final = (0, 9, 1, 2, 3, 10, 5, 6, 7, 8, 11, 4)
"""By which number each account's own draws go: no kind that is added changes another's."""


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
    BENEFIT = 20
    PENSION = 21
    SECOND_PAY = 22
    UNEMPLOYMENT = 23
    WINDFALL = 24
    UNPLANNED = 25
    TRAVEL = 30
    MEMBERSHIP = 40
    PAID_FRIEND = 50
    PAID_BY_FRIEND = 51
    CHECK = 52
    TAX_REFUND = 53
    TAX_OWED = 54
    INVESTING = 55
    SUPPORT = 56
    INSTALMENT = 57
    DEPOSIT = 58
    BUSINESS_TAKINGS = 59
    BUSINESS_SUPPLIES = 60
    BUSINESS_BILL = 61
    BUSINESS_TAX = 62
    BUSINESS_DRAW = 63
    BUSINESS_DRAW_IN = 64
    PAID_SAME = 65
    PAID_BY_SAME = 66
    MOVING = 70
    CASH = 80
    FRIEND_OUT = 81
    FRIEND_IN = 82
    PARTNER_IN = 83
    COVER_OUT = 84
    COVER_IN = 85
    SAVED_PAY = 86
    PAYOFF_OUT = 88
    PAYOFF_IN = 89
    ASIDE_OUT = 92
    ASIDE_IN = 93
    ATM_FEE = 87
    LOAN_PAYMENT_IN = 95
    LOAN_INTEREST = 96
    ESCROW = 97
    HSA_CONTRIBUTION = 98
    HSA_BILL = 99
    DEPOSIT_INTEREST = 100
    RETURNED_ITEM = 101
    RETURNED_ITEM_FEE = 102
    BILL_PAID_AGAIN = 103
    DISPUTE_CREDIT = 104
    DISPUTE_REVERSAL = 105
    SUPPORT_PAID = 106
    DEPOSIT_HELD = 90
    ORDER_SENT_TWICE = 91


OF_CONTRACTS: Final = (Purpose.BILL, Purpose.RETURNED_ITEM)
"""What a contract has paid and sent back: its place is where the contract is."""
PURPOSE_CODES: Final = max(Purpose) + 1
"""Length of a table with an entry per purpose."""
NO_LINK: Final = -1
NO_PLACE: Final = -1
_LINK: Final = BitFields(purpose=8, serial=12)
"""A transfer among its user's: the purpose of the leg that goes out, and which of those it is."""


@dataclass(frozen=True)
class Postings(Columns):
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
    """Which transfer of the user's a row is a leg of, NO_LINK for others."""
    place: Ints
    """Row of the catalog's places it happened in, NO_PLACE where it has no city."""


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
    link: npt.ArrayLike = NO_LINK,
    place: npt.ArrayLike = NO_PLACE,
) -> Postings:
    """Postings from arrays and scalars that broadcast against each other.

    Args:
        user: Index of the user within the shard, `[N]`.
        slot: Account, a `Slot`: `[N]` or one for all, as is every other argument.
        day: Day it settles, counted from history_start.
        cents: Amount, positive = money out of the account.
        label: Row of the label table.
        purpose: A `Purpose`.
        serial: Number among the user's postings of that purpose and authorized day.
        authorized: Day it happened; left out, the day it settles.
        link: Which transfer it is a leg of.
        place: Row of the catalog's places it happened in.

    Returns:
        The rows, `[N]`, flattened in the order of `user`.
    """
    happened = day if authorized is None else authorized
    columns = (user, slot, day, happened, cents, label, purpose, serial, link, place)
    shape = np.broadcast_shapes(*map(np.shape, columns))
    return Postings(*(_column(values, shape) for values in columns))


def _column(values: npt.ArrayLike, shape: tuple[int, ...]) -> Ints:
    """Values that broadcast to a shape, laid out in its order: `[N]`."""
    if isinstance(values, np.ndarray) and values.dtype == np.int64 and values.shape == shape:
        return values.reshape(-1)
    column = np.empty(shape, dtype=np.int64)
    column[...] = values
    return column.reshape(-1)


class Leg(NamedTuple):
    """One side of a transfer: which account, under which label, for what purpose."""

    slot: Ints | int
    label: Ints | int
    purpose: Purpose


def transfer_link(purpose: npt.ArrayLike, serial: Ints | Words) -> Ints:
    """Names for transfers among their user's.

    Args:
        purpose: Of the leg that goes out, one or `[N]`.
        serial: Number among the user's transfers of this purpose, `[N]`.

    Returns:
        A link each, `[N]`.

    Raises:
        OverflowError: A serial does not fit in the link.
    """
    return _LINK.pack(purpose=purpose, serial=serial).astype(np.int64)


def transfer(
    *,
    user: Ints,
    day: Ints,
    cents: Ints,
    serial: Ints | Words,
    out_of: Leg,
    into: Leg,
    arrives: Ints | None = None,
) -> Postings:
    """The same amount out of one account and into another under one link.

    Args:
        user: Index of the user within the shard, `[N]`.
        day: Day it leaves, `[N]`.
        cents: Amount, above zero, `[N]`.
        serial: Number among the user's transfers of this purpose, `[N]`.
        out_of: The account it leaves.
        into: The account it reaches.
        arrives: Day it does, `[N]`; left out, the day it leaves.

    Returns:
        All legs that go out, then all that come in: `[2 N]`.

    Raises:
        OverflowError: A serial does not fit in the link.
    """
    link = transfer_link(int(out_of.purpose), serial)
    settled = day if arrives is None else arrives
    legs = [
        postings(
            user=user,
            slot=leg.slot,
            day=settles,
            authorized=day,
            cents=sign * cents,
            label=leg.label,
            purpose=leg.purpose,
            serial=serial,
            link=link,
        )
        for sign, leg, settles in ((1, out_of, day), (-1, into, settled))
    ]
    return Postings.joined(legs)


def account_index(user: Ints, slot: npt.ArrayLike) -> Ints:
    """Accounts numbered through a shard, `SLOTS` per user.

    Args:
        user: Index of the user within the shard, `[N]`.
        slot: Which of the user's accounts, `[N]` or one for all.

    Returns:
        Index into anything with an entry per possible account, `[N]`.
    """
    return np.asarray(user * SLOTS + np.asarray(slot), dtype=np.int64)


def daily_cents(parts: Iterable[Postings], slot: Slot, users: int, days: int) -> Ints:
    """Net outflow of one account of every user per settlement day.

    Args:
        parts: Postings of any accounts and days.
        slot: The account to add up.
        users: How many users the shard holds.
        days: Days to look at, from day 0 on.

    Returns:
        Cents per (user, day), `[U, D]`.
    """
    flow = np.zeros(users * days, dtype=np.int64)
    for rows in parts:
        at = np.flatnonzero((rows.slot == slot) & (rows.day >= 0) & (rows.day < days))
        flow += sums(rows.user[at] * days + rows.day[at], rows.cents[at], users * days)
    return flow.reshape(users, days)
