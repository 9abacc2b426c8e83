"""The database of a preview: it parses each statement once, answers like any other, and has no
thread that a fork would lose.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.preview import preview
from spendsense_pipeline.preview.database import empty_database
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration


class Parsing:
    """A connection that takes note of the texts it parses."""

    def __init__(self, con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
        self._con, self._texts = con, texts

    def extract_statements(self, query: str) -> list[duckdb.Statement]:
        self._texts.append(query)
        return self._con.extract_statements(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


def test_a_second_preview_parses_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another seed and another day: texts of views hold the day, the first and the last person,
    and a table that was empty the first time is filled the second."""
    texts: list[str] = []
    connect = duckdb.connect
    monkeypatch.setattr(
        duckdb, "connect", lambda *args, **given: Parsing(connect(*args, **given), texts)
    )
    asked = {"num_users": 10, "months_history": 1}
    preview(a_configuration(config=asked | {"seed": 71}))
    texts.clear()
    preview(a_configuration(config=asked | {"seed": 72}))
    preview(a_configuration(config=asked, as_of=dt.date(2026, 3, 4)))
    assert all("temp view" in text or text.startswith('insert into "') for text in texts)
    assert len(texts) < 20


def test_a_statement_takes_the_parameters_of_each_time() -> None:
    for value, expected in ((1, 2), (1.5, 2.5), (dt.date(2026, 6, 30), dt.date(2026, 7, 1))):
        with closing(empty_database()) as con:
            assert con.execute("select $value + 1", {"value": value}).fetchall() == [(expected,)]
    with closing(empty_database()) as con:
        con.execute("create table made (n integer); insert into made values (7)")
        assert con.execute("select n from made where n > ?", [6]).fetchall() == [(7,)]
        with pytest.raises(duckdb.CatalogException):
            con.execute("select n from unmade")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_thread_stands_behind_it() -> None:
    before = _threads()
    with closing(empty_database()) as con:
        con.execute("create table made as select range as n from range(500_000)")
        con.execute("select n % 7, sum(n) from made group by all").fetchall()
        assert _threads() <= before
    with closing(duckdb.connect(":memory:", config={"threads": 1})):
        assert _threads() > before  # what a database usually has


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_child_goes_on_with_it() -> None:
    with closing(empty_database()) as con:
        con.execute("create table made as select range as n from range(1000)")
        child = os.fork()
        if child == 0:
            con.execute("insert into made select n from made")
            os._exit(con.execute("select count(*) from made").fetchall() != [(2000,)])
        assert os.waitpid(child, 0)[1] == 0
        assert con.execute("select count(*) from made").fetchall() == [(1000,)]


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))
