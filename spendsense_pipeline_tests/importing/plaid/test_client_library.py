"""What plaid-python's own models write of responses is read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from plaid.model.account_balance import AccountBalance
from plaid.model.account_base import AccountBase
from plaid.model.account_subtype import AccountSubtype
from plaid.model.account_type import AccountType
from plaid.model.location import Location
from plaid.model.payment_meta import PaymentMeta
from plaid.model.personal_finance_category import PersonalFinanceCategory
from plaid.model.removed_transaction import RemovedTransaction
from plaid.model.transaction import Transaction
from plaid.model.transactions_sync_response import TransactionsSyncResponse
from plaid.model.transactions_update_status import TransactionsUpdateStatus

from spendsense_pipeline_tests.fixtures.plaid_pulls import read


def _blank(model: Any, **said: Any) -> Any:
    """A model with null for whatever is not said."""
    return model(**(dict.fromkeys(model.attribute_map) | said))


def a_model_transaction(transaction_id: str, amount: float, **said: Any) -> Transaction:
    return Transaction(
        **{
            "account_id": "chk",
            "amount": amount,
            "iso_currency_code": "USD",
            "unofficial_currency_code": None,
            "date": dt.date(2026, 6, 3),
            "authorized_date": dt.date(2026, 6, 2),
            "location": _blank(Location, city="Austin", region="TX"),
            "name": "KROGER 112",
            "payment_meta": _blank(PaymentMeta),
            "pending": False,
            "pending_transaction_id": None,
            "account_owner": None,
            "transaction_id": transaction_id,
            "authorized_datetime": None,
            "datetime": None,
            "payment_channel": "in store",
            "transaction_code": None,
            "merchant_name": "Kroger",
            "personal_finance_category": PersonalFinanceCategory(
                primary="FOOD_AND_DRINK", detailed="FOOD_AND_DRINK_GROCERIES"
            ),
        }
        | said,
        _check_type=False,
    )


def a_model_response(
    added: list[Transaction], modified: list[Transaction], removed: list[RemovedTransaction]
) -> TransactionsSyncResponse:
    balances = AccountBalance(
        available=850.5,
        current=900.25,
        limit=None,
        iso_currency_code="USD",
        unofficial_currency_code=None,
        last_updated_datetime=dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC),
    )
    account = AccountBase(
        account_id="chk",
        balances=balances,
        mask="0001",
        name="Everyday",
        official_name=None,
        type=AccountType("depository"),
        subtype=AccountSubtype("checking"),
    )
    return TransactionsSyncResponse(
        transactions_update_status=TransactionsUpdateStatus("HISTORICAL_UPDATE_COMPLETE"),
        accounts=[account],
        added=added,
        modified=modified,
        removed=removed,
        next_cursor="c",
        has_more=False,
        request_id="r",
    )


# as people save them: dates by `str`, or by `isoformat`
@pytest.mark.parametrize("as_written", [str, lambda value: value.isoformat()])
def test_serialised_models_are_read(as_written: Any) -> None:
    pulls = [
        a_model_response([a_model_transaction("a", 15.49), a_model_transaction("b", 7)], [], []),
        a_model_response(
            [],
            [a_model_transaction("a", 19.99)],
            [RemovedTransaction(transaction_id="b", account_id="chk")],
        ),
    ]
    found = read(
        {
            f"ann/sync_{n}.json": json.dumps(pull.to_dict(), default=as_written)
            for n, pull in enumerate(pulls, 1)
        }
    )
    [row] = found.tables["transactions"]
    assert row == {
        "transaction_id": "a",
        "account_id": "chk",
        "user_id": "ann",
        "date": "2026-06-03",
        "authorized_date": "2026-06-02",
        "amount": "19.99",
        "iso_currency_code": "USD",
        "name": "KROGER 112",
        "merchant_name": "Kroger",
        "payment_channel": "in store",
        "category_primary": "FOOD_AND_DRINK",
        "category_detailed": "FOOD_AND_DRINK_GROCERIES",
        "pending": "False",
        "city": "Austin",
        "state": "TX",
        "_row": "ann/sync_2.json a",
    }
    [account] = found.tables["accounts"]
    assert account["type"] == "depository"
    assert account["subtype"] == "checking"
    assert account["balance_current"] == "900.25"
    assert not found.said("note")
