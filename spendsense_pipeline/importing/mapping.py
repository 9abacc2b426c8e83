"""The mapping file: how somebody else's files, columns and values are named in ours.

    transactions:
      file: bank_export.csv               # when the file is not called transactions.csv
      columns: {date: PostedOn, amount: Amt, name: Memo}     # ours: theirs
      values: {payment_channel: {ach: other}}                # column: {theirs: ours}
      negate: [amount]                    # when their spending is negative
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.plaid.declarations import MONEY
from spendsense_pipeline.plaid.tables import CARD_STATEMENTS, RAW_TABLES

IMPORTABLE_TABLES = {t.name.removeprefix("raw_"): t for t in (*RAW_TABLES, CARD_STATEMENTS)}
_KEYS = ("file", "columns", "values", "negate")


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
    try:
        content = _parse(text, path)
    except ValueError as error:
        raise _refusal(path, f"is neither JSON nor YAML ({error})", "Correct the syntax.") from error
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
    if table not in IMPORTABLE_TABLES:
        known = ", ".join(IMPORTABLE_TABLES)
        problems.append(Problem("mapping", where, "is not a table of ours", f"Use one of {known}."))
        return TableMapping()
    if not isinstance(entry, dict):
        problems.append(Problem("mapping", where, "must be a mapping", f"Use {', '.join(_KEYS)}."))
        return TableMapping()
    for key in entry:
        if key not in _KEYS:
            remedy = f"Use one of {', '.join(_KEYS)}."
            problems.append(Problem("mapping", f"{where}.{key}", "is not a mapping key", remedy))
    shapes = (("columns", dict), ("values", dict), ("negate", list), ("file", str))
    for key, shape in shapes:
        if entry.get(key) is not None and not isinstance(entry[key], shape):
            remedy = {"dict": "Write `ours: theirs` pairs.", "list": "Write a list of columns."}
            text = f"must be a {'mapping' if shape is dict else shape.__name__}"
            problems.append(
                Problem("mapping", f"{where}.{key}", text, remedy.get(shape.__name__, "Name a file."))
            )
            return TableMapping()
    columns, values = entry.get("columns") or {}, entry.get("values") or {}
    negate = tuple(entry.get("negate") or ())
    declared = IMPORTABLE_TABLES[table]
    for column in (*columns, *values, *negate):
        if column not in declared.column_names:
            remedy = f"Columns of {table}: {', '.join(declared.column_names)}."
            problems.append(Problem("mapping", f"{where}.{column}", "is not a column", remedy))
    for column in negate:
        if column in declared.column_names and declared.column(column).type != MONEY:
            remedy = "Only amounts of money can change sign."
            problems.append(Problem("mapping", f"{where}.{column}", "cannot be negated", remedy))
    if not all(isinstance(changes, dict) for changes in values.values()):
        remedy = "Write `column: {theirs: ours}`."
        problems.append(Problem("mapping", f"{where}.values", "must hold mappings", remedy))
        return TableMapping()
    return TableMapping(
        file=entry.get("file"),
        columns={str(ours): str(theirs) for ours, theirs in columns.items()},
        values={
            str(column): {str(theirs): str(ours) for theirs, ours in changes.items()}
            for column, changes in values.items()
        },
        negate=negate,
    )


def _refusal(path: Path, text: str, remedy: str) -> ImportProblemsError:
    return ImportProblemsError([Problem("mapping", str(path), text, remedy)])
