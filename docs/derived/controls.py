"""Every field an operator may set, and what the presets set."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from docs.derived.markdown import code, table
from spendsense_pipeline.controls.documentation import documented
from spendsense_pipeline.controls.form import form_fields
from spendsense_pipeline.controls.groups import SECTION_TITLES
from spendsense_pipeline.controls.presets import PRESET_NAMES, changes_of


def controls() -> str:
    """Every field an operator may set, and what the presets set."""
    parts = [
        "# Controls",
        "What an operator may ask for. The same four sections stand in a configuration file, in "
        "Dagster's launchpad and in Python, and are checked in one place with one message.",
        "```yaml\nconfig:\n  num_users: 200\ncontrols:\n  overdue_probability: 0.25\n"
        "thresholds: {}\nexpectations: {}\n```",
    ]
    groups = {(field.section, field.name): field.group for field in form_fields()}
    for section, title in SECTION_TITLES.items():
        fields = [field for field in documented() if field.section == section]
        measured = ["Measured as"] if any(field.measured_as for field in fields) else []
        parts.append(f"## `{section}`: {title}")
        for group, together in itertools.groupby(
            fields, key=lambda field: groups[field.section, field.name]
        ):
            rows = (
                (
                    code(field.name),
                    _shown(field.default),
                    f"{field.bounds} ({field.unit})" if field.unit else field.bounds,
                    field.description,
                    *([field.measured_as] if measured else []),
                )
                for field in together
            )
            headings = ("Field", "Default", "Allowed", "Meaning", *measured)
            named = [] if group.lower() == title else [f"### {group}"]
            parts += [*named, table(headings, rows)]
    parts += ["## Presets", "A preset is a starting point: a control given beside it wins."]
    for name in PRESET_NAMES:
        changes = [f"- {code(each.name)}: {_shown(each.value)}" for each in changes_of(name)]
        parts += [f"### {code(name)}", "\n".join(changes) or "Every control at its default."]
    return "\n\n".join(parts)


def _shown(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        is_range = len(value) == 2 and all(isinstance(end, int | float) for end in value)
        return (" to " if is_range else ", ").join(map(_shown, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
