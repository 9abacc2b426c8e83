"""Dagster's books are kept in the data directory, unless DAGSTER_HOME says otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import dagster as dg
import pytest

from spendsense_pipeline.defs import instance
from spendsense_pipeline.settings import Settings, SettingsError


def open_books() -> tuple[str, bool, bool]:
    with instance.open_instance() as opened:
        return opened.root_directory, opened.telemetry_enabled, opened.nux_enabled


def test_books_are_in_the_data_directory_and_nobody_is_told(data_dir: Path) -> None:
    assert open_books() == (str(data_dir / "dagster_home"), False, False)
    assert (data_dir / "dagster_home" / "history").is_dir()


def test_one_run_at_a_time(data_dir: Path) -> None:
    with instance.open_instance() as opened:
        queue = opened.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 1


def test_dagster_home_wins(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    assert open_books()[0] == str(home)
    assert not (data_dir / "dagster_home").exists()


def test_what_one_command_records_the_next_one_finds(data_dir: Path) -> None:
    with instance.open_instance() as opened:
        run = opened.create_run_for_job(dg.job(name="nothing")(lambda: None))
    with instance.open_instance() as opened:
        assert opened.get_run_by_id(run.run_id) is not None


def test_an_unwritable_data_directory_is_one_line_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(in_the_way))
    with pytest.raises(SettingsError, match="SPENDSENSE_DATA_DIR"):
        instance.instance_home(Settings.from_environment())
    with pytest.raises(click.ClickException, match="SPENDSENSE_DATA_DIR"):
        instance.DataDirInstance.config_defaults(str(tmp_path))


# Opens the books as soon as it is told to.
OPENER = """
import sys
from spendsense_pipeline.defs.instance import open_instance
print("ready", flush=True)
sys.stdin.readline()
with open_instance() as instance:
    print(len(instance.get_runs()))
"""


@pytest.mark.parametrize("processes", [2, pytest.param(3, marks=pytest.mark.long)])
def test_processes_that_open_new_books_at_once_all_can(data_dir: Path, processes: int) -> None:
    assert not data_dir.exists()
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    said = [opener.communicate() for opener in openers]
    assert [out for out, _ in said] == ["0\n"] * processes, said
