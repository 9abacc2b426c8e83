"""Chapters put together again: cards, their books and balances of people, as they are at as_of."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.living.days import Lived
from spendsense_pipeline.generation.living.statements import Statements
from spendsense_pipeline.generation.world import World


def cards_of_people(world: World, cards: Cards, lived: Lived) -> tuple[Cards, Lived]:
    """Everybody's cards as they are used at as_of, with their whole books.

    Args:
        world: The shard in chapters.
        cards: The cards of every chapter, `[C]`.
        lived: What came of the days, by chapter.

    Returns:
        The same by person.
    """
    chapters = world.chapters
    if chapters.are_whole_lives:
        return cards, lived
    persons = chapters.persons
    everybody = np.arange(persons)
    now = chapters.on(everybody, np.full(persons, world.as_of_day))
    first = np.flatnonzero(cards.user < persons)
    latest = np.flatnonzero(np.isin(cards.user, now))
    # Both in order of person and slot.
    latest = latest[np.lexsort((cards.slot[latest], chapters.person[cards.user[latest]]))]
    of_now = {field.name: getattr(cards, field.name)[latest] for field in fields(cards)}
    of_now["user"] = chapters.person[of_now["user"]]
    return Cards(**of_now), replace(
        lived,
        statements=Statements(**_rows(lived.statements, latest)),
        unpaid_minimums=lived.unpaid_minimums[latest],
        last_paid_cents=lived.last_paid_cents[latest],
        last_paid_day=lived.last_paid_day[latest],
        opening_checking=lived.opening_checking[:persons],
        opening_savings=lived.opening_savings[:persons],
        opening_owed=lived.opening_owed[first],
    )


def _rows(record: Statements, at: Ints) -> dict[str, Any]:
    return {field.name: getattr(record, field.name)[at] for field in fields(record)}
