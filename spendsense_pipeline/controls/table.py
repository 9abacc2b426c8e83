"""The resolved configuration as a table a person would want to look at: one row per value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from spendsense_pipeline.controls.documentation import documented
from spendsense_pipeline.controls.resolved import SECTIONS, ResolvedConfig

_RUN = "run"
_RUN_ROWS = {
    "preset": "Preset the operator started from.",
    "as_of": "Last day of the data.",
    "history_start": "First day of the data.",
}


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
