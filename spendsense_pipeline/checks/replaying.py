"""Replays every decision from its trace alone and compares it with the stored assignment."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.traces import replay

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

# Only the predicates are needed to judge again; the evidence, most of a trace, is left unread.
_TRACES = """
select
  trace.user_id,
  trace.window_days,
  json_extract(trace.trace, '$.personas')::varchar as personas,
  assignment.primary_persona,
  assignment.secondary_persona,
  assignment.matched_personas,
  assignment.severity
from decision_traces as trace
left join persona_assignments as assignment
  on assignment.user_id = trace.user_id and assignment.window_days = trace.window_days
order by trace.user_id, trace.window_days
"""


def traces_replay(run: CheckRun) -> Finding:
    """The decision recomputed from a trace equals the one in persona_assignments."""
    broken: list[dict[str, Any]] = []
    for row in run.rows(_TRACES):
        again = replay({"personas": json.loads(row["personas"])})
        agrees = (
            again.primary == row["primary_persona"]
            and again.secondary == row["secondary_persona"]
            and list(again.matched) == row["matched_personas"]
            and row["severity"] is not None
            and math.isclose(again.severity, row["severity"], rel_tol=1e-9, abs_tol=1e-9)
        )
        if not agrees:
            broken.append(
                {
                    "user_id": row["user_id"],
                    "window_days": row["window_days"],
                    "stored": row["primary_persona"],
                    "stored_matches": row["matched_personas"],
                    "stored_severity": row["severity"],
                    "replayed": again.primary,
                    "replayed_matches": list(again.matched),
                    "replayed_severity": again.severity,
                }
            )
    return Finding(not broken, float(len(broken)), len(broken), tuple(broken[:MAX_FAILING_ROWS]))
