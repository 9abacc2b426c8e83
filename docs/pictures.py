"""Takes the pictures of the dashboard that the documentation shows: `make pictures`.

A small world is made in a temporary directory, the dashboard and the local Plaid are started on it,
and Debian's Chromium looks at every page. The same world and size every time, so that a picture
changes with what it shows.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
AS_OF = "2026-06-30"
WIDE, PHONE = (1280, 800), (390, 780)
_COLORS = 256
_OPERATOR = "Olga"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: of its file, without its ending.
        path: of the page; `{user}` stands for somebody.
        size: of the window.
        is_dark: in dark colours.
        shows: what must be there before it is taken, and is scrolled to.
    """

    name: str
    path: str
    size: tuple[int, int] = WIDE
    is_dark: bool = False
    shows: str = "h1"


PICTURES = (
    Picture("overview", "/"),
    Picture("overview-dark", "/", is_dark=True),
    Picture("generate", "/generate"),
    Picture("people", "/people"),
    Picture("person", "/people/{user}"),
    Picture("signals", "/signals"),
    Picture("review", "/review"),
    Picture("guardrails", "/guardrails"),
    Picture("history", "/history"),
    Picture("bank", "/bank"),
    Picture("own-room", "/me/{user}", size=PHONE),
)


def main() -> None:
    """Make the world, start the servers, take the pictures."""
    if _CHROMIUM is None:
        sys.exit("no Chromium is installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "SPENDSENSE_DATA_DIR": folder,
            "SPENDSENSE_OPERATOR": _OPERATOR,
        }
        spendsense = [sys.executable, "-m", "spendsense_pipeline.cli"]
        refresh = [*spendsense, "refresh", "--yes", "--as-of", AS_OF]
        subprocess.run(refresh, env=environment, check=True)
        user = _approve_something(spendsense, environment)
        with (
            _started([*spendsense, "plaid", "--as-of", "2026-06-01"], environment) as bank,
            _started([*spendsense, "ui"], environment) as url,
        ):
            _use(bank)
            _take_all(url, user)


@contextlib.contextmanager
def _started(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """A server on a port that was free; where it is."""
    with subprocess.Popen(
        [*command, "--port", "0"],
        env={**environment, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout
            url = re.search(r"http://\S+:\d+", server.stdout.readline())
            assert url
            yield url[0]
        finally:
            server.kill()


def _use(bank: str) -> None:
    """Link some people, break one, let a week pass: what an app would do."""
    with _receiver() as webhook:
        for persona, products in (
            ("subscription_heavy", ["transactions"]),
            ("high_utilization", ["transactions", "liabilities"]),
            ("savings_builder", ["transactions", "identity"]),
        ):
            options = {"override_username": f"persona:{persona}", "webhook": webhook}
            made = _ask(
                bank,
                "/sandbox/public_token/create",
                institution_id="ins_spendsense",
                initial_products=products,
                options=options,
            )
            done = _ask(bank, "/item/public_token/exchange", **_only(made, "public_token"))
        token = _only(done, "access_token")
        _ask(bank, "/sandbox/item/reset_login", **token)
        _ask(bank, "/transactions/sync", **token)
        _ask(bank, "/sandbox/clock/advance", days=7)
        time.sleep(8)


@contextlib.contextmanager
def _receiver() -> Iterator[str]:
    """An app's address for webhooks."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks"
    server.shutdown()


def _ask(bank: str, path: str, **fields: object) -> dict[str, object]:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(bank + path, json.dumps(fields).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as refused:
        with refused:
            return dict(json.load(refused))


def _only(answer: dict[str, object], name: str) -> dict[str, object]:
    return {name: answer[name]}


def _approve_something(spendsense: list[str], environment: dict[str, str]) -> str:
    """Approve every item of somebody, for their own room; who it is."""
    listed = subprocess.run(
        [*spendsense, "review", "list", "--json"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    items = json.loads(listed.stdout)["items"]
    user = next(item["user_id"] for item in items if item["persona"] == "subscription_heavy")
    ids = [item["recommendation_id"] for item in items if item["user_id"] == user]
    subprocess.run([*spendsense, "review", "approve", *ids], env=environment, check=True)
    return str(user)


def _take_all(url: str, user: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for picture in PICTURES:
            _take(browser, url, picture, user)
        browser.close()


def _take(browser: Browser, url: str, picture: Picture, user: str) -> None:
    width, height = picture.size
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(url + picture.path.format(user=user))
    _settle(page)
    if picture.is_dark:
        page.get_by_role("button", name="Dark colours").click()
        page.get_by_role("button", name="Light colours").wait_for()
        _settle(page)
    page.locator(picture.shows).first.scroll_into_view_if_needed()
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = IMAGES / f"{picture.name}.png"
    taken.quantize(_COLORS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    print(f"{path.relative_to(IMAGES.parent.parent)}: {path.stat().st_size / 1000:.0f} kB")
    context.close()


def _settle(page: Page) -> None:
    """Wait until the page listens and its charts and previews are drawn."""
    page.wait_for_function("window.did_handshake === true")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3_000)


if __name__ == "__main__":
    main()
