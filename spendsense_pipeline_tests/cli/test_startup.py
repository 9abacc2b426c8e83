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
    "review list",
)


# Types the commands one after the other in one interpreter, as importing takes longest, and says
# after each how it ended and what is loaded.
PROGRAM = """
import sys
from spendsense_pipeline.cli import main
for words in sys.argv[1:]:
    sys.argv = ["spendsense", *words.split()]
    code = main()
    print("\\n@", code, *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def test_reading_loads_nothing_heavy(published: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, *READING], capture_output=True, text=True, check=False
    )
    said = [line.split() for line in result.stderr.splitlines() if line.startswith("@ ")]
    assert len(said) == len(READING), result.stderr
    for words, (_, code, *loaded) in zip(READING, said, strict=True):
        assert code == "0", (words, result.stderr)
        assert "spendsense_pipeline" in loaded
        assert set(loaded) & HEAVY == set(), words


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


@pytest.mark.parametrize(
    "shell", ["bash", *(pytest.param(name, marks=pytest.mark.long) for name in ("zsh", "fish"))]
)
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
