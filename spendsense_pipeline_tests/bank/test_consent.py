"""Consent: who takes it back is served to nobody, from that moment on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from spendsense_pipeline.operations.consent import decide_consent
from spendsense_pipeline.operations.entries import COMMAND_LINE
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import run
from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, READS, Bank, serving
from spendsense_pipeline_tests.fixtures.webhook_receiver import Receiver, receiving

DATA_ENDPOINTS: dict[str, dict[str, Any]] = {
    **READS,
    "/sandbox/transactions/create": {
        "transactions": [
            {
                "date_posted": AS_OF,
                "date_transacted": AS_OF,
                "amount": 1.0,
                "description": "SOMETHING",
            }
        ]
    },
}
LINK = {"institution_id": "ins_spendsense", "initial_products": ["transactions"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def decide(settings: Settings, user_id: str, status: str) -> None:
    decide_consent(
        settings, user_id, status, operator="Olga", via=COMMAND_LINE, at=dt.datetime.now(dt.UTC)
    )


def linked(bank: Bank, **options: Any) -> tuple[str, str]:
    """Somebody linked: token and user id."""
    assert bank.plaid
    token = bank.link("persona:high_utilization", **options)
    return token, bank.plaid.items.with_token(token).user_id


def test_revoking_ends_an_item_at_once_on_every_endpoint(bank: Bank, receiver: Receiver) -> None:
    token, user_id = linked(bank, webhook=receiver.url)
    for path, more in DATA_ENDPOINTS.items():
        bank.get(path, access_token=token, **more)
    _, _, cursor = bank.sync(token)
    other = bank.link()
    decide(bank.settings, user_id, "revoked")
    for path, more in DATA_ENDPOINTS.items():
        status, answer = bank.ask(path, access_token=token, **more)
        assert (status, answer["error_code"]) == (400, "USER_PERMISSION_REVOKED"), path
        assert answer["error_type"] == "ITEM_ERROR"
        assert answer.keys() == {
            "display_message",
            "documentation_url",
            "error_code",
            "error_message",
            "error_type",
            "request_id",
            "suggested_action",
        }
    code = bank.error("/transactions/sync", access_token=token, cursor=cursor)
    assert code == "USER_PERMISSION_REVOKED"
    told = receiver.until_code("ITEM USER_PERMISSION_REVOKED")
    assert told.body["error"]["error_code"] == "USER_PERMISSION_REVOKED"
    shown = bank.get("/item/get", access_token=token)["item"]
    assert shown["error"]["error_code"] == "USER_PERMISSION_REVOKED"
    bank.get("/accounts/get", access_token=other)


def test_it_is_told_without_anybody_asking(bank: Bank, receiver: Receiver) -> None:
    _, user_id = linked(bank, webhook=receiver.url)
    decide(bank.settings, user_id, "revoked")
    receiver.until_code("ITEM USER_PERMISSION_REVOKED")


def test_the_command_revokes_as_well(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(settings.data_dir))
    with serving(settings) as bank:
        token, user_id = linked(bank)
        done = run("consent", "revoke", user_id)
        assert done.code == 0, done.err
        assert bank.error("/accounts/get", access_token=token) == "USER_PERMISSION_REVOKED"


def test_who_has_revoked_is_not_linked(bank: Bank) -> None:
    _, user_id = linked(bank)
    decide(bank.settings, user_id, "revoked")
    status, answer = bank.ask(
        "/sandbox/public_token/create", **LINK, options={"override_username": user_id}
    )
    assert (status, answer["error_code"]) == (400, "INVALID_INPUT")
    assert "does not consent" in answer["error_message"]
    assert bank.plaid
    for _ in range(40):
        status, made = bank.ask("/sandbox/public_token/create", **LINK)
        if status != 200:
            break
    assert made["error_code"] == "INVALID_INPUT"
    alive = [item.user_id for item in bank.plaid.items.all() if item.error_code is None]
    assert len(alive) > 10
    assert user_id not in alive


def test_nothing_an_app_can_do_opens_a_revoked_item_again(bank: Bank) -> None:
    token, user_id = linked(bank)
    decide(bank.settings, user_id, "revoked")
    for path, more in (
        ("/sandbox/item/reset_login", {}),
        ("/sandbox/item/set_error", {"error_code": "ITEM_LOCKED"}),
        ("/sandbox/item/set_error", {"error_code": None}),
    ):
        assert bank.error(path, access_token=token, **more) == "USER_PERMISSION_REVOKED"
        assert bank.error("/accounts/get", access_token=token) == "USER_PERMISSION_REVOKED"


def test_an_item_in_another_error_is_revoked_too(bank: Bank) -> None:
    token, user_id = linked(bank)
    bank.get("/sandbox/item/reset_login", access_token=token)
    decide(bank.settings, user_id, "revoked")
    assert bank.error("/accounts/get", access_token=token) == "USER_PERMISSION_REVOKED"


def test_granting_anew_needs_a_new_link(bank: Bank, receiver: Receiver) -> None:
    token, user_id = linked(bank, webhook=receiver.url)
    decide(bank.settings, user_id, "revoked")
    receiver.until_code("ITEM USER_PERMISSION_REVOKED")
    decide(bank.settings, user_id, "granted")
    assert bank.error("/accounts/get", access_token=token) == "USER_PERMISSION_REVOKED"
    anew = bank.link(user_id)
    bank.get("/accounts/get", access_token=anew)
    assert bank.error("/accounts/get", access_token=token) == "ITEM_NOT_FOUND"


def test_granted_anew_they_are_the_next_person_again(bank: Bank) -> None:
    """Nobody's name is given: the Item that was revoked is no link of theirs any more."""
    [first, second] = (bank.link(products=("transactions",)) for _ in range(2))
    assert bank.plaid
    items = {item.item_id: item.user_id for item in bank.plaid.items.all()}
    [whose, others] = (
        items[bank.get("/item/get", access_token=token)["item"]["item_id"]]
        for token in (first, second)
    )
    assert whose != others
    decide(bank.settings, whose, "revoked")
    assert bank.error("/accounts/get", access_token=first) == "USER_PERMISSION_REVOKED"
    decide(bank.settings, whose, "granted")
    again = bank.link(products=("transactions",))
    item_id = bank.get("/item/get", access_token=again)["item"]["item_id"]
    assert {item.item_id: item.user_id for item in bank.plaid.items.all()}[item_id] == whose


def test_a_public_token_of_somebody_who_revokes_opens_nothing(bank: Bank) -> None:
    assert bank.plaid
    made = bank.get("/sandbox/public_token/create", **LINK)
    [item] = bank.plaid.items.all()
    decide(bank.settings, item.user_id, "revoked")
    done = bank.get("/item/public_token/exchange", public_token=made["public_token"])
    code = bank.error("/transactions/sync", access_token=done["access_token"])
    assert code == "USER_PERMISSION_REVOKED"


@pytest.mark.parametrize("decisions", [("revoked",), ("revoked", "granted")])
def test_what_is_decided_while_it_is_down_ends_the_item(
    settings: Settings, receiver: Receiver, decisions: tuple[str, ...]
) -> None:
    with serving(settings) as bank:
        token, user_id = linked(bank, webhook=receiver.url)
    for status in decisions:
        decide(settings, user_id, status)
    with serving(settings) as bank:
        assert bank.error("/accounts/get", access_token=token) == "USER_PERMISSION_REVOKED"
        receiver.until_code("ITEM USER_PERMISSION_REVOKED")
        assert receiver.codes.count("ITEM USER_PERMISSION_REVOKED") == 1


def test_a_decision_about_somebody_else_changes_nothing(bank: Bank, receiver: Receiver) -> None:
    token, user_id = linked(bank, webhook=receiver.url)
    assert bank.plaid
    other = next(
        each for each, status, _ in bank.plaid.served.people() if each != user_id and status
    )
    decide(bank.settings, other, "revoked")
    bank.get("/accounts/get", access_token=token)
    assert "ITEM USER_PERMISSION_REVOKED" not in receiver.codes


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"user_0001": "revoked"}', '{"user_0001": {"status": "maybe"}}']
)
def test_a_broken_record_of_consent_serves_nobody(bank: Bank, content: str) -> None:
    token, _ = linked(bank)
    record = bank.settings.consent_path
    record.write_text(content, encoding="utf-8")
    for path, more in DATA_ENDPOINTS.items():
        status, answer = bank.ask(path, access_token=token, **more)
        assert (status, answer["error_code"]) == (503, "PLANNED_MAINTENANCE"), path
        assert "consent" in answer["error_message"]
    assert bank.error("/sandbox/public_token/create", **LINK) == "PLANNED_MAINTENANCE"
    record.write_text("{}", encoding="utf-8")
    bank.get("/accounts/get", access_token=token)


def test_with_a_broken_record_it_does_not_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(settings.data_dir))
    settings.consent_path.write_text("{", encoding="utf-8")
    answer = run("plaid", "--port", "0")
    assert answer.code == 2
    assert "is not a record of consent decisions" in answer.err
    assert "Traceback" not in answer.err


def test_who_never_consented_is_not_linked(bank: Bank) -> None:
    assert bank.plaid
    refused = [each for each, status, _ in bank.plaid.served.people() if status != "granted"]
    assert refused
    for user_id in refused:
        options = {"override_username": user_id}
        assert bank.error("/sandbox/public_token/create", **LINK, options=options)
    decide(bank.settings, refused[0], "granted")
    bank.get("/accounts/get", access_token=bank.link(refused[0], products=("transactions",)))


def test_a_removed_item_keeps_nothing_of_a_person(bank: Bank) -> None:
    token, user_id = linked(bank)
    bank.get(
        "/sandbox/transactions/create",
        access_token=token,
        **DATA_ENDPOINTS["/sandbox/transactions/create"],
    )
    bank.get("/item/remove", access_token=token)
    assert bank.error("/accounts/get", access_token=token) == "ITEM_NOT_FOUND"
    decide(bank.settings, user_id, "revoked")
    assert bank.plaid
    assert bank.plaid.store.rows("select * from created_transactions") == []
    assert json.dumps(bank.plaid.outbox.latest(5)) == "[]"
