"""A person's own page and their data to take along: theirs, approved, and nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.own_data import take_my_data
from spendsense_pipeline.reporting.own_room import own_room
from spendsense_pipeline.reporting.review_items import occasion_of
from spendsense_pipeline.review.log import append
from spendsense_pipeline.review.requests import Request
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline_tests.reporting.conftest import LATER


def content(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def items_of(reader: DatasetReader, user_id: str) -> list[tuple[str, str]]:
    rows = reader.con.execute(
        "select distinct recommendation_id, content_id from recommendations "
        "where user_id = $user_id order by 1",
        {"user_id": user_id},
    ).fetchall()
    return [(str(item), str(about)) for item, about in rows]


@pytest.fixture
def reviewed(own_copy: Path) -> tuple[Settings, str, list[str]]:
    """Of one person an item was approved as it is, one in other words, one rejected."""
    settings = Settings.from_environment()
    with open_dataset(settings) as reader:
        [(user_id,)] = reader.con.execute(
            "select user_id from recommendations group by 1 "
            "having count(distinct recommendation_id) > 3 order by 1 limit 1"
        ).fetchall()
        items = items_of(reader, user_id)
        requests = [
            Request(
                action,
                operator="ann",
                recommendation_id=items[place][0],
                user_id=user_id,
                content_id=items[place][1],
                reason="no" if action == "reject" else None,
                text="In other words." if action == "edit" else None,
            )
            for place, action in ((0, "approve"), (1, "edit"), (1, "approve"), (2, "reject"))
        ]
        append(
            settings,
            requests,
            occasion_of(reader.dataset),
            policy=reader.resolved.controls.review_policy,
            now=lambda: LATER,
        )
    return settings, user_id, [item for item, _ in items]


def test_only_what_is_approved_is_shown_in_the_words_that_hold(
    reviewed: tuple[Settings, str, list[str]],
) -> None:
    settings, user_id, ids = reviewed
    with open_dataset(settings) as reader:
        room = own_room(reader, settings, user_id)
        taken = content(take_my_data(reader, settings, user_id))
    shown = {item.recommendation_id: item for item in room.items}
    assert set(shown) == set(ids[:2])
    assert shown[ids[1]].rationale == "In other words."
    assert all("not financial advice" in item.disclosure for item in room.items)
    own = taken[f"recommendations/{user_id}.json"]["recommendations"]
    assert {item["recommendation_id"] for item in own} == set(ids[:2])
    assert {row["recommendation_id"] for row in taken["recommendations.json"]} == set(ids[:2])


def test_a_room_speaks_to_the_person(
    reader: DatasetReader, settings: Settings, person: str
) -> None:
    room = own_room(reader, settings, person)
    assert room.withheld is None
    assert room.items == ()
    assert room.flow is not None
    assert room.flow.money_out_usd > 0
    assert [stand.window_days for stand in room.stands] == [30, 180]
    assert all("your" in stand.explanation for stand in room.stands)
    as_of = reader.dataset.as_of
    assert room.coming_up
    assert all(0 < (each.date - as_of).days <= 31 for each in room.coming_up)
    assert all(each.amount_usd >= Decimal(0) for each in room.coming_up)
    assert room.next_payday == next((each for each in room.coming_up if each.is_money_in), None)


def test_everything_held_of_the_person_is_taken_and_nobody_elses(
    reader: DatasetReader, settings: Settings, person: str
) -> None:
    taken = content(take_my_data(reader, settings, person))
    accounts = {row["account_id"] for row in taken["raw_accounts.json"]}
    for table in tables_in("exports"):
        if table.person_key is None or table.name in ("decision_traces", "recommendations"):
            continue
        rows = taken[f"{table.name}.json"]
        whose = accounts if table.person_key == "account_id" else {person}
        assert {row[table.person_key] for row in rows} <= whose
        [(count,)] = reader.con.execute(
            f"select count(*) from {table.name} where list_contains($whose, {table.person_key})",
            {"whose": sorted(whose)},
        ).fetchall()
        assert len(rows) == count, table.name
    assert len(taken[f"traces/{person}.json"]["traces"]) == 2
    assert "content_items.json" not in taken
    assert take_my_data(reader, settings, person) == take_my_data(reader, settings, person)


def test_who_revoked_takes_raw_rows_and_is_shown_nothing(
    reviewed: tuple[Settings, str, list[str]],
) -> None:
    settings, user_id, _ = reviewed
    record_decision(settings, user_id, "revoked", decided_at=LATER)
    with open_dataset(settings) as reader:
        room = own_room(reader, settings, user_id)
        taken = content(take_my_data(reader, settings, user_id))
    assert (room.is_known, room.consent_status) == (True, "revoked")
    assert room.withheld is not None
    assert (room.flow, room.coming_up, room.stands, room.items) == (None, (), (), ())
    assert taken["raw_transactions.json"]
    assert taken["about.json"]["consent"]["status"] == "revoked"
    computed = {t.name for t in tables_in("dataset") if t.holds_only_consenting}
    assert not computed & {name.removesuffix(".json").split("/")[0] for name in taken}
    assert not [name for name in taken if name.startswith(("traces", "recommendations"))]


def test_of_somebody_unknown_the_room_says_so_and_names_nobody(
    reader: DatasetReader, settings: Settings
) -> None:
    for user_id in ("nobody", "user_0000' or '1'='1", ""):
        room = own_room(reader, settings, user_id)
        assert (room.is_known, room.name, room.flow, room.items) == (False, None, None, ())
        assert room.withheld is not None
        assert "user_" not in room.withheld
        with pytest.raises(SpendSenseError):
            take_my_data(reader, settings, user_id)


def test_who_agreed_after_the_dataset_was_made_waits_for_the_next(own_copy: Path) -> None:
    settings = Settings.from_environment()
    with open_dataset(settings) as reader:
        [(user_id,)] = reader.con.execute(
            "select min(user_id) from raw_users where consent_status <> 'granted'"
        ).fetchall()
        record_decision(settings, user_id, "granted", decided_at=LATER)
        room = own_room(reader, settings, user_id)
    assert room.consent_status == "granted"
    assert room.withheld is not None
    assert "next run" in room.withheld
