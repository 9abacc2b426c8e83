"""Every figure about advice, counted again in plain Python from the rows of a hundred people."""

from __future__ import annotations

import functools
import json
import math
import re
import statistics
from collections import defaultdict
from typing import Any

import pytest

from spendsense_pipeline.recommendations.facts import HOLDINGS, facts
from spendsense_pipeline.traces import replay
from spendsense_pipeline_tests.fixtures.evaluated_people import (
    evaluated,
    for_now,
    people_to_evaluate,
)
from spendsense_pipeline_tests.fixtures.generated_people import rows

Row = dict[str, Any]
WINDOWS = (30, 180)
COMPARE = {
    ">=": lambda value, line: value >= line,
    ">": lambda value, line: value > line,
    "<": lambda value, line: value < line,
    "=": lambda value, line: value == line,
}
NUMBER = re.compile(r"-?\$?\d[\d,]*\.?\d*")
BANDS = ((25, "under 25"), (35, "25-34"), (50, "35-49"), (65, "50-64"), (200, "65 and over"))


def records(query: str) -> list[Row]:
    cursor = people_to_evaluate(100)[1].execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@functools.cache
def figures() -> dict[tuple[str, str], Row]:
    resolved, con = people_to_evaluate(100)
    return evaluated(con, resolved)


@functools.cache
def people() -> dict[tuple[str, int], Row]:
    """Per person and window, what is known of them by name, and what came out."""
    accounts = defaultdict(list)
    for account in records("from raw_accounts"):
        if account["holder_category"] != "business":
            accounts[account["user_id"]].append(account)
    found = {}
    for days in WINDOWS:
        for row in records(f"from features_{days}d"):
            held = accounts[row["user_id"]]
            known = dict(row)
            pay, benefits = row["income_monthly_usd"], row["benefit_income_monthly_usd"]
            known["income_and_benefits_monthly_usd"] = (
                None if None in (pay, benefits) else pay + benefits
            )
            share, covered = row["low_balance_day_share"], min(days, row["history_days"])
            known["low_balance_day_count"] = None if share is None else round(share * covered)
            for name, type_, subtype in (
                ("card_debt_usd", "credit", None),
                ("checking_balance_usd", "depository", "checking"),
            ):
                sums = [
                    a["balance_current"]
                    for a in held
                    if a["type"] == type_ and subtype in (None, a["subtype"])
                ]
                known[name] = float(sum(sums)) if sums and None not in sums else None
            for name, holding in HOLDINGS.items():
                known[name] = any(
                    a["type"] == holding.type and a["subtype"] in holding.subtypes for a in held
                )
            found[row["user_id"], days] = known
    return found


def value_of(user_id: str, days: int, fact: str) -> float | None:
    value = people()[user_id, days][fact]
    return None if value is None else float(value)


def printed(value: float, unit: str) -> str:
    """As a sentence holds it, without its unit."""
    if unit == "fraction":
        return f"{value * 100:.1f}"
    if unit == "percent":
        return f"{value:.2f}"
    if unit == "months":
        return f"{value:.1f}"
    if unit.startswith("USD"):
        sign, size = "-" if value < 0 else "", abs(value)
        whole = size >= 100 or size == int(size)  # halves are rounded up
        return f"{sign}${math.floor(size + 0.5):,}" if whole else f"{sign}${size:,.2f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:.1f}"


def row_values() -> dict[tuple[str, str, str], Any]:
    """Values of rows by table, column and id."""
    found = {}
    for table, key in (
        ("raw_accounts", "account_id"),
        ("raw_liabilities", "account_id"),
        ("raw_loans", "account_id"),
        ("recurring_streams", "stream_id"),
    ):
        for row in records(f"from {table}"):
            found |= {(table, column, row[key]): value for column, value in row.items()}
    return found


def is_explained(item: Row, of_rows: dict[tuple[str, str, str], Any]) -> bool:
    because, sentence = json.loads(item["because"]), item["rationale"]
    sayable = []
    for cited in because["features"]:
        value = value_of(item["user_id"], item["window_days"], cited["feature"])
        if (value is None) != (cited["value"] is None):
            return False
        if value is not None:
            if not math.isclose(value, cited["value"], abs_tol=1e-6):
                return False
            sayable.append(printed(value, cited["unit"]))
    for cited in because["rows"]:
        values = [of_rows[cited["table"], cited["column"], id_] for id_ in cited["id"].split()]
        if cited["slot"].endswith("utilization"):
            values = [
                float(values[0]) / float(of_rows["raw_accounts", "balance_limit", cited["id"]])
            ]
        if cited["unit"] == "text":
            # Some of the names are said, and of the others how many there are.
            named = [str(value) for value in set(values) if str(value) in cited["shown"]]
            others = len(set(values)) - len(named)
            if not named or (others and f"{others} more" not in cited["shown"]):
                return False
            sentence = sentence.replace(cited["shown"], "")
        else:
            sayable.append(printed(float(values[0]), cited["unit"]))
    said = [number.rstrip(".,") for number in NUMBER.findall(sentence)]
    return all(number in sayable for number in said)


def holds(item: Row, criterion: Row) -> bool:
    value = value_of(item["user_id"], item["window_days"], criterion["feature"])
    return value is not None and COMPARE[criterion["operator"]](value, criterion["threshold"])


def told(metric: str, days: int) -> tuple[int, int]:
    figure = figures()[metric, f"{days} days"]
    assert figure["value"] == pytest.approx(figure["numerator"] / figure["denominator"])
    assert figure["passed"] is True
    return figure["numerator"], figure["denominator"]


@pytest.mark.parametrize("days", WINDOWS)
def test_figures_about_items_are_what_items_say(days: int) -> None:
    items = records(f"from recommendations where window_days = {days}")
    of_rows = row_values()
    explained = sum(is_explained(item, of_rows) for item in items)
    assert told("explainability", days) == (explained, len(items))
    criteria = [
        (item, criterion) for item in items for criterion in json.loads(item["eligibility"])
    ]
    answered = {
        item["content_id"] + item["user_id"]
        for item, criterion in criteria
        if criterion["role"] == "signal" and holds(item, criterion)
    }
    assert told("relevance", days) == (len(answered), len(items))
    needed = [(i, c) for i, c in criteria if c["role"] == "eligibility"]
    kept = sum(holds(item, criterion) for item, criterion in needed)
    assert told("eligibility", days) == (kept, len(needed))
    decisions = {row["trace_id"]: row for row in records("from decision_traces")}
    stored = {
        (row["user_id"], row["window_days"]): row for row in records("from persona_assignments")
    }
    followed = 0
    for item in items:
        trace = decisions[json.loads(item["because"])["trace_id"]]
        again, kept_as = replay(trace["trace"]), stored[item["user_id"], days]
        followed += (
            (trace["user_id"], trace["window_days"]) == (item["user_id"], days)
            and list(again.matched) == kept_as["matched_personas"]
            and item["persona"] in (again.matched or ("general",))
        )
    assert told("auditability", days) == (followed, len(items))


@pytest.mark.parametrize("days", WINDOWS)
def test_figures_about_people_are_what_people_have(days: int) -> None:
    [(consenting,)] = rows(
        people_to_evaluate(100)[1],
        "select count(*) from raw_users where consent_status = 'granted'",
    )
    covered = sum(
        row["primary_persona"] != "general"
        and people()[row["user_id"], days]["detected_behaviours"] >= 3
        for row in records(f"from persona_assignments where window_days = {days}")
    )
    assert told("coverage", days) == (covered, consenting)
    figure = figures()["coverage", f"{days} days"]
    assert (figure["lower"], figure["upper"]) == pytest.approx(
        wilson(covered, consenting, 1.96), abs=1e-4
    )
    had = defaultdict(lambda: defaultdict(int))  # type: ignore[var-annotated]
    for item in records(f"from recommendations where window_days = {days}"):
        had[item["kind"]][item["user_id"]] += 1
    for metric, kind, least in (
        ("enough_education", "education", 3),
        ("enough_offers", "offer", 1),
    ):
        enough = sum(count >= least for count in had[kind].values())
        assert told(metric, days) == (enough, consenting)


def wilson(hits: float, cases: int, z: float) -> tuple[float, float]:
    """Both roots of the quadratic whose solution the interval is."""
    share = hits / cases
    a, b, c = 1 + z * z / cases, -(2 * share + z * z / cases), share * share
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def test_groups_are_compared_as_newcombe_does() -> None:
    persons = records("from raw_users where consent_status = 'granted'")
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for person in persons:
        band = next(name for age, name in BANDS if person["age"] < age)
        for dimension in ("gender", "income_tier", "region"):
            groups[dimension, person[dimension]].add(person["user_id"])
        groups["age_band", band].add(person["user_id"])
    z = statistics.NormalDist().inv_cdf(1 - 0.025 / (3 * len(groups)))
    everybody = {person["user_id"] for person in persons}
    compared = 0
    for days in WINDOWS:
        judged = records(f"from persona_assignments where window_days = {days}")
        assigned = {row["user_id"] for row in judged if row["primary_persona"] != "general"}
        for (dimension, name), members in groups.items():
            rest = everybody - members
            one, other = len(members & assigned), len(rest & assigned)
            figure = figures()["fairness", f"any persona, {dimension}={name}, {days} days"]
            p, q = one / len(members), other / len(rest)
            low, high = wilson(one, len(members), z)
            rest_low, rest_high = wilson(other, len(rest), z)
            assert figure["value"] == pytest.approx(p - q)
            assert figure["lower"] == pytest.approx(p - q - math.hypot(p - low, rest_high - q))
            assert figure["upper"] == pytest.approx(p - q + math.hypot(high - p, q - rest_low))
            assert (figure["numerator"], figure["denominator"]) == (one, len(members))
            few = min(len(members), len(rest)) < 10
            beyond = abs(p - q) > 0.1 and not figure["lower"] <= 0 <= figure["upper"]
            assert figure["passed"] is (None if few else not beyond)
            assert (figure["note"] is not None) == few
            compared += 1
    assert sum(metric == "fairness" for metric, _ in figures()) == 3 * compared


def test_mean_numbers_are_compared_with_their_own_spread() -> None:
    resolved, con = people_to_evaluate(100)
    with for_now(con):
        con.execute(
            "delete from recommendations where kind = 'education' and window_days = 30"
            " and rank > 2 + hash(user_id) % 4"
        )
        found = evaluated(con, resolved)
        had = dict(
            rows(
                con,
                "select user_id, count(*) from recommendations where kind = 'education'"
                " and window_days = 30 group by 1",
            )
        )
        gender = dict(
            rows(con, "select user_id, gender from raw_users where consent_status = 'granted'")
        )
    counts = {
        name: [n for user, n in had.items() if (gender[user] == "female") is name]
        for name in (True, False)
    }
    figure = found["fairness", "education items, gender=female, 30 days"]
    overall = statistics.fmean(had.values())
    one, other = (statistics.fmean(counts[name]) for name in (True, False))
    assert figure["value"] == pytest.approx((one - other) / overall)
    error = math.sqrt(sum(statistics.variance(counts[n]) / len(counts[n]) for n in (True, False)))
    z = statistics.NormalDist().inv_cdf(
        1 - 0.025 / (3 * sum(m == "fairness" for m, _ in found) / 6)
    )
    assert figure["upper"] - figure["value"] == pytest.approx(z * error / overall)


def test_nothing_that_may_be_cited_is_left_underived() -> None:
    """A fact or slot added to what items may say must be derivable again here."""
    from spendsense_pipeline.evaluation.following import QUERIES
    from spendsense_pipeline.tables.features import FEATURES_BY_NAME

    further, of_rows = QUERIES.text("further_facts.sql"), QUERIES.text("rows.sql")
    for fact in facts().values():
        if fact.row:
            assert f"place: '{fact.origin}', unit: '{fact.unit}'" in " ".join(of_rows.split())
        elif fact.name not in HOLDINGS:
            assert fact.name in FEATURES_BY_NAME or f"'{fact.name}'" in further
