"""What tells a persona though it has nothing to do with one: how late rows post, cents, days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.classifier import Telling
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson, Row
from spendsense_pipeline.checks.realism.samples import Share
from spendsense_pipeline.checks.realism.wholes import Spread
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.personas.rules import PERSONA_KEYS

_NOT_MANNERS: Final = ("user_id", "persona")
_LEAST_PEOPLE: Final = 30


def telling(run: CheckRun) -> Iterator[RealismFigure]:
    """How well each persona can be told by manners no persona is defined by."""
    rows = run.file_rows("realism_figures/manners.sql")
    persona_of = {row["user_id"]: row["persona"] for row in rows}
    yield _posting(run, persona_of)
    manners = np.array(
        [
            [np.nan if row[name] is None else float(row[name]) for name in _manners(row)]
            for row in rows
        ]
    )
    persona = np.array([row["persona"] for row in rows])
    for key in PERSONA_KEYS:
        yield RealismFigure(
            f"how well manners tell {key} (area under the curve)",
            Telling(manners, persona == key) if rows else None,
            Band(None, 0.7),
            f"{sources.OUR_PROMISE}: nothing that is not part of a persona's definition tells it",
            least_cases=_LEAST_PEOPLE,
        )


def _manners(row: Row) -> list[str]:
    return [name for name in row if name not in _NOT_MANNERS]


def _posting(run: CheckRun, persona_of: dict[str, str]) -> RealismFigure:
    people = PerPerson(run.file_rows("realism_figures/purchases.sql"))
    groups: dict[str, Share] = {}
    for persona in PERSONA_KEYS:
        theirs = [row for row in people.rows if persona_of.get(row["user_id"]) == persona]
        groups[persona] = PerPerson(theirs).share("in_store_debit_late", "in_store_debit")
    return RealismFigure(
        "in-store debit posting two or more days late, spread between personas",
        Spread(groups),
        Band(None, 0.15),
        sources.POSTING,
        least_cases=2,
    )
