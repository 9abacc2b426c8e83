"""Where the warehouse's rows come from: the operator's controls and, of people brought in, what
became of what was brought. Written before the rows are, by whoever begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.publishing.identity import Stamp, stamp_table
from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.tables import tables_of
from spendsense_pipeline.tables.controls import CONTROLS, IMPORT_REPORT, OPERATOR_CONTROLS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig


def write_provenance(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    *,
    import_report: Sequence[dict[str, Any]] = (),
) -> None:
    """Replace what the warehouse says of the origin of its rows.

    Args:
        con: the warehouse being built.
        resolved: what they are made from.
        import_report: of rows brought in, those of that table; generated ones have none.
    """
    load_rows(con, OPERATOR_CONTROLS, resolved.to_rows())
    load_rows(con, IMPORT_REPORT, import_report)
    for table in tables_of(CONTROLS):
        stamp_table(con, table.name, Stamp.of(resolved))
