"""What a person reads: their own numbers, printed true, in words that do not judge."""

from __future__ import annotations

import math
import operator
import re
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.personas.criteria import Criterion
from spendsense_pipeline.personas.rules import PERSONAS, RULE_BOOK, all_criteria
from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.traces.reasons import MOST_REASONS, OVERALL, reasons_of
from spendsense_pipeline.traces.record import create_vocabulary
from spendsense_pipeline_tests.fixtures.feature_rows import a_crowd, default_rules, feature_row
from spendsense_pipeline_tests.fixtures.traced_people import Trace, traces_of
from spendsense_pipeline_tests.traces.test_promises import traced

# Words that shame, order about, or diagnose. A trace describes; it neither scolds nor advises.
BANNED = [
    "addict",
    "addicted",
    "alarming",
    "awful",
    "bad",
    "behind",
    "blame",
    "broke",
    "careless",
    "cheap",
    "concerning",
    "danger",
    "dangerous",
    "deadbeat",
    "debtor",
    "defaulted",
    "delinquent",
    "desperate",
    "disappointing",
    "embarrassing",
    "excessive",
    "fail",
    "failed",
    "failing",
    "failure",
    "fault",
    "fix",
    "foolish",
    "frivolous",
    "greedy",
    "guilt",
    "guilty",
    "ignorant",
    "impulsive",
    "irresponsible",
    "lazy",
    "mistake",
    "must",
    "neglect",
    "neglected",
    "overspend",
    "overspending",
    "overspent",
    "poor",
    "problem",
    "reckless",
    "risky",
    "ruin",
    "shame",
    "shameful",
    "should",
    "sloppy",
    "splurge",
    "squander",
    "stupid",
    "struggle",
    "struggling",
    "terrible",
    "trouble",
    "unhealthy",
    "unfortunately",
    "unwise",
    "waste",
    "wasted",
    "wasteful",
    "wasting",
    "worse",
    "worst",
    "wrong",
]
COMPARE = {">=": operator.ge, ">": operator.gt, "<": operator.lt}
NUMBER = re.compile(r"-?\$?-?[\d,]+(?:\.\d+)?")


def texts(trace: Trace) -> list[str]:
    return [
        trace["explanation"],
        trace["counterfactual"]["text"],
        *(r["text"] for r in trace["reasons"]),
    ]


@pytest.fixture(scope="module")
def everybody(town_traces: list[Trace]) -> list[Trace]:
    return [*town_traces, *traces_of(traced(a_crowd(21, people=200)))]


def test_nothing_shames(everybody: list[Trace]) -> None:
    declared = [r.template for r in reasons_of(RULE_BOOK)] + [p.plain for p in PERSONAS]
    declared += [c.label for _, c in all_criteria()]
    for text in [*declared, *(text for trace in everybody for text in texts(trace))]:
        words = set(re.findall(r"[a-z]+", text.lower()))
        assert not words & set(BANNED), text


def test_nothing_technical_is_said_to_a_person(everybody: list[Trace]) -> None:
    for trace in everybody:
        for text in [trace["explanation"], *(r["text"] for r in trace["reasons"])]:
            assert not re.search(
                r"[_{}≥<>=]|\b(null|nan|personas?|utilization|volatility)\b", text
            ), text
            assert "no data" not in text.removeprefix("We have no data on").replace(
                "We have no data on", ""
            ), text
            assert text == re.sub(r"\s+", " ", text).strip()
            assert text.endswith(".")


def test_at_most_four_specific_reasons_and_all_in_the_paragraph(everybody: list[Trace]) -> None:
    for trace in everybody:
        assert 1 <= len(trace["reasons"]) <= MOST_REASONS
        assert len({r["code"] for r in trace["reasons"]}) == len(trace["reasons"])
        assert all(r["text"] in trace["explanation"] for r in trace["reasons"])


def test_an_assigned_persona_is_told_by_what_made_it_match(everybody: list[Trace]) -> None:
    codes = {c.reason.code: c for _, c in all_criteria()}
    for trace in everybody:
        key = trace["decision"]["primary"]
        if key == "general":
            assert trace["reasons"][0]["code"] == "NO_RULE_MATCHED"
            continue
        [persona] = [p for p in trace["personas"] if p["key"] == key]
        passed = {(p["feature"], p["operator"]) for p in persona["predicates"] if p["passed"]}
        specific = [codes[r["code"]] for r in trace["reasons"] if r["code"] in codes]
        assert specific
        assert {(c.feature, c.operator.sql) for c in specific} <= passed


def test_the_paragraph_cites_the_persons_own_numbers(town_traces: list[Trace]) -> None:
    said = {(t["user_id"], t["window_days"]): t["explanation"] for t in town_traces}
    heavy = said["user_0000", 180]
    for own in ("4242", "62.5%", "$3,125.40", "$5,000", "$43.49", "June 28, 2026", "180 days"):
        assert own in heavy, own
    assert "$22.12" in said["user_0000", 30]
    assert "$410.55" in said["user_0001", 30]
    assert "$9,000 are not counted" in said["user_0001", 30]
    assert "18 of 30 days" in said["user_0002", 30]
    assert "(Hulu, Max, Netflix and 2 more)" in said["user_0003", 30]
    assert "$70.45 a month" in said["user_0003", 30]
    assert "$400.50 a month" in said["user_0004", 30]
    assert "no credit card" in said["user_0005", 30]
    assert "no data on pay, savings or card use" in said["user_0007", 30]


def _close_calls() -> list[Any]:
    """Values a breath away from every threshold, where printed digits could lie."""
    cases = []
    for rule in default_rules():
        for c in rule.criteria:
            if c.unit in ("yes/no", "count"):
                continue
            for gap in (1e-15, 1e-12, 1e-9, 4e-8, 1e-6, 0.00004, 0.0004, 0.004, 0.04):
                for sign in (1, -1):
                    value = c.limit + sign * gap * max(c.limit, 1)
                    value = value if value != c.limit else math.nextafter(c.limit, sign * math.inf)
                    if c.lowest is None or value >= c.lowest:
                        cases.append(pytest.param(rule.key, c, value, id=f"{c.key}{sign * gap:+}"))
    return cases


def printed(criterion: Criterion, values: list[float]) -> list[tuple[float, str]]:
    """Each value with the text a trace prints for it."""
    with duckdb.connect() as con:
        create_vocabulary(con, default_rules())
        return con.execute(
            """
            select observed, shown(
              observed, compares(observed, operator, threshold), operator, threshold, unit,
              figure_at_line, line, digits)
            from _criteria, (select unnest($values::double[]) as observed)
            where criterion = $criterion
            """,
            {"values": values, "criterion": criterion.key},
        ).fetchall()


def test_what_is_printed_compares_as_what_was_judged() -> None:
    """Every close call in one population: the number said agrees with the verdict."""
    for criterion, values in _values_by_criterion().items():
        for value, said in printed(criterion, values):
            verdict = criterion.operator.compare(value, criterion.limit)
            assert _reads(said, criterion) == verdict, (criterion.key, value, said)
            assert len(said) < 30, said


def _values_by_criterion() -> dict[Criterion, list[float]]:
    found: dict[Criterion, list[float]] = {}
    for case in _close_calls():
        _, criterion, value = case.values
        found.setdefault(criterion, []).append(value)
    return found


def _reads(said: str, criterion: Criterion) -> bool:
    """The verdict a reader draws from the printed number."""
    if said.startswith("just "):
        below = said.startswith("just under")
        return below == (criterion.operator.sql == "<")
    [number] = NUMBER.findall(said)
    value = float(number.replace("$", "").replace(",", ""))
    limit = criterion.limit * 100 if criterion.unit == "fraction" else criterion.limit
    return bool(COMPARE[criterion.operator.sql](value, float(f"{limit:.10g}")))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("card_use_high", 0.5, "50%"),
        ("card_use_high", 0.49996, "49.996%"),
        ("card_use_high", 0.4999999999, "just under 50%"),
        ("card_use_high", 0.62508, "62.5%"),
        ("card_use_high", 1.0, "100%"),
        ("card_use_high", 0.0, "0%"),
        ("card_use_low", 0.2999, "29.99%"),
        ("card_interest_charged", 1234.5, "$1,234.50"),
        ("card_interest_charged", 1234.0, "$1,234"),
        ("card_interest_charged", 0.0, "$0"),
        ("pay_gap_long", 45.0, "45 days"),
        ("pay_gap_long", 1.0, "1 day"),
        ("pay_gap_long", 52.5, "52.5 days"),
        ("cash_buffer_thin", 0.999, "0.999 months"),
        ("cash_buffer_thin", 1.0, "1 month"),
        ("cash_buffer_thin", -0.25, "-0.2 months"),
        ("savings_growth", -0.00001, "0%"),
        ("savings_inflow", -12.5, "-$12.50"),
        ("savings_inflow", 199.999, "$199.999"),
    ],
)
def test_figures_read_naturally(key: str, value: float, said: str) -> None:
    [criterion] = [c for _, c in all_criteria(default_rules()) if c.key == key]
    assert printed(criterion, [value]) == [(value, said)]


@pytest.mark.parametrize(
    ("margin", "said"),
    [
        (-0.84444, "84%"),
        (0.184, "18%"),
        (-0.0951, "9.5%"),
        (-0.0101, "1%"),
        (-0.00004, "under 0.1%"),
        (-12.345, "1,234%"),
    ],
)
def test_a_distance_is_a_percentage_of_the_line(margin: float, said: str) -> None:
    with duckdb.connect() as con:
        create_vocabulary(con, default_rules())
        assert con.execute("select percent_of_line(?::double)", [margin]).fetchall() == [(said,)]


def test_the_closest_persona_is_told_with_all_that_it_lacks() -> None:
    [trace] = traces_of(
        traced([feature_row(savings_growth_rate=0.019, savings_net_inflow_monthly_usd=100.0)])
    )
    [closest] = [r["text"] for r in trace["reasons"] if r["code"] == "CLOSEST_RULE"]
    assert trace["decision"]["runner_up"] == "high_utilization"
    assert closest == (
        "The closest is high card use: the use of your most used card is 40%, and it takes 50% or more "
        "(20% short of it)."
    )
    [trace] = traces_of(
        traced([feature_row(median_pay_gap_days=44.0, cash_flow_buffer_months=1.1)])
    )
    [closest] = [r["text"] for r in trace["reasons"] if r["code"] == "CLOSEST_RULE"]
    assert closest == (
        "The closest is uneven income: the typical time between paydays is 44 days, and it takes more "
        "than 45 days (2.2% short of it); the time your checking balance would last is 1.1 "
        "months, and it takes under 1 month (10% above it)."
    )


def test_reasons_of_the_whole_are_said_by_the_query_that_ranks_them() -> None:
    said = set(
        re.findall(r"code: '(\w+)'", QueryFolder("spendsense_pipeline.traces").text("reasons.sql"))
    )
    assert said == {reason.code for reason in OVERALL}
