"""`evaluation`: the scores, one under the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.tables.evaluation import EVALUATION

if TYPE_CHECKING:
    import duckdb

QUERIES = QueryFolder(__package__)


def build_evaluation(con: duckdb.DuckDBPyConnection) -> None:
    """Create or replace `evaluation` from the tables of single scores.

    Args:
        con: Holds `event_detection`.
    """
    con.execute(EVALUATION.create_sql())
    con.execute(f"insert into {EVALUATION.name}\n{QUERIES.text('measures.sql')}")
