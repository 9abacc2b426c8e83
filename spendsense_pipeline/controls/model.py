"""How every model of the operator's configuration validates: unknown names refused, null read as
"not given", assignment as strict as construction, every problem reported at once in our words.

What a single value may be is said in `kinds`; what the controls are, in modules named for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from spendsense_pipeline.controls.errors import (
    Contradiction,
    ContradictionsError,
    ControlsError,
    meant,
    shown,
)
from spendsense_pipeline.controls.kinds import Kind

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
        if not isinstance(data, Mapping):
            return data
        return {
            key: value
            for key, value in data.items()
            if value is not None or key not in cls.model_fields
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
        return self.model_dump(mode="json", include=set(self.model_fields_set))

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
            if not error.together:
                raise
            both = ", ".join(f"{control}=…" for control in error.together)
            hint = f" (to change them together: {self.section} = {self.section}.replace({both}))"
            raise ControlsError([*error.problems[:-1], error.problems[-1] + hint]) from None
        object.__setattr__(self, "__dict__", changed.__dict__)
        object.__setattr__(self, "__pydantic_fields_set__", changed.model_fields_set)

    def __delattr__(self, name: str) -> None:
        """Take a value back to its default."""
        setattr(self, name, None)


def kind_of(model: type[BaseModel], name: str) -> Kind | None:
    """The kind declared beside a field."""
    for declared in model.model_fields[name].metadata:
        if isinstance(declared, Kind):
            return declared
    return None


def _section_model(model: type[BaseModel], name: str) -> type[OperatorModel] | None:
    field = model.model_fields.get(name)
    declared: Any = field.annotation if field else None
    if isinstance(declared, type) and issubclass(declared, OperatorModel):
        return declared
    return None


def _explained(model: type[OperatorModel], data: Any, error: ValidationError) -> ControlsError:
    problems, together = _problems(model, data, error)
    return ControlsError(problems, together=together)


def _problems(
    model: type[OperatorModel], data: Any, error: ValidationError
) -> tuple[list[str], tuple[str, ...]]:
    """Every problem once, in the order of the declaration's fields, contradictions last."""
    problems: list[str] = []
    contradictions: list[Contradiction] = []
    faulty: list[str] = []
    for detail in error.errors(include_url=False):
        if not detail["loc"]:
            cause = detail.get("ctx", {}).get("error")
            if isinstance(cause, ContradictionsError):
                contradictions.extend(cause.contradictions)
            elif isinstance(cause, ValueError):
                problems.append(str(cause))
            else:
                problems.append(
                    f"{model.section} must be names with values; it is {shown(detail['input'])}: "
                    "write it as a mapping"
                )
            continue
        name = detail["loc"][0]
        if name in faulty:
            continue
        faulty.append(str(name))
        section = _section_model(model, str(name))
        if section is not None and isinstance(data, Mapping):
            problems.extend(_problems_within(section, data[name]))
        else:
            problems.append(_sentence(model, str(name), dict(detail)))
    if faulty and isinstance(data, Mapping):
        sound = {key: value for key, value in data.items() if key not in faulty}
        contradictions.extend(
            item
            for item in _contradictions_within(model, sound)
            if not set(item.controls) & set(faulty)
        )
    together = tuple(name for item in contradictions for name in item.controls)
    return [*problems, *(item.text for item in contradictions)], together


def _problems_within(model: type[OperatorModel], data: Any) -> list[str]:
    if isinstance(data, OperatorModel):
        data = data.given() if isinstance(data, model) else shown(data)
    try:
        model.__pydantic_validator__.validate_python(data)
    except ValidationError as error:
        return _problems(model, data, error)[0]
    return []


def _contradictions_within(model: type[OperatorModel], data: Any) -> list[Contradiction]:
    try:
        model.__pydantic_validator__.validate_python(data)
    except ValidationError as error:
        causes = [detail.get("ctx", {}).get("error") for detail in error.errors()]
        return [
            item
            for cause in causes
            if isinstance(cause, ContradictionsError)
            for item in cause.contradictions
        ]
    return []


def _sentence(model: type[OperatorModel], name: str, detail: dict[str, Any]) -> str:
    if detail["type"] in ("extra_forbidden", "invalid_key"):
        remedy = meant(name, [*model.model_fields], otherwise=f"remove it, {_LOOK_UP}")
        return f"{name} is not one of the {model.section}: {remedy}"
    cause = detail.get("ctx", {}).get("error")
    return f"{name} {cause if cause is not None else detail['msg']}"
