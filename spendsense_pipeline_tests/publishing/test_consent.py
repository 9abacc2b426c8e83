"""A recorded decision outlasts datasets and takes effect on the next run; an unreadable one stops it."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendsense_pipeline.publishing.consent import (
    apply_decisions,
    read_decisions,
    record_decision,
    withdrawn,
)
from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline_tests.fixtures.rows import a_user, a_warehouse
from spendsense_pipeline_tests.fixtures.tiny_dataset import NOW, settings_in


def test_decisions_are_kept_and_the_last_one_counts(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "new")
    assert read_decisions(settings) == {}
    record_decision(settings, "user_0001", "revoked", decided_at=NOW)
    record_decision(settings, "user_0002", "revoked", decided_at=NOW)
    record_decision(settings, "user_0001", "granted", decided_at=NOW)
    decisions = read_decisions(settings)
    assert {user: d.status for user, d in decisions.items()} == {
        "user_0001": "granted",
        "user_0002": "revoked",
    }
    assert decisions["user_0001"].decided_at == NOW
    assert withdrawn(decisions) == ["user_0002"]


def test_decisions_reach_exactly_the_people_they_are_about(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    con = a_warehouse(
        users=[
            a_user("user_0000"),
            a_user("user_0001"),
            a_user("user_0002", consent_status="denied"),
        ]
    )
    record_decision(settings, "user_0001", "revoked", decided_at=NOW)
    record_decision(settings, "user_0002", "granted", decided_at=NOW)
    record_decision(settings, "user_9999", "revoked", decided_at=NOW)
    assert apply_decisions(con, read_decisions(settings)) == 2
    assert apply_decisions(con, read_decisions(settings)) == 0
    rows = con.execute(
        "select user_id, consent_status, consent_timestamp from raw_users order by user_id"
    ).fetchall()
    assert [row[1] for row in rows] == ["granted", "revoked", "granted"]
    assert [row[2] == NOW.replace(tzinfo=None) for row in rows] == [False, True, True]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "no json",
        '{"user_0001": "revoked"}',
        '{"user_0001": {"status": "maybe", "decided_at": "2026-01-01"}}',
    ],
)
def test_a_record_that_cannot_be_read_stops_rather_than_guesses(tmp_path: Path, text: str) -> None:
    settings = settings_in(tmp_path)
    settings.consent_path.write_text(text)
    with pytest.raises(WarehouseError, match="not a record of consent decisions"):
        read_decisions(settings)


def test_only_granting_and_revoking_can_be_recorded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="none of granted, revoked"):
        record_decision(settings_in(tmp_path), "user_0001", "denied", decided_at=NOW)
