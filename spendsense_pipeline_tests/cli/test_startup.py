"""What a command costs before it does anything: reading commands load neither Dagster nor pandas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"dagster", "pandas", "matplotlib", "pyarrow"}
READING = (
    "--help",
    "--version",
    "refresh --help",
    "refresh --dry-run",
    "presets overlap_testing",
    "config show",
    "summary",
    "user user_0000",
    "trace user_0000",
    "calibrate",
    "diff current current",
    "rollback --list",
    "consent list",
)


@pytest.mark.parametrize("words", READING)
def test_reading_loads_nothing_heavy(published: Path, words: str) -> None:
    program = (
        "import sys\n"
        "from spendsense_pipeline.cli import main\n"
        "code = main()\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *words.split()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    loaded = set(result.stderr.splitlines()[-1].split())
    assert "spendsense_pipeline" in loaded
    assert loaded & HEAVY == set()


def test_every_command_works_from_any_directory(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spendsense_pipeline_tests.fixtures.command import run

    monkeypatch.chdir(tmp_path)
    assert run("summary").code == 0
    assert list(tmp_path.iterdir()) == []


def test_help_works_where_nothing_can_be_written() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "spendsense_pipeline.cli", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"SPENDSENSE_DATA_DIR": "/proc/nowhere", "PATH": ""},
    )
    assert result.returncode == 0, result.stderr
    assert "refresh" in result.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_complete(published: Path, shell: str) -> None:
    """The completion script's own protocol, as the shell would speak it."""
    result = subprocess.run(
        [sys.executable, "-m", "spendsense_pipeline.cli"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "SPENDSENSE_DATA_DIR": str(published),
            "_SPENDSENSE_COMPLETE": f"complete_{shell}",
            "COMP_WORDS": "spendsense presets over",
            "COMP_CWORD": "2",
            "_TYPER_COMPLETE_ARGS": "spendsense presets over",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    )
    assert "overlap_testing" in result.stdout, result.stderr
