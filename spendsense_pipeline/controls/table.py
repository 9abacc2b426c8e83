"""The resolved configuration as a table a person would want to look at: one row per value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from spendsense_pipeline.controls.documentation import documented
from spendsense_pipeline.controls.resolved import SECTIONS, ResolvedConfig
from spendsense_pipeline.plaid.declarations import Column, Table

_RUN = "run"
_RUN_ROWS = {
    "preset": "Preset the operator started from.",
    "as_of": "Last day of the data.",
    "history_start": "First day of the data.",
}

OPERATOR_CONTROLS = Table(
    "operator_controls",
    "One row per value in force for this dataset, with where it came from.",
    (
        Column("position", "INTEGER", "Reading order"),
        Column(
            "section",
            "VARCHAR",
            "Which part of the configuration it belongs to",
            allowed=(_RUN, *SECTIONS),
        ),
        Column("name", "VARCHAR", "Name of the value"),
        Column("value", "VARCHAR", "The value in force, as JSON"),
        Column("default_value", "VARCHAR", "Its default, as JSON", nullable=True),
        Column(
            "source",
            "VARCHAR",
            "Where the value came from",
            allowed=("default", "preset", "operator"),
        ),
        Column("unit", "VARCHAR", "Unit of the value", nullable=True),
        Column("bounds", "VARCHAR", "What is allowed", nullable=True),
        Column("description", "VARCHAR", "What it does"),
        Column("measured_as", "VARCHAR", "How its effect is measured", nullable=True),
    ),
    primary_key=("section", "name"),
    order_by=("position",),
)


def to_rows(resolved: ResolvedConfig) -> list[dict[str, Any]]:
    """The rows of `operator_controls`."""
    values = resolved.to_dict()
    rows: list[dict[str, Any]] = [
        {
            "section": _RUN,
            "name": name,
            "value": _text(values[name]),
            "default_value": None,
            "source": "operator" if name == "preset" and resolved.preset else "default",
            "unit": None,
            "bounds": None,
            "description": description,
            "measured_as": None,
        }
        for name, description in _RUN_ROWS.items()
    ]
    rows += [
        {
            "section": entry.section,
            "name": entry.name,
            "value": _text(values[entry.section][entry.name]),
            "default_value": _text(entry.default),
            "source": resolved.sources[f"{entry.section}.{entry.name}"],
            "unit": entry.unit,
            "bounds": entry.bounds,
            "description": entry.description,
            "measured_as": entry.measured_as,
        }
        for entry in documented()
    ]
    return [{"position": position, **row} for position, row in enumerate(rows)]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> ResolvedConfig:
    """The configuration that `to_rows` was called on."""
    data: dict[str, Any] = {name: {} for name in SECTIONS}
    sources: dict[str, Any] = {}
    for row in rows:
        value = json.loads(row["value"])
        if row["section"] == _RUN:
            data[row["name"]] = value
        else:
            data[row["section"]][row["name"]] = value
            sources[f"{row['section']}.{row['name']}"] = row["source"]
    return ResolvedConfig.from_dict({**data, "sources": sources})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
