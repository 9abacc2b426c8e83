"""Replays every decision from its trace alone and compares it with the stored assignment.

Many traces are first judged together (`judging_again.py`), which settles all that agree; what it
does not settle is replayed one by one.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.checks.staged import QUERIES
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
_SOME_TRACES = _TRACES.replace(
    "order by",
    """semi join (select unnest($users) as user_id, unnest($windows) as window_days) as doubtful
  on doubtful.user_id = trace.user_id and doubtful.window_days = trace.window_days
order by""",
)


# Below so many traces the replay itself costs less than preparing to judge them together.
_JUDGE_TOGETHER_FROM = 1_000
_TRACES_AT_A_TIME = 5_000


def traces_replay(run: CheckRun) -> Finding:
    """The decision recomputed from a trace equals the one in persona_assignments."""
    [(traces,)] = run.con.execute("select count(*) from decision_traces").fetchall()
    if traces < _JUDGE_TOGETHER_FROM:
        broken = _broken(run, _TRACES)
    else:
        doubtful = _doubtful(run)
        broken = _broken(run, _SOME_TRACES, **doubtful) if doubtful["users"] else []
    return Finding(not broken, float(len(broken)), len(broken), tuple(broken[:MAX_FAILING_ROWS]))


def _doubtful(run: CheckRun) -> dict[str, list[Any]]:
    """People and windows of the traces that judging together does not settle."""
    from spendsense_pipeline.checks.judging_again import surely_agree

    judged = run.con.sql(QUERIES.text("decision_traces/traces_replay.judged.sql"))
    users: list[str] = []
    windows: list[int] = []
    for batch in judged.to_arrow_reader(_TRACES_AT_A_TIME):
        for row in (~surely_agree(batch)).nonzero()[0].tolist():
            users.append(batch.column("user_id")[row].as_py())
            windows.append(batch.column("window_days")[row].as_py())
    return {"users": users, "windows": windows}


def _broken(run: CheckRun, query: str, **parameters: Any) -> list[dict[str, Any]]:
    """Replay every trace the query selects; the rows of those that lead elsewhere."""
    broken: list[dict[str, Any]] = []
    for row in run.rows(query, **parameters):
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
    return broken
