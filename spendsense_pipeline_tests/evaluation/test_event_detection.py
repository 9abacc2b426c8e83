"""`event_detection` and `evaluation`: how soon windows notice what happens, against whole datasets
built as of the days that are named."""

from __future__ import annotations

import datetime as dt
from statistics import median
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.evaluation.event_detection import (
    WATCHED_DAYS,
    build_event_detection,
    is_scored,
)
from spendsense_pipeline.evaluation.measures import build_evaluation
from spendsense_pipeline.tables.advice import ADVICE_TABLES
from spendsense_pipeline.tables.features import MEASURED_TABLES
from spendsense_pipeline.tables.personas import JUDGED_TABLES
from spendsense_pipeline.tables.traces import DECISION_TRACES
from spendsense_pipeline_tests.fixtures.evaluated_people import for_now
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    a_population,
    rows,
)

AS_OF = dt.date(2026, 6, 30)
# What other figures are about: nobody is judged or advised here.
UNADVISED = (*MEASURED_TABLES, *JUDGED_TABLES, DECISION_TRACES, *ADVICE_TABLES)


def a_year(**options: Any) -> ResolvedConfig:
    config = {"num_users": 60, "months_history": 12, "seed": 6}
    return a_configuration(as_of=AS_OF, config=config, controls={"life_event_rate": 0.3}, **options)


def scored(resolved: ResolvedConfig) -> duckdb.DuckDBPyConnection:
    con = a_population(resolved)
    for table in UNADVISED:
        con.execute(table.create_sql())
    build_event_detection(
        con,
        as_of=resolved.as_of,
        history_start=resolved.history_start,
        thresholds=resolved.thresholds,
    )
    build_evaluation(con, resolved=resolved)
    return con


@pytest.fixture(scope="module")
def year() -> duckdb.DuckDBPyConnection:
    return scored(a_year())


@pytest.mark.parametrize("cases", [1, pytest.param(4, marks=pytest.mark.long)])
def test_a_window_shows_it_on_the_day_named_and_not_on_the_day_before(
    year: duckdb.DuckDBPyConnection, cases: int
) -> None:
    found = rows(
        year,
        "select found.user_id, found.window_days, found.noticed_on, event.persona_after"
        " from event_detection as found join life_events as event using (event_id)"
        " where found.status = 'noticed' and noticed_after_days > 1 order by hash(event_id), 2"
        f" limit {cases}",
    )
    assert len(found) == cases
    query = (
        "select primary_persona from persona_assignments where user_id = $1 and window_days = $2"
    )
    for user_id, window, day, persona in found:
        shown = []
        for as_of in (day - dt.timedelta(1), day):
            resolved = a_year()
            then = a_configuration(
                as_of=as_of,
                history_start=resolved.history_start,
                config={"num_users": 60, "seed": 6},
                controls={"life_event_rate": 0.3},
            )
            con = a_judged_population(then)
            shown.append(con.execute(query, [user_id, window]).fetchall()[0][0])
        assert shown[1] == persona
        assert shown[0] != persona


def test_every_event_of_consenting_people_is_scored_once_per_window(
    year: duckdb.DuckDBPyConnection,
) -> None:
    expected = rows(
        year,
        "select event_id, window_days from life_events join raw_users using (user_id), "
        "(select unnest([30, 180]) as window_days) where consent_status = 'granted' order by all",
    )
    assert rows(year, "select event_id, window_days from event_detection order by all") == expected
    assert len(expected) > 20
    for happened_on, noticed_on, after, status in rows(
        year, "select happened_on, noticed_on, noticed_after_days, status from event_detection"
    ):
        assert (status == "noticed") == (noticed_on is not None)
        if noticed_on:
            assert 0 <= after == (noticed_on - happened_on).days <= WATCHED_DAYS
        if status == "not yet":
            assert happened_on + dt.timedelta(WATCHED_DAYS) > AS_OF


def figures(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Figures about events by metric and segment."""
    found = rows(
        con,
        "select metric, segment, value, numerator, denominator, lower, upper, passed"
        " from evaluation where metric like 'life_event.%'",
    )
    return {row[:2]: row[2:] for row in found}


def test_figures_are_counted_from_the_events(year: duckdb.DuckDBPyConnection) -> None:
    measured = figures(year)
    kinds = rows(year, "select distinct kind from event_detection")
    for window, most_days in ((30, 92), (180, 194)):
        for kind in ("any", *(kind for (kind,) in kinds)):
            each = rows(
                year,
                "select status, noticed_after_days from event_detection"
                f" where window_days = {window} and '{kind}' in ('any', kind)",
            )
            days = [after for status, after in each if status == "noticed"]
            decided = len(days) + sum(status == "never" for status, _ in each)
            segment = f"{kind}, {window} days"
            if not decided:
                assert ("life_event.noticed_share", segment) not in measured
                continue
            share = measured["life_event.noticed_share", segment]
            assert share[:3] == (len(days) / decided, len(days), decided)
            assert share[5] is (None if decided < 5 else share[4] >= 0.9)
            if days:
                noticed = measured["life_event.days_to_notice", segment]
                assert noticed[:3] == (median(days), None, len(days))
                assert min(days) <= noticed[3] <= noticed[0] <= noticed[4] <= max(days)
                assert noticed[5] is (None if len(days) < 5 else median(days) <= most_days)
            if kind == "any":
                unsteady = sum(status == "unsteady" for status, _ in each)
                near = measured["life_event.near_a_line_share", segment]
                assert near[:3] == (pytest.approx(unsteady / len(each)), unsteady, len(each))


def test_the_short_window_notices_first_and_both_nearly_always(
    year: duckdb.DuckDBPyConnection,
) -> None:
    measured = figures(year)
    short, long_ = (
        measured["life_event.days_to_notice", f"any, {window} days"][0] for window in (30, 180)
    )
    assert short < long_ < 120
    shares = [measured["life_event.noticed_share", f"any, {window} days"] for window in (30, 180)]
    assert all(share[0] >= 0.9 for share in shares)
    assert all(figure[5] is not False for figure in measured.values())


def test_events_that_go_unnoticed_miss_the_targets(year: duckdb.DuckDBPyConnection) -> None:
    with for_now(year):
        year.execute(
            "update event_detection set status = 'never', noticed_on = null,"
            " noticed_after_days = null where status = 'noticed' and window_days = 180"
            " and hash(event_id) % 2 = 0"
        )
        year.execute(
            "update event_detection set noticed_after_days = noticed_after_days + 90"
            " where status = 'noticed' and window_days = 30"
        )
        build_evaluation(year, resolved=a_year())
        late = figures(year)
        year.execute("update event_detection set status = 'unsteady' where hash(event_id) % 2 = 1")
        build_evaluation(year, resolved=a_year())
        unsteady = figures(year)
    assert late["life_event.noticed_share", "any, 180 days"][5] is False
    assert late["life_event.noticed_share", "any, 30 days"][5] is True
    assert late["life_event.days_to_notice", "any, 30 days"][5] is False
    assert late["life_event.near_a_line_share", "any, 30 days"][5] is True
    assert unsteady["life_event.near_a_line_share", "any, 30 days"][5] is False


def test_a_population_without_events_has_no_scores() -> None:
    resolved = a_configuration(
        config={"num_users": 20, "months_history": 3}, controls={"life_event_rate": 0.0}
    )
    con = scored(resolved)
    assert rows(con, "from event_detection") == []
    assert figures(con) == {}
    assert [is_scored(*asked) for asked in ((None, 1_000), (None, 1_001), (0, 10))] == [
        True,
        False,
        False,
    ]


def test_nothing_is_left_behind() -> None:
    resolved = a_configuration(config={"num_users": 20, "months_history": 6})
    con = a_population(resolved)
    tables = "select table_name from duckdb_tables() where not internal order by all"
    before = rows(con, tables)
    build_event_detection(
        con,
        as_of=resolved.as_of,
        history_start=resolved.history_start,
        thresholds=resolved.thresholds,
    )
    assert rows(con, tables) == sorted([*before, ("event_detection",)])
