"""Pages of people who were brought in, of a run that was killed; and that looking changes nothing."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from spendsense_pipeline.launching.books import Books
from spendsense_pipeline.launching.launches import read_launch
from spendsense_pipeline.launching.preparing import RunRequest
from spendsense_pipeline.launching.starting import start
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.dashboard import (
    OPERATOR,
    Visitor,
    dashboard,
    open_page,
    visit,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.ui.test_every_page import PAGES, PARTS

RUN_PATIENCE_MS = 60_000


def state_of(data_dir: Path) -> dict[str, str]:
    """Every file but what the server keeps of its visitors, and what Dagster's books are kept by."""
    apart = ("ui", "dagster_home")
    return {
        str(path.relative_to(data_dir)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data_dir.rglob("*"))
        if path.is_file() and path.relative_to(data_dir).parts[0] not in apart
    }


def test_looking_at_pages_changes_nothing(refreshed: tuple[Path, object], tmp_path: Path) -> None:
    data_dir = a_copy_of(refreshed[0], tmp_path / "data", without="warehouse")
    before = state_of(data_dir)
    with dashboard(data_dir) as server:
        visitor = Visitor(server)
        asked = "?approve=all&status=revoked&operator=mallory&confirm=yes"
        for path in (*PAGES, "/history/rollback", "/review/approve", "/consent/revoke"):
            assert visitor.get(path if "?" in path else path + asked) in (200, 404)
    assert state_of(data_dir) == before


@pytest.mark.long
def test_people_who_were_brought_in_are_shown_on_every_page(
    published: Path, tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    commands = (
        (published, ("export", tmp_path / "out", "--format", "csv")),
        (elsewhere, ("import", tmp_path / "out", "--yes")),
    )
    for data_dir, words in commands:
        monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(data_dir))
        assert _in_a_process(*words) == 0
    with dashboard(elsewhere) as server, visit(browser) as page:
        for path in (*PAGES, *PARTS):
            open_page(page, server.url + path)
            if path != "/people/nobody":
                assert page.get_by_role("alert").count() == 0, path
        open_page(page, f"{server.url}/history")
        expect(page.get_by_text("These people were brought in")).to_be_visible()
        open_page(page, server.url)
        expect(page.get_by_text("imported").first).to_be_visible()


def _in_a_process(*words: object) -> int:
    """A command of its own: no other event loop may run beside the browser's in this one."""
    typed = [sys.executable, "-m", "spendsense_pipeline.cli", *map(str, words)]
    return subprocess.run(typed, check=False, capture_output=True).returncode


@pytest.mark.long
def test_a_run_that_was_killed_is_said_to_have_failed(
    refreshed: tuple[Path, object], tmp_path: Path, browser: Browser
) -> None:
    data_dir = a_copy_of(refreshed[0], tmp_path / "data", without="warehouse")
    settings = Settings.from_environment({"SPENDSENSE_DATA_DIR": str(data_dir)})
    with dashboard(data_dir) as server, visit(browser) as page:
        run_id = start(
            settings, RunRequest(config={"config": {"num_users": 20}}, operator=OPERATOR)
        )
        open_page(page, f"{server.url}/history/{run_id}")
        expect(page.get_by_text(f"by {OPERATOR}")).to_be_visible()
        _kill(settings, run_id)
        expect(page.get_by_text("failed", exact=True)).to_be_visible(timeout=RUN_PATIENCE_MS)
        expect(page.get_by_text("published dataset is untouched")).to_be_visible()
        open_page(page, server.url)
        expect(page.get_by_role("heading", name="Persona mix")).to_be_visible()


def _kill(settings: Settings, run_id: str) -> None:
    launch = None
    for _ in range(100):
        launch = read_launch(settings, run_id)
        if launch is not None and launch.process:
            break
        time.sleep(0.1)
    assert launch
    assert launch.process
    os.kill(int(launch.process.split(".")[0]), signal.SIGKILL)
    with Books(settings) as books:
        assert books.runs(5)
