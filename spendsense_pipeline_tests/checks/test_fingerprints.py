"""Fingerprints prove that rows differ, whatever the number of rows; they never say that two agree."""

from __future__ import annotations

import duckdb
import pytest

from spendsense_pipeline.checks import CHECKS, declared, fingerprints, run_checks
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.tables.raw import RAW_TRANSACTIONS
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.household_by_hand import a_valid_world

ROWS = 1_000
ALL = f"select hash(i) as fingerprint from range({ROWS}) as numbers(i)"
ONE_TWICE = f"select hash(i % {ROWS - 1}) as fingerprint from range({ROWS}) as numbers(i)"


@pytest.mark.parametrize(
    ("at_once", "most_parts"),
    [(ROWS, 4), (ROWS // 3, 4), (ROWS // 10, 4), (1, 0)],
    ids=["at once", "in four parts", "too many parts", "counted"],
)
def test_a_value_is_found_twice_however_many_there_are(
    at_once: int, most_parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "AT_ONCE", at_once)
    monkeypatch.setattr(fingerprints, "MOST_PARTS", most_parts)
    monkeypatch.setattr(fingerprints, "_BATCH_ROWS", 100)
    with duckdb.connect() as con:
        assert fingerprints.all_differ(con, ALL)
        assert not fingerprints.all_differ(con, ONE_TWICE)


def test_nothing_differs_from_nothing() -> None:
    with duckdb.connect() as con:
        assert fingerprints.all_differ(con, f"{ALL} where false")
        assert fingerprints.all_differ(con, f"{ALL} limit 1")


def test_colliding_fingerprints_leave_the_rows_to_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two ids that share a hash are not one id: every check still passes on a sound world."""
    monkeypatch.setattr(CheckRun, "all_differ", lambda _run, _path: False)
    by_fingerprints = {
        "keys_are_unique",
        "rows_are_not_repeated",
        "posted_rows_replace_pending_ones",
    }
    checks = [c for c in CHECKS if c.asset == "raw_transactions" and c.name in by_fingerprints]
    outcomes = run_checks(a_valid_world().warehouse(), checks, a_configuration())
    assert [outcome.passed for outcome in outcomes] == [True] * 3


def test_a_missing_key_is_found_though_all_fingerprints_differ() -> None:
    with duckdb.connect() as con:
        con.execute("create table raw_transactions (transaction_id varchar)")
        con.execute("insert into raw_transactions values ('a'), (null)")
        run = CheckRun(con, a_configuration())
        run.remembered("proof", lambda: True)
        found = declared.keys_are_unique(RAW_TRANSACTIONS, implied_by="proof")(run)
        assert not found.passed
        assert found.failing_count == 1
