"""Where the rules' lines fall in the loaded data: percentiles of each feature, and whom each line
catches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.personas.criteria import Criterion
from spendsense_pipeline.personas.rules import all_criteria, bound
from spendsense_pipeline.reporting.dataset_reader import DatasetReader

PERCENTILES = (25, 50, 75, 90)


@dataclass(frozen=True)
class Line:
    """One criterion of one rule held against the population."""

    persona: str
    feature: str
    symbol: str
    threshold: float
    threshold_field: str | None
    unit: str
    people_with_data: int
    percentiles: dict[int, float | None]
    caught_share: float | None


def calibrate(published: DatasetReader, window_days: int) -> list[Line]:
    """Every criterion of the rule book, by priority."""
    return [
        _line(published, window_days, rule.key, criterion)
        for rule, criterion in all_criteria(bound(published.resolved.thresholds))
    ]


def thresholds_at(published: DatasetReader, window_days: int, percentile: float) -> dict[str, Any]:
    """A `thresholds` section that draws each line the operator may set at a percentile of the data.

    "At the 75th percentile" means that a quarter of the people lie on the matching side.
    """
    section: dict[str, Any] = {}
    for _, criterion in all_criteria():
        name = criterion.threshold_field
        if name is None or criterion.is_yes_no:
            continue
        share = percentile / 100 if criterion.operator.room == 1 else 1 - percentile / 100
        value = _quantile(published, window_days, criterion.feature, share)
        if value is not None:
            section[name] = _settable(name, value)
    return section


def _line(
    published: DatasetReader,
    window_days: int,
    persona: str,
    criterion: Criterion,
) -> Line:
    value = f"{criterion.feature}::double"
    [(people, with_data, caught)] = published.con.execute(
        f"select count(*), count({criterion.feature}), "
        f"count(*) filter ({value} {criterion.operator.sql} $limit) from features_{window_days}d",
        {"limit": criterion.limit},
    ).fetchall()
    return Line(
        persona=persona,
        feature=criterion.feature,
        symbol=criterion.operator.symbol,
        threshold=criterion.limit,
        threshold_field=criterion.threshold_field,
        unit=criterion.unit,
        people_with_data=with_data,
        percentiles={
            p: None
            if criterion.is_yes_no
            else _quantile(published, window_days, criterion.feature, p / 100)
            for p in PERCENTILES
        },
        caught_share=caught / people if people else None,
    )


def _quantile(
    published: DatasetReader, window_days: int, feature: str, share: float
) -> float | None:
    [(value,)] = published.con.execute(
        f"select quantile_cont({feature}::double, $share::double) from features_{window_days}d",
        {"share": share},
    ).fetchall()
    return None if value is None else float(value)


def _settable(name: str, value: float) -> float | int:
    """The nearest value the operator may give: rounded to what is printed, within the bounds."""
    default = PersonaThresholds.model_fields[name].default
    if isinstance(default, int):
        return max(1, round(value))
    return max(0.0, round(value, 4))
