"""What holds of people's consent now: what the dataset says and what they have decided since, and
what is withheld for it. Pages ask here before they read anything of a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.publishing.commands import refresh_command
from spendsense_pipeline.publishing.consent import Decision, read_decisions
from spendsense_pipeline.reporting.users import find_user

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

GRANTED: Final = "granted"
REVOKED: Final = "revoked"


@dataclass(frozen=True)
class ConsentNow:
    """What holds of one person's consent.

    Attributes:
        user_id: the person.
        name: theirs, as imported or generated.
        status: what they have decided last.
        published_status: what the dataset was made with.
        decided_at: when they decided since; None where they have not.
        withheld: why nothing past this is shown; None where it may be.
    """

    user_id: str
    name: str | None
    status: str
    published_status: str
    decided_at: dt.datetime | None
    withheld: str | None


def consent_now(published: DatasetReader, settings: Settings, user_id: str) -> ConsentNow:
    """What holds of a person's consent.

    Args:
        published: the dataset.
        settings: where decisions are.
        user_id: the person.

    Raises:
        SpendSenseError: there is no such person.
    """
    return consent_of(
        find_user(published, user_id),
        read_decisions(settings).get(user_id),
        is_imported=published.dataset.is_imported,
    )


def consent_of(
    person: Mapping[str, Any], decision: Decision | None, *, is_imported: bool
) -> ConsentNow:
    """What holds of a person's consent.

    Args:
        person: their row of `raw_users`.
        decision: made since the dataset was; None without one.
        is_imported: whether the people of the dataset were brought in.
    """
    before = person["consent_status"]
    status = before if decision is None else decision.status
    return ConsentNow(
        person["user_id"],
        person["name"],
        status,
        before,
        None if decision is None else decision.decided_at,
        _withheld(status, before, is_imported=is_imported),
    )


def decided_since(settings: Settings) -> dict[str, Any]:
    """Decisions as the parameters `decided_ids` and `decided` of a query."""
    decisions = read_decisions(settings)
    return {
        "decided_ids": list(decisions),
        "decided": [decision.status for decision in decisions.values()],
    }


def _withheld(status: str, before: str, *, is_imported: bool) -> str | None:
    if status != GRANTED:
        return f"consent is {status}: nothing past the raw tables is computed or shown"
    if before != GRANTED:
        command = refresh_command(is_imported=is_imported)
        return (
            "consent was granted after this dataset was made: nothing has been computed yet, the"
            f" next `{command}` does"
        )
    return None
