"""What a state means for who is shown what, and which approvals a night ends."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from spendsense_pipeline.publishing.consent import Decision
from spendsense_pipeline.review.log import end_approvals, read
from spendsense_pipeline.review.policy import endings, is_shown, state_of, unsaid
from spendsense_pipeline.review.states import STATES, ItemState, fold
from spendsense_pipeline_tests.fixtures.reviews import (
    OCCASION,
    a_request,
    after,
    an_entry,
    decided,
    item_id,
    said,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "status", "decision"),
    list(itertools.product(STATES, ("granted", "denied", "revoked"), (None, "granted", "revoked"))),
)
def test_a_person_is_shown_what_is_approved_while_they_consent(
    state: str, status: str, decision: str | None
) -> None:
    decides = Decision(decision, after(0)) if decision else None
    consents = (decision or status) == "granted"
    item = ItemState(state)  # type: ignore[arg-type]
    assert is_shown(item, status, decides) == (state == "approved" and consents)


def test_what_nobody_has_said_anything_of_reads_as_the_policy_says() -> None:
    assert unsaid("required", None).state == "pending"
    assert unsaid("automatic", None).state == "approved"
    for policy in ("required", "automatic"):
        assert unsaid(policy, Decision("revoked", after(0))).state == "withdrawn"  # type: ignore[arg-type]
        granted = unsaid(policy, Decision("granted", after(0)))  # type: ignore[arg-type]
        assert granted == unsaid(policy, None)  # type: ignore[arg-type]


def test_what_somebody_said_wins_over_the_policy() -> None:
    entries = [an_entry("flagged"), an_entry("withdrawn", "approved", recommendation_id=item_id(2))]
    states = fold(entries, {}, AS_OF)
    for number, holds in ((1, "flagged"), (2, "withdrawn"), (3, "approved")):
        item = state_of(
            item_id(number), "user_0000", states=states, decisions={}, policy="automatic"
        )
        assert item.state == holds


def test_consent_reaches_what_nobody_has_said_anything_of() -> None:
    gone = decided("revoked", after(0))
    for policy in ("required", "automatic"):
        item = state_of(item_id(1), "user_0000", states={}, decisions=gone, policy=policy)  # type: ignore[arg-type]
        assert item.is_without_consent
        other = state_of(item_id(2), "user_0001", states={}, decisions=gone, policy=policy)  # type: ignore[arg-type]
        assert not other.is_without_consent


def test_a_night_ends_what_is_eligible_no_more_and_what_is_too_old() -> None:
    entries = [
        an_entry("approved", recommendation_id=item_id(1)),
        an_entry("approved", recommendation_id=item_id(2)),
        an_entry("rejected", recommendation_id=item_id(3)),
        an_entry("approved", recommendation_id=item_id(4)),
        an_entry(
            "pending", "approved", recommendation_id=item_id(4), operator="pipeline", reason="x"
        ),
        an_entry("approved", recommendation_id=item_id(5), as_of=AS_OF + DAY),
    ]
    eligible = {item_id(2), item_id(5)}
    assert endings(entries, eligible, AS_OF + 90 * DAY) == {
        item_id(1): "no longer eligible on 2026-09-28"
    }
    assert endings(entries, eligible, AS_OF + 91 * DAY) == {
        item_id(1): "no longer eligible on 2026-09-29",
        item_id(2): "approved more than 90 days ago",
    }


def test_what_a_night_ended_stays_ended_when_it_comes_back(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    said(settings, a_request("approve", 1), a_request("approve", 2), a_request("approve", 3))
    said(settings, a_request("recall", 3), now=lambda: after(1))
    reasons = {item_id(n): "no longer eligible on 2026-07-01" for n in (1, 3, 9)}
    ended = end_approvals(settings, reasons, OCCASION, now=lambda: after(2))
    assert [(e.operator, e.recommendation_id, e.to_state, e.reason) for e in ended] == [
        ("pipeline", item_id(1), "pending", "no longer eligible on 2026-07-01")
    ]
    assert end_approvals(settings, reasons, OCCASION, now=lambda: after(3)) == ()
    states = fold(read(settings), {}, AS_OF)
    assert [states[item_id(n)].state for n in (1, 2, 3)] == ["pending", "approved", "withdrawn"]
    said(settings, a_request("approve", 1), now=lambda: after(4))
    assert fold(read(settings), {}, AS_OF)[item_id(1)].state == "approved"


def test_an_approval_given_anew_while_a_night_counts_days_is_not_ended(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    said(settings, a_request("approve", 1), a_request("approve", 2))
    later = replace(OCCASION, as_of=AS_OF + 91 * DAY)
    reasons = endings(read(settings), {item_id(1), item_id(2)}, later.as_of)
    assert set(reasons) == {item_id(1), item_id(2)}
    said(settings, a_request("approve", 1), occasion=later, now=lambda: after(1))
    ended = end_approvals(settings, reasons, later, now=lambda: after(2))
    assert [entry.recommendation_id for entry in ended] == [item_id(2)]
    assert fold(read(settings), {}, later.as_of)[item_id(1)].state == "approved"
