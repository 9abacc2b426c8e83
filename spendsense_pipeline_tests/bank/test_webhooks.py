"""Webhooks: which are sent when, with what in them, signed, in order, and again where nobody
answered.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import itertools
import time
from collections.abc import Iterator
from typing import Any

import jwt
import plaid
import pytest
from plaid.model_utils import validate_and_convert_types

from spendsense_pipeline.bank import delivery
from spendsense_pipeline.local_plaid import outbox
from spendsense_pipeline.plaid.webhooks import CODES
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, EVERYTHING, Bank, serving
from spendsense_pipeline_tests.fixtures.webhook_receiver import Received, Receiver, receiving

MODELS = {
    "TRANSACTIONS SYNC_UPDATES_AVAILABLE": "SyncUpdatesAvailableWebhook",
    "TRANSACTIONS INITIAL_UPDATE": "InitialUpdateWebhook",
    "TRANSACTIONS HISTORICAL_UPDATE": "HistoricalUpdateWebhook",
    "TRANSACTIONS DEFAULT_UPDATE": "DefaultUpdateWebhook",
    "TRANSACTIONS TRANSACTIONS_REMOVED": "TransactionsRemovedWebhook",
    "TRANSACTIONS RECURRING_TRANSACTIONS_UPDATE": "RecurringTransactionsUpdateWebhook",
    "LIABILITIES DEFAULT_UPDATE": "LiabilitiesDefaultUpdateWebhook",
    "ITEM ERROR": "ItemErrorWebhook",
    "ITEM LOGIN_REPAIRED": "ItemLoginRepairedWebhook",
    "ITEM NEW_ACCOUNTS_AVAILABLE": "NewAccountsAvailableWebhook",
    "ITEM PENDING_DISCONNECT": "PendingDisconnectWebhook",
    "ITEM USER_PERMISSION_REVOKED": "UserPermissionRevokedWebhook",
    "ITEM WEBHOOK_UPDATE_ACKNOWLEDGED": "WebhookUpdateAcknowledgedWebhook",
}
"""By type and code what plaid-python reads it into."""
EARLIER = AS_OF - dt.timedelta(days=40)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def earlier(settings: Settings) -> Iterator[Bank]:
    """A bank whose clock has days to go."""
    with serving(settings, as_of=EARLIER) as running:
        yield running


def read_by_plaid(received: Received) -> Any:
    """A webhook as plaid-python reads it, strictly."""
    name = MODELS[received.code]
    module = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    model = getattr(importlib.import_module(f"plaid.model.{module.removeprefix('_')}"), name)
    found = validate_and_convert_types(
        received.body, (model,), ["received"], True, True, configuration=plaid.Configuration()
    )
    assert isinstance(found, model)
    return found


def test_every_code_has_a_model() -> None:
    assert {f"{kind} {code}" for code, kind in CODES.items()} <= MODELS.keys()


def test_linking_tells_of_the_newest_rows_and_of_all(bank: Bank, receiver: Receiver) -> None:
    token = bank.link(webhook=receiver.url)
    receiver.until(lambda got: len(got) >= 2)
    initial, historical = receiver.got
    assert receiver.codes == ["TRANSACTIONS INITIAL_UPDATE", "TRANSACTIONS HISTORICAL_UPDATE"]
    added, _, _ = bank.sync(token)
    newest = [row for row in added if row["date"] > str(AS_OF - dt.timedelta(days=30))]
    assert initial.body["new_transactions"] == len(newest) > 0
    assert historical.body["new_transactions"] == len(added) - len(newest) > 0
    assert initial.path == "/hook"
    assert initial.headers["content-type"] == "application/json"
    assert {"error": None, "environment": "sandbox"}.items() <= initial.body.items()
    read_by_plaid(initial)
    read_by_plaid(historical)


def test_days_that_pass_tell_what_a_sync_then_finds(earlier: Bank, receiver: Receiver) -> None:
    token = earlier.link(webhook=receiver.url)
    item_id = earlier.get("/item/get", access_token=token)["item"]["item_id"]
    _, _, cursor = earlier.sync(token)
    receiver.until(lambda got: len(got) >= 2)
    were_removed = 0
    for days in (2, 3, 5, 3):
        receiver.forget()
        earlier.get("/sandbox/clock/advance", days=days)
        added, removed, cursor = earlier.sync(token, cursor)
        assert added
        told = receiver.until_code("TRANSACTIONS DEFAULT_UPDATE")
        assert told.body["new_transactions"] == len(added)
        assert told.body["item_id"] == item_id
        sync = receiver.until_code("TRANSACTIONS SYNC_UPDATES_AVAILABLE")
        assert sync.body["initial_update_complete"] is True
        assert sync.body["historical_update_complete"] is True
        if removed:
            gone = receiver.until_code("TRANSACTIONS TRANSACTIONS_REMOVED")
            assert gone.body["removed_transactions"] == [row["transaction_id"] for row in removed]
            were_removed += len(removed)
        for each in tuple(receiver.got):
            read_by_plaid(each)
    assert were_removed


def test_a_month_tells_of_liabilities_and_streams(earlier: Bank, receiver: Receiver) -> None:
    token = earlier.link("persona:high_utilization", webhook=receiver.url)
    owed_before, streams_before = _owed(earlier, token), _streams(earlier, token)
    earlier.get("/sandbox/clock/advance", days=31)
    told = receiver.until_code("LIABILITIES DEFAULT_UPDATE")
    owed = _owed(earlier, token)
    changed = told.body["account_ids_with_updated_liabilities"]
    assert changed == {
        account_id: [name for name in owed[account_id] if owed[account_id][name] != was[name]]
        for account_id, was in owed_before.items()
        if owed[account_id] != was
    }
    assert changed
    assert told.body["account_ids_with_new_liabilities"] == []
    told = receiver.until_code("TRANSACTIONS RECURRING_TRANSACTIONS_UPDATE")
    streams = _streams(earlier, token)
    touched = {
        either["account_id"]
        for stream_id in streams.keys() | streams_before.keys()
        for either in (streams.get(stream_id) or streams_before[stream_id],)
        if streams.get(stream_id) != streams_before.get(stream_id)
    }
    assert told.body["account_ids"] == sorted(touched)
    assert touched
    for each in tuple(receiver.got):
        read_by_plaid(each)


def _owed(bank: Bank, token: str) -> dict[str, dict[str, Any]]:
    shown = bank.get("/liabilities/get", access_token=token)["liabilities"]
    return {each["account_id"]: each for kind in shown.values() for each in kind or ()}


def _streams(bank: Bank, token: str) -> dict[str, dict[str, Any]]:
    shown = bank.get("/transactions/recurring/get", access_token=token)
    return {each["stream_id"]: each for each in shown["inflow_streams"] + shown["outflow_streams"]}


def test_an_item_that_breaks_says_so_and_when_it_works_again(
    bank: Bank, receiver: Receiver
) -> None:
    token = bank.link(webhook=receiver.url)
    bank.get("/sandbox/item/reset_login", access_token=token)
    broken = receiver.until_code("ITEM ERROR")
    assert broken.body["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"
    assert broken.body["error"]["error_type"] == "ITEM_ERROR"
    assert read_by_plaid(broken).error.error_code == "ITEM_LOGIN_REQUIRED"
    bank.get("/sandbox/item/set_error", access_token=token, error_code=None)
    read_by_plaid(receiver.until_code("ITEM LOGIN_REPAIRED"))
    bank.get("/accounts/get", access_token=token)


def test_a_new_address_is_told_that_webhooks_come_there(bank: Bank, receiver: Receiver) -> None:
    token = bank.link()
    bank.get("/item/webhook/update", access_token=token, webhook=receiver.url)
    told = receiver.until_code("ITEM WEBHOOK_UPDATE_ACKNOWLEDGED")
    assert told.body["new_webhook_url"] == receiver.url
    read_by_plaid(told)


@pytest.mark.parametrize("code", sorted(CODES))
def test_any_code_can_be_fired(bank: Bank, receiver: Receiver, code: str) -> None:
    token = bank.link(products=("liabilities",), webhook=receiver.url)
    fired = bank.get("/sandbox/item/fire_webhook", access_token=token, webhook_code=code)
    assert fired["webhook_fired"] is True
    read_by_plaid(receiver.until_code(f"{CODES[code]} {code}"))


def test_a_code_that_is_fired_of_liabilities_and_with_a_count(
    bank: Bank, receiver: Receiver
) -> None:
    token = bank.link(products=("liabilities",), webhook=receiver.url)
    fire = {"access_token": token, "webhook_code": "DEFAULT_UPDATE"}
    bank.get("/sandbox/item/fire_webhook", **fire, webhook_type="LIABILITIES")
    read_by_plaid(receiver.until_code("LIABILITIES DEFAULT_UPDATE"))
    bank.get("/sandbox/item/fire_webhook", **fire, options={"new_transactions": 7})
    assert receiver.until_code("TRANSACTIONS DEFAULT_UPDATE").body["new_transactions"] == 7


def test_without_an_address_nothing_is_fired(bank: Bank) -> None:
    token = bank.link()
    fire = {"access_token": token, "webhook_code": "DEFAULT_UPDATE"}
    assert bank.error("/sandbox/item/fire_webhook", **fire) == "SANDBOX_WEBHOOK_INVALID"
    fire["webhook_code"] = "NO_SUCH_CODE"
    assert bank.error("/sandbox/item/fire_webhook", **fire) == "INVALID_FIELD"


def verified(bank: Bank, header: str, body: bytes) -> bool:
    """As plaid.com/docs/api/webhooks/webhook-verification says it is to be done."""
    head = jwt.get_unverified_header(header)
    assert head["alg"] == "ES256"
    key = bank.get("/webhook_verification_key/get", key_id=head["kid"])["key"]
    assert key["kid"] == head["kid"]
    try:
        claims = jwt.decode(header, jwt.PyJWK(key), algorithms=["ES256"])
    except jwt.InvalidSignatureError:
        return False
    assert abs(claims["iat"] - time.time()) < 60
    return bool(claims["request_body_sha256"] == hashlib.sha256(body).hexdigest())


def test_signatures_verify_and_a_changed_body_does_not(bank: Bank, receiver: Receiver) -> None:
    bank.link(webhook=receiver.url)
    receiver.until(lambda got: len(got) >= 2)
    for each in receiver.got:
        header = each.headers["plaid-verification"]
        assert verified(bank, header, each.raw)
        assert not verified(bank, header, each.raw.replace(b'"sandbox"', b'"production"'))
        head, claims, signature = header.split(".")
        other = "A" if signature[10] != "A" else "B"
        signature = signature[:10] + other + signature[11:]
        assert not verified(bank, f"{head}.{claims}.{signature}", each.raw)
    unknown = bank.error("/webhook_verification_key/get", key_id="0" * 36)
    assert unknown == "INVALID_WEBHOOK_VERIFICATION_KEY_ID"


def test_keys_of_a_former_process_still_verify(settings: Settings, receiver: Receiver) -> None:
    with serving(settings) as former:
        former.link(webhook=receiver.url)
        receiver.until(lambda got: len(got) >= 2)
        [old, _] = receiver.got
        kid = jwt.get_unverified_header(old.headers["plaid-verification"])["kid"]
        shown = former.get("/webhook_verification_key/get", key_id=kid)["key"]
        assert shown["expired_at"] is None
    with serving(settings) as bank:
        assert verified(bank, old.headers["plaid-verification"], old.raw)
        assert bank.get("/webhook_verification_key/get", key_id=kid)["key"]["expired_at"]


def test_an_items_webhooks_arrive_in_the_order_they_became_due(
    bank: Bank, receiver: Receiver
) -> None:
    token = bank.link(products=("identity",), webhook=receiver.url)
    receiver.answers = [500, 200, 503]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "RETRY_SECONDS", (0.05,) * 6)
        for number in range(12):
            bank.get(
                "/sandbox/item/fire_webhook",
                access_token=token,
                webhook_code="DEFAULT_UPDATE",
                options={"new_transactions": number},
            )
        receiver.until(lambda got: len(got) >= 14)
    counts = [each.body["new_transactions"] for each in receiver.got]
    assert counts == [0, 0, 1, 1, *range(2, 12)]


def test_what_is_not_answered_is_sent_again_after_growing_pauses(
    bank: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = (0.1, 0.3, 0.9)
    monkeypatch.setattr(outbox, "RETRY_SECONDS", pauses)
    receiver.answers = [500, 404, 302]
    token = bank.link(products=("identity",), webhook=receiver.url)
    _fire(bank, token)
    receiver.until(lambda got: len(got) >= 4)
    at = [each.at for each in receiver.got]
    waited = [later - before for before, later in itertools.pairwise(at)]
    assert all(pause <= wait for pause, wait in zip(pauses, waited, strict=True)), waited
    assert len({each.raw for each in receiver.got}) == 1
    _until_ended(bank, "delivered", attempts=4)


def test_pauses_grow_and_end_within_half_an_hour() -> None:
    pauses = outbox.RETRY_SECONDS
    assert list(pauses) == sorted(set(pauses))
    assert sum(pauses) < 30 * 60


def test_after_the_last_attempt_it_has_failed_and_the_next_goes_on(
    bank: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RETRY_SECONDS", (0.05, 0.05))
    receiver.answers = [500, 500, 500]
    token = bank.link(products=("identity",), webhook=receiver.url)
    _fire(bank, token)
    _until_ended(bank, "failed", attempts=3)
    _fire(bank, token, "SYNC_UPDATES_AVAILABLE")
    receiver.until(lambda got: len(got) >= 4)
    assert receiver.codes[3] == "TRANSACTIONS SYNC_UPDATES_AVAILABLE"
    _until_ended(bank, "delivered", attempts=1)


def test_nobody_listening_is_tried_again_until_somebody_does(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RETRY_SECONDS", (0.2,) * 40)
    with receiving() as gone:
        pass
    token = bank.link(products=("identity",), webhook=gone.url)
    _fire(bank, token)
    time.sleep(0.3)
    with receiving(port=int(gone.url.split(":")[2].split("/")[0])) as back:
        back.until_code("TRANSACTIONS DEFAULT_UPDATE")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(bank: Bank, receiver: Receiver, status: int) -> None:
    with receiving() as elsewhere:
        receiver.answers, receiver.location = [status], elsewhere.url
        token = bank.link(products=("identity",), webhook=receiver.url)
        _fire(bank, token)
        assert _until_ended(bank, None, attempts=1).detail == f"answered {status}"
        assert elsewhere.got == []


def test_who_hangs_holds_up_no_request_and_nobody_elses_webhook(
    bank: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RETRY_SECONDS", (0.05,))
    with receiving() as hanging:
        hanging.is_open.clear()
        stuck = bank.link(webhook=hanging.url)
        hanging.until(lambda got: len(got) >= 1)
        begun = time.monotonic()
        for _ in range(20):
            bank.get("/accounts/get", access_token=stuck)
        bank.link(webhook=receiver.url)
        receiver.until(lambda got: len(got) >= 2)
        assert time.monotonic() - begun < delivery._TIMEOUT_SECONDS / 2
        assert len(hanging.got) == 1


def test_an_answer_that_only_drips_is_waited_for_no_longer(
    bank: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_TIMEOUT_SECONDS", 0.5)
    receiver.is_open.clear()
    token = bank.link(products=("identity",), webhook=receiver.url)
    _fire(bank, token)
    assert "no answer within" in str(_until_ended(bank, None, attempts=1).detail)


def test_one_that_cannot_be_sent_keeps_no_other_from_being_sent(
    bank: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign(*_: Any, **__: Any) -> str:
        monkeypatch.undo()
        raise RuntimeError

    token, other = (bank.link(products=("identity",), webhook=receiver.url) for _ in range(2))
    monkeypatch.setattr("spendsense_pipeline.bank.signing.Signer.sign", sign)
    _fire(bank, token)
    _until_ended(bank, None, attempts=1)
    _fire(bank, other)
    receiver.until(lambda got: len(got) >= 1)


def test_a_removed_item_is_told_nothing_more(
    bank: Bank, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "RETRY_SECONDS", (0.3,) * 6)
    receiver.answers = [500]
    token = bank.link(products=("identity",), webhook=receiver.url)
    _fire(bank, token)
    _until_ended(bank, None, attempts=1)
    bank.get("/item/remove", access_token=token)
    time.sleep(0.6)
    assert len(receiver.got) == 1
    _until_ended(bank, "dropped", attempts=1)


def test_created_transactions_are_told_at_once(bank: Bank, receiver: Receiver) -> None:
    token = bank.link(products=EVERYTHING, webhook=receiver.url)
    receiver.until(lambda got: len(got) >= 2)
    receiver.forget()
    day = AS_OF.isoformat()
    row = {"date_posted": day, "date_transacted": day, "amount": 4.5, "description": "A COFFEE"}
    bank.get("/sandbox/transactions/create", access_token=token, transactions=[row, row])
    receiver.until(lambda got: len(got) >= 2)
    assert receiver.codes == ["TRANSACTIONS SYNC_UPDATES_AVAILABLE", "TRANSACTIONS DEFAULT_UPDATE"]
    assert receiver.got[1].body["new_transactions"] == 2


def _fire(bank: Bank, token: str, code: str = "DEFAULT_UPDATE") -> None:
    bank.get("/sandbox/item/fire_webhook", access_token=token, webhook_code=code)


def _until_ended(bank: Bank, outcome: str | None, *, attempts: int) -> outbox.Webhook:
    """Wait until the newest webhook has so been tried, with that outcome."""
    assert bank.plaid
    for _ in range(200):
        [newest] = bank.plaid.outbox.latest(1)
        if (newest.outcome, newest.attempts) == (outcome, attempts):
            return newest
        time.sleep(0.05)
    raise AssertionError(newest)
