"""What a run said about why it failed."""

from __future__ import annotations

import dagster as dg


def failures(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """The reason each failed step gave, as the UI shows it first."""
    reasons = {}
    for event in result.all_events:
        if event.is_step_failure and event.step_key is not None:
            data = event.step_failure_data
            text = data.user_failure_data.description if data.user_failure_data else None
            reasons[event.step_key] = text or (data.error.to_string() if data.error else "")
    return reasons
