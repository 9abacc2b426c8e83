"""A settled ledger as Arrow tables: card statements, liabilities and the truth about streams."""

from __future__ import annotations

from typing import Any

import numpy as np

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.attributes import BIWEEKLY, CADENCES, MEDIUM, MONTHLY, WEEKLY
from spendsense_pipeline.generation.behaviours.housing import MORTGAGE, RENT
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.quota_sampling import Flags
from spendsense_pipeline.generation.randomness import Ints
from spendsense_pipeline.generation.tables import identifiers, table
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import SLOTS, Postings, Purpose
from spendsense_pipeline.tables.raw import (
    APR_TYPES,
    CARD_STATEMENTS,
    RAW_LIABILITIES,
    STREAM_KINDS,
    STREAM_TRUTH,
)

_STREAM_PURPOSES = {
    Purpose.BILL: "bill",
    Purpose.SUBSCRIPTION: "subscription",
    Purpose.PAY: "income",
    Purpose.SAVINGS_OUT: "transfer",
}
_KIND_OF_PURPOSE = np.array(
    [
        STREAM_KINDS.index(_STREAM_PURPOSES[Purpose(code)]) if code in _STREAM_PURPOSES else -1
        for code in range(len(Purpose) + 1)
    ]
)
"""Kind of recurring stream a posting of each purpose belongs to, -1 for none."""


def statements_table(ledger: Ledger) -> Any:
    """`card_statements` issued by as_of."""
    world, cards, statements = (
        ledger.household.world,
        ledger.household.cards,
        ledger.household.statements,
    )
    start = world.resolved.history_start
    card, cycle = np.nonzero(cards.issued <= world.as_of_day)
    flat = cards.user[card] * SLOTS + cards.slot[card]
    ids = identifiers(world)
    return table(
        CARD_STATEMENTS,
        {
            "account_id": arrow.coded(flat, ids.account_column),
            "statement_id": arrow.text(
                [
                    f"{ids.accounts[account]}:{number:02d}"
                    for account, number in zip(flat.tolist(), cycle.tolist(), strict=True)
                ]
            ),
            "issued_on": arrow.dates(cards.issued[card, cycle], start),
            "due_on": arrow.dates(cards.due[card, cycle], start),
            "previous_balance": arrow.money(statements.previous[card, cycle]),
            "purchases": arrow.money(statements.purchases[card, cycle]),
            "interest": arrow.money(statements.interest[card, cycle]),
            "fees": arrow.money(statements.fees[card, cycle]),
            "payments": arrow.money(statements.payments[card, cycle]),
            "statement_balance": arrow.money(statements.balance[card, cycle]),
            "minimum_payment_amount": arrow.money(statements.minimum[card, cycle]),
        },
    )


def liabilities_table(ledger: Ledger) -> Any:
    """`raw_liabilities`: terms, latest statement and payment state of every card at as_of."""
    world, cards, statements = (
        ledger.household.world,
        ledger.household.cards,
        ledger.household.statements,
    )
    start, today = world.resolved.history_start, world.as_of_day
    ids = identifiers(world)
    rows = np.arange(cards.count)
    issued = (cards.issued <= today).sum(axis=1)
    latest = np.maximum(issued - 1, 0)
    none_issued = np.asarray(issued == 0, dtype=np.bool_)
    is_paid = (statements.paid > 0) & (cards.pays_on <= today)
    last_paid = cards.issued.shape[1] - 1 - is_paid[:, ::-1].argmax(axis=1)
    never_paid = np.logical_not(np.any(is_paid, axis=1))
    # Payments answer the oldest minimum first; a due date up to today with less paid is overdue.
    paid_so_far = np.where(is_paid, statements.paid, 0).sum(axis=1)
    is_due = cards.due <= today
    owed_so_far = np.where(is_due, statements.minimum, 0).sum(axis=1)
    in_statement = np.take_along_axis(cards.due, latest[:, np.newaxis], axis=1)[:, 0]
    return table(
        RAW_LIABILITIES,
        {
            "account_id": arrow.coded(cards.user * SLOTS + cards.slot, ids.account_column),
            "user_id": arrow.coded(cards.user, ids.user_column),
            "apr_percentage": arrow.percent(cards.apr_basis_points),
            "apr_type": arrow.coded(
                np.where(cards.band == MEDIUM, APR_TYPES.index("balance_transfer_apr"), 0),
                arrow.text(APR_TYPES),
            ),
            "minimum_payment_amount": arrow.money(statements.minimum[rows, latest], none_issued),
            "last_payment_amount": arrow.money(statements.paid[rows, last_paid], never_paid),
            "last_payment_date": arrow.dates(cards.pays_on[rows, last_paid], start, never_paid),
            "last_statement_balance": arrow.money(statements.balance[rows, latest], none_issued),
            "last_statement_issue_date": arrow.dates(
                cards.issued[rows, latest], start, none_issued
            ),
            "next_payment_due_date": arrow.dates(in_statement, start, none_issued),
            "is_overdue": arrow.flags(paid_so_far < owed_so_far),
        },
    )


def streams_table(ledger: Ledger) -> Any:
    """`stream_truth`: every recurring stream that has started by as_of."""
    household, world = ledger.household, ledger.household.world
    ids, start = identifiers(world), world.resolved.history_start
    rows = ledger.rows.where(_KIND_OF_PURPOSE[ledger.rows.purpose] >= 0)
    part = _part_of(rows)
    stream = (rows.user * 64 + rows.purpose) * 65_536 + part
    order = np.lexsort((rows.day, stream))
    rows, part, stream = rows.where(order), part[order], stream[order]
    is_first = np.diff(stream, prepend=-1) != 0
    first = np.flatnonzero(is_first)
    keys = [
        f"{ids.users[user]}:{STREAM_KINDS[kind]}:{number:05d}"
        for user, kind, number in zip(
            rows.user[first].tolist(),
            _KIND_OF_PURPOSE[rows.purpose[first]].tolist(),
            part[first].tolist(),
            strict=True,
        )
    ]
    by_key = sorted(range(len(keys)), key=keys.__getitem__)
    opened = first[by_key]
    latest = (np.append(first[1:], rows.size) - 1)[by_key]
    # How often the price has changed, up to each row; a stream's own is a difference of two.
    changes = np.cumsum((np.diff(rows.cents, prepend=0) != 0) & ~is_first)
    steps = np.where(
        rows.purpose[opened] == Purpose.SUBSCRIPTION, changes[latest] - changes[opened], 0
    )
    has_ended, cadence = (
        _endings(household, rows, opened, latest),
        _cadences(household, rows.where(opened)),
    )
    names = household.labels.table.merchant_name
    return table(
        STREAM_TRUTH,
        {
            "stream_key": arrow.text([keys[number] for number in by_key]),
            "user_id": arrow.coded(rows.user[opened], ids.user_column),
            "account_id": arrow.coded(
                rows.user[opened] * SLOTS + rows.slot[opened], ids.account_column
            ),
            "kind": arrow.coded(_KIND_OF_PURPOSE[rows.purpose[opened]], arrow.text(STREAM_KINDS)),
            "merchant_name": arrow.text(
                [names[label] or "Savings" for label in rows.label[opened].tolist()]
            ),
            "cadence": arrow.coded(cadence, arrow.text(CADENCES)),
            "started_on": arrow.dates(rows.day[opened], start),
            "ended_on": arrow.dates(rows.day[latest], start, ~has_ended),
            "first_amount": arrow.money(rows.cents[opened]),
            "last_amount": arrow.money(rows.cents[latest]),
            "price_steps": arrow.integers(steps),
        },
    )


def _part_of(rows: Postings) -> Ints:
    """Which of the user's streams of a kind each row belongs to: the bill, the payer, the contract.

    Transfers are one stream.
    """
    return np.select(
        [
            rows.purpose == Purpose.BILL,
            rows.purpose == Purpose.PAY,
            rows.purpose == Purpose.SUBSCRIPTION,
        ],
        [rows.serial // 64, rows.label, rows.serial],
        0,
    )


def _endings(household: Household, rows: Postings, opened: Ints, latest: Ints) -> Flags:
    """Whether a stream's last charge has come, as it does for cancelled subscriptions."""
    cards = household.contracts
    ended = np.zeros(opened.size, dtype=np.bool_)
    which = np.flatnonzero(rows.purpose[opened] == Purpose.SUBSCRIPTION)
    if which.size:
        last_month = np.zeros((household.world.users, int(cards.serial.max()) + 1), dtype=np.int64)
        last_month[cards.user, cards.serial] = cards.last_month
        charged = latest[which]
        month = household.world.calendar.month_index[rows.day[charged]]
        ended[which] = month >= last_month[rows.user[charged], rows.serial[charged]]
    return ended


def _cadences(household: Household, rows: Postings) -> Ints:
    """Cadence of the stream each row opens, an index into CADENCES."""
    profiles = household.world.profiles
    in_parts = (
        (rows.purpose == Purpose.BILL)
        & (profiles.rhythm[rows.user] == Rhythm.PAYCHECK_TO_PAYCHECK)
        & np.isin(rows.serial // 64, (RENT, MORTGAGE))
    )
    order = np.where(profiles.saves_weekly[rows.user], WEEKLY, BIWEEKLY)
    cadence = np.where(rows.purpose == Purpose.SAVINGS_OUT, order, MONTHLY)
    return np.where((rows.purpose == Purpose.PAY) | in_parts, profiles.cadence[rows.user], cadence)
