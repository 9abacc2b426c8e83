"""What replaying responses found, counted over all people: a line per kind, not one per person."""

from __future__ import annotations

from dataclasses import dataclass

from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport

RESPONSES = "Plaid responses"
ACCOUNTS = "Plaid accounts"
TRANSACTIONS = "Plaid transactions"
LIABILITIES = "Plaid liabilities"
LOANS = "Plaid loans"


@dataclass(frozen=True)
class Finding:
    """A kind of thing found; one with a remedy is odd, one without accounts for lines left out."""

    file: str
    text: str
    remedy: str = ""


class Findings:
    """How often each kind was found, and where first."""

    def __init__(self) -> None:
        self._count: dict[Finding, int] = {}
        self._first: dict[Finding, list[str]] = {}

    def add(self, finding: Finding, where: str, rows: int = 1) -> None:
        """`rows` more of a kind, at `where`."""
        self._count[finding] = self._count.get(finding, 0) + rows
        shown = self._first.setdefault(finding, [])
        if len(shown) < SHOWN_ROWS:
            shown.append(where)

    def tell(self, report: ImportReport) -> None:
        """Write every kind into the report."""
        for finding, rows in self._count.items():
            first = self._first[finding]
            if finding.remedy:
                report.note(finding.file, finding.text, finding.remedy, rows=rows, first_rows=first)
            else:
                report.set_aside(finding.file, rows, finding.text, first)
