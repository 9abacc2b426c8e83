"""One household's money in and out by month, and what went out for what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.plaid.categories import (
    ANY_INCOME,
    CARD_PAYMENT,
    CASH_WITHDRAWAL,
    NOT_REFUND_PRIMARIES,
    TRANSFER_PRIMARIES,
)
from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader

UNCATEGORISED: Final = "without a category"
CASH: Final = "cash"
_QUERIES = QueryFolder(__package__)
_SPENT: Final = (
    "case when category_detailed = $withdrawal then $cash "
    "else coalesce(category_primary, $uncategorised) end as category, "
    "sum(amount) as spend_usd, count(*) as row_count"
)
# Money in without a category is not taken for a refund: it may be anything.
_IS_SPENT: Final = (
    "(amount > 0 or not list_contains($not_refunds, coalesce(category_primary, $income)))"
)
_SPENDING: Final = {
    "cash": CASH,
    "uncategorised": UNCATEGORISED,
    "income": ANY_INCOME,
    "not_refunds": list(NOT_REFUND_PRIMARIES),
}


@dataclass(frozen=True)
class Month:
    """Money in and out of the household, without moves between its own accounts."""

    month: str
    money_in: Decimal
    money_out: Decimal


@dataclass(frozen=True)
class CategorySpend:
    """What was spent on one category in one month, refunds taken off.

    Attributes:
        month: `2026-06`.
        category: Plaid's primary code; `CASH` for withdrawals, `UNCATEGORISED` without one.
        label: the category in words.
        spend_usd: net; negative where more came back than went out.
        row_count: purchases and refunds.
    """

    month: str
    category: str
    label: str
    spend_usd: Decimal
    row_count: int


@dataclass(frozen=True)
class Flow:
    """What came in and went out from a day to another, and for what, the largest first."""

    first_day: dt.date
    last_day: dt.date
    money_in_usd: Decimal
    money_out_usd: Decimal
    categories: tuple[CategorySpend, ...]


def months_of(published: DatasetReader, user_id: str) -> tuple[Month, ...]:
    """A household's months, in order.

    Args:
        published: the dataset.
        user_id: somebody who consents; see `consent.consent_now`.
    """
    rows = published.rows(
        "select strftime(date, '%Y-%m') as month, "
        "coalesce(sum(-amount) filter (amount < 0), 0) as money_in, "
        "coalesce(sum(amount) filter (amount > 0), 0) as money_out "
        f"from ({_QUERIES.text('household_rows.sql')}) group by 1 order by 1",
        _household(user_id),
    )
    return tuple(Month(**row) for row in rows)


def spending_of(published: DatasetReader, user_id: str) -> tuple[CategorySpend, ...]:
    """What a household spends by month and category, the largest of a month first.

    Money in is a refund of its category unless it is income or a loan, as in the features.

    Args:
        published: the dataset.
        user_id: somebody who consents; see `consent.consent_now`.
    """
    rows = published.rows(
        f"select strftime(date, '%Y-%m') as month, {_SPENT} "
        f"from ({_QUERIES.text('household_rows.sql')}) where {_IS_SPENT} "
        "group by month, category order by month, spend_usd desc, category",
        {**_household(user_id), **_SPENDING},
    )
    return tuple(CategorySpend(label=in_words(row["category"]), **row) for row in rows)


def flow_between(
    published: DatasetReader, user_id: str, *, after: dt.date, through: dt.date
) -> Flow:
    """What came in and went out after a day and through another.

    Args:
        published: the dataset.
        user_id: somebody who consents; see `consent.consent_now`.
        after: the day before the first.
        through: the last day.
    """
    days = {"after": after, "through": through}
    between = "date > $after and date <= $through"
    rows = _QUERIES.text("household_rows.sql")
    [total] = published.rows(
        "select coalesce(sum(-amount) filter (amount < 0), 0) as money_in, "
        f"coalesce(sum(amount) filter (amount > 0), 0) as money_out from ({rows}) where {between}",
        {**_household(user_id), **days},
    )
    spent = published.rows(
        f"select {_SPENT} from ({rows}) where {_IS_SPENT} and {between} "
        "group by category order by spend_usd desc, category",
        {**_household(user_id), **_SPENDING, **days},
    )
    month = f"{through:%Y-%m}"
    return Flow(
        after + dt.timedelta(days=1),
        through,
        total["money_in"],
        total["money_out"],
        tuple(CategorySpend(month=month, label=in_words(row["category"]), **row) for row in spent),
    )


def in_words(code: str) -> str:
    """A category as a person reads it: `FOOD_AND_DRINK` is Food and drink."""
    return code.replace("_", " ").capitalize()


def _household(user_id: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "card_payment": CARD_PAYMENT,
        "transfers": list(TRANSFER_PRIMARIES),
        "withdrawal": CASH_WITHDRAWAL,
    }
