"""One odd value costs that value, with a note: whatever befalls one cell of a good import, the rest
is read as it was, and nothing is read as something else without a word.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.importing import ImportProblemsError, StagedImport
from spendsense_pipeline_tests.fixtures.import_folders import (
    Rows,
    filled,
    minimal_rows,
    staged_from,
)
from spendsense_pipeline_tests.fixtures.seeds import seeds


def notes_of(staged: StagedImport) -> str:
    return "\n".join(line.sentence for line in staged.report if line.outcome == "note")


def changed(table: str, row: int, **values: Any) -> Rows:
    rows = minimal_rows()
    for other in rows[table]:
        for name in values:
            other.setdefault(name, "")
    rows[table][row] |= values
    return rows


def the_row(staged: StagedImport, table: str, key: str, *columns: str) -> tuple[Any, ...]:
    [row] = (
        filled(staged)
        .execute(f"select {', '.join(columns)} from raw_{table} where {table[:-1]}_id = ?", [key])
        .fetchall()
    )
    return tuple(row)


# table, row, what is written, -> its id, what is read, what the note says (none: nothing is odd)
ODD = {
    "a category Plaid has not": (
        *("transactions", 0, {"category_detailed": "FOOD_AND_DRINK_PIZZA"}),
        *("t1", {"category_detailed": None, "category_primary": "FOOD_AND_DRINK"}, "PIZZA"),
    ),
    "a category beside its primary": (
        *("transactions", 0, {"category_detailed": "NEW_CODE", "category_primary": "TRAVEL"}),
        *("t1", {"category_detailed": None, "category_primary": "TRAVEL"}, "NEW_CODE"),
    ),
    "no category of Plaid's at all": (
        *("transactions", 0, {"category_detailed": "NEW", "category_primary": "NEWER"}),
        *("t1", {"category_detailed": None, "category_primary": None}, "NEWER"),
    ),
    "a primary of another": (
        *("transactions", 0, {"category_primary": "TRAVEL"}),
        *("t1", {"category_primary": "FOOD_AND_DRINK"}, "the detailed one counts"),
    ),
    "a category in small letters": (
        *("transactions", 0, {"category_detailed": "food and drink groceries"}),
        *("t1", {"category_detailed": "FOOD_AND_DRINK_GROCERIES"}, None),
    ),
    "a channel nobody knows": (
        *("transactions", 0, {"payment_channel": "telepathy"}),
        *("t1", {"payment_channel": None}, "telepathy"),
    ),
    "a channel with an underscore": (
        *("transactions", 0, {"payment_channel": "In_Store"}),
        *("t1", {"payment_channel": "in store"}, None),
    ),
    "a subtype Plaid has not": (
        *("accounts", 0, {"subtype": "home"}),
        *("a1", {"type": "depository", "subtype": None}, "depository/home"),
    ),
    "no subtype": (
        *("accounts", 1, {"subtype": ""}),
        *("b1", {"type": "credit", "subtype": None}, "only what is spent"),
    ),
    "types as others spell them": (
        *("accounts", 1, {"type": "Credit", "subtype": "CREDIT_CARD"}),
        *("b1", {"type": "credit", "subtype": "credit card"}, None),
    ),
    "a subtype in the place of the type": (
        *("accounts", 0, {"type": "checking", "subtype": ""}),
        *("a1", {"type": "depository", "subtype": "checking"}, "in the place of the type"),
    ),
    "a type Plaid has not": (
        *("accounts", 1, {"type": "payroll", "subtype": "payroll"}),
        *("b1", {"type": "other", "subtype": None}, "payroll"),
    ),
    "a type nobody has": (
        *("accounts", 1, {"type": "vault", "subtype": "gold"}),
        *("b1", {"type": "other", "subtype": None}, "vault/gold"),
    ),
    "no type": (
        *("accounts", 1, {"type": "", "subtype": ""}),
        *("b1", {"type": "other", "subtype": None}, "not measured"),
    ),
    "no balance": (
        *("accounts", 0, {"balance_current": ""}),
        *("a1", {"balance_current": None}, "a1"),
    ),
    "fractions of a cent on shares": (
        *("accounts", 1, {"type": "investment", "subtype": "401k", "balance_current": "8.3317"}),
        *("b1", {"balance_current::varchar": "8.33"}, "rounded"),
    ),
    "a holder nobody knows": (
        *("accounts", 0, {"holder_category": "alien"}),
        *("a1", {"holder_category": "unrecognized"}, "alien"),
    ),
    "a card in credit": (
        *("accounts", 1, {"balance_current": "-2400.00", "balance_limit": "3000"}),
        *("b1", {"balance_current::varchar": "-2400.00"}, "b1 -2400.00, -80.0 % of its limit"),
    ),
    "a card in credit beyond its limit": (
        *("accounts", 1, {"balance_current": "-4500", "balance_limit": "3000"}),
        *("b1", {"balance_current::varchar": "-4500.00"}, "-150.0 % of its limit"),
    ),
    "an id that a spreadsheet rounded": (
        *("transactions", 0, {"transaction_id": "1.23457E+15"}),
        *("1.23457E+15", {"name": "SHOP 1"}, "a spreadsheet rounded"),
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_value_costs_that_value_with_a_note(tmp_path: Path, case: str) -> None:
    table, row, written, key, expected, noted = ODD[case]
    staged = staged_from(tmp_path, changed(table, row, **written))
    assert the_row(staged, table, key, *expected) == tuple(expected.values())
    assert staged.rows["raw_transactions"] == 10
    notes = notes_of(staged)
    if noted is None:
        assert notes == ""
        return
    assert noted in notes
    assert f"line {row + 2}, row {row + 1}" in notes
    with pytest.raises(ImportProblemsError, match="line"):
        staged_from(tmp_path / "strict", changed(table, row, **written), is_strict=True)


def test_accounts_none_of_which_would_be_measured_are_refused(tmp_path: Path) -> None:
    rows = minimal_rows()
    for row in rows["accounts"]:
        row["type"] = "Konto"
    with pytest.raises(ImportProblemsError, match="no account has a type Plaid has"):
        staged_from(tmp_path, rows)


def test_consent_is_never_read_from_a_word_we_do_not_know(tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError, match="consent_status"):
        staged_from(tmp_path, changed("users", 0, consent_status="yes"))


def test_terms_of_accounts_that_are_no_cards_are_set_aside(tmp_path: Path) -> None:
    rows = minimal_rows()
    rows["liabilities"] = [
        {"account_id": "a1", "apr_percentage": "5"},
        {"account_id": "b1", "apr_percentage": "21"},
    ]
    staged = staged_from(tmp_path, rows)
    assert staged.rows["raw_liabilities"] == 1
    assert [(line.file, line.rows) for line in staged.report if "no cards" in line.text] == [
        ("liabilities.csv", 1)
    ]


# What may stand in a cell of a CSV where something else should: of every kind that is judged.
_STRANGE = [
    *("", " ", "?", "N/A", "NULL", "0", "-1", "1.250", "1,50", "$5", "(3)", "nan", "1e9", "٣"),
    *("2026-06-31", "6/7/2026", "2026-02-03T23:59-08:00", "true", "checking", "CREDIT", "🙂"),
    *("FOOD_AND_DRINK", "GBP", "a1", "t1", "ann", "granted", "x" * 300, '"', "a,b", "a\nb"),
]


@pytest.mark.parametrize("seed", seeds(6, 60))
def test_nothing_is_read_wrongly_in_silence(tmp_path: Path, seed: int) -> None:
    """One cell is changed. Refused, or told of, or in the tables just as it was written."""
    dice = random.Random(seed)
    rows, table = minimal_rows(), dice.choice(["users", "accounts", "transactions"])
    row = dice.randrange(len(rows[table]))
    column = dice.choice(list(rows[table][row]))
    strange = dice.choice(_STRANGE)
    before = filled(staged_from(tmp_path / "good", rows))
    rows[table][row][column] = strange
    try:
        staged = staged_from(tmp_path / "odd", rows)
    except ImportProblemsError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert column in refusal or "holder" in refusal
        return
    after = filled(staged)
    for name in ("raw_users", "raw_accounts", "raw_transactions"):
        listed = f"select columns(*)::varchar from {name}"
        old, new = (set(con.execute(listed).fetchall()) for con in (before, after))
        differing = [
            (a, b)
            for x, y in zip(old - new, new - old, strict=True)
            for a, b in zip(x, y, strict=True)
        ]
        values = {b for a, b in differing if a != b}
        as_written = {strange.strip() or None, f"{strange}.00"}
        if column == "consent_status" and not strange.strip():
            as_written.add("denied")  # no consent is recorded, so none is given
        assert values <= as_written or notes_of(staged), (column, strange, differing)
