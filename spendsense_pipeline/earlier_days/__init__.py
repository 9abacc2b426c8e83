"""What was true of people on an earlier day, as queries over today's tables: the world is fixed,
the day is a clock. Queries call today's database `now`; the days asked for stand in `_moments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.tables.raw import (
    CARD_STATEMENTS,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_LOANS,
    RAW_TRANSACTIONS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUERIES: Final = QueryFolder(__package__)
_CARDS: Final = {
    CARD_STATEMENTS.name: "statements.sql",
    RAW_LIABILITIES.name: "liabilities.sql",
}
_OTHERS: Final = {
    RAW_ACCOUNTS.name: "accounts.sql",
    RAW_TRANSACTIONS.name: "transactions.sql",
    "_escrow": "escrow.sql",
    RAW_LOANS.name: "loans.sql",
}


def cards_on_days() -> Mapping[str, str]:
    """Queries of what was known of cards on the days of `_moments`, by the table they stand for.

    `_moments` holds whose (`user_id`), a `suffix` for ids, the last day (`as_of`), by how many days
    dates are moved (`shift_days`), and whether that day is the last of today's tables (`is_today`).
    """
    return {table: _QUERIES.text(path) for table, path in _CARDS.items()}


def person_on_day() -> Mapping[str, str]:
    """Queries of everything a bank knew of one person on one day, by the table they stand for.

    `_moments` holds that one, without suffix or shift, and `_shown` what `rows_shown` finds.
    """
    return {table: _QUERIES.text(path) for table, path in (_CARDS | _OTHERS).items()}


def rows_shown() -> str:
    """Query of every form in which a bank ever shows a row, and when: the columns of
    `raw_transactions` with `shown_from` and `shown_until` (null: to this day).
    """
    return _QUERIES.text("rows_shown.sql")
