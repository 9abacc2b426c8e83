"""A layout's mapping with an operator's on top: what the operator says wins, key by key."""

from __future__ import annotations

from typing import Any

from spendsense_pipeline.importing.mapping import TableMapping

_BY_COLUMN = ("columns", "constants", "set_aside", "negate")


def overlaid(ready: TableMapping, said: TableMapping) -> TableMapping:
    """The mapping of a ready layout, changed by what a mapping file says of the same table."""
    changed: dict[str, Any] = {
        name: getattr(said, name) for name in said.model_fields_set - {"values", *_BY_COLUMN}
    }
    for name in _BY_COLUMN:
        changed[name] = {**getattr(ready, name), **getattr(said, name)}
    changed["values"] = {
        column: {**ready.values.get(column, {}), **said.values.get(column, {})}
        for column in {*ready.values, *said.values}
    }
    # One way of saying the amount replaces another.
    says_split = said.debit is not None
    says_direction = said.direction is not None
    if says_split or says_direction or "amount" in said.columns:
        changed["negate"] = dict(said.negate)
        if not says_direction:
            changed["direction"] = None
        if not says_split:
            changed |= {"debit": None, "credit": None}
        else:
            changed["columns"].pop("amount", None)
    for column in said.constants:
        changed["columns"].pop(column, None)
    for column in said.columns:
        changed["constants"].pop(column, None)
    return ready.model_copy(update=changed)
