"""What is refused before it is read, and what no answer and no log ever says."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from spendsense_pipeline.bank.application import LONGEST_BODY_BYTES
from spendsense_pipeline.bank.endpoints import ENDPOINTS
from spendsense_pipeline.local_plaid.service import LocalPlaid
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import Bank, bank_process, serving

JSON = {"Content-Type": "application/json"}
ADVANCE = "/sandbox/clock/advance"
LINK = {"institution_id": "ins_spendsense", "initial_products": ["transactions"]}
SECRET = "a-secret-of-the-apps-ü"
WITHOUT_KEYS = "/categories/get"
"""Plaid's clients give none there."""
PATHS = [endpoint.path for endpoint in ENDPOINTS]


@contextlib.contextmanager
def unchanged(bank: Bank) -> Iterator[None]:
    """Nothing but what was refused is noted in the state."""
    before = _state(bank)
    yield
    assert _state(bank) == before


def _state(bank: Bank) -> dict[str, list[dict[str, Any]]]:
    assert bank.plaid
    store = bank.plaid.store
    tables = store.rows("select name from sqlite_schema where type = 'table'")
    return {
        table["name"]: store.rows(f"select * from {table['name']}")
        for table in tables
        if table["name"] != "refusals"
    }


def _port(bank: Bank) -> int:
    return urlsplit(bank.url).port or 0


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "169.254.169.254", "0.0.0.0", ""]
)
def test_a_foreign_name_is_not_answered_to(bank: Bank, host: str) -> None:
    with unchanged(bank):
        body = json.dumps(LINK).encode()
        status, answer = bank.send(
            "/sandbox/public_token/create", body, JSON | {"Host": f"{host}:{_port(bank)}"}
        )
        assert status == 400
        assert "public_token" not in answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_its_own_names_are(bank: Bank, host: str) -> None:
    headers = JSON | {"Host": f"{host}:{_port(bank)}"}
    assert bank.send("/sandbox/clock/get", b"{}", headers)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_a_page_of_somebody_else_is_refused(bank: Bank, headers: dict[str, str]) -> None:
    with unchanged(bank):
        for path in ("/sandbox/public_token/create", "/institutions/get"):
            assert bank.send(path, json.dumps(LINK).encode(), JSON | headers)[0] == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_posting_does_anything(bank: Bank, method: str) -> None:
    with unchanged(bank):
        for path in PATHS:
            status, answer = bank.send(path, b'{"days": 1}', JSON, method=method)
            assert status in (404, 405), path
            if method != "HEAD":
                assert answer["error_code"] == "NOT_FOUND"
                assert "takes POST alone" in answer["error_message"]


def test_an_unknown_endpoint_is_plaids_error(bank: Bank) -> None:
    for path in ("/", "/auth/get", "/sandbox/../items", "/%00", "/" + "x" * 3_000):
        status, answer = bank.send(path, b"{}", JSON)
        assert (status, answer["error_code"]) == (404, "NOT_FOUND"), path
        assert len(answer["error_message"]) < 400


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json+ld",
        "text/json",
        "",
        None,
    ],
)
def test_only_json_is_parsed(bank: Bank, kind: str | None) -> None:
    with unchanged(bank):
        headers = {} if kind is None else {"Content-Type": kind}
        for path in PATHS:
            status, answer = bank.send(path, json.dumps(LINK).encode(), headers)
            assert (status, answer["error_code"]) == (400, "INVALID_HEADERS"), path


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_spelling_is(bank: Bank, kind: str) -> None:
    assert bank.send("/sandbox/clock/get", b"{}", {"Content-Type": kind})[0] == 200


def test_another_version_of_the_interface_is_refused(bank: Bank) -> None:
    headers = JSON | {"Plaid-Version": "2019-05-29"}
    answer = bank.send("/sandbox/clock/get", b"{}", headers)[1]
    assert answer["error_code"] == "INVALID_HEADERS"
    headers["Plaid-Version"] = "2020-09-14"
    assert bank.send("/sandbox/clock/get", b"{}", headers)[0] == 200


@pytest.mark.parametrize("extra_bytes", [0, 1, 100_000])
def test_a_body_is_bounded(bank: Bank, extra_bytes: int) -> None:
    length = LONGEST_BODY_BYTES + extra_bytes
    status, answer = bank.send("/sandbox/clock/get", b"{}".ljust(length), JSON)
    if not extra_bytes:
        assert status == 200
        return
    assert (status, answer["error_code"]) == (400, "INVALID_BODY")
    assert "at most 256 kB" in answer["error_message"]


def test_a_body_without_end_is_not_read_to_the_end(bank: Bank) -> None:
    with socket.create_connection(("127.0.0.1", _port(bank)), timeout=30) as connection:
        connection.sendall(
            f"POST /sandbox/clock/get HTTP/1.1\r\nHost: 127.0.0.1:{_port(bank)}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 200 * LONGEST_BODY_BYTES:
                connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
                sent += 0x10000
        assert sent < 200 * LONGEST_BODY_BYTES
    bank.get("/sandbox/clock/get")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "INVALID_BODY"),
        (b"{", "INVALID_BODY"),
        (b"{'days': 1}", "INVALID_BODY"),
        (b'{"days": 1', "INVALID_BODY"),
        (b'{"days": 1}}', "INVALID_BODY"),
        (b"\xff\xfe{}", "INVALID_BODY"),
        (b'{"to": "\xff"}', "INVALID_BODY"),
        (b'{"to": "\\ud800"}', "INVALID_BODY"),
        (b"null", "INVALID_BODY"),
        (b"[]", "INVALID_BODY"),
        (b'"{}"', "INVALID_BODY"),
        (b"7", "INVALID_BODY"),
        (b"[" * 100_000, "INVALID_BODY"),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, "INVALID_BODY"),
        (b'{"days": ' + b"9" * 4_000 + b"}", "INVALID_FIELD"),
        (b'{"days": NaN}', "INVALID_FIELD"),
        (b'{"days": 1e400}', "INVALID_FIELD"),
        (b'{"days": "1"}', "INVALID_FIELD"),
        (b'{"days": true}', "INVALID_FIELD"),
        (b'{"days": 1, "strange": 1}', "UNKNOWN_FIELDS"),
        (b'{"to": "2026-02-30"}', "INVALID_FIELD"),
    ],
)
def test_what_is_no_request_is_told_so(bank: Bank, body: bytes, code: str) -> None:
    with unchanged(bank):
        status, answer = bank.send(ADVANCE, body, JSON)
        assert (status, answer["error_code"]) == (400, code), answer
        assert len(json.dumps(answer)) < 3_000


def test_deep_json_where_anything_may_stand(bank: Bank) -> None:
    deep = '{"a":' * 10_000 + "1" + "}" * 10_000
    body = json.dumps(LINK)[:-1] + f', "options": {{"statements": {deep}}}}}'
    status, answer = bank.send("/sandbox/public_token/create", body.encode(), JSON)
    assert (status, answer["error_code"]) == (400, "INVALID_BODY")


def test_an_answer_says_nothing_of_what_went_wrong_inside(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = bank.link()

    def fails(*_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(LocalPlaid, "ready_view", fails)
    status, answer = bank.ask("/accounts/get", access_token=token)
    assert (status, answer["error_code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert answer["error_type"] == "API_ERROR"
    text = json.dumps(answer)
    assert not {word for word in ("Traceback", "RuntimeError", SECRET, ".py") if word in text}
    assert answer["request_id"] in caplog.text
    assert "RuntimeError" in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(LocalPlaid, "has_changed", fails)
    for path in PATHS:
        status, answer = bank.ask(path)
        assert status in (400, 500)
        assert "Traceback" not in json.dumps(answer)


def _everything(bank: Bank, **given: str) -> list[str]:
    """Ask for all kinds of things, right and wrong; the tokens that were used."""
    made = bank.get("/sandbox/public_token/create", **given, **LINK)["public_token"]
    access = bank.get("/item/public_token/exchange", **given, public_token=made)["access_token"]
    for path in PATHS:
        if path not in ("/item/remove", "/item/public_token/exchange"):
            bank.ask(path, **given, access_token=access)
    bank.ask(f"/{access}", **given)
    bank.ask(f"/item/get?access_token={access}", **given, access_token=access)
    bank.ask("/item/get", **given, access_token=made)
    bank.ask("/item/public_token/exchange", **given, public_token=made)
    bank.ask("/item/get", **given, access_token=access, **{access: 1})
    bank.ask("/item/webhook/update", **given, access_token=access, webhook=access)
    bank.ask("/item/get", secret="wrong", access_token=access)
    bank.ask("/item/remove", **given, access_token=access)
    return [made, access]


def test_no_log_line_holds_a_token(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    guarded = dataclasses.replace(settings, plaid_secret=SECRET)
    with serving(guarded) as bank:
        secrets = [*_everything(bank, secret=SECRET), SECRET]
    lines = [record.getMessage() for record in caplog.records]
    assert any(line.startswith("/item/get 200") for line in lines)
    assert not [line for line in lines if any(secret in line for secret in secrets)]


def test_the_terminal_shows_a_line_per_request_and_no_token(settings: Settings) -> None:
    with bank_process(settings.data_dir) as bank:
        secrets = _everything(bank)
        assert bank.process
        bank.process.terminate()
        bank.process.wait(timeout=20)
    said = "".join(bank.said)
    assert "/transactions/sync 200" in said
    assert "/item/get 400" in said
    assert "Traceback" not in said
    assert not [secret for secret in secrets if secret in said]


def test_a_secret_must_be_given_where_one_is_set(settings: Settings) -> None:
    guarded = dataclasses.replace(settings, plaid_secret=SECRET)
    with serving(guarded) as bank, unchanged(bank):
        asked = _minimal_requests()
        for path in sorted({*PATHS} - {WITHOUT_KEYS}):
            for given in ({}, {"secret": ""}, {"secret": "wrong"}, {"secret": SECRET + "x"}):
                status, answer = bank.ask(path, **asked[path], **given)
                assert (status, answer["error_code"]) == (400, "INVALID_API_KEYS"), path
        for header in ("wrong", ""):
            headers = JSON | {"PLAID-SECRET": header, "PLAID-CLIENT-ID": "any"}
            answer = bank.send("/sandbox/clock/get", b"{}", headers)[1]
            assert answer["error_code"] == "INVALID_API_KEYS"


def test_the_right_secret_opens_in_body_or_header(settings: Settings) -> None:
    secret = "a-secret-in-ascii"
    with serving(dataclasses.replace(settings, plaid_secret=secret)) as bank:
        bank.get("/sandbox/clock/get", secret=secret, client_id="any")
        bank.get("/sandbox/clock/get", secret=secret)
        headers = JSON | {"PLAID-SECRET": secret, "PLAID-CLIENT-ID": "any"}
        assert bank.send("/sandbox/clock/get", b"{}", headers)[0] == 200
        wrong = json.dumps({"secret": "wrong"}).encode()
        assert bank.send("/sandbox/clock/get", wrong, headers)[0] == 400


def _minimal_requests() -> dict[str, dict[str, Any]]:
    """By path a body that its model takes."""
    day, token = "2026-06-15", "access-sandbox-none"
    row = {"date_posted": day, "date_transacted": day, "amount": 1.0, "description": "A"}
    place = {"country_codes": ["US"]}
    return {path: {"access_token": token} for path in PATHS} | {
        "/institutions/get": {"count": 1, "offset": 0, **place},
        "/institutions/get_by_id": {"institution_id": "ins_spendsense", **place},
        "/institutions/search": {"query": "a", "products": None, **place},
        "/link/token/create": {"client_name": "An app", "language": "en", **place},
        "/link/token/get": {"link_token": "link-sandbox-none"},
        "/sandbox/public_token/create": LINK,
        "/item/public_token/exchange": {"public_token": "public-sandbox-none"},
        "/transactions/get": {"access_token": token, "start_date": day, "end_date": day},
        "/categories/get": {},
        "/sandbox/item/fire_webhook": {"access_token": token, "webhook_code": "DEFAULT_UPDATE"},
        "/sandbox/item/set_error": {"access_token": token, "error_code": None},
        "/sandbox/transactions/create": {"access_token": token, "transactions": [row]},
        "/sandbox/clock/get": {},
        ADVANCE: {"days": 1},
        "/webhook_verification_key/get": {"key_id": "none"},
    }
