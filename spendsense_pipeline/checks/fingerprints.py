"""Proves that no two rows of a query agree, by their fingerprints: 64-bit hashes, sorted.

Equal rows have equal hashes, so hashes that all differ prove that the rows do. Two that agree prove
nothing (a repeated row, or two that happen to share a hash): then the rows themselves are compared,
by whoever asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

# Sixteen million hashes take 128 megabytes. More are taken in parts, which each read
# the rows again; beyond four parts it is cheaper to let DuckDB count, which may use the disk.
AT_ONCE = 2**24
MOST_PARTS = 4
_BATCH_ROWS = 500_000


def all_differ(con: duckdb.DuckDBPyConnection, fingerprints: str) -> bool:
    """Whether a query of one column `fingerprint`, never missing, surely has no value twice."""
    differ = _sorted_differ(con, fingerprints)
    if differ is not None:
        return differ
    [(rows,)] = con.execute(f"select count(*) from ({fingerprints})").fetchall()
    parts = -(-rows // (AT_ONCE - AT_ONCE // 8))  # hashes spread evenly, not perfectly so
    if parts <= MOST_PARTS:
        differing = (
            _sorted_differ(
                con,
                f"select fingerprint from ({fingerprints}) where fingerprint % {parts} = {part}",
            )
            for part in range(parts)
        )
        return all(differing)
    [(differ,)] = con.execute(
        f"select count(*) = count(distinct fingerprint) from ({fingerprints})"
    ).fetchall()
    return bool(differ)


def _sorted_differ(con: duckdb.DuckDBPyConnection, fingerprints: str) -> bool | None:
    """Whether all differ; None when there are too many to say at once."""
    import numpy as np

    room = np.empty(AT_ONCE, dtype=np.uint64)  # only what is written to takes memory
    rows = 0
    for batch in con.sql(fingerprints).to_arrow_reader(_BATCH_ROWS):
        if rows + batch.num_rows > AT_ONCE:
            return None
        room[rows : rows + batch.num_rows] = np.from_dlpack(batch.column(0))
        rows += batch.num_rows
    ordered = room[:rows]
    ordered.sort()
    return not bool((ordered[1:] == ordered[:-1]).any())
