"""A CSV in whatever form: every line is a row, set aside, or named, and nothing is read as
something else.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import random
import string
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.importing import ImportProblemsError
from spendsense_pipeline.importing.delimited import read_delimited
from spendsense_pipeline.importing.delimited.form import DELIMITERS
from spendsense_pipeline.importing.mapping import CsvDialect
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline_tests.fixtures.seeds import seeds

HEADER = ("transaction_id", "account_id", "date", "amount", "name")
Cells = list[str]


@dataclasses.dataclass(frozen=True)
class Written:
    """How a test's file is written."""

    delimiter: str = ","
    quoting: int = csv.QUOTE_MINIMAL
    line_end: str = "\n"
    encoding: str = "utf-8"
    preamble: tuple[str, ...] = ()
    tail: str = ""
    ends_in_line_end: bool = True

    def text(self, rows: list[Cells], header: tuple[str, ...] = HEADER) -> str:
        out = io.StringIO()
        writer = csv.writer(
            out, delimiter=self.delimiter, quoting=self.quoting, lineterminator=self.line_end
        )
        for line in self.preamble:
            out.write(line + self.line_end)
        writer.writerow(header)
        for row in rows:
            one = io.StringIO()
            csv.writer(
                one, delimiter=self.delimiter, quoting=self.quoting, lineterminator="\r\n"
            ).writerow(row)
            out.write(one.getvalue().removesuffix("\r\n") + self.tail + self.line_end)
        text = out.getvalue()
        return text if self.ends_in_line_end else text[: -len(self.line_end)]


def read(
    tmp_path: Path, text: str, written_in: str = "utf-8", **said: object
) -> tuple[list[Cells], list[str], ImportReport]:
    """Their rows, where each stands, and what the report says."""
    path = tmp_path / "transactions.csv"
    path.write_bytes(text.encode(written_in))
    report = ImportReport()
    with duckdb.connect() as con:
        arrival = read_delimited(
            con, path, "transactions", HEADER, CsvDialect.model_validate(said), report
        )
        names = ", ".join(f'"{name}"' for name in arrival.columns)
        rows = con.execute(f"select {names}, _row from their_transactions").fetchall()
    return [[cell or "" for cell in row[:-1]] for row in rows], [row[-1] for row in rows], report


def refusal(tmp_path: Path, text: str, written_in: str = "utf-8", **said: object) -> str:
    with pytest.raises(ImportProblemsError) as caught:
        read(tmp_path, text, written_in, **said)
    return str(caught.value)


def random_rows(dice: random.Random, count: int, *, odd: float = 0.3) -> list[Cells]:
    """Rows whose names hold everything that a reader may trip over."""
    pieces = [",", ";", "\t", "|", '"', "'", "é", "ü", "  ", "#", "\\", "$", "0", "\n", "NULL"]

    def name() -> str:
        word = "".join(dice.choice(string.ascii_uppercase) for _ in range(dice.randint(1, 8)))
        if dice.random() < odd:
            word += "".join(dice.choice(pieces) for _ in range(dice.randint(1, 3))) + "X"
        return word

    return [
        [f"t{n}", "chk", f"2026-06-{n % 28 + 1:02d}", f"{n}.50", name()]
        for n in range(1, count + 1)
    ]


def random_form(dice: random.Random) -> Written:
    return Written(
        delimiter=dice.choice(DELIMITERS),
        quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        line_end=dice.choice(["\n", "\r\n"]),
        encoding=dice.choice(["utf-8", "utf-8-sig", "utf-16"]),
        preamble=tuple(
            dice.choice(["Account 1234", "", "Total credits,0.00", "sep=;", "Beginning;;1.00"])
            for _ in range(dice.choice([0, 0, 1, 5]))
        ),
        ends_in_line_end=dice.random() < 0.7,
    )


@pytest.mark.parametrize("seed", seeds(20, 120))
def test_a_file_in_any_form_is_read_to_the_letter(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    form = random_form(dice)
    rows = random_rows(dice, dice.randint(1, 40))
    found, places, report = read(tmp_path, form.text(rows), form.encoding)
    assert found == rows
    assert len(set(places)) == len(rows)
    [first, *others] = report
    assert (first.outcome, first.rows) == ("read", len(rows))
    assert sum(line.rows for line in others if "column names" in line.text) == len(form.preamble)


@pytest.mark.parametrize("seed", seeds(50, 300))
def test_damage_is_named_or_harmless(tmp_path: Path, seed: int) -> None:
    """Whatever befalls one line: the file is refused by its line, or all its rows are there."""
    dice = random.Random(seed)
    rows = random_rows(dice, 20, odd=0.15)
    rows = [[cell.replace("\n", " ") for cell in row] for row in rows]
    lines = Written().text(rows).splitlines()
    hurt = dice.randrange(1, len(lines))
    kind = dice.choice(["drop a comma", "add a comma", "open a quote", "header", "cut", "blank"])
    if kind == "drop a comma":
        lines[hurt] = lines[hurt].replace(",", "", 1)
    elif kind == "add a comma":
        lines[hurt] = lines[hurt].replace(",", ",x,", 1)
    elif kind == "open a quote":
        lines[hurt] = lines[hurt].replace(",chk", ',"chk', 1)
    elif kind == "header":
        lines.insert(hurt, dice.choice([",".join(HEADER), ",".join(HEADER).upper()]))
    elif kind == "cut":
        lines[hurt] = lines[hurt][: dice.randrange(1, 8)]
    else:
        lines.insert(hurt, dice.choice(["", "  ", ",,,,", '"","","","",""']))
    text = "\n".join(lines) + "\n"
    if kind == "blank":
        found, _, report = read(tmp_path, text)
        assert found == rows
        assert [line.rows for line in report if line.text == "blank"] == [1]
        return
    said = refusal(tmp_path, text)
    # A quote that is not closed shows where it is closed wrongly, at the latest at the end.
    assert f"line {hurt + 1}" in said or f"lines {hurt + 1} to" in said


def test_a_quote_after_twenty_thousand_plain_lines_is_a_quote(tmp_path: Path) -> None:
    rows = [[f"x{n}", "chk", "2026-01-01", "20.00", "SHOP"] for n in range(21_000)]
    rows[20_900][-1] = "SMITH, CO"
    rows[20_950][-1] = 'THE "BIG" SHOP'
    found, places, _ = read(tmp_path, Written().text(rows))
    assert found == rows
    assert places[20_900] == "line 20902, row 20901"


def test_two_exports_pasted_together_are_refused_by_the_line_of_the_second(tmp_path: Path) -> None:
    rows = random_rows(random.Random(1), 30, odd=0)
    wider = ",".join((*HEADER, "memo")) + "\n" + "".join(",".join([*r, "m"]) + "\n" for r in rows)
    for second in (wider, Written().text(rows)):
        said = refusal(tmp_path, Written().text(rows) + second)
        assert "repeat the column names" in said
        assert "line 32, row 31" in said


def test_a_delimiter_more_at_the_end_of_rows_is_no_column(tmp_path: Path) -> None:
    rows = random_rows(random.Random(2), 60, odd=0.2)
    for tail in (",", ",,"):
        found, _, _ = read(tmp_path, Written(tail=tail).text(rows))
        assert found == rows
    lines = Written().text(rows := random_rows(random.Random(2), 60, odd=0)).splitlines()
    lines[7] += ","
    found, _, _ = read(tmp_path, "\n".join(lines))
    assert found == rows, "of one row only"


def test_an_unquoted_comma_is_named_with_its_line_and_what_it_makes(tmp_path: Path) -> None:
    rows = random_rows(random.Random(3), 60, odd=0)
    lines = Written().text(rows).splitlines()
    lines[16] = "t16,chk,2026-01-09,20.00,SMITH, CO"
    said = refusal(tmp_path, "\n".join(lines))
    assert "line 17, row 16 (6 values: 't16,chk,2026-01-09,20.00,SMITH, CO')" in said
    assert "Quote values" in said


@pytest.mark.parametrize("twin", ["amount", "Amount", " AMOUNT "])
def test_two_columns_of_one_name_are_refused_with_both(tmp_path: Path, twin: str) -> None:
    rows = [[*row, "99.99"] for row in random_rows(random.Random(4), 5, odd=0)]
    said = refusal(tmp_path, Written().text(rows, (*HEADER, twin)))
    assert f"column 4 'amount' and column 6 '{twin.strip()}'" in said


def test_values_of_several_lines_keep_the_count_of_lines(tmp_path: Path) -> None:
    rows = random_rows(random.Random(5), 6, odd=0)
    rows[1][-1] = "TWO\nLINES"
    rows[3][-1] = "THREE\n\nLINES"
    found, places, _ = read(tmp_path, Written().text(rows))
    assert found == rows
    assert [place.split(",")[0] for place in places] == [
        "line 2",
        "line 3",
        "line 5",
        "line 6",
        "line 9",
        "line 10",
    ]


def test_lines_swallowed_by_a_quote_are_never_part_of_a_name(tmp_path: Path) -> None:
    rows = random_rows(random.Random(6), 30, odd=0)
    lines = Written().text(rows).splitlines()
    lines[5] = lines[5].replace(rows[4][-1], '"' + rows[4][-1])
    lines[12] += '"'
    said = refusal(tmp_path, "\n".join(lines) + "\n")
    assert "lines 6 to 13" in said


def test_an_encoding_can_be_said_and_is_asked_for(tmp_path: Path) -> None:
    rows = [["t1", "chk", "2026-06-01", "1.00", "CAFÉ MÜNCHEN"]]
    text = Written().text(rows)
    said = refusal(tmp_path, text, "cp1252")
    assert "line 2 is not utf-8" in said
    assert "csv: {encoding: cp1252}" in said
    found, _, _ = read(tmp_path, text, "cp1252", encoding="cp1252")
    assert found == rows


def test_a_dialect_that_is_said_is_taken(tmp_path: Path) -> None:
    text = (
        "transaction_id;account_id;date;amount;name\n"
        "not;the;header;at;all\n"
        "transaction_id;account_id;date;amount;name\n"
        "t1;chk;2026-06-01;1.00;'A; B'\n"
        "t2;chk;2026-06-01;1.00;'A \\' B'\n"
    )
    found, _, report = read(tmp_path, text, delimiter=";", quote="'", escape="\\", header_line=3)
    assert [row[-1] for row in found] == ["A; B", "A ' B"]
    assert [line.rows for line in report if "column names" in line.text] == [2]
    assert "header_line" in refusal(tmp_path, text, header_line=50)


@pytest.mark.parametrize("text", ["", "\n\n  \n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    assert "is empty" in refusal(tmp_path, text)


def test_a_file_of_a_header_alone_holds_no_rows(tmp_path: Path) -> None:
    found, _, report = read(tmp_path, ",".join(HEADER) + "\n")
    assert found == []
    assert [line.rows for line in report] == [0]
