"""Inputs like those that broke other tools, each with what is right (`reported/`, one folder each;
where they were reported stands beside them). They are examples: the kinds they stand for are tested
where each is dealt with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from spendsense_pipeline.importing import ImportProblemsError
from spendsense_pipeline_tests.fixtures.judged_imports import (
    JudgedImport,
    judged_import,
    put_side_by_side,
)

REPORTED = Path(__file__).with_name("reported")


def brought(name: str, tmp_path: Path, *, mapped: bool = True, **request: object) -> JudgedImport:
    folder = REPORTED / name
    mapping = folder / "mapping.yaml"
    said = mapping if mapped and mapping.exists() else None
    return judged_import(folder / "input", tmp_path / "imports", mapping=said, **request)


# Folder -> what the one message must name. (Where it was reported: above each.)
REFUSED = {
    # actualbudget/actual#805, jameskokoska/Cashew#234: unsigned amounts beside a type column
    "csv-type-column": ["transactions.csv", "'Type'", "direction", "debit", "credit"],
    # firefly-iii/firefly-iii#931, aniav/ynab-csv#30, buckets/application#222
    "csv-debit-credit-columns": ["transactions.csv", "Debit", "Credit", "debit:", "credit:"],
    # proompteng/bilig#28, dfinke/ImportExcel#830: ids that a spreadsheet rounded
    "csv-excel-ids": ["transaction_id", "row 1 ('1.23457E+15')", "row 2"],
    # two exports in one file, of one width and of two; duckdb/duckdb#25827
    "csv-second-header-midway": ["transactions.csv", "line 32, row 31"],
    "csv-two-exports-pasted": ["transactions.csv", "line 32, row 31"],
    # kantorge/yaffa#435
    "csv-unquoted-comma-one": ["transactions.csv", "6 values", "Quote values"],
    "date-excel-serial": ["column date", "line 2, row 1 ('46056')", "line 3, row 2"],
    "date-time-space": ["column date", "2026-06-30 24:00:00"],
    # dannymcc/may#250, actualbudget/actual#2310, system76/beansbooks#233
    "date-us": ["column date", "line 2, row 1 ('2/3/2026')", "%m/%d/%Y"],
    # melihbirim/csvql#102
    "dup-header": ["column 4 'amount' and column 6 'amount'"],
    "dup-header-case": ["column 4 'Amount' and column 6 'amount'"],
    # actualbudget/actual#1769
    "num-decimal-comma": ["column amount", "line 2, row 1 ('12,50')", "decimal_mark"],
    # buckets/application#740, firefly-iii/firefly-iii#1087
    "num-paren-dollar": ["column amount", "'($182.77)'", "currency_sign", "parentheses"],
    # actualbudget/actual#2374: -3.000 read as three
    "num-thousands-dot": ["column amount", "'1.250'", "thousands_mark"],
    # firefly-iii/firefly-iii#1938, actualbudget/actual#5020
    "num-thousands-dot-german": ["column amount", "'-1.000,00 €'", "decimal_mark"],
    # Ackara/Plaid.NET#2: pounds beside dollars
    "plaid-unofficial-currency": ["iso_currency_code", "d3", "GBP"],
    "plaid-zero-and-subcent": ["amount", "d3", "12.345"],
    # beancount/beangulp#173
    "total-row": ["transactions.csv", "row 37"],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_right_is_refused_by_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError) as caught:
        brought(name, tmp_path)
    said = str(caught.value)
    missing = [words for words in REFUSED[name] if words not in said]
    assert not missing, f"{missing} not in: {said}"
    assert not (tmp_path / "imports").exists(), "something was written"


def _shopping_only(found: JudgedImport) -> None:
    _shop_rows(36, "720.00")(found)
    assert found.features()["total_spend_usd"] == 720
    assert {row["primary_persona"] for row in found.rows("persona_assignments")} == {"general"}


def _shop_rows(count: int, total: str) -> Callable[[JudgedImport], None]:
    def check(found: JudgedImport) -> None:
        amounts = found.amounts()
        assert len(amounts) == count
        assert f"{sum(amounts.values()):.2f}" == total

    return check


def _card_is_in_credit(found: JudgedImport) -> None:
    assert "ann-crd" in found.notes
    assert "negate" in found.notes
    assert found.features()["max_utilization"] == pytest.approx(-0.8)


def _only_the_card_turned(found: JudgedImport) -> None:
    balances = {
        row["account_id"]: float(row["balance_current"]) for row in found.rows("raw_accounts")
    }
    assert balances == {"chk": 812.40, "crd": 2400.00}


def _zeros_are_kept(found: JudgedImport) -> None:
    assert {row["account_id"] for row in found.rows("raw_accounts")} == {"00123", "0123"}
    assert {row["account_id"] for row in found.rows("raw_transactions")} == {"00123", "0123"}


def _days_stay(found: JudgedImport) -> None:
    days = {row["transaction_id"]: row["date"] for row in found.rows("raw_transactions")}
    assert days == {
        "t0": dt.date(2026, 6, 14),
        "t1": dt.date(2026, 3, 31),
        "t2": dt.date(2026, 4, 1),
        "t3": dt.date(2026, 5, 1),
    }


def _nothing_is_pay(found: JudgedImport) -> None:
    paychecks = {row["user_id"]: row["paycheck_count"] for row in found.rows("features_180d")}
    assert paychecks == {f"u{number}": 0 for number in range(8)}


def _biweekly(found: JudgedImport) -> None:
    for window in (30, 180):
        features = found.features(window_days=window)
        assert (features["pay_frequency"], features["median_pay_gap_days"]) == ("biweekly", 14)


def _detailed_wins(found: JudgedImport) -> None:
    [row] = found.rows("raw_transactions", transaction_id="d2")
    assert row["category_detailed"] == "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES"
    assert row["category_primary"] == "GENERAL_MERCHANDISE"
    assert "d2" in found.notes


def _primary_stays(found: JudgedImport) -> None:
    [row] = found.rows("raw_transactions", transaction_id="d2")
    assert (row["category_primary"], row["category_detailed"]) == ("GENERAL_SERVICES", None)
    assert "GENERAL_SERVICES_PET_BOARDING" in found.notes


def _balance_is_unknown(found: JudgedImport) -> None:
    features = found.features()
    assert features["min_balance_usd"] is None
    assert features["savings_balance_usd"] == 100
    assert features["total_spend_usd"] == 20
    assert "chk" in found.notes


def _read_and_said_so(found: JudgedImport) -> None:
    assert "Not read: users.csv" not in found.told
    assert "users.csv: not read" not in found.told
    assert "ITEM_LOGIN_REQUIRED" in found.told
    assert len(found.rows("raw_users")) == 1


def _cents(found: JudgedImport) -> None:
    assert found.amounts() == {"d1": 0.30, "d2": 1234567.89, "d3": 89.40, "d4": 5.00}


def _retirement_is_rounded(found: JudgedImport) -> None:
    [row] = found.rows("raw_accounts", account_id="ret")
    assert float(row["balance_current"]) == 18204.33
    assert found.features()["savings_balance_usd"] is None


def _no_limit_no_use(found: JudgedImport) -> None:
    assert found.features()["card_count"] == 1
    assert found.features()["max_utilization"] is None


def _three_rows(found: JudgedImport) -> None:
    assert len(found.amounts()) == 3


def _one_account(found: JudgedImport) -> None:
    assert "A1" in found.notes
    assert "B1" in found.notes
    features = found.features()
    assert features["subscription_count"] == 1
    assert features["monthly_subscription_spend_usd"] == pytest.approx(15.49, abs=0.01)
    assert features["income_monthly_usd"] == pytest.approx(2011.17, abs=0.01)


def _loan_is_not_measured(found: JudgedImport) -> None:
    [row] = found.rows("raw_accounts", account_id="ln")
    assert row["subtype"] is None
    assert "home" in found.notes


def _no_subtype(found: JudgedImport) -> None:
    [row] = found.rows("raw_accounts", account_id="odd")
    assert (row["type"], row["subtype"]) == ("other", None)
    assert "odd" in found.notes


def _replayed(found: JudgedImport) -> None:
    amounts = found.amounts()
    assert amounts["as6"] == 19.99
    assert "hold" not in amounts
    assert found.features()["total_spend_usd"] == pytest.approx(1333.44, abs=0.005)


def _no_dogecoin(found: JudgedImport) -> None:
    features = found.features()
    assert features["subscription_count"] == 1
    assert features["total_spend_usd"] == pytest.approx(1328.94, abs=0.005)
    assert "DOGE" in found.told


def _monthly(*amounts: float, kind: str = "subscription") -> Callable[[JudgedImport], None]:
    """These monthly streams beside everyday life, and nothing else of their kind."""

    def check(found: JudgedImport) -> None:
        streams = [
            (row["frequency"], float(row["average_amount"]))
            for row in found.rows("recurring_streams", is_active=True, kind=kind)
        ]
        assert sorted(streams) == sorted(("MONTHLY", amount) for amount in amounts)
        features = found.features()
        count, spend = {
            "subscription": ("subscription_count", "monthly_subscription_spend_usd"),
            "bill": ("recurring_bill_count", "monthly_bills_usd"),
        }[kind]
        assert features[count] == len(amounts)
        assert features[spend] == pytest.approx(sum(amounts), abs=0.01)
        if kind != "subscription":
            assert features["subscription_count"] == 0

    return check


def _nobody(found: JudgedImport) -> None:
    assert found.rows("features_180d") == []


def _nothing_known(user_id: str) -> Callable[[JudgedImport], None]:
    def check(found: JudgedImport) -> None:
        assert found.features(user_id)["total_spend_usd"] is None
        assert {
            row["primary_persona"] for row in found.rows("persona_assignments", user_id=user_id)
        } == {"general"}

    return check


def _one_day(found: JudgedImport) -> None:
    assert found.features()["total_spend_usd"] == 20


def _no_spend(found: JudgedImport) -> None:
    assert found.amounts() == {}
    assert len(found.rows("persona_assignments")) == 2


READ: dict[str, Callable[[JudgedImport], None]] = {
    "00-control": _shop_rows(36, "720.00"),
    # jantman/biweeklybudget#354, buckets/application#574, actualbudget/actual#1027
    "card-balance-negative-when-owed": _card_is_in_credit,
    "csv-negate-cards-only": _only_the_card_turned,
    "csv-leading-zeros": _zeros_are_kept,
    # firefly-iii/firefly-iii#1786
    "csv-trailing-comma": _shop_rows(60, "1200.00"),
    # plaintextaccounting/hledger#1936, Expensify/App#99583
    "date-zoned": _days_stay,
    # bardsoftware/ganttproject#896
    "import-without-region": _shopping_only,
    "import-with-region": _shopping_only,
    "nightly-replaces-import": _shop_rows(36, "720.00"),
    # plaid/support#165: one word decides
    "income-payout-wordings": _nothing_is_pay,
    # monetr/monetr#2392
    "pay-split-two-days-early": _biweekly,
    # actualbudget/actual#8513
    "no-transactions": _no_spend,
    "nobody-consents": _nobody,
    "one-day-history": _one_day,
    "user-without-accounts": _nothing_known("zed"),
    # dvankley/firefly-plaid-connector-2#107 and #137
    "plaid-category-mismatch": _detailed_wins,
    # viceroypenguin/Going.Plaid#22, bigcapitalhq/bigcapital#1465
    "plaid-current-null": _balance_is_unknown,
    "plaid-error-response": _read_and_said_so,
    "plaid-float-noise": _cents,
    "plaid-investment-subcent-balance": _retirement_is_rounded,
    # teelur/budget-board#572, jantman/biweeklybudget#360
    "plaid-null-limit-round-trip": _no_limit_no_use,
    # plaid/plaid-ruby#99, dvankley/firefly-plaid-connector-2#128
    "plaid-overlapping-pages": _three_rows,
    # we-promise/sure#3657, TomorrowIdeas/plaid-sdk-php#71, monetr/monetr#193
    "plaid-relinked-account": _one_account,
    "plaid-subtype-null": _no_subtype,
    # bigcapitalhq/bigcapital#1459, opencollective/opencollective-api#10707, mbafford/plaid-sync#6
    "plaid-sync-modified-removed": _replayed,
    "plaid-unofficial-currency-only": _no_dogecoin,
    # firefly-iii/import-configurations#17, aniav/ynab-csv#5, VonHoltenCodes/SlowBooks-Pro-2026#130
    "preamble-boa": _shop_rows(36, "720.00"),
    # eltaiguer/tatu#59, HomericIntelligence/Mnemosyne#1437
    "rec-brand-wordings": _monthly(15.49),
    # Auxx-Ai/auxx-ai#2108
    "rec-check-numbers": _monthly(),
    # firefly-iii/firefly-iii#1206
    "rec-gym-twice": _monthly(35, 35),
    # plaid/support#165
    "rec-landlord-named-like-shop": _monthly(1250, kind="bill"),
    # we-promise/sure#308, Ackara/Plaid.NET#59
    "rec-merchant-name-gaps": _monthly(15.49),
    # securo-finance/securo#494
    "rec-random-letter-codes": _monthly(8.99),
    # we-promise/sure#2972, avresial/FinanceManager#799
    "rec-two-dues-one-payee": _monthly(30, 40),
}


EVERYBODY_IS_JUDGED = [
    "import-one-region-blank",
    "import-without-region-card",
    "reader-holds-file-open",
]
# Worlds in which there is next to nothing are judged in a world of their own.
ALONE = {"no-transactions", "nobody-consents", "one-day-history", "user-without-accounts"}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, JudgedImport]:
    """Every example that is read; all but those alone are measured and judged at once."""
    found = {
        name: brought(name, tmp_path_factory.mktemp("example"))
        for name in (*READ, *EVERYBODY_IS_JUDGED)
    }
    put_side_by_side({name: one for name, one in found.items() if name not in ALONE})
    return found


@pytest.mark.parametrize("name", READ)
def test_what_is_read_is_read_right(name: str, examples: dict[str, JudgedImport]) -> None:
    READ[name](examples[name])


@pytest.mark.parametrize("name", EVERYBODY_IS_JUDGED)
def test_everybody_is_judged_in_both_windows(name: str, examples: dict[str, JudgedImport]) -> None:
    found = examples[name]
    assert len(found.rows("persona_assignments")) == 2 * len(found.rows("raw_users"))


def test_a_card_whose_balance_is_turned_is_highly_used(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("accounts: {negate: {balance_current: [credit]}}\n", encoding="utf-8")
    folder = REPORTED / "card-balance-negative-when-owed" / "input"
    found = judged_import(folder, tmp_path / "imports", mapping=mapping)
    assert found.features()["max_utilization"] == pytest.approx(0.8)
    assert "in credit" not in found.notes
    assert {row["primary_persona"] for row in found.rows("persona_assignments")} == {
        "high_utilization"
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "csv-type-column",
            """
transactions:
  columns: {transaction_id: Id, account_id: Account, date: Date, amount: Amount, name: Description}
  direction: {column: Type, out: [debit], in: [credit]}
""",
        ),
        (
            "csv-debit-credit-columns",
            """
transactions:
  columns: {transaction_id: Id, account_id: "Card No.", date: Posted Date, name: Description}
  debit: Debit
  credit: Credit
""",
        ),
        ("date-us", "transactions: {date_format: '%m/%d/%Y'}"),
        (
            "num-paren-dollar",
            """
transactions:
  numbers: {currency_sign: $, thousands_mark: ",", parentheses: negative}
""",
        ),
        ("num-decimal-comma", "transactions: {numbers: {decimal_mark: ','}}"),
        ("num-thousands-dot", "transactions: {numbers: {thousands_mark: '.', decimal_mark: ','}}"),
        (
            "num-thousands-dot-german",
            """
transactions:
  numbers: {decimal_mark: ",", thousands_mark: ".", currency_sign: €}
""",
        ),
    ],
)
def test_what_was_refused_can_be_said(name: str, said: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(said, encoding="utf-8")
    amounts = {
        "csv-type-column": [20.00, -1500.00],
        "csv-debit-credit-columns": [20.00, -150.00],
        "date-us": [10.00, 10.00, 10.00],
        "num-paren-dollar": [-182.77, 1250.00, -3.50],
        "num-decimal-comma": [12.50, -950.00, 3.10],
        "num-thousands-dot": [1250.00, -3000.00, 45.00, 12.50, 2000.00, -1100.00],
        "num-thousands-dot-german": [-1000.00, -950.00, 12.50],
    }
    if name == "num-thousands-dot":  # 12.5 is no number where dots part thousands
        with pytest.raises(ImportProblemsError, match=r"12\.5"):
            judged_import(REPORTED / name / "input", tmp_path / "imports", mapping=mapping)
        return
    found = judged_import(REPORTED / name / "input", tmp_path / "imports", mapping=mapping)
    assert list(found.amounts().values()) == amounts[name]


@pytest.mark.parametrize(
    ("name", "check"),
    [("plaid-category-new", _primary_stays), ("plaid-subtype-new", _loan_is_not_measured)],
)
def test_what_plaid_added_later_is_a_note(
    name: str, check: Callable[[JudgedImport], None], tmp_path: Path
) -> None:
    check(brought(name, tmp_path, mapped=False))


def test_a_mapping_works_for_a_folder_of_plaids_responses(tmp_path: Path) -> None:
    found = brought("plaid-category-new", tmp_path)
    [row] = found.rows("raw_transactions", transaction_id="d2")
    assert row["category_detailed"] == "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"
    found = brought("plaid-subtype-new", tmp_path)
    [row] = found.rows("raw_accounts", account_id="ln")
    assert row["subtype"] == "mortgage"
