"""`life_events`: what has happened to people by as_of, and what it changed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.attributes import Band, Cadence
from spendsense_pipeline.generation.events.lives import Events
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.tables import identifiers, table
from spendsense_pipeline.generation.targets import TARGET_CODES, Rhythm
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES, LIFE_EVENT_KINDS, LIFE_EVENTS

_USD = (
    "main_pay_usd",
    "second_pay_usd",
    "social_security_usd",
    "pension_usd",
    "unemployment_usd",
    "subscription_spend_usd",
    "savings_transfer_usd",
    "childcare_usd",
)
_COUNTS = ("subscription_count", "employer")


def events_table(household: Household) -> Any:
    """Every event of a shard that has happened by as_of, a row each.

    Args:
        household: The shard.

    Returns:
        The declared columns.
    """
    events, world = household.events, household.world
    ids, start = identifiers(world), world.calendar.first_date
    users = [ids.users[person] for person in events.person.tolist()]
    personas = arrow.text(tuple(TARGET_CODES))
    is_over = (events.over_day >= 0) & (events.over_day <= world.as_of_day)
    return table(
        LIFE_EVENTS,
        {
            "event_id": arrow.text(
                [
                    f"{user}:event:{number:02d}"
                    for user, number in zip(users, events.number.tolist(), strict=True)
                ]
            ),
            "user_id": arrow.coded(events.person, ids.user_column),
            "kind": arrow.coded(
                np.array([LIFE_EVENT_KINDS.index(kind) for kind in events.kind], dtype=np.int64),
                arrow.text(LIFE_EVENT_KINDS),
            ),
            "happened_on": arrow.dates(events.day, start),
            "ends_on": arrow.dates(events.over_day, start, ~is_over),
            "changes": arrow.text(_changes(events)),
            "persona_before": arrow.coded(events.persona_before, personas),
            "persona_after": arrow.coded(events.persona_after, personas),
        },
    )


def _changes(events: Events) -> list[str]:
    """What each event changed, as JSON."""
    before, after = _in_words(events.before), _in_words(events.during)
    return [
        json.dumps(
            [
                {"what": what, "from": before[what][row], "to": after[what][row]}
                for what in before
                if before[what][row] != after[what][row]
            ]
        )
        for row in range(events.person.size)
    ]


def _in_words(at: Situation) -> dict[str, list[Any]]:
    """How people live, by what an event may change: `[E]` each."""
    cards = {"card_use": at.card_band[:, 0], "second_card_use": at.card_band[:, 1]}
    words: dict[str, list[Any]] = {
        "pay_frequency": [Cadence(code).key for code in at.cadence.tolist()],
        "rhythm": [Rhythm(code).name.lower() for code in at.rhythm.tolist()],
        "household_type": [HOUSEHOLD_TYPES[code] for code in at.household_type.tolist()],
        "is_retired": at.is_retired.tolist(),
        "rent_usd": np.round(at.rent_usd * at.rent_share, 2).tolist(),
        "one_sum_usd": (-at.lump_cents / 100).tolist(),
    }
    words |= {
        name: [None if code < 0 else Band(code).key for code in band.tolist()]
        for name, band in cards.items()
    }
    words |= {name: np.round(getattr(at, name), 2).tolist() for name in _USD}
    return words | {name: getattr(at, name).tolist() for name in _COUNTS}
