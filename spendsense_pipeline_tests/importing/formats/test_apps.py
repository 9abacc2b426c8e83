"""What apps write beyond rows: splits, transfers, openings, journals, categories, pending rows, and a sign that is a
setting.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.importing import ImportProblemsError
from spendsense_pipeline_tests.importing.formats.imported import imported
from spendsense_pipeline_tests.importing.formats.rendered import Move, lunch_money

_YNAB = "Account,Flag,Date,Payee,Category Group/Category,Category Group,Category,Memo,Outflow,Inflow,Cleared\n"
_ACTUAL = "Account,Date,Payee,Notes,Category,Amount,Split_Amount,Cleared\n"
_FIREFLY = "user_id,group_id,journal_id,type,currency_code,amount,description,date,source_name,source_type,destination_name,destination_type,category,group_title\n"
_MINT = "Date,Description,Original Description,Amount,Transaction Type,Category,Account Name,Labels,Notes\n"
_TOLD = (
    "select date, account.name, (amount * 100)::integer, row.name, category_detailed "
    "from raw_transactions as row inner join raw_accounts as account using (account_id) order by 1, 2, 3"
)


def test_ynabs_parts_are_joined_transfers_paired_and_openings_counted_in_the_balance(
    tmp_path: Path,
) -> None:
    register = _YNAB + (
        "Checking,,06/05/2026,Costco,,Food,Groceries,Split (1/2) food,$40.00,$0.00,Cleared\n"
        "Checking,,06/05/2026,Costco,,Home,Home,Split (2/2) soap,$15.00,$0.00,Cleared\n"
        "Checking,,06/05/2026,Bakery,,Food,Groceries,(Split 1/2),$4.00,$0.00,Cleared\n"
        "Checking,,06/05/2026,Bakery,,Food,Groceries,(Split 2/2),$1.00,$0.00,Cleared\n"
        "Checking,,06/04/2026,Transfer : My Visa,,,,,$100.00,$0.00,Uncleared\n"
        "My Visa,,06/04/2026,Transfer : Checking,,,,,$0.00,$100.00,Cleared\n"
        "Checking,,06/03/2026,Transfer : Nest egg savings,,,,,$50.00,$0.00,Cleared\n"
        "Nest egg savings,,06/03/2026,Transfer : Checking,,,,,$0.00,$50.00,Cleared\n"
        "Checking,,06/02/2026,,,,,a memo,$3.00,$0.00,Cleared\n"
        "My Visa,,06/01/2026,Starting Balance,,,,,$500.00,$0.00,Cleared\n"
        'Checking,,06/01/2026,Starting Balance,,,,,$0.00,"$2,000.00",Cleared\n'
    )
    said = "name,account_id,official_name\nChecking,c1,Everyday\nmy visa,v1,\n"
    files = {"My Budget - Register.csv": register, "accounts.csv": said}
    found = imported(tmp_path, "ynab", files)
    day = dt.date(2026, 6, 1)
    payment = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    assert found.rows(_TOLD) == [
        (day.replace(day=2), "Checking", 300, "a memo", None),
        (day.replace(day=3), "Checking", 5_000, "Transfer : Nest egg savings", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
        (day.replace(day=3), "Nest egg savings", -5_000, "Transfer : Checking", "TRANSFER_IN_ACCOUNT_TRANSFER"),
        (day.replace(day=4), "Checking", 10_000, "Transfer : My Visa", payment),
        (day.replace(day=4), "My Visa", -10_000, "Transfer : Checking", payment),
        (day.replace(day=5), "Checking", 500, "Bakery", "FOOD_AND_DRINK_GROCERIES"),
        (day.replace(day=5), "Checking", 5_500, "Costco", None),
    ]  # fmt: skip
    query = "select name, balance_current::double from raw_accounts order by 1"
    assert found.rows(query) == [
        ("Checking", 1787.0),
        ("My Visa", 400.0),
        ("Nest egg savings", None),
    ]
    legs = (
        "select count(*) from raw_transactions group by transfer_id having transfer_id is not null"
    )
    assert found.rows(legs) == [(2,), (2,)]
    assert found.rows("select distinct pending from raw_transactions") == [(False,)]


def test_a_transfer_to_an_account_that_was_not_exported_is_one(tmp_path: Path) -> None:
    register = _YNAB + "Checking,,06/05/2026,Transfer : Closed,,,,,$40.00,$0.00,Cleared\n"
    found = imported(tmp_path, "ynab", {"register.csv": register})
    query = "select category_detailed, merchant_name, transfer_id from raw_transactions"
    assert found.rows(query) == [("TRANSFER_OUT_ACCOUNT_TRANSFER", None, None)]


def test_actuals_wholes_are_taken_and_payees_that_are_accounts_are_transfers(
    tmp_path: Path,
) -> None:
    rows = _ACTUAL + (
        "Checking,2026-06-01,Costco,(SPLIT INTO 2) weekend,,0,-55,Cleared\n"
        "Checking,2026-06-01,Costco,(SPLIT 1 OF 2) ,Food,-40,0,Cleared\n"
        "Checking,2026-06-01,Costco,(SPLIT 2 OF 2) ,Home,-15,0,Cleared\n"
        "Checking,2026-06-02,Savings,,,-20,0,Not cleared\n"
        "Savings,2026-06-02,Checking,,,20,0,Cleared\n"
        "Checking,2026-05-31,Starting Balance,,Starting Balances,1000,0,Reconciled\n"
    )
    found = imported(tmp_path, "actual", {"actual.csv": rows})
    assert [(name, cents) for _, cents, name in found.moves()] == [
        ("Costco", 5_500),
        ("Checking", -2_000),
        ("Savings", 2_000),
    ]
    assert found.rows("select count(*), count(distinct transfer_id) from raw_transactions") == [
        (3, 1)
    ]
    query = "select name, balance_current::double from raw_accounts order by 1"
    assert found.rows(query) == [("Checking", 925.0), ("Savings", None)]
    assert "parts of split transactions" in found.said("set aside")


def test_fireflys_journals_are_rows_of_the_holders_accounts(tmp_path: Path) -> None:
    rows = _FIREFLY + (
        "1,1,1,Withdrawal,USD,-12.500000000000,Coffee,2026-06-01T23:30:00-05:00,Checking,Asset account,Cafe,Expense account,,\n"
        "1,2,2,Deposit,USD,1000.00,Pay,2026-06-02T00:10:00+02:00,Acme,Revenue account,Checking,Asset account,Salary,\n"
        "1,3,3,Transfer,USD,100.00,Aside,2026-06-03T00:00:00+02:00,Checking,Asset account,Savings,Asset account,,\n"
        "1,4,4,Withdrawal,USD,-10.00,Part,2026-06-04T00:00:00+02:00,Checking,Asset account,Shop,Expense account,Groceries,The whole\n"
        "1,4,5,Withdrawal,USD,-5.00,Part too,2026-06-04T00:00:00+02:00,Checking,Asset account,Shop,Expense account,Groceries,The whole\n"
        "1,5,6,Opening balance,USD,500.00,Initial,2026-05-01T00:00:00+02:00,Initial balance for Checking,Initial balance account,Checking,Asset account,,\n"
        "1,6,7,Withdrawal,USD,-300.00,Instalment,2026-06-05T00:00:00+02:00,Checking,Asset account,House,Mortgage,,\n"
    )
    found = imported(tmp_path, "firefly", {"export.csv": rows})
    mortgage = "LOAN_PAYMENTS_MORTGAGE_PAYMENT"
    day = dt.date(2026, 6, 1)
    assert found.rows(_TOLD) == [
        (day, "Checking", 1_250, "Coffee", None),
        (day.replace(day=2), "Checking", -100_000, "Pay", "INCOME_SALARY"),
        (day.replace(day=3), "Checking", 10_000, "Aside", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
        (day.replace(day=3), "Savings", -10_000, "Aside", "TRANSFER_IN_ACCOUNT_TRANSFER"),
        (day.replace(day=4), "Checking", 1_500, "The whole", "FOOD_AND_DRINK_GROCERIES"),
        (day.replace(day=5), "Checking", 30_000, "Instalment", mortgage),
        (day.replace(day=5), "House", -30_000, "Instalment", mortgage),
    ]
    query = "select name, type, balance_current::double from raw_accounts order by 1"
    assert found.rows(query) == [
        ("Checking", "depository", 1072.5),
        ("House", "loan", None),
        ("Savings", "depository", None),
    ]
    query = "select merchant_name from raw_transactions where name = 'Coffee'"
    assert found.rows(query) == [("Cafe",)]


def test_another_currency_in_firefly_is_refused_by_row_or_left_out_by_a_mapping(
    tmp_path: Path,
) -> None:
    rows = _FIREFLY + (
        "1,1,1,Withdrawal,USD,-12.50,Coffee,2026-06-01,Checking,Asset account,Cafe,Expense account,,\n"
        "1,2,2,Withdrawal,EUR,-9.00,Tea,2026-06-01,Giro,Asset account,Cafe,Expense account,,\n"
    )
    with pytest.raises(ImportProblemsError, match="not USD; first: line 3, row 2"):
        imported(tmp_path / "a", "firefly", {"x.csv": rows})
    mapping = "transactions: {set_aside: {currency_code: [EUR]}}"
    found = imported(tmp_path / "b", "firefly", {"x.csv": rows}, mapping=mapping)
    assert [name for *_, name in found.moves()] == ["Coffee"]


def test_mints_words_that_leave_no_doubt_become_categories(tmp_path: Path) -> None:
    rows = _MINT + (
        "6/01/2026,Acme,ACME PAYROLL,1500.00,credit,Paycheck,Joint Checking,,\n"
        "6/02/2026,Shop,SHOP #1,20.00,debit,Shopping,Blue Visa,,\n"
        '6/03/26,Market,MARKET,"1,020.00",debit,Groceries,Blue Visa,,\n'
        "6/04/2026,Payment,PAYMENT,300.00,credit,Credit Card Payment,Blue Visa,,\n"
    )
    found = imported(tmp_path, "mint", {"transactions.csv": rows})
    day = dt.date(2026, 6, 1)
    assert found.rows(_TOLD) == [
        (day, "Joint Checking", -150_000, "ACME PAYROLL", "INCOME_SALARY"),
        (day.replace(day=2), "Blue Visa", 2_000, "SHOP #1", None),
        (day.replace(day=3), "Blue Visa", 102_000, "MARKET", "FOOD_AND_DRINK_GROCERIES"),
        (day.replace(day=4), "Blue Visa", -30_000, "PAYMENT", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
    ]
    assert found.rows("select name, type from raw_accounts order by 1") == [
        ("Blue Visa", "credit"),
        ("Joint Checking", "depository"),
    ]


def test_lunch_moneys_sign_is_that_of_most_rows_unless_a_mapping_says_it(tmp_path: Path) -> None:
    moves = [Move(dt.date(2026, 6, n), 450, "COFFEE") for n in range(1, 9)]
    moves.append(Move(dt.date(2026, 6, 9), -200_000, "PAY"))
    turned = [Move(move.date, -move.cents, move.name) for move in moves]
    truth = sorted((move.date, move.cents, move.name) for move in moves)
    as_default = imported(tmp_path / "a", "lunch_money", {"x.csv": lunch_money(moves)})
    as_turned = imported(tmp_path / "b", "lunch_money", {"x.csv": lunch_money(turned)})
    assert as_default.moves() == as_turned.moves() == truth
    assert "positive ones, which are most" in as_default.said("note")
    assert "negative ones, which are most" in as_turned.said("note")
    mapping = "transactions: {negate: [amount]}"
    said = imported(tmp_path / "c", "lunch_money", {"x.csv": lunch_money(turned)}, mapping=mapping)
    assert said.moves() == truth
    assert "which are most" not in said.said("note")


def test_what_is_pending_is_so_until_a_newer_download(tmp_path: Path) -> None:
    header = "Status,Date,Description,Debit,Credit,Member Name\n"
    older = header + "Pending,06/14/2026,GAS HOLD,1.00,,A\nCleared,06/10/2026,SHOP,20.00,,A\n"
    newer = (
        header
        + "Pending,06/29/2026,CAFE,5.00,,A\nCleared,06/15/2026,GAS,43.10,,A\nCleared,06/10/2026,SHOP,20.00,,A\n"
    )
    alone = imported(tmp_path / "a", "citi", {"Since Jun 01, 2026.CSV": older})
    assert alone.rows("select name, pending from raw_transactions order by 1") == [
        ("GAS HOLD", True),
        ("SHOP", False),
    ]
    files = {"Since Jun 01, 2026.CSV": older, "Year to date.CSV": newer}
    both = imported(tmp_path / "b", "citi", files)
    assert both.rows("select name, pending from raw_transactions order by 1") == [
        ("CAFE", True),
        ("GAS", False),
        ("SHOP", False),
    ]


def test_values_are_judged_as_those_of_any_import(tmp_path: Path) -> None:
    rows = _MINT + (
        "6/01/2026,Acme,ACME,15.00,sideways,Paycheck,Checking,,\n"
        "13/40/2026,Shop,SHOP,20.00,debit,Shopping,Checking,,\n"
        "7/02/2026,Late,LATE,20.00,debit,Shopping,Checking,,\n"
    )
    with pytest.raises(ImportProblemsError) as refusal:
        imported(tmp_path, "mint", {"a.csv": rows})
    told = str(refusal.value)
    assert "line 2, row 1 ('15.00 | sideways')" in told
    assert "line 3, row 2 ('13/40/2026')" in told
    assert "after 2026-06-30" in told
    assert "line 4, row 3" in told


def test_a_file_of_another_encoding_is_read_as_a_mapping_says(tmp_path: Path) -> None:
    text = "Date,Description,Amount\n06/01/2026,CAFÉ,4.50\n"
    root = tmp_path / "a" / "ann"
    root.mkdir(parents=True)
    (root / "activity.csv").write_bytes(text.encode("cp1252"))
    with pytest.raises(ImportProblemsError, match="encoding: cp1252"):
        imported(tmp_path / "a", "amex", {})
    mapping = "transactions: {csv: {encoding: cp1252}}"
    assert imported(tmp_path / "a", "amex", {}, mapping=mapping).moves() == [
        (dt.date(2026, 6, 1), 450, "CAFÉ")
    ]
