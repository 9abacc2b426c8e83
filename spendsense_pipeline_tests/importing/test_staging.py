"""Data brought in: what is right is taken as it is, what is wrong is named with column and rows,
and nothing is written before all of it has been judged.
"""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from spendsense_pipeline.disk import DiskFullError
from spendsense_pipeline.importing import (
    ImportProblemsError,
    ImportRequest,
    load_staged,
    stage,
)
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.import_folders import (
    AS_OF,
    Rows,
    filled,
    minimal_rows,
    staged_from,
    written,
)


def test_a_minimal_folder_fills_the_raw_tables(tmp_path: Path) -> None:
    staged = staged_from(tmp_path, minimal_rows())
    assert staged.rows == {
        "raw_users": 2,
        "raw_accounts": 2,
        "raw_transactions": 10,
        "raw_liabilities": 0,
        "raw_loans": 0,
        "card_statements": 0,
    }
    con = filled(staged)
    [first] = con.execute(
        "select transaction_id, user_id, amount::varchar, pending, category_primary, "
        "category_detailed from raw_transactions where transaction_id = 't1'"
    ).fetchall()
    assert first == ("t1", "ann", "1.50", False, "FOOD_AND_DRINK", "FOOD_AND_DRINK_GROCERIES")
    for table in GENERATED_TABLES:
        found = [
            (name, type_) for name, type_, *_ in con.execute(f"describe {table.name}").fetchall()
        ]
        assert found == [(c.name, c.type) for c in table.columns]
    assert any("1 of 1 cards have no liability row" in line.text for line in staged.report)


def test_a_staged_import_can_be_found_again(tmp_path: Path) -> None:
    staged = staged_from(tmp_path, minimal_rows())
    assert load_staged(staged.fingerprint, tmp_path / "imports") == staged
    assert staged_from(tmp_path, minimal_rows()).fingerprint == staged.fingerprint
    changed = minimal_rows()
    changed["transactions"][0]["amount"] = "1.51"
    assert staged_from(tmp_path, changed).fingerprint != staged.fingerprint


def test_a_disk_that_fills_up_is_named_and_nothing_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("spendsense_pipeline.importing.staged.shutil.copytree", full)
    with pytest.raises(DiskFullError, match=f"the disk holding {tmp_path / 'imports'} is too full"):
        staged_from(tmp_path, minimal_rows())
    assert not list((tmp_path / "imports").iterdir())


def test_a_holder_who_contradicts_the_account_is_refused(tmp_path: Path) -> None:
    rows = minimal_rows()
    for row in rows["transactions"]:
        row["user_id"] = "bob"
    with pytest.raises(ImportProblemsError, match="not the account's holder"):
        staged_from(tmp_path, rows)


def test_consent_is_never_assumed(tmp_path: Path) -> None:
    rows = minimal_rows()
    for row in rows["users"]:
        del row["consent_status"]
    with pytest.raises(ImportProblemsError, match="--all-consented"):
        staged_from(tmp_path, rows)
    con = filled(staged_from(tmp_path, rows, all_consented=True))
    assert con.execute("select distinct consent_status from raw_users").fetchall() == [("granted",)]


def test_all_consented_does_not_overrule_a_recorded_refusal(tmp_path: Path) -> None:
    rows = minimal_rows()
    rows["users"][0]["consent_status"] = ""
    con = filled(staged_from(tmp_path, rows, all_consented=True))
    assert con.execute("select consent_status from raw_users order by user_id").fetchall() == [
        ("granted",),
        ("denied",),
    ]


def test_a_blank_consent_is_no_consent(tmp_path: Path) -> None:
    rows = minimal_rows()
    rows["users"].append({"user_id": "cat", "consent_status": ""})
    con = filled(staged_from(tmp_path, rows))
    assert con.execute("select consent_status from raw_users where user_id = 'cat'").fetchall() == [
        ("denied",)
    ]


def test_a_mapping_file_reads_other_names_values_and_signs(tmp_path: Path) -> None:
    rows = minimal_rows()
    rows["transactions"] = [
        {
            "Id": t["transaction_id"],
            "Acct": t["account_id"],
            "Posted On": t["date"],
            "Amt": f"-{t['amount']}",
            "Memo": t["name"],
            "How": "ach",
        }
        for t in rows["transactions"]
    ]
    rows["bank"] = rows.pop("transactions")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "transactions:\n  file: bank.csv\n  negate: [amount]\n"
        "  columns: {transaction_id: Id, account_id: Acct, date: Posted On, amount: Amt, name: "
        "Memo, payment_channel: How}\n"
        "  values: {payment_channel: {ach: other}}\n",
        encoding="utf-8",
    )
    con = filled(staged_from(tmp_path, rows, mapping_path=mapping))
    assert con.execute(
        "select amount::varchar, payment_channel, name from raw_transactions where "
        "transaction_id = 't2'"
    ).fetchall() == [("2.50", "other", "SHOP 2")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("transactions: {colums: {}}", "colums"),
        ("transactions: {columns: {amont: Amt}}", "amont"),
        ("transaction: {}", "transaction"),
        ("transactions: {negate: [name]}", "Only amounts"),
        ("transactions: {columns: [a]}", "must be a mapping"),
        ("[1, 2", "neither JSON nor YAML"),
        ("just text", "table names"),
        ("café: {}", "not UTF-8 text"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(tmp_path: Path, text: str, said: str) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text, encoding="latin-1")
    with pytest.raises(ImportProblemsError, match=said):
        staged_from(tmp_path, minimal_rows(), mapping_path=mapping)


def test_missing_and_ambiguous_files_are_named(tmp_path: Path) -> None:
    rows = minimal_rows()
    del rows["users"]
    with pytest.raises(ImportProblemsError, match=r"users\.csv or users\.parquet"):
        staged_from(tmp_path, rows)
    folder = written(tmp_path / "in", minimal_rows())
    (folder / "raw_users.csv").write_text("user_id\n", encoding="utf-8")
    with pytest.raises(ImportProblemsError, match=r"both users\.csv and raw_users\.csv"):
        stage(ImportRequest(folder, AS_OF), tmp_path / "imports")


def test_a_similar_column_is_suggested(tmp_path: Path) -> None:
    rows = minimal_rows()
    rows["transactions"] = [
        {("Amountt" if k == "amount" else k): v for k, v in t.items()} for t in rows["transactions"]
    ]
    with pytest.raises(ImportProblemsError, match="Did you mean 'Amountt'"):
        staged_from(tmp_path, rows)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", minimal_rows())
    (folder / "liabilities.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(ImportProblemsError, match=r"liabilities\.parquet"):
        stage(ImportRequest(folder, AS_OF), tmp_path / "imports")


def test_the_day_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError, match="--as-of"):
        staged_from(tmp_path, minimal_rows(), as_of=None)
    with pytest.raises(ImportProblemsError, match="does not exist"):
        stage(ImportRequest(tmp_path / "nowhere", AS_OF), tmp_path / "imports")


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("{date_format: MM/DD/YYYY}", "transactions.date_format: 'MM/DD/YYYY' names no day"),
        ("{date_format: '%Q/%Y'}", "transactions.date_format: '%Q/%Y' is no format"),
        ("{numbers: {decimal_mark: x}}", "transactions.numbers.decimal_mark"),
        ("{numbers: {thousands_mark: '.'}}", "both '.'"),
        ("{numbers: {sign: $}}", "Use one of decimal_mark"),
        ("{csv: {encoding: klingon}}", "'klingon' is no encoding"),
        ("{csv: {delimeter: ';'}}", "Did you mean delimiter?"),
        ("{debit: Debit}", "names one of debit and credit"),
        ("{debit: D, credit: C, columns: {amount: A}}", "Leave columns.amount out"),
        ("{debit: D, credit: C, direction: {column: T, out: [o], in: [i]}}", "Say one"),
        ("{direction: {column: T, out: [x], in: [X]}}", "calls x both out and in"),
        ("{direction: {column: T, out: [x]}}", "transactions.direction.in: is missing"),
        ("{negate: {amount: [cards]}}", "'cards', which is no type of account"),
        ("{negate: [name]}", "Only amounts of money"),
        ("{constants: {name: x}, columns: {name: Y}}", "both one of their columns"),
        ("{direction: {column: Nope, out: [o], in: [i]}}", "has no column 'Nope'"),
        ("{set_aside: {Nope: [x]}}", "has no column 'Nope'"),
    ],
)
def test_every_mistake_of_a_mapping_says_where_it_stands(
    tmp_path: Path, said: str, named: str
) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(f"transactions: {said}\n", encoding="utf-8")
    with pytest.raises(ImportProblemsError) as refusal:
        staged_from(tmp_path, minimal_rows(), mapping_path=mapping)
    assert named in str(refusal.value)


def test_rows_can_be_set_aside_and_values_be_constant(tmp_path: Path) -> None:
    rows = minimal_rows()
    for number, row in enumerate(rows["transactions"]):
        del row["account_id"]
        row["Status"] = "Pending" if number < 3 else "Posted"
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "transactions: {constants: {account_id: a1}, set_aside: {status: [pending]}}\n",
        encoding="utf-8",
    )
    staged = staged_from(tmp_path, rows, mapping_path=mapping)
    assert staged.rows["raw_transactions"] == 7
    [line] = [line for line in staged.report if line.outcome == "set aside"]
    assert (line.rows, line.first_rows[0]) == (3, "line 2, row 1 ('Pending')")


A_LOAN = {
    "account_id": "l1",
    "kind": "auto",
    "origination_date": "2024-03-31",
    "origination_principal_usd": "21500",
    "interest_rate_percentage": "7.49",
    "term_months": "60",
    "next_payment_due_date": "2026-07-01",
}


def rows_with_loans(*loans: dict[str, str]) -> Rows:
    account = {"user_id": "ann", "type": "loan", "subtype": "auto", "balance_current": "9000"}
    rows = minimal_rows()
    rows["accounts"] += [account | {"account_id": loan["account_id"]} for loan in loans]
    return rows | {"loans": list(loans)}


def test_loans_are_a_file_of_the_layout(tmp_path: Path) -> None:
    """All but the account and the kind may be left out, the holder too."""
    staged = staged_from(tmp_path, rows_with_loans(A_LOAN))
    assert filled(staged).execute(
        "select user_id, kind, interest_rate_percentage::varchar, term_months, is_overdue,"
        " escrow_balance_usd, origination_principal_usd::varchar from raw_loans"
    ).fetchall() == [("ann", "auto", "7.490", 60, None, None, "21500.00")]
    assert staged.rows["raw_loans"] == 1


def test_what_a_loan_is_for_is_asked_for_and_never_guessed(tmp_path: Path) -> None:
    home_equity = A_LOAN | {"kind": "heloc"}
    with pytest.raises(ImportProblemsError) as refused:
        staged_from(tmp_path, rows_with_loans(home_equity))
    [problem] = refused.value.problems
    assert problem.where == "loans.csv, column kind"
    assert "Use one of mortgage, student, auto, personal" in problem.remedy
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("loans: {values: {kind: {heloc: personal}}}", encoding="utf-8")
    staged = staged_from(tmp_path, rows_with_loans(home_equity), mapping_path=mapping)
    assert filled(staged).execute("select kind from raw_loans").fetchall() == [("personal",)]


def test_terms_of_an_account_that_is_no_loan_are_set_aside(tmp_path: Path) -> None:
    rows = rows_with_loans(A_LOAN)
    rows["loans"].append(A_LOAN | {"account_id": "b1"})
    staged = staged_from(tmp_path, rows)
    [line] = [line for line in staged.report if line.outcome == "set aside"]
    assert (line.file, line.rows, line.text) == ("loans.csv", 1, "of accounts that are no loans")
    assert staged.rows["raw_loans"] == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"account_id": "nobodys"}, "of accounts that accounts does not hold"),
        ({"origination_date": "1890-01-01"}, "before 1976"),
        ({"origination_date": "2026-07-01"}, "after 2026-06-30"),
        ({"maturity_date": "2099-12-31"}, "after 2076"),
        ({"term_months": "five years"}, "not a whole number"),
        ({"interest_rate_percentage": "low"}, "not a number"),
        ({"kind": ""}, "1 value missing"),
    ],
)
def test_a_mistake_in_loans_is_named_like_any_other(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    rows = rows_with_loans(A_LOAN)
    rows["loans"] = [A_LOAN | changed]
    with pytest.raises(ImportProblemsError, match=said):
        staged_from(tmp_path, rows)
