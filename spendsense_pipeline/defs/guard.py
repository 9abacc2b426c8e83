"""Guards the web server of `dagster dev` against pages open in the same browser.

Dagster listens on the loopback address and asks nobody who they are. That keeps the network out but
not the operator's own browser: any page they visit can make it send requests to 127.0.0.1, Dagster
executes mutations sent by GET, and it answers to any Host name (DNS rebinding). This middleware
refuses what only such a page would send. It does not tell people apart: other users and programs of
the same machine still reach the server. `docs/sharing.md` has what to do about those.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class BrowserGuard:
    """Refuses foreign origins and queries sent by GET; stands behind the check of the host."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 with the reason (a WebSocket's handshake too)."""
        refusal = refusal_of(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            answer = PlainTextResponse(f"Refused: {refusal}\n", status_code=403)
            await answer(scope, receive, send)


def refusal_of(scope: Scope) -> str | None:
    """Why a request is not one the operator's own tab or command would send; None when it is."""
    request = HTTPConnection(scope)
    headers = request.headers
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return f"the request comes from a page of {origin}"
    method = scope.get("method", "GET")
    is_navigation = method in _SAFE_METHODS and headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not is_navigation:
        return "the request comes from a page of another site"
    asks_graphql = scope["path"].rstrip("/").endswith("/graphql") and request.query_params
    if scope["type"] == "http" and method in _SAFE_METHODS and asks_graphql:
        return "queries are accepted by POST only"
    return None


# In the order a request meets them.
GUARD = (
    Middleware(TrustedHostMiddleware, allowed_hosts=OWN_NAMES, www_redirect=False),
    Middleware(BrowserGuard),
)


def guard_webserver() -> None:
    """Put the guard in front of every web server this process starts."""
    from dagster_webserver.webserver import DagsterWebserver

    if getattr(DagsterWebserver, "is_guarded", False):
        return
    unguarded = DagsterWebserver.build_middleware

    def build_middleware(self: DagsterWebserver[Any, Any]) -> list[Middleware]:
        return [*GUARD, *unguarded(self)]

    DagsterWebserver.build_middleware = build_middleware  # type: ignore[method-assign]
    DagsterWebserver.is_guarded = True  # type: ignore[attr-defined]
