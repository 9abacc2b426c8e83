"""Every command and every piece of Python we show a reader is run: here, or by `.ci/run`."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md")
# Commands that do not end by themselves or take minutes, with what exercises them instead.
RUN_ELSEWHERE = {
    "make dev": "spendsense_pipeline_tests/defs",
    "make ui": "spendsense_pipeline_tests/ui",
    "make plaid ARGS='--as-of 2026-06-01'": "spendsense_pipeline_tests/bank/test_guide.py",
    "python examples/plaid_python/app.py": "spendsense_pipeline_tests/bank/test_examples.py",
    "make bench": "benchmarks",
    "make test-crash": "spendsense_pipeline_tests",
    "make test-load": "spendsense_pipeline_tests/ui/test_states.py",
    "make pictures": "docs/pictures.py",
    "make fuzz": "spendsense_pipeline_tests",
    "make lock": "requirements.lock",
    "make docs": "spendsense_pipeline_tests/test_docs.py",
    "make test ARGS='-k personas'": ".ci/run",
    "make clean": "Makefile",
}
ACTIVATE = "source .venv/bin/activate"


def fenced(page: str, language: str) -> list[str]:
    """The blocks of one language, in the order a reader meets them."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """Every command of a page, without the remarks beside it."""
    lines = [line for block in fenced(page, "bash") for line in block.splitlines()]
    return [re.sub(r"\s+# .*$", "", line).strip() for line in lines if line.strip()]


def run_by_ci() -> str:
    """What `.ci/run` types, and what the targets it makes type."""
    typed = [(CHECKOUT / name).read_text(encoding="utf-8") for name in (".ci/run", "Makefile")]
    text = "\n".join(typed).replace("$(BIN)/", "")
    return text.replace('"$bin/dagster"', "dagster").replace("$(DAGSTER)", "dagster")


def is_typed_by_ci(command: str) -> bool:
    return re.search(rf"(^|\s){re.escape(command)}(\s|$)", run_by_ci()) is not None


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_run_somewhere(page: str) -> None:
    unknown = [
        command
        for command in commands(page)
        if command != ACTIVATE
        and not command.startswith("spendsense ")
        and command not in RUN_ELSEWHERE
        and not is_typed_by_ci(command)
    ]
    assert not unknown, f"nothing runs these commands of {page}: {unknown}"


def test_what_runs_elsewhere_exists() -> None:
    missing = [place for place in RUN_ELSEWHERE.values() if not (CHECKOUT / place).exists()]
    assert not missing


def test_the_commands_of_readme_and_contributing_are_found() -> None:
    assert {"make demo", "make test"} <= set(commands("README.md"))
    assert "make test" in commands("CONTRIBUTING.md")


@pytest.mark.long
def test_readme_works_as_written(tmp_path: Path) -> None:
    """The `spendsense` commands, then the Python, in the order a reader types them."""
    data = tmp_path / "data"
    data.mkdir()
    example = "operator_config.example.json"
    shutil.copy(CHECKOUT / "data" / example, data / example)
    environment = {
        **os.environ,
        "SPENDSENSE_DATA_DIR": str(data),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }

    def run(*words: str) -> None:
        result = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        said = f"{shlex.join(words)}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
        assert result.returncode == 0, said
        assert "Traceback" not in result.stderr, said

    for command in commands("README.md"):
        if command.startswith("spendsense "):
            run(*shlex.split(command))
    for program in fenced("README.md", "python"):
        run(sys.executable, "-c", program)


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(CHECKOUT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert not broken, broken
