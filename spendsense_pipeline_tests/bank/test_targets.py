"""Where webhooks may go, and where none ever arrives."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from spendsense_pipeline.bank.targets import TargetError, Targets, UnknownHostError
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.dashboard import dashboard
from spendsense_pipeline_tests.fixtures.local_bank import Bank, serving
from spendsense_pipeline_tests.fixtures.webhook_receiver import receiving

OWN_PORT = 8484
ELSEWHERE = "203.0.113.7"
"""Of those that documentation may use (RFC 5737): nobody's."""
SERVER = """
import http.server, sys
class Noting(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open({noted!r}, "a").write(self.path)
        self.send_response(200)
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", 0), Noting)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for, one address after the other; each look-up takes one, the last stays."""
    names: dict[str, list[str]] = {}
    really = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in names:
            return really(host, *rest, **more)
        there = names[host]
        return really(there.pop(0) if len(there) > 1 else there[0], *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return names


def reason(url: str, *allowed: str) -> str:
    """Why nothing is sent there."""
    with pytest.raises(TargetError) as refused:
        Targets(allowed, own_port=OWN_PORT).find(url)
    return str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "localhost.example.com",
        "localhost.",
        "app.localhost",
        "localtest.me",
        ELSEWHERE,
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[::]",
        "[fe80::1]",
        "[2001:db8::1]",
        "[::ffff:203.0.113.7]",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.0.1.",
        "metadata.google.internal",
    ],
)
def test_other_hosts_are_refused_and_not_even_looked_up(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "getaddrinfo")
    told = reason(f"http://{host}:5000/hook")
    assert "is not this machine: start with --webhooks-to" in told


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "LocalHost", "[::1]"])
def test_this_machines_loopback_is_taken(host: str) -> None:
    found = Targets((), own_port=OWN_PORT).find(f"http://{host}:5000/hook")
    assert all(each.startswith("127.") or each == "::1" for each in found.addresses)
    assert found.port == 5000


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]"])
@pytest.mark.parametrize("port", [OWN_PORT, 3000, 8081])
def test_our_own_ports_and_dagsters_are_refused(host: str, port: int) -> None:
    assert f"port {port} is one of our own or of Dagster's" in reason(f"http://{host}:{port}/")


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "own.test"],
)
@pytest.mark.parametrize("port", [OWN_PORT, 3000])
def test_they_are_refused_by_any_name_this_machine_is_allowed_by(
    host: str, port: int, looked_up: dict[str, list[str]]
) -> None:
    looked_up["own.test"] = ["127.0.0.1"]
    told = reason(f"http://{host}:{port}/graphql", host)
    assert f"port {port} is one of our own or of Dagster's" in told


def test_they_are_refused_at_this_machines_other_addresses() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((ELSEWHERE, 9))  # Sends nothing: it only chooses whence it would.
        except OSError:
            pytest.skip("this machine has no other address")
        own = str(probe.getsockname()[0])
    assert "is one of our own" in reason(f"http://{own}:{OWN_PORT}/", own)


def test_an_allowed_host_is_looked_up_once(looked_up: dict[str, list[str]]) -> None:
    looked_up["app.test"] = [ELSEWHERE, "127.0.0.1"]
    targets = Targets(("App.Test",), own_port=OWN_PORT)
    for _ in range(3):
        assert targets.find("https://app.test/hook").addresses == (ELSEWHERE,)
    assert targets.find("https://app.test/hook").port == 443
    # What the name stands for by then would have been refused.
    assert socket.getaddrinfo("app.test", 1)[0][4][0] == "127.0.0.1"


def test_localhost_must_be_this_machine(looked_up: dict[str, list[str]]) -> None:
    looked_up["localhost"] = [ELSEWHERE]
    assert f"leads to {ELSEWHERE}" in reason("http://localhost:5000/")


def test_a_name_nobody_knows_may_be_known_later(looked_up: dict[str, list[str]]) -> None:
    targets = Targets(("app.invalid",), own_port=OWN_PORT)
    with pytest.raises(UnknownHostError):
        targets.find("http://app.invalid/")
    looked_up["app.invalid"] = [ELSEWHERE]
    assert targets.find("http://app.invalid/").addresses == (ELSEWHERE,)


@pytest.mark.parametrize(
    "url",
    [
        "http://user@127.0.0.1:5000/",
        "http://127.0.0.1:5000@example.com/",
        "http://127.0.0.1\\@example.com/",
        "http://user:word@localhost/",
        "ftp://127.0.0.1/",
        "file://localhost/somewhere",
        "gopher://127.0.0.1:3000/",
        "//127.0.0.1/",
        "http://",
        "http:///hook",
        "127.0.0.1:5000",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:http/",
        "http://127.0.0.1/\r\nHost: other",
        "http://127.0.0.1/a b",
        "http://[::1/",
        "",
    ],
)
def test_what_is_no_address_is_refused_when_it_is_given(bank: Bank, url: str) -> None:
    asked = {"institution_id": "ins_spendsense", "initial_products": ["transactions"]}
    code = bank.error("/sandbox/public_token/create", **asked, options={"webhook": url})
    assert code == "INVALID_FIELD"


def test_a_host_that_is_not_allowed_is_noted_as_not_sent(
    bank: Bank, caplog: pytest.LogCaptureFixture
) -> None:
    _fire(bank, f"http://{ELSEWHERE}:5000/")
    assert "start with --webhooks-to" in _not_sent(bank)
    assert f"{ELSEWHERE} is not this machine" in caplog.text


def test_an_allowed_host_gets_its_webhooks_under_its_name(
    settings: Settings, looked_up: dict[str, list[str]]
) -> None:
    looked_up["app.test"] = ["127.0.0.1", ELSEWHERE]
    with receiving() as receiver, serving(settings, webhooks_to=("app.test",)) as bank:
        port = urlsplit(receiver.url).port
        for number in (1, 2):
            _fire(bank, f"http://app.test:{port}/hook?a=b")
            receiver.until(lambda got, number=number: len(got) == number)
        assert {each.path for each in receiver.got} == {"/hook?a=b"}
        assert {each.headers["host"] for each in receiver.got} == {f"app.test:{port}"}


def test_who_listens_at_the_other_of_two_addresses_is_found(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a server in Node does that listens on localhost."""
    really = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "localhost":
            return really(host, *rest, **more)
        return [found for each in ("127.0.0.1", "::1") for found in really(each, *rest, **more)]

    try:
        with receiving("::1") as receiver:
            monkeypatch.setattr(socket, "getaddrinfo", look_up)
            _fire(bank, receiver.url.replace("[::1]", "localhost"))
            receiver.until(lambda got: len(got) == 1)
            assert receiver.got[0].headers["host"].startswith("localhost:")
    except OSError:
        pytest.skip("this machine has no IPv6")


def test_a_webhook_to_ourselves_is_not_sent(bank: Bank) -> None:
    _fire(bank, f"{bank.url}/sandbox/clock/advance")
    assert "one of our own" in _not_sent(bank)


@contextlib.contextmanager
def _running(*words: str | Path) -> Iterator[int]:
    """A server started by these words; its port, which it says first."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.parametrize(
    ("name", "arguments", "is_reached"),
    [
        ("dagster-webserver", (), False),
        ("dagster", ("dev",), False),
        ("spendsense", ("ui",), False),
        ("serve", ("-m", "dagster_webserver"), False),
        ("serve", ("-m", "spendsense_pipeline.cli", "ui"), False),
        ("my_app", ("--name", "books of spendsense"), True),
    ],
)
def test_a_server_is_known_by_how_it_was_started(
    bank: Bank, tmp_path: Path, name: str, arguments: tuple[str, ...], is_reached: bool
) -> None:
    script, noted = tmp_path / name, tmp_path / "noted"
    script.write_text(SERVER.format(noted=str(noted)), encoding="utf-8")
    with _running(sys.executable, script, *arguments) as port:
        _fire(bank, f"http://localhost:{port}/graphql")
        if is_reached:
            _until(noted.exists)
        else:
            assert f"port {port} is one of our own or of Dagster's" in _not_sent(bank)
        assert noted.exists() == is_reached


@pytest.mark.long
def test_dagster_itself_is_never_reached(bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "repository.py").write_text(
        "import dagster as dg\n\n\n@dg.asset\ndef something() -> None: ...\n", encoding="utf-8"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    dagster = Path(sys.executable).parent / "dagster"
    words = (dagster, "dev", "-f", tmp_path / "repository.py", "-p", str(port), "-h", "127.0.0.1")
    log = tmp_path / "log"
    with log.open("w") as said:
        process = subprocess.Popen(
            words, cwd=tmp_path, stdout=said, stderr=said, start_new_session=True
        )
        try:
            _until(lambda: _answers(port), seconds=120)
            _fire(bank, f"http://127.0.0.1:{port}/graphql")
            assert "or of Dagster's" in _not_sent(bank)
        finally:
            _end(process)


@pytest.mark.long
def test_the_dashboard_is_never_reached(bank: Bank) -> None:
    with dashboard(bank.settings.data_dir) as running:
        _fire(bank, f"{running.url}/")
        assert "one of our own" in _not_sent(bank)


def _end(process: subprocess.Popen[Any]) -> None:
    """A server and the servers it started."""
    started = _below(process.pid)
    for pid in (process.pid, *started):
        with contextlib.suppress(ProcessLookupError):
            subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
    process.wait()


def _below(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text(encoding="ascii").split()
    ]
    return [*children, *(each for child in children for each in _below(child))]


def _answers(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asking:
        try:
            asking.request("GET", "/server_info")
            return asking.getresponse().status == 200
        except OSError:
            return False


def _fire(bank: Bank, url: str) -> None:
    token = bank.link(products=("identity",), webhook=url)
    bank.get("/sandbox/item/fire_webhook", access_token=token, webhook_code="DEFAULT_UPDATE")


def _not_sent(bank: Bank) -> str:
    """Why the newest webhook was never sent."""
    assert bank.plaid
    plaid = bank.plaid
    _until(lambda: plaid.outbox.latest(1)[0].outcome is not None)
    [newest] = plaid.outbox.latest(1)
    assert (newest.outcome, newest.attempts) == ("not sent", 0)
    return str(newest.detail)


def _until(is_so: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
