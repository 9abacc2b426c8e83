"""Figures and pictures of what the population came out as, for the assets where a person looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.defs.pictures import markdown_table, persona_mix
from spendsense_pipeline.personas.rules import PERSONA_KEYS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.defs.stage import Stage

PICTURE = "persona mix"


def judged_population(work: Stage) -> dict[str, Any]:
    """Persona mix as picture and table, coverage of each window, requested beside realised."""
    found = _population(work.con, work.resolved)
    work.warehouse.population.update(found)
    return found


def published_population(work: Stage) -> dict[str, Any]:
    """The same without the picture; as found in this run if its assignments were judged in it."""
    found = work.warehouse.population or _population(work.con, work.resolved)
    return {name: figure for name, figure in found.items() if name != PICTURE}


def _population(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> dict[str, Any]:
    from spendsense_pipeline.checks import population

    mix = population.persona_mix(con)
    shares: dict[str, dict[str, float]] = {}
    if not resolved.is_natural:
        shares["requested"] = {str(key): w for key, w in resolved.target_weights.items()}
    for row in mix:
        window = shares.setdefault(f"{row.window_days} days", {})
        window[row.persona] = row.assigned_share or 0.0
    fidelity = population.control_fidelity(con, resolved)
    metadata: dict[str, Any] = {
        PICTURE: persona_mix(shares, PERSONA_KEYS),
        "persona shares": markdown_table(
            ["persona", *shares],
            [[key, *(_percent(s.get(key, 0.0)) for s in shares.values())] for key in PERSONA_KEYS],
        ),
        "controls, requested and realised": markdown_table(
            ["control", "requested", "realised", "measured as"],
            [[f.control, f.requested, f.realised, f.measured_as] for f in fidelity],
        ),
    }
    for covered in population.coverage(con):
        metadata[f"coverage {covered.window_days} days"] = round(float(covered.share or 0.0), 4)
    return metadata


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
