"""The log of operations: written after something was done, never a reason for it not to be done.

That a person's consent is taken back, or a bad dataset, must not wait for a disk with room for the
line that says who did it; whoever does it is told that the line is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.journal import Journal
from spendsense_pipeline.operations.entries import Operation, line_of, parse_line

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings


def read_operations(settings: Settings) -> tuple[Operation, ...]:
    """Everything recorded, oldest first.

    Args:
        settings: names the file.

    Raises:
        WarehouseError: when the file cannot be read or holds a line that is not ours, naming it.
    """
    return _journal(settings).read()


def record(settings: Settings, operation: Operation) -> None:
    """Record what was done; it is on disk afterwards.

    Args:
        settings: names the files.
        operation: what was done.

    Raises:
        WarehouseError: when the log cannot be read or written, or somebody holds it too long.
        DiskFullError: when there is no room; the log is as it was.
    """
    with _journal(settings).writing() as pen:
        pen.write(line_of(operation))


def try_to_record(settings: Settings, operation: Operation) -> str | None:
    """Record what was done, if that can be.

    Args:
        settings: names the files.
        operation: what was done.

    Returns:
        None, or the sentence to show where it is not recorded.
    """
    try:
        record(settings, operation)
    except SpendSenseError as error:
        return f"Done, but not recorded in {settings.operations_path.name}: {error}"
    return None


def _journal(settings: Settings) -> Journal[Operation]:
    return Journal(
        settings.operations_path, settings.operations_lock_path, parse_line, "log of operations"
    )
