"""Own transfers, where an export says that the other account is the holder's: what they are, and
which leg answers which.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from spendsense_pipeline.importing.formats.accounts import FoundAccount
from spendsense_pipeline.importing.formats.arrived import insert_rows
from spendsense_pipeline.plaid.accounts import CREDIT, LOAN
from spendsense_pipeline.plaid.categories import CARD_PAYMENT, OWN_TRANSFER_IN, OWN_TRANSFER_OUT
from spendsense_pipeline.sql import QueryFolder

_QUERIES = QueryFolder(__package__)
# What money sent to an account that owes pays off, by its subtype.
_LOAN_PAYMENTS = {
    "mortgage": "LOAN_PAYMENTS_MORTGAGE_PAYMENT",
    "student": "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT",
    "auto": "LOAN_PAYMENTS_CAR_PAYMENT",
}
_OTHER_LOAN_PAYMENT = "LOAN_PAYMENTS_OTHER_PAYMENT"


def create_own_accounts(con: duckdb.DuckDBPyConnection, accounts: Sequence[FoundAccount]) -> None:
    """Create `own_account`, a row per account, and `own_name`, the names it may be called by."""
    con.execute(
        "create or replace table own_account (account_id varchar, user_id varchar, pays varchar)"
    )
    con.execute(
        "create or replace table own_name (account_id varchar, user_id varchar, name varchar)"
    )
    rows = {
        account.account_id: {
            "account_id": account.account_id,
            "user_id": account.user_id,
            "pays": _paid_off(account),
        }
        for account in accounts
    }
    insert_rows(con, "own_account", list(rows.values()))
    names = {
        (account.account_id, account.user_id, name)
        for account in accounts
        for name in (account.key, account.label.lower())
    }
    columns = ("account_id", "user_id", "name")
    insert_rows(con, "own_name", [dict(zip(columns, each, strict=True)) for each in sorted(names)])


def pair_transfers(con: duckdb.DuckDBPyConnection) -> None:
    """Say of the `occurrences` that name an own account what they are and which leg answers."""
    codes = {"transfer_in": OWN_TRANSFER_IN, "transfer_out": OWN_TRANSFER_OUT}
    _QUERIES.create(con, "own_transfer", "transfers.sql", codes)
    con.execute(
        "update occurrences set transfer_id = coalesce(occurrences.transfer_id, own.transfer_id), "
        "category_detailed = coalesce(occurrences.category_detailed, own.category), "
        "merchant_name = null from own_transfer as own "
        "where own.transaction_id = occurrences.transaction_id"
    )
    # The other account may not have been exported.
    con.execute(
        "update occurrences set category_detailed = case when amount like '-%' then $transfer_in "
        "else $transfer_out end, merchant_name = null "
        "where _other is not null and not _opening and category_detailed is null",
        codes,
    )


def _paid_off(account: FoundAccount) -> str | None:
    if account.type == CREDIT:
        return CARD_PAYMENT
    if account.type == LOAN:
        return _LOAN_PAYMENTS.get(account.subtype or "", _OTHER_LOAN_PAYMENT)
    return None
