"""Files that cannot be imported: one clear error that names the column and the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from spendsense_pipeline.importing import (
    ImportProblemsError,
)
from spendsense_pipeline_tests.fixtures.import_folders import (
    Rows,
    minimal_rows,
    staged_from,
)


def _put(table: str, row: int, column: str, value: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[table][row][column] = value

    return change


def _drop(table: str, column: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        for row in rows[table]:
            del row[column]

    return change


def _copy(table: str) -> Callable[[Rows], None]:
    return lambda rows: rows[table].append(dict(rows[table][0]))


BAD_INPUT = {
    "missing column": (_drop("transactions", "amount"), "missing_column", "amount", None),
    "duplicate transaction": (
        _copy("transactions"),
        "duplicate_id",
        "transaction_id",
        "row 1 ('t1')",
    ),
    "duplicate account": (_copy("accounts"), "duplicate_id", "account_id", "row 1 ('a1')"),
    "duplicate user": (_copy("users"), "duplicate_id", "user_id", "row 1 ('ann')"),
    "unknown account": (
        _put("transactions", 1, "account_id", "zz"),
        "unknown_account",
        "account_id",
        "row 2 ('zz')",
    ),
    "unknown user": (
        _put("accounts", 0, "user_id", "zoe"),
        "unknown_user",
        "user_id",
        "row 1 ('zoe')",
    ),
    "date after as_of": (
        _put("transactions", 9, "date", "2026-07-01"),
        "absurd_date",
        "date",
        "row 10 ('2026-07-01')",
    ),
    "date in antiquity": (
        _put("transactions", 0, "date", "0026-06-01"),
        "absurd_date",
        "date",
        "row 1 ('0026-06-01')",
    ),
    "impossible date": (
        _put("transactions", 2, "date", "2026-06-31"),
        "unreadable_value",
        "date",
        "row 3 ('2026-06-31')",
    ),
    "not a number": (
        _put("transactions", 2, "amount", "$3.50"),
        "unreadable_value",
        "amount",
        "row 3 ('$3.50')",
    ),
    "nan": (
        _put("transactions", 2, "amount", "NaN"),
        "non_finite_amount",
        "amount",
        "row 3 ('NaN')",
    ),
    "infinity": (
        _put("accounts", 0, "balance_current", "inf"),
        "non_finite_amount",
        "balance_current",
        "row 1 ('inf')",
    ),
    "overflow": (
        _put("transactions", 2, "amount", "1000000000000"),
        "absurd_amount",
        "amount",
        "row 3 ('1000000000000')",
    ),
    "fraction of a cent": (
        _put("transactions", 2, "amount", "3.505"),
        "fractional_cents",
        "amount",
        "row 3 ('3.505')",
    ),
    "blank id": (
        _put("transactions", 5, "transaction_id", " "),
        "blank",
        "transaction_id",
        "row 6",
    ),
    "unknown consent": (
        _put("users", 0, "consent_status", "yes"),
        "unknown_value",
        "consent_status",
        "row 1 ('yes')",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_clear_error_with_column_and_rows(tmp_path: Path, case: str) -> None:
    change, kind, column, first_row = BAD_INPUT[case]
    rows = minimal_rows()
    change(rows)
    with pytest.raises(ImportProblemsError) as caught:
        staged_from(tmp_path, rows)
    [problem] = caught.value.problems
    assert problem.kind == kind
    assert column in str(problem)
    if first_row:
        assert first_row in str(problem)
    assert not (tmp_path / "imports").exists(), "something was written"


def test_every_kind_is_named_at_once_and_rows_are_not_listed_without_end(tmp_path: Path) -> None:
    rows = minimal_rows()
    for row in rows["transactions"]:
        row["amount"] = "inf"
        row["account_id"] = "zz"
    with pytest.raises(ImportProblemsError) as caught:
        staged_from(tmp_path, rows)
    assert {p.kind for p in caught.value.problems} == {"non_finite_amount", "unknown_account"}
    assert all(p.count == 10 and len(p.first_rows) == 3 for p in caught.value.problems)
