"""The state: what was acknowledged is there whenever the process ends, and no secret in clear."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import http.client
import itertools
import json
import os
import random
import sqlite3
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from spendsense_pipeline.bank.server import _alone
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.local_plaid.outbox import KEPT
from spendsense_pipeline.local_plaid.store import Store
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import Answer
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.local_bank import (
    AS_OF,
    START,
    Bank,
    bank_process,
    serving,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
from spendsense_pipeline_tests.fixtures.webhook_receiver import Receiver, receiving

EARLIER = AS_OF - dt.timedelta(days=60)
SECRET = "a-secret-of-the-apps"


@dataclass
class Acknowledged:
    """What an app was told is done.

    Attributes:
        tokens: access tokens of Items, each once.
        made: by token, descriptions of the transactions it has created.
        fired: the numbers its own webhooks carry.
        shown: the latest day it was shown.
    """

    tokens: list[str] = field(default_factory=list)
    made: dict[str, list[str]] = field(default_factory=dict)
    fired: list[int] = field(default_factory=list)
    shown: dt.date = EARLIER
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1_000))


class App:
    """An app that does one thing after the other until nobody answers."""

    def __init__(self, bank: Bank, webhook: str, said: Acknowledged, chance: random.Random) -> None:
        self._bank, self._webhook, self._said, self._chance = bank, webhook, said, chance
        self._thread = threading.Thread(target=self._go_on)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def _go_on(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                self._chance.choice((self.link, self._advance, self._create, self._fire))()

    def link(self) -> None:
        if len(self._said.tokens) < 8:
            token = self._bank.link(products=("transactions", "identity"), webhook=self._webhook)
            self._said.tokens.append(token)

    def _advance(self) -> None:
        if self._said.shown < AS_OF - dt.timedelta(days=3):
            shown = self._bank.get("/sandbox/clock/advance", days=1)["as_of"]
            self._said.shown = dt.date.fromisoformat(shown)

    def _create(self) -> None:
        if self._said.tokens:
            token, name = self._chance.choice(self._said.tokens), f"MADE {next(self._said.numbers)}"
            day = EARLIER.isoformat()
            row = {"date_posted": day, "date_transacted": day, "amount": 1.0, "description": name}
            self._bank.get("/sandbox/transactions/create", access_token=token, transactions=[row])
            self._said.made.setdefault(token, []).append(name)

    def _fire(self) -> None:
        if self._said.tokens:
            token, number = self._chance.choice(self._said.tokens), next(self._said.numbers)
            self._bank.get(
                "/sandbox/item/fire_webhook",
                access_token=token,
                webhook_code="HISTORICAL_UPDATE",
                options={"new_transactions": number},
            )
            self._said.fired.append(number)


@pytest.mark.parametrize(
    ("kills", "seed"),
    [(1, 1), *(pytest.param(4, each, marks=pytest.mark.long) for each in (2, 3, 4, 5))],
)
def test_what_was_acknowledged_outlives_being_killed_at_any_instant(
    settings: Settings, kills: int, seed: int
) -> None:
    said, chance = Acknowledged(), random.Random(seed)
    with receiving() as receiver:
        for number in range(kills):
            arguments = ("--as-of", str(EARLIER)) if not number else ()
            with bank_process(settings.data_dir, *arguments) as bank:
                _require_all(bank, said)
                app = App(bank, receiver.url, said, chance)
                if not number:
                    app.link()
                app.start()
                time.sleep(chance.uniform(0.05, 1.5))
                assert bank.process
                bank.process.kill()
                app.join()
        with serving(settings) as bank:
            _require_all(bank, said)
            _require_all_told(bank, said, receiver)


def _require_all(bank: Bank, said: Acknowledged) -> None:
    """Everything acknowledged is there."""
    shown = dt.date.fromisoformat(bank.get("/sandbox/clock/get")["as_of"])
    # One more day may have begun whose answer never came.
    assert said.shown <= shown <= said.shown + dt.timedelta(days=1)
    said.shown = shown
    for token in said.tokens:
        added, removed, _ = bank.sync(token)
        made = Counter(row["name"] for row in added if row["name"].startswith("MADE "))
        assert set(said.made.get(token, ())) <= made.keys()
        assert set(made.values()) <= {1}
        assert removed == []


def _require_all_told(bank: Bank, said: Acknowledged, receiver: Receiver) -> None:
    """Every webhook that was owed has arrived, and together they add up to what is there."""
    assert bank.plaid
    plaid = bank.plaid
    _until(lambda: not plaid.outbox.next_of_each() and plaid.movements.next() is None, seconds=150)
    told = plaid.outbox.latest(KEPT)
    assert len(told) < KEPT
    assert {each.outcome for each in told} == {"delivered"}
    assert {each.body for each in told} <= {each.raw.decode() for each in receiver.got}
    fired = [each.body.get("new_transactions") for each in receiver.got]
    assert set(said.fired) <= set(fired)
    bodies = [json.loads(each.body) for each in told]
    for token in said.tokens:
        item_id = bank.get("/item/get", access_token=token)["item"]["item_id"]
        own = [body for body in bodies if body["item_id"] == item_id]
        codes = Counter(body["webhook_code"] for body in own)
        assert codes["INITIAL_UPDATE"] == 1
        rows = sum(
            body.get("new_transactions", 0) - len(body.get("removed_transactions", ()))
            for body in own
            if body.get("new_transactions") not in said.fired
            and body.get("new_transactions", 0) < 1_000
        )
        [historical] = [
            body["new_transactions"]
            for body in own
            if body["webhook_code"] == "HISTORICAL_UPDATE" and not _is_fired(body, said)
        ]
        assert historical < 1_000
        added, _, _ = bank.sync(token)
        assert rows == len(added)


def _is_fired(body: dict[str, Any], said: Acknowledged) -> bool:
    """Whether an app had it fired, with an answer or without."""
    return body["new_transactions"] >= 1_000 or body["new_transactions"] in said.fired


def test_webhooks_that_were_owed_arrive_after_a_start(settings: Settings) -> None:
    with receiving() as away:
        pass
    with serving(settings) as bank:
        token = bank.link(products=("identity",), webhook=away.url)
        bank.get("/sandbox/item/reset_login", access_token=token)
    port = int(away.url.split(":")[2].split("/")[0])
    with receiving(port=port) as receiver, serving(settings):
        receiver.until_code("ITEM ERROR")


def test_no_secret_is_in_any_file_in_clear(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[ec.EllipticCurvePrivateKey] = []
    really = ec.generate_private_key

    def generate(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
        keys.append(really(curve))
        return keys[-1]

    monkeypatch.setattr(ec, "generate_private_key", generate)
    guarded = dataclasses.replace(settings, plaid_secret=SECRET)
    with receiving() as receiver, serving(guarded) as bank:
        secrets = _used_secrets(bank, receiver)
        [key] = keys
        _require_nowhere(settings.data_dir, [*secrets, *_forms_of(key)])
    _require_nowhere(settings.data_dir, [*secrets, *_forms_of(key)])


def _used_secrets(bank: Bank, receiver: Receiver) -> list[bytes]:
    """Everything done that makes or takes a secret; the secrets."""
    given = {"secret": SECRET, "client_id": "the-clients-id"}
    asked = {"institution_id": "ins_spendsense", "initial_products": ["transactions", "identity"]}
    linked = bank.get(
        "/link/token/create",
        **given,
        client_name="An app",
        language="en",
        country_codes=["US"],
        user={"client_user_id": "user-known-to-the-app"},
        products=["transactions"],
    )["link_token"]
    bank.get("/link/token/get", **given, link_token=linked)
    public = bank.get(
        "/sandbox/public_token/create", **given, **asked, options={"webhook": receiver.url}
    )["public_token"]
    access = bank.get("/item/public_token/exchange", **given, public_token=public)["access_token"]
    cursor = bank.get("/transactions/sync", **given, access_token=access)["next_cursor"]
    bank.get("/transactions/sync", **given, access_token=access, cursor=cursor)
    receiver.until(lambda got: len(got) >= 2)
    # Mistakes apps make: what is refused is kept, too.
    assert bank.error("/item/get", **given, access_token=public) == "INVALID_ACCESS_TOKEN"
    assert bank.error("/item/get", secret="wrong", access_token=access) == "INVALID_API_KEYS"
    bank.error(
        "/sandbox/public_token/create", **given, **asked, options={"override_username": access}
    )
    bank.error("/institutions/get_by_id", **given, institution_id=access, country_codes=["US"])
    bank.error("/item/get", **given, **{access: True}, access_token=access)
    bank.error("/accounts/get", **given, access_token=access, options={"account_ids": [public]})
    bank.error("/transactions/sync", **given, access_token=access, cursor=public)
    bank.error(
        "/sandbox/item/fire_webhook", **given, access_token=access, webhook_code=f"x {linked}"
    )
    return [linked.encode(), public.encode(), access.encode(), SECRET.encode()]


def _forms_of(key: ec.EllipticCurvePrivateKey) -> list[bytes]:
    number = key.private_numbers().private_value.to_bytes(32, "big")
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return [number, pem, base64.urlsafe_b64encode(number).rstrip(b"=")]


def _require_nowhere(data_dir: Path, secrets: list[bytes]) -> None:
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert any(path.name == "state.sqlite" for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in secrets:
            for form in (secret, secret.rpartition(b"sandbox-")[2], base64.b64encode(secret)[:-4]):
                assert form not in content, path


def test_nobody_else_can_read_its_files(settings: Settings) -> None:
    before = os.umask(0)
    try:
        with bank_process(settings.data_dir) as bank:
            bank.link()
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode)
                for path in settings.plaid_dir.iterdir()
            }
    finally:
        os.umask(before)
    assert modes.keys() >= {"state.sqlite", "state.sqlite-wal", ".lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(settings.plaid_dir.stat().st_mode) == 0o700


def test_a_folder_others_could_read_is_closed(settings: Settings) -> None:
    settings.plaid_dir.mkdir(mode=0o755)
    settings.plaid_state_path.touch(mode=0o644)
    with serving(settings):
        assert stat.S_IMODE(settings.plaid_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE(settings.plaid_state_path.stat().st_mode) == 0o600


def _another_version(path: Path) -> None:
    Store(path).close()
    with contextlib.closing(sqlite3.connect(path)) as con:
        con.execute("pragma user_version = 99")


def _another_program(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as con:
        con.execute("create table bookmarks (url text)")


def _no_database(path: Path) -> None:
    path.write_bytes(b"This is no database." * 400)


def _broken_pages(path: Path) -> None:
    store = Store(path)
    for number in range(2_000):
        store.keep(f"fact {number}", "x" * 40)
    store.close()
    content = bytearray(path.read_bytes())
    content[4_096 : len(content) // 2] = os.urandom(len(content) // 2 - 4_096)
    path.write_bytes(content)


def _cut_short(path: Path) -> None:
    Store(path).close()
    with path.open("r+b") as file:
        file.truncate(5_000)


def _a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_another_version, "was written by another version of the local Plaid (99)"),
        (_another_program, "was written by another version of the local Plaid (0)"),
        (_no_database, "cannot be opened as the local Plaid's state"),
        (_broken_pages, "cannot be opened as the local Plaid's state"),
        (_cut_short, "cannot be opened as the local Plaid's state"),
        (_a_folder, "cannot be opened as the local Plaid's state"),
    ],
)
def test_a_state_that_is_not_ours_is_one_clear_line(
    settings: Settings,
    refused: Callable[..., Answer],
    spoil: Callable[[Path], None],
    told: str,
) -> None:
    settings.plaid_dir.mkdir()
    spoil(settings.plaid_state_path)
    answer = refused()
    assert told in answer.err
    assert "move it away to begin with nothing linked" in answer.err


def test_two_servers_of_one_data_directory(
    settings: Settings, refused: Callable[..., Answer]
) -> None:
    with _alone(settings):
        assert "runs already" in refused().err
    with _alone(settings):
        pass


def test_a_commit_that_fails_leaves_nothing_open(tmp_path: Path) -> None:
    class FullDisk:
        def __init__(self, con: sqlite3.Connection) -> None:
            self.con = con

        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if sql == "commit":
                raise sqlite3.OperationalError
            return self.con.execute(sql, *rest)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.con, name)

    path = tmp_path / "state.sqlite"
    with contextlib.closing(Store(path)) as store:
        store.keep("day", "first")
        con, store._con = store._con, FullDisk(store._con)  # type: ignore[assignment]
        with pytest.raises(sqlite3.OperationalError):
            store.keep("day", "second")
        store._con = con
        assert store.fact("day") == "first"
        store.keep("day", "third")
    with contextlib.closing(Store(path, is_read_only=True)) as store:
        assert store.fact("day") == "third"


def test_a_state_that_is_only_looked_at_is_not_changed(tmp_path: Path) -> None:
    with pytest.raises(SpendSenseError):
        Store(tmp_path / "state.sqlite", is_read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_the_data_directory_goes_on_where_it_was(
    settings: Settings, tmp_path: Path
) -> None:
    with serving(settings) as bank:
        token = bank.link()
        before = bank.get("/transactions/get", access_token=token, start_date=START, end_date=AS_OF)
    elsewhere = settings_in(a_copy_of(settings.data_dir, tmp_path / "elsewhere"))
    with serving(elsewhere) as bank:
        after = bank.get("/transactions/get", access_token=token, start_date=START, end_date=AS_OF)
    assert after | {"request_id": None} == before | {"request_id": None}


def _until(is_so: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
