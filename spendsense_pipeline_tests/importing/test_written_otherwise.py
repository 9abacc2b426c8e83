"""Amounts and dates in forms of other people's: read when a mapping says how, asked for when none
does, and never read as something else.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from spendsense_pipeline.importing import ImportProblemsError, StagedImport
from spendsense_pipeline.importing.suggestions import DATE_FORMATS
from spendsense_pipeline_tests.fixtures.import_folders import (
    AS_OF,
    Rows,
    filled,
    minimal_rows,
    staged_from,
)
from spendsense_pipeline_tests.fixtures.seeds import seeds

Truth = list[tuple[str, str, dt.date]]  # id, amount with two decimals, day
SUGGESTED = re.compile(r"transactions: (\{.*?\})(?=\.$|\.\s|; the| or | if |,)")


def truth_of(dice: random.Random, count: int = 25) -> Truth:
    return [
        (
            f"t{number}",
            f"{dice.choice([1, 1, 1, -1]) * dice.randint(1, 9_999_999) / 100:.2f}",
            AS_OF - dt.timedelta(days=dice.randint(0, 170)),
        )
        for number in range(count)
    ]


def rows_with(rows: list[dict[str, Any]]) -> Rows:
    return {**minimal_rows(), "transactions": rows}


def found_in(staged: StagedImport) -> Truth:
    rows = filled(staged).execute(
        "select transaction_id, amount::varchar, date from raw_transactions"
    )
    return sorted(rows.fetchall())


def said_in(tmp_path: Path, mapping: dict[str, Any]) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump({"transactions": mapping}), encoding="utf-8")
    return path


def rendered(amount: str, form: dict[str, Any], dice: random.Random) -> str:
    """An amount as a bank of that form would print it."""
    negative, digits = amount.startswith("-"), amount.lstrip("-")
    whole, cents = digits.split(".")
    mark = form.get("thousands_mark")
    if mark and dice.random() < 0.8:
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", mark, whole)
    text = whole + form.get("decimal_mark", ".") + cents
    sign = form.get("currency_sign")
    if sign:
        text = dice.choice([f"{sign[0]}{text}", f"{text} {sign[0]}", f"{sign[0]} {text}"])
    if not negative:
        return text
    if form.get("parentheses"):
        return f"({text})"
    if form.get("minus") == "trailing":
        return f"{text}-"
    return dice.choice(["-", "\u2212"]) + text


def random_form(dice: random.Random) -> dict[str, Any]:
    decimal = dice.choice([".", ","])
    form: dict[str, Any] = {"decimal_mark": decimal}
    thousands = dice.choice([None, ",", ".", " ", "'"])
    if thousands not in (None, decimal):
        form["thousands_mark"] = thousands
    if dice.random() < 0.5:
        form["currency_sign"] = [dice.choice(["$", "€", "USD"])]
    negative = dice.choice(["leading", "trailing", "parentheses"])
    if negative == "trailing":
        form["minus"] = "trailing"
    elif negative == "parentheses":
        form["parentheses"] = "negative"
    return form


@pytest.mark.parametrize("seed", seeds(2, 14))
def test_numbers_in_a_form_that_is_said_are_read_to_the_cent(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    truth, form = truth_of(dice), random_form(dice)
    rows = [
        {
            "transaction_id": key,
            "account_id": "a1",
            "date": day,
            "amount": rendered(amount, form, dice),
            "name": "SHOP",
        }
        for key, amount, day in truth
    ]
    mapping = said_in(tmp_path, {"numbers": form})
    assert found_in(staged_from(tmp_path, rows_with(rows), mapping_path=mapping)) == sorted(truth)


@pytest.mark.parametrize("seed", seeds(2, 14))
def test_numbers_in_a_form_nobody_said_are_refused_with_what_would_read_them(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    truth, form = truth_of(dice), random_form(dice)
    rows = [
        {
            "transaction_id": key,
            "account_id": "a1",
            "date": day,
            "amount": rendered(amount, form, dice),
            "name": "SHOP",
        }
        for key, amount, day in truth
    ]
    try:
        staged = staged_from(tmp_path, rows_with(rows))
    except ImportProblemsError as refusal:
        [problem] = refusal.problems
        [suggested] = SUGGESTED.findall(problem.remedy)
        mapping = said_in(tmp_path, yaml.safe_load(suggested))
        staged = staged_from(tmp_path, rows_with(rows), mapping_path=mapping)
    assert found_in(staged) == sorted(truth)


@pytest.mark.parametrize("seed", seeds(2, 14))
def test_days_in_a_form_nobody_said_are_refused_with_the_forms_that_may_be_meant(
    tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    truth, form = truth_of(dice), dice.choice(DATE_FORMATS)
    rows = [
        {
            "transaction_id": key,
            "account_id": "a1",
            "date": day.strftime(form),
            "amount": amount,
            "name": "SHOP",
        }
        for key, amount, day in truth
    ]
    with pytest.raises(ImportProblemsError) as refusal:
        staged_from(tmp_path, rows_with(rows))
    [problem] = refusal.value.problems
    assert "line 2, row 1" in str(problem)
    readings = []
    for suggested in SUGGESTED.findall(problem.remedy):
        mapping = said_in(tmp_path, yaml.safe_load(suggested))
        readings.append(found_in(staged_from(tmp_path, rows_with(rows), mapping_path=mapping)))
    assert sorted(truth) in readings
    is_clear = any(day.day > 12 for _, _, day in truth)
    assert not is_clear or all(reading == sorted(truth) for reading in readings)


@pytest.mark.parametrize("seed", seeds(1, 8))
@pytest.mark.parametrize("shape", ["two columns", "a direction", "negated"])
def test_directions_that_are_said_give_every_amount_its_sign(
    tmp_path: Path, shape: str, seed: int
) -> None:
    dice = random.Random(seed)
    truth = truth_of(dice)
    rows: list[dict[str, Any]] = []
    for key, amount, day in truth:
        unsigned, is_in = amount.lstrip("-"), amount.startswith("-")
        row = {"transaction_id": key, "account_id": "a1", "date": day, "name": "SHOP"}
        if shape == "two columns":
            other = dice.choice(["", "0.00", "0"])
            odd = dice.choice(["", "-"])  # some banks sign both columns
            row |= {"Withdrawals": other if is_in else odd + unsigned}
            row |= {"Deposits": unsigned if is_in else other}
        elif shape == "a direction":
            row |= {"Amount": unsigned, "Dr/Cr": dice.choice(["CR", "cr "] if is_in else ["DR"])}
        else:
            row |= {"amount": unsigned if is_in else f"-{unsigned}"}
        rows.append(row)
    said: dict[str, Any] = {
        "two columns": {"debit": "Withdrawals", "credit": "Deposits"},
        "a direction": {"direction": {"column": "Dr/Cr", "out": ["DR"], "in": ["CR"]}},
        "negated": {"negate": ["amount"]},
    }[shape]
    if shape != "negated":  # and asked for where they are not
        with pytest.raises(ImportProblemsError) as refusal:
            staged_from(tmp_path, rows_with(rows))
        [suggested] = SUGGESTED.findall(refusal.value.problems[0].remedy.replace("; or", "."))
        mapping = said_in(tmp_path, yaml.safe_load(suggested))
        found = staged_from(tmp_path, rows_with(rows), mapping_path=mapping)
        assert found_in(found) == sorted(truth)
    mapping = said_in(tmp_path, said)
    assert found_in(staged_from(tmp_path, rows_with(rows), mapping_path=mapping)) == sorted(truth)


def test_an_amount_in_both_columns_or_of_an_unnamed_word_is_refused_by_row(tmp_path: Path) -> None:
    row = {"transaction_id": "t", "account_id": "a1", "date": "2026-06-01", "name": "SHOP"}
    mapping = said_in(tmp_path, {"debit": "Debit", "credit": "Credit"})
    with pytest.raises(ImportProblemsError, match=r"line 2, row 1 \('5.00 | credit 6.00'\)"):
        staged_from(
            tmp_path, rows_with([row | {"Debit": "5.00", "Credit": "6.00"}]), mapping_path=mapping
        )
    mapping = said_in(tmp_path, {"direction": {"column": "Type", "out": ["d"], "in": ["c"]}})
    with pytest.raises(ImportProblemsError, match=r"'5.00 | fee'"):
        staged_from(
            tmp_path, rows_with([row | {"amount": "5.00", "Type": "fee"}]), mapping_path=mapping
        )


@pytest.mark.parametrize(
    ("amounts", "is_clear"),
    [
        (["1.250", "45", "12.5"], False),
        (["1.250", "2.000"], False),
        (["0.500", "1.250"], True),  # nobody writes 0 thousands
        (["1234.500", "1.250"], True),
        (["1.25", "12.50"], True),
        (["0.000", "12.50"], True),
        (["1.2500", "3.0000"], True),
    ],
)
def test_three_digits_behind_the_point_are_asked_about(
    tmp_path: Path, amounts: list[str], is_clear: bool
) -> None:
    rows = [
        {
            "transaction_id": f"t{number}",
            "account_id": "a1",
            "date": "2026-06-01",
            "amount": amount,
            "name": "SHOP",
        }
        for number, amount in enumerate(amounts)
    ]
    decimals = [(f"t{n}", f"{float(a):.2f}", dt.date(2026, 6, 1)) for n, a in enumerate(amounts)]
    said = said_in(tmp_path, {"numbers": {"decimal_mark": "."}})
    assert found_in(staged_from(tmp_path, rows_with(rows), mapping_path=said)) == decimals
    if is_clear:
        assert found_in(staged_from(tmp_path, rows_with(rows))) == decimals
        return
    with pytest.raises(ImportProblemsError, match="three digits after the point") as refusal:
        staged_from(tmp_path, rows_with(rows))
    assert len(SUGGESTED.findall(str(refusal.value))) == 2


NO_NUMBERS = [
    "1e3",
    "1_000",
    "0x10",
    "12 34",
    "--5",
    "5-",
    "",
    "abc",
    "1,50",
    "$5",
    "(5.00)",
    "5 USD",
]
NO_DAYS = [
    *("epoch", "infinity", "2026-06-31", "2026-06-30 24:00:00", "0", "46056", "6/7/26", "20260601"),
    *("2026-06-03 (BC)", "2026-13-01", "yesterday", "2026-06-03T25:00", "June 3"),
]
DAYS = {
    "2026-6-3": dt.date(2026, 6, 3),
    "2026/06/03": dt.date(2026, 6, 3),
    "2026-06-03 23:59:59": dt.date(2026, 6, 3),
    "2026-06-03T23:30:00-08:00": dt.date(2026, 6, 3),
    "2026-06-03T00:30:00+02:00": dt.date(2026, 6, 3),
    "2026-06-03T12:00:00.000Z": dt.date(2026, 6, 3),
}


def _one(**changes: str) -> Rows:
    row = {"transaction_id": "t", "account_id": "a1", "date": "2026-06-01", "amount": "5"}
    return rows_with([{**row, "name": "SHOP", **changes}])


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_plain_number_is_no_number(tmp_path: Path, text: str) -> None:
    with pytest.raises(ImportProblemsError, match="column amount"):
        staged_from(tmp_path, _one(amount=text))


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day_is_no_day(tmp_path: Path, text: str) -> None:
    with pytest.raises(ImportProblemsError, match="column date"):
        staged_from(tmp_path, _one(date=text))


@pytest.mark.parametrize("text", DAYS)
def test_the_day_is_the_one_that_is_written(tmp_path: Path, text: str) -> None:
    [(_, _, day)] = found_in(staged_from(tmp_path, _one(date=text)))
    assert day == DAYS[text]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("+5", "5.00"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("\u22125.10", "-5.10"),
        ("\u00a05\u00a0", "5.00"),
    ],
)
def test_plain_numbers_are_plain_however_short(tmp_path: Path, text: str, amount: str) -> None:
    [(_, found, _)] = found_in(staged_from(tmp_path, _one(amount=text)))
    assert found == amount


def test_days_of_a_spreadsheet_are_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError, match="as spreadsheets count them"):
        staged_from(tmp_path, _one(date="46056"))


def test_signs_that_look_turned_are_noted(tmp_path: Path) -> None:
    def notes(amounts: list[int]) -> str:
        rows = [
            {
                "transaction_id": f"t{number}",
                "account_id": "a1",
                "date": "2026-06-01",
                "amount": amount,
                "name": "SHOP",
            }
            for number, amount in enumerate(amounts)
        ]
        report = staged_from(tmp_path, rows_with(rows)).report
        return "\n".join(line.sentence for line in report if line.outcome == "note")

    assert "negate: [amount]" in notes([-5] * 27 + [900] * 3)
    assert "no money ever comes in" in notes([5] * 30)
    assert notes([5] * 27 + [-900] * 3) == ""
    assert notes([5] * 10) == "", "too few to say"
