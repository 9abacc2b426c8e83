"""Writes `decision_traces`: for every assignment, why this persona and not another.

Step by step, each a query in a file of its own over `_judged_predicates` and the rule book's
relations (`relations.py`). What a trace holds is in `document.sql` and fixed by `schema.json`; how
to judge one again without us is in `replay.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.features import build
from spendsense_pipeline.features.build import PEOPLE_AT_ONCE
from spendsense_pipeline.features.definitions import SAME_PAYDAY_DAYS, definitions
from spendsense_pipeline.features.movements import find_movements
from spendsense_pipeline.features.readable import VAGUE_TO_FEATURES
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.assignment import unrounded_features
from spendsense_pipeline.personas.criteria import PersonaRule
from spendsense_pipeline.personas.rules import GENERAL, bound, rule_features, rules_version
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier, literal
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.traces import DECISION_TRACES
from spendsense_pipeline.traces.evidence.collect import collect
from spendsense_pipeline.traces.reasons import MOST_REASONS, create_sentences
from spendsense_pipeline.traces.relations import create_relations, drop_relations
from spendsense_pipeline.traces.replay import ID_DIGITS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

# Features that sentences and proofs cite although no rule reads them.
_CITED_FEATURES = (
    "monthly_expenses_usd",
    "savings_balance_usd",
    "mean_balance_usd",
    "total_spend_usd",
)
_QUERIES = QueryFolder(__package__)
_STEPS = (
    "_trace_features",
    "_trace_decisions",
    "_trace_turned",
    "_trace_ways",
    "_trace_counterfactuals",
    "_trace_facts",
    "_trace_reasons",
    "_trace_evidence",
)


def build_traces(
    con: duckdb.DuckDBPyConnection,
    *,
    resolved: ResolvedConfig,
    dataset_id: str,
    code_version: str,
    users: tuple[int, int] | None = None,
) -> None:
    """Create `decision_traces` for every assignment, or replace in it those of a range of users.

    Reads what `assign` wrote, the unrounded features and the raw rows.

    Args:
        con: the warehouse.
        resolved: the configuration of the run, for its thresholds and versions.
        dataset_id: what the traces are stamped with, like `code_version`.
        code_version: hash of the program.
        users: people in order of user_id, from the first (0) up to but without the second.
    """
    versions = {
        "rules": rules_version(resolved.thresholds),
        "code": code_version,
        "config_hash": resolved.config_hash,
        "dataset_id": dataset_id,
        "seed": resolved.config.seed,
        "as_of": resolved.as_of.isoformat(),
    }
    if users is None:
        con.execute(DECISION_TRACES.create_sql())
    rules = bound(resolved.thresholds)
    measured = vocabulary() | definitions()
    measured |= {"as_of": resolved.as_of, "vague_details": list(VAGUE_TO_FEATURES)}
    [(people,)] = con.execute("select count(*) from raw_users").fetchall()
    first, end = users or (0, people)
    given = {
        "as_of": resolved.as_of,
        "general": GENERAL,
        "most_reasons": MOST_REASONS,
        "windows": list(WINDOWS),
        "longest_window": max(WINDOWS),
        "same_payday_days": SAME_PAYDAY_DAYS,
    }
    create_vocabulary(con, rules)
    for start in range(first, min(end, people), PEOPLE_AT_ONCE):
        # Evidence must count a row as the feature did, so it reads what features are measured with.
        with build.measuring(con, (start, min(start + PEOPLE_AT_ONCE, end)), measured):
            find_movements(con, measured)
            _trace_people(con, rules, given)
            _store(con, versions)
    drop_relations(con)


def create_vocabulary(con: duckdb.DuckDBPyConnection, rules: tuple[PersonaRule, ...]) -> None:
    """What the queries share: macros for figures and sentences, and the relations of the rules."""
    con.execute(_QUERIES.text("formatting.sql"))
    create_sentences(con, rules)
    create_relations(con, rules)


def _trace_people(
    con: duckdb.DuckDBPyConnection, rules: tuple[PersonaRule, ...], given: Mapping[str, Any]
) -> None:
    """Work out what the traces of the people in `_measured_users` say."""
    create_temporary(con, "_trace_features", _features(), {})
    _QUERIES.create(con, "_trace_decisions", "runner_up.sql", given)
    _QUERIES.create(con, "_trace_turned", "turned.sql", given)
    create_temporary(con, "_trace_ways", _ways(rules), {})
    _QUERIES.create(con, "_trace_counterfactuals", "counterfactual.sql", given)
    _QUERIES.create(con, "_trace_facts", "facts.sql", given)
    _QUERIES.create(con, "_trace_reasons", "reasons.sql", given)
    collect(con, given)


def _store(con: duckdb.DuckDBPyConnection, versions: Mapping[str, Any]) -> None:
    """Write the traces of the people in `_measured_users`."""
    con.execute(
        "delete from decision_traces where user_id in (select user_id from _measured_users)"
    )
    stamps = [versions[name] for name in ("rules", "code", "config_hash", "dataset_id")]
    con.execute(
        f"""
        insert into decision_traces
        with
        bodies as ({_QUERIES.text("document.sql")}),
        identified as (select *, left(sha256(body), {ID_DIGITS}) as trace_id from bodies)
        select trace_id, user_id, window_days, as_of, primary_persona,
          {", ".join(literal(stamp) for stamp in stamps)},
          '{{"trace_id":"' || trace_id || '",' || substr(body, 2) as trace
        from identified order by user_id, window_days
        """,
        {"versions": json.dumps(versions)},
    )
    for table in _STEPS:
        con.execute(f"drop table temp.{table}")


def _features() -> str:
    """The features of the people at hand in both windows."""
    judged = {criterion.feature for criterion in rule_features()}
    cited = [f"{name}::double as {name}" for name in _CITED_FEATURES if name not in judged]
    columns = ", ".join([*sql.IDENTITY, sql.observed_columns(), *cited])
    return " union all ".join(
        f"select {columns} from {unrounded_features(window)} "
        "semi join _measured_users using (user_id)"
        for window in WINDOWS
    )


def _ways(rules: tuple[PersonaRule, ...]) -> str:
    """Every way in `_trace_turned`, and what the rules say once its changes are made."""
    features = [criterion.feature for criterion in rule_features()]
    changed = ", ".join(
        f"max(case when feature = {literal(name)} then changed end) as {identifier(name)}"
        for name in features
    )
    replaced = ", ".join(
        f"coalesce(w.{identifier(name)}, f.{identifier(name)}) as {identifier(name)}"
        for name in features
    )
    about = ("way", "persona", "changes", "has_fact", "size")
    source = f"""(
      with ways as (
        select user_id, window_days, way, any_value(persona) as persona, count(*) as changes,
          bool_or(size is null) as has_fact,
          -- in billionths of the threshold, so that sums are exact
          sum(cast(least(coalesce(size, 1), 1e6) * 1e9 as bigint)) as size,
          {changed}
        from _trace_turned
        group by user_id, window_days, way
        -- a way is none if one of its criteria has no data or cannot turn
        having bool_and(value is not null and changed is not null))
      select f.user_id, f.as_of, f.window_days, f.history_days, {", ".join(about)}, {replaced}
      from ways as w join _trace_features as f using (user_id, window_days))"""
    return f"""
    select user_id, window_days, {", ".join(about)}, primary_persona as outcome
    from ({sql.judged_query(rules, source, identity=(*sql.IDENTITY, *about))})
    """
