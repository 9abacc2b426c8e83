"""Who the dashboard answers: its own pages on this machine; elsewhere who gives the token."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from spendsense_pipeline_tests.fixtures.dashboard import Dashboard, dashboard

WEBSOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
TOKEN = "a long secret"


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: list[tuple[str, str]]

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


def answer(
    server: Dashboard, path: str = "/", method: str = "GET", body: str = "", **headers: str
) -> Answer:
    """What a client that sends exactly these headers is answered."""
    where = urlsplit(server.url)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    said.setdefault("Host", where.netloc)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in said.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode())
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        return Answer(response.status, text, response.getheaders())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_its_own_names_are_answered(server: Dashboard, host: str) -> None:
    assert answer(server, Host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7:8081", "localhost.evil", ""]
)
def test_a_foreign_name_is_refused(server: Dashboard, host: str) -> None:
    assert answer(server, Host=host).status == 400


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "http://127.0.0.1"]
)
def test_a_foreign_page_is_refused(server: Dashboard, origin: str, method: str) -> None:
    assert answer(server, "/people", method, Origin=origin).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_or_a_script_of_another_site_is_refused(server: Dashboard, site: str) -> None:
    sent = answer(server, "/", "POST", "a=1", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    fetched = answer(server, "/", "GET", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")
    assert (sent.status, fetched.status) == (403, 403)


def test_a_link_from_another_site_opens_a_page(server: Dashboard) -> None:
    assert answer(server, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [(None, "http://evil.example"), ("evil.example", "http://evil.example"), (None, "null")],
)
def test_a_foreign_page_cannot_open_the_websocket(
    server: Dashboard, host: str | None, origin: str
) -> None:
    where = urlsplit(server.url)
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(
            f"ws://{where.netloc}{WEBSOCKET}",
            origin=origin,  # type: ignore[arg-type]
            additional_headers={"Host": host} if host else None,
        ),
    ):
        pass
    assert refused.value.response.status_code in (400, 403)


def test_its_own_page_can_open_the_websocket(server: Dashboard) -> None:
    where = urlsplit(server.url)
    with connect(f"ws://{where.netloc}{WEBSOCKET}", origin=server.url) as socket:  # type: ignore[arg-type]
        assert str(socket.recv(timeout=20)).startswith("0")


def test_no_page_may_frame_it_and_it_talks_to_nobody_else(server: Dashboard) -> None:
    page = answer(server)
    assert page.header("x-frame-options") == ["DENY"]
    [policy] = page.header("content-security-policy")
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self';" in policy
    assert "http:" not in policy
    assert "*" not in policy


def test_the_session_is_no_secret_of_ours(server: Dashboard) -> None:
    cookies = answer(server).header("set-cookie")
    assert cookies
    assert all("httponly" in cookie.lower() and "samesite" in cookie.lower() for cookie in cookies)
    secret = (server.data_dir / "ui" / "secret").read_text(encoding="utf-8")
    assert len(secret) >= 32
    assert (server.data_dir / "ui" / "secret").stat().st_mode & 0o077 == 0
    assert secret not in answer(server).text


def in_a_process(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        env={"SPENDSENSE_DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )


_ONE_AFTER_THE_OTHER = """
import sys
from spendsense_pipeline.cli import main
for host in sys.argv[1:]:
    sys.argv = ["spendsense", "ui", "--host", host, "--port", "0"]
    print(main())
"""


def test_other_machines_need_a_token_to_be_set(tmp_path: Path) -> None:
    hosts = ("0.0.0.0", "192.0.2.1", "::")
    refused = in_a_process(tmp_path, "-c", _ONE_AFTER_THE_OTHER, *hosts)
    assert refused.stdout == "2\n" * len(hosts)
    for host, said in zip(hosts, refused.stderr.splitlines(), strict=True):
        assert f"--host {host} would let other machines reach" in said
        assert "SPENDSENSE_UI_TOKEN" in said


def test_a_port_in_use_is_one_line(server: Dashboard, tmp_path: Path) -> None:
    port = urlsplit(server.url).port
    refused = in_a_process(tmp_path, "-m", "spendsense_pipeline.cli", "ui", "--port", str(port))
    assert refused.returncode == 2
    assert f"port {port} of 127.0.0.1 is in use" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def shared(server: Dashboard) -> Iterator[Dashboard]:
    """A dashboard that other machines could reach."""
    with dashboard(server.data_dir, "--host", "0.0.0.0", SPENDSENSE_UI_TOKEN=TOKEN) as running:
        running.url = running.url.replace("0.0.0.0", "127.0.0.1")
        yield running


def test_who_gives_no_token_sees_nothing(shared: Dashboard) -> None:
    page = answer(shared, "/people", Accept="text/html")
    assert (page.status, page.header("location")) == (303, ["/sign-in"])
    assert answer(shared, "/static/style.css").status == 401
    assert answer(shared, "/", Authorization="Bearer wrong").status == 401
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://{urlsplit(shared.url).netloc}{WEBSOCKET}"),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_the_token_is_given_once(shared: Dashboard) -> None:
    wrong = answer(shared, "/sign-in", "POST", "token=wrong")
    assert wrong.status == 401
    assert "This is not the token." in wrong.text
    right = answer(shared, "/sign-in", "POST", f"token={TOKEN.replace(' ', '+')}")
    [cookie] = right.header("set-cookie")
    assert (right.status, right.header("location")) == (303, ["/"])
    assert "HttpOnly" in cookie
    assert TOKEN not in str(right.headers)
    entered = answer(shared, "/", Cookie=cookie.partition(";")[0])
    assert entered.status == 200
    assert TOKEN not in entered.text
    assert answer(shared, "/", Authorization=f"Bearer {TOKEN}").status == 200


def test_with_a_token_a_foreign_page_is_refused_all_the_same(shared: Dashboard) -> None:
    sent = answer(shared, "/sign-in", "POST", f"token={TOKEN}", Origin="http://evil.example")
    assert sent.status == 403


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    without = "import sys; sys.modules['nicegui'] = None; sys.argv = ['spendsense', 'ui']; "
    refused = in_a_process(
        tmp_path, "-c", f"{without}from spendsense_pipeline.cli import main; sys.exit(main())"
    )
    assert refused.returncode == 2
    assert "pip install 'spendsense-pipeline[ui]'" in refused.stderr
