"""Every feature a trace may evidence, with the proof its criterion declares."""

from __future__ import annotations

from collections.abc import Mapping

from spendsense_pipeline.personas.criteria import Proof
from spendsense_pipeline.personas.rules import rule_features

TOTAL_SPEND = "total_spend_usd"

PROOFS: Mapping[str, Proof] = {
    **{criterion.feature: criterion.proof for criterion in rule_features()},
    TOTAL_SPEND: Proof("reference", "sum", scope="spending", rows="spend"),
}
"""By feature; spend is proved beside what divides by it."""
