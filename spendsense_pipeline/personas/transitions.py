"""Writes `persona_transitions`: who changed persona since the dataset published before, and why.

Empty on a first night, and when the previous dataset tells of another world (other controls, seed
or history start): the same user id is then another person.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.rule_text import threshold_text
from spendsense_pipeline.personas.rules import all_criteria, bound
from spendsense_pipeline.sql import literal
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS, PERSONA_TRANSITIONS
from spendsense_pipeline.tables.raw import RAW_USERS
from spendsense_pipeline.tables.traces import DECISION_TRACES

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

# What is read of the dataset before; one of another version may lack some of it.
_READ = (OPERATOR_CONTROLS, RAW_USERS, PERSONA_ASSIGNMENTS, PERSONA_TRANSITIONS, DECISION_TRACES)


def build_transitions(
    con: duckdb.DuckDBPyConnection, previous: Path | None, *, resolved: ResolvedConfig
) -> None:
    """Create or replace `persona_transitions` against the published file `previous`, if any."""
    con.execute(PERSONA_TRANSITIONS.create_sql())
    if previous is None or not previous.exists():
        return
    con.execute(f"attach {literal(str(previous))} as previous_dataset (read_only)")
    try:
        if _is_same_world(con, resolved):
            _insert_changes(con, resolved)
            _keep_tonights_changes(con, resolved)
    finally:
        con.execute("detach previous_dataset")


def _is_same_world(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> bool:
    tables = con.execute(
        "select table_name from duckdb_tables() where database_name = 'previous_dataset'"
    ).fetchall()
    if not {name for (name,) in tables} >= {table.name for table in _READ}:
        return False
    before = con.sql("from previous_dataset.operator_controls").to_arrow_table().to_pylist()
    try:
        return type(resolved).from_rows(before).world_hash == resolved.world_hash
    except (ValueError, KeyError):  # controls of another version of the program
        return False


def _insert_changes(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> None:
    """One row for everybody whose persona differs from an earlier day's, with what flipped."""
    lines = {
        criterion.key: f"{rule.key}: {criterion.feature} {criterion.operator.symbol} "
        f"{threshold_text(criterion)}"
        for rule, criterion in all_criteria(bound(resolved.thresholds))
    }
    con.execute(
        """
        insert into persona_transitions
        with
        same_person as (  -- an imported file may reuse ids for other people
          select t.user_id from raw_users as t
          join previous_dataset.raw_users as y using (user_id)
          where t.name is not distinct from y.name
            and t.created_at is not distinct from y.created_at),
        changed as (
          select t.user_id, t.window_days, t.as_of, y.as_of as previous_as_of,
            y.primary_persona as from_persona, t.primary_persona as to_persona
          from persona_assignments as t
          join previous_dataset.persona_assignments as y using (user_id, window_days)
          semi join same_person using (user_id)
          where t.primary_persona <> y.primary_persona and y.as_of < t.as_of),
        traced as (
          select user_id, window_days, unnest(from_json(d.trace->'$.personas',
            '[{"key":"VARCHAR","predicates":
              [{"feature":"VARCHAR","operator":"VARCHAR","passed":"BOOLEAN"}]}]')) as persona
          from previous_dataset.decision_traces as d
          semi join changed using (user_id, window_days)),
        before as (
          select user_id, window_days, persona.key as persona,
            unnest(persona.predicates) as predicate from traced),
        lines as (select unnest($criteria) as criterion, unnest($lines) as line),
        flipped as (
          select n.user_id, n.window_days, list(
            l.line || case when n.is_met then ' is now met' else ' is no longer met' end
            order by l.line) as flipped_predicates
          from _judged_predicates as n
          join before as b on b.user_id = n.user_id and b.window_days = n.window_days
            and b.persona = n.persona and b.predicate.feature = n.feature
            and b.predicate.operator = n.operator and b.predicate.passed <> n.is_met
          join lines as l on l.criterion = n.criterion
          group by all)
        select c.user_id, c.window_days, c.previous_as_of, c.as_of, c.from_persona, c.to_persona,
          coalesce(f.flipped_predicates, []) as flipped_predicates
        from changed as c left join flipped as f using (user_id, window_days)
        order by c.user_id, c.window_days
        """,
        {"criteria": list(lines), "lines": list(lines.values())},
    )


def _keep_tonights_changes(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> None:
    """When tonight's dataset is made again, keep the changes its first making found."""
    con.execute(
        """
        insert into persona_transitions
        select y.user_id, y.window_days, y.previous_as_of, y.as_of, y.from_persona, y.to_persona,
          y.flipped_predicates
        from previous_dataset.persona_transitions as y
        join persona_assignments as t using (user_id, window_days)
        where y.as_of = $as_of and t.primary_persona = y.to_persona
        order by y.user_id, y.window_days
        """,
        {"as_of": resolved.as_of},
    )
