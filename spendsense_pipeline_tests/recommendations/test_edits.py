"""An operator's text stands only if every guardrail lets it, and always with tonight's numbers."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.errors import WRONG_INPUT, SpendSenseError
from spendsense_pipeline.recommendations.edits import check_edit, render, slot_values
from spendsense_pipeline.recommendations.guardrails import GUARDRAILS, judge
from spendsense_pipeline.recommendations.guardrails.planting import in_front
from spendsense_pipeline.recommendations.templates import citable
from spendsense_pipeline_tests.fixtures.advised_people import changed, population

People = tuple[duckdb.DuckDBPyConnection, ResolvedConfig]
PLAIN = "You spend about {monthly_expenses_usd} a month. A plan may help."


@pytest.fixture
def people() -> People:
    resolved, con = population("natural")
    return con, resolved


def an_item(con: duckdb.DuckDBPyConnection, where: str = "true") -> dict[str, Any]:
    cursor = con.execute(
        f"select * from recommendations where {where} order by recommendation_id, window_days limit 1"
    )
    names = [column[0] for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchone() or (), strict=True))


def problems_of(people: People, recommendation_id: str, text: str) -> list[str]:
    con, resolved = people
    with pytest.raises(SpendSenseError) as refused:
        check_edit(con, resolved, recommendation_id, text)
    assert refused.value.exit_code == WRONG_INPUT
    assert not con.execute("from duckdb_tables() where temporary").fetchall()
    return [str(problem) for problem in refused.value.problems]


def test_a_good_edit_reads_with_the_persons_own_numbers(people: People) -> None:
    con, resolved = people
    item = an_item(con)
    text = check_edit(con, resolved, item["recommendation_id"], f"  {PLAIN}\n ")
    [(amount,)] = con.execute(
        f"select monthly_expenses_usd from features_{item['window_days']}d where user_id = $1",
        [item["user_id"]],
    ).fetchall()
    assert text == f"You spend about ${amount:,.0f} a month. A plan may help."
    assert an_item(con) == item


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You spend {monthly_expense_usd}.", "{monthly_expense_usd} is none"),
        ("You spend {monthly_expenses_usd} of $3,000.", "{"),
        ("You spend money.", "no slot"),
        ("You spend {monthly_expenses_usd} and {more", "braces"),
        (f"{PLAIN} Act now!", '"Act now", which hurries: say when it may help'),
        (f"{PLAIN} That is irresponsible.", '"irresponsible", which shames: say'),
        (f"{PLAIN} A payday loan may help.", '"payday loan", which is a payday loan: say'),
        (f"{PLAIN} {'Word ' * 200}", "at most 600 characters"),
    ],
)
def test_what_keeps_an_edit_from_standing_is_said_with_what_to_do(
    people: People, text: str, said: str
) -> None:
    item = an_item(people[0])
    [problem] = problems_of(people, item["recommendation_id"], text)
    assert said in problem
    assert ": " in problem


def test_every_problem_is_named_at_once(people: People) -> None:
    item = an_item(people[0])
    text = "You waste 40 % of {nothing}. You must stop. A casino is worse."
    problems = problems_of(people, item["recommendation_id"], text)
    assert len(problems) == 4
    for said in ("40 %", "{nothing}", "You must", "casino"):
        assert any(said in problem for problem in problems), said


def test_a_slot_without_a_value_for_the_person_is_refused(people: People) -> None:
    con, _ = people
    item = an_item(con, "user_id not in (select user_id from raw_loans where kind = 'student')")
    text = "You pay {student_loan_payment_usd} of {monthly_expenses_usd} on a student loan."
    [problem] = problems_of(people, item["recommendation_id"], text)
    assert "{student_loan_payment_usd} has no value" in problem


def test_an_id_of_nothing_is_refused(people: People) -> None:
    [problem] = problems_of(people, "f" * 32, PLAIN)
    assert "f" * 32 in problem
    assert "spendsense review list" in problem


def test_the_templates_of_the_catalogue_render_as_they_were_written(people: People) -> None:
    """So an edit that changes nothing changes nothing."""
    from spendsense_pipeline.recommendations import catalogue_in_force

    con, resolved = people
    catalogue = catalogue_in_force(resolved)
    rows = con.execute(
        "select recommendation_id, window_days, content_id, rationale, because from recommendations"
    ).fetchall()
    templates = {row[0]: catalogue.item(row[2]).rationale for row in rows}
    found = render(con, templates)
    assert set(found) == {(row[0], row[1]) for row in rows}
    for recommendation_id, window, _, rationale, because in rows:
        edited = found[recommendation_id, window]
        assert edited is not None
        assert edited.text == rationale
        assert json.loads(edited.because) == json.loads(because)
    assert render(con, {}) == {}
    assert not con.execute("from duckdb_tables() where temporary").fetchall()


def test_edits_in_place_of_the_catalogues_words_pass_every_guardrail(people: People) -> None:
    con, resolved = people
    names = "{dearest_subscription_name} is {dearest_subscription_monthly_usd} a month of {total_spend_usd}."
    ids = [
        row[0]
        for row in con.execute("select distinct recommendation_id from recommendations").fetchall()
    ]
    found = render(con, dict.fromkeys(ids, names))
    assert any(found.values())
    assert not all(found.values())
    subscribers = {
        row[0]
        for row in con.execute(
            "select user_id from recurring_streams where kind = 'subscription' and is_active "
            "and status = 'MATURE' and merchant_name is not null"
        ).fetchall()
    }
    user_of = dict(con.execute("select recommendation_id, user_id from recommendations").fetchall())
    assert all((user_of[key[0]] in subscribers) == bool(value) for key, value in found.items())
    with in_front(con, most_people=1_000):
        con.executemany(
            "update recommendations set rationale = $1, because = $2 "
            "where recommendation_id = $3 and window_days = $4",
            [[edited.text, edited.because, *key] for key, edited in found.items() if edited],
        )
        assert {n: b.rows for n, b in judge(con, resolved, GUARDRAILS).items() if b.rows} == {}


def test_an_edit_is_told_in_tonights_numbers(people: People) -> None:
    con, _ = people
    item = an_item(con)
    key = (item["recommendation_id"], item["window_days"])
    table = f"features_{item['window_days']}d"
    with changed(con, table, f"update {table} set monthly_expenses_usd = 12345.6"):
        told = render(con, {key[0]: PLAIN})
    edited = told[key]
    assert edited is not None
    assert edited.text == "You spend about $12,346 a month. A plan may help."
    with changed(con, table, f"update {table} set monthly_expenses_usd = null"):
        assert render(con, {key[0]: PLAIN})[key] is None


def test_every_slot_says_what_it_would_print(people: People) -> None:
    con, _ = people
    item = an_item(con)["recommendation_id"]
    values = slot_values(con, item)
    assert set(values) == set(citable())
    for name in ("monthly_expenses_usd", "card_name", "mortgage_payment_usd"):
        alone = render(con, {item: f"{{{name}}}"})
        shown = tuple(edited.text if edited else None for _, edited in sorted(alone.items()))
        assert values[name] == shown
