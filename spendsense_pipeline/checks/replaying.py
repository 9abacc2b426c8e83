"""Replays every decision from its trace alone and compares it with the stored assignment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.traces.replay import Decision, Replayed, agrees, replay_stored

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

TRACES_REPLAY = "traces_replay"
"""Name of the check."""


def traces_replay(run: CheckRun) -> Finding:
    """The decision recomputed from a trace equals the one in persona_assignments."""
    broken = [_row(trace) for trace in replay_stored(run.con) if not agrees(trace)]
    broken.sort(key=lambda row: (row["user_id"], row["window_days"]))
    return Finding(not broken, float(len(broken)), len(broken), tuple(broken[:MAX_FAILING_ROWS]))


def _row(trace: Replayed) -> dict[str, Any]:
    """What a person needs to find the trace and see the difference."""
    stored = trace.stored
    again = trace.again if isinstance(trace.again, Decision) else None
    return {
        "user_id": trace.user_id,
        "window_days": trace.window_days,
        "stored": stored.primary if stored else None,
        "stored_matches": list(stored.matched) if stored else None,
        "stored_severity": stored.severity if stored else None,
        "replayed": again.primary if again else f"cannot be replayed: {trace.again}",
        "replayed_matches": list(again.matched) if again else None,
        "replayed_severity": again.severity if again else None,
    }
