"""Who may enter: everybody on this machine, and elsewhere who gives the token once.

The token is compared and never stored or shown; a cookie proves that it was given.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from spendsense_pipeline.files import write_text

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from spendsense_pipeline.settings import Settings

SIGN_IN = "/sign-in"
_COOKIE = "spendsense_room"
_SECRET_FILE = "secret"
_LONGEST_FORM = 4096

_FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SpendSense</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}}
input,button{{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin:.25rem 0}}
.wrong{{color:#b3261e}}</style></head><body><main><h1>SpendSense</h1>{said}
<form method="post" action="{action}"><label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Enter</button></form></main></body></html>"""


def session_secret(settings: Settings) -> str:
    """What cookies are signed with: made once, readable by its owner alone, so that a visitor is
    known again after the server was started anew.
    """
    path = settings.ui_dir / _SECRET_FILE
    if not path.exists():
        settings.prepare_data_dir()
        settings.ui_dir.mkdir(mode=0o700, exist_ok=True)
        write_text(path, secrets.token_hex(32))
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()


class TokenGate:
    """Lets nobody in who has not given the token."""

    def __init__(self, app: ASGIApp, *, token: str, secret: str) -> None:
        self._app = app
        self._token = token
        self._proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, ask for the token, or refuse."""
        if scope["type"] not in ("http", "websocket") or self._is_known(scope):
            await self._app(scope, receive, send)
            return
        await (await self._answer(scope, receive))(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        request = HTTPConnection(scope)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(
            request.cookies.get(_COOKIE, "").encode(), self._proof.encode()
        ) or hmac.compare_digest(given.encode(), self._token.encode())

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        if scope["type"] == "websocket":
            return PlainTextResponse("Refused: give the token first\n", status_code=403)
        request = Request(scope, receive)
        if request.url.path != SIGN_IN:
            is_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
            if is_page:
                return RedirectResponse(SIGN_IN, status_code=303)
            return PlainTextResponse("Refused: give the token first\n", status_code=401)
        if request.method != "POST":
            return HTMLResponse(_FORM.format(said="", action=SIGN_IN))
        if not await self._is_right(request):
            said = '<p class="wrong" role="alert">This is not the token.</p>'
            return HTMLResponse(_FORM.format(said=said, action=SIGN_IN), status_code=401)
        entered = RedirectResponse("/", status_code=303)
        entered.set_cookie(_COOKIE, self._proof, httponly=True, samesite="strict")
        return entered

    async def _is_right(self, request: Request) -> bool:
        from urllib.parse import parse_qs

        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST_FORM:
                return False
        given = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        return hmac.compare_digest(given.encode(), self._token.encode())
