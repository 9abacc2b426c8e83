"""How long decisions take is counted from the publication that showed an item to what an operator
first said of it; the cost of advice is by consenting person."""

from __future__ import annotations

import datetime as dt

import duckdb

from spendsense_pipeline.publishing.run_record import RunRecord, prepare
from spendsense_pipeline.publishing.turnaround import median_hours
from spendsense_pipeline.review.entries import Entry
from spendsense_pipeline.review.states import PIPELINE
from spendsense_pipeline_tests.fixtures.reviews import OCCASION, an_entry, item_id

KINDS = {"c1": "offer", "c2": "education"}


def said(item: int, hours: float, to_state: str = "approved", **changes: object) -> Entry:
    at = OCCASION.published_at + dt.timedelta(hours=hours)
    return an_entry(to_state, at=at, recommendation_id=item_id(item), **changes)


def test_the_first_word_of_an_operator_counts_by_kind() -> None:
    entries = [
        said(1, 2),
        said(2, 5, "flagged"),
        said(2, 50, from_state="flagged"),
        said(3, 12),
        said(4, 7, content_id="c2"),
        said(5, 900, operator=PIPELINE),
        said(6, 900, content_id="no longer in the catalogue"),
        said(1, 300, from_state="approved", to_state="withdrawn"),
    ]
    assert median_hours(entries, KINDS) == {"education": 7.0, "offer": 5.0}
    assert median_hours([], KINDS) == {}


def test_figures_of_the_clock_are_written_anew_and_only_where_there_are_any() -> None:
    with duckdb.connect() as con:
        prepare(con)
        con.execute("create table content_items as select 'c1' as content_id, 'offer' as kind")
        con.execute(
            "create table raw_users as select if(range < 4, 'granted', 'denied') as consent_status"
            " from range(5)"
        )
        known = (
            "select metric, segment, value, unit from run_figures where metric <> 'stage_seconds'"
        )
        record = RunRecord()
        record.note_advice(con, [said(1, 2)])
        assert con.execute(known).fetchall() == [("review_turnaround", "offer", 2.0, "h")]
        record.note_seconds(con, "recommendations", 2.0)
        record.note_advice(con, [])
        assert con.execute(known).fetchall() == [("advice_latency", "recommendations", 0.5, "s")]
        con.execute("update raw_users set consent_status = 'denied'")
        record.note_advice(con, [])
        assert con.execute(known).fetchall() == []
