"""Live progress of a run on stderr: one line per stage with its seconds, drawn on a terminal,
printed otherwise.
"""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from spendsense_pipeline.launching.progress import Progress, stage_name

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class TerminalProgress(Progress):
    """Shows the stages of one run. Use as a context manager."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._started: dict[str, float] = {}
        self._file: TextIO | None = None
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._overall: TaskID | None = None
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Take hold of the terminal as it is now: Dagster captures what steps print."""
        if not self._is_quiet:
            self._file = _own_stderr()
            if self._file.isatty():
                self._bars = _bars(self._file)
                self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the finished lines on the terminal."""
        if self._bars is not None:
            if self._overall is not None:
                self._bars.remove_task(self._overall)
            self._bars.stop()
            self._bars = None
        if self._file is not None and self._file is not sys.stderr:
            self._file.close()
        self._file = None

    def expect(self, steps: int) -> None:
        """How many stages there will be."""
        if self._bars is not None:
            self._overall = self._bars.add_task("[bold]together", total=steps)

    def start(self, step: str) -> None:
        """A stage begins."""
        self._started[step] = time.perf_counter()
        if self._bars is not None:
            self._tasks[step] = self._bars.add_task(stage_name(step), total=1)

    def finish(self, step: str, *, is_success: bool) -> None:
        """A stage has ended."""
        seconds = time.perf_counter() - self._started.get(step, time.perf_counter())
        self.seconds[step] = seconds
        mark = "" if is_success else " FAILED"
        if self._bars is not None:
            task = self._tasks[step]
            color = "" if is_success else "[red]"
            self._bars.update(task, completed=1, description=f"{color}{stage_name(step)}{mark}")
            if self._overall is not None:
                self._bars.advance(self._overall)
        elif self._file is not None:
            self._file.write(f"{seconds:7.2f} s  {stage_name(step)}{mark}\n")
            self._file.flush()

    def remark(self, text: str) -> None:
        """Something worth knowing while the run goes on."""
        if self._bars is not None:
            self._bars.console.print(text)
        elif self._file is not None:
            self._file.write(f"{text}\n")
            self._file.flush()


def _own_stderr() -> TextIO:
    """Stderr under a descriptor of our own, where it has one."""
    try:
        return os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    except (OSError, ValueError, AttributeError):
        return sys.stderr


def _bars(file: TextIO) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    return Bars(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=Console(file=file),
    )
