"""What an operator sees of the state, whether or not a server runs beside them."""

from __future__ import annotations

import datetime as dt

from spendsense_pipeline.local_plaid.shown import (
    LocalPlaidShown,
    is_running,
    local_plaid,
    state_mark,
)
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import (
    AS_OF,
    Bank,
    a_world,
    bank_process,
    publish_people,
    serving,
)

NOWHERE = "http://127.0.0.1:9/webhooks?key=of-the-app"
MORNING = dt.datetime(2026, 6, 16, 9, tzinfo=dt.UTC)


def seen(settings: Settings) -> LocalPlaidShown:
    with open_dataset(settings) as published:
        return local_plaid(published, settings)


def test_before_any_server_has_run(settings: Settings) -> None:
    found = seen(settings)
    assert (found.is_running, found.has_begun, found.items) == (False, False, ())
    assert found.clock.as_of == AS_OF
    assert not settings.plaid_dir.exists(), "looking leaves nothing behind"


def test_what_a_server_has_done(settings: Settings) -> None:
    held = AS_OF - dt.timedelta(days=20)
    with serving(settings, as_of=held) as bank:
        bank.link("user_0000", webhook=NOWHERE)
        token = bank.link("user_0002", products=("transactions",), institution="ins_lantern")
        bank.error("/liabilities/get", access_token=token)
        bank.get("/sandbox/item/reset_login", access_token=token)
        found = seen(settings)
    assert (found.clock.as_of, found.clock.is_following) == (held, False)
    lantern, everywhere = found.items
    assert (lantern.user_id, lantern.institution) == ("user_0002", "Lantern Financial")
    assert (lantern.products, lantern.linked_on) == (("transactions",), held)
    assert (lantern.error_code, lantern.webhooks_to) == ("ITEM_LOGIN_REQUIRED", None)
    assert (everywhere.user_id, everywhere.error_code) == ("user_0000", None)
    assert everywhere.webhooks_to == "127.0.0.1:9", "the rest is the app's own"
    assert (found.item_count, found.broken_count) == (2, 1)
    assert [each.code for each in found.webhooks] == [
        "TRANSACTIONS HISTORICAL_UPDATE",
        "TRANSACTIONS INITIAL_UPDATE",
    ]
    assert found.waiting_count == 2
    [refusal] = found.refusals
    assert (refusal.endpoint, refusal.item_id) == ("/liabilities/get", lantern.item_id)


def test_who_revokes_is_shown_without_data_though_no_server_runs(settings: Settings) -> None:
    with serving(settings) as bank:
        bank.link("user_0000")
    record_decision(settings, "user_0000", "revoked", decided_at=MORNING)
    [item] = seen(settings).items
    assert item.error_code == "USER_PERMISSION_REVOKED"
    assert (item.institution, item.products) == (None, ())
    record_decision(settings, "user_0000", "granted", decided_at=MORNING)
    assert seen(settings).items[0].error_code is None


def test_an_item_of_another_world_is_nobodys_here(settings: Settings) -> None:
    with serving(settings) as bank:
        bank.link("user_0000")
    publish_people(settings, a_world(seed=7, users=10), minute=1)
    found = seen(settings)
    assert [(item.is_here, item.error_code) for item in found.items] == [
        (False, "ITEM_LOGIN_REQUIRED")
    ]
    assert found.broken_count == 1


def test_whether_a_server_runs(settings: Settings) -> None:
    assert not is_running(settings)
    with bank_process(settings.data_dir):
        assert is_running(settings)
    assert not is_running(settings), "the lock of one that was killed is none"
    assert settings.plaid_lock_path.exists()


def test_the_mark_is_another_whenever_the_state_is(bank: Bank) -> None:
    token = bank.link("user_0000")
    mark = state_mark(bank.settings)
    bank.get("/item/get", access_token=token)
    assert state_mark(bank.settings) == mark
    bank.get("/sandbox/item/reset_login", access_token=token)
    assert state_mark(bank.settings) != mark
