"""One person's balances over time and what moved them, paydays, bills, events and overdrafts: all
that one chart needs.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.plaid.accounts import CHECKING_SUBTYPES, OWED_TYPES
from spendsense_pipeline.plaid.categories import EARNED_INCOME_CODES
from spendsense_pipeline.reporting.consent import consent_now
from spendsense_pipeline.reporting.life_events import Happened, happened_to
from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.tables.features import LONG_WINDOW, LOW_BALANCE_USD

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

BILL_KINDS: Final = ("bill", "subscription")
_QUERIES = QueryFolder(__package__)


@dataclass(frozen=True)
class AccountLine:
    """What an account held, or owed, at the end of each day.

    Attributes:
        account_id: the account.
        name: of the account; None where nobody says.
        mask: its last digits.
        type: Plaid's.
        subtype: Plaid's.
        is_owed: balances are money owed (cards and loans).
        is_primary_checking: the account that daily balances are judged by.
        first_day: of `balances_usd`, which has one value for every day from there on.
        balances_usd: by day.
    """

    account_id: str
    name: str | None
    mask: str | None
    type: str
    subtype: str | None
    is_owed: bool
    is_primary_checking: bool
    first_day: dt.date
    balances_usd: tuple[Decimal, ...]

    def days(self) -> tuple[dt.date, ...]:
        """The day of each balance."""
        count = len(self.balances_usd)
        return tuple(self.first_day + dt.timedelta(days=place) for place in range(count))


@dataclass(frozen=True)
class Payday:
    """A day on which pay arrived."""

    date: dt.date
    amount_usd: Decimal
    payers: tuple[str, ...]


@dataclass(frozen=True)
class Bill:
    """A charge of a bill or a subscription."""

    date: dt.date
    name: str
    kind: str
    amount_usd: Decimal
    account_id: str
    transaction_id: str


@dataclass(frozen=True)
class Balances:
    """A person's balances over time.

    Attributes:
        withheld: why there is nothing, without consent; None where there may be.
        as_of: the last day.
        first_day: from which balances are kept; None where there are none.
        note: what a person should know who looks at them: why there are none, or no older ones.
        accounts: lines, the primary checking account's first.
        paydays: in order, like the others.
        bills: charges of bills and subscriptions, as far back as streams look (400 days).
        life_events: what has happened.
        overdraft_days: days the primary checking account ended below nothing.
        low_balance_usd: below which a day counts as low in the rules.
        low_days: days the primary checking account ended below that.
    """

    withheld: str | None
    as_of: dt.date
    first_day: dt.date | None = None
    note: str | None = None
    accounts: tuple[AccountLine, ...] = ()
    paydays: tuple[Payday, ...] = ()
    bills: tuple[Bill, ...] = ()
    life_events: tuple[Happened, ...] = ()
    overdraft_days: tuple[dt.date, ...] = ()
    low_balance_usd: int = LOW_BALANCE_USD
    low_days: tuple[dt.date, ...] = ()

    @property
    def primary_checking(self) -> AccountLine | None:
        """The account that daily balances are judged by, if its balances are known."""
        return next((line for line in self.accounts if line.is_primary_checking), None)


def balances_of(published: DatasetReader, settings: Settings, user_id: str) -> Balances:
    """A person's balances over time and what moved them.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        user_id: the person.

    Raises:
        SpendSenseError: there is no such person.
    """
    as_of = published.dataset.as_of
    consent = consent_now(published, settings, user_id)
    if consent.withheld:
        return Balances(consent.withheld, as_of)
    accounts = _accounts(published, user_id)
    first_day = min((line.first_day for line in accounts), default=None)
    primary = next((line for line in accounts if line.is_primary_checking), None)
    closes = list(zip(primary.days(), primary.balances_usd, strict=True)) if primary else []
    return Balances(
        withheld=None,
        as_of=as_of,
        first_day=first_day,
        note=_note(published, first_day),
        accounts=accounts,
        paydays=paydays_of(published, user_id),
        bills=bills_of(published, user_id),
        life_events=happened_to(published, user_id),
        overdraft_days=tuple(day for day, close in closes if close < 0),
        low_days=tuple(day for day, close in closes if close < LOW_BALANCE_USD),
    )


def primary_checking_account(published: DatasetReader, user_id: str) -> str | None:
    """The account whose daily balances are judged in the longest window; None without one.

    Args:
        published: the dataset.
        user_id: somebody who consents.
    """
    as_of = published.dataset.as_of
    rows = published.rows(
        _QUERIES.text("primary_checking.sql"),
        {
            "user_id": user_id,
            "as_of": as_of,
            "after": as_of - dt.timedelta(days=LONG_WINDOW),
            "checking_subtypes": list(CHECKING_SUBTYPES),
        },
    )
    return rows[0]["account_id"] if rows else None


def paydays_of(published: DatasetReader, user_id: str) -> tuple[Payday, ...]:
    """Days on which a person was paid, in order.

    Args:
        published: the dataset.
        user_id: somebody who consents.
    """
    rows = published.rows(
        _QUERIES.text("paydays.sql"), {"user_id": user_id, "pay": list(EARNED_INCOME_CODES)}
    )
    return tuple(Payday(row["date"], row["amount_usd"], tuple(row["payers"])) for row in rows)


def bills_of(published: DatasetReader, user_id: str) -> tuple[Bill, ...]:
    """Charges of a person's bills and subscriptions, in order.

    Args:
        published: the dataset.
        user_id: somebody who consents.
    """
    rows = published.rows(
        _QUERIES.text("bills.sql"), {"user_id": user_id, "kinds": list(BILL_KINDS)}
    )
    return tuple(Bill(**row) for row in rows)


def _accounts(published: DatasetReader, user_id: str) -> tuple[AccountLine, ...]:
    primary = primary_checking_account(published, user_id)
    rows = published.con.execute(
        "select about.account_id, about.name, about.mask, about.type, about.subtype, "
        "held.date, held.balance_usd from raw_accounts as about "
        "join account_balances as held on held.account_id = about.account_id "
        "where about.user_id = $user_id and held.account_id in "
        "(select account_id from raw_accounts where user_id = $user_id) "
        "order by about.type desc, about.subtype, about.account_id, held.date",
        {"user_id": user_id},
    ).fetchall()
    lines = [
        _line(about, list(days), is_primary=about[0] == primary)
        for about, days in itertools.groupby(rows, key=lambda row: row[:5])
    ]
    return tuple(sorted(lines, key=lambda line: not line.is_primary_checking))


def _line(about: tuple[Any, ...], days: list[tuple[Any, ...]], *, is_primary: bool) -> AccountLine:
    account_id, name, mask, type_, subtype = about
    return AccountLine(
        account_id,
        name,
        mask,
        type_,
        subtype,
        is_owed=type_ in OWED_TYPES,
        is_primary_checking=is_primary,
        first_day=days[0][5],
        balances_usd=tuple(day[6] for day in days),
    )


def _note(published: DatasetReader, first_day: dt.date | None) -> str | None:
    """Why there are no balances, or none before a day; None where they begin with the history."""
    [(kept_from,)] = published.con.execute("select min(date) from account_balances").fetchall()
    if first_day is None:
        if published.resolved.controls.account_balance_days == 0:
            return "account_balance_days is 0: this dataset keeps no balances of single days"
        if published.dataset.is_imported:
            return (
                "the import says neither what these accounts hold now nor what they opened with, so"
                " what they held on a day is not known"
            )
        return "there is no bank, card or loan account whose balance is known"
    if not published.dataset.is_imported and kept_from > published.dataset.history_start:
        return (
            f"balances are kept from {kept_from} on (account_balance_days); rows go back to"
            f" {published.dataset.history_start}"
        )
    return None
