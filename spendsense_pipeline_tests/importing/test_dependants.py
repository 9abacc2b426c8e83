"""What a mapping leaves out takes along what hangs on it; everything else stays."""

from __future__ import annotations

from pathlib import Path

from spendsense_pipeline_tests.fixtures.import_folders import minimal_rows, staged_from


def test_a_person_left_out_takes_accounts_and_rows_along(tmp_path: Path) -> None:
    rows = minimal_rows()
    rows["transactions"].append(
        rows["transactions"][0] | {"transaction_id": "b", "account_id": "b1"}
    )
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("users: {set_aside: {user_id: [ann]}}\n", encoding="utf-8")
    staged = staged_from(tmp_path, rows, mapping_path=mapping, all_consented=True)
    assert {name: count for name, count in staged.rows.items() if count} == {
        "raw_users": 1,
        "raw_accounts": 1,
        "raw_transactions": 1,
    }
    set_aside = {line.file: line.rows for line in staged.report if line.outcome == "set aside"}
    assert set_aside == {"users.csv": 1, "accounts.csv": 1, "transactions.csv": 10}


def test_keys_are_compared_as_the_mapping_spells_them(tmp_path: Path) -> None:
    rows = minimal_rows()
    for account in rows["accounts"]:
        account["Nr"] = f" {account.pop('account_id')} "
    mapping = tmp_path / "mapping.yaml"
    said = "accounts: {columns: {account_id: Nr}, set_aside: {type: [depository]}}\n"
    mapping.write_text(said, encoding="utf-8")
    staged = staged_from(tmp_path, rows, mapping_path=mapping)
    assert staged.rows["raw_accounts"] == 1
    assert staged.rows["raw_transactions"] == 0
