"""Each layout gives back what truly happened: sign, day, cents and name of every row, and each row once
however many downloads hold it.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from spendsense_pipeline.importing import ImportProblemsError
from spendsense_pipeline.importing.formats import FORMATS
from spendsense_pipeline_tests.importing.formats.imported import Imported, imported
from spendsense_pipeline_tests.importing.formats.rendered import (
    CARDS,
    DEPOSIT,
    HAS_RUNNING_BALANCE,
    RENDERED,
    Move,
    Moves,
)

_NAMES = (
    "COFFEE, BLACK",
    'THE "OLD" SHOP',
    "ACME PAYROLL",
    "MKTPL*5H1",
    "PAYMENT - THANK YOU",
    "O'NEIL",
)


def _a_ledger(seed: int) -> list[Move]:
    """Days with up to three rows, equal ones among them."""
    dice = random.Random(seed)
    moves = []
    day = dt.date(2026, 1, 1) + dt.timedelta(days=dice.randrange(20))
    while day < dt.date(2026, 6, 28):
        for _ in range(dice.randrange(1, 4)):
            cents = dice.choice([450, 1250, 99, 120_000, dice.randrange(1, 300_000)])
            sign = -1 if dice.random() < 0.25 else 1
            moves.append(Move(day, sign * cents, dice.choice(_NAMES)))
            if dice.random() < 0.3:
                moves.append(moves[-1])
        day += dt.timedelta(days=dice.randrange(1, 25))
    return moves


def _truth(moves: Moves) -> list[tuple[dt.date, int, str]]:
    return sorted((move.date, move.cents, move.name) for move in moves)


_DAY = dt.date(2026, 6, 1)
_OF_CARDS = [Move(_DAY, -30_000, "PAYMENT - THANK YOU")]
_OF_DEPOSITS = [Move(_DAY, 30_000, "CARD PAYMENT"), Move(_DAY, -200_000, "ACME PAYROLL")]
_OF_BOTH = [
    Move(_DAY, 2_500, "A SHOP"),
    Move(_DAY, 700, "ANOTHER SHOP"),
    Move(_DAY, -900, "REFUND OF A SHOP"),
]
_SEEDS = range(2)


def _signed_moves(layout: str) -> list[Move]:
    return _OF_BOTH + (_OF_CARDS if layout in CARDS else _OF_DEPOSITS)


def _halves(ledger: Moves) -> tuple[list[Move], list[Move]]:
    """Two downloads that overlap; a download ends with a day, not within one."""
    days = sorted({move.date for move in ledger})
    until, since = days[len(days) * 2 // 3], days[len(days) // 3]
    return [m for m in ledger if m.date <= until], [m for m in ledger if m.date >= since]


def _turned(text: str) -> str:
    """The rows the other way round, those of one day too."""
    lines = text.splitlines()
    is_header = ("Bal" in line and "Amount" in line for line in lines)
    start = list(is_header).index(True) + 1
    return "\n".join(lines[:start] + lines[start:][::-1]) + "\n"


def _everybody(format_: str) -> dict[str, str]:
    """A person for each layout of the format and each way to hold it: files by their place."""
    files = {}
    for layout, (of_format, write) in RENDERED.items():
        if of_format != format_:
            continue
        for seed in _SEEDS:
            ledger = _a_ledger(seed)
            first, second = _halves(ledger)
            files[f"{layout}-{seed}/Card1234_20260630.csv"] = write(ledger)
            files[f"{layout}-{seed}-parts/Card1234_20260601.csv"] = write(first)
            files[f"{layout}-{seed}-parts/Card1234_20260630 (1).csv"] = write(second)
            if layout in HAS_RUNNING_BALANCE:
                files[f"{layout}-{seed}-turned/x.csv"] = _turned(write(ledger))
        files[f"{layout}-signs/x.csv"] = write(_signed_moves(layout))
    return files


@pytest.fixture(scope="module")
def import_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Imported]:
    """Everybody's files of a format, imported once."""

    @functools.cache
    def of(format_: str) -> Imported:
        return imported(tmp_path_factory.mktemp(format_), format_, _everybody(format_))

    return of


@pytest.mark.parametrize("layout", RENDERED)
def test_a_layout_gives_back_the_ledger_it_was_written_from(
    import_of: Callable[[str], Imported], layout: str
) -> None:
    found = import_of(RENDERED[layout][0])
    for seed in _SEEDS:
        assert found.moves(f"{layout}-{seed}") == _truth(_a_ledger(seed))
    kind = "depository" if layout in DEPOSIT else "credit"
    query = f"select type, count(*) from raw_accounts where user_id = '{layout}-0' group by 1"
    assert found.rows(query) == [(kind, 1)]


@pytest.mark.parametrize("layout", RENDERED)
def test_two_downloads_that_overlap_are_one_account_with_each_row_once(
    import_of: Callable[[str], Imported], layout: str
) -> None:
    found = import_of(RENDERED[layout][0])
    for seed in _SEEDS:
        parts = f"{layout}-{seed}-parts"
        assert found.moves(parts) == _truth(_a_ledger(seed))
        query = f"select count(*) from raw_accounts where user_id = '{parts}'"
        assert found.rows(query) == [(1,)]


@pytest.mark.parametrize("layout", RENDERED)
def test_purchase_refund_payment_and_pay_each_have_their_sign(
    import_of: Callable[[str], Imported], layout: str
) -> None:
    moves = import_of(RENDERED[layout][0]).moves(f"{layout}-signs")
    assert {name: cents for _, cents, name in moves} == {
        move.name: move.cents for move in _signed_moves(layout)
    }


@pytest.mark.parametrize("layout", HAS_RUNNING_BALANCE)
def test_the_balance_is_that_after_the_newest_row_whichever_way_the_rows_run(
    import_of: Callable[[str], Imported], layout: str
) -> None:
    found = import_of(RENDERED[layout][0])
    for seed in _SEEDS:
        held = (100_000 - sum(move.cents for move in _a_ledger(seed))) / 100
        for user_id in (f"{layout}-{seed}", f"{layout}-{seed}-turned"):
            query = f"select balance_current::double from raw_accounts where user_id = '{user_id}'"
            assert found.rows(query) == [(held,)]


def test_ids_do_not_depend_on_files_or_their_order(tmp_path: Path) -> None:
    ledger = _a_ledger(3)
    write = RENDERED["amex"][1]
    query = "select transaction_id, date, amount, name from raw_transactions order by all"
    one = imported(tmp_path / "a", "amex", {"activity.csv": write(ledger)}).rows(query)
    renamed = {"activity (2).csv": write(ledger[::-1]), "activity.csv": write(ledger)}
    assert imported(tmp_path / "b", "amex", renamed).rows(query) == one


def test_equal_rows_of_one_export_are_as_many_transactions(tmp_path: Path) -> None:
    coffee = Move(dt.date(2026, 6, 1), 450, "COFFEE")
    files = {
        "activity.csv": RENDERED["amex"][1]([coffee] * 3),
        "activity (1).csv": RENDERED["amex"][1]([coffee] * 2),
    }
    found = imported(tmp_path, "amex", files)
    assert Counter(name for *_, name in found.moves()) == {"COFFEE": 3}


def test_every_format_says_where_its_layout_is_described_and_reads_what_is_written_here() -> None:
    assert {format_ for format_, _ in RENDERED.values()} == {
        name for name, ready in FORMATS.items() if ready.reader == "delimited"
    }
    for ready in FORMATS.values():
        assert ready.sources
        assert all(source.startswith("https://") for source in ready.sources)


@pytest.mark.parametrize("layout", RENDERED)
def test_another_banks_export_is_refused_with_both_headers(tmp_path: Path, layout: str) -> None:
    format_, write = RENDERED[layout]
    other = "discover" if format_ != "discover" else "citi"
    text = write([Move(dt.date(2026, 6, 1), 450, "COFFEE")])
    with pytest.raises(ImportProblemsError) as refusal:
        imported(tmp_path, other, {"x.csv": text})
    [problem] = refusal.value.problems
    assert f"is no export of {FORMATS[other].title}: its columns are " in problem.text
    is_telling = format_ != "amex"  # three columns that many banks have
    assert (f"--format {format_}." in problem.remedy) == is_telling
    assert f"Expected {FORMATS[other].layouts[0].header[0]}" in problem.remedy
    assert not (tmp_path / "imports").exists()


def test_few_columns_suggest_no_bank(tmp_path: Path) -> None:
    text = "Date,Description,Amount\n06/01/2026,COFFEE,-4.50\n"
    with pytest.raises(ImportProblemsError) as refusal:
        imported(tmp_path, "chase", {"x.csv": text})
    assert "reads like" not in str(refusal.value)


def test_a_card_that_is_mostly_paid_back_to_is_noted(tmp_path: Path) -> None:
    charges = [Move(_DAY, 450 + n, "COFFEE") for n in range(9)]
    refunds = [Move(_DAY, -450 - n, "COFFEE") for n in range(9)]
    write = RENDERED["amex"][1]
    turned = imported(tmp_path / "a", "amex", {"x.csv": write(refunds)})
    assert "9 of 9 rows of 'X' are refunds or payments" in turned.said("note")
    right = imported(tmp_path / "b", "amex", {"x.csv": write(charges)})
    assert "refunds or payments" not in right.said("note")


def test_few_columns_do_not_make_another_banks_signs_ours(tmp_path: Path) -> None:
    """Date, Description, Amount are American Express's whole header, and part of others'."""
    for layout in ("bank_of_america_checking", "mint"):
        text = RENDERED[layout][1]([Move(_DAY, 450, "COFFEE")])
        with pytest.raises(ImportProblemsError, match=f"--format {RENDERED[layout][0]}"):
            imported(tmp_path / layout, "amex", {"x.csv": text})
