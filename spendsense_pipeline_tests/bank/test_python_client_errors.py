"""Plaid's own client for Python reads every error, as an exception with Plaid's body and status."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from plaid.model.plaid_error import PlaidError

from spendsense_pipeline.local_plaid.items import Items
from spendsense_pipeline.plaid.errors import ERROR_CODES, ITEM_ERRORS
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import ALL_BANKS, AS_OF, Bank, serving
from spendsense_pipeline_tests.fixtures.plaid_models import Client

MORNING = dt.datetime(2026, 6, 16, 9, tzinfo=dt.UTC)
LINKED = "user_0002"
Refused = tuple[int, Any]


@dataclass
class Trouble:
    """A client of one person, who is linked for transactions alone."""

    client: Client
    token: str

    @property
    def bank(self) -> Bank:
        return self.client.bank

    def refused(self, path: str, **fields: Any) -> Refused:
        return self.client.refused(path, **fields)

    def of_item(self, path: str, **fields: Any) -> Refused:
        return self.refused(path, access_token=self.token, **fields)

    def do(self, path: str, **fields: Any) -> Trouble:
        """The same after a request that is answered."""
        self.bank.get(path, access_token=self.token, **fields)
        return self

    def linking(self, **fields: Any) -> Refused:
        usual = {"institution_id": ALL_BANKS, "initial_products": ["transactions"]}
        return self.refused("/sandbox/public_token/create", **usual | fields)

    def raw(self, body: bytes) -> Refused:
        """What no model lets an app send."""
        status, answer = self.bank.send("/accounts/get", body, {"Content-Type": "application/json"})
        return status, self.client.read(answer, PlaidError)


def _of_another_version(trouble: Trouble) -> Refused:
    trouble.client.api.api_client.configuration.api_key["plaidVersion"] = "2019-05-29"
    return trouble.of_item("/accounts/get")


def _without_liabilities(trouble: Trouble) -> Refused:
    token = trouble.bank.link("persona:high_utilization")
    accounts = trouble.bank.get("/accounts/get", access_token=token)["accounts"]
    checking = [each["account_id"] for each in accounts if each["subtype"] == "checking"]
    options = {"account_ids": checking}
    return trouble.refused("/liabilities/get", access_token=token, options=options)


def _revoked(trouble: Trouble) -> Refused:
    record_decision(trouble.bank.settings, LINKED, "revoked", decided_at=MORNING)
    return trouble.of_item("/accounts/get")


def _changed_between_pages(trouble: Trouble) -> Refused:
    first = trouble.client.ask("/transactions/sync", access_token=trouble.token, count=15)
    row = {"date_transacted": AS_OF, "date_posted": AS_OF, "amount": 1, "description": "ONE"}
    trouble.do("/sandbox/transactions/create", transactions=[row])
    return trouble.of_item("/transactions/sync", cursor=first.next_cursor)


def _unreadable(trouble: Trouble) -> Refused:
    path = trouble.bank.settings.published_path
    path.unlink()
    path.write_bytes(b"no database")
    return trouble.of_item("/accounts/get")


REFUSED: Final[dict[str, Callable[[Trouble], Refused]]] = {
    "INVALID_BODY": lambda of: of.raw(b"{"),
    "MISSING_FIELDS": lambda of: of.raw(b"{}"),
    "INVALID_FIELD": lambda of: of.of_item("/transactions/sync", cursor="of somebody else"),
    "UNKNOWN_FIELDS": lambda of: of.of_item("/transactions/sync", page=3),
    "INVALID_HEADERS": _of_another_version,
    "NOT_FOUND": lambda of: of.of_item("/auth/get"),
    "INVALID_INPUT": lambda of: of.linking(options={"override_username": "persona:millionaire"}),
    "INVALID_ACCESS_TOKEN": lambda of: of.refused("/item/get", access_token="access-sandbox-1"),
    "INVALID_PUBLIC_TOKEN": lambda of: of.refused(
        "/item/public_token/exchange", public_token="public-sandbox-1"
    ),
    "INVALID_LINK_TOKEN": lambda of: of.refused("/link/token/get", link_token="link-sandbox-1"),
    "INVALID_ACCOUNT_ID": lambda of: of.of_item("/accounts/get", options={"account_ids": ["1"]}),
    "INVALID_INSTITUTION": lambda of: of.linking(institution_id="ins_109508"),
    "INVALID_PRODUCT": lambda of: of.linking(initial_products=["auth"]),
    "INVALID_WEBHOOK_VERIFICATION_KEY_ID": lambda of: of.refused(
        "/webhook_verification_key/get", key_id="1"
    ),
    "ADDITIONAL_CONSENT_REQUIRED": lambda of: of.of_item("/identity/get"),
    "ITEM_LOGIN_REQUIRED": lambda of: of.do("/sandbox/item/reset_login").of_item("/accounts/get"),
    "ITEM_NOT_FOUND": lambda of: of.do("/item/remove").of_item("/accounts/get"),
    "NO_LIABILITY_ACCOUNTS": _without_liabilities,
    "PRODUCTS_NOT_SUPPORTED": lambda of: of.linking(
        institution_id="ins_ford_credit", initial_products=["liabilities"]
    ),
    "USER_PERMISSION_REVOKED": _revoked,
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION": _changed_between_pages,
    "SANDBOX_WEBHOOK_INVALID": lambda of: of.of_item(
        "/sandbox/item/fire_webhook", webhook_code="DEFAULT_UPDATE"
    ),
    "PLANNED_MAINTENANCE": _unreadable,
}
OTHERWISE = {
    "INVALID_API_KEYS": "a server with a secret",
    "INTERNAL_SERVER_ERROR": "a fault of ours",
}


@pytest.fixture
def trouble(bank: Bank) -> Trouble:
    return Trouble(Client(bank), bank.link(LINKED, products=("transactions",)))


def test_every_code_is_provoked() -> None:
    assert REFUSED.keys() | set(ITEM_ERRORS) | OTHERWISE.keys() == ERROR_CODES.keys()


@pytest.mark.parametrize("code", REFUSED)
def test_every_error_is_plaids(trouble: Trouble, code: str) -> None:
    assert_is(REFUSED[code](trouble), code)
    assert trouble.client.problems == []


def test_an_item_can_be_put_into_every_error_of_items(trouble: Trouble) -> None:
    for code in ITEM_ERRORS:
        trouble.do("/sandbox/item/set_error", error_code=code)
        assert_is(trouble.of_item("/accounts/get"), code)
        shown = trouble.client.ask("/item/get", access_token=trouble.token).item.error
        assert shown.error_code == code
    trouble.do("/sandbox/item/set_error", error_code=None).do("/accounts/get")
    assert trouble.client.problems == []


def test_who_does_not_know_the_secret_is_refused(settings: Settings) -> None:
    with serving(replace(settings, plaid_secret="open sesame")) as bank:
        client = Client(bank)
        kinds = {"count": 1, "offset": 0, "country_codes": ["US"]}
        assert_is(client.refused("/institutions/get", **kinds), "INVALID_API_KEYS")
        client.ask("/categories/get")  # For which Plaid asks no keys, and its client gives none.
        client.api.api_client.configuration.api_key["secret"] = "open sesame"
        client.ask("/institutions/get", **kinds)
        assert client.problems == []


def test_a_fault_of_ours_is_told_without_its_traceback(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Items, "with_token", broken)
    status, answer = trouble.bank.ask("/accounts/get", access_token=trouble.token)
    error = trouble.client.read(answer, PlaidError)
    assert_is((status, error), "INTERNAL_SERVER_ERROR")
    assert "Division" not in str(answer)


def assert_is(found: Refused, code: str) -> None:
    status, error = found
    declared = ERROR_CODES[code]
    assert (error.error_code, error.error_type.value) == (code, declared.kind), error
    assert status == declared.status
    assert error.error_message
    assert error.request_id
    assert error.documentation_url.startswith("https://plaid.com/docs/errors/")
    assert error.display_message == declared.display
