"""Evidence closes: the rows a trace names add up to the value it states."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from typing import get_args

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from spendsense_pipeline.personas.criteria import EvidenceRows
from spendsense_pipeline.personas.rules import RULE_BOOK, all_criteria
from spendsense_pipeline.traces.evidence.collect import proofs
from spendsense_pipeline_tests.features.test_recomputed import worlds
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_statement,
    a_transaction,
    a_user,
    an_account,
)
from spendsense_pipeline_tests.fixtures.town import EXPECTED
from spendsense_pipeline_tests.fixtures.traced_people import Trace, a_traced_world, traces_of
from spendsense_pipeline_tests.traces.proofs_by_hand import PROVE, Books, discrepancies


def test_the_schema_names_the_rows_that_references_count() -> None:
    told = json.dumps(list(get_args(EvidenceRows)))
    schema = resources.files("spendsense_pipeline.traces").joinpath("schema.json")
    assert told in json.dumps(json.loads(schema.read_text(encoding="utf-8")))


def test_the_town_proves_every_feature_a_rule_reads(town_traces: list[Trace]) -> None:
    proved = {entry["feature"] for trace in town_traces for entry in trace["evidence"]}
    assert {c.feature for _, c in all_criteria()} <= proved


def test_evidence_closes_in_town(town: duckdb.DuckDBPyConnection, town_traces: list[Trace]) -> None:
    books = Books(town)
    assert [problem for trace in town_traces for problem in discrepancies(books, trace)] == []


def test_a_missing_row_would_be_noticed(
    town: duckdb.DuckDBPyConnection, town_traces: list[Trace]
) -> None:
    """The recomputation is worth something: evidence with a row less does not close."""
    books = Books(town)
    for trace in town_traces:
        for entry in trace["evidence"]:
            if entry.get("ids") and entry["feature"] not in (
                "minimum_payment_only",
                "median_pay_gap_days",
            ):
                broken = trace | {
                    "evidence": [entry | {"ids": entry["ids"][1:]}, *trace["evidence"]][:1]
                }
                if entry["feature"] == "subscription_spend_share":
                    continue
                if entry["feature"] == "max_utilization":
                    with pytest.raises(ValueError, match="not enough values"):
                        discrepancies(books, broken)
                else:
                    assert discrepancies(books, broken), entry["feature"]


@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_evidence_closes_in_worlds_nobody_chose(world: dict[str, list[Row]]) -> None:
    closes(world)


@pytest.mark.long
@pytest.mark.fuzz
@settings(max_examples=settings().max_examples // 2, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_evidence_closes_in_many_worlds_nobody_chose(world: dict[str, list[Row]]) -> None:
    closes(world)


def closes(world: dict[str, list[Row]]) -> None:
    con = a_traced_world(**world)
    books = Books(con)
    assert [problem for trace in traces_of(con) for problem in discrepancies(books, trace)] == []


def test_every_rule_feature_has_a_proof_and_every_proof_is_recomputed() -> None:
    proved = {row["feature"] for row in proofs(RULE_BOOK)}
    assert {c.feature for _, c in all_criteria()} <= proved
    assert proved == set(PROVE)


def test_ratios_to_spend_bring_the_spend_with_them(town_traces: list[Trace]) -> None:
    for trace in town_traces:
        features = [entry["feature"] for entry in trace["evidence"]]
        assert len(features) == len(set(features))
        if {"cash_flow_buffer_months", "subscription_spend_share"} & set(features):
            assert "total_spend_usd" in features


def test_what_is_proved_is_what_made_the_match(town_traces: list[Trace]) -> None:
    for trace in town_traces:
        key = trace["decision"]["primary"]
        if key == "general":
            continue
        [persona] = [p for p in trace["personas"] if p["key"] == key]
        passed = {p["feature"] for p in persona["predicates"] if p["passed"]}
        proved = {entry["feature"] for entry in trace["evidence"]} - {"total_spend_usd"}
        assert proved == passed


def test_the_town_is_who_we_say(town_traces: list[Trace]) -> None:
    for window in (30, 180):
        primary = {
            t["user_id"]: t["decision"]["primary"]
            for t in town_traces
            if t["window_days"] == window
        }
        assert primary == EXPECTED


def test_a_pay_gap_from_before_the_window_is_proved(town_traces: list[Trace]) -> None:
    [trace] = [t for t in town_traces if t["user_id"] == "user_0001" and t["window_days"] == 30]
    [entry] = [e for e in trace["evidence"] if e["feature"] == "median_pay_gap_days"]
    assert entry["value"] > trace["window_days"]
    assert dt.date.fromisoformat(trace["as_of"])
    assert len(entry["ids"]) >= 2


def test_a_payment_told_by_its_other_leg_is_proof_of_paying_the_minimum_alone() -> None:
    """Neither leg says what it is: the rows named are payments all the same, and no spend."""
    moved = {"category_primary": None, "category_detailed": "OTHER_OTHER", "merchant_name": None}
    con = a_traced_world(
        users=[a_user()],
        accounts=[an_account(), a_card()],
        transactions=[
            a_transaction("25.00", AS_OF, name="XQ 8837", **moved),
            a_transaction("-25.00", AS_OF, "card", name="ZZZ", **moved),
            a_transaction("40.00", AS_OF),
        ],
        liabilities=[],
        statements=[a_statement(AS_OF - dt.timedelta(days=9), balance="400.00")],
    )
    books = Books(con)
    traces = traces_of(con)
    assert [p for trace in traces for p in discrepancies(books, trace)] == []
    named = {
        row
        for trace in traces
        for entry in trace["evidence"]
        if entry["feature"] == "minimum_payment_only"
        for row in entry["ids"]
    }
    assert len(named) == 1
    assert named <= books.card_payments
