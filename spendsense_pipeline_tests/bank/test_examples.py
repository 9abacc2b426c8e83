"""The apps in `examples/`, as a stranger runs them: they sync what there is though it changes while
they do, and believe no webhook but Plaid's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.between import between
from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, Bank, serving
from spendsense_pipeline_tests.fixtures.node import EXAMPLE, node_folder
from spendsense_pipeline_tests.fixtures.webhook_receiver import receiving

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON_APP = CHECKOUT / "examples" / "plaid_python" / "app.py"
NODE_APP = EXAMPLE / "app.mjs"
BEGINS = AS_OF - dt.timedelta(days=10)
ENDS = BEGINS + dt.timedelta(days=7)
CREATED = "A ROW OF ANOTHER HAND"
TAKEN, NOT_TAKEN = 200, 401


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with serving(settings, as_of=BEGINS) as running:
        yield running


def test_an_app_is_short_enough_to_read() -> None:
    for app in (PYTHON_APP, NODE_APP):
        assert len(app.read_text(encoding="utf-8").splitlines()) < 80, app


def test_the_lock_of_nodes_packages_names_no_registry() -> None:
    lock = (EXAMPLE / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert lock.count('"integrity"') > 10


def test_the_python_app(bank: Bank) -> None:
    Run(bank).of([sys.executable, str(PYTHON_APP)])


def test_the_node_app(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = node_folder(tmp_path_factory)
    shutil.copy(NODE_APP, folder / NODE_APP.name)
    Run(bank).of(["node", str(folder / NODE_APP.name)])


@dataclass(frozen=True)
class Signed:
    """A webhook's body, and what signs it."""

    body: bytes
    signature: str


@dataclass
class Run:
    """One run of an app while somebody meddles, and what it must have said."""

    bank: Bank
    genuine: Signed = field(init=False)
    token: str = ""
    app: str = ""
    syncs: int = 0
    taken: list[int] = field(default_factory=list)
    before: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, command: list[str]) -> None:
        self.genuine = self._webhook_of_somebody_else()
        with between(self.bank, self._meddle) as seen:
            done = subprocess.run(
                command,
                env={**os.environ, "PLAID_HOST": seen.url},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        assert done.returncode == 0, done.stderr
        assert self.taken == [NOT_TAKEN, NOT_TAKEN, NOT_TAKEN, TAKEN]
        before, after = self.before, self._rows()
        assert f"{len(before)} transactions so far" in done.stdout
        assert any(row["name"] == CREATED for row in before.values())
        assert {sign: _said(done.stdout, sign) for sign in "+~-"} == {
            "+": sorted(_line(after[key]) for key in after.keys() - before.keys()),
            "~": [],
            "-": sorted(_line(before[key]) for key in before.keys() - after.keys()),
        }
        assert len(after.keys() - before.keys()) > 3
        for account in self.bank.get("/accounts/get", access_token=self.token)["accounts"]:
            current = f"{account['mask']}: {account['balances']['current']:.2f}"
            assert current in done.stdout.replace(",", "")

    def _meddle(self, path: str, body: bytes) -> None:
        """Send the app webhooks that nobody signed for it, and add a row between its first two
        pages.
        """
        asked = json.loads(body)
        if path == "/sandbox/public_token/create":
            self.app = asked["options"]["webhook"]
        elif path == "/sandbox/clock/advance":
            self.before = self._rows()
        elif path == "/transactions/sync":
            self.syncs += 1
            if self.syncs == 1:
                self.token = asked["access_token"]
                self.taken = [self._post(each) for each in (*self._forged(), self.genuine)]
            if self.syncs == 2:
                row = {"date_transacted": BEGINS, "date_posted": BEGINS, "amount": 1.5}
                self.bank.get(
                    "/sandbox/transactions/create",
                    access_token=self.token,
                    transactions=[row | {"description": CREATED}],
                )

    def _forged(self) -> list[Signed]:
        """One signed by another key, one by none, and one whose signature is of another body."""
        body = b'{"webhook_code":"SYNC_UPDATES_AVAILABLE"}'
        claims = jwt.decode(self.genuine.signature, options={"verify_signature": False})
        by_another = jwt.encode(
            claims,
            ec.generate_private_key(ec.SECP256R1()),
            algorithm="ES256",
            headers={"kid": jwt.get_unverified_header(self.genuine.signature)["kid"]},
        )
        return [
            Signed(self.genuine.body, by_another),
            Signed(body, ""),
            Signed(body, self.genuine.signature),
        ]

    def _post(self, webhook: Signed) -> int:
        where = urlsplit(self.app)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        headers = {"Plaid-Verification": webhook.signature} if webhook.signature else {}
        with contextlib.closing(connection):
            connection.request("POST", where.path or "/", webhook.body, headers)
            return connection.getresponse().status

    def _webhook_of_somebody_else(self) -> Signed:
        with receiving() as app:
            token = self.bank.link("persona:high_utilization", webhook=app.url)
            got = app.until_code("TRANSACTIONS INITIAL_UPDATE")
            self.bank.get("/item/remove", access_token=token)
        return Signed(got.raw, got.headers["plaid-verification"])

    def _rows(self) -> dict[str, dict[str, Any]]:
        """What the app's person shows now, by id."""
        shown, _, _ = self.bank.sync(self.token)
        return {row["transaction_id"]: row for row in shown}


def _said(text: str, sign: str) -> list[str]:
    lines = re.findall(rf"^{re.escape(sign)} (.*)$", text, flags=re.MULTILINE)
    return sorted(" ".join(line.replace(",", "").split()) for line in lines)


def _line(row: dict[str, Any]) -> str:
    return " ".join(f"{row['date']} {row['amount']:.2f} {row['name']}".replace(",", "").split())
