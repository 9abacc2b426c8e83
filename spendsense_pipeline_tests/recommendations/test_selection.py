"""Who is recommended what, judged again in plain Python from the catalogue's files and the tables.

Nothing of `recommendations` is used to say what should come out but the reading of slots' names.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections import defaultdict
from importlib import resources
from typing import Any

import duckdb
import pytest
import yaml

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.personas.rules import PERSONA_KEYS, all_criteria, bound
from spendsense_pipeline.recommendations import catalogue_in_force
from spendsense_pipeline.recommendations.explaining import items_left_out
from spendsense_pipeline.recommendations.knowing import knowing
from spendsense_pipeline.recommendations.relations import TOLD, create_told
from spendsense_pipeline_tests.fixtures.advised_people import (
    POPULATIONS,
    advise,
    advised,
    population,
)
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    every_row,
    explain,
    judge,
    rows,
)

Row = dict[str, Any]
HELD = {
    "holds_checking": ("depository", "checking"),
    "holds_savings": ("depository", "savings"),
    "holds_money_market": ("depository", "money market"),
    "holds_cd": ("depository", "cd"),
    "holds_hsa": ("depository", "hsa"),
    "holds_credit_card": ("credit", "credit card"),
    "holds_mortgage": ("loan", "mortgage"),
    "holds_student_loan": ("loan", "student"),
    "holds_auto_loan": ("loan", "auto"),
    "holds_personal_loan": ("loan", "consumer"),
}
ALREADY = {
    "certificate_of_deposit": "holds_cd",
    "debt_consolidation_loan": "holds_personal_loan",
    "health_savings_account": "holds_hsa",
    "high_yield_savings": "holds_money_market",
    "money_market_account": "holds_money_market",
    "secured_credit_card": "holds_credit_card",
}
COMPARE = {
    "at_least": lambda value, line: value >= line,
    "above": lambda value, line: value > line,
    "below": lambda value, line: value < line,
    "is": lambda value, line: value == line,
}
ALWAYS_KNOWN = {"total_spend_usd", "monthly_expenses_usd", "transaction_count", "history_days"}


def records(con: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@functools.cache
def our_items() -> list[Row]:
    folder = resources.files("spendsense_pipeline.recommendations").joinpath("catalog")
    texts = [file.read_text() for file in folder.iterdir() if file.name.endswith(".yaml")]
    return [item for text in texts for item in yaml.safe_load(text)]


def known_facts(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], Row]:
    """What criteria may read, per person and window; None where it is not known."""
    accounts = defaultdict(list)
    for account in records(con, "select * from raw_accounts"):
        if account["holder_category"] != "business":
            accounts[account["user_id"]].append(account)
    found = {}
    for days in (30, 180):
        for row in records(con, f"select * from features_{days}d"):
            held = accounts[row["user_id"]]
            facts = {name: _number(value) for name, value in row.items()}
            pay, benefits = facts["income_monthly_usd"], facts["benefit_income_monthly_usd"]
            facts["income_and_benefits_monthly_usd"] = (
                None if pay is None or benefits is None else pay + benefits
            )
            facts["card_debt_usd"] = _sum_of(held, "credit", None)
            facts["checking_balance_usd"] = _sum_of(held, "depository", "checking")
            low, covered = facts["low_balance_day_share"], min(days, row["history_days"])
            facts["low_balance_day_count"] = None if low is None else float(round(low * covered))
            for name, kind in HELD.items():
                facts[name] = float(any((a["type"], a["subtype"]) == kind for a in held))
            found[row["user_id"], days] = facts
    return found


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, bool | int | float) else value


def _sum_of(accounts: list[Row], type_: str, subtype: str | None) -> float | None:
    balances = [
        account["balance_current"]
        for account in accounts
        if account["type"] == type_ and subtype in (None, account["subtype"])
    ]
    return float(sum(balances)) if balances and None not in balances else None


def met(condition: Row, facts: Row, resolved: ResolvedConfig) -> float | None:
    """How severe a criterion is that holds; None if it does not."""
    if "criterion" in condition:
        [of_book] = [
            criterion
            for _, criterion in all_criteria(bound(resolved.thresholds))
            if criterion.key == condition["criterion"]
        ]
        fact, line, full = of_book.feature, of_book.limit, of_book.full
        holds, counts = of_book.operator.compare, of_book.counts_as
    else:
        fact, full, counts = condition["feature"], condition.get("full"), 0.25
        [name] = set(condition) & set(COMPARE)
        holds, line = COMPARE[name], float(condition[name])
    value = facts[fact]
    if value is None or not holds(value, line):
        return None
    if full is None:
        return counts
    return max(0.0, min(1.0, (value - line) / (full - line)))


def expected(resolved: ResolvedConfig, con: duckdb.DuckDBPyConnection) -> dict[Any, dict[str, Row]]:
    """Per person and window, what fits by id: kind, persona, quarter of severity and verdicts."""
    said = rows(
        con,
        "select user_id, window_days, primary_persona, matched_personas from persona_assignments",
    )
    facts_of = known_facts(con)
    found: dict[Any, dict[str, Row]] = {}
    for user_id, days, primary, matched in said:
        personas, facts = matched or [primary], facts_of[user_id, days]
        found[user_id, days] = {}
        for item in our_items():
            persona = next(
                (p for p in PERSONA_KEYS if p in personas and p in item["personas"]), None
            )
            signals = [met(condition, facts, resolved) for condition in item["signals"]]
            needs = [met(condition, facts, resolved) for condition in item.get("eligibility") or []]
            has_it = facts.get(ALREADY.get(item.get("product_kind")), 0.0)
            strongest = max((s for s in signals if s is not None), default=None)
            if persona and strongest is not None and None not in needs and not has_it:
                found[user_id, days][item["content_id"]] = {
                    "kind": item["kind"],
                    "persona": persona,
                    "quarter": min(math.floor(strongest * 4), 3),
                    "verdicts": tuple(signal is not None for signal in signals),
                    "slots": set(re.findall(r"{(\w+)}", item["rationale"])),
                }
    return found


EITHER = ["natural", pytest.param("overlapping", marks=pytest.mark.long)]


@pytest.mark.parametrize("name", EITHER)
def test_everybody_is_recommended_what_fits_them_most(name: str) -> None:
    resolved, con = population(name)
    shown = defaultdict(list)
    for row in records(con, "select * from recommendations order by rank"):
        shown[row["user_id"], row["window_days"], row["kind"]].append(row)
    compared = 0
    for (user_id, days), fitting in expected(resolved, con).items():
        for kind, most in (("education", 5), ("offer", 3)):
            items = shown[user_id, days, kind]
            of_kind = {key: about for key, about in fitting.items() if about["kind"] == kind}
            assert {row["content_id"] for row in items} <= set(of_kind)
            assert [row["rank"] for row in items] == list(range(1, len(items) + 1))
            order = [
                (-about["quarter"], PERSONA_KEYS.index(about["persona"]))
                for about in (of_kind[row["content_id"]] for row in items)
            ]
            assert order == sorted(order)
            # Those left out cite a figure that is not known, or there was no room for them.
            left = {k: v for k, v in of_kind.items() if k not in {r["content_id"] for r in items}}
            tellable = [v for v in left.values() if not v["slots"] - ALWAYS_KNOWN]
            if len(items) < most:
                assert not tellable
            else:
                assert all(-v["quarter"] >= order[-1][0] for v in tellable)
            for row in items:
                assert row["persona"] == of_kind[row["content_id"]]["persona"]
                compared += 1
    assert compared > 500


@pytest.mark.parametrize("name", EITHER)
def test_ids_are_shared_where_all_but_figures_agree_and_nowhere_else(name: str) -> None:
    resolved, con = population(name)
    fits = expected(resolved, con)
    meaning: dict[str, set[Any]] = defaultdict(set)
    by_meaning: dict[Any, set[str]] = defaultdict(set)
    for row in records(con, "select * from recommendations"):
        about = fits[row["user_id"], row["window_days"]][row["content_id"]]
        key = (row["user_id"], row["content_id"], row["persona"], about["verdicts"])
        meaning[row["recommendation_id"]].add(key)
        by_meaning[key].add(row["recommendation_id"])
    assert (
        {len(keys) for keys in meaning.values()} == {len(ids) for ids in by_meaning.values()} == {1}
    )
    both = rows(
        con,
        "select count(*) from (select recommendation_id from recommendations "
        "group by all having count(*) = 2)",
    )
    assert both[0][0] > 100, "most items answer both windows"


def test_more_people_change_nobodys_items() -> None:
    _, con = population("natural")
    fewer = a_configuration(config=POPULATIONS["natural"] | {"num_users": 20})
    some = every_row(advised(fewer), "recommendations")
    people = {row[1] for row in some}
    ours = [row for row in every_row(con, "recommendations") if row[1] in people]
    assert [_without_trace(row) for row in some] == [_without_trace(row) for row in ours]


def _without_trace(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row without the id of its trace, which names the configuration."""
    return tuple(
        {**json.loads(value), "trace_id": None} if str(value).startswith('{"trace_id"') else value
        for value in row
    )


def test_the_same_dataset_gives_the_same_bytes() -> None:
    resolved, con = population("natural")
    before = [rows(con, f"select * from {table}") for table in ("recommendations", "content_items")]
    con.execute("set threads = 1")
    advise(con, resolved)
    con.execute("reset threads")
    after = [rows(con, f"select * from {table}") for table in ("recommendations", "content_items")]
    assert before == after


@pytest.mark.long
def test_approvals_would_last_a_night_in_which_only_figures_move() -> None:
    """Of the items of two days running, those whose verdicts did not turn keep their ids."""
    days = [
        a_configuration(
            config=POPULATIONS["natural"] | {"generation_timestamp": f"2026-06-{day}"},
            as_of=a_configuration().as_of.replace(day=day),
        )
        for day in (28, 29)
    ]
    first, second = (advised(resolved) for resolved in days)
    fits = [expected(resolved, con) for resolved, con in zip(days, (first, second), strict=True)]
    kept = moved = 0
    ids = [
        {
            (r["user_id"], r["window_days"], r["content_id"]): r
            for r in records(con, "select * from recommendations")
        }
        for con in (first, second)
    ]
    for key in ids[0].keys() & ids[1].keys():
        user_id, window, content_id = key
        about = [fit[user_id, window][content_id] for fit in fits]
        is_same = (
            about[0]["verdicts"] == about[1]["verdicts"]
            and about[0]["persona"] == about[1]["persona"]
        )
        one, other = ids[0][key], ids[1][key]
        assert (one["recommendation_id"] == other["recommendation_id"]) == is_same
        kept += is_same
        moved += is_same and one["rationale"] != other["rationale"]
    assert kept > 500
    assert moved > 50, "figures did move"


def test_nobody_without_consent_is_advised() -> None:
    resolved, con = population("natural")
    [user_id] = rows(con, "select min(user_id) from raw_users where consent_status = 'granted'")[0]
    con.execute("begin")
    con.execute("update raw_users set consent_status = 'revoked' where user_id = ?", [user_id])
    judge(con, resolved)
    explain(con, resolved)
    advise(con, resolved)
    people = {person for (person,) in rows(con, "select distinct user_id from recommendations")}
    consenting = {
        person
        for (person,) in rows(con, "select user_id from raw_users where consent_status = 'granted'")
    }
    con.execute("rollback")
    assert people == consenting
    assert user_id not in people


def test_what_keeps_an_item_away_is_said_with_its_value() -> None:
    resolved, con = population("natural")
    fits = expected(resolved, con)
    shown = {
        (row["user_id"], row["window_days"], row["content_id"])
        for row in records(con, "select * from recommendations")
    }
    facts = known_facts(con)
    for user_id in sorted({user for user, _ in fits})[:12]:
        for left in items_left_out(con, catalogue_in_force(resolved), user_id):
            assert (user_id, left.window_days, left.content_id) not in shown
            fitting = left.content_id in fits[user_id, left.window_days]
            assert fitting == (not left.kept_away_by)
            for unmet in left.kept_away_by:
                assert unmet.value == facts[user_id, left.window_days][unmet.feature]


def test_what_can_be_told_is_known_without_the_words() -> None:
    _, con = population("natural")
    with knowing(con):
        create_told(con)
        printed = rows(con, f"select known_no, words from {TOLD} order by known_no")
        create_told(con, is_printed=False)
        sayable = rows(con, f"select known_no, words from {TOLD} order by known_no")
    con.execute(f"drop table temp.{TOLD}")
    for (known_no, words), (same_no, empty) in zip(printed, sayable, strict=True):
        assert known_no == same_no
        assert [word is None for word in words] == [word is None for word in empty]
        assert {*empty} == {"", None}


def test_a_shortfall_is_stated_and_not_padded() -> None:
    item = {
        "content_id": "only_for_late_cards",
        "kind": "education",
        "form": "article",
        "title": "A card that is late",
        "body": "Pay the minimum.",
        "topics": ["cards"],
        "personas": ["high_utilization"],
        "signals": [{"criterion": "card_overdue"}],
        "rationale": "Your {overdue_card_name} is late.",
        "reading_minutes": 1,
    }
    resolved, con = population("natural")
    with_one = a_configuration(config=POPULATIONS["natural"], controls={"content_catalog": [item]})
    con.execute("begin")
    advise(con, with_one)
    late = {
        user_id for (user_id, _), about in known_facts(con).items() if about["is_overdue"] == 1.0
    }
    assert {user for (user,) in rows(con, "select distinct user_id from recommendations")} == late
    short = records(con, "select * from recommendation_shortfalls")
    people = len({row["user_id"] for row in short})
    con.execute("rollback")
    assert len(short) == people * 2 * 2
    assert {row["eligible_count"] for row in short if row["user_id"] in late} == {0, 1}
    assert all(row["least_count"] == {"education": 3, "offer": 1}[row["kind"]] for row in short)
    advise(con, resolved)
