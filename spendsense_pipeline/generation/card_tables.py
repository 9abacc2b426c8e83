"""A settled ledger as Arrow tables: card statements and liabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.arrays import Flags
from spendsense_pipeline.generation.behaviours.card_uses import CardUse
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.postings import account_index
from spendsense_pipeline.generation.tables import identifiers, table
from spendsense_pipeline.tables.raw import (
    APR_TYPES,
    CARD_STATEMENTS,
    RAW_LIABILITIES,
)


def statements_table(ledger: Ledger) -> Any:
    """`card_statements` issued by as_of."""
    world, cards, statements = (
        ledger.household.world,
        ledger.household.cards,
        ledger.household.lived.statements,
    )
    start = world.calendar.first_date
    card, cycle = np.nonzero(
        (cards.issued >= world.history_day) & (cards.issued <= world.as_of_day)
    )
    # Numbered from the first of the history on.
    number = cycle - (cards.issued < world.history_day).sum(axis=1)[card]
    flat = account_index(cards.user[card], cards.slot[card])
    ids = identifiers(world)
    return table(
        CARD_STATEMENTS,
        {
            "account_id": arrow.coded(flat, ids.account_column),
            "statement_id": arrow.text(
                [
                    f"{ids.accounts[account]}:{which:02d}"
                    for account, which in zip(flat.tolist(), number.tolist(), strict=True)
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
        ledger.household.lived.statements,
    )
    start, today = world.calendar.first_date, world.as_of_day
    ids = identifiers(world)
    rows = np.arange(cards.count)
    promotional = APR_TYPES.index("balance_transfer_apr")
    issued = (cards.issued <= today).sum(axis=1)
    latest = np.maximum(issued - 1, 0)
    issued_on = np.take_along_axis(cards.issued, latest[:, np.newaxis], axis=1)[:, 0]
    none_issued: Flags = issued_on < world.history_day
    lived = ledger.household.lived
    never_paid: Flags = lived.last_paid_day < world.history_day
    # Payments answer the oldest minimum first: what is left is of the newest statements.
    not_yet_due = np.where(
        (cards.due > today) & (cards.issued <= today), statements.minimum, 0
    ).sum(axis=1)
    in_statement = np.take_along_axis(cards.due, latest[:, np.newaxis], axis=1)[:, 0]
    return table(
        RAW_LIABILITIES,
        {
            "account_id": arrow.coded(account_index(cards.user, cards.slot), ids.account_column),
            "user_id": arrow.coded(cards.user, ids.user_column),
            "apr_percentage": arrow.percent(cards.apr_basis_points),
            "apr_type": arrow.coded(
                np.where(cards.use == CardUse.PROMOTION, promotional, 0),
                arrow.text(APR_TYPES),
            ),
            "minimum_payment_amount": arrow.money(statements.minimum[rows, latest], none_issued),
            "last_payment_amount": arrow.money(lived.last_paid_cents, never_paid),
            "last_payment_date": arrow.dates(lived.last_paid_day, start, never_paid),
            "last_statement_balance": arrow.money(statements.balance[rows, latest], none_issued),
            "last_statement_issue_date": arrow.dates(
                cards.issued[rows, latest], start, none_issued
            ),
            "next_payment_due_date": arrow.dates(in_statement, start, none_issued),
            "is_overdue": arrow.flags(lived.unpaid_minimums > not_yet_due),
        },
    )
