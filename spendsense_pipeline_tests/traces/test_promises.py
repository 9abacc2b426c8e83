"""What holds of every trace: it replays, validates, states true margins and is the same every time."""

from __future__ import annotations

import json
import operator
from typing import Any

import duckdb
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spendsense_pipeline.personas.rules import RULE_BOOK, all_criteria
from spendsense_pipeline.tables.features import RECURRING_STREAMS
from spendsense_pipeline.tables.traces import DECISION_TRACES
from spendsense_pipeline.traces import replay, trace_id_of, trace_schema
from spendsense_pipeline.traces.reasons import reasons_of
from spendsense_pipeline.traces.replay import Decision
from spendsense_pipeline_tests.fixtures.feature_rows import (
    a_crowd,
    a_feature_population,
    default_rules,
    warehouse_of,
)
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_savings_account,
    a_user,
    a_warehouse,
    an_account,
)
from spendsense_pipeline_tests.fixtures.town import a_town
from spendsense_pipeline_tests.fixtures.traced_people import (
    Trace,
    explain,
    measure,
    resolved_with,
    texts_of,
    traces_of,
)

CODES = [reason.code for reason in reasons_of(RULE_BOOK)]
VALIDATOR = jsonschema.Draft202012Validator(trace_schema())
COMPARE = {">=": operator.ge, ">": operator.gt, "<": operator.lt, "=": operator.eq}


def stored_decision(trace: dict[str, Any]) -> Decision:
    """The decision a trace records, in the form it is replayed to."""
    decision = trace["decision"]
    return Decision(
        primary=decision["primary"],
        secondary=decision["secondary"],
        matched=tuple(decision["matched"]),
        severity=decision["severity"],
    )


def broken_promises(text: str) -> list[str]:
    """What is wrong with one trace; [] when nothing is."""
    trace = json.loads(text)
    problems = [error.message for error in VALIDATOR.iter_errors(trace)]
    if replay(trace) != stored_decision(trace):
        problems.append(f"replays to {replay(trace)}, not {stored_decision(trace)}")
    if trace_id_of(text) != trace["trace_id"]:
        problems.append("trace_id is not the hash of the content")
    problems += [f"unknown reason {r['code']}" for r in trace["reasons"] if r["code"] not in CODES]
    problems += [p for persona in trace["personas"] for p in _broken_predicates(persona)]
    if [p["key"] for p in trace["personas"]] != [rule.key for rule in RULE_BOOK]:
        problems.append("personas are not the rule book in priority order")
    if trace["decision"]["runner_up"] in trace["decision"]["matched"]:
        problems.append("the runner-up matched")
    return problems


def _broken_predicates(persona: Row) -> list[str]:
    problems = []
    for p in persona["predicates"]:
        value, threshold = p["value"], p["threshold"]
        if value is None:
            if p["passed"] or (p["distance"], p["margin"], p["data_sufficiency"]) != (
                None,
                None,
                "no_data",
            ):
                problems.append(f"{p['feature']}: missing data must read as no data")
            continue
        passes = COMPARE[p["operator"]](value, threshold)
        if p["passed"] != passes:
            problems.append(
                f"{p['feature']}: {value} {p['operator']} {threshold} recorded as {p['passed']}"
            )
        away = float(value) - float(threshold)
        distance = {"<": -away, "=": -abs(away)}.get(p["operator"], away)
        if p["distance"] != distance:
            problems.append(f"{p['feature']}: distance {p['distance']} is not {distance}")
        if (distance < 0 and passes) or (distance > 0 and not passes):
            problems.append(f"{p['feature']}: the sign of {distance} contradicts {passes}")
        has_margin = not isinstance(threshold, bool) and threshold != 0
        if (p["margin"] is not None) != has_margin:
            problems.append(f"{p['feature']}: margin {p['margin']} at threshold {threshold}")
        if has_margin and p["margin"] != distance / abs(threshold):
            problems.append(
                f"{p['feature']}: margin {p['margin']} is not {distance / abs(threshold)}"
            )
    return problems


def traced(population: list[Row], **thresholds: float) -> duckdb.DuckDBPyConnection:
    ids = sorted({row["user_id"] for row in population})
    con = a_warehouse(
        users=[a_user(user) for user in ids],
        accounts=[
            account(f"{user}:{number}", user)
            for user in ids
            for number, account in enumerate((an_account, a_savings_account, a_card))
        ],
    )
    con.execute(RECURRING_STREAMS.create_sql())
    explain(warehouse_of(population, con=con), resolved_with(**thresholds))
    return con


def test_every_promise_is_kept_in_town(town: duckdb.DuckDBPyConnection) -> None:
    texts = texts_of(town)
    assert len(texts) == 20
    assert [problem for text in texts for problem in broken_promises(text)] == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
def test_every_promise_is_kept_on_every_edge(seed: int) -> None:
    texts = texts_of(traced(a_crowd(seed)))
    assert len(texts) == 300
    assert [problem for text in texts for problem in broken_promises(text)] == []


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(
    population=a_feature_population(), interest=st.sampled_from([0.0, 25.0]), share=st.floats(0, 1)
)
def test_every_promise_is_kept_for_any_features_and_thresholds(
    population: list[Row], interest: float, share: float
) -> None:
    con = traced(
        population,
        high_utilization_interest_usd=interest,
        cash_flow_stressed_low_balance_day_share=round(share, 6),
    )
    assert [problem for text in texts_of(con) for problem in broken_promises(text)] == []


def test_one_trace_per_assignment_with_its_own_columns(town: duckdb.DuckDBPyConnection) -> None:
    rows = town.execute(
        """
        select t.trace_id, t.user_id, t.window_days, t.as_of, t.primary_persona, t.rules_version,
          t.code_version, t.config_hash, t.dataset_id, t.trace, a.primary_persona, a.severity
        from persona_assignments as a
        full join decision_traces as t using (user_id, window_days)
        """
    ).fetchall()
    assert len(rows) == 20
    for (
        trace_id,
        user,
        window,
        as_of,
        primary,
        rules,
        code,
        config,
        dataset,
        text,
        assigned,
        severity,
    ) in rows:
        trace = json.loads(text)
        assert (trace["trace_id"], trace["user_id"], trace["window_days"]) == (
            trace_id,
            user,
            window,
        )
        assert (trace["as_of"], trace["decision"]["primary"]) == (as_of.isoformat(), primary)
        assert (primary, severity) == (assigned, trace["decision"]["severity"])
        assert trace["versions"] == {
            "rules": rules,
            "code": code,
            "config_hash": config,
            "dataset_id": dataset,
            "seed": 42,
            "as_of": AS_OF.isoformat(),
        }


def test_nobody_without_consent_is_traced(town: duckdb.DuckDBPyConnection) -> None:
    for table in ("persona_assignments", "decision_traces"):
        assert town.execute(
            f"select count(*) from {table} where user_id = 'user_0010'"
        ).fetchall() == [(0,)]


def test_consent_revoked_after_features_were_measured_still_counts() -> None:
    con = warehouse_of(a_crowd(1, people=4))
    con.execute("update raw_users set consent_status = 'revoked' where user_id = 'user_0002'")
    explain(con)
    assert {t["user_id"] for t in traces_of(con)} == {"user_0000", "user_0001", "user_0003"}


def test_the_same_snapshot_gives_the_same_bytes_on_any_number_of_threads(
    town: duckdb.DuckDBPyConnection,
) -> None:
    for threads in (1, 3):
        con = a_traced_world_on(threads)
        assert texts_of(con) == texts_of(town)


def a_traced_world_on(threads: int) -> duckdb.DuckDBPyConnection:
    """The town again, its rows inserted in another order and worked on by so many threads."""
    rows = a_town()
    con = a_warehouse(**{name: rows[name][::-1] for name in rows})
    con.execute(f"set threads = {threads}")
    measure(con)
    explain(con)
    return con


def test_ranges_of_people_add_up_to_everybody() -> None:
    crowd = a_crowd(5, people=60)
    con = traced(crowd)
    expected = texts_of(con)
    con.execute("delete from decision_traces where user_id >= 'user_0030'")
    explain(con, users=(0, 0))
    for people in ((30, 60), (0, 7), (7, 30)):
        explain(con, users=people)
    assert texts_of(con) == expected


def test_another_threshold_is_another_trace() -> None:
    crowd = a_crowd(7, people=3)
    [before, after] = [
        [t["trace_id"] for t in traces_of(traced(crowd, variable_income_pay_gap_days=days))]
        for days in (45, 46)
    ]
    assert not set(before) & set(after)


def test_columns_are_as_declared(town: duckdb.DuckDBPyConnection) -> None:
    columns = town.execute(
        "select column_name, column_type from (describe decision_traces)"
    ).fetchall()
    assert columns == [(c.name, c.type) for c in DECISION_TRACES.columns]


def test_the_schema_knows_exactly_our_reason_codes_features_and_units() -> None:
    schema = trace_schema()
    codes = schema["properties"]["reasons"]["items"]["properties"]["code"]["enum"]
    assert codes == CODES
    assert set(schema["$defs"]["unit"]["enum"]) >= {
        c.unit for _, c in all_criteria(default_rules())
    }


@pytest.mark.parametrize(
    "tampering",
    [
        lambda t: t["personas"][0]["predicates"][0].update(value=0.1),
        lambda t: t["decision"].update(primary="general"),
        lambda t: t["personas"][0].update(tree={"all_of": [0, 1, 2, 3]}),
    ],
)
def test_a_trace_that_was_changed_does_not_replay(tampering: Any) -> None:
    con = warehouse_of(
        [
            {
                "user_id": "user_0000",
                "as_of": AS_OF,
                "window_days": 30,
                "max_utilization": 0.7,
                "is_overdue": False,
            }
        ]
    )
    explain(con)
    [trace] = traces_of(con)
    assert replay(trace) == stored_decision(trace)
    tampering(trace)
    assert replay(trace) != stored_decision(trace)


def test_the_target_stands_beside_the_decision() -> None:
    con = warehouse_of(a_crowd(2, people=2), target_persona="savings_builder")
    explain(con)
    assert {t["decision"]["target"] for t in traces_of(con)} == {"savings_builder"}
    assert a_user()["target_persona"] is None


def test_data_sufficiency_reads_as_the_features_say() -> None:
    from spendsense_pipeline.features.sufficiency import data_sufficiency

    for trace in traces_of(traced(a_crowd(3, people=80))):
        history: Any = None
        for persona in trace["personas"]:
            for p in persona["predicates"]:
                if p["value"] is not None:
                    history = history or _history_of(trace["user_id"])
                    expected = data_sufficiency(p["feature"], history, trace["window_days"])
                    assert p["data_sufficiency"] == expected


def _history_of(user_id: str) -> int:
    [row] = [row for row in a_crowd(3, people=80) if row["user_id"] == user_id]
    return int(row["history_days"])


def test_no_two_traces_share_an_id(town_traces: list[Trace]) -> None:
    assert len({t["trace_id"] for t in town_traces}) == len(town_traces)
