"""A decision for the person and for an auditor: what a page shows is what the trace and rows say."""

from __future__ import annotations

import json

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.rules import all_criteria, bound
from spendsense_pipeline.reporting.dataset_reader import DatasetReader, open_dataset
from spendsense_pipeline.reporting.evidence_rows import evidence_rows
from spendsense_pipeline.reporting.feature_lines import features_of
from spendsense_pipeline.reporting.tracing import trace_record, traced
from spendsense_pipeline.settings import Settings


def test_every_stored_trace_reads_as_records(reader: DatasetReader) -> None:
    for (text,) in reader.con.execute("select trace from decision_traces").fetchall():
        content = json.loads(text)
        record = trace_record(content)
        assert [persona.key for persona in record.personas] == [
            persona["key"] for persona in content["personas"]
        ]
        for judged, stored in zip(record.personas, content["personas"], strict=True):
            assert [each.is_met for each in judged.predicates] == [
                each["passed"] for each in stored["predicates"]
            ]
            assert all(each.feature in judged.tree for each in judged.predicates)
        assert [reason.text for reason in record.reasons] == [
            reason["text"] for reason in content["reasons"]
        ]
        met = {p.feature for persona in record.personas for p in persona.predicates if p.is_met}
        for reason in record.reasons:
            if record.matched and reason.evidence:
                assert {each.feature for each in reason.evidence} <= met | {"total_spend_usd"}


def test_a_reason_of_a_match_has_its_evidence(reader: DatasetReader) -> None:
    codes = {criterion.reason.code for _, criterion in all_criteria()}
    for (text,) in reader.con.execute("select trace from decision_traces").fetchall():
        record = trace_record(json.loads(text))
        for reason in record.reasons:
            assert bool(reason.evidence) or reason.code not in codes, reason.code


def test_rows_behind_a_figure_come_to_what_the_trace_says(
    reader: DatasetReader, settings: Settings
) -> None:
    kinds = set()
    for user_id, window, text in reader.con.execute(
        "select user_id, window_days, trace from decision_traces order by user_id"
    ).fetchall():
        for evidence in trace_record(json.loads(text)).evidence:
            behind = evidence_rows(
                reader, settings, user_id, window_days=window, feature=evidence.feature
            )
            assert behind is not None
            kinds.add(evidence.kind)
            assert behind.missing == ()
            if evidence.kind == "transactions":
                assert [row.transaction_id for row in behind.transactions] == list(evidence.ids)
            if evidence.kind == "streams":
                assert behind.transactions
            if evidence.rows == "all":
                assert len(behind.transactions) == evidence.row_count
                assert float(behind.sum_usd) == pytest.approx(evidence.sum_usd, abs=0.005)
            if evidence.feature == "interest_charged_usd":
                assert float(behind.sum_usd) == pytest.approx(evidence.value, abs=0.005)
    assert kinds == {"transactions", "streams", "accounts", "reference"}


def test_a_figure_it_does_not_rest_on_names_those_it_does(
    reader: DatasetReader, settings: Settings, person: str
) -> None:
    with pytest.raises(SpendSenseError, match="does not rest on nothing"):
        evidence_rows(reader, settings, person, window_days=30, feature="nothing")


def test_lines_are_the_rules_and_their_verdicts_the_traces(reader: DatasetReader) -> None:
    rules = bound(reader.resolved.thresholds)
    for (user_id,) in reader.con.execute("select user_id from features_30d").fetchall():
        features = {feature.name: feature for feature in features_of(reader, user_id)}
        drawn = sum(len(feature.rules) for feature in features.values())
        assert drawn == len(list(all_criteria(rules)))
        for feature in features.values():
            for line in feature.rules:
                [criterion] = [
                    c
                    for rule, c in all_criteria(rules)
                    if rule.key == line.persona
                    and c.feature == feature.name
                    and c.operator.symbol == line.symbol
                ]
                assert line.threshold == criterion.limit
                for value, verdict in (
                    (feature.value_30d, line.is_met_30d),
                    (feature.value_180d, line.is_met_180d),
                ):
                    assert value is not None or verdict is False
                    # (Rounded values may fall on the line.)
                    if value is not None and abs(float(value) - criterion.limit) > 0.01:
                        assert verdict == criterion.operator.compare(float(value), criterion.limit)


def test_nothing_is_explained_of_who_revoked(revoked: tuple[Settings, str]) -> None:
    settings, user_id = revoked
    with open_dataset(settings) as reader:
        assert traced(reader, settings, user_id, 30) is None
        assert (
            evidence_rows(reader, settings, user_id, window_days=30, feature="max_utilization")
            is None
        )
