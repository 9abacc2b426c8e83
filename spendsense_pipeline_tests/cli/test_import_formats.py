"""`spendsense import --format`: a download becomes a published dataset; a name that is none is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.importing.formats import FORMATS
from spendsense_pipeline_tests.fixtures.command import run
from spendsense_pipeline_tests.importing.formats.rendered import Move, chase_card, chase_checking


def _half_a_year() -> list[Move]:
    """Pay every other week, a shop every third day, rent on the first."""
    first = dt.date(2026, 1, 1)
    moves = []
    for n in range(180):
        day = first + dt.timedelta(days=n)
        if n % 14 == 0:
            moves.append(Move(day, -150_000, "ACME PAYROLL"))
        if n % 3 == 0:
            moves.append(Move(day, 4_250, "CORNER GROCER"))
        if day.day == 1:
            moves.append(Move(day, 110_000, "HARBOR RENT"))
    return moves


@pytest.mark.long
def test_downloads_of_a_bank_are_measured_and_judged(data_dir: Path, tmp_path: Path) -> None:
    person = tmp_path / "downloads" / "ann"
    person.mkdir(parents=True)
    moves = _half_a_year()
    (person / "Chase1234_Activity_20260630.CSV").write_text(chase_checking(moves), encoding="utf-8")
    (person / "Chase1234_Activity_20260430.CSV").write_text(
        chase_checking([move for move in moves if move.date <= dt.date(2026, 4, 30)]),
        encoding="utf-8",
    )
    card = [Move(move.date, abs(move.cents), move.name) for move in moves if move.cents == 4_250]
    (person / "Chase9999_Activity_20260630.CSV").write_text(chase_card(card), encoding="utf-8")
    answer = run(
        "import", tmp_path / "downloads", "--format", "chase", "--as-of", "2026-06-30",
        "--all-consented", "--yes",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        query = "select count(*), sum(amount * 100)::bigint from raw_transactions"
        expected = (len(moves) + len(card), sum(move.cents for move in [*moves, *card]))
        assert con.execute(query).fetchall() == [expected]
        query = "select user_id, median_pay_gap_days from features_180d"
        assert con.execute(query).fetchall() == [("ann", 14.0)]
        held = 100_000 - sum(move.cents for move in moves)
        query = "select subtype, (balance_current * 100)::bigint from raw_accounts order by 1"
        assert con.execute(query).fetchall() == [("checking", held), ("credit card", None)]


def test_the_formats_are_listed_and_a_name_that_is_none_is_refused(
    data_dir: Path, tmp_path: Path
) -> None:
    listed = run("import", "--format", "list")
    assert listed.code == 0
    assert all(name in listed.out for name in FORMATS)
    refused = run("import", tmp_path, "--format", "chaes", "--as-of", "2026-06-30")
    assert refused.code == 2
    assert "did you mean chase?" in refused.err
    assert not (data_dir / "warehouse").exists()
