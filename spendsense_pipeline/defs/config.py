"""The operator's form in Dagster's run config, derived from the models in `controls`.

Dagster's config knows neither pairs nor dates nor optional choices, so each kind of value is given
the nearest type it has. Nothing is validated here beyond those types and the names: the values go
to `controls` as written, and null stands for "not given", because Dagster drops a value that equals
its default and an explicit value must override a preset even then.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Optional

import dagster as dg
from pydantic import ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema, core_schema

from spendsense_pipeline.controls import (
    PRESET_CONFIGS,
    Documented,
    OperatorConfig,
    PersonaTarget,
    documented,
    operator_config_from,
    preset_description,
)
from spendsense_pipeline.controls.content import ContentCatalogue
from spendsense_pipeline.controls.field_types import (
    Choice,
    Day,
    FieldType,
    Number,
    Range,
    Whole,
)
from spendsense_pipeline.controls.merchants import Merchants
from spendsense_pipeline.controls.personas import Personas, PersonaShares
from spendsense_pipeline.controls.shares import Distribution
from spendsense_pipeline.publishing.imported import REPLACE_FIELD

_SECTION_HELP = {
    "config": "Size, seed and span of the generated data.",
    "controls": "How the generated people live.",
    "thresholds": "Where the persona rules draw their lines.",
    "expectations": "What the checks demand before a dataset is published.",
}


class _AsWritten:
    """Dagster reads the type; what pydantic would make of a value (1 of true) is kept out."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.any_schema()


_AS_WRITTEN = _AsWritten()


class _Form(dg.Config):
    """Refuses unknown names in Python too; Dagster does so only at launch."""

    model_config = ConfigDict(extra="forbid")


def _words(name: str, options: tuple[str, ...]) -> Any:
    """An enum whose names are its values: Dagster reads names and pydantic values."""
    return enum.StrEnum(name, {option: option for option in options})


_PERSONA: Any = _words("Persona", tuple(persona.value for persona in PersonaTarget))
_PRESET = _words("Preset", tuple(PRESET_CONFIGS))


def _dagster_type(entry: Documented) -> Any:
    """The nearest type that Dagster's config has."""
    field_type: FieldType = entry.field_type
    if isinstance(field_type, Choice):
        return _words(entry.name.title().replace("_", ""), field_type.options)
    types: dict[type[FieldType], Any] = {
        Number: float,
        # Dagster's own int and str take {env: NAME} and would read the server's environment for
        # whoever may launch a run; a number or a date of any type is judged by `controls` alone.
        Whole: Any,
        Range: list[float],
        Distribution: dict[str, float],
        Day: Any,
        Personas: list.__class_getitem__(_PERSONA),
        PersonaShares: dict[str, float],
        Merchants: Any,
        ContentCatalogue: Any,
    }
    return types[type(field_type)]


def _section(section: str) -> Any:
    """The form of one section: every value optional, described with its bounds and default."""
    fields: dict[str, Any] = {
        entry.name: (
            # Dagster takes None for a default only where the annotation is spelled Optional.
            Annotated[Optional[_dagster_type(entry)], _AS_WRITTEN],  # noqa: UP045
            Field(None, description=entry.full_description),
        )
        for entry in documented()
        if entry.section == section
    }
    return create_model(f"{section.title()}Form", __base__=_Form, **fields)


def _operator_form() -> Any:
    presets = "; ".join(f"{name}: {preset_description(name)}" for name in PRESET_CONFIGS)
    fields: dict[str, Any] = {
        "preset": (
            Annotated[Optional[_PRESET], _AS_WRITTEN],  # noqa: UP045
            Field(None, description=f"Controls to start from; those given override it. {presets}"),
        )
    }
    for section, text in _SECTION_HELP.items():
        form = _section(section)
        fields[section] = (form, Field(form(), description=text))
    return create_model("OperatorForm", __base__=_Form, **fields)


class OperatorRunConfig(_operator_form()):  # type: ignore[misc]
    """What an operator fills in to launch a refresh; no file says that an import may go."""

    # Dagster takes None for a default only where the annotation is spelled Optional.
    replace_import: Optional[bool] = Field(  # noqa: UP045
        None,
        description=(
            "Replace imported data by made-up people. Not given, a run that would is refused."
        ),
    )


def operator_config_of(form: OperatorRunConfig) -> OperatorConfig:
    """What the operator asked for, validated; `ControlsError` says every problem at once."""
    return operator_config_from(form.model_dump(exclude={REPLACE_FIELD}, exclude_none=True))
