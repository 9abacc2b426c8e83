"""A headless Chromium driven over its own protocol: enough to open a page, read it and click."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
_WAIT_SECONDS = 60.0


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        target = self._send("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._send("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session: str | None = attached["sessionId"]

    _session: str | None = None

    def _send(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=_WAIT_SECONDS))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str) -> None:
        self._send("Page.navigate", {"url": url})

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self._send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """The first truthy value of an expression."""
        end = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < end:
            if value := self.evaluate(expression):
                return value
            time.sleep(0.2)
        text = self.evaluate("document.body.innerText")
        msg = f"{expression} never held; the page says: {str(text)[:2000]}"
        raise AssertionError(msg)

    def wait_for_text(self, text: str) -> None:
        self.wait_for(f"document.body.innerText.includes({json.dumps(text)})")

    def click_text(self, text: str) -> None:
        """Click the first innermost element with exactly this text, once it is there."""
        found = f"""[...document.querySelectorAll('*')].find(
            e => e.children.length === 0 && e.textContent.trim() === {json.dumps(text)})"""
        self.wait_for(f"!!({found})")
        self.evaluate(f"({found}).click()")


@contextmanager
def a_page(profile: Path) -> Iterator[Page]:
    """A tab in a browser of its own."""
    assert CHROMIUM is not None
    options = ["--headless", "--disable-gpu", "--no-sandbox", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        [
            CHROMIUM,
            *options,
            "--window-size=1400,1600",
            f"--user-data-dir={profile}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "DevTools listening on " in line:
                address = line.rpartition(" ")[2].strip()
                break
        else:
            msg = "Chromium ended before it could be driven"
            raise AssertionError(msg)
        with connect(address, max_size=None) as socket:
            yield Page(socket)
    finally:
        process.kill()
        process.communicate()
