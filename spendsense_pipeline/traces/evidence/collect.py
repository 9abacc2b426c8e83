"""Collects evidence for what mattered in each decision into `_trace_evidence`, one row per trace.

What mattered: the predicates that made the primary match; for `general`, those of the runner-up.
How a feature is proved is said by its criterion; the spend that ratios rest on is proved here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.criteria import PersonaRule, Proof
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    import duckdb

TOTAL_SPEND = "total_spend_usd"
_SPEND = Proof("reference", "sum", scope="spending", rows="spend")
_QUERIES = QueryFolder(__package__)
_STEPS = {
    "_evidence_needed": "needed.sql",
    "_evidence_rows": "rows.sql",
    "_evidence_ids": "ids.sql",
    "_evidence_references": "references.sql",
    "_trace_evidence": "combined.sql",
}


def collect(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """Create `_trace_evidence` (user_id, window_days, evidence) for `_trace_decisions`.

    Must run while features are being measured (`features.build.measuring`): evidence counts the
    same rows.
    """
    given = {**parameters, "total_spend": TOTAL_SPEND}
    for table, query in _STEPS.items():
        _QUERIES.create(con, table, query, given)
    for table in _STEPS:
        if table != "_trace_evidence":
            con.execute(f"drop table temp.{table}")


def proofs(rules: tuple[PersonaRule, ...]) -> list[dict[str, Any]]:
    """One row per feature that evidence may be asked for; `days` in `computed_as` is its member."""
    declared = {c.feature: c.proof for _, c in all_criteria(rules)} | {TOTAL_SPEND: _SPEND}
    return [
        {
            "feature": feature,
            "kind": proof.kind,
            "computed_as": proof.computed_as,
            "scope": proof.scope,
            "rows_counted": proof.rows,
            "divides_by_spend": proof.divides_by_spend,
        }
        for feature, proof in declared.items()
    ]
