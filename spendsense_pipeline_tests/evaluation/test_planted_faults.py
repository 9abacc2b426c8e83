"""What is planted moves the figure that is about it by just as much, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.evaluation.metrics import METRICS
from spendsense_pipeline_tests.fixtures.evaluated_people import (
    evaluated,
    for_now,
    people_to_evaluate,
)
from spendsense_pipeline_tests.fixtures.generated_people import rows

Row = dict[str, Any]
Figures = dict[tuple[str, str], Row]
WINDOWS = ("30 days", "180 days")


def changed(before: Figures, after: Figures) -> set[str]:
    """Metrics of which some figure is another."""
    assert set(before) == set(after)
    return {key[0] for key in before if before[key] != after[key]}


def of_one_window(after: Figures, metric: str) -> tuple[int, int, bool]:
    """Cases that hold, all cases, and whether all windows pass."""
    figures = [after[metric, window] for window in WINDOWS]
    return (
        sum(figure["numerator"] for figure in figures),
        sum(figure["denominator"] for figure in figures),
        all(figure["passed"] for figure in figures),
    )


def plant_numbers(con: duckdb.DuckDBPyConnection) -> int:
    """Every digit one more, in a fifth of the rationales."""
    con.execute(
        "update recommendations set rationale = translate(rationale, '0123456789', '1234567890')"
        " where rowid % 5 = 0 and regexp_matches(rationale, '[0-9]')"
    )
    return rows(
        con,
        "select count(*) from recommendations where rowid % 5 = 0"
        " and regexp_matches(rationale, '[0-9]')",
    )[0][0]


def plant_values(con: duckdb.DuckDBPyConnection) -> int:
    """A value in `because` that is nobody's, in every tenth item."""
    return edit(con, "because", lambda because: because["features"][0].update(value=-12.5))


def plant_traces(con: duckdb.DuckDBPyConnection) -> int:
    return edit(con, "because", lambda because: because.update(trace_id="0" * 32))


def plant_personas(con: duckdb.DuckDBPyConnection) -> int:
    """A persona that was judged and does not match."""
    con.execute(
        "update recommendations as item set persona = 'variable_income' from persona_assignments as"
        " judged where item.user_id = judged.user_id and item.window_days = judged.window_days and"
        " judged.primary_persona = 'high_utilization' and"
        " not list_contains(judged.matched_personas, 'variable_income')"
    )
    return rows(
        con,
        "select count(*) from recommendations join persona_assignments using (user_id, window_days)"
        " where persona = 'variable_income'"
        " and not list_contains(matched_personas, 'variable_income')",
    )[0][0]


def plant_unanswered(con: duckdb.DuckDBPyConnection) -> int:
    """Signals that nobody could show, said to hold."""
    return edit(con, "eligibility", lambda criteria: out_of_reach(criteria, "signal"))


def plant_ineligible(con: duckdb.DuckDBPyConnection) -> int:
    """One criterion of every tenth item that has some, that nobody could meet, said to be met."""
    return edit(con, "eligibility", lambda criteria: out_of_reach(criteria, "eligibility", most=1))


def out_of_reach(criteria: list[Row], role: str, most: int = 100) -> None:
    for criterion in [each for each in criteria if each["role"] == role][:most]:
        criterion.update(operator=">=", threshold=1e12)


def edit(con: duckdb.DuckDBPyConnection, column: str, change: Callable[[Any], None]) -> int:
    """Change the JSON of every tenth item, where that changes anything."""
    found = rows(
        con,
        f"select rowid, {column} from recommendations where rowid % 10 = 3 and"
        " list_contains(cast(json_extract(eligibility, '$[*].role') as varchar[]), '\"eligibility\"')",
    )
    for rowid, text in found:
        content = json.loads(text)
        change(content)
        con.execute(
            f"update recommendations set {column} = $1 where rowid = $2",
            [json.dumps(content), rowid],
        )
    return len(found)


@pytest.mark.parametrize(
    ("metric", "plant"),
    [
        ("explainability", plant_numbers),
        ("explainability", plant_values),
        ("relevance", plant_unanswered),
        ("eligibility", plant_ineligible),
        ("auditability", plant_traces),
        ("auditability", plant_personas),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_fault_in_items_moves_its_own_figure(
    metric: str, plant: Callable[[duckdb.DuckDBPyConnection], int]
) -> None:
    resolved, con = people_to_evaluate(100)
    before = evaluated(con, resolved)
    with for_now(con):
        planted = plant(con)
        after = evaluated(con, resolved)
    held, cases, all_pass = of_one_window(after, metric)
    assert planted > 20
    assert cases - held == planted
    assert not all_pass
    assert changed(before, after) == {metric}
    if plant is plant_numbers:
        assert held / cases == pytest.approx(0.8, abs=0.01)


def test_a_decision_that_no_longer_follows_from_its_trace_cannot_be_audited() -> None:
    resolved, con = people_to_evaluate(100)
    before = evaluated(con, resolved)
    with for_now(con):
        con.execute("update persona_assignments set severity = severity + 1 where window_days = 30")
        after = evaluated(con, resolved)
        known = evaluated(con, resolved, all_replay=True)
    assert after["auditability", "30 days"]["numerator"] == 0
    assert changed(before, after) == {"auditability"}
    assert changed(before, known) == set()


def test_who_has_too_little_is_counted() -> None:
    resolved, con = people_to_evaluate(100)
    before = evaluated(con, resolved)
    some = "hash(user_id) % 5 = 0"
    with for_now(con):
        con.execute(f"update features_30d set detected_behaviours = 2 where {some}")
        thin = evaluated(con, resolved)
    assert changed(before, thin) == {"coverage"}
    assert thin["coverage", "180 days"] == before["coverage", "180 days"]
    assert thin["coverage", "30 days"]["passed"] is False
    with for_now(con):
        con.execute(f"delete from recommendations where kind = 'education' and rank > 2 and {some}")
        few = evaluated(con, resolved)
    [(people,)] = rows(con, f"select count(distinct user_id) from recommendations where {some}")
    for window in WINDOWS:
        figure = few["enough_education", window]
        assert figure["denominator"] - figure["numerator"] == people
        assert figure["passed"] is False
        assert few["enough_offers", window] == before["enough_offers", window]


def test_rows_of_somebody_who_withdrew_are_found_in_any_table() -> None:
    resolved, con = people_to_evaluate(100)
    for table in ("recommendations", "features_180d", "account_balances"):
        with for_now(con):
            [(user_id,)] = rows(con, "select min(user_id) from recommendations")
            con.execute(
                "update raw_users set consent_status = 'revoked' where user_id = $1", [user_id]
            )
            for other in rows(
                con, "select table_name from duckdb_columns() where column_name = 'user_id'"
            ):
                if other[0] != table and not other[0].startswith(("raw_", "life_")):
                    con.execute(f"delete from {other[0]} where user_id = $1", [user_id])
            if table != "account_balances":
                con.execute(
                    "delete from account_balances where account_id in"
                    " (select account_id from raw_accounts where user_id = $1)",
                    [user_id],
                )
            figure = evaluated(con, resolved)["withdrawal_completeness", "everybody"]
        assert (figure["denominator"] - figure["numerator"], figure["passed"]) == (1, False)


def test_guardrails_are_scored_by_kind() -> None:
    resolved, con = people_to_evaluate(100)

    def recall(*_: object) -> list[tuple[str, int, int]]:
        return [("tone", 4, 4), ("holds it already", 3, 2), ("payday loan's", 0, 0)]

    found = evaluated(con, resolved, recall=recall)
    told = {
        segment: (figure["value"], figure["passed"])
        for (metric, segment), figure in found.items()
        if metric == "guardrail_recall"
    }
    assert told == {
        "tone": (1.0, True),
        "holds it already": (pytest.approx(2 / 3), False),
        "payday loan's": (None, None),
    }


def test_offers_for_one_gender_alone_are_unfair() -> None:
    resolved, con = people_to_evaluate(200, seed=3)
    before = evaluated(con, resolved)
    assert [key for key, figure in before.items() if figure["passed"] is False] == []
    with for_now(con):
        con.execute(
            "delete from recommendations where kind = 'offer' and user_id in"
            " (select user_id from raw_users where gender <> 'female')"
        )
        after = evaluated(con, resolved)
    for window in WINDOWS:
        figure = after["fairness", f"offers, gender=female, {window}"]
        assert (figure["value"], figure["passed"]) == (1.0, False)
        assert after["fairness", f"offers, gender=male, {window}"]["passed"] is False
    missed = {key for key, figure in after.items() if figure["passed"] is False}
    assert {metric for metric, _ in missed} == {"fairness", "enough_offers"}
    assert all("gender=" in segment for metric, segment in missed if metric == "fairness")


def test_the_same_rows_in_any_order_give_the_same_table() -> None:
    resolved, con = people_to_evaluate(100)
    before = evaluated(con, resolved)
    order = list(before)
    assert order == sorted(order, key=lambda key: ([m.name for m in METRICS].index(key[0]), key[1]))
    with for_now(con):
        for table in ("recommendations", "persona_assignments", "raw_users", "features_30d"):
            con.execute(
                f"create or replace table {table} as select * from {table} order by random()"
            )
        assert evaluated(con, resolved) == before


def test_where_nobody_consents_nothing_is_judged_and_said_so() -> None:
    resolved, con = people_to_evaluate(100)
    with for_now(con):
        con.execute("update raw_users set consent_status = 'revoked'")
        for (table,) in rows(
            con,
            "select distinct table_name from duckdb_columns() where column_name in ('user_id', 'account_id')"
            " and table_name not like 'raw_%' and table_name <> 'card_statements'",
        ):
            con.execute(f"delete from {table}")
        found = evaluated(con, resolved)
    withdrawn = found.pop(("withdrawal_completeness", "everybody"))
    assert (withdrawn["numerator"], withdrawn["denominator"]) == (100, 100)
    assert {metric for metric, _ in found} == {
        "coverage", "explainability", "relevance", "auditability", "eligibility",
        "enough_education", "enough_offers",
    }  # fmt: skip
    for figure in found.values():
        assert (figure["value"], figure["passed"]) == (None, None)
        assert figure["note"] == "not judged: no case"


def test_people_of_whom_nothing_is_known_are_in_no_group() -> None:
    resolved, con = people_to_evaluate(100)
    with for_now(con):
        con.execute(
            "update raw_users set age = null, gender = null, income_tier = null, region = null"
        )
        found = evaluated(con, resolved)
    assert not [segment for metric, segment in found if metric == "fairness"]
    assert found["explainability", "30 days"]["value"] == 1
