"""Figures of how far a request may go: what some people have and never all do.

A control may ask for any share. What is asked for is made; where no population is like it, these
figures say so. A target is a request for people of one kind, which none is judged by.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.realism.samples import Share
from spendsense_pipeline.checks.running import CheckRun


def extents(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything that is some people's and never everybody's."""
    people = PerPerson(run.file_rows("realism_figures/people.sql"))
    for name, column, band, source in (
        ("have a credit card", "has_card", Band(0.45, 0.92), sources.CARD_HOLDERS),
        ("have a subscription", "has_subscription", Band(0.25, None), sources.SUBSCRIBERS),
        ("have a business account", "has_business", Band(None, 0.2), sources.SELF_EMPLOYED),
        ("share their checking account", "has_joint", Band(None, 0.6), sources.COUPLES),
        ("have consented", "has_consented", Band(0.5, None), sources.JUDGED),
    ):
        yield _of_anybody(run, f"people who {name}", people.share(column), band, source)
    yield from _cards(run)


def _cards(run: CheckRun) -> Iterator[RealismFigure]:
    cards = PerPerson(run.file_rows("realism_figures/cards.sql"))
    use = cards.known("utilization")
    little = Share((use < 0.3).astype(np.float64), np.ones(len(use)))
    yield _of_anybody(
        run, "cards used under 30 %", little, Band(0.25, 0.95), sources.CARDS_LITTLE_USED
    )
    half_used = cards.where(lambda row: float(row["utilization"]) >= 0.5)
    for name, column, most, source in (
        ("overdue", "is_overdue", 0.4, sources.OVERDUE),
        ("paid the minimum only", "pays_minimum", 0.5, sources.MINIMUMS),
    ):
        yield _of_anybody(
            run,
            f"cards over half used that are {name}",
            half_used.share(column),
            Band(None, most),
            source,
        )


def _of_anybody(run: CheckRun, name: str, sample: Share, band: Band, source: str) -> RealismFigure:
    """A figure of people who were not asked to be of one kind."""
    is_asked_otherwise = not run.resolved.is_natural
    return RealismFigure(name, sample, band, source, is_asked_otherwise=is_asked_otherwise)
