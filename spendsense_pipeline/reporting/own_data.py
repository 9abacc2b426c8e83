"""Everything held about one person, to take away.

Raw rows are the person's own whatever they have decided. What was computed of them leaves with them
only while they consent: without, it is gone or about to be, and is not handed on.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.publishing.exports.documents import (
    write_recommendations,
    write_table_json,
    write_traces,
)
from spendsense_pipeline.publishing.exports.selection import NOTHING_APPROVED, Selection
from spendsense_pipeline.reporting.consent import ConsentNow, consent_now
from spendsense_pipeline.reporting.reviews import standing_now
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.advice import CONTENT_ITEMS
from spendsense_pipeline.tables.traces import DECISION_TRACES

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings
    from spendsense_pipeline.tables.declaration import PipelineTable

ABOUT_FILE: Final = "about.json"
_ALL: Final = "everything held about this person, with what was approved for them to see"
_RAW: Final = "raw rows only: without consent nothing that was computed of this person is handed on"


def take_my_data(published: DatasetReader, settings: Settings, user_id: str) -> bytes:
    """A zip of JSON files: one per table with rows of the person, their traces and approved items.

    Args:
        published: the dataset.
        settings: where consent decisions and the review log are.
        user_id: the person.

    Raises:
        SpendSenseError: there is no such person.
    """
    consent = consent_now(published, settings, user_id)
    tables = tables_taken(consent)
    may_take_all = consent.withheld is None
    selection = Selection.of(
        published.con,
        (*tables, CONTENT_ITEMS) if may_take_all else tables,
        include_unconsented=True,  # it is their own
        where=standing_now(published, settings, user_id=user_id)
        if may_take_all
        else NOTHING_APPROVED,
        only=user_id,
    )
    with tempfile.TemporaryDirectory(prefix="spendsense-own-data-") as name:
        folder = Path(name)
        for table in tables:
            if table.name != DECISION_TRACES.name:
                write_table_json(selection, table, folder / f"{table.name}.json")
        if may_take_all:
            write_traces(selection, folder)
            write_recommendations(selection, folder)
        about = _about(published, consent, [table.name for table in tables])
        text = json.dumps(about, indent=2, ensure_ascii=False)
        (folder / ABOUT_FILE).write_text(text + "\n", encoding="utf-8")
        return _zipped(folder)


def tables_taken(consent: ConsentNow) -> tuple[PipelineTable, ...]:
    """The tables a person takes rows of, in the order data flows.

    Args:
        consent: what holds of theirs.
    """
    return tuple(
        table
        for table in tables_in("exports")
        if table.person_key is not None
        and (consent.withheld is None or not table.holds_only_consenting)
    )


def _about(published: DatasetReader, consent: ConsentNow, tables: list[str]) -> dict[str, Any]:
    dataset = published.dataset
    return {
        "user_id": consent.user_id,
        "dataset_id": dataset.dataset_id,
        "as_of": dataset.as_of.isoformat(),
        "consent": {
            "status": consent.status,
            "status_in_dataset": consent.published_status,
            "decided_at": None if consent.decided_at is None else consent.decided_at.isoformat(),
        },
        "holds": _ALL if consent.withheld is None else _RAW,
        "tables": tables,
    }


def _zipped(folder: Path) -> bytes:
    """The files of a folder; the same bytes for the same files, whenever they are asked for."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
