"""Requests a foreign page could make the operator's browser send are refused; the UI's own are not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from dagster_webserver import webserver

from spendsense_pipeline.defs.guard import GUARD
from spendsense_pipeline.defs.instance import open_instance

OWN = "127.0.0.1:3000"
MUTATION = b"query=mutation%7BlaunchRun%7D"


def answer(
    method: str = "GET",
    path: str = "/graphql",
    *,
    query: bytes = b"",
    kind: str = "http",
    **headers: str,
) -> str:
    """Either `passed` or the status the guard answered instead."""
    events: list[dict[str, Any]] = []

    async def app(*_: Any) -> None:
        events.append({"type": "passed"})

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(event: Any) -> None:
        events.append(dict(event))

    scope = {
        "type": kind,
        "path": path,
        "query_string": query,
        "extensions": {"websocket.http.response": {}},
        "headers": [
            (name.replace("_", "-").encode(), value.encode())
            for name, value in ({"host": OWN} | headers).items()
        ],
    }
    if kind == "http":
        scope["method"] = method
    guarded: Any = app
    for middleware in reversed(GUARD):
        guarded = middleware.cls(guarded, *middleware.args, **middleware.kwargs)
    asyncio.run(guarded(scope, receive, send))
    first = events[0]
    return str(first.get("status", first["type"]))


def test_a_web_server_of_our_books_is_guarded(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what every one of Dagster's does before it listens; whole ones are attacked in the long
    tests."""

    class Unguarded(webserver.DagsterWebserver):
        """A class of its own: what is put in front stays there."""

    monkeypatch.setattr(webserver, "DagsterWebserver", Unguarded)
    with open_instance() as instance:
        instance.optimize_for_webserver(
            statement_timeout=15_000, pool_recycle=3_600, max_overflow=20
        )
    served = object.__new__(Unguarded)
    assert served.build_middleware()[: len(GUARD)] == list(GUARD)


@pytest.mark.parametrize("host", [OWN, "localhost:3000", "localhost", "[::1]:3000", "127.0.0.1"])
def test_the_ui_under_its_own_names_works(host: str) -> None:
    assert answer("GET", "/runs", host=host) == "passed"
    assert (
        answer("POST", host=host, origin=f"http://{host}", sec_fetch_site="same-origin") == "passed"
    )
    assert answer(kind="websocket", host=host, origin=f"http://{host}") == "passed"


def test_programs_that_are_no_browser_work() -> None:
    assert answer("POST") == "passed"
    assert answer("GET", "/server_info") == "passed"


def test_a_link_from_another_page_opens_the_ui() -> None:
    assert (
        answer("GET", "/runs", sec_fetch_site="cross-site", sec_fetch_mode="navigate") == "passed"
    )


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1.evil.example",
        "www.localhost",
        "user@localhost",
        "",
        "[::1",
        "[::2]:3000",
        "0.0.0.0:3000",
    ],
)
def test_other_names_for_this_machine_are_refused(host: str) -> None:
    assert answer("GET", "/runs", host=host) == "400"
    assert answer("POST", host=host, origin=f"http://{host}") == "400"
    assert answer(kind="websocket", host=host) == "400"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:8000", "http://localhost:3000"]
)
def test_pages_of_another_origin_are_refused(origin: str) -> None:
    assert answer("POST", origin=origin) == "403"
    assert answer("POST", "/report_asset_materialization/x", origin=origin) == "403"
    assert answer(kind="websocket", origin=origin) == "403"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/prefix/graphql"])
def test_queries_by_get_are_refused_even_without_a_word_about_their_origin(
    method: str, path: str
) -> None:
    assert answer(method, path, query=MUTATION) == "403"
    assert answer(method, path, query=MUTATION, sec_fetch_mode="navigate") == "403"


def test_an_image_or_form_of_another_site_is_refused() -> None:
    assert answer("GET", "/logs/x", sec_fetch_site="cross-site", sec_fetch_mode="no-cors") == "403"
    assert answer("POST", sec_fetch_site="cross-site", sec_fetch_mode="navigate") == "403"
