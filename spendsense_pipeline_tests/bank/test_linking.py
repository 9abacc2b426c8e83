"""Linking over HTTP: who is linked, for what, and with which tokens."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from spendsense_pipeline.local_plaid.items import PUBLIC_TOKEN_MINUTES
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline_tests.fixtures.local_bank import ALL_BANKS, Bank
from spendsense_pipeline_tests.fixtures.published_data import rows_of

CREATE = "/sandbox/public_token/create"


def person_of(bank: Bank, token: str) -> str:
    """Whose accounts an access token opens, as the dataset says."""
    accounts = bank.get("/accounts/get", access_token=token)["accounts"]
    [user_id] = {
        whose
        for account in accounts
        for (whose,) in rows_of(
            bank.settings.data_dir,
            "select user_id from raw_accounts where account_id = ?",
            account["account_id"],
        )
    }
    return str(user_id)


def of_persona(bank: Bank, persona: str | None) -> list[str]:
    return [
        user_id
        for (user_id,) in rows_of(
            bank.settings.data_dir,
            "select user_id from persona_assignments where window_days = 180"
            " and primary_persona = coalesce(?, primary_persona) order by len(user_id), user_id",
            persona,
        )
    ]


@pytest.mark.parametrize("persona", PERSONA_KEYS)
def test_a_persona_is_its_next_person_until_nobody_is_left(bank: Bank, persona: str) -> None:
    those = of_persona(bank, persona)
    linked = [
        person_of(bank, bank.link(f"persona:{persona}", products=("transactions",))) for _ in those
    ]
    assert linked == those
    status, answer = bank.ask(
        CREATE,
        institution_id=ALL_BANKS,
        initial_products=["transactions"],
        options={"override_username": f"persona:{persona}"},
    )
    assert (status, answer["error_type"], answer["error_code"]) == (
        400,
        "INVALID_INPUT",
        "INVALID_INPUT",
    )
    assert "nobody is left" in answer["error_message"]
    assert persona in answer["error_message"]


def test_no_username_and_plaids_own_are_the_next_person_of_any_persona(bank: Bank) -> None:
    everybody = of_persona(bank, None)
    linked = [
        person_of(bank, bank.link(username, products=("transactions",)))
        for username in (None, "user_good", None)
    ]
    assert linked == everybody[:3]


def test_whoever_is_asked_for_has_an_account_for_the_products(bank: Bank) -> None:
    owing = {
        user_id
        for (user_id,) in rows_of(
            bank.settings.data_dir,
            "select distinct user_id from raw_accounts where type = 'credit'"
            " or subtype in ('mortgage', 'student')",
        )
    }
    everybody = of_persona(bank, None)
    assert set(everybody) - owing
    passed_over = next(place for place, user_id in enumerate(everybody) if user_id not in owing)
    expected = [user_id for user_id in everybody if user_id in owing][: passed_over + 1]
    linked = [person_of(bank, bank.link(products=("liabilities",))) for _ in expected]
    assert linked == expected


def test_who_is_named_is_linked_and_owes_nothing_if_they_do_not(bank: Bank) -> None:
    [(user_id,), *_] = rows_of(
        bank.settings.data_dir,
        "select user_id from raw_users where consent_status = 'granted' and user_id not in"
        " (select user_id from raw_accounts where type = 'credit'"
        " or subtype in ('mortgage', 'student')) order by 1",
    )
    token = bank.link(user_id, products=("liabilities",))
    assert bank.error("/liabilities/get", access_token=token) == "NO_LIABILITY_ACCOUNTS"


def test_two_who_ask_at_once_get_two(bank: Bank) -> None:
    with ThreadPoolExecutor(8) as threads:
        tokens = list(threads.map(lambda _: bank.link(products=("transactions",)), range(12)))
    people = [person_of(bank, token) for token in tokens]
    assert sorted(people) == sorted(of_persona(bank, None)[:12])


def test_a_bank_has_its_own_accounts_only(bank: Bank) -> None:
    rows = rows_of(
        bank.settings.data_dir,
        "select user_id, institution_id, account_id from raw_accounts join raw_users"
        " using (user_id) where consent_status = 'granted'",
    )
    per_person: dict[str, dict[str, set[str]]] = {}
    for user_id, where, account in rows:
        per_person.setdefault(user_id, {}).setdefault(where, set()).add(account)
    user_id, banks = next(
        (user_id, banks) for user_id, banks in sorted(per_person.items()) if len(banks) > 1
    )
    for where, accounts in [*banks.items(), (ALL_BANKS, set().union(*banks.values()))]:
        token = bank.link(user_id, products=("transactions",), institution=where)
        answer = bank.get("/accounts/get", access_token=token)
        assert {each["account_id"] for each in answer["accounts"]} == accounts
        assert answer["item"]["institution_id"] == where
        added, _, _ = bank.sync(token)
        assert {row["account_id"] for row in added} <= accounts
    elsewhere = next(
        each["institution_id"]
        for each in bank.get("/institutions/get", count=100, offset=0, country_codes=["US"])[
            "institutions"
        ]
        if each["institution_id"] not in (*banks, ALL_BANKS)
    )
    status, answer = bank.ask(
        CREATE,
        institution_id=elsewhere,
        initial_products=["transactions"],
        options={"override_username": user_id},
    )
    assert status == 400
    assert f"no account at {elsewhere}" in answer["error_message"]


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"institution_id": "ins_3"}, "INVALID_INSTITUTION", "ins_3"),
        ({"initial_products": []}, "INVALID_FIELD", "at least one product"),
        ({"initial_products": ["investments"]}, "INVALID_PRODUCT", "investments"),
        ({"options": {"override_username": "nobody"}}, "INVALID_INPUT", "'nobody' is nobody"),
        (
            {"options": {"override_username": "persona:rich"}},
            "INVALID_INPUT",
            "there are high_utilization",
        ),
        ({"options": {"webhook": "ftp://localhost/x"}}, "INVALID_FIELD", "http://"),
        ({"options": {"transactions": {"days_requested": 731}}}, "INVALID_FIELD", "730"),
    ],
)
def test_what_cannot_be_linked_is_refused_by_name(
    bank: Bank, asked: dict[str, object], code: str, said: str
) -> None:
    usual = {"institution_id": ALL_BANKS, "initial_products": ["transactions"]}
    status, answer = bank.ask(CREATE, **{**usual, **asked})
    assert (status, answer["error_code"]) == (400, code)
    assert said in answer["error_message"]


def test_an_item_answers_for_what_it_was_linked_for(bank: Bank) -> None:
    token = bank.link("persona:high_utilization", products=("liabilities",))
    bank.get("/accounts/get", access_token=token)
    bank.get("/liabilities/get", access_token=token)
    for path in ("/transactions/sync", "/transactions/recurring/get", "/identity/get"):
        assert bank.error(path, access_token=token) == "ADDITIONAL_CONSENT_REQUIRED"
    item = bank.get("/item/get", access_token=token)["item"]
    assert item["products"] == ["liabilities"]
    assert item["available_products"] == ["identity", "transactions"]


def test_linked_anew_the_item_before_is_gone(bank: Bank) -> None:
    [user_id, *_] = of_persona(bank, None)
    first = bank.link(user_id, products=("transactions",))
    second = bank.link(user_id, products=("transactions",))
    assert bank.error("/accounts/get", access_token=first) == "ITEM_NOT_FOUND"
    assert person_of(bank, second) == user_id


def test_a_public_token_is_exchanged_once_and_in_time(bank: Bank) -> None:
    made = bank.get(CREATE, institution_id=ALL_BANKS, initial_products=["transactions"])
    exchange = "/item/public_token/exchange"
    bank.get(exchange, public_token=made["public_token"])
    assert bank.error(exchange, public_token=made["public_token"]) == "INVALID_PUBLIC_TOKEN"
    assert bank.error(exchange, public_token="public-sandbox-none") == "INVALID_PUBLIC_TOKEN"
    late = bank.get(CREATE, institution_id=ALL_BANKS, initial_products=["transactions"])
    assert bank.plaid
    now = bank.plaid.now
    bank.plaid.now = lambda: now() + dt.timedelta(minutes=PUBLIC_TOKEN_MINUTES, seconds=1)
    assert bank.error(exchange, public_token=late["public_token"]) == "INVALID_PUBLIC_TOKEN"


def test_a_removed_item_opens_nothing(bank: Bank) -> None:
    token = bank.link()
    bank.get("/item/remove", access_token=token)
    for path in ("/item/get", "/accounts/get", "/transactions/sync", "/item/remove"):
        assert bank.error(path, access_token=token) == "ITEM_NOT_FOUND"
    assert bank.error("/item/get", access_token="access-sandbox-x") == "INVALID_ACCESS_TOKEN"


def test_a_link_token_tells_what_it_was_made_with(bank: Bank) -> None:
    asked = {
        "client_name": "An app",
        "language": "en",
        "country_codes": ["US"],
        "products": ["transactions"],
        "user": {"client_user_id": "7"},
        "webhook": "http://127.0.0.1:9/hook",
    }
    made = bank.get("/link/token/create", **asked)
    found = bank.get("/link/token/get", link_token=made["link_token"])
    assert found["metadata"]["initial_products"] == ["transactions"]
    assert found["metadata"]["client_name"] == "An app"
    assert found["metadata"]["webhook"] == asked["webhook"]
    assert found["expiration"] == made["expiration"] > found["created_at"]
    assert bank.error("/link/token/get", link_token="link-sandbox-x") == "INVALID_LINK_TOKEN"


def test_a_broken_login_is_broken_until_it_is_repaired(bank: Bank) -> None:
    token = bank.link()
    assert bank.get("/sandbox/item/reset_login", access_token=token)["reset_login"]
    for path in ("/accounts/get", "/transactions/sync", "/identity/get"):
        assert bank.error(path, access_token=token) == "ITEM_LOGIN_REQUIRED"
    item = bank.get("/item/get", access_token=token)["item"]
    assert item["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"
    bank.get("/sandbox/item/set_error", access_token=token, error_code=None)
    bank.get("/accounts/get", access_token=token)
    bank.get("/sandbox/item/set_error", access_token=token, error_code="INSTITUTION_DOWN")
    status, answer = bank.ask("/accounts/get", access_token=token)
    assert (status, answer["error_type"]) == (400, "INSTITUTION_ERROR")
    assert bank.error("/sandbox/item/set_error", access_token=token, error_code="X") == (
        "INVALID_FIELD"
    )
