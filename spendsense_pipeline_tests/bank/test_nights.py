"""Nights: what is published while the bank runs is followed, gone back on, or another world."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.publishing.publish import point_readers_at
from spendsense_pipeline.publishing.retention import rollback
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import run
from spendsense_pipeline_tests.fixtures.data_directories import built_once
from spendsense_pipeline_tests.fixtures.local_bank import (
    AS_OF,
    READS,
    START,
    Bank,
    a_world,
    publish_import,
    publish_people,
    serving,
)
from spendsense_pipeline_tests.fixtures.refreshed_directory import ANYTHING_GOES
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
from spendsense_pipeline_tests.fixtures.webhook_receiver import Receiver, receiving

SECOND, THIRD = (AS_OF + dt.timedelta(days=days) for days in (3, 7))
PUBLICATIONS = {
    "first": a_world(users=12),
    "second": a_world(SECOND, users=12),
    "third": a_world(THIRD, users=12),
    "fewer": a_world(SECOND, users=10),
    "another": a_world(SECOND, users=12, seed=7),
}
"""The days are some apart so that something happens in between to everybody."""
ONLY_FOR_MORE = "user_0011"
UPDATE = "TRANSACTIONS DEFAULT_UPDATE"


@dataclass
class Nights:
    """A data directory in which publications happen."""

    settings: Settings
    made: dict[str, Path]

    def publish(self, name: str) -> None:
        """Publish one of `PUBLICATIONS`, made before."""
        made = self.made[name]
        kept = self.settings.datasets_dir / made.name
        if not kept.exists():
            shutil.copyfile(made, kept)
        point_readers_at(kept, self.settings)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of every publication."""

    def build(folder: Path) -> None:
        settings = settings_in(folder / "data")
        names = {
            name: publish_people(settings, resolved, minute=minute).path.name
            for minute, (name, resolved) in enumerate(PUBLICATIONS.items())
        }
        (folder / "names.json").write_text(json.dumps(names), encoding="utf-8")

    folder = built_once(tmp_path_factory, "nights", build)
    names = json.loads((folder / "names.json").read_text("utf-8"))
    return {name: folder / "data" / "datasets" / file for name, file in names.items()}


@pytest.fixture
def nights(made: dict[str, Path], tmp_path: Path) -> Nights:
    settings = settings_in(tmp_path / "data")
    settings.prepare_data_dir()
    settings.datasets_dir.mkdir(exist_ok=True)
    begun = Nights(settings, made)
    begun.publish("first")
    return begun


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def test_a_night_is_told_and_synced_without_a_restart(nights: Nights, receiver: Receiver) -> None:
    with serving(nights.settings) as bank:
        token = bank.link(webhook=receiver.url)
        first, _, cursor = bank.sync(token)
        receiver.until(lambda got: len(got) >= 2)
        seen = {row["transaction_id"]: row for row in first}
        for name, day in (("second", SECOND), ("third", THIRD)):
            receiver.forget()
            nights.publish(name)
            # Nobody asks anything: the bank has seen it by itself.
            receiver.until_code("TRANSACTIONS SYNC_UPDATES_AVAILABLE")
            told = receiver.until_code(UPDATE)
            added, removed, cursor = bank.sync(token, cursor)
            assert told.body["new_transactions"] == len(added) > 0
            assert max(row["date"] for row in added) > str(AS_OF)
            for row in removed:
                del seen[row["transaction_id"]]
            seen |= {row["transaction_id"]: row for row in added}
            clock = bank.get("/sandbox/clock/get")
            assert (clock["as_of"], clock["is_following"]) == (str(day), True)
        at_once, _, _ = bank.sync(token)
        assert seen == {row["transaction_id"]: row for row in at_once}


def test_what_was_published_while_it_was_down_is_told_at_the_start(
    nights: Nights, receiver: Receiver
) -> None:
    with serving(nights.settings) as bank:
        token = bank.link(webhook=receiver.url)
        _, _, cursor = bank.sync(token)
        receiver.until(lambda got: len(got) >= 2)
    nights.publish("second")
    with serving(nights.settings) as bank:
        told = receiver.until_code(UPDATE)
        added, _, _ = bank.sync(token, cursor)
        assert told.body["new_transactions"] == len(added) > 0


def test_a_held_clock_stands_whatever_is_published(nights: Nights, receiver: Receiver) -> None:
    held = AS_OF - dt.timedelta(days=9)
    with serving(nights.settings, as_of=held) as bank:
        token = bank.link(webhook=receiver.url)
        _, _, cursor = bank.sync(token)
        balances = bank.get("/accounts/get", access_token=token)["accounts"]
        receiver.until(lambda got: len(got) >= 2)
        nights.publish("second")
        assert bank.get("/sandbox/clock/get") | {"request_id": ""} == {
            "as_of": str(held),
            "published_as_of": str(SECOND),
            "is_following": False,
            "request_id": "",
        }
        time.sleep(1.5)
        assert bank.sync(token, cursor) == ([], [], cursor)
        assert bank.get("/accounts/get", access_token=token)["accounts"] == balances
        assert len(receiver.got) == 2
        assert bank.get("/sandbox/clock/advance", to=AS_OF)["is_following"] is False
        assert bank.get("/sandbox/clock/advance", to=SECOND)["is_following"] is True
        receiver.until_code(UPDATE)
        nights.publish("third")
        assert bank.get("/sandbox/clock/get")["as_of"] == str(THIRD)


def test_after_a_rollback_pages_are_empty_until_the_day_is_reached_again(
    nights: Nights, receiver: Receiver
) -> None:
    with serving(nights.settings) as bank:
        token = bank.link(webhook=receiver.url)
        before = bank.get("/accounts/get", access_token=token)["accounts"]
        nights.publish("second")
        _, _, cursor = bank.sync(token)
        rollback(nights.settings)
        for _ in range(2):
            assert bank.sync(token, cursor) == ([], [], cursor)
        assert bank.get("/sandbox/clock/get")["as_of"] == str(AS_OF)
        assert bank.get("/accounts/get", access_token=token)["accounts"] == before
        shown = bank.get("/transactions/get", access_token=token, start_date=START, end_date=THIRD)
        assert shown["transactions"][0]["date"] <= str(AS_OF)
        nights.publish("second")
        assert bank.sync(token, cursor)[:2] == ([], [])
        # Once for each time the day was reached.
        receiver.until(lambda got: [each.code for each in got].count(UPDATE) == 2)
        receiver.forget()
        nights.publish("third")
        told = receiver.until_code(UPDATE)
        added, _, _ = bank.sync(token, cursor)
        assert told.body["new_transactions"] == len(added) > 0


def test_another_world_serves_nobody_linked_before(nights: Nights, receiver: Receiver) -> None:
    with serving(nights.settings) as bank:
        token = bank.link(
            ONLY_FOR_MORE, products=("transactions", "identity"), webhook=receiver.url
        )
        own = bank.get("/accounts/get", access_token=token)["accounts"]
        _, _, cursor = bank.sync(token)
        receiver.until(lambda got: len(got) >= 2)
        nights.publish("another")
        told = receiver.until_code("ITEM ERROR")
        assert told.body["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"
        for path, more in READS.items():
            assert bank.error(path, access_token=token, **more) == "ITEM_LOGIN_REQUIRED", path
        assert (
            bank.error("/transactions/sync", access_token=token, cursor=cursor) == "INVALID_FIELD"
        )
        shown = bank.get("/item/get", access_token=token)["item"]
        assert shown["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"
        # What an app can do in Sandbox does not make it that other person either.
        status, answer = bank.ask("/sandbox/item/set_error", access_token=token, error_code=None)
        assert (status, answer["error_code"]) == (400, "ITEM_LOGIN_REQUIRED")
        nights.publish("first")
        receiver.until_code("ITEM LOGIN_REPAIRED")
        assert bank.get("/accounts/get", access_token=token)["accounts"] == own
        assert bank.sync(token, cursor) == ([], [], cursor)


def test_in_another_world_people_are_linked_anew(nights: Nights) -> None:
    with serving(nights.settings) as bank:
        former = bank.link(ONLY_FOR_MORE, products=("identity",))
        whose = bank.get("/identity/get", access_token=former)["accounts"]
        nights.publish("another")
        token = bank.link(ONLY_FOR_MORE, products=("identity",))
        others = bank.get("/identity/get", access_token=token)["accounts"]
        assert {each["balances"]["current"] for each in others}.isdisjoint(
            each["balances"]["current"] for each in whose
        )
        assert bank.error("/identity/get", access_token=former) == "ITEM_NOT_FOUND"


def test_what_is_published_first_in_another_world_is_not_told_of_in_this(
    nights: Nights, receiver: Receiver
) -> None:
    with serving(nights.settings) as bank:
        bank.link(webhook=receiver.url)
        receiver.until(lambda got: len(got) >= 2)
        nights.publish("another")
        receiver.until_code("ITEM ERROR")
        time.sleep(1)
        assert receiver.codes[2:] == ["ITEM ERROR"]


def test_with_fewer_people_who_is_gone_has_no_accounts_and_others_go_on(nights: Nights) -> None:
    with serving(nights.settings) as bank:
        gone = bank.link(ONLY_FOR_MORE, products=("transactions",))
        stays = bank.link("user_0001", products=("transactions",))
        _, _, cursor = bank.sync(stays)
        _, _, cursor_of_gone = bank.sync(gone)
        nights.publish("fewer")
        assert bank.sync(stays, cursor)[0]
        for path, more in READS.items():
            if path not in ("/identity/get", "/liabilities/get"):
                assert bank.error(path, access_token=gone, **more) == "NO_ACCOUNTS", path
        assert (
            bank.error(
                "/sandbox/public_token/create",
                institution_id="ins_spendsense",
                initial_products=["transactions"],
                options={"override_username": ONLY_FOR_MORE},
            )
            == "INVALID_INPUT"
        )
        nights.publish("third")
        assert bank.sync(gone, cursor_of_gone)[0]


class Crowd:
    """Apps that ask for everything all the time, and what they must not have been answered."""

    def __init__(self, bank: Bank, own: dict[str, set[str]]) -> None:
        """Take the bank, and by token the rows that may be shown."""
        self._bank, self._own = bank, own
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(token,)) for token in own]
        self._threads.append(threading.Thread(target=self._link))
        self.wrong: list[Any] = []
        self.statuses: set[int] = set()

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, token: str) -> None:
        while not self._is_over.is_set():
            for path, more in READS.items():
                answer = self._answer(path, access_token=token, **more)
                if not _rows(answer) <= self._own[token]:
                    self.wrong.append((path, answer))

    def _link(self) -> None:
        while not self._is_over.is_set():
            self._answer(
                "/sandbox/public_token/create",
                institution_id="ins_spendsense",
                initial_products=["identity"],
                options={"override_username": "user_0011"},
            )

    def _answer(self, path: str, **asked: Any) -> dict[str, Any]:
        status, answer = self._bank.ask(path, **asked)
        self.statuses.add(status)
        if status >= 500:
            self.wrong.append((path, answer))
        return answer


def _rows(answer: dict[str, Any]) -> set[str]:
    """The transactions of an answer."""
    rows = (*answer.get("transactions", ()), *answer.get("added", ()))
    return {json.dumps(row, sort_keys=True) for row in rows}


def test_a_swap_fails_no_request_and_serves_no_stranger(nights: Nights) -> None:
    everything = {"start_date": START, "end_date": THIRD, "options": {"count": 500}}
    with serving(nights.settings) as bank:
        tokens = [bank.link(products=("transactions", "identity")) for _ in range(4)]
        own: dict[str, set[str]] = {token: set() for token in tokens}
        for name in ("second", "another", "first"):
            nights.publish(name)
            for token in tokens:
                added = bank.ask("/transactions/sync", access_token=token, count=500)[1]
                shown = bank.ask("/transactions/get", access_token=token, **everything)[1]
                own[token] |= _rows(added) | _rows(shown)
        assert all(own.values())
        with Crowd(bank, own) as crowd:
            for name in itertools.islice(itertools.cycle(("another", "second", "first")), 12):
                nights.publish(name)
                time.sleep(0.3)
        assert crowd.wrong == []
        assert crowd.statuses == {200, 400}
        nights.publish("third")
        bank.get("/sandbox/clock/get")
        _until(lambda: len(_open_datasets(nights.settings)) == 1)


def _open_datasets(settings: Settings) -> set[int]:
    """Published files this process has open, by their number."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        try:
            path = str(each.readlink())
            if path.startswith(str(settings.data_dir)) and ".duckdb" in path:
                found.add(each.stat().st_ino)
        except OSError:
            continue
    return found


def test_past_the_published_day_it_says_how_to_get_there(nights: Nights) -> None:
    with serving(nights.settings) as bank:
        told = _refused(bank, days=1)
        assert f"the published data ends on {AS_OF}" in told
        assert f"`spendsense refresh --as-of {AS_OF + dt.timedelta(days=1)}`" in told
        assert "--may-refresh" in told


def test_past_24_months_a_world_does_not_live_on(nights: Nights) -> None:
    with serving(nights.settings, may_refresh=True) as bank:
        told = _refused(bank, to=dt.date(2028, 2, 1))
        assert "would pass 24 months on 2028-02-01" in told
        assert "`spendsense refresh --as-of 2028-02-01`" in told


def test_what_was_rolled_back_to_does_not_live_on(nights: Nights) -> None:
    nights.publish("second")
    rollback(nights.settings)
    with serving(nights.settings, may_refresh=True) as bank:
        told = _refused(bank, days=1)
        assert "rolled back" in told
        assert "`spendsense refresh`" in told


def test_imported_people_do_not_live_on(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data")
    publish_import(settings, tmp_path / "in")
    with serving(settings, may_refresh=True) as bank:
        told = _refused(bank, days=1)
        assert "brought in" in told
        assert "`spendsense import`" in told


def test_the_clock_does_not_go_back(nights: Nights) -> None:
    with serving(nights.settings) as bank:
        assert "--reset-clock" in _refused(bank, to=AS_OF - dt.timedelta(days=1))
        assert "either days or to" in _refused(bank)
        assert "either days or to" in _refused(bank, days=1, to=AS_OF)


def _refused(bank: Bank, **asked: Any) -> str:
    """Why the clock does not go there; it stands where it stood."""
    before = bank.get("/sandbox/clock/get")["as_of"]
    status, answer = bank.ask("/sandbox/clock/advance", **asked)
    assert (status, answer["error_code"]) == (400, "INVALID_FIELD")
    assert bank.get("/sandbox/clock/get")["as_of"] == before
    return str(answer["error_message"])


@pytest.mark.long
def test_past_the_published_day_a_run_publishes_and_the_clock_follows(
    data_dir: Path, receiver: Receiver
) -> None:
    asked = data_dir.parent / "asked.json"
    asked.write_text(
        json.dumps(
            {
                "config": {"num_users": 20, "months_history": 4},
                "expectations": ANYTHING_GOES,
            }
        ),
        encoding="utf-8",
    )
    answer = run("refresh", "--config", asked, "--as-of", "2026-06-30", "--yes")
    assert answer.code == 0, answer.err
    settings = settings_in(data_dir)
    with serving(settings, as_of=dt.date(2026, 6, 25), may_refresh=True) as bank:
        token = bank.link(webhook=receiver.url)
        _, _, cursor = bank.sync(token)
        receiver.until(lambda got: len(got) >= 2)
        started = bank.get("/sandbox/clock/advance", to="2026-07-04")
        assert started["run_id"]
        # It shows the last day there is at once, and the rest when it is published.
        assert started["as_of"] == "2026-06-30"
        assert started["is_following"] is True
        first = receiver.until_code(UPDATE)
        _until(lambda: bank.get("/sandbox/clock/get")["as_of"] == "2026-07-04", seconds=300)
        receiver.until(lambda got: sum(each.code == UPDATE for each in got) >= 2)
        told = [each for each in receiver.got if each.code == UPDATE]
        assert told[0] is first
        added, removed, _ = bank.sync(token, cursor)
        # What was pending on the day between came and went without this app's seeing it.
        assert len(added) <= sum(each.body["new_transactions"] for each in told)
        assert {row["date"] for row in added} & {"2026-07-01", "2026-07-02", "2026-07-03"}
        assert removed is not None
        assert "spendsense" not in _refused(bank, to="2026-07-01")
    log = run("log", "--json")
    assert any(entry["via"] == "local Plaid" for entry in log.json), log.out


def _until(is_so: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)
