"""JSON: one file per table, and of each person `traces/{user_id}.json` with the decision traces and
`recommendations/{user_id}.json` with what they may be shown.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

from spendsense_pipeline.publishing.exports.selection import Selection
from spendsense_pipeline.sql import literal
from spendsense_pipeline.tables.advice import CONTENT_ITEMS, RECOMMENDATIONS
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.traces import DECISION_TRACES


def write_json(selection: Selection, directory: Path) -> None:
    """`<table>.json` as an array of records, and the files of each person.

    Args:
        selection: whose rows.
        directory: an empty one.
    """
    for table in selection.tables:
        if table.name == DECISION_TRACES.name:
            continue
        write_table_json(selection, table, directory / f"{table.name}.json")
    write_traces(selection, directory)
    write_recommendations(selection, directory)


def write_recommendations(selection: Selection, directory: Path) -> None:
    """One file per person to whom something is recommended that was approved: each item with its
    text, in the order of window, kind and rank.

    Args:
        selection: whose items.
        directory: where the folder `recommendations` is made.
    """
    table, texts = selection.table(RECOMMENDATIONS.name), selection.table(CONTENT_ITEMS.name)
    if table is None or texts is None:
        return
    folder = directory / "recommendations"
    folder.mkdir()
    about = ("body", "topics", "product_kind", "reading_minutes")
    members = [f"{name} := item.{name}" for name in table.column_names if name != "user_id"]
    members += [f"{name} := about.{name}" for name in about]
    rows = selection.rows(
        f"select user_id, to_json(struct_pack({', '.join(members)}))"
        f" from ({selection.query(table)}) as item"
        f" join ({selection.query(texts, ', '.join(('content_id', *about)))}) as about"
        " using (content_id) order by user_id, window_days, kind, rank"
    )
    for user_id, items in itertools.groupby(rows, key=lambda row: row[0]):
        content = {
            "user_id": user_id,
            "recommendations": [json.loads(str(item)) for _, item in items],
        }
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"{file_name(str(user_id))}.json").write_text(text + "\n", encoding="utf-8")


def write_table_json(selection: Selection, table: Table, path: Path) -> None:
    """The selected rows of one table, as an array of records.

    Args:
        selection: whose rows.
        table: which table.
        path: the file to write.
    """
    selection.con.execute(
        f"copy ({selection.query(table)}) to {literal(path)} (format json, array true)"
    )


def write_traces(selection: Selection, directory: Path) -> None:
    """One file per person, the longest window last, in the words of the trace schema.

    Args:
        selection: whose traces.
        directory: where the folder `traces` is made.
    """
    table = selection.table(DECISION_TRACES.name)
    if table is None:
        return
    folder = directory / "traces"
    folder.mkdir()
    rows = selection.rows(
        selection.query(table, "user_id, trace") + " order by user_id, window_days"
    )
    for user_id, traces in itertools.groupby(rows, key=lambda row: row[0]):
        content = {"user_id": user_id, "traces": [json.loads(str(trace)) for _, trace in traces]}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"{file_name(str(user_id))}.json").write_text(text + "\n", encoding="utf-8")


def file_name(user_id: str) -> str:
    """The id itself, unless it could lead out of the folder (imported ids are anybody's).

    Args:
        user_id: of a person.
    """
    safe = "".join(c if c.isalnum() or c in "-_.@" else "_" for c in user_id)
    if safe == user_id and not safe.startswith(".") and safe:
        return safe
    return f"{safe.strip('.')}-{hashlib.sha256(user_id.encode()).hexdigest()[:8]}"
