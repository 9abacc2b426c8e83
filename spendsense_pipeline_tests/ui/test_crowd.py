"""A hundred thousand people behind the pages: the same dataset, everybody in it many times over.

Who is copied has what pages of everybody read: details, accounts, features, personas, advice. Rows
and traces are those of the first ones, whose own pages are opened.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from spendsense_pipeline.tables import tables_in
from spendsense_pipeline_tests.fixtures.dashboard import Dashboard, dashboard, open_page
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.published_data import alter, rows_of

pytestmark = [pytest.mark.load, pytest.mark.browser]

PEOPLE = 100_000
COPIED = {
    "raw_users",
    "raw_accounts",
    "raw_liabilities",
    "raw_loans",
    "life_events",
    "features_30d",
    "features_180d",
    "persona_assignments",
    "persona_transitions",
    "persona_history",
    "recommendations",
    "recommendation_shortfalls",
}
_OF_THEIR_OWN = {"account_id", "event_id", "recommendation_id"}
MOST_SECONDS = 10.0
"""No page may hang; how quickly they come is measured elsewhere, on a quiet machine."""


def many_times_over(table: str, columns: tuple[str, ...], people: int) -> str:
    """Everybody's rows of a table once more for every copy of them."""
    number = f"copy.number * {people} + cast(substr(user_id, 6) as integer)"
    copied = ", ".join(
        f"format('user_{{:04d}}', {number})"
        if name == "user_id"
        else f"{name} || '~' || copy.number"
        if name in _OF_THEIR_OWN
        else name
        for name in columns
    )
    copies = PEOPLE // people
    return (
        f"insert into {table} select {copied} from {table}"
        f" cross join range(1, {copies}) as copy(number)"
    )


@pytest.fixture(scope="module")
def crowd(
    refreshed: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """A dashboard over them."""
    data_dir = a_copy_of(
        refreshed[0], tmp_path_factory.mktemp("crowd") / "data", without="warehouse"
    )
    [(people,)] = rows_of(data_dir, "select count(*) from raw_users")
    alter(
        data_dir,
        *(
            many_times_over(table.name, table.column_names, people)
            for table in tables_in("dataset")
            if table.name in COPIED
        ),
    )
    assert rows_of(data_dir, "select count(distinct user_id) from raw_users") == [(PEOPLE,)]
    with dashboard(data_dir) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/", "100,000"),
        ("/people", "100,000"),
        ("/people?page=400", "100,000"),
        ("/people?q=99999", "user_99999"),
        ("/people/user_0001", "user_0001"),
        ("/signals", "Signals"),
        ("/review", "Review"),
        ("/guardrails", "Guardrails"),
        ("/history", "History"),
        ("/bank", "Bank"),
    ],
)
def test_a_page_of_a_hundred_thousand_people(
    crowd: Dashboard, page: Page, path: str, says: str
) -> None:
    begun = time.perf_counter()
    open_page(page, crowd.url + path)
    expect(page.get_by_text(says).first).to_be_visible(timeout=MOST_SECONDS * 1_000)
    assert page.get_by_role("alert").count() == 0
    assert time.perf_counter() - begun < MOST_SECONDS
