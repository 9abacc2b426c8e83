"""`spendsense plaid`: what it says when it starts, and one clear line where it cannot."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.local_plaid.store import Store
from spendsense_pipeline.settings import PLAID_SECRET_VARIABLE, Settings
from spendsense_pipeline_tests.fixtures.command import Answer, run
from spendsense_pipeline_tests.fixtures.import_folders import minimal_rows, written
from spendsense_pipeline_tests.fixtures.local_bank import (
    AS_OF,
    START,
    Bank,
    bank_process,
    publish_import,
    serving,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

SECRET = "a-secret-of-the-apps"


def test_it_says_where_it_is_and_what_it_serves(settings: Settings) -> None:
    with bank_process(settings.data_dir, "--as-of", "2026-06-01") as bank:
        assert bank.get("/sandbox/clock/get")["as_of"] == "2026-06-01"
    [said] = [line for line in bank.said if "The local Plaid is on" in line]
    assert bank.url in said
    assert "as of 2026-06-01" in said
    assert not any("Warning" in line for line in bank.said)


def test_it_ends_when_it_is_told_to(settings: Settings) -> None:
    with bank_process(settings.data_dir) as bank:
        bank.get("/sandbox/clock/get")
        assert bank.process
        bank.process.terminate()
        bank.process.wait(timeout=20)
    assert not any("Traceback" in line for line in bank.said)


def test_other_machines_need_a_secret(refused: Callable[..., Answer]) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.7"):
        told = refused("--host", host).err
        assert f"--host {host} would let other machines reach the local Plaid" in told
        assert PLAID_SECRET_VARIABLE in told


def test_with_a_secret_it_warns_that_others_can_reach_it(settings: Settings) -> None:
    given = {PLAID_SECRET_VARIABLE: SECRET}
    with bank_process(settings.data_dir, "--host", "0.0.0.0", **given) as bank:
        here = Bank(bank.url.replace("0.0.0.0", "127.0.0.1"), settings)
        assert here.error("/sandbox/clock/get") == "INVALID_API_KEYS"
        here.get("/sandbox/clock/get", secret=SECRET)
        assert bank.process
        bank.process.terminate()
        bank.process.wait(timeout=20)
    [warned] = [line for line in bank.said if "Warning" in line]
    assert "other machines can reach it" in warned
    assert PLAID_SECRET_VARIABLE in warned
    assert SECRET not in "".join(bank.said)


def test_a_port_that_is_in_use(refused: Callable[..., Answer]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} of 127.0.0.1 is in use" in refused("--port", str(port)).err


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none(refused: Callable[..., Answer], port: str) -> None:
    assert "--port must be between 0 and 65535" in refused("--port", port).err


def test_without_a_dataset(data_dir: Path) -> None:
    answer = run("plaid", "--port", "0")
    assert answer.code == 2
    assert "spendsense refresh" in answer.err
    assert "Traceback" not in answer.err
    assert len(answer.err.strip().splitlines()) <= 2
    assert not (data_dir / "plaid").exists()


@pytest.mark.parametrize("day", ["2025-12-31", "2026-06-16", "1900-01-01", "9999-12-31"])
def test_a_day_that_is_not_published(refused: Callable[..., Answer], day: str) -> None:
    assert (
        f"--as-of must be between {START} and {AS_OF}; it is {day}" in refused("--as-of", day).err
    )


def test_going_back_needs_to_be_said(settings: Settings, refused: Callable[..., Answer]) -> None:
    with serving(settings) as bank:
        token = bank.link()
        everything, _, cursor = bank.sync(token)
    told = refused("--as-of", "2026-06-01").err
    assert f"--as-of 2026-06-01 is before {AS_OF}" in told
    assert "--reset-clock" in told
    with bank_process(settings.data_dir, "--as-of", "2026-06-01", "--reset-clock") as bank:
        anew, removed, _ = bank.sync(token, cursor)
        assert removed == []
        assert 0 < len(anew) < len(everything)


def test_imported_people_who_consent_are_served(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    publish_import(settings, tmp_path / "in")
    with serving(settings) as bank:
        _require_ann(bank)
        told = bank.ask(
            "/sandbox/public_token/create",
            institution_id="ins_spendsense",
            initial_products=["transactions"],
            options={"override_username": "bob"},
        )[1]
        assert "bob does not consent" in told["error_message"]
        assert bank.error(
            "/sandbox/public_token/create",
            institution_id="ins_spendsense",
            initial_products=["transactions"],
            options={"override_username": "persona:saver"},
        )


def _require_ann(bank: Bank) -> None:
    """Everything of hers is there, in the shapes of Plaid's client."""
    token = bank.link("ann", products=("transactions", "identity"))
    added, _, cursor = bank.sync(token)
    assert sorted(row["amount"] for row in added) == [number + 0.5 for number in range(1, 11)]
    assert bank.sync(token, cursor) == ([], [], cursor)
    [account] = bank.get("/accounts/get", access_token=token)["accounts"]
    assert (account["account_id"], account["balances"]["current"]) == ("a1", 100.0)
    bank.get("/identity/get", access_token=token)
    bank.get("/transactions/recurring/get", access_token=token)
    from plaid.model.transactions_sync_request import TransactionsSyncRequest

    read = bank.client().transactions_sync(TransactionsSyncRequest(access_token=token))
    assert len(read.added) == 10


@pytest.mark.long
def test_a_folder_that_was_imported_by_the_command_is_served(data_dir: Path) -> None:
    folder = written(data_dir.parent / "in", minimal_rows())
    done = run("import", folder, "--as-of", "2026-06-30", "--yes")
    assert done.code == 0, done.err
    with bank_process(data_dir) as bank:
        _require_ann(bank)


def test_what_is_kept_between_two_starts_is_read_by_its_own_command_only(
    settings: Settings,
) -> None:
    """The state is no dataset: other commands of the project neither need nor touch it."""
    with serving(settings) as bank:
        bank.link()
    before = settings.plaid_state_path.read_bytes()
    store = Store(settings.plaid_state_path, is_read_only=True)
    rows: list[dict[str, Any]] = store.rows("select * from items")
    store.close()
    assert len(rows) == 1
    assert settings.plaid_state_path.read_bytes() == before
    assert json.loads(rows[0]["products"])
