"""The operator guide and the README work as written: their files are written, their commands run, in the order a
reader meets them.

A refresh is run as far as `--dry-run` goes (everything but the run itself, which `test_refresh.py` and the README's
long test make); the reading commands read the dataset of the session.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from spendsense_pipeline_tests.fixtures.command import run

CHECKOUT = Path(__file__).resolve().parents[2]
GUIDE = CHECKOUT / "docs" / "operator-guide.md"
BLOCK = re.compile(r"^```(bash|yaml|csv|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"\s+# exit code (\d): (.*)$")


def _put_file(block: str) -> None:
    """A block that opens with `# name` is that file."""
    first, _, content = block.partition("\n")
    path = Path(first.removeprefix("# "))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _type(line: str) -> None:
    expected = EXPECTED.search(line)
    words = shlex.split(EXPECTED.sub("", line))
    with pytest.MonkeyPatch.context() as patch:
        while words[0] != "spendsense":  # a variable before the command
            patch.setenv(*words.pop(0).split("=", 1))
        if words[1] == "refresh" and "--dry-run" not in words:
            words.append("--dry-run")
        answer = run(*words[1:])
    assert answer.code == (int(expected[1]) if expected else 0), f"{line}\n{answer.err}"
    if expected:
        assert expected[2] in answer.err, line


def test_the_guide_works_as_written(
    own_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spendsense_pipeline_tests.cli.test_keeping import put_an_earlier_dataset

    put_an_earlier_dataset(own_copy)
    (tmp_path / "operator").mkdir()
    monkeypatch.chdir(tmp_path / "operator")
    typed = 0
    for language, block in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if language == "python":
            exec(block, {})
            continue
        if language != "bash":
            _put_file(block)
            continue
        for line in block.splitlines():
            _type(line)
            typed += 1
    assert typed > 40


def test_the_commands_of_the_readme_work_as_written(
    own_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = Path("data") / "operator_config.example.json"
    (tmp_path / "clone" / "data").mkdir(parents=True)
    shutil.copy(CHECKOUT / example, tmp_path / "clone" / example)
    monkeypatch.chdir(tmp_path / "clone")
    for language, block in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if language == "csv" and block.startswith("# downloads/"):
            _put_file(block)  # the README brings a file of a bank that the guide shows
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    lines = [
        line
        for language, block in BLOCK.findall(readme)
        if language == "bash"
        for line in block.splitlines()
        if line.startswith("spendsense ")
    ]
    assert len(lines) > 10
    for line in lines:
        _type(re.sub(r"\s+# .*$", "", line))


def test_the_guide_covers_what_operators_ask() -> None:
    text = GUIDE.read_text(encoding="utf-8").lower()
    for subject in (
        "preset",
        "ask for personas",
        "overlap",
        "how people live",
        "coverage is too low",
        "does not sum to 1",
        "too much overlap",
        "not enough cards",
    ):
        assert subject in text
    headings = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    }
    links = set(re.findall(r"\]\(#([a-z0-9-]+)\)", text))
    assert links <= headings


def test_controls_named_in_the_guide_exist() -> None:
    from spendsense_pipeline.controls import documented

    known = {entry.name for entry in documented()}
    table = re.search(
        r"\| You want \| Set \|\n(.*?)\n\n", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert table
    named = set(re.findall(r"`([a-z_]+)`", table[1])) - {"config"}
    assert named <= known
