"""People with targets and assignments, for checks that count them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import duckdb

from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.raw import PERSONA_KEYS
from spendsense_pipeline_tests.builders import AS_OF, Row, a_user, a_warehouse, insert

NATURAL_MIX = (
    ["high_utilization"] * 25
    + ["variable_income"] * 15
    + ["cash_flow_stressed"] * 12
    + ["subscription_heavy"] * 15
    + ["savings_builder"] * 13
    + ["general"] * 20
)


def a_configuration(
    *, as_of: dt.date = AS_OF, history_start: dt.date | None = None, **sections: Any
) -> ResolvedConfig:
    """A resolved configuration; sections as in the operator's file."""
    return resolve(OperatorConfig(**sections), as_of=as_of, history_start=history_start)


def an_assignment(user_id: str, persona: str, window_days: int = 30, **changes: Any) -> Row:
    """An assignment whose primary persona is the only match."""
    matched = [] if persona == "general" else [persona]
    return {
        "user_id": user_id,
        "window_days": window_days,
        "as_of": AS_OF,
        "primary_persona": persona,
        "secondary_persona": None,
        "matched_personas": matched,
        "severity": 0.0,
        "status": "assigned" if matched else "stable",
        "target_persona": None,
        "rules_version": "r1",
    } | changes


def a_population(
    personas: Iterable[str],
    *,
    in_180_days: Iterable[str] | None = None,
    targets: Iterable[str | None] | None = None,
    unconsented: int = 0,
) -> duckdb.DuckDBPyConnection:
    """One consenting person per persona, assigned it in both windows unless said otherwise."""
    short = list(personas)
    long = short if in_180_days is None else list(in_180_days)
    dealt = [None] * len(short) if targets is None else list(targets)
    ids = [f"user_{number:04d}" for number in range(len(short) + unconsented)]
    users = [
        a_user(user_id, target_persona=target) for user_id, target in zip(ids, dealt, strict=False)
    ]
    users += [a_user(user_id, consent_status="denied") for user_id in ids[len(short) :]]
    con = a_warehouse(users=users)
    con.execute(PERSONA_ASSIGNMENTS.create_sql())
    rows = [
        an_assignment(user_id, persona, days, target_persona=target)
        for days, assigned in ((30, short), (180, long))
        for user_id, persona, target in zip(ids, assigned, dealt, strict=False)
    ]
    insert(con, PERSONA_ASSIGNMENTS, rows)
    return con


def evenly(count: int) -> list[str]:
    """`count` personas, each of the six as often as the others."""
    return [PERSONA_KEYS[number % len(PERSONA_KEYS)] for number in range(count)]
