"""The personas an operator can ask for, which are the rule book's, and how a request for them is
written. What makes somebody one of them is said there; how such a person lives, the generator says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import EnumType, StrEnum
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls.errors import RefusedError, listed, meant, shown
from spendsense_pipeline.controls.field_types import FieldType
from spendsense_pipeline.controls.shares import checked_share, summing_to_one
from spendsense_pipeline.personas.rules import PERSONA_KEYS


class _MembersOfTheBook(EnumType):
    """Tells a type checker what it cannot see: any name may be that of a member."""

    if TYPE_CHECKING:

        def __getattr__(cls, name: str) -> PersonaTarget: ...


class PersonaTarget(StrEnum, metaclass=_MembersOfTheBook):
    """A persona to skew the population to, in the rule book's order of priority.

    `PersonaTarget.HIGH_UTILIZATION` is "high_utilization", and so on for every persona.
    """

    vars().update({key.upper(): key for key in PERSONA_KEYS})


def _persona(value: Any) -> PersonaTarget:
    """A persona by key or by member name, as older files write it."""
    if isinstance(value, str):
        key = value.strip().removeprefix("PersonaTarget.").lower()
        if key in PERSONA_KEYS:
            return PersonaTarget(key)
    raise RefusedError(
        must=f"name personas ({listed(PERSONA_KEYS)})",
        found=f"it names {shown(value)}",
        remedy=meant(value, PERSONA_KEYS),
    )


@dataclass(frozen=True)
class Personas(FieldType):
    """Any of the personas, each once."""

    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "any of high_utilization, …"."""
        return f"any of {listed(PERSONA_KEYS)}"

    def checked(self, value: Any) -> list[PersonaTarget]:
        """The personas, in order of priority, so that writing order makes no other dataset."""
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise RefusedError(
                must="be a list of personas", value=value, remedy="write it as [general]"
            )
        personas = [_persona(each) for each in value]
        for persona in PersonaTarget:
            _named_once(persona, personas.count(persona))
        return [persona for persona in PersonaTarget if persona in personas]

    def json_schema(self) -> dict[str, Any]:
        """Each persona once."""
        return {"uniqueItems": True}


@dataclass(frozen=True)
class PersonaShares(FieldType):
    """A share for each persona, summing to one."""

    unit: str | None = None

    @property
    def bounds(self) -> str:
        """What a share is of."""
        return "shares per target persona that sum to 1"

    def checked(self, value: Any) -> dict[PersonaTarget, float]:
        """The shares in order of priority, scaled to sum to one."""
        if not isinstance(value, Mapping):
            raise RefusedError(
                must=f"be {self.bounds}", value=value, remedy="write each persona with its share"
            )
        shares: dict[str, float] = {}
        for key, share in value.items():
            persona = _persona(key)
            _named_once(persona, 2 if persona in shares else 1)
            shares[persona] = checked_share(persona, share)
        scaled = summing_to_one(shares) if shares else {}
        return {persona: scaled[persona] for persona in PersonaTarget if persona in scaled}


def _named_once(persona: PersonaTarget, times: int) -> None:
    if times > 1:
        raise RefusedError(
            must="name each persona once", found=f"{persona} is there twice", remedy="keep one"
        )
