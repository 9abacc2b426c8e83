"""What a folder of responses becomes besides rows: users, lines set aside, a mapping's say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.importing import ImportProblemsError, ImportRequest, stage
from spendsense_pipeline_tests.fixtures.import_folders import filled
from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    AS_OF,
    a_sync,
    a_transaction,
    an_account,
    read,
    written,
)

PULL = a_sync([a_transaction("a")], accounts=[an_account()])
ERROR = {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "request_id": "q"}
WITHOUT_ROWS: dict[str, tuple[Any, str]] = {
    "an error": (ERROR, "Plaid error ITEM_LOGIN_REQUIRED"),
    "an Item in error": ({"item": {"item_id": "i"}, "error": ERROR}, "ITEM_LOGIN_REQUIRED"),
    "an Item": ({"item": {"item_id": "i", "error": None}, "status": {}}, "an Item"),
    "an institution": ({"institution": {"name": "B"}, "request_id": "q"}, "an institution"),
    "streams": ({"inflow_streams": [], "outflow_streams": []}, "recurring streams"),
    "investments": ({"investment_transactions": [{}], "securities": []}, "investments"),
    "nothing new": (a_sync(), "an empty response"),
    "no accounts": ({"accounts": [], "item": {}}, "an empty response"),
    "an empty object": ({}, "an empty response"),
    "something else": ({"lines": 3, "made_by": "x"}, "no response we know (keys: lines, made_by)"),
}


@pytest.mark.parametrize("case", WITHOUT_ROWS)
def test_a_response_without_rows_is_listed_with_what_it_is(case: str) -> None:
    content, kind = WITHOUT_ROWS[case]
    found = read({"ann/pull.json": PULL, "ann/x.json": content})
    assert found.amounts == {"a": 5}
    [line] = [line for line in found.report if line.outcome == "set aside"]
    assert line.text.startswith("holds nothing we read: ")
    assert kind in line.text
    assert line.first_rows == ("ann/x.json",)


def test_accounts_beside_what_is_not_read_are_read() -> None:
    body = {"accounts": [an_account(owners=[{"names": ["Ann"]}])], "holdings": [], "numbers": {}}
    assert set(read({"ann/identity.json": body}).balances) == {"chk"}


def test_a_folder_of_errors_alone_is_refused() -> None:
    with pytest.raises(ImportProblemsError, match="no Plaid response that lists an account"):
        read({"ann/err.json": ERROR})


def test_kinds_are_one_line_over_all_people() -> None:
    files = {f"user_{n}/err.json": ERROR for n in range(50)}
    found = read({**files, "ann/pull.json": PULL})
    [line] = [line for line in found.report if line.outcome == "set aside"]
    assert line.rows == 50
    assert len(line.first_rows) == 3


def staged(folder: Path, mapping: str | None = None) -> Any:
    path = None
    if mapping:
        path = folder / "mapping.yaml"
        path.write_text(mapping, encoding="utf-8")
    request = ImportRequest(folder / "in", AS_OF, path, all_consented=True)
    return stage(request, folder / "imports")


def test_what_an_export_says_of_itself_is_not_called_a_response(tmp_path: Path) -> None:
    about = {"as_of": "2026-06-30", "format": "plaid"}
    written(tmp_path / "in", {"export.json": about, "ann/pull.json": PULL})
    assert not [line for line in staged(tmp_path).report if line.outcome == "set aside"]


def test_the_same_responses_under_another_name_are_another_import(tmp_path: Path) -> None:
    written(tmp_path / "in", {"ann/pull.json": PULL})
    anns = staged(tmp_path)
    (tmp_path / "in" / "ann").rename(tmp_path / "in" / "bob")
    bobs = staged(tmp_path)
    assert bobs.fingerprint != anns.fingerprint
    assert filled(bobs).execute("select user_id from raw_users").fetchall() == [("bob",)]


def test_users_beside_the_folders_are_read_and_not_called_unread(tmp_path: Path) -> None:
    users = "user_id,region\nann,West\n"
    written(tmp_path / "in", {"users.csv": users, "notes.csv": "x\n", "ann/pull.json": PULL})
    found = staged(tmp_path)
    unread = [line.file for line in found.report if "not read" in line.text]
    assert unread == ["notes.csv"]
    con = filled(found)
    assert con.execute("select user_id, region from raw_users").fetchall() == [("ann", "West")]


def test_a_mapping_names_the_users_and_changes_values_of_responses(tmp_path: Path) -> None:
    row = a_transaction(
        "b", personal_finance_category={"primary": "X", "detailed": "GENERAL_SERVICES_PETS"}
    )
    account = an_account(type="loan", subtype="home")
    written(
        tmp_path / "in",
        {"people.csv": "Who\nann\n", "ann/pull.json": a_sync([row], accounts=[account])},
    )
    found = staged(
        tmp_path,
        "users: {file: people.csv, columns: {user_id: Who}}\n"
        "accounts: {values: {subtype: {home: mortgage}}}\n"
        "transactions:\n"
        "  values:\n"
        "    category_detailed: {GENERAL_SERVICES_PETS: GENERAL_SERVICES_OTHER_GENERAL_SERVICES}\n"
        "    category_primary: {X: GENERAL_SERVICES}\n",
    )
    con = filled(found)
    assert con.execute("select subtype from raw_accounts").fetchall() == [("mortgage",)]
    query = "select category_detailed from raw_transactions"
    assert con.execute(query).fetchall() == [("GENERAL_SERVICES_OTHER_GENERAL_SERVICES",)]


def test_a_mapping_in_json_beside_a_bank_file_is_no_response(tmp_path: Path) -> None:
    mapping = {"transactions": {"file": "bank.csv"}}
    written(
        tmp_path / "in",
        {
            "users.csv": "user_id\nann\n",
            "accounts.csv": "account_id,user_id,type,subtype,balance_current\n"
            "a,ann,depository,checking,1\n",
            "bank.csv": "transaction_id,account_id,date,amount,name\nt,a,2026-06-01,5,SHOP\n",
            "mapping.json": mapping,
        },
    )
    assert staged(tmp_path, "transactions: {file: bank.csv}").rows["raw_transactions"] == 1


@pytest.mark.parametrize(
    ("mapping", "where"),
    [
        ({"transactions": {"file": "bank.csv"}}, "transactions.file"),
        ({"accounts": {"csv": {"delimiter": ";"}}}, "accounts.csv"),
        ({"card_statements": {}}, "card_statements"),
        ({"users": {"file": "nobody.csv"}}, "users"),
    ],
)
def test_a_mapping_of_files_that_responses_are_not_is_refused(mapping: Any, where: str) -> None:
    with pytest.raises(ImportProblemsError) as refused:
        read({"ann/pull.json": PULL}, mapping)
    [problem] = refused.value.problems
    assert problem.where == where


def test_what_the_bank_wrote_stands_in_for_a_name_that_is_missing() -> None:
    rows = [
        a_transaction("a", original_description="POS 12 KROGER", merchant_name="Kroger", name=None),
        a_transaction("b", merchant_name="Kroger", name=" "),
        a_transaction("c", merchant_name="Kroger"),
    ]
    found = read({"ann/pull.json": a_sync(rows, accounts=[an_account()])})
    names = [row["name"] for row in found.tables["transactions"]]
    assert names == ["POS 12 KROGER", "Kroger", "CORNER SHOP"]
