"""Rationales that an operator has rewritten: held to the same rules, filled with like figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.recommendations.knowing import QUERIES, knowing
from spendsense_pipeline.recommendations.relations import TOLD, create_told, template_pieces
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    import duckdb

_STRUCTURE: Final = [
    {"recommendation_id": "VARCHAR", "pieces": [{"words": "VARCHAR", "fact_no": "INTEGER"}]}
]


def render(
    con: duckdb.DuckDBPyConnection, templates: Mapping[str, str]
) -> dict[tuple[str, int], str | None]:
    """Sentences of rewritten rationales, with the people's figures.

    Args:
        con: holds `recommendations` and what they were made from; read-only is enough.
        templates: by recommendation id; their slots are facts.

    Returns:
        By recommendation id and window; None where a figure it cites is not known.
    """
    if not templates:
        return {}
    written = [
        {"recommendation_id": item_id, "pieces": template_pieces(template)}
        for item_id, template in templates.items()
    ]
    people = (
        "select distinct user_id from recommendations where recommendation_id in "
        f"(select unnest({literal(sorted(templates))}))"
    )
    with knowing(con, people):
        create_told(con)
        rows = con.execute(
            QUERIES.text("rewritten.sql"),
            {"written": json.dumps(written), "structure": json.dumps(_STRUCTURE)},
        ).fetchall()
        con.execute(f"drop table temp.{TOLD}")
    return {(item_id, window_days): sentence for item_id, window_days, sentence in rows}
