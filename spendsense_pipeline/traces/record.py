"""Writes `decision_traces`: for every assignment, why this persona and not another.

One vectorised pass in SQL; the rules' part of the query is generated from the rule book. What a
trace holds is fixed in `schema.json`; how to judge one again without us is in `replay.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.assignment import (
    features_of_both_windows,
    unrounded_features,
)
from spendsense_pipeline.personas.criteria import PersonaRule
from spendsense_pipeline.personas.rules import bound, rules_version
from spendsense_pipeline.sql import QueryFolder, literal
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.traces import DECISION_TRACES
from spendsense_pipeline.traces import counterfactual, document, nearness, prose
from spendsense_pipeline.traces.evidence.collect import collect
from spendsense_pipeline.traces.figures import shown
from spendsense_pipeline.traces.measured import measuring
from spendsense_pipeline.traces.replay import ID_DIGITS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

QUERIES = QueryFolder(__package__)
PEOPLE_AT_ONCE = 10_000  # bounds memory whatever the population; larger pieces are no faster
_COLUMNS_OF_VERSIONS = ("rules", "code", "config_hash", "dataset_id")
_TOLD_FEATURES = ("monthly_expenses_usd", "savings_balance_usd", "mean_balance_usd")


def build_traces(
    con: duckdb.DuckDBPyConnection,
    *,
    resolved: ResolvedConfig,
    dataset_id: str,
    code_version: str,
    users: tuple[int, int] | None = None,
) -> None:
    """Create `decision_traces` for every assignment, or replace in it those of a range of users.

    `users` counts people in order of user_id, from the first (0) up to but without the second.
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
    [(people,)] = con.execute("select count(*) from raw_users").fetchall()
    first, end = users or (0, people)
    for start in range(first, min(end, people), PEOPLE_AT_ONCE):
        reach = (start, min(start + PEOPLE_AT_ONCE, end))
        with measuring(con, as_of=resolved.as_of, users=reach):
            _trace_people(con, resolved, versions)


def _trace_people(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig, versions: dict[str, Any]
) -> None:
    """Write the traces of the people in `_measured_users`."""
    rules = bound(resolved.thresholds)
    con.execute(f"create or replace temp table _trace_judged as {_judged_in_full(rules)}")
    collect(con, rules, as_of=resolved.as_of)
    con.execute(
        "delete from decision_traces where user_id in (select user_id from _measured_users)"
    )
    con.execute(
        f"""
        insert into decision_traces
        with
        facts as ({QUERIES.text("facts.sql")}),
        wide as ({_told_features()}),
        told as (
          select j.*, f.* exclude (user_id, window_days, as_of), w.* exclude (user_id, window_days),
            a.target_persona, a.primary_persona as assigned, a.secondary_persona as second,
            a.matched_personas as matches, a.severity as stored_severity
          from _trace_judged as j
          join persona_assignments as a using (user_id, window_days)
          join facts as f using (user_id, window_days)
          join wide as w using (user_id, window_days)),
        worded as (select *, {prose.slots(rules)} from told),
        reasoned as (select *, {prose.ranked_reasons(rules)} as reasons from worded),
        bodies as (
          select r.user_id, r.window_days, r.as_of, r.assigned as primary_persona,
            {document.body(rules, versions)} as body
          from reasoned as r
          left join _trace_evidence as e using (user_id, window_days)),
        identified as (select *, left(sha256(body), {ID_DIGITS}) as trace_id from bodies)
        select trace_id, user_id, window_days, as_of, primary_persona,
          {", ".join(literal(versions[name]) for name in _COLUMNS_OF_VERSIONS)},
          '{{"trace_id":"' || trace_id || '",' || substr(body, 2) as trace
        from identified order by user_id, window_days
        """,
    )
    con.execute("drop table _trace_judged")
    con.execute("drop table _trace_evidence")


def _judged_in_full(rules: tuple[PersonaRule, ...]) -> str:
    """Judged rows with printed values, what made each match, the runner-up and what would flip."""
    printed = ", ".join(
        f"{shown(c, f'passed_{c.key}')} as shown_{c.key}" for rule in rules for c in rule.criteria
    )
    made = ", ".join(
        f"({condition}) as made_{key}"
        for rule in rules
        for key, condition in sql.made_match(rule).items()
    )
    towards = ", ".join(
        f"{nearness.shortfall(rule.tree)} as short_{rule.key}, "
        f"{counterfactual.cost(rule.tree, wanted=True)} as into_{rule.key}, "
        f"{counterfactual.cost(rule.tree, wanted=False)} as out_of_{rule.key}"
        for rule in rules
    )
    # Only the people at hand: judging everybody again for every range would grow with its square.
    source = f"(from {features_of_both_windows()} semi join _measured_users using (user_id))"
    return f"""
    with
    judged as ({sql.judged_query(rules, source)}),
    printed as (select *, {printed}, {made}, {towards} from judged),
    compared as (
      select *, {nearness.runner_up(rules)} as runner_up,
        {counterfactual.smallest_change(rules)} as change,
        {counterfactual.changes_needed(rules)} as needed
      from printed)
    select *, {nearness.lacking(rules)} as runner_up_missing from compared
    """


def _told_features() -> str:
    """Features that sentences cite although no rule reads them."""
    columns = ", ".join(f"{name}::double as {name}" for name in _TOLD_FEATURES)
    return " union all ".join(
        f"select user_id, window_days, {columns} from {unrounded_features(window)}"
        for window in WINDOWS
    )
