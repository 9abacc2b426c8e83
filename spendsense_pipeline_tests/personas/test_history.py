"""`persona_history`: every month's end is judged as a dataset built as of that day would be."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.features.build import measuring
from spendsense_pipeline.features.definitions import definitions
from spendsense_pipeline.features.readable import VAGUE_TO_STREAMS
from spendsense_pipeline.features.series import (
    BILL_FEATURES,
    EVERY_KIND,
    SUBSCRIBED_KINDS,
    find_series,
)
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.personas.history import build_history, month_ends, months_judged, past
from spendsense_pipeline.tables.features import FEATURES, WINDOWS
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    a_population,
    rows,
)
from spendsense_pipeline_tests.fixtures.seeds import seeds

JUDGED = """
    select assigned.user_id, assigned.window_days, assigned.as_of, assigned.primary_persona,
      assigned.severity, measured.history_days
    from persona_assignments as assigned
    join (select * from features_30d union all select * from features_180d) as measured
      using (user_id, window_days)
    order by all
"""
PAST = "select * from persona_history where as_of = $day order by all"


def judged_by_month(resolved: ResolvedConfig, **options: Any) -> duckdb.DuckDBPyConnection:
    con = a_population(resolved)
    build_history(
        con,
        as_of=resolved.as_of,
        history_start=resolved.history_start,
        thresholds=resolved.thresholds,
        **options,
    )
    return con


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 800))
def test_months_end_on_their_last_days(start: dt.date, days: int) -> None:
    as_of = start + dt.timedelta(days)
    every_day = [start + dt.timedelta(n) for n in range(days + 1)]
    expected = [day for day in every_day if (day + dt.timedelta(1)).day == 1]
    assert month_ends(start, as_of) == expected
    assert month_ends(start, as_of, 3) == expected[-3:]
    assert month_ends(start, as_of, 0) == []


@pytest.mark.parametrize(("asked", "people", "judged"), [
    (None, 1_000, None), (None, 1_001, 0), (0, 10, 0), (6, 100_000, 6),
])  # fmt: skip
def test_all_months_are_judged_up_to_a_thousand_people(
    asked: int | None, people: int, judged: int | None
) -> None:
    assert months_judged(asked, people) == judged


@pytest.mark.parametrize(
    ("options", "months"),
    [
        ({"config": {"num_users": 80, "seed": 5}, "as_of": dt.date(2026, 5, 31)}, (1, 6)),
        pytest.param(
            {"preset": "balanced", "config": {"num_users": 60, "seed": 2}},
            (4,),
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"config": {"num_users": 80, "seed": 5}, "as_of": dt.date(2026, 5, 31)},
            (3,),
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"config": {"num_users": 60, "seed": 9, "months_history": 22}},
            (1, 7, 15, 18, 21),
            marks=pytest.mark.long,
        ),
        *(
            pytest.param(
                {
                    "preset": preset,
                    "config": {"num_users": 60, "seed": seed, "months_history": 9},
                    "as_of": dt.date(2025, 9, 1) + dt.timedelta(31 * seed),
                },
                (seed % 3, 3 + seed % 4, 8),
                marks=pytest.mark.long,
            )
            for seed, preset in enumerate((None, "calibrated", "overlap_testing", "balanced"))
        ),
    ],
)
def test_a_month_is_judged_as_a_dataset_of_that_day(
    options: dict[str, Any], months: tuple[int, ...]
) -> None:
    resolved = a_configuration(**options)
    con = judged_by_month(resolved)
    ends = month_ends(resolved.history_start, resolved.as_of)
    assert {day for (day,) in rows(con, "select distinct as_of from persona_history")} == {*ends}
    for day in (ends[number] for number in months):
        then = a_configuration(**{**options, "as_of": day}, history_start=resolved.history_start)
        expected = a_judged_population(then).execute(JUDGED).fetchall()
        assert len(expected) > 60
        assert con.execute(PAST, {"day": day}).fetchall() == expected


@pytest.mark.parametrize("is_categorised", [pytest.param(True, marks=pytest.mark.long), False])
def test_an_import_is_judged_from_its_rows_alone(is_categorised: bool) -> None:
    """Cut by hand: rows up to the day, balances from opening balances, no word of statements.

    Without categories a payment to a card is told by its other leg, which may not be there yet.
    """
    resolved = a_configuration(config={"num_users": 60, "seed": 4})
    con, then = a_population(resolved), a_population(resolved)
    day = dt.date(2026, 3, 31)
    for one in (con, then):
        one.execute("delete from card_statements")
        if not is_categorised:
            one.execute(
                "update raw_transactions set category_primary = null, category_detailed = null"
            )
        # Nobody's history begins on the same day.
        one.execute(
            "delete from raw_transactions where date < date '2025-12-01'"
            " + cast(right(user_id, 2) as integer) or pending"
        )
        one.execute(
            "update raw_accounts set balance_current = opening_balance + case when type = 'credit'"
            " then 1 else -1 end * coalesce((select sum(amount) from raw_transactions as row_"
            " where row_.account_id = raw_accounts.account_id), 0)"
        )
    then.execute("delete from raw_transactions where date > $day", {"day": day})
    then.execute(
        "update raw_accounts set balance_current = opening_balance + case when type = 'credit'"
        " then 1 else -1 end * coalesce((select sum(amount) from raw_transactions as row_"
        " where row_.account_id = raw_accounts.account_id), 0)"
    )
    then.execute(
        "update raw_liabilities set is_overdue = null, minimum_payment_amount = null,"
        " last_statement_balance = null, last_payment_date = (select max(date) from"
        " raw_transactions as row_ where row_.account_id = raw_liabilities.account_id"
        " and category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT')"
    )
    build_recurring_streams(then, as_of=day)
    for window in WINDOWS:
        build_features(then, as_of=day, window_days=window, history_start=None)
    assign(then, as_of=day, thresholds=resolved.thresholds)
    build_history(con, as_of=resolved.as_of, history_start=None, thresholds=resolved.thresholds)
    expected = then.execute(JUDGED).fetchall()
    assert len({row[5] for row in expected}) > 20
    assert con.execute(PAST, {"day": day}).fetchall() == expected


@pytest.mark.parametrize("seed", seeds(1, 6))
def test_subscriptions_are_found_among_the_rows_that_may_be_some(seed: int) -> None:
    """What is left out for speed is no subscription, and takes none away."""
    resolved = a_configuration(config={"num_users": 60, "seed": seed, "months_history": 14})
    con = a_population(resolved)
    parameters = vocabulary() | definitions()
    parameters |= {"as_of": resolved.as_of, "vague_details": list(VAGUE_TO_STREAMS)}
    found = []
    for kinds in (EVERY_KIND, SUBSCRIBED_KINDS):
        with measuring(con, None, parameters):
            find_series(con, parameters, kinds)
            series = "select * exclude (piece_no) from _series where kind = 'subscription'"
            found.append(rows(con, f"{series} order by all"))
    assert found[0] == found[1]
    assert len(found[0]) > 60
    assert {column.name for column in FEATURES} > BILL_FEATURES


def test_months_judged_apart_are_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = a_configuration(config={"num_users": 30, "seed": 7})
    con = a_population(resolved)

    def judged() -> list[tuple[Any, ...]]:
        build_history(
            con,
            as_of=resolved.as_of,
            history_start=resolved.history_start,
            thresholds=resolved.thresholds,
        )
        return rows(con, "from persona_history order by all")

    together = judged()
    monkeypatch.setattr(past, "COPIES_AT_ONCE", 80)
    assert len(together) > 300
    assert len(together) / 2 > 80 * 2, "people times months, in three parts or more"
    con.execute("delete from persona_history")
    assert judged() == together


def test_only_consenting_people_and_asked_for_months_are_judged() -> None:
    resolved = a_configuration(config={"num_users": 40, "seed": 3})
    con = judged_by_month(resolved, months=2)
    ends = month_ends(resolved.history_start, resolved.as_of)
    assert {day for (day,) in rows(con, "select distinct as_of from persona_history")} == {
        *ends[-2:]
    }
    granted = set(rows(con, "select user_id from raw_users where consent_status = 'granted'"))
    assert set(rows(con, "select distinct user_id from persona_history")) == granted
    assert len(granted) < 40


@pytest.mark.parametrize("of", ["none is asked for", "none has ended"])
def test_where_no_month_is_judged_the_table_is_empty(of: str) -> None:
    as_of, begins = dt.date(2026, 3, 30), dt.date(2026, 3, 2)
    config = {"config": {"num_users": 12, "seed": 3}}
    if of == "none is asked for":
        con = judged_by_month(a_configuration(as_of=as_of, **config), months=0)
    else:
        con = judged_by_month(a_configuration(as_of=as_of, history_start=begins, **config))
    assert rows(con, "from persona_history") == []


def test_nothing_is_left_behind() -> None:
    resolved = a_configuration(config={"num_users": 20, "seed": 3})
    con = a_population(resolved)
    before = rows(con, "select table_name from duckdb_tables() order by all")
    databases = rows(con, "select database_name from duckdb_databases() order by all")
    build_history(
        con, as_of=resolved.as_of, history_start=resolved.history_start,
        thresholds=resolved.thresholds,
    )  # fmt: skip
    after = rows(con, "select table_name from duckdb_tables() order by all")
    assert after == sorted([*before, ("persona_history",)])
    assert rows(con, "select database_name from duckdb_databases() order by all") == databases


def test_history_ends_with_what_is_assigned() -> None:
    resolved = a_configuration(
        as_of=dt.date(2026, 4, 30), config={"num_users": 40, "seed": 3, "months_history": 4}
    )
    con = a_judged_population(resolved)
    build_history(
        con, as_of=resolved.as_of, history_start=resolved.history_start,
        thresholds=resolved.thresholds,
    )  # fmt: skip

    def broken() -> list[str]:
        found = run_all(con, resolved, assets=["persona_history"])
        return [outcome.name for outcome in found if not outcome.passed]

    assert broken() == []
    con.execute(
        "update persona_history set primary_persona = 'savings_builder' where as_of ="
        " date '2026-04-30' and user_id = (select min(user_id) from persona_history"
        " where primary_persona <> 'savings_builder' and as_of = date '2026-04-30')"
    )
    assert broken() == ["last_month_is_as_assigned"]
