"""Query files and quoting: what DuckDB reads is what was meant."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.checks import vocabulary as checks
from spendsense_pipeline.controls import SPENDING_CATEGORIES
from spendsense_pipeline.features import definitions
from spendsense_pipeline.features import vocabulary as features
from spendsense_pipeline.plaid import categories
from spendsense_pipeline.sql import (
    QueryFolder,
    create_temporary,
    identifier,
    literal,
    number,
    parameters_of,
    used,
)

PACKAGE = Path(__file__).resolve().parents[1] / "spendsense_pipeline"
QUERIES = sorted(PACKAGE.rglob("*.sql"))
CHECKS = QueryFolder("spendsense_pipeline.checks")


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize("text", ["plain", "it's", 'a "b"', "';--", "$as_of", "", "ü\n"])
def test_names_and_values_survive_quoting(con: duckdb.DuckDBPyConnection, text: str) -> None:
    rows = con.execute(f"select {literal(text)} as {identifier(text or 'x')}")
    assert rows.description[0][0] == (text or "x")
    assert rows.fetchall() == [(text,)]


@pytest.mark.parametrize("value", [0.1, 1, -2.5, 1e300, 5e-324, 0.30000000000000004])
def test_numbers_stay_doubles(con: duckdb.DuckDBPyConnection, value: float) -> None:
    assert con.execute(f"select typeof({number(value)}), {number(value)}").fetchall() == [
        ("DOUBLE", value)
    ]


def test_only_parameters_that_a_query_names_are_bound(con: duckdb.DuckDBPyConnection) -> None:
    create_temporary(con, "bound", "select $a + 1 as b", {"a": 1, "unused": 2})
    assert con.execute("from bound").fetchall() == [(2,)]
    with pytest.raises(KeyError, match="a"):
        used("select $a", {"b": 1})


def test_a_query_is_known_by_its_path() -> None:
    assert CHECKS.has("staging/days.sql")
    assert not CHECKS.has("staging/nights.sql")
    assert CHECKS.text("staging/days.sql").startswith("-- What posted rows add")
    assert CHECKS.comment("raw_transactions/dates_are_past.sql").endswith(".")


def test_parameters_are_those_that_duckdb_reads(con: duckdb.DuckDBPyConnection) -> None:
    for path in QUERIES:
        text = path.read_text(encoding="utf-8")
        read = {name for one in con.extract_statements(text) for name in one.named_parameters}
        assert parameters_of(text) == read, path.name


def test_every_query_says_what_it_answers() -> None:
    for path in QUERIES:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"-- \w", text), path.name


def test_nobody_else_quotes_or_reads_queries() -> None:
    """A second reader or quoting helper would drift from the first."""
    strays = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "sql.py"
        and re.search(
            r"""replace\("'", "''"\)|replace\('"', '""'\)|\.sql"\)\.read_text""",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert not strays, f"use spendsense_pipeline/sql.py: {strays}"


def test_no_query_writes_a_category_code() -> None:
    """Codes and their first words come from a vocabulary, so that a rule cannot be said twice."""
    codes = {*categories.CATEGORIES, *categories.STREAM_KIND_BY_CODE, *categories.UNCONFIRMED_CODES}
    written = {
        path.relative_to(PACKAGE).as_posix(): found
        for path in QUERIES
        if (
            found := {
                word
                for word in re.findall(r"\b[A-Z][A-Z_]{2,}", path.read_text(encoding="utf-8"))
                if any(code.startswith(word) for code in codes)
            }
        )
    }
    assert not written, f"bind these, with a name in a vocabulary: {written}"


@pytest.mark.parametrize("vocabulary", [features.vocabulary(), checks.vocabulary()])
def test_every_word_bound_is_asked_for(vocabulary: dict[str, object]) -> None:
    asked = {name for path in QUERIES for name in parameters_of(path.read_text(encoding="utf-8"))}
    assert set(vocabulary) <= asked


def test_checks_group_codes_that_are_known() -> None:
    known = {*categories.CATEGORIES, *categories.BY_CODE}
    assert {*checks.SPENDING_CATEGORY_BY_CODE, *checks.EXPENDITURE_GROUP_BY_CODE} <= known
    counted_as = set(checks.SPENDING_CATEGORY_BY_CODE.values())
    assert counted_as == {*SPENDING_CATEGORIES, "cash"}
    bound = [v for value in checks.vocabulary().values() for v in _texts(value) if v.isupper()]
    assert set(bound) <= {*known, *categories.V1_SPLIT}


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def test_first_words_agree_with_the_codes_they_stand_for() -> None:
    """What a code nobody knows is judged by says of known codes what their own lists say."""
    for word in categories.NOT_SPEND_WORDS:
        assert {p for p in categories.CATEGORIES if p.startswith(f"{word}_")} == set(
            categories.TRANSFER_PRIMARIES
        )
    begins = tuple(f"{word}_" for word in categories.NOT_REFUND_WORDS)
    assert {p for p in categories.CATEGORIES if f"{p}_".startswith(begins)} == set(
        categories.NOT_REFUND_PRIMARIES
    )


@pytest.mark.parametrize("phrase", ["'card in'", "regexp_matches(coded.code"])
def test_what_a_row_counts_as_is_said_once(phrase: str) -> None:
    (said,) = [path.name for path in QUERIES if phrase in path.read_text(encoding="utf-8")]
    assert said in {"posted_rows.sql", "categorised_rows.sql"}


def test_the_number_of_a_group_has_room_for_its_parts() -> None:
    parts = definitions.MOST_ACCOUNTS * definitions.MOST_MERCHANTS * definitions.MOST_KINDS * 2
    assert parts <= 2**63
    assert len(features.ROW_KINDS) < definitions.MOST_KINDS
