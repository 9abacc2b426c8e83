"""Lists, queues and spreads of a hundred thousand people: as right as of twenty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.reporting.people import PeopleAsked, people_page
from spendsense_pipeline.reporting.people_facets import people_facets
from spendsense_pipeline.reporting.review_queue import ItemsOf, review_queue
from spendsense_pipeline.reporting.signals import signal
from spendsense_pipeline.reporting.transactions import TransactionsAsked, transactions_page
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.raw import RAW_ACCOUNTS, RAW_TRANSACTIONS, RAW_USERS
from spendsense_pipeline_tests.fixtures.reviews import a_recommendation
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    a_transaction,
    a_user,
    an_account,
    insert,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
from spendsense_pipeline_tests.reporting.made_readers import a_reader

PEOPLE = 100_000
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DatasetReader, Settings]]:
    reader = a_reader()
    _repeat(
        reader,
        "raw_users",
        a_user(),
        user_id="format('user_{:04d}', n)",
        name="'Person ' || n",
        age="18 + n % 60",
        consent_status="if(n % 10 = 0, 'denied', 'granted')",
    )
    for window in (30, 180):
        reader.con.execute(
            "insert into persona_assignments by name select user_id, $window as window_days, "
            "$as_of as as_of, if(age % 2 = 0, 'general', 'savings_builder') as primary_persona, "
            "[] as matched_personas, age / 100 as severity, 'assigned' as status, "
            "'r' as rules_version from raw_users where consent_status = 'granted'",
            {"window": window, "as_of": AS_OF},
        )
        reader.con.execute(
            f"insert into features_{window}d by name select user_id, $as_of as as_of, "
            f"{window} as window_days, age / 100 as max_utilization from raw_users "
            "where consent_status = 'granted'",
            {"as_of": AS_OF},
        )
    for window in (30, 180):
        _repeat(
            reader,
            "recommendations",
            a_recommendation(window_days=window),
            user_id="format('user_{:04d}', n)",
            recommendation_id="md5(n::varchar)",
            where="n % 10 <> 0",
        )
    yield reader, settings_in(tmp_path_factory.mktemp("crowd"))
    reader.con.close()


def _repeat(
    reader: DatasetReader, table: str, row: dict[str, object], where: str = "true", **sql: str
) -> None:
    """The row once for each person, with these columns computed from the person's number `n`."""
    [declared] = [each for each in TABLES if each.name == table]
    columns = [name for name in declared.column_names if name in row or name in sql]
    selected = ", ".join(sql.get(name, f"${name}") for name in columns)
    reader.con.execute(
        f"insert into {table} ({', '.join(columns)}) select {selected} "
        f"from range({PEOPLE}) as people(n) where {where}",
        {name: row[name] for name in columns if name not in sql},
    )


def test_the_last_page_is_as_right_as_the_first(crowd: tuple[DatasetReader, Settings]) -> None:
    reader, settings = crowd
    last = people_page(reader, settings, PeopleAsked(page=2000))
    assert (last.found, last.total, last.pages) == (PEOPLE, PEOPLE, 2000)
    assert last.rows[-1].user_id == "user_99999"
    savers = people_page(
        reader,
        settings,
        PeopleAsked(persona="savings_builder", sort="severity_180d", is_descending=True),
    )
    assert savers.found == sum(1 for n in range(PEOPLE) if n % 10 and (18 + n % 60) % 2)
    assert {row.severity_180d for row in savers.rows} == {0.77}
    assert [row.awaiting_review for row in last.rows[-2:]] == [1, 1]
    assert people_facets(reader, settings).consent[0].people == PEOPLE // 10


def test_the_queue_and_a_spread(crowd: tuple[DatasetReader, Settings]) -> None:
    reader, settings = crowd
    queue = review_queue(reader, settings, limit=50, offset=89_950)
    assert queue.found == 90_000
    assert queue.items[-1].user_id == "user_99999"
    assert queue.items[-1].windows == (30, 180)
    assert review_queue(reader, settings, items=ItemsOf(kind="offer"), limit=5).found == 0
    spread = signal(reader, settings, "max_utilization")
    assert sum(each.people_30d for each in spread.bins) == 90_000


def test_ten_thousand_rows_of_one_person(tmp_path: Path) -> None:
    reader, settings = a_reader(), settings_in(tmp_path)
    _only_one(reader)
    page = transactions_page(reader, settings, "user_0000", TransactionsAsked(text="shop777 >5"))
    assert page.total == 10_000
    assert page.found == sum(1 for n in range(10_000) if "shop777" in f"shop{n}")


def _only_one(reader: DatasetReader) -> None:
    insert(reader.con, RAW_USERS, [a_user()])
    insert(reader.con, RAW_ACCOUNTS, [an_account()])
    rows = [
        a_transaction("9.00", AS_OF, name=f"Shop{n}", transaction_id=f"t{n}") for n in range(10_000)
    ]
    insert(reader.con, RAW_TRANSACTIONS, rows)
