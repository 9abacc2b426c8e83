"""The mapping file: how somebody else's files, columns and values are named in ours.

transactions:
file: bank_export.csv               # when the file is not called transactions.csv
columns: {date: PostedOn, amount: Amt, name: Memo}     # ours: theirs
values: {payment_channel: {ach: other}}                # column: {theirs: ours}
negate: [amount]                    # when their spending is negative
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.declaration import MONEY


def importable_name(table: str) -> str:
    """What other people's data calls a raw table of ours."""
    return table.removeprefix("raw_")


IMPORTABLE_TABLES = {importable_name(table.name): table for table in tables_in("imports")}
_SHAPES: Mapping[str, tuple[type, str]] = {
    "file": (str, "a file name"),
    "columns": (dict, "a mapping of ours to theirs"),
    "values": (dict, "a mapping of columns"),
    "negate": (list, "a list of columns"),
}


@dataclass(frozen=True)
class TableMapping:
    """How one table of theirs becomes one of ours; empty means: exactly as ours."""

    file: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    negate: tuple[str, ...] = ()

    def theirs(self, column: str) -> str:
        """Their name of our column."""
        return self.columns.get(column, column)


SourceMapping = Mapping[str, TableMapping]


def load_mapping(path: Path) -> dict[str, TableMapping]:
    """Read a mapping file (JSON or YAML); every mistake in it is named at once."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise _refusal(path, f"cannot be read ({error.strerror})", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise _refusal(path, "is not UTF-8 text", "Save it as UTF-8.") from error
    try:
        content = _parse(text, path)
    except ValueError as error:
        raise _refusal(
            path, f"is neither JSON nor YAML ({error})", "Correct the syntax."
        ) from error
    if not isinstance(content, dict):
        raise _refusal(path, "must hold table names at the top", "See `spendsense import --help`.")
    problems: list[Problem] = []
    mapping = {
        str(table): _table_mapping(path, str(table), entry, problems)
        for table, entry in content.items()
    }
    if problems:
        raise ImportProblemsError(problems)
    return mapping


def _parse(text: str, path: Path) -> Any:
    if path.suffix == ".json":
        return json.loads(text)
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from error


def _table_mapping(path: Path, table: str, entry: Any, problems: list[Problem]) -> TableMapping:
    where = f"{path.name}: {table}"
    found = list(_mistakes(where, table, entry))
    problems += found
    if found:
        return TableMapping()
    columns, values = entry.get("columns") or {}, entry.get("values") or {}
    return TableMapping(
        file=entry.get("file"),
        columns={str(ours): str(theirs) for ours, theirs in columns.items()},
        values={
            str(column): {str(theirs): str(ours) for theirs, ours in changes.items()}
            for column, changes in values.items()
        },
        negate=tuple(entry.get("negate") or ()),
    )


def _mistakes(where: str, table: str, entry: Any) -> Iterator[Problem]:
    """What is wrong with one table's entry; later questions only make sense of a sound shape."""
    if table not in IMPORTABLE_TABLES:
        remedy = f"Use one of {', '.join(IMPORTABLE_TABLES)}."
        yield Problem("mapping", where, "is not a table of ours", remedy)
        return
    shape_mistakes = list(_shape_mistakes(where, entry))
    yield from shape_mistakes
    if shape_mistakes:
        return
    declared = IMPORTABLE_TABLES[table]
    negate = entry.get("negate") or ()
    for column in (*(entry.get("columns") or {}), *(entry.get("values") or {}), *negate):
        if column not in declared.column_names:
            remedy = f"Columns of {table}: {', '.join(declared.column_names)}."
            yield Problem("mapping", f"{where}.{column}", "is not a column", remedy)
    for column in negate:
        if column in declared.column_names and declared.column(column).type != MONEY:
            remedy = "Only amounts of money can change sign."
            yield Problem("mapping", f"{where}.{column}", "cannot be negated", remedy)


def _shape_mistakes(where: str, entry: Any) -> Iterator[Problem]:
    if not isinstance(entry, dict):
        yield Problem("mapping", where, "must be a mapping", f"Use {', '.join(_SHAPES)}.")
        return
    for key, value in entry.items():
        if key not in _SHAPES:
            remedy = f"Use one of {', '.join(_SHAPES)}."
            yield Problem("mapping", f"{where}.{key}", "is not a mapping key", remedy)
        elif value is not None and not isinstance(value, _SHAPES[key][0]):
            text = f"must be {_SHAPES[key][1]}"
            yield Problem("mapping", f"{where}.{key}", text, "Correct its form.")
    changes = entry.get("values")
    if isinstance(changes, dict) and not all(isinstance(each, dict) for each in changes.values()):
        remedy = "Write `column: {theirs: ours}`."
        yield Problem("mapping", f"{where}.values", "must hold a mapping per column", remedy)


def _refusal(path: Path, text: str, remedy: str) -> ImportProblemsError:
    return ImportProblemsError([Problem("mapping", str(path), text, remedy)])
