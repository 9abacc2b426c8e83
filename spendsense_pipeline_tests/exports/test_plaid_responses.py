"""Plaid's own SDK reads every response with its type checks on, and every enumerated value is
documented.

The SDK's enumerations are open (it accepts a made-up subtype), so their documented values are read from
the SDK's models and compared field by field.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.publishing.exports.plaid.sandbox import MOST_TRANSACTIONS
from spendsense_pipeline_tests.fixtures.exportable_dataset import CONSENTING, TABLES
from spendsense_pipeline_tests.fixtures.plaid_models import enumerated

plaid = pytest.importorskip("plaid", reason="plaid-python is in the dev extra")

MODELS = {
    "accounts_get": "accounts_get_response.AccountsGetResponse",
    "transactions_sync_1": "transactions_sync_response.TransactionsSyncResponse",
    "transactions_recurring_get": (
        "transactions_recurring_get_response.TransactionsRecurringGetResponse"
    ),
    "liabilities_get": "liabilities_get_response.LiabilitiesGetResponse",
    "sandbox_custom_user": "user_custom_password.UserCustomPassword",
}
# Documented values of fields the SDK leaves as plain text; plaid.com/docs/api/products/transactions
CONFIDENCE_LEVELS = {"VERY_HIGH", "HIGH", "MEDIUM", "LOW", "UNKNOWN"}


@pytest.fixture(scope="module")
def exported(dataset_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plaid") / "out"
    with duckdb.connect(str(dataset_path), read_only=True) as con:
        export_dataset(con, TABLES, target, "plaid")
    return target


def _read(exported: Path, user_id: str, name: str) -> tuple[Any, Any]:
    """The response as written, and as Plaid's SDK understands it."""
    import importlib

    module, _, model = MODELS[name].partition(".")
    cls = getattr(importlib.import_module(f"plaid.model.{module}"), model)
    text = (exported / user_id / f"{name}.json").read_text(encoding="utf-8")

    class _Answer:
        data = text

    client = plaid.ApiClient(plaid.Configuration())
    return json.loads(text), client.deserialize(_Answer, (cls,), _check_type=True)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("user_id", CONSENTING)
def test_sdk_reads_it_and_every_enumerated_value_is_documented(
    exported: Path, user_id: str, name: str
) -> None:
    _, response = _read(exported, user_id, name)
    seen = list(enumerated(response, name))
    assert seen, "no enumerated field was found: the walk is broken"
    assert [(path, value) for path, value, documented in seen if value not in documented] == []


def test_the_walk_would_notice_a_value_plaid_does_not_have(exported: Path) -> None:
    _, response = _read(exported, "user_0000", "accounts_get")
    response.accounts[0].subtype.value = "current account"
    unknown = [v for _, v, documented in enumerated(response) if v not in documented]
    assert unknown == ["current account"]


def test_categories_are_documented(exported: Path) -> None:
    from spendsense_pipeline.plaid.categories import BY_CODE

    body, _ = _read(exported, "user_0000", "transactions_sync_1")
    categories = [t["personal_finance_category"] for t in body["added"]]
    assert sum(c is None for c in categories) == 1
    for category in filter(None, categories):
        assert BY_CODE[category["detailed"]].primary == category["primary"]
        assert category["confidence_level"] in CONFIDENCE_LEVELS


def test_amounts_keep_plaid_signs_and_cents(exported: Path) -> None:
    body, response = _read(exported, "user_0000", "transactions_sync_1")
    amounts = {t["name"]: t["amount"] for t in body["added"]}
    assert amounts["ACME PAYROLL"] == -2000.0
    assert amounts["STREAMFLIX"] == 15.49
    assert response.added[0].pending is True, "newest first, and the newest is pending"
    assert not body["has_more"]


def test_loans_are_told_as_plaid_tells_them(exported: Path) -> None:
    body, response = _read(exported, "user_0000", "liabilities_get")
    [mortgage] = response.liabilities.mortgage
    assert mortgage.account_id == "user_0000_home"
    assert (mortgage.interest_rate.percentage, mortgage.interest_rate.type) == (6.125, "fixed")
    assert mortgage.loan_term == "30 year"
    assert mortgage.escrow_balance == 900.0
    assert mortgage.next_monthly_payment == 1527.62
    assert mortgage.ytd_principal_paid == 1500.0
    assert mortgage.origination_date == dt.date(2021, 6, 1)
    assert mortgage.property_address.region == "OH"
    known = {s.account_id: s for s in response.liabilities.student}["user_0000_studies"]
    assert known.repayment_plan.type == "extended standard"
    assert known.loan_status.type == "repayment"
    assert known.last_statement_balance == 1000.0
    assert len(response.liabilities.credit) == 1
    types = {account["account_id"]: account["type"] for account in body["accounts"]}
    assert types["user_0000_home"] == "loan"


def test_streams_go_in_or_out(exported: Path) -> None:
    body, _ = _read(exported, "user_0000", "transactions_recurring_get")
    assert [s["merchant_name"] for s in body["inflow_streams"]] == ["Acme"]
    assert [s["merchant_name"] for s in body["outflow_streams"]] == ["Streamflix"]
    assert body["inflow_streams"][0]["frequency"] == "UNKNOWN"
    ids = {
        t["transaction_id"] for t in _read(exported, "user_0000", "transactions_sync_1")[0]["added"]
    }
    assert set(body["outflow_streams"][0]["transaction_ids"]) < ids


def test_long_histories_come_in_pages_as_plaid_sends_them() -> None:
    from spendsense_pipeline.plaid.person import Person
    from spendsense_pipeline.publishing.exports.plaid.responses import transactions_sync
    from spendsense_pipeline_tests.fixtures.rows import a_transaction, an_account

    rows = [a_transaction(str(n)) for n in range(1, 1201)]
    pages = list(transactions_sync(Person("u", [an_account()], rows, [], []), "d"))
    assert [len(page["added"]) for page in pages] == [500, 500, 200]
    assert [page["has_more"] for page in pages] == [True, True, False]
    assert len({page["next_cursor"] for page in pages}) == 3


def test_sandbox_configuration_stays_within_what_sandbox_takes() -> None:
    from spendsense_pipeline.plaid.person import Person
    from spendsense_pipeline.publishing.exports.plaid.sandbox import MOST_BYTES, custom_user
    from spendsense_pipeline_tests.fixtures.rows import a_transaction, an_account

    for name in ("short", "a very long description " * 20):
        rows = [a_transaction(str(n), name=name) for n in range(1, 600)]
        content = custom_user(Person("u", [an_account()], rows, [], []))
        kept = content["override_accounts"][0]["transactions"]
        assert 0 < len(kept) <= MOST_TRANSACTIONS
        assert kept[0]["amount"] == 1.0, "the newest are kept"
        assert len(json.dumps(content).encode()) <= MOST_BYTES
