"""What operators did: kept whole, told with the reviews, and never in the way of doing it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from spendsense_pipeline.launching.preparing import RunRequest
from spendsense_pipeline.operations.entries import (
    ACTIONS,
    COMMAND_LINE,
    VIAS,
    Operation,
    line_of,
    parse_line,
)
from spendsense_pipeline.operations.log import read_operations, record, try_to_record
from spendsense_pipeline.operations.runs import note_run
from spendsense_pipeline.operations.timeline import who_did_what
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.reviews import DAWN, a_request, after, item_id, said
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


def an_operation(**changes: object) -> Operation:
    fields = {
        "at": DAWN,
        "operator": "ann",
        "action": "rollback",
        "subject": "d1",
        "detail": "as of „heute“",
        "via": COMMAND_LINE,
    }
    return Operation(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("via", VIAS)
def test_everything_declared_can_be_recorded_and_comes_back(
    settings: Settings, action: str, via: str
) -> None:
    entries = [an_operation(action=action, via=via, operator=who) for who in ("Björn", None)]
    for entry in entries:
        record(settings, entry)
    assert read_operations(settings) == tuple(entries)
    told = json.loads(settings.operations_path.read_text(encoding="utf-8").splitlines()[0])
    assert set(told) == {field.name for field in dataclasses.fields(Operation)}


@pytest.mark.parametrize(
    "broken",
    [
        {"action": "burn"},
        {"action": ["rollback"]},
        {"via": "telephone"},
        {"operator": 5},
        {"subject": None},
        {"at": "2026-07-01T08:00:00"},
    ],
)
def test_what_nobody_declared_is_no_entry(settings: Settings, broken: dict[str, object]) -> None:
    good = json.loads(line_of(an_operation()))
    assert parse_line(json.dumps(good).encode()) == (an_operation(), 0)
    settings.operations_path.parent.mkdir()
    settings.operations_path.write_text(json.dumps(good | broken) + "\n", encoding="utf-8")
    with pytest.raises(WarehouseError, match=r"line 1 of .* is no entry of a log of operations"):
        read_operations(settings)
    with pytest.raises(ValueError, match="none of"):
        line_of(an_operation(action="burn"))


def test_a_log_that_cannot_be_written_is_told_and_stops_nothing(settings: Settings) -> None:
    settings.operations_path.mkdir(parents=True)
    complaint = try_to_record(settings, an_operation())
    assert complaint is not None
    assert complaint.startswith("Done, but not recorded in operations.jsonl: ")
    assert try_to_record(settings_in(settings.data_dir / "other"), an_operation()) is None


def test_a_run_is_recorded_with_what_was_asked(settings: Settings) -> None:
    request = RunRequest(
        config={
            "preset": "high_debt",
            "config": {"num_users": 40},
            "controls": {"overlap_propensity": 0.5},
        },
        as_of=dt.date(2026, 6, 30),
        is_fresh=True,
    )
    assert note_run(settings, request, "r1", action="refresh", subject="", via=VIAS[1]) is None
    [entry] = read_operations(settings)
    assert (entry.operator, entry.subject, entry.via) == (None, "r1", "dashboard")
    for words in ("preset high_debt", "40 people", "overlap_propensity", "2026-06-30", "new world"):
        assert words in entry.detail


def test_both_logs_are_told_as_one_newest_last(settings: Settings) -> None:
    said(settings, a_request("reject", 1), now=lambda: after(2))
    record(settings, an_operation(at=after(1)))
    record(settings, an_operation(at=after(3), action="consent granted", subject="user_0000"))
    said(settings, a_request("approve", 2, "user_0001", operator="bob"), now=lambda: after(4))
    deeds = who_did_what(settings)
    assert [deed.at for deed in deeds] == [after(minutes) for minutes in (1, 2, 3, 4)]
    assert [(deed.operator, deed.what) for deed in deeds] == [
        ("ann", "rolled back to dataset d1"),
        ("ann", f"rejected {item_id(1)[:8]} of user_0000"),
        ("ann", "recorded consent granted of user_0000"),
        ("bob", f"approved {item_id(2)[:8]} of user_0001"),
    ]
    assert deeds[1].detail == "says too little"
    assert who_did_what(settings, limit=2) == deeds[2:]
    assert who_did_what(settings, user_id="user_0000") == (deeds[1], deeds[2])
    assert who_did_what(settings, user_id="nobody") == ()


def test_of_somebody_who_withdrew_it_is_not_told_what_was_reviewed(settings: Settings) -> None:
    said(settings, a_request("reject", 1))
    record_decision(settings, "user_0000", "revoked", decided_at=after(1))
    [deed] = who_did_what(settings)
    assert deed.what == "rejected an item of user_0000"
    assert "says too little" not in deed.detail
    assert item_id(1)[:8] not in f"{deed.what}{deed.detail}"
