"""Guards a server on the loopback address against pages open in the same browser.

Such a server asks nobody who they are. That keeps the network out but not the operator's own
browser: any page they visit can make it send requests to 127.0.0.1, and a name of that page's own
can be made to point there (DNS rebinding). What only such a page would send is refused. It does not
tell people apart: other users and programs of the same machine still reach the server.
`docs/sharing.md` has what to do about those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
SAFE_METHODS = frozenset({"GET", "HEAD"})

Refusal = Callable[[Scope], "str | None"]


class BrowserGuard:
    """Refuses what a page of somebody else's would send; stands behind the check of the host."""

    def __init__(self, app: ASGIApp, *, refuses: Sequence[Refusal]) -> None:
        self._app = app
        self._refuses = tuple(refuses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 with the reason (a WebSocket's handshake too)."""
        refusals = (
            (refuse(scope) for refuse in self._refuses)
            if scope["type"] in ("http", "websocket")
            else ()
        )
        refusal = next((reason for reason in refusals if reason is not None), None)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            answer = PlainTextResponse(f"Refused: {refusal}\n", status_code=403)
            await answer(scope, receive, send)


def foreign_page(scope: Scope) -> str | None:
    """Why a request is not one the operator's own tab or command would send; None when it is."""
    request = HTTPConnection(scope)
    headers = request.headers
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return f"the request comes from a page of {origin}"
    is_navigation = (
        scope.get("method", "GET") in SAFE_METHODS and headers.get("sec-fetch-mode") == "navigate"
    )
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") and not is_navigation:
        return "the request comes from a page of another site"
    return None


def guard(
    *, hosts: Sequence[str] = OWN_NAMES, also: Sequence[Refusal] = ()
) -> tuple[Middleware, Middleware]:
    """The guard as middleware, in the order a request meets it.

    Args:
        hosts: names the server answers to; `*` for any.
        also: what else it refuses, each saying why or None.
    """
    return (
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        Middleware(BrowserGuard, refuses=(foreign_page, *also)),
    )
