"""The one kind of error a person is shown: what is wrong, what to do about it, and the exit code of
the command it ends. What is not of this kind is a fault of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

RUN_FAILED = 1
WRONG_INPUT = 2


class SpendSenseError(Exception):
    """Something a person can act on.

    Raised as it is; a class of its own is for what somebody catches, or what Python's users know by
    another base too (a wrong value is a `ValueError`).

    Attributes:
        problem: what is wrong, with the names and figures it is about.
        remedy: what to do.
        problems: everything that is wrong, each with its remedy; of most errors the one.
        exit_code: how a command ends: 2 the input was wrong, 1 a run or a check failed, or another
            run is in the way.
    """

    exit_code: int = WRONG_INPUT
    problems: list[Any]

    def __init__(self, *, problem: str, remedy: str, exit_code: int | None = None) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy
        self.problems = [str(self)]
        if exit_code is not None:
            self.exit_code = exit_code

    def __str__(self) -> str:
        """One line; a problem of several lines has its remedy on a line of its own."""
        separator = "\n" if "\n" in self.problem else ": "
        return f"{self.problem}{separator}{self.remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Whatever a class of its own is called with: processes hand errors to each other.
        return (_unpickled, (type(self), self.args), self.__dict__)


class ProblemsError(SpendSenseError):
    """Everything that is wrong with one thing, found at once: `problems`, each with its remedy."""

    def __init__(self, problems: Sequence[object], remedy: str) -> None:
        """Take the problems and what to do about them in general."""
        super().__init__(problem="\n".join(str(each) for each in problems), remedy=remedy)
        self.problems = list(problems)

    def __str__(self) -> str:
        """A line each."""
        return self.problem


def _unpickled(kind: type[SpendSenseError], args: tuple[Any, ...]) -> SpendSenseError:
    return kind.__new__(kind, *args)
