"""One person on one screen: accounts, cards, streams, cash flow, features beside the rules' lines,
and the decision.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.publishing import consent as recorded
from spendsense_pipeline.publishing.commands import refresh_command
from spendsense_pipeline.reporting.cash_flow import Month, months_of
from spendsense_pipeline.reporting.consent import consent_of
from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.reporting.feature_lines import Feature, features_of
from spendsense_pipeline.reporting.life_events import Happened, happened_to
from spendsense_pipeline.reporting.past_months import PastMonth, past_months
from spendsense_pipeline.reporting.users import find_user


@dataclass(frozen=True)
class Account:
    """An account with what it holds or owes."""

    account_id: str
    name: str | None
    type: str
    subtype: str | None
    mask: str | None
    balance_current: Decimal | None
    balance_available: Decimal | None
    balance_limit: Decimal | None
    utilization: float | None
    last_statement_balance: Decimal | None
    last_statement_issue_date: dt.date | None
    minimum_payment_amount: Decimal | None
    next_payment_due_date: dt.date | None
    is_overdue: bool | None
    apr_percentage: Decimal | None


@dataclass(frozen=True)
class Stream:
    """A recurring charge or deposit."""

    merchant_name: str
    kind: str
    frequency: str
    status: str
    is_active: bool
    average_amount: Decimal
    last_date: dt.date
    predicted_next_date: dt.date | None


@dataclass(frozen=True)
class Decision:
    """What one window says of the person."""

    window_days: int
    primary_persona: str
    title: str
    secondary_persona: str | None
    matched_personas: tuple[str, ...]
    severity: float
    status: str
    target_persona: str | None
    explanation: str | None


@dataclass(frozen=True)
class PersonView:
    """Everything shown of one person; past `withheld` nothing is, without consent."""

    user_id: str
    name: str | None
    about: dict[str, Any]
    consent_status: str
    withheld: str | None
    as_of: dt.date
    accounts: tuple[Account, ...] = ()
    streams: tuple[Stream, ...] = ()
    months: tuple[Month, ...] = ()
    features: tuple[Feature, ...] = ()
    decisions: tuple[Decision, ...] = ()
    past_months: tuple[PastMonth, ...] = ()
    life_events: tuple[Happened, ...] = ()


def view_person(
    published: DatasetReader,
    user_id: str,
    *,
    decision: recorded.Decision | None = None,
    reads: Collection[str] | None = None,
) -> PersonView:
    """Collect everything about one person.

    Args:
        published: the dataset.
        user_id: the person.
        decision: on consent, made since the dataset was.
        reads: of `VIEWED` what is collected, where that is not all.
    """
    user = find_user(published, user_id)
    about = {
        name: user[name]
        for name in ("age", "gender", "income_tier", "region", "state", "household_type")
        if user[name] is not None
    }
    consent = consent_of(user, decision, is_imported=published.dataset.is_imported)
    as_of = published.dataset.as_of
    if consent.withheld is not None:
        return PersonView(user_id, user["name"], about, consent.status, consent.withheld, as_of)
    return PersonView(
        user_id=user_id,
        name=user["name"],
        about=about,
        consent_status=consent.status,
        withheld=None,
        as_of=as_of,
        **{
            name: collect(published, user_id)
            for name, collect in VIEWED.items()
            if reads is None or name in reads
        },
    )


def read_trace(published: DatasetReader, user_id: str, window_days: int) -> dict[str, Any]:
    """The stored decision trace.

    Raises:
        SpendSenseError: nobody has that id, or there is no trace without consent.
    """
    user = find_user(published, user_id)
    found = published.rows(
        "select trace from decision_traces where user_id = $user_id and window_days = $window_days",
        {"user_id": user_id, "window_days": window_days},
    )
    if not found:
        command = refresh_command(is_imported=published.dataset.is_imported)
        raise SpendSenseError(
            problem=(
                f"{user_id} has no decision trace for {window_days} days: consent is "
                f"{user['consent_status']}, and only people who granted it are processed"
            ),
            remedy=f"choose somebody else, or `spendsense consent grant {user_id}` and `{command}`",
        )
    trace: dict[str, Any] = json.loads(found[0]["trace"])
    return trace


def _accounts(published: DatasetReader, user_id: str) -> tuple[Account, ...]:
    rows = published.rows(
        "select account_id, name, type, subtype, mask, balance_current, balance_available, "
        "balance_limit, case when balance_limit > 0 and type = 'credit' "
        "then balance_current::double / balance_limit::double end as utilization, "
        "last_statement_balance, last_statement_issue_date, minimum_payment_amount, "
        "next_payment_due_date, is_overdue, apr_percentage "
        "from raw_accounts left join raw_liabilities using (account_id) "
        "where raw_accounts.user_id = $user_id order by type desc, subtype, account_id",
        {"user_id": user_id},
    )
    return tuple(Account(**row) for row in rows)


def _streams(published: DatasetReader, user_id: str) -> tuple[Stream, ...]:
    rows = published.rows(
        "select merchant_name, kind, frequency, status, is_active, average_amount, last_date, "
        "predicted_next_date from recurring_streams where user_id = $user_id "
        "order by is_active desc, kind, abs(average_amount) desc, merchant_name",
        {"user_id": user_id},
    )
    return tuple(Stream(**row) for row in rows)


def _decisions(published: DatasetReader, user_id: str) -> tuple[Decision, ...]:
    rows = published.rows(
        "select judged.window_days, judged.primary_persona, judged.secondary_persona, "
        "judged.matched_personas, judged.severity, judged.status, judged.target_persona, "
        "traced.trace->>'$.explanation' as explanation from persona_assignments as judged "
        "left join decision_traces as traced using (user_id, window_days) "
        "where judged.user_id = $user_id order by judged.window_days",
        {"user_id": user_id},
    )
    return tuple(
        Decision(
            title=persona_title(row["primary_persona"]),
            matched_personas=tuple(row.pop("matched_personas")),
            **row,
        )
        for row in rows
    )


VIEWED: Final[Mapping[str, Callable[[DatasetReader, str], Any]]] = {
    "accounts": _accounts,
    "streams": _streams,
    "months": months_of,
    "features": features_of,
    "decisions": _decisions,
    "past_months": past_months,
    "life_events": happened_to,
}
"""What a view collects of somebody who consents, by the field it is in."""
