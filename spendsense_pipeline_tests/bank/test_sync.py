"""Syncing over HTTP."""

from __future__ import annotations

from spendsense_pipeline_tests.fixtures.local_bank import AS_OF, START, Bank


def test_all_pages_are_all_transactions(bank: Bank) -> None:
    token = bank.link("persona:high_utilization")
    added, removed, _ = bank.sync(token, count=37)
    shown = bank.get(
        "/transactions/get",
        access_token=token,
        start_date=START,
        end_date=AS_OF,
        options={"count": 500},
    )
    assert removed == []
    assert shown["total_transactions"] == len(added) > 300
    by_id = {each["transaction_id"]: each for each in added}
    assert all(by_id[each["transaction_id"]] == each for each in shown["transactions"])
