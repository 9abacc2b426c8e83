"""The mapping file, JSON or YAML: read, and every mistake in it named at once.

    transactions:
      file: bank_export.csv                          # when it is not called transactions.csv
      columns: {date: PostedOn, amount: Amt}         # ours: theirs
      values: {payment_channel: {ach: other}}        # our column: {theirs: ours}
      date_format: "%m/%d/%Y"
      numbers: {currency_sign: $, thousands_mark: ",", parentheses: negative}
      negate: [amount]                               # when their spending is negative

What else it can say is declared in `mapping.py`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spendsense_pipeline.importing.mapping import (
    IMPORTABLE_TABLES,
    CsvDialect,
    Direction,
    NumberFormat,
    SourceMapping,
    TableMapping,
)
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.plaid.accounts import SUBTYPES
from spendsense_pipeline.tables.declaration import MONEY, PipelineTable

_PARTS: dict[str, type[BaseModel]] = {
    "csv": CsvDialect,
    "numbers": NumberFormat,
    "direction": Direction,
}
_FORMS = {  # what pydantic calls a value of the wrong form, in a mapping's words
    "mapping_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "frozen_set_type": "must be a list",
    "set_type": "must be a list",
    "missing": "is missing",
}


def load_mapping(path: Path) -> SourceMapping:
    """Read a mapping file.

    Raises:
        ImportProblemsError: holding every mistake, each with its place in the file.
    """
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
    return read_mapping(content, path.name)


def read_mapping(content: Any, name: str) -> SourceMapping:
    """The mapping that `content` holds, table by table; `name` is what messages call it.

    Raises:
        ImportProblemsError: holding every mistake.
    """
    if not isinstance(content, dict):
        remedy = "See `spendsense import --help`."
        raise ImportProblemsError(
            [Problem("mapping", name, "must hold table names at the top", remedy)]
        )
    problems: list[Problem] = []
    mapping: dict[str, TableMapping] = {}
    for table, entry in content.items():
        where = f"{name}: {table}"
        if table not in IMPORTABLE_TABLES:
            remedy = f"Use one of {', '.join(IMPORTABLE_TABLES)}."
            problems.append(Problem("mapping", where, "is not a table of ours", remedy))
            continue
        try:
            mapping[table] = TableMapping.model_validate({} if entry is None else entry)
        except ValidationError as error:
            problems += _explained(where, error)
        else:
            problems += _contradictions(where, IMPORTABLE_TABLES[table], mapping[table])
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


def _explained(where: str, error: ValidationError) -> Iterator[Problem]:
    """Each mistake of form once, with the place it stands in."""
    named = set()
    for detail in error.errors(include_url=False):
        # Beyond the part and its key stands what pydantic itself names things, such as `[key]`.
        place = ".".join(str(part) for part in detail["loc"][:2] if not isinstance(part, int))
        if place in named:
            continue
        named.add(place)
        at = f"{where}.{place}" if place else where
        if detail["type"] == "extra_forbidden":
            part = _PARTS.get(str(detail["loc"][0])) if len(detail["loc"]) > 1 else TableMapping
            fields = (part or TableMapping).model_fields.items()
            keys = [field.alias or key for key, field in fields]
            yield Problem("mapping", at, "is not a mapping key", _did_you_mean(place, keys))
            continue
        text = _FORMS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
        yield Problem("mapping", at, text, "Correct it.")


def _did_you_mean(place: str, keys: list[str]) -> str:
    close = difflib.get_close_matches(place.rsplit(".", 1)[-1], keys, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Use one of {', '.join(keys)}."


def _contradictions(
    where: str, declared: PipelineTable, mapping: TableMapping
) -> Iterator[Problem]:
    """What is well formed and cannot be meant."""
    for key in ("columns", "values", "constants", "negate"):
        for column in getattr(mapping, key):
            if column not in declared.column_names:
                remedy = (
                    f"Columns of {where.rsplit(' ', 1)[-1]}: {', '.join(declared.column_names)}."
                )
                yield Problem("mapping", f"{where}.{key}.{column}", "is not a column", remedy)
    for column, types in mapping.negate.items():
        if column in declared.column_names and declared.column(column).type != MONEY:
            remedy = "Only amounts of money can change sign."
            yield Problem("mapping", f"{where}.negate.{column}", "cannot be negated", remedy)
        for unknown in sorted(types - set(SUBTYPES)):
            remedy = f"Use one of {', '.join(SUBTYPES)}."
            text = f"names {unknown!r}, which is no type of account"
            yield Problem("mapping", f"{where}.negate.{column}", text, remedy)
    for column in sorted(set(mapping.constants) & set(mapping.columns)):
        remedy = "Say one of the two."
        text = "is both one of their columns and the same in every row"
        yield Problem("mapping", f"{where}.constants.{column}", text, remedy)
    is_split = mapping.debit is not None or mapping.credit is not None
    if is_split or mapping.direction:
        yield from _direction_mistakes(where, declared, mapping, is_split=is_split)


def _direction_mistakes(
    where: str, declared: PipelineTable, mapping: TableMapping, *, is_split: bool
) -> Iterator[Problem]:
    said = "debit and credit" if is_split else "direction"
    if "amount" not in declared.column_names:
        yield Problem("mapping", f"{where}: {said}", "speaks of an amount it has not", "Remove it.")
    if is_split and (mapping.debit is None or mapping.credit is None):
        remedy = "Name the column of money out (debit) and the one of money in (credit)."
        yield Problem("mapping", where, "names one of debit and credit", remedy)
    if is_split and mapping.direction:
        yield Problem("mapping", where, "says debit and credit, and a direction", "Say one.")
    if is_split and "amount" in mapping.columns:
        remedy = "Leave columns.amount out: debit and credit are the amount."
        yield Problem("mapping", where, "says debit and credit, and columns.amount", remedy)
    if mapping.direction:
        both = {w.lower() for w in mapping.direction.out} & {
            w.lower() for w in mapping.direction.into
        }
        if both:
            text = f"calls {', '.join(sorted(both))} both out and in"
            yield Problem("mapping", f"{where}.direction", text, "Say one.")


def _refusal(path: Path, text: str, remedy: str) -> ImportProblemsError:
    return ImportProblemsError([Problem("mapping", str(path), text, remedy)])
