"""One person on one screen, where the data leave things open."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from spendsense_pipeline.cli.person import show_person
from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.publishing.publish import Dataset
from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.reporting.life_events import Noticing, noticing
from spendsense_pipeline.reporting.past_months import Flow, flows
from spendsense_pipeline.reporting.person import view_person
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.evaluation import EVENT_DETECTION
from spendsense_pipeline.tables.personas import PERSONA_HISTORY
from spendsense_pipeline.tables.raw import LIFE_EVENTS
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    a_card,
    a_transaction,
    a_user,
    an_account,
    an_event,
    insert,
)
from spendsense_pipeline_tests.fixtures.traced_people import a_traced_world, resolved_with


def test_accounts_without_balance_name_and_kind_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    con = a_traced_world(
        users=[a_user()],
        accounts=[
            an_account(balance_current=None),
            a_card(balance_current=None),
            an_account("odd", type="other", subtype=None, name=None, balance_current=None),
        ],
        transactions=[a_transaction("30.00", AS_OF)],
    )
    con.execute(OPERATOR_CONTROLS.create_sql())
    load_rows(con, OPERATOR_CONTROLS, resolved_with().to_rows())
    for table in (PERSONA_HISTORY, EVENT_DETECTION):
        con.execute(table.create_sql())
    now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    dataset = Dataset("d", AS_OF, HISTORY_START, 1, None, "c", "r", "v", None, now, Path("d"))
    show_person(view_person(DatasetReader(con, dataset), "user_0000"))
    con.close()
    lines = capsys.readouterr().out.splitlines()
    [odd] = [line for line in lines if line.strip().startswith("other")]
    assert NO_DATA in odd.split()
    assert any("$30.00" in line for line in lines)
    assert "None" not in odd


def test_the_way_through_the_months_is_a_line_and_changes_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    con = a_traced_world(
        users=[a_user(), a_user("user_0001")],
        accounts=[an_account(), an_account("other", "user_0001")],
        transactions=[a_transaction("30.00", AS_OF)],
    )
    con.execute(OPERATOR_CONTROLS.create_sql())
    load_rows(con, OPERATOR_CONTROLS, resolved_with().to_rows())
    con.execute(PERSONA_HISTORY.create_sql())
    con.execute(EVENT_DETECTION.create_sql())
    insert(con, LIFE_EVENTS, [an_event("user_0000", dt.date(2026, 3, 2))])
    con.execute(
        "insert into event_detection values ('user_0000:event:00', 'user_0000', 30, 'new_job',"
        " date '2026-03-02', date '2026-04-01', 30, 'noticed')"
    )
    ways = {
        ("user_0000", 30): ["general", "general", "savings_builder", "general", "general"],
        ("user_0000", 180): ["general", "general", "general", "savings_builder", "savings_builder"],
        ("user_0001", 30): ["general"] * 5,
        ("user_0001", 180): ["savings_builder", "general", "general", "general", "general"],
    }
    ends = [
        dt.date(2026, month, day) for month, day in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31))
    ]
    for (user, window), personas in ways.items():
        for end, persona in zip(ends, personas, strict=True):
            severity = 0.0 if persona == "general" else 0.5
            # Told apart from the end of February on.
            con.execute(
                "insert into persona_history values (?, ?, ?, ?, ?, ?)",
                [user, window, end, persona, severity, (end - dt.date(2025, 10, 15)).days],
            )
    now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    dataset = Dataset("d", AS_OF, HISTORY_START, 1, None, "c", "r", "v", None, now, Path("d"))
    published = DatasetReader(con, dataset)
    show_person(view_person(published, "user_0000"))
    found, noticed = flows(published), noticing(published)
    con.close()
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "30 days: general Jan 2026 to Feb 2026, savings_builder Mar 2026, "
        "general Apr 2026 to May 2026" in said
    )
    assert "180 days: general Jan 2026 to Mar 2026, savings_builder Apr 2026 to May 2026" in said
    assert (
        "2026-03-02 new_job: variable_income to general; seen after 30 days by the 30-day window"
        in said
    )
    assert noticed == Noticing(1, 1, 30.0, None)
    assert (found.month_pairs, found.people) == (3, 2)
    assert found.flows == (
        Flow("general", "savings_builder", 1, 1),
        Flow("savings_builder", "general", 1, 0),
    )
