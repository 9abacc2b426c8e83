"""What a state means for who is shown what: how an item nobody has said anything of reads under the
operator's policy, who is shown an item, and which approvals a night ends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from spendsense_pipeline.review.states import (
    APPROVAL_EXPIRED,
    APPROVED,
    CONSENT_WITHDRAWN,
    PENDING,
    WITHDRAWN,
    ItemState,
    last_day_of,
)

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.consent import Decision
    from spendsense_pipeline.review.entries import Entry

Policy = Literal["required", "automatic"]


def unsaid(policy: Policy, decision: Decision | None) -> ItemState:
    """How an item reads of which nobody has said anything.

    Args:
        policy: `required`: somebody has to approve it; `automatic`: it is approved until somebody
            says otherwise.
        decision: the person's last consent decision, if any.

    Returns:
        Its state, said by nobody.
    """
    if decision is not None and decision.status == "revoked":
        return ItemState(WITHDRAWN, at=decision.decided_at, reason=CONSENT_WITHDRAWN)
    return ItemState(APPROVED if policy == "automatic" else PENDING)


def state_of(
    recommendation_id: str,
    user_id: str,
    *,
    states: Mapping[str, ItemState],
    decisions: Mapping[str, Decision],
    policy: Policy,
) -> ItemState:
    """What holds of an item, said or unsaid.

    Args:
        recommendation_id: the item.
        user_id: whose it is.
        states: the fold of the log.
        decisions: consent decisions by user id, the same that were folded.
        policy: how an item reads of which nobody has said anything.

    Returns:
        Its state. What somebody said explicitly wins over the policy.
    """
    said = states.get(recommendation_id)
    return unsaid(policy, decisions.get(user_id)) if said is None else said


def is_shown(item: ItemState, consent_status: str, decision: Decision | None = None) -> bool:
    """Whether the person sees the item: it is approved, and they consent.

    Args:
        item: what holds of it.
        consent_status: the person's, as the dataset has it.
        decision: what they decided since the dataset was made, if anything.

    Returns:
        Never true of anything but an approved item of somebody who consents.
    """
    status = consent_status if decision is None else decision.status
    return item.state == APPROVED and status == "granted"


def approved_people(entries: Collection[Entry]) -> frozenset[str]:
    """Whose items the log says are approved.

    Args:
        entries: the log, in its order.

    Returns:
        Their user ids.
    """
    last = {entry.recommendation_id: entry for entry in entries}
    return frozenset(entry.user_id for entry in last.values() if entry.to_state == APPROVED)


def endings(
    entries: Collection[Entry], eligible: Collection[str], as_of: dt.date
) -> dict[str, str]:
    """The approvals in the log that a night ends, for `log.end_approvals` to record.

    Args:
        entries: the log, in its order.
        eligible: ids of the items that fit their people today, shown or not.
        as_of: its day.

    Returns:
        Why, by recommendation id.
    """
    today = frozenset(eligible)
    last = {entry.recommendation_id: entry for entry in entries}
    reasons = {}
    for item_id, entry in last.items():
        if entry.to_state != APPROVED:
            continue
        if item_id not in today:
            reasons[item_id] = f"no longer eligible on {as_of}"
        elif as_of > last_day_of(entry.as_of):
            reasons[item_id] = APPROVAL_EXPIRED
    return reasons
