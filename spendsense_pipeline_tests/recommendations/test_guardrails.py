"""The guardrails let every good item pass and stop every bad one, each those it is there for."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from importlib import resources

import duckdb
import pytest

from spendsense_pipeline.checks import CHECKS, guarding, run_checks
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.recommendations import guardrails
from spendsense_pipeline.recommendations.facts import HOLDINGS
from spendsense_pipeline.recommendations.guardrails import CONSENT, GUARDRAILS, judge
from spendsense_pipeline.recommendations.guardrails.faults import FAULT_KINDS
from spendsense_pipeline.recommendations.guardrails.planting import in_front, planted, recall
from spendsense_pipeline.recommendations.products import PRODUCTS
from spendsense_pipeline_tests.fixtures.advised_people import advise, changed, population
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    explain,
)
from spendsense_pipeline_tests.fixtures.generated_people import judge as judge_people

BY_NAME = {guardrail.name: guardrail for guardrail in GUARDRAILS}
UNKIND = [
    "You're being IRRESPONSIBLE with money.",
    "Shame on a balance like this.",
    "you are bad with money",
    "That was a poor decision.",
    "You overspent on food.",
    "You spend far too much on rides.",
    "Your spending is out of control",
    "You keep failing to save.",
    "This could ruin you.",
    "Debt like this is dangerous.",
    "You might lose your home.",
    "Pay before it’s too late.",
    "A guaranteed return.",
    "There is no risk in it.",
    "It will save you money.",
    "You’ll qualify for it.",
    "You are pre-approved.",
    "Act  now.",
    "Act\nnow.",
    "This is urgent!",
    "Don't wait.",
    "Do not miss out",
    "A limited-time offer.",
    "Apply today for it.",
    "Sign up now",
    "You must close it.",
    "You should open one.",
    "You need to refinance.",
    "Stop buying coffee.",
    "Just stop.",
    "It is the best card there is.",
    "We strongly recommend it.",
]
PREYING = [
    "A payday loan.",
    "PAY-DAY LENDERS",
    "a car title loan",
    "Title pawns",
    "the pawnshop nearby",
    "Rent to own a sofa",
    "a paycheck advance",
    "cash advance apps",
    "Buy now, pay later plans",
    "BNPL",
    "an online casino",
    "gambling",
    "sports betting",
    "Bitcoin",
    "crypto-currency",
    "day trading",
    "no credit check loans",
    "instant cash",
    "debt settlement companies",
    "credit repair",
    "a refund anticipation loan",
]
FINE = [
    "Move the bill to the day after payday.",
    "Cash advances have no grace period.",
    "Most fraud starts with a message that makes you hurry.",
    "If it does not fit right now, call before the due date.",
    "A secured card may suit you if you are new to credit.",
    "You do not have to do it all now.",
    "The title of the car stays with you.",
    "Some people keep a small sum apart. It may help you plan.",
    "Look for the best day to pay.",
    "The words pawnee, alphabet and betterment are others.",
]


@pytest.fixture
def people() -> tuple[duckdb.DuckDBPyConnection, ResolvedConfig]:
    resolved, con = population("natural")
    return con, resolved


def stopped(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> dict[str, int]:
    """How many rows each guardrail stops, of those that stop any."""
    return {name: len(breach.rows) for name, breach in judge(con, resolved).items() if breach.rows}


EITHER = ["natural", pytest.param("overlapping", marks=pytest.mark.long)]


@pytest.mark.parametrize("name", EITHER)
def test_what_is_recommended_passes_every_guardrail(name: str) -> None:
    resolved, con = population(name)
    [(people, rows)] = con.execute(
        "select count(distinct user_id), count(*) from recommendations"
    ).fetchall()
    assert people >= 50
    assert rows > 8 * people
    assert stopped(con, resolved) == {}
    assert not con.execute("from duckdb_tables() where temporary").fetchall()


def test_there_are_several_faults_to_each_guardrail() -> None:
    per_guardrail = Counter(kind.guardrail for kind in FAULT_KINDS)
    assert set(per_guardrail) == set(BY_NAME)
    assert min(per_guardrail.values()) >= 2
    words = Counter(kind.words for kind in FAULT_KINDS)
    assert max(words.values()) == 1


@pytest.mark.parametrize("name", EITHER)
def test_every_fault_is_stopped_by_its_guardrail_and_nothing_else_is(name: str) -> None:
    resolved, con = population(name)
    with in_front(con):
        faults = planted(con)
        for fault in faults:
            con.execute(fault.sql)
        breaches = judge(con, resolved)
    assert len(faults) >= 50
    assert {fault.guardrail for fault in faults} == set(BY_NAME)
    missed = [f.kind for f in faults if not f.is_stopped_by(breaches[f.guardrail])]
    assert missed == []
    wrongly = [
        (name, row)
        for name, breach in breaches.items()
        for row in breach.rows
        if not any(
            fault.guardrail == name and all(row[key] == value for key, value in fault.where)
            for fault in faults
        )
    ]
    assert wrongly == []


@pytest.mark.long
@pytest.mark.parametrize("kind", FAULT_KINDS, ids=lambda kind: kind.words)
def test_a_fault_alone_is_stopped_by_its_guardrail_alone(kind: object) -> None:
    resolved, con = population("natural")
    with in_front(con):
        for fault in planted(con):
            if fault.kind == kind.words:  # type: ignore[attr-defined]
                con.execute(fault.sql)
                assert set(stopped(con, resolved)) == {fault.guardrail}


def test_recall_is_whole_and_leaves_everything_as_it_was(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig],
) -> None:
    con, resolved = people
    before = con.execute("select count(*), sum(hash(r)) from recommendations as r").fetchall()
    found = recall(con, resolved)
    assert [each.kind for each in found] == [kind.words for kind in FAULT_KINDS]
    assert all(each.stopped == each.planted for each in found)
    assert sum(each.planted for each in found) >= 50
    assert not con.execute("from duckdb_tables() where temporary").fetchall()
    after = con.execute("select count(*), sum(hash(r)) from recommendations as r").fetchall()
    assert before == after
    assert recall(con, resolved) == found


def test_a_guardrail_that_stops_nothing_is_seen(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recall can fail: with one guardrail blinded, its faults are missed and no others."""
    con, resolved = people

    def blind(*given: object) -> object:
        found = dict(judge(*given))  # type: ignore[arg-type]
        found["tone_is_kind"] = guardrails.Breach(BY_NAME["tone_is_kind"], ())
        return found

    monkeypatch.setattr("spendsense_pipeline.recommendations.guardrails.planting.judge", blind)
    missed = {each.kind for each in recall(con, resolved) if each.stopped < each.planted}
    of_tone = {kind.words for kind in FAULT_KINDS if kind.guardrail == "tone_is_kind"}
    assert missed == of_tone


@pytest.mark.parametrize("place", ["rationale", "body"])
def test_words_are_found_in_any_case_and_form_and_not_within_others(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig], place: str
) -> None:
    con, resolved = people
    sentences = [*UNKIND, *PREYING, *FINE]
    table, key = (
        ("recommendations", "recommendation_id")
        if place == "rationale"
        else ("content_items", "content_id")
    )
    ids = [
        row[0]
        for row in con.execute(
            f"select distinct {key} from {table} order by 1 limit {len(sentences)}"
        ).fetchall()
    ]
    said = dict(zip(ids, sentences, strict=False))
    with in_front(con):
        con.executemany(
            f"update {table} set {place} = $2 where {key} = $1", [[*pair] for pair in said.items()]
        )
        found = judge(con, resolved, (BY_NAME["tone_is_kind"], BY_NAME["no_predatory_products"]))
    for name, bad in (("tone_is_kind", UNKIND), ("no_predatory_products", PREYING)):
        named = {said[row[key]] for row in found[name].rows if row[key] in said}
        reached = [sentence for sentence in bad if sentence in said.values()]
        assert named >= set(reached), set(reached) - named
        assert not named & set(FINE)
    assert len(said) > len(UNKIND)


def test_names_of_a_persons_own_merchants_are_not_ours(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig],
) -> None:
    con, resolved = people
    [(row_id, rationale, because)] = con.execute(
        "select rowid, rationale, because from recommendations "
        "where because like '%dearest_subscription_name%' order by recommendation_id limit 1"
    ).fetchall()
    [named] = [
        each for each in json.loads(because)["rows"] if each["slot"] == "dearest_subscription_name"
    ]
    name = "Casino Guaranteed 24"
    with (
        in_front(con),
        changed(
            con,
            "recurring_streams",
            f"update recurring_streams set merchant_name = '{name}' "
            f"where stream_id = '{named['id']}'",
        ),
    ):
        con.execute(f"delete from recommendations where rowid <> {row_id}")
        con.execute(
            "update recommendations set rationale = replace(rationale, $old, $new), "
            "because = replace(because, $old, $new)",
            {"old": named["shown"], "new": name},
        )
        assert name in con.execute("select rationale from recommendations").fetchall()[0][0]
        found = judge(con, resolved, [g for g in GUARDRAILS if g.name != "words_are_the_items"])
        assert [breach.rows for breach in found.values() if breach.rows] == []
        con.execute("update recommendations set rationale = rationale || ' Casino 24.'")
        found = judge(con, resolved)
        assert found["no_predatory_products"].rows
    assert rationale


@pytest.mark.parametrize(
    ("table", "change", "guardrail"),
    [
        ("features_30d", "monthly_bills_usd = monthly_bills_usd + 0.01", "numbers_derive"),
        ("features_180d", "card_count = card_count + 1", "eligibility_holds"),
        ("raw_accounts", "balance_current = balance_current + 0.01", "eligibility_holds"),
        ("raw_accounts", "balance_current = balance_current + 0.01", "numbers_derive"),
        ("raw_accounts", "type = 'loan', subtype = 'consumer'", "no_product_held"),
        ("raw_liabilities", "is_overdue = not is_overdue", "eligibility_holds"),
        ("raw_users", "consent_status = 'denied'", "only_consenting_people"),
    ],
)
def test_what_changed_since_is_noticed(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig],
    table: str,
    change: str,
    guardrail: str,
) -> None:
    con, resolved = people
    with changed(con, table, f"update {table} set {change}"):
        assert judge(con, resolved, [BY_NAME[guardrail]])[guardrail].rows
    assert not judge(con, resolved, [BY_NAME[guardrail]])[guardrail].rows


def listed(name: str) -> list[dict[str, str]]:
    source = resources.files(guardrails.__name__).joinpath(f"{name}.csv")
    with source.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_the_lists_of_products_and_holdings_say_what_the_catalogue_means() -> None:
    accounts = {(row["type"], row["subtypes"]): row["fact"] for row in listed("holdings")}
    held = {
        row["product_kind"]: accounts.get((row["type"], row["subtypes"]))
        for row in listed("products")
    }
    assert held == PRODUCTS
    assert {
        fact: (type_, tuple(subtypes.split("|"))) for (type_, subtypes), fact in accounts.items()
    } == {fact: (holding.type, holding.subtypes) for fact, holding in HOLDINGS.items()}


def test_every_listed_word_says_why_and_what_instead() -> None:
    for row in itertools.chain(listed("tone"), listed("predatory")):
        assert all(row.values()), row
        assert len(row) == 3


def test_every_guardrail_blocks_whoever_made_the_data(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig],
) -> None:
    con, resolved = people
    checks = [c for c in CHECKS if c.asset == "recommendations" and c.name in BY_NAME]
    assert {check.name for check in checks} == set(BY_NAME)
    assert {check.name for check in guarding.CHECKS_OF_ADVICE} >= set(BY_NAME) - {CONSENT.name}
    assert all(check.blocking and check.imported == "keep" for check in checks)
    for imported in (False, True):
        assert all(each.passed for each in run_checks(con, checks, resolved, imported=imported))
    with in_front(con):
        for fault in planted(con):
            con.execute(fault.sql)
        outcomes = run_checks(con, checks, resolved, imported=True)
    assert all(outcome.blocks and outcome.failing_count for outcome in outcomes)
    assert all(
        row["problem"] for outcome in outcomes for row in outcome.failing_rows if "problem" in row
    )


def test_an_item_nobody_got_is_named_among_enough_people(
    people: tuple[duckdb.DuckDBPyConnection, ResolvedConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    con, resolved = people
    [check] = [c for c in CHECKS if c.name == "every_item_reaches_somebody"]
    assert check.severity == "WARN"
    [outcome] = run_checks(con, [check], resolved)
    assert outcome.passed
    assert (outcome.skipped or "").startswith("not judged (n = ")
    monkeypatch.setattr(guarding, "LEAST_PEOPLE", 10)
    unreached = {
        row[0]
        for row in con.execute(
            "select content_id from content_items "
            "where content_id not in (select content_id from recommendations)"
        ).fetchall()
    }
    [outcome] = run_checks(con, [check], resolved)
    assert outcome.passed == (not unreached)
    with in_front(con):
        con.execute(
            "delete from recommendations where content_id = (select min(content_id) from recommendations)"
        )
        [outcome] = run_checks(con, [check], resolved)
    assert not outcome.passed
    assert outcome.failing_count == len(unreached) + 1
    assert not outcome.blocks


def test_gaps_of_an_import_stop_nothing() -> None:
    """What a bank does not tell is unknown to whoever advises and to whoever guards alike."""
    resolved = a_configuration(config={"num_users": 40, "seed": 3, "months_history": 3})
    con = a_population(resolved)
    for of, change in (
        ("raw_accounts", "mask = null"),
        ("raw_accounts", "balance_limit = null"),
        ("raw_accounts", "balance_limit = 0"),
        ("raw_accounts", "balance_current = null"),
        ("raw_accounts", "balance_current = -12.34"),
        ("raw_accounts", "subtype = null"),
        ("raw_accounts", "holder_category = null"),
        ("raw_accounts", "holder_category = 'business'"),
        ("raw_accounts", "subtype = case when type = 'credit' then 'paypal' else subtype end"),
        ("raw_accounts", "subtype = case subtype when 'savings' then 'cd' else subtype end"),
        ("raw_liabilities", "apr_percentage = null"),
        ("raw_liabilities", "is_overdue = null"),
        ("raw_liabilities", "minimum_payment_amount = null"),
        ("raw_loans", "next_monthly_payment_usd = null"),
    ):
        con.execute(
            f"update {of} set {change} where hash(account_id, $salt) % 7 = 0", {"salt": change}
        )
    con.execute("delete from raw_liabilities where hash(account_id) % 5 = 0")
    con.execute("delete from card_statements")
    con.execute(
        "update raw_transactions set merchant_name = concat('Pawn \"', merchant_name, '\\ 24% ½ casino') "
        "where hash(merchant_name) % 3 = 0"
    )
    judge_people(con, resolved, is_start_known=False)
    explain(con, resolved)
    advise(con, resolved)
    [(rows, named)] = con.execute(
        "select count(*), count(*) filter (contains(rationale, 'Pawn')) from recommendations"
    ).fetchall()
    assert rows > 300
    assert named
    assert {name: breach.rows for name, breach in judge(con, resolved).items() if breach.rows} == {}
