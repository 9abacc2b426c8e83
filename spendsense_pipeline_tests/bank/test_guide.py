"""What `docs/local-plaid.md` tells a reader to do is done as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from spendsense_pipeline.plaid.errors import ERROR_CODES
from spendsense_pipeline.plaid.webhooks import CODES
from spendsense_pipeline_tests.fixtures.local_bank import Bank

CHECKOUT = Path(__file__).resolve().parents[2]
GUIDE = (CHECKOUT / "docs" / "local-plaid.md").read_text(encoding="utf-8")
ASK = "import os, urllib.request as u; print(u.urlopen(os.environ['PLAID_HOST'] + '/openapi.json').status)"


def fenced(language: str) -> list[str]:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", GUIDE, flags=re.MULTILINE | re.DOTALL)
    assert found, language
    return found


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With the command as somebody has it who has installed it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "spendsense"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spendsense_pipeline.cli "$@"\n')
    command.chmod(0o755)
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(CHECKOUT),
    }


def test_the_request_that_links_somebody_is_taken(bank: Bank) -> None:
    [body] = fenced("json")
    made = bank.get("/sandbox/public_token/create", **json.loads(body))
    token = bank.get("/item/public_token/exchange", **_only(made, "public_token"))["access_token"]
    item = bank.get("/item/get", access_token=token)["item"]
    assert item["products"] == ["liabilities", "transactions"]


def test_the_request_that_moves_the_clock_is_taken(bank: Bank) -> None:
    [(path, body)] = re.findall(r"curl -s 127\.0\.0\.1:8484(\S+) .* -d '(.*)'", GUIDE)
    assert bank.ask(path, **json.loads(body))[1]["error_code"] == "INVALID_FIELD", "no days left"


def test_only_codes_that_there_are_are_named() -> None:
    named = set(re.findall(r"`([A-Z]{3,}(?:_[A-Z]+)+)`", GUIDE))
    own = {"SPENDSENSE_PLAID_SECRET"}
    assert named > {"ITEM_LOGIN_REQUIRED", "SYNC_UPDATES_AVAILABLE"}
    assert named - own <= ERROR_CODES.keys() | CODES.keys()
    assert [code for code in CODES if f"`{code}`" not in GUIDE] == [], "a webhook nobody is told of"


def test_make_starts_it() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory", "-n", "plaid", "ARGS=--as-of 2026-06-01"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.splitlines()[-1] == ".venv/bin/spendsense plaid --as-of 2026-06-01"


def test_the_fixture_for_pytest(world: Path, environment: dict[str, str], tmp_path: Path) -> None:
    [fixture] = [block for block in fenced("python") if "pytest.fixture" in block]
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "conftest.py").write_text(fixture)
    (folder / "test_app.py").write_text(
        "import urllib.request\n\n"
        "def test_it_answers(plaid_host):\n"
        "    assert urllib.request.urlopen(plaid_host + '/openapi.json').status == 200\n"
    )
    data = shutil.copytree(world, tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**environment, "SPENDSENSE_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_the_recipe_for_ci(environment: dict[str, str], tmp_path: Path) -> None:
    [recipe] = fenced("sh")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "app.py").write_text(ASK)
    recipe = recipe.replace("8484", str(port)).replace("your-tests", f'"{sys.executable}" app.py')
    done = subprocess.run(
        ["bash", "-euc", recipe + "\nwait $server || true\n"],
        cwd=tmp_path,
        env={**environment, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "200"


def _only(body: dict[str, object], *names: str) -> dict[str, object]:
    return {name: body[name] for name in names}
