"""One kind of error: each says what is wrong and what to do, and ends the command as it declares."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import spendsense_pipeline
from spendsense_pipeline.cli.failures import exit_code_of, report
from spendsense_pipeline.controls.errors import Contradiction, ContradictionsError, RefusedError
from spendsense_pipeline.disk import DiskFullError
from spendsense_pipeline.errors import RUN_FAILED, WRONG_INPUT, ProblemsError, SpendSenseError
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.plaid.errors import PlaidError
from spendsense_pipeline.traces.replay import ReplayError

OF_THEIR_OWN_WORDS: dict[type[SpendSenseError], tuple[tuple[Any, ...], dict[str, Any]]] = {
    DiskFullError: ((Path(), 12_000_000), {}),
    RefusedError: ((), {"must": "be even", "value": 3, "remedy": "give 4"}),
    ContradictionsError: (([Contradiction(("a", "b"), "a and b: lower a")],), {}),
    ReplayError: (("the trace lacks its decision",), {}),
    ImportProblemsError: (([Problem("kind", "users.csv", "is empty", "Fill it.")],), {}),
}


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(spendsense_pipeline.__path__, "spendsense_pipeline."):
        if not module.name.endswith("__main__"):
            yield module.name


def _kinds(kind: type[SpendSenseError]) -> Iterator[type[SpendSenseError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _one_of(kind: type[SpendSenseError]) -> SpendSenseError:
    if kind in OF_THEIR_OWN_WORDS:
        words, named = OF_THEIR_OWN_WORDS[kind]
        return kind(*words, **named)
    if issubclass(kind, ProblemsError):
        takes_remedy = kind.__init__ is ProblemsError.__init__
        return kind(["a must be b: do c"], *(["do c"] if takes_remedy else []))  # type: ignore[call-arg]
    return kind(problem="a must be b", remedy="do c")


def _errors() -> list[SpendSenseError]:
    for name in _modules():
        importlib.import_module(name)
    return [_one_of(kind) for kind in dict.fromkeys(_kinds(SpendSenseError))]


def test_every_kind_of_error_has_a_problem_a_remedy_and_an_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    errors = _errors()
    assert len(errors) > 10
    for error in errors:
        kind = type(error).__name__
        assert error.problem, kind
        assert error.remedy, kind
        assert error.exit_code in (WRONG_INPUT, RUN_FAILED), kind
        assert exit_code_of(error) == error.exit_code, kind
        assert report(error, debug=False) == error.exit_code, kind
        said = capsys.readouterr().err
        for problem in error.problems:
            assert str(problem) in said, kind
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_no_other_class_of_ours_is_an_error() -> None:
    """But those that only carry a message within another library, and what the local Plaid answers
    apps or notes of their webhooks: none of these reaches a command."""
    ours = {type(error) for error in _errors()}
    others = [
        kind
        for name in _modules()
        for kind in vars(importlib.import_module(name)).values()
        if isinstance(kind, type)
        and issubclass(kind, BaseException)
        and kind.__module__.startswith("spendsense_pipeline.")
        and not kind.__module__.startswith("spendsense_pipeline.bank.")
        and kind not in (*ours, PlaidError)
    ]
    assert not others


@pytest.mark.parametrize("code", [WRONG_INPUT, RUN_FAILED])
def test_one_raised_as_it_is_says_how_it_ends(code: int) -> None:
    error = SpendSenseError(problem="a must be b; it is c", remedy="give b", exit_code=code)
    assert str(error) == "a must be b; it is c: give b"
    assert exit_code_of(pickle.loads(pickle.dumps(error))) == code


def test_what_is_not_of_our_kind_ends_as_a_failed_run_and_a_signal_as_one() -> None:
    assert exit_code_of(RuntimeError("out of cheese")) == RUN_FAILED
    assert exit_code_of(KeyboardInterrupt()) == 130


def test_several_problems_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    report(ProblemsError(["a: do b", "c: do d"], "do both"), debug=False)
    assert capsys.readouterr().err == "error: 2 problems:\n  - a: do b\n  - c: do d\n"
