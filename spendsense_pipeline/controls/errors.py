"""The one error an operator sees: every problem of a configuration at once, each in a sentence that
names the control, the value, the bound and the remedy."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.errors import ProblemsError, SpendSenseError

_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Contradiction:
    """Several controls that are each fine and together impossible."""

    controls: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Problem:
    """One sentence, and where what it is about is set.

    Attributes:
        section: of the configuration; "" where it is about none.
        names: fields of it, whether there are such or not; none where it is about the whole.
    """

    section: str
    names: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


class ControlsError(ProblemsError, ValueError):
    """A configuration that cannot be used; `problems` holds one sentence per problem."""

    problems: list[str]

    def __init__(
        self, faults: Sequence[str | Problem] = (), contradictions: Sequence[Contradiction] = ()
    ) -> None:
        self.faults = [
            fault if isinstance(fault, Problem) else Problem("", (), fault) for fault in faults
        ]
        self.contradictions = list(contradictions)
        problems = [str(fault) for fault in self.faults]
        problems += [found.text for found in self.contradictions]
        super().__init__(problems, "correct the configuration")

    def located(self, section: str) -> list[Problem]:
        """Every problem with its fields; contradictions are of the section that was checked."""
        between = [Problem(section, each.controls, each.text) for each in self.contradictions]
        return [*self.faults, *between]


class RefusedError(SpendSenseError, ValueError):
    """A value a control cannot take: what it must be, what it is, what to do.

    The control's name is put in front where it is known, in `model`.
    """

    def __init__(
        self, *, must: str, remedy: str, value: Any = None, found: str | None = None
    ) -> None:
        what_it_is = f"it is {shown(value)}" if found is None else found
        super().__init__(problem=f"must {must}; {what_it_is}", remedy=remedy)


class ContradictionsError(ProblemsError, ValueError):
    """Carries contradictions out of a model's validator to the message that is built from them."""

    def __init__(self, contradictions: Sequence[Contradiction]) -> None:
        self.contradictions = tuple(contradictions)
        super().__init__([item.text for item in contradictions], "change one of them")


def shown(value: Any) -> str:
    """A value as an operator would write it, shortened."""
    if isinstance(value, bool) or value is None:
        text = {True: "true", False: "false", None: "null"}[value]
    elif isinstance(value, float) and not math.isfinite(value):
        text = "not a number (NaN)" if math.isnan(value) else "infinite"
    elif isinstance(value, (int, float)):
        text = f"{value:.12g}" if isinstance(value, float) else str(value)
    elif isinstance(value, str):
        text = repr(str(value))
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{named(key)}: {shown(each)}" for key, each in value.items()) + "}"
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(shown(each) for each in value) + "]"
    else:
        text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def named(name: Any) -> str:
    """A name as it stands if it is plain, else quoted."""
    return name if isinstance(name, str) and name.isidentifier() else shown(name)


def listed(names: Iterable[str]) -> str:
    """Names joined by commas."""
    return ", ".join(str(name) for name in names)


def meant(name: Any, known: Sequence[str], otherwise: str = "choose one of these") -> str:
    """The remedy for an unknown name: the one probably meant, if any comes near."""
    matches = difflib.get_close_matches(str(name).lower(), list(known), n=1, cutoff=0.6)
    return f"did you mean {matches[0]}?" if matches else otherwise
