"""What belongs together: the sections of a configuration and, within one, the groups its fields are
declared in. Pages and documentation are laid out by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import BaseModel

SECTION_TITLES: Final[Mapping[str, str]] = {
    "config": "the data set",
    "controls": "how people live",
    "thresholds": "where the persona rules draw their lines",
    "expectations": "what the checks demand",
}


@dataclass(frozen=True)
class Begins:
    """Written beside a field: with it a group begins, to which all after it belong."""

    group: str


def groups_of(model: type[BaseModel], otherwise: str) -> dict[str, str]:
    """The group of every field, in declared order.

    Args:
        model: a section.
        otherwise: the group of fields before the first that begins one.
    """
    found, group = {}, otherwise
    for name, field in model.model_fields.items():
        for declared in field.metadata:
            if isinstance(declared, Begins):
                group = declared.group
        found[name] = group
    return found
