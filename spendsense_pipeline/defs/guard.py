"""Guards the web server of `dagster dev` against pages open in the same browser.

Dagster listens on the loopback address and asks nobody who they are. That keeps the network out but
not the operator's own browser: any page they visit can make it send requests to 127.0.0.1, Dagster
executes mutations sent by GET, and it answers to any Host name (DNS rebinding). This middleware
refuses what only such a page would send. It does not tell people apart: other users and programs of
the same machine still reach the server. `docs/sharing.md` has what to do about those.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class BrowserGuard:
    """ASGI middleware that refuses foreign hosts, foreign origins and queries sent by GET."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 with the reason."""
        refusal = refusal_of(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})
        else:
            await send(
                {
                    "type": "http.response.start",
                    "status": 403,
                    "headers": [(b"content-type", b"text/plain; charset=utf-8")],
                }
            )
            await send({"type": "http.response.body", "body": f"Refused: {refusal}\n".encode()})


def refusal_of(scope: Scope) -> str | None:
    """Why a request is not one the operator's own tab or command would send; None when it is."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if _name(host) not in OWN_NAMES:
        return f"the server is reached as {', '.join(sorted(OWN_NAMES))}, not as {host!r}"
    origin = headers.get(b"origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return f"the request comes from a page of {origin}"
    method = scope.get("method", "GET")
    is_navigation = method in _SAFE_METHODS and headers.get(b"sec-fetch-mode") == "navigate"
    if headers.get(b"sec-fetch-site") in ("cross-site", "same-site") and not is_navigation:
        return "the request comes from a page of another site"
    asks = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if scope["type"] == "http" and method in _SAFE_METHODS and _is_graphql(scope) and asks:
        return "queries are accepted by POST only"
    return None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_graphql(scope: Scope) -> bool:
    return str(scope.get("path", "")).rstrip("/").endswith("/graphql")


def guard_webserver() -> None:
    """Put the guard in front of every web server this process starts."""
    from dagster_webserver.webserver import DagsterWebserver
    from starlette.middleware import Middleware

    if getattr(DagsterWebserver, "is_guarded", False):
        return
    unguarded = DagsterWebserver.build_middleware

    def build_middleware(self: DagsterWebserver[Any, Any]) -> list[Middleware]:
        return [Middleware(BrowserGuard), *unguarded(self)]

    DagsterWebserver.build_middleware = build_middleware  # type: ignore[method-assign]
    DagsterWebserver.is_guarded = True  # type: ignore[attr-defined]
