"""Collects evidence for the predicates that mattered into `_trace_evidence`, one row per trace.

What mattered: the predicates that made the primary match; for `general`, those of the runner-up.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.assignment import unrounded_features
from spendsense_pipeline.personas.criteria import PersonaRule
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.sql import QueryFolder, literal
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.traces.evidence.proofs import PROOFS, TOTAL_SPEND
from spendsense_pipeline.traces.figures import value_json
from spendsense_pipeline.traces.json_text import members, number, plain, raw

if TYPE_CHECKING:
    import duckdb

QUERIES = QueryFolder(__package__)


def collect(
    con: duckdb.DuckDBPyConnection, rules: tuple[PersonaRule, ...], *, as_of: dt.date
) -> None:
    """Create `_trace_evidence` (user_id, window_days, evidence as JSON text) from `_trace_judged`.

    Must run `measured.measuring`, as the features did: evidence counts the same rows.
    """
    con.execute(f"create or replace temp table _evidence_needed as {_needed(rules)}")
    con.execute(
        f"create or replace temp table _evidence_rows as {QUERIES.text('rows.sql')}",
        {"as_of": as_of, "longest_window": max(WINDOWS)},
    )
    references = {feature: proof for feature, proof in PROOFS.items() if proof.scope is not None}
    con.execute(
        f"create or replace temp table _trace_evidence as {_combined()}",
        {
            "as_of": as_of,
            "windows": list(WINDOWS),
            "features": list(references),
            "scopes": [proof.scope for proof in references.values()],
            "rows_counted": [proof.rows for proof in references.values()],
            "kinds": [proof.kind for proof in PROOFS.values()],
            "proved": list(PROOFS),
            "computed_as": [proof.computed_as for proof in PROOFS.values()],
        },
    )
    con.execute("drop table _evidence_rows")
    con.execute("drop table _evidence_needed")


def _needed(rules: tuple[PersonaRule, ...]) -> str:
    """One row per trace and feature that mattered, in the order of the rules, with its value."""
    mattered = ", ".join(
        f"""case when (primary_persona = {literal(rule.key)} and made_{criterion.key})
          or (primary_persona = {literal(GENERAL)} and runner_up = {literal(rule.key)}
            and {criterion.feature} is not null)
          then {{rank: {rank}, feature: {literal(criterion.feature)},
            value: {value_json(criterion)}}} end"""
        for rule in rules
        for rank, criterion in enumerate(rule.criteria)
    )
    spend = " union all ".join(
        f"select user_id, window_days, total_spend_usd from {unrounded_features(window)}"
        for window in WINDOWS
    )
    needs_spend = ", ".join(
        literal(feature) for feature, proof in PROOFS.items() if proof.divides_by_spend
    )
    return f"""
    with
    mattered as (
      select user_id, window_days, least(window_days, history_days)::integer as days,
        unnest([{mattered}]) as proved
      from _trace_judged),
    features as (
      select user_id, window_days, days, proved.rank as rank, proved.feature as feature,
        proved.value as value
      from mattered where proved is not null),
    spend as ({spend})
    select * from features
    union all
    select f.user_id, f.window_days, f.days, max(f.rank) + 100, {literal(TOTAL_SPEND)},
      any_value(s.total_spend_usd)::double::varchar
    from features as f join spend as s using (user_id, window_days)
    where f.feature in ({needs_spend})
    group by f.user_id, f.window_days, f.days
    """


def _combined() -> str:
    """Every needed feature with its ids or its reference, listed per trace."""
    stated = {
        "feature": plain("n.feature"),
        "value": raw("n.value"),
        "computed_as": plain("p.computed_as"),
        "days": number("n.days"),
    }
    window = {"after": plain("$as_of - n.window_days"), "through": plain("$as_of")}
    reference = {
        "account": raw("to_json(r.accounts)"),
        "rows": plain("r.rows_counted"),
        "window": members(window),
        "opening": number("case when r.rows_counted <> 'spend' then r.opening_cents / 100 end"),
        "row_count": number("r.row_count"),
        "sum": number("r.sum_cents / 100"),
    }
    by_reference = members({**stated, "reference": members(reference)})
    by_ids = members(
        {**stated, "kind": plain("p.kind"), "ids": raw("to_json(coalesce(i.ids, []))")}
    )
    return f"""
    with
    ids as (({QUERIES.text("transactions.sql")})
      union all ({QUERIES.text("holdings.sql")})),
    refs as ({QUERIES.text("references.sql")}),
    proofs as (
      select unnest($proved) as feature, unnest($kinds) as kind,
        unnest($computed_as) as computed_as),
    entries as (
      select n.user_id, n.window_days, n.rank,
        case when r.feature is not null then {by_reference.sql()} else {by_ids.sql()} end as entry
      from _evidence_needed as n
      join proofs as p using (feature)
      left join ids as i using (user_id, window_days, feature)
      left join refs as r using (user_id, window_days, feature))
    select user_id, window_days, '[' || string_agg(entry, ',' order by rank) || ']' as evidence
    from entries group by user_id, window_days
    """
