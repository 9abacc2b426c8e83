"""How the effect of a control is measured, written beside the control."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True)
class Measured:
    """The realised value that is reported beside the requested one."""

    text: str


def measured_as(model: type[BaseModel], name: str) -> str | None:
    """What is measured for a field, if anything is."""
    for declared in model.model_fields[name].metadata:
        if isinstance(declared, Measured):
            return declared.text
    return None
