"""How a command ends when it cannot go on: one paragraph on stderr and an exit code, never a
traceback.

Exit codes: 0 all good, 1 a run or a blocking check failed, 2 the input was wrong.
"""

from __future__ import annotations

import sys
import traceback

RUN_FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130

# By name, so that a command that cannot raise one does not import the package that can.
_WRONG_INPUT_ERRORS = frozenset(
    {"ControlsError", "ExportError", "ImportProblemsError", "SettingsError", "WarehouseError"}
)
_BUSY_ERROR = "WarehouseBusyError"


class WrongInputError(Exception):
    """What the operator asked for cannot be done; the message says what, where, and what to do."""


class RunFailedError(Exception):
    """A run or a blocking check failed; everything worth saying may have been said already."""


def exit_code_of(error: BaseException) -> int:
    """The exit code an error ends the command with."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, WrongInputError):
        return WRONG_INPUT
    ours = {
        kind.__name__
        for kind in type(error).__mro__
        if kind.__module__.startswith("spendsense_pipeline.")
    }
    if ours & _WRONG_INPUT_ERRORS and _BUSY_ERROR not in ours:
        return WRONG_INPUT
    return RUN_FAILED


def report(error: BaseException, *, debug: bool) -> int:
    """Say what went wrong; returns the exit code."""
    code = exit_code_of(error)
    if debug and not isinstance(error, KeyboardInterrupt):
        traceback.print_exception(error)
    message = _message(error, code)
    if message:
        sys.stderr.write(f"{_colored('error:')} {message}\n")
    return code


def _message(error: BaseException, code: int) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; the published dataset is as it was"
    problems = [str(problem) for problem in getattr(error, "problems", ())]
    if len(problems) > 1:
        return f"{len(problems)} problems:\n" + "\n".join(f"  - {problem}" for problem in problems)
    if code == WRONG_INPUT or isinstance(error, RunFailedError) or _is_ours(error):
        return str(error)
    reason = (str(error).strip().splitlines() or [""])[0]
    return (
        f"this should not have happened ({type(error).__name__}: {reason}). "
        "Run the command again with --debug to see where, and report it with that output."
    )


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.startswith("spendsense_pipeline.")


def _colored(text: str) -> str:
    return f"\033[1;31m{text}\033[0m" if sys.stderr.isatty() else text
