"""The operator's whole configuration: a preset to start from and the four sections over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from spendsense_pipeline.controls.data_generation import DataGenerationConfig
from spendsense_pipeline.controls.errors import Contradiction, ControlsError
from spendsense_pipeline.controls.expectations import Expectations
from spendsense_pipeline.controls.field_types import Choice
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.controls.operator_controls import OperatorControls
from spendsense_pipeline.controls.presets import PRESET_CONFIGS, PRESET_NAMES
from spendsense_pipeline.controls.thresholds import PersonaThresholds


class OperatorConfig(OperatorModel):
    """What an operator asked for, as asked: nothing here is resolved against a date yet."""

    section: ClassVar[str] = "the configuration"

    preset: Annotated[str | None, Choice(PRESET_NAMES)] = Field(
        None, description="Controls to start from; those given under controls override it."
    )
    config: DataGenerationConfig = Field(
        default_factory=DataGenerationConfig, description="Size, seed and span."
    )
    controls: OperatorControls = Field(
        default_factory=OperatorControls,
        validate_default=True,
        description="How the generated people live.",
    )
    thresholds: PersonaThresholds = Field(
        default_factory=PersonaThresholds, description="Where the persona rules draw their lines."
    )
    expectations: Expectations = Field(
        default_factory=Expectations, description="What the checks demand."
    )

    @field_validator("config", mode="before")
    @classmethod
    def _own_config(cls, value: Any) -> DataGenerationConfig:
        """A section handed over as an object is checked again and not shared."""
        return DataGenerationConfig.model_validate(value)

    @field_validator("thresholds", mode="before")
    @classmethod
    def _own_thresholds(cls, value: Any) -> PersonaThresholds:
        return PersonaThresholds.model_validate(value)

    @field_validator("expectations", mode="before")
    @classmethod
    def _own_expectations(cls, value: Any) -> Expectations:
        return Expectations.model_validate(value)

    @field_validator("controls", mode="before")
    @classmethod
    def _own_controls(cls, value: Any, info: ValidationInfo) -> OperatorControls:
        """Controls stand on the preset: what contradicts the default may fit the preset."""
        given = value.given() if isinstance(value, OperatorControls) else value
        if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
            return OperatorControls.model_validate(given)
        preset = info.data.get("preset")
        try:
            return OperatorControls.over(PRESET_CONFIGS[preset or "default"].given(), given)
        except ControlsError as error:
            if "preset" not in info.data and not error.faults:
                # What goes together cannot be told before it is known what the controls stand on.
                return OperatorControls()
            note = f" (with preset {preset})" if preset else ""
            contradictions = [] if "preset" not in info.data else error.contradictions
            raise ControlsError(
                error.faults,
                [Contradiction(each.controls, each.text + note) for each in contradictions],
            ) from None

    def effective_controls(self) -> OperatorControls:
        """The explicit controls over the preset's, over the defaults; both count as given."""
        under = {name: getattr(self.controls, name) for name in self.controls.from_preset}
        return OperatorControls(**{**under, **self.controls.given()})

    def given(self) -> dict[str, Any]:
        """The preset and the sections in which something is given."""
        return self._with_preset({name: each.given() for name, each in self._sections().items()})

    def given_json(self) -> dict[str, Any]:
        """What was asked for in types JSON knows: the saved form."""
        return self._with_preset(
            {name: each.given_json() for name, each in self._sections().items()}
        )

    def _sections(self) -> dict[str, OperatorModel]:
        names = (name for name in type(self).model_fields if name != "preset")
        return {name: getattr(self, name) for name in names}

    def _with_preset(self, sections: dict[str, dict[str, Any]]) -> dict[str, Any]:
        preset = {} if self.preset is None else {"preset": self.preset}
        return {**preset, **{name: given for name, given in sections.items() if given}}

    def export_config(self, path: str | Path) -> Path:
        """Save as JSON or YAML, by the file's name."""
        from spendsense_pipeline.controls.files import export_config

        return export_config(path, self)

    @classmethod
    def load_config(cls, path: str | Path) -> OperatorConfig:
        """Read a file saved in any of the documented forms."""
        from spendsense_pipeline.controls.files import load_config

        return load_config(path)
