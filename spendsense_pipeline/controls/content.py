"""A content catalogue an operator brings along, in the place of ours or beside it.

What an item is and how one is read is in `recommendations`; here it only becomes a value of a
control.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.controls.field_types import FieldType

REVIEW_POLICIES = ("required", "automatic")


@dataclass(frozen=True)
class ContentCatalogue(FieldType):
    """Items of a catalogue, or the path of a file that holds them."""

    unit: str | None = None

    @property
    def bounds(self) -> str:
        """The form."""
        return (
            "a list of items, {extends: true, items: [...]}, or the path of a YAML or JSON file "
            "with either (docs/recommendations.md)"
        )

    def checked(self, value: Any) -> dict[str, Any]:
        """The items themselves, so that a configuration stands alone without the file."""
        from spendsense_pipeline.recommendations.loading import normal_form

        return normal_form(value)
