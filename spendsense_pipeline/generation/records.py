"""A settled ledger as Arrow tables: card statements, liabilities and the truth about streams."""

from __future__ import annotations

from typing import Any

import numpy as np

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.behaviours.housing import MORTGAGE, RENT
from spendsense_pipeline.generation.circumstances import CADENCES, MEDIUM, MONTHLY
from spendsense_pipeline.generation.dealing import Flags
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.randomness import Ints
from spendsense_pipeline.generation.tables import account_ids, table, user_ids
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import SLOTS, Purpose
from spendsense_pipeline.plaid.tables import (
    APR_TYPES,
    CARD_STATEMENTS,
    RAW_LIABILITIES,
    STREAM_KINDS,
    STREAM_TRUTH,
)


def statements_table(ledger: Ledger) -> Any:
    """`card_statements` issued by as_of."""
    world, held, made = ledger.home.world, ledger.home.cards, ledger.home.statements
    start = world.resolved.history_start
    card, cycle = np.nonzero(held.issued <= world.as_of_day)
    flat = held.user[card] * SLOTS + held.slot[card]
    ids = account_ids(world)
    return table(
        CARD_STATEMENTS,
        {
            "account_id": arrow.coded(flat, arrow.text(ids)),
            "statement_id": arrow.text(
                [
                    f"{ids[account]}:{number:02d}"
                    for account, number in zip(flat.tolist(), cycle.tolist(), strict=True)
                ]
            ),
            "issued_on": arrow.dates(held.issued[card, cycle], start),
            "due_on": arrow.dates(held.due[card, cycle], start),
            "previous_balance": arrow.money(made.previous[card, cycle]),
            "purchases": arrow.money(made.purchases[card, cycle]),
            "interest": arrow.money(made.interest[card, cycle]),
            "fees": arrow.money(made.fees[card, cycle]),
            "payments": arrow.money(made.payments[card, cycle]),
            "statement_balance": arrow.money(made.balance[card, cycle]),
            "minimum_payment_amount": arrow.money(made.minimum[card, cycle]),
        },
    )


def liabilities_table(ledger: Ledger) -> Any:
    """`raw_liabilities`: terms, latest statement and payment state of every card at as_of."""
    world, held, made = ledger.home.world, ledger.home.cards, ledger.home.statements
    start, today = world.resolved.history_start, world.as_of_day
    rows = np.arange(held.count)
    issued = (held.issued <= today).sum(axis=1)
    latest = np.maximum(issued - 1, 0)
    none_issued = issued == 0
    is_paid = (made.paid > 0) & (held.pays_on <= today)
    last_paid = held.issued.shape[1] - 1 - is_paid[:, ::-1].argmax(axis=1)
    never_paid = ~is_paid.any(axis=1)
    # Payments answer the oldest minimum first; a due date up to today with less paid is overdue.
    paid_so_far = np.where(is_paid, made.paid, 0).sum(axis=1)
    is_due = held.due <= today
    owed_so_far = np.where(is_due, made.minimum, 0).sum(axis=1)
    in_statement = np.take_along_axis(held.due, latest[:, np.newaxis], axis=1)[:, 0]
    return table(
        RAW_LIABILITIES,
        {
            "account_id": arrow.coded(
                held.user * SLOTS + held.slot, arrow.text(account_ids(world))
            ),
            "user_id": arrow.coded(held.user, arrow.text(user_ids(world))),
            "apr_percentage": arrow.percent(held.apr_basis_points),
            "apr_type": arrow.coded(
                np.where(held.band == MEDIUM, APR_TYPES.index("balance_transfer_apr"), 0),
                arrow.text(APR_TYPES),
            ),
            "minimum_payment_amount": arrow.money(made.minimum[rows, latest], none_issued),
            "last_payment_amount": arrow.money(made.paid[rows, last_paid], never_paid),
            "last_payment_date": arrow.dates(held.pays_on[rows, last_paid], start, never_paid),
            "last_statement_balance": arrow.money(made.balance[rows, latest], none_issued),
            "last_statement_issue_date": arrow.dates(held.issued[rows, latest], start, none_issued),
            "next_payment_due_date": arrow.dates(in_statement, start, none_issued),
            "is_overdue": arrow.flags(paid_so_far < owed_so_far),
        },
    )


def streams_table(ledger: Ledger) -> Any:
    """`stream_truth`: every recurring stream that has started by as_of."""
    home, world, rows = ledger.home, ledger.home.world, ledger.rows
    kind, part = _stream_of(ledger)
    order = np.lexsort((rows.day, part, rows.purpose, rows.user))
    order = order[kind[order] >= 0]
    same = (rows.user * 64 + rows.purpose)[order] * 65_536 + part[order]
    first = np.flatnonzero(np.diff(same, prepend=-1))
    last = np.append(first[1:], order.size) - 1
    opened, latest = order[first], order[last]
    raised = (np.diff(rows.cents[order], prepend=0) != 0) & (np.diff(same, prepend=-1) == 0)
    steps = np.add.reduceat(raised, first) if first.size else np.zeros(0, dtype=np.int64)
    steps = np.where(rows.purpose[opened] == Purpose.SUBSCRIPTION, steps, 0)
    has_ended, cadence = _endings(ledger, opened, latest), _cadences(ledger, opened)
    names = home.labels.table.merchant_name
    start = world.resolved.history_start
    ids = user_ids(world)
    keys = [
        f"{ids[user]}:{STREAM_KINDS[code]}:{number:05d}"
        for user, code, number in zip(
            rows.user[opened].tolist(), kind[opened].tolist(), part[opened].tolist(), strict=True
        )
    ]
    made = table(
        STREAM_TRUTH,
        {
            "stream_key": arrow.text(keys),
            "user_id": arrow.coded(rows.user[opened], arrow.text(ids)),
            "account_id": arrow.coded(
                rows.user[opened] * SLOTS + rows.slot[opened], arrow.text(account_ids(world))
            ),
            "kind": arrow.coded(kind[opened], arrow.text(STREAM_KINDS)),
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
    by_key = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    return made.take(by_key) if keys else made


def _stream_of(ledger: Ledger) -> tuple[Ints, Ints]:
    """Kind of stream a row belongs to (-1: none), and which of the user's streams of that kind."""
    rows = ledger.rows
    kind = np.full(rows.size, -1, dtype=np.int64)
    part = np.zeros(rows.size, dtype=np.int64)
    for purpose, name in (
        (Purpose.BILL, "bill"),
        (Purpose.SUBSCRIPTION, "subscription"),
        (Purpose.PAY, "income"),
        (Purpose.SAVINGS_OUT, "transfer"),
    ):
        kind[rows.purpose == purpose] = STREAM_KINDS.index(name)
    is_bill, is_pay = rows.purpose == Purpose.BILL, rows.purpose == Purpose.PAY
    part[is_bill] = rows.serial[is_bill] // 64
    part[is_pay] = rows.label[is_pay]
    is_subscription = rows.purpose == Purpose.SUBSCRIPTION
    part[is_subscription] = rows.serial[is_subscription]
    return kind, part


def _endings(ledger: Ledger, opened: Ints, latest: Ints) -> Flags:
    """Subscriptions whose last charge has come."""
    home, rows = ledger.home, ledger.rows
    held = home.contracts
    ended = np.zeros(opened.size, dtype=np.bool_)
    is_subscription = rows.purpose[opened] == Purpose.SUBSCRIPTION
    if held.user.size == 0 or not is_subscription.any():
        return ended
    width = int(held.serial.max()) + 2
    last_month = np.full((home.world.users, width), 10_000, dtype=np.int64)
    last_month[held.user, held.serial] = held.last_month
    user, serial = rows.user[opened], np.minimum(rows.serial[opened], width - 1)
    month = home.world.calendar.month_index[np.minimum(rows.day[latest], home.world.days - 1)]
    return np.asarray(is_subscription & (month >= last_month[user, serial]))


def _cadences(ledger: Ledger, opened: Ints) -> Ints:
    """Cadence of each stream, an index into CADENCES."""
    home, rows = ledger.home, ledger.rows
    lives = home.world.lives
    user, purpose = rows.user[opened], rows.purpose[opened]
    in_parts = (
        (purpose == Purpose.BILL)
        & (lives.rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK)
        & np.isin(rows.serial[opened] // 64, (RENT, MORTGAGE))
    )
    order = np.where(lives.saves_weekly[user], 0, 1)
    cadence = np.where(purpose == Purpose.SAVINGS_OUT, order, MONTHLY)
    return np.where((purpose == Purpose.PAY) | in_parts, lives.cadence[user], cadence)
