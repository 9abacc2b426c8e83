"""What was measured of the dataset: `evaluation.json`, `.csv`, and `.md` for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spendsense_pipeline.controls.resolved import IMPORTED
from spendsense_pipeline.publishing.exports.columnar import write_table_csv
from spendsense_pipeline.publishing.exports.documents import write_table_json
from spendsense_pipeline.publishing.exports.selection import Selection
from spendsense_pipeline.tables.evaluation import EVALUATION
from spendsense_pipeline.tables.runs import RUN_FIGURES


def write_evaluation(selection: Selection, directory: Path, about: Mapping[str, object]) -> None:
    """The three files; none where the dataset was not evaluated.

    Args:
        selection: what leaves the house; figures are of the whole dataset and name nobody.
        directory: of the export.
        about: the `dataset` row.
    """
    from spendsense_pipeline.reporting.evaluation import Subject, as_markdown, evaluation_of

    table = selection.table(EVALUATION.name)
    if table is None:
        return
    write_table_json(selection, table, directory / f"{table.name}.json")
    write_table_csv(selection, table, directory / f"{table.name}.csv")
    [people] = _records(
        selection,
        "select count(*) as people, count(*) filter (consent_status = 'granted') as consenting"
        " from raw_users",
    )
    subject = Subject(
        dataset_id=str(about["dataset_id"]),
        as_of=str(about["as_of"]),
        is_imported=about["preset"] == IMPORTED,
        **people,
    )
    is_timed = selection.table(RUN_FIGURES.name) is not None
    clock = _records(selection, f"from {RUN_FIGURES.name}") if is_timed else []
    report = as_markdown(evaluation_of(_records(selection, f"from {table.name}")), subject, clock)
    (directory / f"{table.name}.md").write_text(report + "\n", encoding="utf-8")


def _records(selection: Selection, query: str) -> list[dict[str, Any]]:
    cursor = selection.con.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
