"""Whose a file is, which account it is of, and what `users.csv`, `accounts.csv` and a mapping add."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.importing import ImportProblemsError, ImportRequest, stage
from spendsense_pipeline.importing.formats import FORMATS, format_named
from spendsense_pipeline.importing.formats.accounts import FoundAccount, settle
from spendsense_pipeline.importing.formats.folders import account_key
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline_tests.fixtures.import_folders import AS_OF, filled
from spendsense_pipeline_tests.importing.formats.imported import imported
from spendsense_pipeline_tests.importing.formats.rendered import RENDERED, Move

_COFFEE = [Move(dt.date(2026, 6, 1), 450, "COFFEE")]
_TEA = [Move(dt.date(2026, 6, 2), 300, "TEA")]


@pytest.mark.parametrize(
    ("stems", "key"),
    [
        (("Chase1234_Activity_20260812", "Chase1234_Activity_20260812 (1)", "Chase1234_Activity20260101_20260630_20260701"), "chase1234"),
        (("2026-08-13_transaction_download", "2026-07-13_transaction_download (2)"), ""),
        (("Discover-AllAvailable-20260901", "Discover-Statement-20260801", "Discover-Last12Months-20260901"), "discover"),
        (("Since Jan 01, 2026", "Statement closed Feb 14, 2026", "Year to date"), ""),
        (("activity", "activity (1)", "activity - Copy"), ""),
        (("May2026_9341", "April2026_9341"), "9341"),
        (("Checking1", "Checking1 (1)"), "checking1"),
        (("Joint Savings 06-30-2026", "Joint Savings 2026.05"), "joint savings"),
    ],
)  # fmt: skip
def test_downloads_of_one_account_have_one_key(stems: tuple[str, ...], key: str) -> None:
    assert {account_key(stem) for stem in stems} == {(key, True)}


@pytest.mark.parametrize("stem", ["visa_1", "visa-2", "visa 2025"])
def test_a_number_or_a_year_alone_leaves_a_doubt(stem: str) -> None:
    assert account_key(stem) == ("visa", False)


def test_what_is_not_a_date_stays() -> None:
    assert (
        len(
            {
                account_key(stem)
                for stem in ("Chase1234", "Chase5678", "Maya", "Marcus", "checking2")
            }
        )
        == 5
    )


def test_files_that_a_number_tells_apart_are_one_account_with_a_note_or_two_by_accounts_csv(
    tmp_path: Path,
) -> None:
    write = RENDERED["amex"][1]
    files = {"visa_1.csv": write(_COFFEE), "visa_2.csv": write(_TEA)}
    merged = imported(tmp_path / "a", "amex", files)
    assert merged.rows("select count(*) from raw_accounts") == [(1,)]
    assert "taken for the same account as visa_2.csv" in merged.said("note")
    said = {"accounts.csv": "file,account_id,balance_limit\nvisa_1,one,1000\nvisa_2.csv,two,2000\n"}
    apart = imported(tmp_path / "b", "amex", {**files, **said})
    assert apart.rows("select account_id, balance_limit::integer from raw_accounts order by 1") == [
        ("one", 1000),
        ("two", 2000),
    ]


def test_files_of_one_name_that_share_no_row_are_refused_until_somebody_says_what_they_are(
    tmp_path: Path,
) -> None:
    write = RENDERED["bank_of_america_checking"][1]
    days = [dt.date(2026, 6, n) for n in range(1, 6)]
    files = {
        "stmt.csv": write([Move(day, 450, "COFFEE") for day in days]),
        "stmt (1).csv": write([Move(day, -100, "INTEREST") for day in days]),
    }
    with pytest.raises(ImportProblemsError, match=r"stmt \(1\)\.csv and stmt\.csv: are named as"):
        imported(tmp_path / "a", "bank_of_america", files)
    two = {"accounts.csv": "file,account_id\nstmt,c\nstmt (1),s\n"}
    # A year apart one may follow the other.
    later = {
        **files,
        "stmt (1).csv": write([Move(dt.date(2025, 6, n), 450, "COFFEE") for n in range(1, 6)]),
    }
    assert imported(tmp_path / "c", "bank_of_america", later).rows(
        "select count(*) from raw_accounts"
    ) == [(1,)]
    renamed = {"one.csv": files["stmt.csv"], "two.csv": files["stmt (1).csv"]}
    assert imported(tmp_path / "d", "bank_of_america", renamed).rows(
        "select count(*) from raw_accounts"
    ) == [(2,)]
    apart = imported(tmp_path / "b", "bank_of_america", {**files, **two})
    query = "select account_id, count(*), sum(amount)::double from raw_transactions group by 1 order by 1"
    assert apart.rows(query) == [("c", 5, 22.5), ("s", 5, -5.0)]
    query = "select account_id, balance_current::double from raw_accounts order by 1"
    assert apart.rows(query) == [("c", 977.5), ("s", 1005.0)]
    one = {"accounts.csv": "file,account_id\nstmt,c\nstmt (1),c\n"}
    assert len(imported(tmp_path / "e", "bank_of_america", {**files, **one}).moves()) == 10


def test_two_rows_of_accounts_csv_may_not_differ_about_one_account(tmp_path: Path) -> None:
    files = {
        "activity.csv": RENDERED["amex"][1](_COFFEE),
        "accounts.csv": "file,balance_current\nactivity,10\nactivity.csv,20\n",
    }
    with pytest.raises(ImportProblemsError, match="line 3, row 2: says another balance_current"):
        imported(tmp_path, "amex", files)


def test_one_account_under_two_names_is_noted(tmp_path: Path) -> None:
    ledger = [Move(dt.date(2026, 6, n), 450 + n, "COFFEE") for n in range(1, 9)]
    write = RENDERED["amex"][1]
    files = {"gold.csv": write(ledger), "my old gold.csv": write(ledger[:6])}
    found = imported(tmp_path / "a", "amex", files)
    assert "6 of its 6 rows of the days both cover are also in my old gold.csv" in found.said(
        "note"
    )
    said = {"accounts.csv": "file,account_id\ngold,g\nmy old gold,g\n"}
    joined = imported(tmp_path / "b", "amex", {**files, **said})
    assert len(joined.moves()) == 8
    assert "days both cover" not in joined.said("note")


def test_several_cards_of_one_file_name_are_noted(tmp_path: Path) -> None:
    write = RENDERED["amex_wide"][1]
    files = {
        "activity.csv": write(_COFFEE),
        "activity (1).csv": write(_TEA).replace("-71002", "-81003"),
    }
    assert "though their card numbers differ" in imported(tmp_path, "amex", files).said("note")


def test_sidecars_say_what_an_export_does_not(tmp_path: Path) -> None:
    files = {
        "ann/stuff.csv": RENDERED["wells_fargo"][1](_COFFEE),
        "bob/CreditCard4.csv": RENDERED["wells_fargo"][1](_TEA),
        "users.csv": "user_id,consent_status\nann,granted\nbob,denied\n",
        "accounts.csv": "user_id,file,type,subtype,balance_current\nann,ann/stuff.csv,depository,savings,812.40\n",
        "bob/accounts.csv": "file,name,balance_current,balance_limit\nCreditCard4,My card,55.00,900\n",
    }
    found = imported(tmp_path, "wells_fargo", files, all_consented=False)
    query = "select user_id, name, subtype, balance_current::double, balance_limit::double from raw_accounts order by 1"
    assert found.rows(query) == [
        ("ann", "Stuff", "savings", 812.4, None),
        ("bob", "My card", "credit card", 55.0, 900.0),
    ]
    assert found.rows("select user_id, consent_status from raw_users order by 1") == [
        ("ann", "granted"),
        ("bob", "denied"),
    ]


def test_a_row_of_accounts_csv_that_means_nothing_here_is_refused(tmp_path: Path) -> None:
    files = {"x.csv": RENDERED["amex"][1](_COFFEE), "accounts.csv": "file,subtype\ny.csv,savings\n"}
    with pytest.raises(ImportProblemsError, match=r"accounts.csv line 2, row 1: names no account"):
        imported(tmp_path, "amex", files)
    files["accounts.csv"] = "type,subtype\ncredit,credit card\n"
    with pytest.raises(ImportProblemsError, match="does not say which account"):
        imported(tmp_path / "b", "amex", files)


def test_a_file_alone_belongs_to_its_folder_or_to_the_only_user(tmp_path: Path) -> None:
    folder = tmp_path / "cleo"
    folder.mkdir()
    file = folder / "activity.csv"
    file.write_text(RENDERED["amex"][1](_COFFEE), encoding="utf-8")
    request = ImportRequest(file, AS_OF, all_consented=True, format="amex")
    first = stage(request, tmp_path / "imports")
    assert filled(first).execute("select user_id from raw_users").fetchall() == [("cleo",)]
    (folder / "users.csv").write_text("user_id\ndora\n", encoding="utf-8")
    second = stage(request, tmp_path / "imports")
    assert filled(second).execute("select user_id from raw_users").fetchall() == [("dora",)]
    assert first.fingerprint != second.fingerprint


def test_a_mapping_wins_key_by_key(tmp_path: Path) -> None:
    text = RENDERED["chase_card"][1](_COFFEE).replace("Description", "What")
    found = imported(
        tmp_path,
        "chase",
        {"x.csv": text},
        mapping="transactions: {columns: {name: What}, constants: {payment_channel: online}}",
    )
    assert found.moves() == [(dt.date(2026, 6, 1), 450, "COFFEE")]
    assert found.rows("select payment_channel from raw_transactions") == [("online",)]
    turned = imported(
        tmp_path / "b",
        "amex",
        {"x.csv": RENDERED["amex"][1](_COFFEE)},
        mapping="transactions: {negate: [amount]}",
    )
    assert turned.moves() == [(dt.date(2026, 6, 1), -450, "COFFEE")]


def test_words_of_a_name_say_what_an_account_is() -> None:
    labels = {
        "Joint Checking": ("depository", "checking"),
        "Savings Visa": ("credit", "credit card"),
        "Credit Union Savings": ("depository", "savings"),
        "Home Mortgage": ("loan", "mortgage"),
        "Debit Card": ("depository", "checking"),
        "Fidelity 401(k)": ("investment", "401k"),
        "Discover": ("credit", "credit card"),
        "Something": ("depository", "checking"),
    }
    accounts = [FoundAccount("ann", label.lower(), label, "mint") for label in labels]
    report = ImportReport()
    settle(accounts, [], "x.csv", report)
    assert {a.label: (a.type, a.subtype) for a in accounts} == labels
    assert all(any(repr(label) in line.text for line in report.notes) for label in labels)


def test_a_format_is_found_however_it_is_spelt_and_a_wrong_one_names_the_close_one() -> None:
    assert format_named(" Bank-of America ") is FORMATS["bank_of_america"]
    with pytest.raises(SpendSenseError, match=r"did you mean chase\?") as refusal:
        format_named("chas")
    assert refusal.value.exit_code == 2


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError, match="holds no export of Mint"):
        imported(tmp_path, "mint", {"notes.md": "nothing"})
