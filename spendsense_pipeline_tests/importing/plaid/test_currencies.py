"""Coins and points are never read as dollars; other states' money is refused, or left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.importing import ImportProblemsError, ImportRequest, stage
from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    AS_OF,
    a_sync,
    a_transaction,
    an_account,
    read,
    written,
)

COIN = {"iso_currency_code": None, "unofficial_currency_code": "DOGE"}


def test_a_row_in_coins_is_left_out_and_counted() -> None:
    found = read(
        {
            "ann/sync.json": a_sync(
                [a_transaction("a", 5), a_transaction("doge", 2_000, **COIN)],
                accounts=[an_account()],
            )
        }
    )
    assert found.amounts == {"a": 5}
    assert found.count("in DOGE") == 1
    assert not found.said("note")


def test_an_account_in_coins_is_left_out_with_its_rows_and_terms() -> None:
    wallet = an_account("wallet", type="credit", subtype="credit card", balances=COIN)
    rows = [
        a_transaction("a", 5),
        a_transaction("w1", 2_000, account_id="wallet", **COIN),
        a_transaction("w2", 7, account_id="wallet"),
    ]
    found = read(
        {
            "ann/sync.json": a_sync(rows, accounts=[an_account(), wallet]),
            "ann/liabilities.json": {"liabilities": {"credit": [{"account_id": "wallet"}]}},
        }
    )
    assert set(found.balances) == {"chk"}
    assert found.amounts == {"a": 5}
    assert not found.tables["liabilities"]
    assert found.count("of an account in DOGE") == 2
    assert found.count("of an account in no official currency") == 1


def test_a_row_with_both_codes_is_in_the_official_one() -> None:
    row = a_transaction("a", 5, unofficial_currency_code="POINTS")
    assert read({"ann/sync.json": a_sync([row], accounts=[an_account()])}).amounts == {"a": 5}


def test_an_account_with_both_codes_is_in_the_official_one() -> None:
    account = an_account(balances={"unofficial_currency_code": "POINTS"})
    assert set(read({"ann/sync.json": a_sync(accounts=[account])}).balances) == {"chk"}


def staged(folder: Path, mapping: str | None = None) -> Any:
    path = None
    if mapping:
        path = folder / "mapping.yaml"
        path.write_text(mapping, encoding="utf-8")
    request = ImportRequest(folder / "in", AS_OF, path, all_consented=True)
    return stage(request, folder / "imports")


def test_pounds_are_refused_by_row_and_can_be_left_out_by_a_mapping(tmp_path: Path) -> None:
    pounds = {"iso_currency_code": "GBP"}
    abroad = an_account("abroad", balances=pounds)
    card = an_account("card", type="credit", subtype="credit card", balances=pounds)
    rows = [
        a_transaction("a", 5),
        a_transaction("pub", 9, **pounds),
        a_transaction("rent", 900, account_id="abroad", **pounds),
        # of an account in pounds, without a currency of its own
        a_transaction("tea", 3, account_id="abroad") | {"iso_currency_code": None},
    ]
    written(
        tmp_path / "in",
        {
            "ann/sync.json": a_sync(rows, accounts=[an_account(), abroad, card]),
            "ann/liabilities.json": {"liabilities": {"credit": [{"account_id": "card"}]}},
        },
    )
    with pytest.raises(ImportProblemsError, match="pub") as refused:
        staged(tmp_path)
    assert "transactions: {set_aside: {iso_currency_code: [GBP]}}" in str(refused.value)
    assert "accounts: {set_aside: {iso_currency_code: [GBP]}}" in str(refused.value)
    found = staged(
        tmp_path,
        "transactions: {set_aside: {iso_currency_code: [GBP]}}\n"
        "accounts: {set_aside: {iso_currency_code: [GBP]}}\n",
    )
    assert found.rows["raw_transactions"] == 1
    assert found.rows["raw_accounts"] == 1
    assert found.rows["raw_liabilities"] == 0
    counted = sum(line.rows for line in found.report if line.outcome == "set aside")
    assert counted == 2 + 2 + 1 + 1  # two in pounds, two accounts, what hung on them
