"""How each feature is proved: as its criterion declares, and the spend that ratios rest on."""

from __future__ import annotations

from typing import Any

from spendsense_pipeline.personas.criteria import PersonaRule, Proof
from spendsense_pipeline.personas.rules import all_criteria

TOTAL_SPEND = "total_spend_usd"
_SPEND = Proof("reference", "sum", scope="spending", rows="spend")


def proofs(rules: tuple[PersonaRule, ...]) -> list[dict[str, Any]]:
    """One row per feature that evidence may be asked for; `days` in `computed_as` is its member."""
    declared = {c.feature: c.proof for _, c in all_criteria(rules)} | {TOTAL_SPEND: _SPEND}
    return [
        {
            "feature": feature,
            "kind": proof.kind,
            "computed_as": proof.computed_as,
            "scope": proof.scope,
            "rows_counted": proof.rows,
            "divides_by_spend": proof.divides_by_spend,
        }
        for feature, proof in declared.items()
    ]
