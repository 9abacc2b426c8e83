"""How a command ends when it cannot go on: one paragraph on stderr and an exit code, never a
traceback.

Exit codes: 0 all good, 1 a run or a blocking check failed, 2 the input was wrong.
"""

from __future__ import annotations

import sys
import traceback

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError

INTERRUPTED = 130


def exit_code_of(error: BaseException) -> int:
    """The exit code an error ends the command with."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return error.exit_code if isinstance(error, SpendSenseError) else RUN_FAILED


def report(error: BaseException, *, debug: bool) -> int:
    """Say what went wrong; returns the exit code."""
    if debug and not isinstance(error, KeyboardInterrupt):
        traceback.print_exception(error)
    sys.stderr.write(f"{_colored('error:')} {_message(error)}\n")
    return exit_code_of(error)


def _message(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted; the published dataset is as it was"
    if isinstance(error, SpendSenseError):
        problems = error.problems
        if len(problems) == 1:
            return str(error)
        listed = "\n".join(f"  - {problem}" for problem in problems)
        return f"{len(problems)} problems:\n{listed}"
    reason = (str(error).strip().splitlines() or [""])[0]
    return (
        f"this should not have happened ({type(error).__name__}: {reason}). "
        "Run the command again with --debug to see where, and report it with that output."
    )


def _colored(text: str) -> str:
    return f"\033[1;31m{text}\033[0m" if sys.stderr.isatty() else text
