"""`spendsense recommendations`, and what of it leaves the house: approved items, in today's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.command import run
from spendsense_pipeline_tests.fixtures.refreshed_directory import ASKED

ANN = ("--operator", "ann")


def items_of(data_dir: Path) -> list[dict[str, Any]]:
    """Every item of the published dataset, one row per id."""
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        cursor = con.execute(
            "select recommendation_id, user_id, content_id, list(window_days) as windows,"
            " first(rationale) as rationale, first(status) as status from recommendations"
            " group by all order by user_id, recommendation_id"
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def exported(target: Path, form: str = "json") -> dict[str, Any]:
    assert run("export", target, "--format", form).code == 0
    return {
        path.stem: json.loads(path.read_text("utf-8"))["recommendations"]
        for path in (target / "recommendations").glob("*.json")
    }


def test_a_person_is_shown_with_why_and_why_not(published: Path) -> None:
    user_id = items_of(published)[0]["user_id"]
    answer = run("recommendations", user_id)
    assert answer.code == 0
    for said in ("30 days", "180 days", "pending", "Not recommended", "it fits; others came first"):
        assert said in answer.out
    content = run("recommendations", user_id, "--window", "30", "--json").json
    assert {item["window_days"] for item in content["items"]} == {30}
    assert content["items"][0]["because"]["trace_id"]
    assert all(item["eligibility"] for item in content["items"])
    kept_away = [item for item in content["left_out"] if item["kept_away_by"]]
    assert {"feature", "operator", "threshold", "value"} <= set(kept_away[0]["kept_away_by"][0])


def test_nobody_is_shown_without_consent(published: Path) -> None:
    with duckdb.connect(str(published / "spendsense.duckdb"), read_only=True) as con:
        [(user_id,)] = con.execute(
            "select min(user_id) from raw_users where consent_status <> 'granted'"
        ).fetchall()
    for user, said in ((user_id, "has not consented"), ("user_9999", "user_9999")):
        answer = run("recommendations", user)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


def test_only_what_is_approved_leaves(own_copy: Path, tmp_path: Path) -> None:
    assert exported(tmp_path / "before") == {}
    one, other, *_ = items_of(own_copy)
    assert run("review", "approve", one["recommendation_id"], *ANN).code == 0
    assert run("review", "flag", other["recommendation_id"], "--reason", "ask", *ANN).code == 0
    for form in ("json", "csv", "parquet", "sqlite"):
        assert run("export", tmp_path / form, "--format", form).code == 0
    table = json.loads((tmp_path / "json" / "recommendations.json").read_text("utf-8"))
    assert {row["recommendation_id"] for row in table} == {one["recommendation_id"]}
    assert {row["status"] for row in table} == {"approved"}
    [(parquet,)] = duckdb.sql(
        f"select list(distinct recommendation_id)"
        f" from read_parquet('{tmp_path}/parquet/recommendations.parquet')"
    ).fetchall()
    assert parquet == [one["recommendation_id"]]
    mine = exported(tmp_path / "again")
    assert set(mine) == {one["user_id"]}
    assert all(item["body"] and item["disclosure"] for item in mine[one["user_id"]])
    counts = run("summary", "--json").json["recommendations"]
    assert (counts["approved"], counts["flagged"]) == (1, 1)
    assert run("consent", "revoke", one["user_id"]).code == 0
    assert exported(tmp_path / "revoked") == {}
    assert run("recommendations", one["user_id"]).code == 2


def test_an_edit_is_held_to_the_guardrails_and_shown_once_approved(
    own_copy: Path, tmp_path: Path
) -> None:
    item = items_of(own_copy)[0]
    ask = ("review", "edit", item["recommendation_id"], *ANN, "--text")
    for text, said in (
        ("You spend $4,000 a month.", "{monthly_expenses_usd}"),
        ("You spend {monthly_expense_usd}.", "monthly_expenses_usd"),
        ("You are careless with {monthly_expenses_usd}.", "careless"),
        ("A payday loan may help with {monthly_expenses_usd}.", "payday"),
    ):
        refused = run(*ask, text)
        assert refused.code == 2, text
        assert said in refused.err
    assert not (own_copy / "reviews.jsonl").exists()
    assert run(*ask, "About {monthly_expenses_usd} a month goes out.").code == 0
    assert exported(tmp_path / "edited") == {}, "it waits for approval like any other"
    assert run("review", "approve", item["recommendation_id"], *ANN).code == 0
    [mine] = exported(tmp_path / "approved").values()
    assert {row["window_days"] for row in mine} == set(item["windows"])
    with duckdb.connect(str(own_copy / "spendsense.duckdb"), read_only=True) as con:
        for row in mine:
            [(spent,)] = con.execute(
                f"select monthly_expenses_usd from features_{row['window_days']}d where user_id = ?",
                [item["user_id"]],
            ).fetchall()
            assert row["rationale"] == f"About ${spent:,.0f} a month goes out."


def test_a_night_keeps_approvals_and_ends_those_that_fit_no_more(
    own_copy: Path, tmp_path: Path
) -> None:
    before = items_of(own_copy)
    ids = [item["recommendation_id"] for item in before]
    assert run("review", "approve", *ids, *ANN).code == 0
    night = tmp_path / "night.json"
    config = {**ASKED["config"], "generation_timestamp": "2026-07-03"}
    night.write_text(json.dumps({**ASKED, "config": config}), encoding="utf-8")
    answer = run("refresh", "--config", night, "--yes")
    assert answer.code == 0, answer.err
    after = {item["recommendation_id"]: item for item in items_of(own_copy)}
    kept = [item for item in before if item["recommendation_id"] in after]
    assert len(kept) > len(before) / 2
    assert {after[item["recommendation_id"]]["status"] for item in kept} == {"approved"}
    assert {i["status"] for key, i in after.items() if key not in set(ids)} <= {"pending"}
    moved = [i for i in kept if after[i["recommendation_id"]]["rationale"] != i["rationale"]]
    assert moved, "figures did move"
    log = [json.loads(line) for line in (own_copy / "reviews.jsonl").read_text().splitlines()]
    ended = {entry["recommendation_id"] for entry in log if entry["operator"] == "pipeline"}
    assert not ended & set(after), "what is shown still fits"
    assert ended, "some verdict turned in three days"


MINE = {
    "content_id": "my_own_item",
    "kind": "education",
    "form": "article",
    "title": "Mine",
    "body": "Read this.",
    "topics": ["spending"],
    "personas": ["general", "high_utilization", "subscription_heavy"],
    "signals": [{"feature": "monthly_expenses_usd", "above": 0}],
    "rationale": "You spend about {monthly_expenses_usd} a month.",
    "reading_minutes": 1,
}


def test_a_fault_in_a_catalogue_of_ones_own_is_named(tmp_path: Path) -> None:
    asked = tmp_path / "asked.json"
    wrong = {**ASKED, "controls": {"content_catalog": [{**MINE, "form": "video"}]}}
    asked.write_text(json.dumps(wrong), encoding="utf-8")
    refused = run("config", "check", asked)
    assert refused.code == 2
    assert "my_own_item must have as form" in refused.err + refused.out


@pytest.mark.long
def test_a_catalogue_of_ones_own_is_what_is_recommended(own_copy: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked.json"
    controls = {"content_catalog": [MINE], "review_policy": "automatic"}
    asked.write_text(json.dumps({**ASKED, "controls": controls}), encoding="utf-8")
    answer = run("refresh", "--config", asked, "--yes")
    assert answer.code == 0, answer.err
    assert {i["content_id"] for i in items_of(own_copy)} == {"my_own_item"}
    assert {i["status"] for i in items_of(own_copy)} == {"approved"}
    assert exported(tmp_path / "out"), "without anybody's word"
