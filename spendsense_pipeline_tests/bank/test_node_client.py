"""Plaid's own client for Node asks every endpoint, and reads what Plaid's client for Python does."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from spendsense_pipeline.plaid.errors import ITEM_LOGIN_REQUIRED
from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, START, Bank
from spendsense_pipeline_tests.fixtures.node import node_folder
from spendsense_pipeline_tests.fixtures.plaid_models import METHODS, PLAIDS

PROGRAM = Path(__file__).with_name("every_endpoint.mjs")


def test_every_endpoint(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert bank.plaid
    folder = node_folder(tmp_path_factory)
    program = shutil.copy(PROGRAM, folder)
    [key] = bank.plaid.store.rows("select key_id from keys where expired_at is null")
    given = {"host": bank.url, "day": str(AS_OF), "start": str(START), **key}
    done = subprocess.run(
        ["node", program, json.dumps(given)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    answers = {each["path"]: each for each in said["found"].values()}
    assert answers.keys() == PLAIDS.keys()
    for path, answer in answers.items():
        known = set(METHODS[path].response.attribute_map.values())
        assert answer["status"] == 200
        assert "request_id" in answer["fields"]
        assert set(answer["fields"]) <= known, path
    assert said["counted"]["added"] == said["counted"]["total_transactions"] > 300
    assert said["counted"]["accounts"] > 1
    assert said["error"]["error_code"] == ITEM_LOGIN_REQUIRED.code
    assert said["error"]["status"] == ITEM_LOGIN_REQUIRED.status
