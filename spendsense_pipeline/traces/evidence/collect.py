"""Collects evidence for what mattered in each decision into `_trace_evidence`, one row per trace.

What mattered: the predicates that made the primary match; for `general`, those of the runner-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.traces.evidence.proofs import TOTAL_SPEND

if TYPE_CHECKING:
    import duckdb

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
