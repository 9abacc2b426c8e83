"""`spendsense log`: every command that changes something is in it, with who did it or without."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendsense_pipeline.operations.log import read_operations
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import run


def test_a_refresh_is_in_the_log_though_nobody_gave_a_name(published: Path) -> None:
    [first] = run("log", "--json").json
    assert first["what"].startswith("launched a refresh ")
    assert (first["operator"], first["via"]) == (None, "command line")
    assert "20 people" in first["detail"]
    assert "launched a refresh" in run("log").out
    assert published.is_dir()


def test_commands_go_on_without_a_name_and_keep_the_one_they_are_given(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("consent", "revoke", "user_0003").code == 0
    monkeypatch.setenv("SPENDSENSE_OPERATOR", "Carla")
    assert run("consent", "grant", "user_0003").code == 0
    assert run("consent", "revoke", "user_0004", "--operator", "bob [b]").code == 0
    told = read_operations(Settings.from_environment())[1:]
    assert [(each.operator, each.action, each.subject) for each in told] == [
        (None, "consent revoked", "user_0003"),
        ("Carla", "consent granted", "user_0003"),
        ("bob [b]", "consent revoked", "user_0004"),
    ]
    about = run("log", "--user", "user_0003", "--json").json
    assert [each["operator"] for each in about] == [None, "Carla"]
    assert "bob [b]" in run("log", "--limit", "1").out
    refused = run("consent", "revoke", "user_0005", "--operator", "pipeline")
    assert (refused.code, len(read_operations(Settings.from_environment()))) == (2, 4)
    assert own_copy.is_dir()


def test_what_cannot_be_recorded_is_done_and_said(own_copy: Path) -> None:
    (own_copy / "operations.jsonl").unlink()
    (own_copy / "operations.jsonl").mkdir()
    answer = run("consent", "revoke", "user_0003")
    assert answer.code == 0
    assert "Recorded: user_0003 revoked" in answer.out
    assert "not recorded in operations.jsonl" in answer.out
    assert run("log").code == 2


def test_an_empty_log_is_said_to_be_empty(data_dir: Path) -> None:
    assert "Nothing is recorded yet" in run("log").out
    assert not data_dir.exists()
