"""The shipped nginx configuration lets operators and viewers in, and refuses everybody else."""

from __future__ import annotations

import base64
import http.client
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
SHARING = Path(__file__).resolve().parents[2] / "docs" / "sharing"

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx: apt-get install nginx-light")


class Dagster(BaseHTTPRequestHandler):
    """Stands in for the web server: says who was asked and with which headers."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen = ", ".join(f"{k}={v}" for k, v in self.headers.items())
        body = f"{self.server.server_port} {self.command} {seen}".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Proxy:
    port: int
    operators_port: int
    viewers_port: int

    def ask(
        self,
        method: str = "GET",
        path: str = "/",
        *,
        host: str = "operate.demo.example",
        user: str | None = "olga",
        body: str = "",
        **headers: str,
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Host"] = f"{host}:{self.port}"
        if user:
            sent["Authorization"] = "Basic " + base64.b64encode(f"{user}:secret".encode()).decode()
        try:
            connection.request(method, path, body=body or None, headers=sent)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except http.client.RemoteDisconnected:
            return 0, ""
        finally:
            connection.close()

    @property
    def own(self) -> str:
        return f"http://operate.demo.example:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def without_tls(text: str, port: int) -> str:
    """The configuration as a test can run it: no certificate, no privileged port."""
    lines = [line for line in text.splitlines() if "ssl_" not in line]
    return "\n".join(lines).replace("443 ssl", f"127.0.0.1:{port}")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    upstreams = [ThreadingHTTPServer(("127.0.0.1", 0), Dagster) for _ in range(2)]
    for upstream in upstreams:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
    found = Proxy(free_port(), upstreams[0].server_port, upstreams[1].server_port)
    for name in ("spendsense-location.conf", "spendsense-proxy.conf"):
        (folder / name).write_text((SHARING / name).read_text())
    text = without_tls((SHARING / "nginx.conf").read_text(), found.port)
    for given, ours in (
        ("127.0.0.1:3000", f"127.0.0.1:{found.operators_port}"),
        ("127.0.0.1:3001", f"127.0.0.1:{found.viewers_port}"),
        ("/etc/nginx/spendsense", str(folder / "users")),
        (
            "http {",
            f"http {{\n  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;",
        ),
    ):
        assert given in text
        text = text.replace(given, ours)
    (folder / "users.operators").write_text("olga:{PLAIN}secret\n")
    (folder / "users.viewers").write_text("vera:{PLAIN}secret\n")
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n{text}"
    )
    assert NGINX is not None
    process = subprocess.Popen(
        [
            NGINX,
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "error.log"),
        ],
        stderr=subprocess.PIPE,
    )
    try:
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", found.port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.communicate()
        for upstream in upstreams:
            upstream.shutdown()
            upstream.server_close()


def test_operators_and_viewers_reach_their_own_server(proxy: Proxy) -> None:
    status, said = proxy.ask("POST", "/graphql", body="{}", Origin=proxy.own)
    assert status == 200
    assert said.startswith(f"{proxy.operators_port} POST")
    status, said = proxy.ask("GET", "/", host="demo.example", user="vera")
    assert status == 200
    assert said.startswith(f"{proxy.viewers_port} GET")


def test_dagster_sees_a_request_to_itself_without_the_password(proxy: Proxy) -> None:
    _, said = proxy.ask(
        "POST", "/graphql", body="{}", Origin=proxy.own, Sec_Fetch_Site="same-origin"
    )
    assert f"Host=127.0.0.1:{proxy.operators_port}" in said
    for header in ("Origin", "Sec-Fetch-Site", "Authorization"):
        assert header not in said


def test_nobody_gets_in_without_a_password_or_with_the_other_servers(proxy: Proxy) -> None:
    assert proxy.ask(user=None)[0] == 401
    assert proxy.ask(user="vera")[0] == 401
    assert proxy.ask(host="demo.example", user="olga")[0] == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example", "evil.demo.example", "localhost"])
def test_other_names_get_no_answer(proxy: Proxy, host: str) -> None:
    assert proxy.ask(host=host)[0] == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_queries_by_get_are_refused_with_the_right_password(proxy: Proxy, method: str) -> None:
    assert proxy.ask(method, "/graphql?query=mutation%7Bx%7D")[0] == 403
    assert proxy.ask(method, "/graphql?QUERY=x", Sec_Fetch_Mode="navigate")[0] == 403
    assert proxy.ask(method, "/graphql/?query=x")[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://demo.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_pages_elsewhere_are_refused_with_the_right_password(
    proxy: Proxy, headers: dict[str, str]
) -> None:
    assert proxy.ask("POST", "/graphql", body="{}", **headers)[0] == 403
    assert proxy.ask("POST", "/report_asset_materialization/x", body="{}", **headers)[0] == 403
    assert proxy.ask("POST", "/", body="{}", Sec_Fetch_Mode="navigate", **headers)[0] == 403
    # Opening a WebSocket from there:
    assert (
        proxy.ask("GET", "/graphql", Upgrade="websocket", Connection="Upgrade", **headers)[0] == 403
    )


def test_a_link_elsewhere_opens_the_ui(proxy: Proxy) -> None:
    assert (
        proxy.ask("GET", "/runs", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    )


def test_a_websocket_of_the_ui_itself_is_passed_on(proxy: Proxy) -> None:
    status, said = proxy.ask(
        "GET", "/graphql", Upgrade="websocket", Connection="Upgrade", Origin=proxy.own
    )
    assert status == 200
    assert "Upgrade=websocket" in said
