"""Explains: for every assignment a record from which it can be understood and judged again.

Decides nothing: personas come from `persona_assignments`, values from the features of the same run.
"""

from spendsense_pipeline.traces.record import build_traces
from spendsense_pipeline.traces.replay import Decision, replay, trace_id_of
from spendsense_pipeline.traces.schema import trace_schema

__all__ = [
    "Decision",
    "build_traces",
    "replay",
    "trace_id_of",
    "trace_schema",
]
