"""Lists of people: found, filtered, sorted and paged as a reader of the raw rows would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.people import SORTS, PeopleAsked, PersonRow, people_page
from spendsense_pipeline.reporting.people_facets import people_facets
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables.raw import INCOME_TIERS
from spendsense_pipeline_tests.reporting.conftest import LATER


def everybody(reader: DatasetReader, settings: Settings, **asked: Any) -> list[PersonRow]:
    return list(people_page(reader, settings, PeopleAsked(size=500, **asked)).rows)


def test_every_person_is_listed_with_what_the_tables_say(
    reader: DatasetReader, settings: Settings
) -> None:
    rows = everybody(reader, settings)
    users = {row["user_id"]: row for row in reader.rows("from raw_users")}
    judged = {
        (row["user_id"], row["window_days"]): row for row in reader.rows("from persona_assignments")
    }
    waiting: dict[str, set[str]] = {}
    for item in reader.rows("select user_id, recommendation_id from recommendations"):
        waiting.setdefault(item["user_id"], set()).add(item["recommendation_id"])
    assert [row.user_id for row in rows] == sorted(users, key=lambda user: int(user[5:]))
    for row in rows:
        user, consents = users[row.user_id], (row.user_id, 30) in judged
        assert (row.name, row.consent_status) == (user["name"], user["consent_status"])
        for fact in ("age", "region", "income_tier", "target_persona"):
            assert getattr(row, fact) == (user[fact] if consents else None)
        assert row.persona_30d == (judged[row.user_id, 30]["primary_persona"] if consents else None)
        assert row.severity_180d == (judged[row.user_id, 180]["severity"] if consents else None)
        expected = len(waiting.get(row.user_id, ())) if consents else None
        assert row.awaiting_review == expected


@pytest.mark.parametrize("sort", SORTS)
def test_sorting_keeps_everybody_once_nulls_last_and_ties_by_number(
    reader: DatasetReader, settings: Settings, sort: str
) -> None:
    ranks: dict[str, Callable[[Any], Any]] = {
        "income_tier": INCOME_TIERS.index,
        "persona_30d": PERSONA_KEYS.index,
        "persona_180d": PERSONA_KEYS.index,
        "target_persona": PERSONA_KEYS.index,
        "user_id": lambda value: int(value[5:]),
    }
    for is_descending in (False, True):
        rows = everybody(reader, settings, sort=sort, is_descending=is_descending)
        assert len({row.user_id for row in rows}) == 20
        keyed = [
            (ranks.get(sort, lambda value: value)(value), int(row.user_id[5:]))
            for row in rows
            if (value := getattr(row, sort)) is not None
        ]
        assert all(getattr(row, sort) is None for row in rows[len(keyed) :])
        by_number = sorted(keyed, key=lambda each: each[1])
        assert keyed == sorted(by_number, key=lambda each: each[0], reverse=is_descending)


def test_pages_cut_the_same_list(reader: DatasetReader, settings: Settings) -> None:
    whole = [row.user_id for row in everybody(reader, settings, sort="name")]
    pages = [
        people_page(reader, settings, PeopleAsked(sort="name", page=page, size=7))
        for page in (1, 2, 3, 4)
    ]
    assert [row.user_id for page in pages for row in page.rows] == whole
    assert {(page.found, page.total, page.pages) for page in pages} == {(20, 20, 3)}
    assert pages[3].rows == ()


def test_filters_find_who_has_it_and_facets_count_them(
    reader: DatasetReader, settings: Settings
) -> None:
    rows, facets = everybody(reader, settings), people_facets(reader, settings)
    for choice in facets.persona_180d:
        found = everybody(reader, settings, persona=choice.value, window_days=180)
        assert found == [row for row in rows if row.persona_180d == choice.value]
        assert choice.people == len(found)
    for choice in facets.region:
        assert choice.people == len(everybody(reader, settings, region=choice.value))
    assert [choice.value for choice in facets.income_tier] == [
        tier for tier in INCOME_TIERS if any(row.income_tier == tier for row in rows)
    ]
    happened = everybody(reader, settings, has_life_event=True)
    assert len(happened) == facets.with_life_event
    assert all(row.life_events for row in happened)


def test_what_is_typed_is_found_as_it_is_written(reader: DatasetReader, settings: Settings) -> None:
    names = {row.user_id: (row.name or "").lower() for row in everybody(reader, settings)}
    word = names["user_0003"].split()[-1]
    found = {row.user_id for row in everybody(reader, settings, text=word.upper())}
    assert found == {user for user, name in names.items() if word in name}
    assert len(everybody(reader, settings, text="user_00")) == 20
    for text in ("%", "us_r", "' or 1=1 --", "'; drop table raw_users", "\\", "$1", "{}"):
        assert everybody(reader, settings, text=text) == [], text
    assert len(everybody(reader, settings)) == 20


def test_what_cannot_be_asked_says_so(reader: DatasetReader, settings: Settings) -> None:
    for wrong in (
        {"sort": "name; drop table raw_users"},
        {"persona": "nobody"},
        {"persona": "general", "window_days": 90},
        {"page": 0},
        {"size": 0},
        {"text": "x" * 300},
    ):
        with pytest.raises(SpendSenseError):
            people_page(reader, settings, PeopleAsked(**wrong))


def test_who_does_not_consent_is_only_found(revoked: tuple[Settings, str]) -> None:
    """By id, name and consent, and by nothing else: whether they never agreed, have withdrawn, or
    have agreed since and not been processed yet."""
    settings, user_id = revoked
    with open_dataset(settings) as reader:
        [row] = everybody(reader, settings, consent="revoked")
        assert (row.user_id, row.is_decided_since) == (user_id, True)
        [denied, *_] = everybody(reader, settings, consent="denied")
        record_decision(settings, denied.user_id, "granted", decided_at=LATER)
        for each in (user_id, denied.user_id):
            [row] = everybody(reader, settings, text=each)
            shown = {name for name, value in vars(row).items() if value is not None}
            assert shown == {"user_id", "name", "consent_status", "is_decided_since"}
            [about] = reader.rows("from raw_users where user_id = $each", {"each": each})
            for fact in ("region", "income_tier"):
                assert row not in everybody(reader, settings, **{fact: about[fact]})
        assert people_facets(reader, settings).decided_since == 2
        judged = [
            other for key in PERSONA_KEYS for other in everybody(reader, settings, persona=key)
        ]
        assert user_id not in {other.user_id for other in judged}
