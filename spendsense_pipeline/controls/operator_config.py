"""The operator's whole configuration: a preset to start from and the four sections over it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from spendsense_pipeline.controls.data_generation import DataGenerationConfig
from spendsense_pipeline.controls.errors import Contradiction, ControlsError
from spendsense_pipeline.controls.expectations import Expectations
from spendsense_pipeline.controls.feasibility import PAIRS
from spendsense_pipeline.controls.kinds import Choice
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.controls.operator_controls import OperatorControls
from spendsense_pipeline.controls.presets import PRESET_CONFIGS, PRESET_NAMES
from spendsense_pipeline.controls.thresholds import PersonaThresholds


class OperatorConfig(OperatorModel):
    """What an operator asked for, as asked: nothing here is resolved against a date yet."""

    section: ClassVar[str] = "sections"

    preset: Annotated[str | None, Choice(PRESET_NAMES)] = Field(
        None, description="Controls to start from; those given under controls override it."
    )
    config: DataGenerationConfig = Field(
        default_factory=DataGenerationConfig, description="Size, seed and span."
    )
    controls: OperatorControls = Field(
        default_factory=OperatorControls, description="How the generated people live."
    )
    thresholds: PersonaThresholds = Field(
        default_factory=PersonaThresholds, description="Where the persona rules draw their lines."
    )
    expectations: Expectations = Field(
        default_factory=Expectations, description="What the checks demand."
    )

    @field_validator("config", "controls", "thresholds", "expectations", mode="before")
    @classmethod
    def _own_copy(cls, value: Any) -> Any:
        """A section handed over as an object is checked again and not shared."""
        return value.given() if isinstance(value, OperatorModel) else value

    def contradictions(self) -> list[Contradiction]:
        """Controls that contradict the preset they stand on."""
        try:
            self.effective_controls()
        except ControlsError as error:
            return [
                Contradiction((), f"{problem} (with preset {self.preset})")
                for problem in error.problems
            ]
        return []

    def preset_controls(self) -> dict[str, Any]:
        """The preset's values that no explicit control overrides.

        Two controls that say one thing in two ways are overridden together.
        """
        if self.preset is None:
            return {}
        explicit = set(self.controls.model_fields_set)
        for pair in PAIRS:
            if explicit & set(pair):
                explicit.update(pair)
        preset = PRESET_CONFIGS[self.preset].given()
        return {name: value for name, value in preset.items() if name not in explicit}

    def effective_controls(self) -> OperatorControls:
        """The explicit controls over the preset's, over the defaults."""
        return OperatorControls(**{**self.preset_controls(), **self.controls.given()})

    def given_json(self) -> dict[str, Any]:
        """What was asked for in types JSON knows: the saved form."""
        sections = {
            name: section.given_json()
            for name, section in (
                ("config", self.config),
                ("controls", self.controls),
                ("thresholds", self.thresholds),
                ("expectations", self.expectations),
            )
        }
        preset = {} if self.preset is None else {"preset": self.preset}
        return {**preset, **{name: given for name, given in sections.items() if given}}

    def given(self) -> dict[str, Any]:
        """The preset and the sections in which something is given."""
        preset = {} if self.preset is None else {"preset": self.preset}
        sections = {
            "config": self.config.given(),
            "controls": self.controls.given(),
            "thresholds": self.thresholds.given(),
            "expectations": self.expectations.given(),
        }
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
