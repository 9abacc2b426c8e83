"""Chooses: which items fit each person, how severe what they answer is, and the few that are shown.

Within a quarter of severity the order is a draw keyed by person and item, so that small moves of
figures change nobody's list from night to night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.tables.advice import MOST_ITEMS

if TYPE_CHECKING:
    import duckdb

QUERIES = QueryFolder(__package__)
CANDIDATES: Final = "_advice_candidates"
"""known_no, user_id, window_days, content_id, kind, version, persona, severity, verdicts."""
CHOSEN: Final = "_advice_chosen"
"""Those of CANDIDATES that are shown, with their rank and recommendation_id."""
SEVERITY_STEPS: Final = 4


def create_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """Make CANDIDATES: every item that fits, per person and window.

    Args:
        con: holds what is known (`knowing`, `relations.create_told`) and the items.
    """
    QUERIES.create(con, CANDIDATES, "candidates.sql", {})


def create_chosen(con: duckdb.DuckDBPyConnection, *, world: str) -> None:
    """Make CHOSEN: of CANDIDATES the few that are shown, ranked, with their ids.

    Args:
        con: where CANDIDATES are.
        world: what ids are made from beside person and item; see `ResolvedConfig.world_id`.
    """
    given = {"severity_steps": SEVERITY_STEPS, "personas": list(PERSONA_KEYS), "world": world}
    most = {f"most_{kind}": most for kind, most in MOST_ITEMS.items()}
    QUERIES.create(con, CHOSEN, "chosen.sql", given | most)
