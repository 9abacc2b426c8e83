"""Figures and pictures of what the population came out as, for the assets where a person looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.defs.pictures import markdown_table, persona_mix
from spendsense_pipeline.plaid.tables import PERSONA_KEYS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig


def population_metadata(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig, *, has_picture: bool
) -> dict[str, Any]:
    """Persona mix as a table (and picture), coverage of each window, requested beside realised."""
    from spendsense_pipeline.checks import population

    mix = population.persona_mix(con)
    shares: dict[str, dict[str, float]] = {}
    if not resolved.is_natural:
        shares["requested"] = {str(key): w for key, w in resolved.target_weights.items()}
    for row in mix:
        window = shares.setdefault(f"{row.window_days} days", {})
        window[row.persona] = row.assigned_share or 0.0
    fidelity = population.control_fidelity(con, resolved)
    picture = {"persona mix": persona_mix(shares, PERSONA_KEYS)} if has_picture else {}
    metadata: dict[str, Any] = {
        **picture,
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
