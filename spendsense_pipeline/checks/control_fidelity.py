"""Every control beside its effect: what the operator asked for and what the rows say came of it.

What is measured and how it is compared is said where the control is declared; what the rows say is
found by the queries of `fidelity/`, never from what the generator sampled. Shares count everybody
in the raw tables, as the controls do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.checks.staged import QUERIES
from spendsense_pipeline.controls.comparison import Comparison, Measured, Requested
from spendsense_pipeline.controls.feasibility import HEAVY_FROM
from spendsense_pipeline.controls.model import measure_of
from spendsense_pipeline.personas.book.cash_flow_stressed import OFTEN_LOW_SHARE
from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.population import CONTROL_FIDELITY

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.checks.staged import StagedRelations
    from spendsense_pipeline.controls import ResolvedConfig

_QUERIES = "fidelity"
# Times the ordinary number of purchases: near the square root of HIGH_SPENDER_FACTOR, where a count
# is as many standard deviations from the one number as from the other.
FREQUENT_FROM = 1.2
_TABLES = {table.name for table in TABLES}
_READ = re.compile(r"\b(?:from|join)\s+(\w+)")


@dataclass(frozen=True)
class ControlFidelity:
    """One control, or one entry of it: requested, realised, and whether that is near enough.

    `tolerance` and `within` are empty where the control has no figure to compare with: a scale
    whose effect only rises with it, or a measurement nothing was found for.
    """

    control: str
    requested: float | str | None
    realised: float | None
    tolerance: float | None
    within: bool | None
    measured_as: str


def control_fidelity(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    *,
    staged: StagedRelations | None = None,
) -> list[ControlFidelity]:
    """Measure every control: a row for each, in the order they are declared.

    Nobody asked imported people to be anything: they have none. Relations `staged` before are read
    and left in place.
    """
    if resolved.is_imported:
        return []
    run = CheckRun(con, resolved, shared=staged)
    found = _realised(run)
    run.close()
    controls = resolved.controls
    return [
        _row(part, requested, compared, found, measure.text)
        for name in type(controls).model_fields
        if (measure := measure_of(type(controls), name))
        for part, requested, compared in measure.parts(name, _requested(name, measure, resolved))
    ]


def build_control_fidelity(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    *,
    staged: StagedRelations | None = None,
) -> None:
    """Create or replace `control_fidelity`: those rows, for whoever reports them."""
    rows = [
        {
            "position": position,
            "control": row.control,
            "requested_word" if isinstance(row.requested, str) else "requested": row.requested,
            "realised": row.realised,
            "tolerance": row.tolerance,
            "is_within": row.within,
            "measured_as": row.measured_as,
        }
        for position, row in enumerate(control_fidelity(con, resolved, staged=staged), start=1)
    ]
    load_rows(con, CONTROL_FIDELITY, rows)


def recorded_fidelity(con: duckdb.DuckDBPyConnection) -> list[ControlFidelity]:
    """The rows of the table `control_fidelity`, in its order."""
    rows = con.execute(
        "select control, requested, requested_word, realised, tolerance, is_within, measured_as"
        " from control_fidelity order by position"
    ).fetchall()
    return [
        ControlFidelity(control, number if word is None else word, *found)
        for control, number, word, *found in rows
    ]


def measuring_queries(run: CheckRun) -> list[str]:
    """The queries of `fidelity/` that can be asked of this dataset: the tables they read are there.

    People are generated before they are judged, and what came of controls is asked of both.
    """
    queries = map(QUERIES.text, QUERIES.within(_QUERIES))
    return [query for query in queries if _TABLES & set(_READ.findall(query)) <= run.tables]


@dataclass(frozen=True)
class _Realised:
    """What the rows say of one control, or of one entry of it."""

    value: float | None
    units: int
    """How many people or cards a share is about; 0 where it is no share, or of nobody."""


def _realised(run: CheckRun) -> dict[str, _Realised]:
    """What the rows say, by control or `control.entry`."""
    controls, config = run.resolved.controls, run.resolved.config
    merchants = controls.custom_merchants
    return {
        row["control"]: _Realised(row["value"], int(row.get("units") or 0))
        for query in measuring_queries(run)
        for row in run.rows(
            query,
            ordinary_purchases=config.avg_transactions_per_month * controls.transaction_multiplier,
            frequent_from=FREQUENT_FROM,
            often_low_share=OFTEN_LOW_SHARE,
            most_of_light=HEAVY_FROM - 1 if controls.light_subscriber_share else 0,
            custom_merchants=[merchant.name for merchant in merchants],
            custom_categories=sorted({merchant.category for merchant in merchants}),
            targets=_targets_that_may_overlap(),
            weighed_kinds=[
                kind for kind, weight in (controls.life_event_weights or {}).items() if weight > 0
            ],
        )
    }


def _targets_that_may_overlap() -> list[str]:
    """Personas whose way of living may show a lower-ranked persona's behaviour too."""
    from spendsense_pipeline.generation.targets import WAYS_OF_LIVING

    return [key for key, way in WAYS_OF_LIVING.items() if way.overlap]


def _requested(name: str, measure: Measured, resolved: ResolvedConfig) -> Requested:
    """What a control asks for, as its measure counts it."""
    if measure.requested:
        return measure.requested(resolved.config, resolved.controls)
    value: Requested = getattr(resolved.controls, name)
    return value


def _row(
    part: str,
    requested: float | str,
    compared: Comparison,
    found: Mapping[str, _Realised],
    text: str,
) -> ControlFidelity:
    realised = found.get(part)
    if realised is None:
        # Nobody has it: a share of nought, of as many as the rest of the distribution is about.
        beside = part.split(".")[0] + "."
        units = next((each.units for name, each in found.items() if name.startswith(beside)), 0)
        realised = _Realised(0.0, units)
    value = realised.value
    if compared.counts_units and not realised.units:
        return ControlFidelity(part, requested, None, None, None, text)
    if isinstance(requested, str):
        return ControlFidelity(part, requested, value, None, None, text)
    tolerance = compared.tolerance(requested, realised.units)
    within = (
        None
        if value is None or tolerance is None
        else compared.is_within(requested, value, tolerance)
    )
    return ControlFidelity(part, requested, value, tolerance, within, text)
