"""The first page's parts, the checks and the datasets kept, held against the tables."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from pathlib import Path

import pytest

from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.recommendations.guardrails import GUARDRAILS
from spendsense_pipeline.reporting.checked import checked, grouped, realism_now
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.kept_datasets import kept_datasets
from spendsense_pipeline.reporting.life_events import Noticing, noticing
from spendsense_pipeline.reporting.overview import overview, persona_flow
from spendsense_pipeline.reporting.people import PeopleAsked, people_page
from spendsense_pipeline.reporting.people_facets import people_facets
from spendsense_pipeline.reporting.review_queue import review_queue
from spendsense_pipeline.reporting.runs import CheckResult
from spendsense_pipeline.reporting.summary import summarize
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables.raw import LIFE_EVENTS
from spendsense_pipeline_tests.fixtures.tiny_dataset import published as published_in
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
from spendsense_pipeline_tests.reporting.made_readers import a_reader


@pytest.mark.parametrize("window", [30, 180])
def test_links_carry_everybody_from_month_to_month(
    reader: DatasetReader, settings: Settings, window: int
) -> None:
    flow = persona_flow(reader, settings, window)
    history = {
        (row["user_id"], row["as_of"]): row["primary_persona"]
        for row in reader.rows(
            "select user_id, as_of, primary_persona from persona_history "
            "where window_days = $window",
            {"window": window},
        )
    }
    months = sorted({month for _, month in history})
    assert list(flow.months) == months
    assert {(c.as_of, c.persona): c.people for c in flow.counts} == Counter(
        (month, persona) for (_, month), persona in history.items()
    )
    expected = Counter(
        (before, after, history[user, before], history[user, after])
        for before, after in itertools.pairwise(months)
        for user in {user for user, _ in history}
        if (user, before) in history and (user, after) in history
    )
    assert {
        (link.from_as_of, link.to_as_of, link.from_persona, link.to_persona): link.people
        for link in flow.links
    } == expected


def test_an_overview_says_what_the_dataset_holds(reader: DatasetReader, settings: Settings) -> None:
    today = reader.dataset.as_of + dt.timedelta(days=9)
    found = overview(reader, settings, today=today)
    assert (found.freshness.people, found.freshness.age_days) == (20, 9)
    assert found.freshness.notes
    [(checks,)] = reader.con.execute("select count(*) from check_results").fetchall()
    assert found.checks.total == checks
    assert len(found.failed_checks) == found.checks.warned + found.checks.blocking
    assert sum(row.people_180d for row in found.mix) == found.freshness.consenting
    [(items,)] = reader.con.execute(
        "select count(distinct recommendation_id) from recommendations"
    ).fetchall()
    assert sum(found.items.values()) == items
    days = [event.happened_on for event in found.recent_events]
    assert days == sorted(days, reverse=True)


def test_who_revoked_is_counted_apart_and_has_no_events(revoked: tuple[Settings, str]) -> None:
    settings, user_id = revoked
    with open_dataset(settings) as reader:
        found = overview(reader, settings, today=reader.dataset.as_of)
        [(items,)] = reader.con.execute(
            "select count(distinct recommendation_id) from recommendations where user_id <> $gone",
            {"gone": user_id},
        ).fetchall()
    assert found.freshness.withdrawn_since == 1
    assert user_id not in {event.user_id for event in found.recent_events}
    assert sum(found.items.values()) == items
    [kept] = kept_datasets(settings)
    assert (kept.withdrawn_since, kept.people, kept.is_current) == (1, 20, True)


def test_who_revoked_counts_nowhere(revoked: tuple[Settings, str]) -> None:
    """Every figure is that of a dataset without them."""
    settings, gone = revoked
    with open_dataset(settings) as reader:
        today = reader.dataset.as_of
        found = overview(reader, settings, today=today)
        summary = summarize(reader, settings, today=today)
        assert found.mix == summary.mix
        assert found.coverage == summary.coverage
        assert found.freshness.consenting - 1 == summary.consenting
        for window in (30, 180):
            judged = reader.rows(
                "from persona_assignments where user_id <> $gone and window_days = $window",
                {"gone": gone, "window": window},
            )
            people = Counter(row["primary_persona"] for row in judged)
            assert {
                row.persona: n for row in found.mix if (n := getattr(row, f"people_{window}d"))
            } == people
            for row in found.mix:
                share = getattr(row, f"assigned_{window}d")
                assert share == pytest.approx(people[row.persona] / summary.consenting)
            covered = len(judged) - people["general"]
            assert found.coverage[window] == pytest.approx(covered / len(judged))
        months = reader.rows(
            "from persona_history where window_days = 180 and user_id <> $gone", {"gone": gone}
        )
        assert {(c.as_of, c.persona): c.people for c in found.flow.counts} == Counter(
            (row["as_of"], row["primary_persona"]) for row in months
        )
        last = found.flow.months[-1]
        links = [link.people for link in found.flow.links if link.to_as_of == last]
        assert sum(links) == summary.consenting
        assert summary.flows.people <= summary.consenting


def test_what_happened_to_whoever_is_gone_does_not_count() -> None:
    reader = a_reader()
    events = [
        {
            "event_id": f"e{number}",
            "user_id": f"user_000{number}",
            "kind": "new_job",
            "happened_on": dt.date(2026, 3, 2),
            "changes": "[]",
            "persona_before": "general",
            "persona_after": "general",
        }
        for number in range(3)
    ]
    load_rows(reader.con, LIFE_EVENTS, events)
    reader.con.execute(
        "insert into event_detection by name select event_id, user_id, 30 as window_days, kind,"
        " happened_on, 10 * (1 + row_number() over (order by event_id)) as noticed_after_days,"
        " 'noticed' as status from life_events"
    )
    assert noticing(reader) == Noticing(3, 3, 30.0, None)
    assert noticing(reader, gone=["user_0002"]) == Noticing(2, 2, 25.0, None)


def test_checks_are_grouped_once_each_with_guardrails_apart(reader: DatasetReader) -> None:
    found = checked(reader)
    listed = [(c.asset, c.name) for asset in found.assets for c in asset.checks]
    listed += [(c.asset, c.name) for c in found.guardrails]
    stored = reader.con.execute("select asset, check_name from check_results").fetchall()
    assert sorted(listed) == sorted(stored)
    assert {rail.name for rail in GUARDRAILS} <= {c.name for c in found.guardrails}
    assert sum(asset.counts.total for asset in found.assets) + found.guardrail_counts.total == len(
        stored
    )
    some = found.assets[0].checks[0]
    [row] = reader.rows(
        "from check_results where asset = $asset and check_name = $name",
        {"asset": some.asset, "name": some.name},
    )
    assert (some.figure, some.bound, some.promise, some.remedy) == (
        row["figure"],
        row["bound"],
        row["promise"],
        row["remedy"],
    )


def test_what_blocks_comes_before_what_warns_and_what_passed() -> None:
    results = [
        CheckResult("raw_users", "ok", passed=True, severity="ERROR", sentence=""),
        CheckResult("raw_users", "left", passed=True, severity="WARN", sentence="", skipped=True),
        CheckResult("raw_users", "warns", passed=False, severity="WARN", sentence=""),
        CheckResult("raw_users", "blocks", passed=False, severity="ERROR", sentence=""),
    ]
    [asset] = grouped(results).assets
    assert [check.name for check in asset.checks] == ["blocks", "warns", "ok", "left"]
    counts = asset.counts
    assert (counts.passed, counts.warned, counts.blocking, counts.skipped) == (1, 1, 1, 1)


def test_realism_lists_what_misses_first(reader: DatasetReader) -> None:
    rows = realism_now(reader)
    assert rows
    assert [row.misses for row in rows] == sorted((row.misses for row in rows), reverse=True)
    assert all(row.value is None for row in rows if row.verdict.startswith("not judged"))


def test_a_dataset_of_another_version_is_listed_as_unreadable(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert kept_datasets(settings) == ()
    for minute in (0, 1):
        published_in(settings, minute=minute)  # lacks most tables
    kept = kept_datasets(settings)
    assert [each.is_current for each in kept] == [True, False]
    assert [(each.is_readable, each.people) for each in kept] == [(False, None)] * 2
    assert all(each.bytes > 0 for each in kept)


def test_a_dataset_without_anybody_reads_empty(tmp_path: Path) -> None:
    reader, settings = a_reader(), settings_in(tmp_path)
    found = overview(reader, settings, today=reader.dataset.as_of)
    assert (found.freshness.people, found.flow.months, found.flow.told_apart_from) == (0, (), None)
    assert found.recent_events == ()
    page = people_page(reader, settings, PeopleAsked())
    assert (page.rows, page.found, page.total, page.pages) == ((), 0, 0, 1)
    assert people_facets(reader, settings).region == ()
    assert review_queue(reader, settings, limit=50).found == 0
