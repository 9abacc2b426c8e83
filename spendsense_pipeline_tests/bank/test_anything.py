"""Whatever is sent to an endpoint is answered or refused as Plaid would: never a fault of ours.

What is drawn comes from the server's own OpenAPI page: bodies as it describes them, bodies with a
part that is something else, and bodies that are none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spendsense_pipeline.bank.endpoints import ENDPOINTS
from spendsense_pipeline.plaid.errors import ERROR_CODES
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.local_bank import ALL_BANKS, Bank, serving
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

JSON = {"Content-Type": "application/json"}
ERROR_FIELDS = {
    "error_type",
    "error_code",
    "error_message",
    "display_message",
    "documentation_url",
    "suggested_action",
    "request_id",
}
_PATHS = [endpoint.path for endpoint in ENDPOINTS]
_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates().map(str)
    | st.sampled_from(["persona:general", "now", ALL_BANKS, "transactions", "2026-06-01", "USD"]),
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=8), parts, max_size=3)
    ),
    max_leaves=6,
)
_AS_DESCRIBED: dict[str, Any] = {
    "institution_id": ALL_BANKS,
    "country_codes": ["US"],
    "initial_products": ["transactions"],
}


@pytest.fixture(scope="module")
def held(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bank, Any]]:
    """A bank, and what its page says."""
    data_dir = a_copy_of(world, tmp_path_factory.mktemp("anything") / "data")
    with serving(settings_in(data_dir)) as bank:
        status, described = bank.send("/openapi.json", b"", {}, method="GET")
        assert status == 200
        yield bank, described


@pytest.fixture
def token(held: tuple[Bank, Any]) -> str:
    """Of somebody linked, whatever the test before has done to its own."""
    bank, _ = held
    return bank.link("user_0000", products=("transactions", "identity"))


def of_schema(schema: dict[str, Any], token: str) -> st.SearchStrategy[Any]:
    """Values a schema allows, as far as it says."""
    if "anyOf" in schema:
        return st.one_of(*(of_schema(each, token) for each in schema["anyOf"]))
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "object" and "properties" in schema:
        return of_object(schema, token)
    if schema.get("type") == "array":
        return st.lists(of_schema(schema.get("items", {}), token), max_size=3)
    if schema.get("format") == "date":
        return st.dates().map(str) | st.just("2026-06-01")
    return {
        "integer": st.integers(schema.get("minimum", -5), schema.get("maximum", 1_000)),
        "number": st.floats(-10_000, 10_000).map(lambda number: round(number, 2)),
        "boolean": st.booleans(),
        "string": st.text(max_size=30)
        | st.sampled_from(["now", "persona:general", "DEFAULT_UPDATE", "ITEM_LOGIN_REQUIRED"]),
        "null": st.none(),
    }.get(schema.get("type", ""), _ANYTHING)


def of_object(schema: dict[str, Any], token: str) -> st.SearchStrategy[Any]:
    known = _AS_DESCRIBED | {"access_token": token}
    parts = {
        name: (st.just(known[name]) | of_schema(part, token))
        if name in known
        else of_schema(part, token)
        for name, part in schema["properties"].items()
    }
    needed = {name: parts.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(needed, optional=parts)


@st.composite
def bodies(draw: st.DrawFn, schema: dict[str, Any], token: str) -> bytes:
    """A body as described, one with something else in it, or none at all."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=60))
    if kind == 1:
        return json.dumps(draw(_ANYTHING)).encode()
    body = draw(of_schema(schema, token))
    if kind < 5:
        name = draw(st.sampled_from(sorted(schema["properties"])) | st.text(max_size=8))
        body = {**body, name: draw(_ANYTHING)}
    return json.dumps(body).encode()


def assert_answered(bank: Bank, path: str, body: bytes) -> None:
    status, answer = bank.send(path, body, JSON)
    assert status < 500, (path, body, answer)
    assert answer["request_id"]
    if status != 200:
        assert answer.keys() == ERROR_FIELDS
        code = ERROR_CODES[answer["error_code"]]
        assert (answer["error_type"], status) == (code.kind, code.status)


def described(page: Any, path: str) -> dict[str, Any]:
    content = page["paths"][path]["post"]["requestBody"]["content"]
    found: dict[str, Any] = content["application/json"]["schema"]
    return found


def test_the_page_describes_every_endpoint(held: tuple[Bank, Any]) -> None:
    _, page = held
    assert sorted(page["paths"]) == sorted(_PATHS)
    for endpoint in ENDPOINTS:
        [(method, said)] = page["paths"][endpoint.path].items()
        assert (method, said["summary"]) == ("post", endpoint.summary)
        assert said.get("x-spendsense", False) == endpoint.is_ours


@pytest.mark.parametrize("path", _PATHS)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_is_answered(
    path: str, held: tuple[Bank, Any], token: str, data: st.DataObject
) -> None:
    bank, page = held
    assert_answered(bank, path, data.draw(bodies(described(page, path), token)))


@pytest.mark.long
@pytest.mark.fuzz
@pytest.mark.parametrize("path", _PATHS)
@settings(max_examples=settings().max_examples // 4, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_at_all_is_answered(
    path: str, held: tuple[Bank, Any], token: str, data: st.DataObject
) -> None:
    bank, page = held
    assert_answered(bank, path, data.draw(bodies(described(page, path), token)))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"]),
)
def test_any_path_is_answered(path: str, method: str, held: tuple[Bank, Any]) -> None:
    bank, _ = held
    status, _ = bank.send(f"/{path}", b"{}", JSON, method=method)
    assert status < 500
