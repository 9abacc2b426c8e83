"""What became of all that was brought: one table of what was read, set aside, odd and not given.

Readers and judges write into it as they go; the command shows it, the import keeps it, and the
dataset publishes it as `import_report`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spendsense_pipeline.importing.problems import Problem

Outcome = Literal["read", "set aside", "note", "not given"]
"""`read`: rows a table took. `set aside`: lines no table took, and why. `note`: something odd that
cost a value or is worth a look; `--strict` refuses it. `not given`: what may be left out was, and
what follows."""
SHOWN_ROWS = 3


@dataclass(frozen=True)
class ReportLine:
    """One line of the table."""

    outcome: Outcome
    file: str
    rows: int
    text: str = ""
    remedy: str = ""
    first_rows: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The line as one sentence."""
        shown = f"; first: {', '.join(self.first_rows)}" if self.first_rows else ""
        remedy = f". {self.remedy}" if self.remedy else ""
        return f"{self.file}: {self.text}{shown}{remedy}"

    def row(self, position: int) -> dict[str, Any]:
        """The line as a row of `import_report`."""
        return {
            "position": position,
            "outcome": self.outcome,
            "file": self.file,
            "row_count": self.rows,
            "text": self.text,
            "remedy": self.remedy or None,
            "first_rows": "; ".join(self.first_rows) or None,
        }

    @property
    def problem(self) -> Problem:
        """The line as a refusal."""
        return Problem("note", self.file, self.text, self.remedy, self.rows, self.first_rows)


class ImportReport:
    """The lines so far, in the order they were found."""

    def __init__(self) -> None:
        self._lines: list[ReportLine] = []

    def __iter__(self) -> Iterator[ReportLine]:
        return iter(self._lines)

    @property
    def notes(self) -> list[ReportLine]:
        """What is odd."""
        return [line for line in self._lines if line.outcome == "note"]

    def read(self, file: str, rows: int, text: str) -> None:
        """`rows` of `file` were read; `text` says as what."""
        self._lines.append(ReportLine("read", file, rows, text))

    def set_aside(self, file: str, rows: int, why: str, first_rows: Sequence[str] = ()) -> None:
        """`rows` lines of `file` are in no table."""
        self._lines.append(
            ReportLine("set aside", file, rows, why, first_rows=tuple(first_rows[:SHOWN_ROWS]))
        )

    def note(
        self, where: str, text: str, remedy: str, *, rows: int = 1, first_rows: Sequence[str] = ()
    ) -> None:
        """Something odd: what, what it cost, and how it could be said or mended."""
        self._lines.append(
            ReportLine("note", where, rows, text, remedy, tuple(first_rows[:SHOWN_ROWS]))
        )

    def not_given(self, file: str, rows: int, text: str) -> None:
        """Something that may be left out was: for how many rows, and what follows."""
        self._lines.append(ReportLine("not given", file, rows, text))
