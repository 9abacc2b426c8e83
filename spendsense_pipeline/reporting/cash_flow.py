"""One household's money in and out by month, and what went out for what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.plaid.categories import (
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
        "select strftime(date, '%Y-%m') as month, "
        "case when category_detailed = $withdrawal then $cash "
        "else coalesce(category_primary, $uncategorised) end as category, "
        "sum(amount) as spend_usd, count(*) as row_count "
        f"from ({_QUERIES.text('household_rows.sql')}) "
        "where amount > 0 or not list_contains($not_refunds, coalesce(category_primary, 'INCOME')) "
        "group by 1, 2 order by 1, 3 desc, 2",
        {
            **_household(user_id),
            "cash": CASH,
            "uncategorised": UNCATEGORISED,
            "not_refunds": list(NOT_REFUND_PRIMARIES),
        },
    )
    return tuple(CategorySpend(label=in_words(row["category"]), **row) for row in rows)


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
