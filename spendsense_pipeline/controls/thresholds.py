"""Where the rule book draws its lines: one field for each line that a criterion lets an operator
move, with the bounds and the default declared there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, create_model

from spendsense_pipeline.controls.field_types import FieldType, Number, Whole
from spendsense_pipeline.controls.groups import Begins
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.personas.criteria import Line
from spendsense_pipeline.personas.rules import all_criteria


def _field_type(line: Line) -> FieldType:
    """Whole numbers where the default is one."""
    if isinstance(line.default, int):
        return Whole(int(line.least), int(line.most), line.unit)
    return Number(line.least, line.most, line.unit)


def _lines_of_the_book() -> type[OperatorModel]:
    lines = [
        (rule.title, criterion.threshold)
        for rule, criterion in all_criteria()
        if isinstance(criterion.threshold, Line)
    ]
    fields: dict[str, Any] = {
        line.field: (
            Annotated[type(line.default), _field_type(line), Begins(title)],
            Field(line.default, description=line.description),
        )
        for title, line in lines
    }
    return create_model("LinesOfTheBook", __base__=OperatorModel, **fields)


if TYPE_CHECKING:  # which fields there are is known when the book is read, not before
    _LinesOfTheBook = OperatorModel
else:
    _LinesOfTheBook = _lines_of_the_book()


class PersonaThresholds(_LinesOfTheBook):
    """One field per line drawn by a persona rule."""

    section: ClassVar[str] = "thresholds"
