"""Figures and pictures of what the population came out as, for the assets where a person looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from spendsense_pipeline.defs.pictures import markdown_table, persona_mix
from spendsense_pipeline.personas.rules import PERSONA_KEYS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.defs.stage import Stage


def judged_population(work: Stage) -> dict[str, Any]:
    """Persona mix as picture and table, and coverage of each window."""
    shares = _shares(work)
    return {
        "persona mix": persona_mix(shares, PERSONA_KEYS),
        "persona shares": _shares_table(shares),
        **_coverage(work.con),
    }


def fidelity_of_controls(work: Stage) -> dict[str, Any]:
    """Requested beside realised for every control, and how many missed their tolerance."""
    from spendsense_pipeline.checks.control_fidelity import recorded_fidelity

    rows = recorded_fidelity(work.con)
    columns = ["control", "requested", "realised", "measured as"]
    return {
        "controls, requested and realised": markdown_table(
            columns, [[row.control, row.requested, row.realised, row.measured_as] for row in rows]
        ),
        "controls beyond tolerance": sum(row.within is False for row in rows),
    }


def published_population(work: Stage) -> dict[str, Any]:
    """What the published dataset is made of, in figures."""
    return {
        "persona shares": _shares_table(_shares(work)),
        **fidelity_of_controls(work),
        **_coverage(work.con),
    }


def _shares(work: Stage) -> dict[str, dict[str, float]]:
    """Share of each persona: requested, if anything was, and assigned in each window."""
    from spendsense_pipeline.checks import population

    shares: dict[str, dict[str, float]] = {}
    if not work.resolved.is_natural:
        shares["requested"] = {str(key): w for key, w in work.resolved.target_weights.items()}
    for row in population.persona_mix(work.con):
        window = shares.setdefault(f"{row.window_days} days", {})
        window[row.persona] = row.assigned_share or 0.0
    return shares


def _shares_table(shares: Mapping[str, Mapping[str, float]]) -> dg.MarkdownMetadataValue:
    return markdown_table(
        ["persona", *shares],
        [[key, *(_percent(s.get(key, 0.0)) for s in shares.values())] for key in PERSONA_KEYS],
    )


def _coverage(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    from spendsense_pipeline.checks.population import coverage

    return {
        f"coverage {covered.window_days} days": round(float(covered.share or 0.0), 4)
        for covered in coverage(con)
    }


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
