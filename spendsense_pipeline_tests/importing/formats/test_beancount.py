"""Beancount ledgers: rows and balances as beancount itself computes them, what opens an account, transfers,
included files, and what refuses a ledger.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.importing import ImportProblemsError, ImportRequest, stage
from spendsense_pipeline_tests.fixtures.import_folders import AS_OF, filled
from spendsense_pipeline_tests.importing.formats.imported import imported

_OPENINGS = """
option "operating_currency" "USD"
2026-01-01 open Assets:Bank:Checking USD
2026-01-01 open Assets:Bank:Savings USD
2026-01-01 open Liabilities:Chase:Sapphire
2026-01-01 open Equity:Opening-Balances
2026-01-01 open Expenses:Groceries
2026-01-01 open Income:Salary
2026-01-01 * "Opening"
  Assets:Bank:Checking  1000.00 USD
  Equity:Opening-Balances
"""


def test_a_random_ledger_comes_back_with_the_balances_beancount_computes(tmp_path: Path) -> None:
    from beancount import loader
    from beancount.core import realization

    dice = random.Random(1)
    ledger, truth = _OPENINGS, []
    for n in range(60):
        day = dt.date(2026, 1, 2) + dt.timedelta(days=n)
        cents = dice.randrange(1, 90_000)
        account = dice.choice(["Assets:Bank:Checking", "Liabilities:Chase:Sapphire"])
        sign, other = dice.choice([(1, "Expenses:Groceries"), (-1, "Income:Salary")])
        ledger += f'{day} * "Somebody {n}"\n  {account}  {-sign * cents / 100:.2f} USD\n  {other}\n'
        truth.append((day, sign * cents, f"Somebody {n}"))
    found = imported(tmp_path, "beancount", {"main.beancount": ledger})
    assert found.moves() == sorted(truth)
    entries, errors, _ = loader.load_string(ledger)
    assert not errors
    root = realization.realize(entries)
    held = {
        name: float(realization.get(root, name).balance.get_currency_units("USD").number)
        for name in ("Assets:Bank:Checking", "Liabilities:Chase:Sapphire")
    }
    assert found.rows(
        "select name, type, balance_current::double from raw_accounts order by name"
    ) == [
        ("Assets:Bank:Checking", "depository", held["Assets:Bank:Checking"]),
        ("Liabilities:Chase:Sapphire", "credit", -held["Liabilities:Chase:Sapphire"]),
    ]


def test_transfers_openings_pads_and_flags(tmp_path: Path) -> None:
    ledger = (
        _OPENINGS
        + """
2026-01-01 pad Assets:Bank:Savings Equity:Opening-Balances
2026-02-01 balance Assets:Bank:Savings 500.00 USD
2026-02-02 * "Card payment"
  Assets:Bank:Checking  -100.00 USD
  Liabilities:Chase:Sapphire  100.00 USD
2026-02-03 * "To savings"
  Assets:Bank:Checking  -50.00 USD
  Assets:Bank:Savings
2026-02-04 ! "Shop" "not yet posted"
  Liabilities:Chase:Sapphire  -20.00 USD
  Expenses:Groceries
2026-02-05 * "Acme" "Pay"
  transaction_id: "pay-1"
  Assets:Bank:Checking  1500.00 USD
  Assets:Bank:Savings  500.00 USD
  Income:Salary
"""
    )
    found = imported(tmp_path, "beancount", {"main.beancount": ledger})
    query = (
        "select name, amount::double, category_detailed, pending, transfer_id is not null "
        "from raw_transactions order by date, amount"
    )
    assert found.rows(query) == [
        ("Card payment", -100.0, "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", False, True),
        ("Card payment", 100.0, "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", False, True),
        ("To savings", -50.0, "TRANSFER_IN_ACCOUNT_TRANSFER", False, True),
        ("To savings", 50.0, "TRANSFER_OUT_ACCOUNT_TRANSFER", False, True),
        ("Shop not yet posted", 20.0, "FOOD_AND_DRINK_GROCERIES", True, False),
        ("Acme Pay", -1500.0, "INCOME_SALARY", False, False),
        ("Acme Pay", -500.0, "INCOME_SALARY", False, False),
    ]
    assert found.rows("select count(distinct transfer_id) from raw_transactions") == [(2,)]
    query = "select name, balance_current::double from raw_accounts order by name"
    assert found.rows(query) == [
        ("Assets:Bank:Checking", 2350.0),
        ("Assets:Bank:Savings", 1050.0),
        ("Liabilities:Chase:Sapphire", -100.0),
    ]
    assert "pay-1" in str(found.rows("select transaction_id from raw_transactions"))


def test_a_ledger_is_a_person_and_an_included_file_is_part_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name, text in {
        "ann.beancount": _OPENINGS + 'include "ann/2026/*.beancount"\n',
        "ann/2026/june.beancount": '2026-06-01 * "Shop"\n  Assets:Bank:Checking  -5.00 USD\n  Expenses:Groceries\n',
        "bob/main.beancount": _OPENINGS
        + '2026-06-02 * "Shop"\n  Assets:Bank:Checking  -7.00 USD\n  Expenses:Groceries\n',
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    request = ImportRequest(folder, AS_OF, all_consented=True, format="beancount")
    staged = stage(request, tmp_path / "imports")
    con = filled(staged)
    query = "select user_id, amount::double from raw_transactions order by user_id"
    assert con.execute(query).fetchall() == [("ann", 5.0), ("bob", 7.0)]
    assert "not read" not in "".join(line.sentence for line in staged.report)


def test_a_folder_may_be_named_from_where_one_is_and_a_pending_row_is_in_no_balance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    ledger = f'{_OPENINGS}2026-06-01 ! "Shop"\n  Liabilities:Chase:Sapphire  -5.00 USD\n  Expenses:Groceries\n'
    (tmp_path / "in" / "ann.beancount").write_text(ledger, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    request = ImportRequest(Path("in"), AS_OF, all_consented=True, format="beancount")
    staged = stage(request, tmp_path / "imports")
    assert "not read" not in "".join(line.sentence for line in staged.report)
    query = "select balance_current::double from raw_accounts order by name"
    assert filled(staged).execute(query).fetchall() == [(1000.0,), (0.0,)]


def test_plugins_are_named_and_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "was_run"
    ledger = (
        f'option "insert_pythonpath" "True"\nplugin "evil"\n{_OPENINGS}'
        '2026-06-01 * "Shop"\n  Assets:Bank:Checking  -5.00 USD\n  Expenses:Groceries\n'
    )
    evil = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n__plugins__ = []\n"
    found = imported(tmp_path, "beancount", {"main.beancount": ledger, "evil.py": evil})
    assert not marker.exists()
    assert "not run: evil" in found.said("note")


def test_other_commodities_are_left_out_and_counted(tmp_path: Path) -> None:
    ledger = (
        _OPENINGS
        + """
2026-01-01 open Assets:Broker
2026-06-01 * "Buy"
  Assets:Broker  2 VTI {100.00 USD}
  Assets:Bank:Checking  -200.00 USD
2026-06-02 * "Euros"
  Assets:Broker  10.00 EUR
  Equity:Opening-Balances
"""
    )
    found = imported(tmp_path, "beancount", {"main.beancount": ledger})
    assert [cents for _, cents, _ in found.moves()] == [20_000]
    assert "other commodities" in found.said("set aside")


@pytest.mark.parametrize(
    ("ledger", "reason"),
    [
        ('2026-06-01 * "x"\n  Assets:A  5 USD\n  foo bar\n', r"main.beancount line 3: Invalid token"),
        (_OPENINGS + '2026-06-01 * "x"\n  Assets:Bank:Checking  5.00 USD\n  Income:Salary  -4.00 USD\n', r"line 12: Transaction does not balance"),
        (_OPENINGS + 'include "gone.beancount"\n', "includes gone.beancount, which is not there"),
        (_OPENINGS + 'include "../../outside.beancount"\n', "lies outside"),
        (_OPENINGS + '2026-07-01 * "x"\n  Assets:Bank:Checking  5.00 USD\n  Income:Salary\n', "after 2026-06-30"),
    ],
)  # fmt: skip
def test_what_is_wrong_refuses_by_line(tmp_path: Path, ledger: str, reason: str) -> None:
    (tmp_path / "outside.beancount").write_text("", encoding="utf-8")
    with pytest.raises(ImportProblemsError, match=reason):
        imported(tmp_path / "in", "beancount", {"main.beancount": ledger})


def test_a_failing_assertion_is_a_note(tmp_path: Path) -> None:
    ledger = (
        f'{_OPENINGS}2026-06-01 * "Shop"\n  Assets:Bank:Checking  -5.00 USD\n  Expenses:Groceries\n'
        "2026-06-02 balance Assets:Bank:Checking 1.00 USD\n"
    )
    found = imported(tmp_path, "beancount", {"main.beancount": ledger})
    assert "do not hold; first: line 15" in found.said("note")


def test_without_its_library_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "beancount.parser.parser", None)
    with pytest.raises(SpendSenseError, match=r"pip install 'beancount'"):
        imported(tmp_path, "beancount", {"main.beancount": _OPENINGS})
