"""Puts the guard of `serving` in front of the web server of `dagster dev`, which executes mutations
sent by GET besides.
"""

from __future__ import annotations

from typing import Any

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import Scope

from spendsense_pipeline.serving.guard import SAFE_METHODS, guard


def query_by_get(scope: Scope) -> str | None:
    """Why a query sent by GET is refused; None where it is none."""
    asks = scope["path"].rstrip("/").endswith("/graphql") and HTTPConnection(scope).query_params
    is_safe = scope["type"] == "http" and scope.get("method", "GET") in SAFE_METHODS
    return "queries are accepted by POST only" if asks and is_safe else None


GUARD = guard(also=(query_by_get,))


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
