"""Runs guardrails over whatever is called `recommendations` on a connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.recommendations.guardrails.registry import (
    GUARDRAILS,
    QUERIES,
    Guardrail,
)
from spendsense_pipeline.recommendations.guardrails.staging import Staging, parameters
from spendsense_pipeline.sql import used

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig


@dataclass(frozen=True)
class Breach:
    """What one guardrail stopped.

    Attributes:
        rows: what breaks it, in order: ids (null where a row is about no single item or person)
            and `problem`, a sentence.
    """

    guardrail: Guardrail
    rows: tuple[dict[str, Any], ...]


def judge(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    guardrails: Iterable[Guardrail] = GUARDRAILS,
) -> Mapping[str, Breach]:
    """What every guardrail stops, by its name; nothing is left behind.

    Args:
        con: holds the advised tables, or temporary ones of their names, and what they are made
            from; may be read-only.
        resolved: the configuration of the run.
        guardrails: which to run.

    Returns:
        Of each that was run, the rows that break it.
    """
    staging = Staging(con, resolved)
    found = {}
    try:
        for guardrail in guardrails:
            query = QUERIES.text(guardrail.path)
            staging.provide(query)
            cursor = con.execute(query, used(query, parameters()))
            names = [column[0] for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            rows.sort(key=lambda row: [(value is None, str(value)) for value in row.values()])
            found[guardrail.name] = Breach(guardrail, tuple(rows))
    finally:
        staging.close()
    return found
