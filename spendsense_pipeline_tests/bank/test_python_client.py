"""Plaid's own client for Python reads the answers of every endpoint with its checks on, and knows
every field and value in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.local_bank import ALL_BANKS, AS_OF, START, Bank, serving
from spendsense_pipeline_tests.fixtures.plaid_models import METHODS, PLAIDS, Client

MORNING = dt.datetime(2026, 6, 16, 9, tzinfo=dt.UTC)
DAYS = (
    pytest.param(START + dt.timedelta(days=40), marks=pytest.mark.long),
    pytest.param(START + dt.timedelta(days=100), marks=pytest.mark.long),
    AS_OF,
)
PAGE = 15
SINCE_THIS_MORNING = "user_0019"
NO_LOANS = ("transactions", "identity")
NOWHERE = "http://127.0.0.1:9/webhooks"


@dataclass
class Visit:
    """One client at one bank on one day, with people linked."""

    client: Client
    day: dt.date
    tokens: list[str]

    def ask(self, path: str, **fields: Any) -> Any:
        return self.client.ask(path, **fields)

    def of_each(self, path: str, **fields: Any) -> list[Any]:
        """The answers for everybody who is linked."""
        return [self.ask(path, access_token=token, **fields) for token in self.tokens]

    def somebody(self, **options: Any) -> str:
        """An access token that nothing else uses, of whoever is next."""
        return link(self.client.bank, **options)


def link(bank: Bank, username: str | None = None, **more: Any) -> str:
    """An access token for all that somebody has."""
    try:
        return bank.link(username, **more)
    except AssertionError:
        return bank.link(username, products=NO_LOANS, **more)


def _page_through(visit: Visit) -> None:
    for token in visit.tokens:
        first = visit.ask("/transactions/sync", access_token=token, count=PAGE)
        assert first.has_more == (len(first.added) == PAGE)
        visit.ask("/transactions/sync", access_token=token, count=PAGE, cursor=first.next_cursor)


def _get_transactions(visit: Visit) -> None:
    span = {"start_date": START, "end_date": visit.day}
    pages = visit.of_each("/transactions/get", **span, options={"count": PAGE, "offset": 5})
    assert sum(len(page.transactions) for page in pages) > 5 * len(pages)
    visit.ask(
        "/transactions/get",
        **span,
        access_token=visit.tokens[0],
        options={"include_original_description": True},
    )


def _get_liabilities(visit: Visit) -> None:
    kinds = set()
    for token, answer in zip(visit.tokens, visit.of_each("/accounts/get"), strict=True):
        linked_for = [product.value for product in answer.item.products]
        held = {each.subtype.value for each in answer.accounts}
        if "liabilities" in linked_for and held & {"credit card", "mortgage", "student"}:
            owed = visit.ask("/liabilities/get", access_token=token).liabilities
            kinds |= {kind for kind in ("credit", "mortgage", "student") if owed.get(kind)}
    assert kinds == {"credit", "mortgage", "student"}


def _fire(visit: Visit) -> None:
    token = visit.somebody(webhook=NOWHERE)
    for code in (
        "DEFAULT_UPDATE",
        "SYNC_UPDATES_AVAILABLE",
        "RECURRING_TRANSACTIONS_UPDATE",
        "ERROR",
    ):
        visit.ask("/sandbox/item/fire_webhook", access_token=token, webhook_code=code)


def _create(visit: Visit) -> None:
    token = visit.somebody()
    row = {
        "date_transacted": visit.day,
        "date_posted": visit.day,
        "amount": 12.5,
        "description": "ONE",
    }
    visit.ask("/sandbox/transactions/create", access_token=token, transactions=[row])
    assert "ONE" in [each["name"] for each in visit.client.bank.sync(token)[0]]
    visit.ask("/transactions/sync", access_token=token, cursor="")


def _institutions(visit: Visit) -> list[str]:
    found = visit.ask("/institutions/get", count=50, offset=0, country_codes=["US"])
    return [each.institution_id for each in found.institutions]


CASES: Final[dict[str, Callable[[Visit], Any]]] = {
    "/institutions/get": _institutions,
    "/institutions/get_by_id": lambda visit: [
        visit.ask(
            "/institutions/get_by_id",
            institution_id=institution,
            country_codes=["US"],
            options={"include_status": True, "include_optional_metadata": True},
        )
        for institution in _institutions(visit)
    ],
    "/institutions/search": lambda visit: visit.ask(
        "/institutions/search", query="spendsense", products=["transactions"], country_codes=["US"]
    ),
    "/link/token/create": lambda visit: visit.ask(
        "/link/token/create",
        client_name="an app",
        language="en",
        country_codes=["US"],
        user={"client_user_id": "1"},
        products=["transactions"],
        webhook=NOWHERE,
    ),
    "/link/token/get": lambda visit: visit.ask(
        "/link/token/get", link_token=CASES["/link/token/create"](visit).link_token
    ),
    "/sandbox/public_token/create": lambda visit: visit.ask(
        "/sandbox/public_token/create",
        institution_id=ALL_BANKS,
        initial_products=["transactions"],
        options={"webhook": NOWHERE, "transactions": {"days_requested": 30}},
    ),
    "/item/public_token/exchange": lambda visit: visit.ask(
        "/item/public_token/exchange",
        public_token=CASES["/sandbox/public_token/create"](visit).public_token,
    ),
    "/item/get": lambda visit: visit.of_each("/item/get"),
    "/item/remove": lambda visit: visit.ask("/item/remove", access_token=visit.somebody()),
    "/item/webhook/update": lambda visit: [
        visit.ask("/item/webhook/update", access_token=visit.tokens[0], webhook=url)
        for url in (NOWHERE, None)
    ],
    "/accounts/get": lambda visit: visit.of_each("/accounts/get"),
    "/accounts/balance/get": lambda visit: visit.of_each(
        "/accounts/balance/get", options={"min_last_updated_datetime": MORNING}
    ),
    "/identity/get": lambda visit: visit.of_each("/identity/get"),
    "/transactions/get": _get_transactions,
    "/transactions/sync": _page_through,
    "/transactions/refresh": lambda visit: visit.of_each("/transactions/refresh"),
    "/transactions/recurring/get": lambda visit: visit.of_each("/transactions/recurring/get"),
    "/liabilities/get": _get_liabilities,
    "/categories/get": lambda visit: visit.ask("/categories/get"),
    "/sandbox/item/fire_webhook": _fire,
    "/sandbox/item/reset_login": lambda visit: [
        token := visit.somebody(),
        visit.ask("/sandbox/item/reset_login", access_token=token),
        visit.ask("/item/get", access_token=token),
    ],
    "/sandbox/transactions/create": _create,
    "/webhook_verification_key/get": lambda visit: [
        visit.ask("/webhook_verification_key/get", key_id=row["key_id"])
        for row in visit.client.bank.plaid.store.rows("select key_id from keys")
    ],
}


@pytest.fixture
def visit(settings: Settings, day: dt.date) -> Iterator[Visit]:
    """On a day, and with somebody who consents since this morning."""
    record_decision(settings, SINCE_THIS_MORNING, "granted", decided_at=MORNING)
    with serving(settings, as_of=day) as bank:
        tokens = [link(bank, user_id, institution=where) for user_id, where in chosen_people(bank)]
        yield Visit(Client(bank), day, tokens)


def test_every_endpoint_of_plaids_is_asked() -> None:
    assert CASES.keys() == PLAIDS.keys() <= METHODS.keys()


@pytest.mark.parametrize("day", DAYS)
def test_every_answer_is_plaids(visit: Visit) -> None:
    for case in CASES.values():
        case(visit)
    assert visit.client.asked == PLAIDS.keys()
    assert visit.client.problems == []


def chosen_people(bank: Bank) -> list[tuple[str | None, str]]:
    """Whom to link, and where: of each persona and of each kind of account the first who consents,
    and one bank of each kind; by nobody's name anybody who is next.
    """
    assert bank.plaid
    served = bank.plaid.served
    judged = {user_id: persona for user_id, _, persona in served.people()}
    consenting = [each for each, status, _ in served.people() if bank.plaid.consents(each, status)]
    people: dict[Any, tuple[str | None, str]] = {}
    for user_id in consenting:
        people.setdefault(judged[user_id], (user_id, ALL_BANKS))
        for account in served.accounts(user_id)[user_id]:
            people.setdefault((ALL_BANKS, account.subtype), (user_id, ALL_BANKS))
            people.setdefault(account.subtype, (user_id, account.institution_id or ALL_BANKS))
    return [*dict.fromkeys(people.values()), (None, ALL_BANKS)]


def test_what_is_not_plaids_would_be_noticed(bank: Bank) -> None:
    client = Client(bank)
    answer = bank.get("/accounts/get", access_token=bank.link())
    answer["accounts"][0]["colour"] = "red"
    answer["accounts"][0]["subtype"] = "current account"
    client.read(answer, METHODS["/accounts/get"].response)
    assert [said.partition(" ")[2] for said in client.problems] == [
        ".accounts.0.colour is no field",
        ".accounts.subtype.value is 'current account', which is not documented",
    ]
