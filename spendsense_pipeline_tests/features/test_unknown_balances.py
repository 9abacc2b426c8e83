"""An account whose balance, subtype or kind nobody knows costs the figures that need it, no other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from spendsense_pipeline.traces.replay import replay
from spendsense_pipeline_tests.fixtures.measured_people import measured_one, together
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_paycheck,
    a_savings_account,
    a_transaction,
    a_transfer_to_savings,
    a_user,
    an_account,
)
from spendsense_pipeline_tests.fixtures.traced_people import a_traced_world, traces_of

ROWS = [
    a_transaction("300.00", AS_OF),
    a_paycheck(1000, AS_OF - dt.timedelta(days=3)),
    *a_transfer_to_savings("200.00", AS_OF - dt.timedelta(days=2)),
]
ACCOUNTS = (an_account(), an_account("second"), a_savings_account(), a_card(), a_card("other card"))


def without_balance(*account_ids: str) -> list[Row]:
    return [
        a | {"balance_current": None} if a["account_id"] in account_ids else a for a in ACCOUNTS
    ]


UNKNOWN = {
    "savings": ("savings_balance_usd", "savings_growth_rate", "emergency_fund_months"),
    "second": ("cash_flow_buffer_months",),
    "checking": (
        "cash_flow_buffer_months",
        "low_balance_day_share",
        "balance_volatility",
        "min_balance_usd",
        "mean_balance_usd",
    ),
    "card": (
        "max_utilization",
        "mean_utilization",
        "utilization_over_30",
        "utilization_over_50",
        "utilization_over_80",
    ),
}
of_one_person = together(
    {
        "every balance known": {"accounts": ACCOUNTS, "transactions": ROWS},
        **{
            account_id: {"accounts": without_balance(account_id), "transactions": ROWS}
            for account_id in UNKNOWN
        },
    }
)


def changed(account_id: str) -> dict[str, object]:
    """The features that differ from those of the same person with every balance known."""
    known = of_one_person("every balance known")
    found = of_one_person(account_id)
    return {
        name: value for name, value in found.items() if name != "user_id" and value != known[name]
    }


@pytest.mark.parametrize(("account_id", "unknown"), UNKNOWN.items())
def test_an_unknown_balance_makes_null_and_no_partial_sum(
    account_id: str, unknown: tuple[str, ...]
) -> None:
    assert changed(account_id) == dict.fromkeys(unknown)


def test_a_card_already_used_beyond_a_band_says_so_beside_one_of_unknown_balance() -> None:
    accounts = [
        a_card(balance_current=Decimal(600)),
        a_card("other card", balance_current=None),
    ]
    row = measured_one(accounts=accounts)
    assert (row["max_utilization"], row["mean_utilization"]) == (0.6, None)
    bands = [row[f"utilization_over_{band}"] for band in (30, 50, 80)]
    assert bands == [True, True, None]


@pytest.mark.parametrize("kind", [("depository", None), ("depository", "new"), ("other", "other")])
def test_an_account_of_unknown_kind_is_none_of_ours(kind: tuple[str, str | None]) -> None:
    row = measured_one(
        accounts=[an_account(type=kind[0], subtype=kind[1])], transactions=[a_transaction("300.00")]
    )
    assert (row["mean_balance_usd"], row["savings_balance_usd"], row["card_count"]) == (
        None,
        None,
        0,
    )


def a_town_without_balances() -> duckdb.DuckDBPyConnection:
    """People with one balance unknown each, one with none known, one with accounts of no kind."""
    users, accounts, transactions = [], [], []
    unknown: list[tuple[str, ...]] = [(a["account_id"],) for a in ACCOUNTS]
    unknown += [tuple(a["account_id"] for a in ACCOUNTS)]
    for number, account_ids in enumerate(unknown):
        person = f"user_{number:04d}"
        users.append(a_user(person))
        for account in without_balance(*account_ids):
            mine = {"user_id": person, "account_id": f"{person}:{account['account_id']}"}
            accounts.append(account | mine)
        for row in ROWS:
            mine = {"user_id": person, "account_id": f"{person}:{row['account_id']}"}
            transactions.append(
                row | mine | {"transaction_id": f"{person}:{row['transaction_id']}"}
            )
    users.append(a_user("user_0099"))
    accounts.append(an_account("odd", "user_0099", type="other", subtype=None, name=None))
    transactions.append(a_transaction("9.00", AS_OF, "odd", "user_0099"))
    return a_traced_world(users=users, accounts=accounts, transactions=transactions)


def test_traces_replay_and_cite_no_partial_sum() -> None:
    con = a_town_without_balances()
    traces = traces_of(con)
    assert len(traces) == 14
    for trace in traces:
        assert replay(trace).primary == trace["decision"]["primary"]
        predicates = {
            p["feature"]: p for persona in trace["personas"] for p in persona["predicates"]
        }
        for predicate in predicates.values():
            assert not (predicate["value"] is None and predicate["passed"])
        assert "$-" not in trace["explanation"]
    con.close()
