"""The application: routes for every endpoint, behind the guard, and Plaid's errors for all that
goes wrong.
"""

from __future__ import annotations

import functools
import hmac
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from spendsense_pipeline.bank.answers import to_json
from spendsense_pipeline.bank.endpoints import ENDPOINTS
from spendsense_pipeline.bank.problems import request_error
from spendsense_pipeline.local_plaid.tokens import new_request_id
from spendsense_pipeline.plaid.errors import (
    INTERNAL_SERVER_ERROR,
    INVALID_API_KEYS,
    INVALID_BODY,
    INVALID_HEADERS,
    NOT_FOUND,
    PlaidError,
    error_body,
)
from spendsense_pipeline.serving.guard import guard

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.bank.endpoints.declaration import Endpoint
    from spendsense_pipeline.bank.requests import PlaidRequest
    from spendsense_pipeline.serving.listening import Address

API_VERSION: Final = "2020-09-14"
LONGEST_BODY_BYTES: Final = 256 * 1024
_JSON: Final = "application/json"
_LOG: Final = logging.getLogger("spendsense_pipeline.bank")
_ABOUT: Final = (
    "A bank in a box: the part of Plaid's API that is served here, from a made-up population."
    " Endpoints marked `x-spendsense` are ours beside Plaid's."
)


class _TooLongError(PlaidError):
    """A body whose rest nobody reads: the connection it comes by is closed."""

    def __init__(self) -> None:
        super().__init__(INVALID_BODY, f"body must be at most {LONGEST_BODY_BYTES // 1024} kB")


def build(
    desk: Desk,
    address: Address,
    *,
    secret: str,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """The application.

    Args:
        desk: where requests are answered.
        address: where it will listen, which decides what it answers to.
        secret: what apps must give; "" for anything.
        lifespan: what goes on beside requests.
    """
    app = FastAPI(
        title="SpendSense local Plaid",
        version=API_VERSION,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=list(guard(hosts=address.hosts)),
    )
    for endpoint in ENDPOINTS:
        _add(app, endpoint, desk, secret)
    app.add_exception_handler(HTTPException, _no_such_endpoint)
    return app


def _add(app: FastAPI, endpoint: Endpoint, desk: Desk, secret: str) -> None:
    async def answer(request: Request) -> Response:
        return await _answered(endpoint, request, desk, secret)

    app.add_api_route(
        endpoint.path,
        answer,
        methods=["POST"],
        name=endpoint.path,
        summary=endpoint.summary,
        response_class=Response,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {_JSON: {"schema": _schema_of(endpoint.request)}},
            },
            **({"x-spendsense": True} if endpoint.is_ours else {}),
        },
    )


@functools.cache
def _schema_of(request: type[PlaidRequest]) -> dict[str, Any]:
    """What a body may be, described once however many banks a process opens."""
    return _inlined(request.model_json_schema(ref_template="#/components/schemas/{model}"))


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose parts stand in it rather than beside it."""
    parts = schema.pop("$defs", {})

    def resolved(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolved(parts[node["$ref"].rpartition("/")[2]])
            return {key: resolved(value) for key, value in node.items()}
        return [resolved(each) for each in node] if isinstance(node, list) else node

    found: dict[str, Any] = resolved(schema)
    return found


async def _answered(endpoint: Endpoint, request: Request, desk: Desk, secret: str) -> Response:
    begun, request_id = time.perf_counter(), new_request_id()
    asked: PlaidRequest | None = None
    is_last = False
    try:
        asked = await _asked(endpoint, request)
        if endpoint.needs_keys:
            _require_secret(asked, request, secret)
        await desk.look()
        body = await endpoint.answer(desk, asked)
        status, text = 200, to_json(body | {"request_id": request_id})
    except PlaidError as error:
        is_last = isinstance(error, _TooLongError)
        status, text = _refused(error, request_id)
        _note(desk, endpoint, asked, error)
    except Exception:
        # What happened stands in the log, never in an answer.
        _LOG.exception("%s failed (request %s)", endpoint.path, request_id)
        status, text = _refused(PlaidError(INTERNAL_SERVER_ERROR), request_id)
    milliseconds = (time.perf_counter() - begun) * 1_000
    _LOG.info("%s %s %.0f ms %s", endpoint.path, status, milliseconds, request_id)
    return _response(status, text, is_last=is_last)


async def _asked(endpoint: Endpoint, request: Request) -> PlaidRequest:
    """The request as its model says, of JSON alone and no longer than it may be."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise PlaidError(INVALID_HEADERS, f"Content-Type must be {_JSON}")
    version = request.headers.get("plaid-version", API_VERSION)
    if version != API_VERSION:
        raise PlaidError(INVALID_HEADERS, f"Plaid-Version must be {API_VERSION}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY_BYTES:
            raise _TooLongError
    try:
        return endpoint.request.model_validate_json(bytes(body))
    except ValidationError as error:
        raise request_error(error) from None


def _require_secret(asked: PlaidRequest, request: Request, secret: str) -> None:
    if not secret:
        return
    given = asked.secret or request.headers.get("plaid-secret", "")
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise PlaidError(INVALID_API_KEYS)


def _refused(error: PlaidError, request_id: str) -> tuple[int, str]:
    return error.code.status, to_json(error_body(error) | {"request_id": request_id})


def _note(desk: Desk, endpoint: Endpoint, asked: PlaidRequest | None, error: PlaidError) -> None:
    token = getattr(asked, "access_token", None)
    item_id = None if token is None else desk.plaid.items.id_of(token)
    desk.refusals.add(endpoint.path, error, item_id=item_id, now=desk.now)


async def _no_such_endpoint(request: Request, error: Exception) -> Response:
    said = f"there is no endpoint {request.method} {request.url.path[:200]} here"
    if isinstance(error, HTTPException) and error.status_code == 405:
        said = f"{request.url.path[:200]} takes POST alone"
    return _response(*_refused(PlaidError(NOT_FOUND, said), new_request_id()))


def _response(status: int, text: str, *, is_last: bool = False) -> Response:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if is_last:
        headers["connection"] = "close"
    return Response(text, status_code=status, media_type=_JSON, headers=headers)
