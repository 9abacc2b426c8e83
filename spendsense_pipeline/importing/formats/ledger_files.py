"""Beancount files as ledgers: what a file includes belongs to it, and what is wrong in it is named
by its line.

A ledger may name plugins, which are programs; none is run, and no Python path it asks for is taken.
Parsing, booking and padding are beancount's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spendsense_pipeline.importing.formats.folders import ExportFile
from spendsense_pipeline.importing.formats.request import FormatRequest, reading_library
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import SHOWN_ROWS

_MOST_PROBLEMS = 20
_LIABILITIES = "name_liabilities"


@dataclass(frozen=True)
class Ledger:
    """A ledger with all it includes: its transactions in order of date, and what its roots are."""

    file: ExportFile
    transactions: Sequence[Any]
    options: Mapping[str, Any]

    def is_own(self, account: str) -> bool:
        """Whether the account holds or owes the holder's money."""
        return self._root(account) in (self.options["name_assets"], self.options[_LIABILITIES])

    def is_liability(self, account: str) -> bool:
        """Whether the account owes."""
        return bool(self._root(account) == self.options[_LIABILITIES])

    def is_equity(self, account: str) -> bool:
        """Whether the account only balances what was there before."""
        return bool(self._root(account) == self.options["name_equity"])

    @staticmethod
    def _root(account: str) -> str:
        return account.split(":", 1)[0]


class LedgerFiles:
    """The ledgers of a request, and the files they were read from."""

    def __init__(self, request: FormatRequest) -> None:
        self._request = request
        self._library = reading_library("beancount.parser.parser", "beancount", request.ready)
        path = request.path.resolve()
        self._bounds = path if path.is_dir() else path.parent
        self._parsed: dict[Path, tuple[list[Any], Mapping[str, Any]]] = {}
        self._problems: list[Problem] = []
        included: set[Path] = set()
        for file in request.files:
            included |= set(self._parse(file.path.resolve()))
        roots = [file for file in request.files if file.path.resolve() not in included]
        self.ledgers = [self._loaded(file) for file in roots]
        if self._problems:
            raise ImportProblemsError(self._problems[:_MOST_PROBLEMS])

    @property
    def paths(self) -> list[Path]:
        """Every file that was read."""
        return list(self._parsed)

    def _parse(self, path: Path) -> list[Path]:
        """Read a file and all it includes; the files it includes itself."""
        if path in self._parsed:
            return []
        entries, errors, options = self._library.parse_file(str(path))
        self._refuse(path, errors)
        self._parsed[path] = (entries, options)
        included = list(self._includes(path, options))
        for each in included:
            self._parse(each)
        return included

    def _includes(self, path: Path, options: Mapping[str, Any]) -> Iterator[Path]:
        for pattern in options["include"]:
            found = sorted((path.parent / pattern).parent.glob(Path(pattern).name))
            for each in found:
                if each.resolve().is_relative_to(self._bounds):
                    yield each.resolve()
                else:
                    text = f"includes {pattern}, which lies outside of what is imported"
                    self._refuse_file(path, text, "Give the folder that holds both.")
            if not found:
                self._refuse_file(path, f"includes {pattern}, which is not there", "Add it.")

    def _loaded(self, file: ExportFile) -> Ledger:
        booking, pad, balance, validation, data = (
            reading_library(name, "beancount", self._request.ready)
            for name in (
                "beancount.parser.booking",
                "beancount.ops.pad",
                "beancount.ops.balance",
                "beancount.ops.validation",
                "beancount.core.data",
            )
        )
        path = file.path.resolve()
        _, options = self._parsed[path]
        entries: list[Any] = []
        plugins: list[str] = []
        for each in self._with_included(path, set()):
            entries += self._parsed[each][0]
            plugins += [name for name, _ in self._parsed[each][1]["plugin"]]
        entries, errors = booking.book(sorted(entries, key=data.entry_sortkey), options)
        self._refuse(path, errors)
        entries, errors = pad.pad(entries, options)
        self._refuse(path, errors)
        self._refuse(path, validation.validate_check_transaction_balances(entries, options))
        entries, errors = balance.check(entries, options)
        self._note_failed(file, errors)
        if plugins:
            self._request.report.note(
                file.name,
                f"plugins are programs and are not run: {', '.join(sorted(set(plugins)))}",
                "Where they make transactions, give the ledger that they make.",
                rows=len(plugins),
            )
        return Ledger(file, [e for e in entries if isinstance(e, data.Transaction)], options)

    def _with_included(self, path: Path, seen: set[Path]) -> Iterator[Path]:
        if path in seen:
            return
        seen.add(path)
        yield path
        for each in self._includes(path, self._parsed[path][1]):
            yield from self._with_included(each, seen)

    def _note_failed(self, file: ExportFile, errors: Sequence[Any]) -> None:
        if errors:
            self._request.report.note(
                file.name,
                "balance assertions do not hold",
                "Complete or correct the ledger: bean-check says how.",
                rows=len(errors),
                first_rows=[_line(error) for error in errors[:SHOWN_ROWS]],
            )

    def _refuse(self, path: Path, errors: Iterable[Any]) -> None:
        for error in errors:
            message = " ".join(str(error.message).split())
            name = Path(str(error.source.get("filename", path))).name if error.source else path.name
            problem = Problem("unreadable_file", f"{name} {_line(error)}", message, "Correct it.")
            self._problems.append(problem)

    def _refuse_file(self, path: Path, text: str, remedy: str) -> None:
        problem = Problem("missing_file", path.name, text, remedy)
        if problem not in self._problems:
            self._problems.append(problem)


def _line(error: Any) -> str:
    return f"line {error.source.get('lineno', 0)}" if error.source else "line 0"
