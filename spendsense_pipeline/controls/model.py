"""How every model of the operator's configuration validates: unknown names refused, null read as
"not given", assignment as strict as construction, every problem reported at once in our words.

What a single value may be is said in `field_types`; what the controls are, in modules named for
them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from spendsense_pipeline.controls.comparison import Measured
from spendsense_pipeline.controls.errors import (
    Contradiction,
    ContradictionsError,
    ControlsError,
    Problem,
    meant,
    named,
    shown,
)
from spendsense_pipeline.controls.field_types import FieldType
from spendsense_pipeline.errors import ProblemsError

_LOOK_UP = "or find the name you mean in docs/controls.md"


class OperatorModel(BaseModel):
    """A section of the operator's configuration."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    section: ClassVar[str]

    def __init__(self, /, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise _explained(type(self), given, error) from None

    # Tells pydantic that nested models need not be built through this method: it only rewords.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """As pydantic's, with `ControlsError` instead of its own."""
        if isinstance(obj, cls):
            obj = obj.given()
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise _explained(cls, obj, error) from None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """As pydantic's, with `ControlsError` instead of its own."""
        try:
            data = json.loads(json_data)
        except ValueError as error:
            problem = f"{cls.section} must be JSON; it is not ({error}): correct the text"
            raise ControlsError([problem]) from None
        return cls.model_validate(data, **options)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_not_given(cls, data: Any) -> Any:
        """Run config has no other way to say "not given" than null; so everywhere it says that."""
        return cls.without_nothing(data) if isinstance(data, Mapping) else data

    @classmethod
    def without_nothing(cls, given: Mapping[Any, Any]) -> dict[Any, Any]:
        """The names that are given a value; an unknown name stays, to be refused."""
        return {
            name: value
            for name, value in given.items()
            if value is not None or name not in cls.model_fields
        }

    @model_validator(mode="after")
    def _possible_together(self) -> Self:
        self.fill_in()
        found = self.contradictions()
        if found:
            raise ContradictionsError(found)
        return self

    def fill_in(self) -> None:
        """Set what follows from the given values; by default nothing does."""

    def contradictions(self) -> list[Contradiction]:
        """Combinations of valid values that are impossible; by default there are none."""
        return []

    def given(self) -> dict[str, Any]:
        """The values set explicitly, in declared order, defaults and followers left out."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name in self.model_fields_set
        }

    def given_json(self) -> dict[str, Any]:
        """`given` in types JSON knows."""
        return self.model_dump(mode="json", include=set(self.given()))

    def replace(self, **changes: Any) -> Self:
        """A new object with several values changed at once; None takes a value back to default."""
        return type(self)(**{**self.given(), **changes})

    def __setattr__(self, name: str, value: Any) -> None:
        """Change one value in place, validated as a whole; on error nothing has changed."""
        if name.startswith("_"):
            super().__setattr__(name, value)
            return
        try:
            changed = self.replace(**{name: value})
        except ControlsError as error:
            contradictions = [self._both(each) for each in error.contradictions]
            raise ControlsError(error.faults, contradictions) from None
        for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_private__"):
            object.__setattr__(self, slot, getattr(changed, slot))

    def _both(self, found: Contradiction) -> Contradiction:
        """The contradiction with the way to change all its controls at once."""
        changes = ", ".join(f"{control}=…" for control in found.controls)
        hint = f" (to change them together: {self.section} = {self.section}.replace({changes}))"
        return Contradiction(found.controls, found.text + hint if changes else found.text)

    def __delattr__(self, name: str) -> None:
        """Take a value back to its default."""
        setattr(self, name, None)


def field_type_of(model: type[BaseModel], name: str) -> FieldType | None:
    """The field type declared beside a field."""
    for declared in model.model_fields[name].metadata:
        if isinstance(declared, FieldType):
            return declared
    return None


def measure_of(model: type[BaseModel], name: str) -> Measured | None:
    """How the effect of a field is measured, if it is."""
    for declared in model.model_fields[name].metadata:
        if isinstance(declared, Measured):
            return declared
    return None


def _explained(model: type[OperatorModel], data: Any, error: ValidationError) -> ControlsError:
    """Every problem once, in the order of the declaration's fields, contradictions last."""
    faults: list[Problem] = []
    contradictions: list[Contradiction] = []
    faulty: list[str] = []
    for detail in error.errors(include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, ContradictionsError):
            contradictions.extend(cause.contradictions)
        elif not detail["loc"]:
            faults.append(
                Problem(model.section, (), _not_a_mapping(model.section, detail["input"]))
            )
        elif str(detail["loc"][0]) not in faulty:
            faulty.append(str(detail["loc"][0]))
            if isinstance(cause, ControlsError):
                faults.extend(cause.located(faulty[-1]))
                continue
            if isinstance(cause, ProblemsError):
                sentences = [f"{faulty[-1]}: {problem}" for problem in cause.problems]
            else:
                sentences = [_sentence(model, faulty[-1], dict(detail))]
            faults.extend(Problem(model.section, (faulty[-1],), each) for each in sentences)
    if faulty and isinstance(data, Mapping):
        # With a faulty value pydantic does not come to the combinations: look at the others alone.
        sound = {key: value for key, value in data.items() if str(key) not in faulty}
        contradictions.extend(
            found
            for found in _contradictions_of(model, sound)
            if not set(found.controls) & set(faulty)
        )
    return ControlsError(faults, contradictions)


def _contradictions_of(model: type[OperatorModel], sound: Mapping[str, Any]) -> list[Contradiction]:
    try:
        model(**sound)
    except ControlsError as error:
        return error.contradictions
    return []


def _not_a_mapping(name: str, value: Any) -> str:
    return f"{name} must be names with values; it is {shown(value)}: write it as a mapping"


def _sentence(model: type[OperatorModel], name: str, detail: dict[str, Any]) -> str:
    if detail["type"] in ("extra_forbidden", "invalid_key"):
        remedy = meant(name, [*model.model_fields], otherwise=f"remove it, {_LOOK_UP}")
        return f"{named(name)} is not known in {model.section}: {remedy}"
    cause = detail.get("ctx", {}).get("error")
    return f"{name} {cause if cause is not None else detail['msg']}"
