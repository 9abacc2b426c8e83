"""One person's transactions: searched, filtered and paged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from spendsense_pipeline.reporting.amounts import amount_asked
from spendsense_pipeline.reporting.cash_flow import in_words
from spendsense_pipeline.reporting.consent import consent_now
from spendsense_pipeline.reporting.paging import PAGE_SIZE, offset_of, search_terms
from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

Direction = Literal["in", "out"]
_QUERIES = QueryFolder(__package__)
_NEWEST: Final = "date desc, is_pending desc, transaction_id"


@dataclass(frozen=True, kw_only=True)
class TransactionsAsked:
    """Which rows; a filter that is None is none.

    Attributes:
        text: words that each occur in the name, merchant, category, city, or the account's name or
            mask, or that say an amount (see `amounts`).
        account_id: rows of this account.
        first_day: rows from this day on.
        last_day: rows up to this day.
        category: Plaid's primary or detailed code.
        is_pending: only pending rows, or only posted ones.
        direction: only money `in`, or `out`.
        page: counted from 1.
        size: rows of a page.
    """

    text: str = ""
    account_id: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    category: str | None = None
    is_pending: bool | None = None
    direction: Direction | None = None
    page: int = 1
    size: int = PAGE_SIZE


@dataclass(frozen=True)
class TransactionRow:
    """A row as a person reads it; amounts have Plaid's sign: positive is money out."""

    transaction_id: str
    date: dt.date
    authorized_date: dt.date | None
    amount_usd: Decimal
    name: str | None
    merchant_name: str | None
    category_primary: str | None
    category_detailed: str | None
    category: str | None
    """In words."""
    payment_channel: str | None
    is_pending: bool
    city: str | None
    state: str | None
    account_id: str
    account_name: str | None
    mask: str | None
    account_type: str | None


@dataclass(frozen=True)
class TransactionPage:
    """One page of a person's rows.

    Attributes:
        withheld: why there are none, without consent; None where there may be.
        rows: of the page, the newest first.
        found: how many there are of those asked for.
        total: how many the person has.
        page: which page it is.
        pages: how many there are, at least one.
        money_in_usd: of all that were found, as the accounts say: moves between own accounts and
            card payments included.
        money_out_usd: likewise.
    """

    withheld: str | None
    rows: tuple[TransactionRow, ...] = ()
    found: int = 0
    total: int = 0
    page: int = 1
    pages: int = 1
    money_in_usd: Decimal = Decimal(0)
    money_out_usd: Decimal = Decimal(0)


def transactions_page(
    published: DatasetReader, settings: Settings, user_id: str, asked: TransactionsAsked
) -> TransactionPage:
    """A page of a person's transactions, the newest first.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        user_id: the person.
        asked: which.

    Raises:
        SpendSenseError: there is no such person or page.
    """
    offset = offset_of(asked.page, asked.size)
    where, parameters = _conditions(asked)
    consent = consent_now(published, settings, user_id)
    if consent.withheld:
        return TransactionPage(consent.withheld)
    person = {"user_id": user_id}
    source = _QUERIES.text("transaction_rows.sql")
    rows = published.rows(
        f"select * exclude (searched) from ({source}) where {where} "
        f"order by {_NEWEST} limit $size offset $offset",
        {**person, **parameters, "size": asked.size, "offset": offset},
    )
    [(found, total, money_in, money_out)] = published.con.execute(
        "select count(*) filter (is_found), count(*), "
        "coalesce(sum(-amount_usd) filter (amount_usd < 0 and is_found), 0), "
        "coalesce(sum(amount_usd) filter (amount_usd > 0 and is_found), 0) "
        f"from (select amount_usd, {where} as is_found from ({source}))",
        {**person, **parameters},
    ).fetchall()
    return TransactionPage(
        withheld=None,
        rows=tuple(_row(row) for row in rows),
        found=found,
        total=total,
        page=asked.page,
        pages=max(1, -(-found // asked.size)),
        money_in_usd=money_in,
        money_out_usd=money_out,
    )


def transactions_named(
    published: DatasetReader, user_id: str, transaction_ids: tuple[str, ...]
) -> tuple[TransactionRow, ...]:
    """A person's rows of these ids, in that order; ids of others' rows are passed over.

    Args:
        published: the dataset.
        user_id: somebody who consents; see `consent.consent_now`.
        transaction_ids: which.
    """
    rows = published.rows(
        f"select * exclude (searched) from ({_QUERIES.text('transaction_rows.sql')}) "
        "where transaction_id in (select unnest($ids::varchar[])) "
        "order by list_position($ids::varchar[], transaction_id)",
        {"user_id": user_id, "ids": list(transaction_ids)},
    )
    return tuple(_row(row) for row in rows)


def posted_between(
    published: DatasetReader,
    user_id: str,
    *,
    account_ids: tuple[str, ...],
    after: dt.date,
    through: dt.date,
) -> tuple[TransactionRow, ...]:
    """A person's posted rows on some accounts after a day and through another, oldest first.

    Args:
        published: the dataset.
        user_id: somebody who consents; see `consent.consent_now`.
        account_ids: which accounts.
        after: the day before the first.
        through: the last day.
    """
    rows = published.rows(
        f"select * exclude (searched) from ({_QUERIES.text('transaction_rows.sql')}) "
        "where not is_pending and date > $after and date <= $through "
        "and list_contains($accounts::varchar[], account_id) order by date, transaction_id",
        {
            "user_id": user_id,
            "accounts": list(account_ids),
            "after": after,
            "through": through,
        },
    )
    return tuple(_row(row) for row in rows)


def _conditions(asked: TransactionsAsked) -> tuple[str, dict[str, Any]]:
    """What a row must satisfy, and what that is bound to."""
    parameters: dict[str, Any] = {}
    conditions = ["true"]
    for place, term in enumerate(search_terms(asked.text)):
        condition, bound = _term(f"term_{place}", term)
        conditions.append(condition)
        parameters |= bound
    simple = {
        "account_id": ("account_id = $account_id", asked.account_id),
        "first_day": ("date >= $first_day", asked.first_day),
        "last_day": ("date <= $last_day", asked.last_day),
        "category": ("$category in (category_primary, category_detailed)", asked.category),
        "is_pending": ("is_pending = $is_pending", asked.is_pending),
    }
    for name, (condition, value) in simple.items():
        if value is not None:
            conditions.append(f"coalesce({condition}, false)")
            parameters[name] = value
    if asked.direction is not None:
        conditions.append("amount_usd < 0" if asked.direction == "in" else "amount_usd > 0")
    return " and ".join(conditions), parameters


def _term(name: str, term: str) -> tuple[str, dict[str, Any]]:
    """A word of a search: text that is there as written, an amount, or either."""
    text, text_bound = f"contains(searched, ${name})", {name: term}
    amount = amount_asked(term)
    if amount is None:
        return text, text_bound
    bound: dict[str, Any] = {f"{name}_least": amount.least_usd}
    if amount.operator == "between":
        said = f"abs(amount_usd) between ${name}_least and ${name}_most"
        bound[f"{name}_most"] = amount.most_usd
    else:
        said = f"abs(amount_usd) {amount.operator} ${name}_least"
    if amount.is_certain:
        return said, bound
    return f"({said} or {text})", {**bound, **text_bound}


def _row(row: dict[str, Any]) -> TransactionRow:
    code = row["category_detailed"] or row["category_primary"]
    return TransactionRow(category=in_words(code) if code else None, **row)
