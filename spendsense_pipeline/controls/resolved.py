"""A configuration settled for one day: every value, its source, and the hashes that name it.

Everything after `operator_controls` reads this and nothing else."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias, TypeVar

from spendsense_pipeline.controls.data_generation import DataGenerationConfig
from spendsense_pipeline.controls.errors import ControlsError, Problem, listed
from spendsense_pipeline.controls.evidence import ShortHistory, short_histories
from spendsense_pipeline.controls.expectations import Expectations
from spendsense_pipeline.controls.feasibility import LED, PAIRS, followers
from spendsense_pipeline.controls.history import default_history_start, span_problem
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.controls.operator_config import OperatorConfig
from spendsense_pipeline.controls.operator_controls import NOT_OF_THE_WORLD, OperatorControls
from spendsense_pipeline.controls.personas import PersonaTarget
from spendsense_pipeline.controls.thresholds import PersonaThresholds

Source: TypeAlias = Literal["default", "preset", "operator"]

_Section = TypeVar("_Section", bound=OperatorModel)

SECTIONS: Mapping[str, type[OperatorModel]] = {
    "config": DataGenerationConfig,
    "controls": OperatorControls,
    "thresholds": PersonaThresholds,
    "expectations": Expectations,
}
IMPORTED = "imported"
"""Stands where the preset does when the raw tables were brought in."""
STATED_START = "config.history_start"
"""Key in `ResolvedConfig.sources` of whether an import said when its world began."""
# What as_of is taken from; the resolved date stands for it, and dates are not part of the hash.
_DATED = ("history_start", "generation_timestamp")


@dataclass(frozen=True)
class ResolvedConfig:
    """Every value in force, for data up to `as_of`."""

    preset: str | None
    config: DataGenerationConfig
    controls: OperatorControls
    thresholds: PersonaThresholds
    expectations: Expectations
    as_of: date
    history_start: date
    # "controls.overdue_probability" -> where its value came from.
    sources: Mapping[str, Source]

    @functools.cached_property
    def config_hash(self) -> str:
        """Names everything in force but the day: unchanged from night to night."""
        return _digest(self._values(*SECTIONS))

    @functools.cached_property
    def world_hash(self) -> str:
        """Names what the generated world depends on: neither thresholds nor expectations, nor what
        people are told, nor how much is kept of what is derived from it.
        """
        values = self._values("config", "controls")
        for name in NOT_OF_THE_WORLD:
            values["controls"].pop(name)
        return _digest(values)

    @functools.cached_property
    def world_id(self) -> str:
        """Names the world people live in, 16 hex digits: its seed, its controls and its beginning,
        not its size.
        """
        controls = self.controls.model_dump(mode="json")
        for name in NOT_OF_THE_WORLD:
            controls.pop(name)
        content = [self.config.seed, controls, self.history_start.isoformat(), self.is_imported]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def is_natural(self) -> bool:
        """Whether no persona is targeted."""
        return self.controls.is_natural

    @property
    def is_imported(self) -> bool:
        """Whether the raw tables were brought in rather than generated."""
        return self.preset == IMPORTED

    @property
    def measured_from(self) -> date | None:
        """The day the history begins for everybody; None: for each person with their own first row.

        Of imported data only an export of ours says when its world began.
        """
        if self.is_imported and self.sources[STATED_START] == "default":
            return None
        return self.history_start

    @property
    def target_weights(self) -> dict[PersonaTarget, float]:
        """The requested share of each targeted persona; empty in a natural population."""
        return self.controls.normalized_weights

    @functools.cached_property
    def changed_controls(self) -> tuple[str, ...]:
        """Controls of how people live, targets aside, whose value differs from the default."""
        defaults = OperatorControls()
        return tuple(
            name
            for name in OperatorControls.model_fields
            if name not in (*PAIRS[0], *NOT_OF_THE_WORLD)
            and getattr(self.controls, name) != getattr(defaults, name)
        )

    @property
    def has_default_controls(self) -> bool:
        """Whether every control, targets aside, has its default value."""
        return not self.changed_controls

    @property
    def short_histories(self) -> tuple[ShortHistory, ...]:
        """Personas asked for that the history is too short to show; valid, and said."""
        return short_histories(self)

    def is_given(self, section: str, name: str) -> bool:
        """Whether the operator or the preset set this value explicitly."""
        return self.sources[f"{section}.{name}"] != "default"

    def to_dict(self) -> dict[str, Any]:
        """Everything, in types JSON knows."""
        return {
            "preset": self.preset,
            "as_of": self.as_of.isoformat(),
            "history_start": self.history_start.isoformat(),
            **{name: getattr(self, name).model_dump(mode="json") for name in SECTIONS},
            "sources": dict(self.sources),
        }

    def to_json(self) -> str:
        """Canonical JSON of everything: same configuration, same text."""
        return _canonical(self.to_dict())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ResolvedConfig:
        """The configuration that `to_dict` was called on."""
        sources = dict(data["sources"])
        known = {
            f"{name}.{each}" for name, model in SECTIONS.items() for each in model.model_fields
        }
        if set(sources) != known:
            differing = listed(sorted(known ^ set(sources)))
            problem = f"the stored configuration is another version's; it differs in {differing}"
            again = (
                "bring the data in again"
                if data["preset"] == IMPORTED
                else "materialize operator_controls and all after it"
            )
            raise ControlsError([f"{problem}: {again}"])
        sections: dict[str, Any] = {}
        for name, model in SECTIONS.items():
            # Stored data stays readable where the deployment's largest population is smaller.
            section = model.model_validate(data[name], context={"stored": True})
            sections[name] = _given_by(sources, section)
        return cls(
            preset=data["preset"],
            as_of=date.fromisoformat(data["as_of"]),
            history_start=date.fromisoformat(data["history_start"]),
            sources=sources,
            **sections,
        )

    @classmethod
    def from_json(cls, text: str) -> ResolvedConfig:
        """The configuration that `to_json` was called on."""
        return cls.from_dict(json.loads(text))

    def to_rows(self) -> list[dict[str, Any]]:
        """The rows of `OPERATOR_CONTROLS`."""
        from spendsense_pipeline.controls import table

        return table.to_rows(self)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> ResolvedConfig:
        """The configuration that `to_rows` was called on."""
        from spendsense_pipeline.controls import table

        return table.from_rows(rows)

    def _values(self, *sections: str) -> dict[str, Any]:
        values = {name: getattr(self, name).model_dump(mode="json") for name in sections}
        for dated in _DATED:
            values["config"].pop(dated)
        return {**values, "history_start": self.history_start.isoformat()}


def resolve(
    operator_config: OperatorConfig, *, as_of: date, history_start: date | None = None
) -> ResolvedConfig:
    """Settle a configuration for a day.

    A history start in the configuration wins; then `history_start`, which a refresh that extends
    an earlier dataset passes on; then the first of the month `months_history` months before.
    """
    # Checked once more as a whole: a dict inside a section may have been changed in place.
    asked = OperatorConfig(**operator_config.given())
    start = (
        asked.config.history_start
        or history_start
        or default_history_start(as_of, asked.config.months_history)
    )
    problem = span_problem(start, as_of)
    if problem:
        raise ControlsError([Problem("config", ("history_start", "months_history"), problem)])
    sources = _sources(asked)
    return ResolvedConfig(
        preset=asked.preset,
        config=_given_by(sources, asked.config),
        controls=_given_by(sources, asked.effective_controls()),
        thresholds=_given_by(sources, asked.thresholds),
        expectations=_given_by(sources, asked.expectations),
        as_of=as_of,
        history_start=start,
        sources=sources,
    )


def as_of_for(operator_config: OperatorConfig, *, today: date) -> date:
    """The last day of the data: the date the operator gave, else today."""
    return operator_config.config.generation_timestamp or today


def _sources(asked: OperatorConfig) -> dict[str, Source]:
    """Where each value came from; of a pair, the follower comes from where the leader does."""
    sources: dict[str, Source] = {}
    for section, model in SECTIONS.items():
        explicit = getattr(asked, section).model_fields_set
        sources |= {
            f"{section}.{name}": "operator" if name in explicit else "default"
            for name in model.model_fields
        }
    sources |= {f"controls.{name}": "preset" for name in asked.controls.from_preset}
    for follower in followers(asked.effective_controls()):
        (pair,) = (pair for pair in (*PAIRS, *LED) if follower in pair)
        leader = pair[1 - pair.index(follower)]
        sources[f"controls.{follower}"] = sources[f"controls.{leader}"]
    return sources


def _given_by(sources: Mapping[str, Source], section: _Section) -> _Section:
    """The section with exactly those values counted as given that have a source."""
    names = type(section).model_fields
    given = {name for name in names if sources[f"{section.section}.{name}"] != "default"}
    object.__setattr__(section, "__pydantic_fields_set__", given)
    return section


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _digest(data: Any) -> str:
    return hashlib.sha256(_canonical(data).encode()).hexdigest()[:16]
