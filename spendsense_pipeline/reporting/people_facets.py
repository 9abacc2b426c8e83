"""What people can be filtered by, and how many each choice leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.reporting.people import (
    PeopleAsked,
    PeoplePage,
    create_people,
    page_of_people,
)
from spendsense_pipeline.tables.raw import INCOME_TIERS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Choice:
    """A value to filter by and how many people have it."""

    value: str
    label: str
    people: int


@dataclass(frozen=True)
class PeopleFacets:
    """Everything people can be filtered by, with how many people each choice leaves."""

    persona_30d: tuple[Choice, ...]
    persona_180d: tuple[Choice, ...]
    consent: tuple[Choice, ...]
    income_tier: tuple[Choice, ...]
    region: tuple[Choice, ...]
    with_life_event: int
    decided_since: int


def people_facets(published: DatasetReader, settings: Settings) -> PeopleFacets:
    """What people can be filtered by.

    Args:
        published: the dataset.
        settings: where consent decisions are.
    """
    create_people(published, settings)
    return _facets(published)


def people_with_facets(
    published: DatasetReader, settings: Settings, asked: PeopleAsked
) -> tuple[PeopleFacets, PeoplePage]:
    """What people can be filtered by, and a page of them, from one look at everybody.

    Args:
        published: the dataset.
        settings: where consent decisions and the review log are.
        asked: which, and in what order.

    Raises:
        SpendSenseError: there is no such column, window, persona or page.
    """
    create_people(published, settings)
    return _facets(published), page_of_people(published, settings, asked)


def _facets(published: DatasetReader) -> PeopleFacets:
    facets = ("persona_30d", "persona_180d", "consent_status", "income_tier", "region")
    counted: dict[str, dict[str, int]] = {}
    for facet in facets:
        counted[facet] = dict(
            published.con.execute(
                f"select {facet}, count(*) from _people where {facet} is not null"
                " group by 1 order by 1"
            ).fetchall()
        )
    [(happened, decided)] = published.con.execute(
        "select count(*) filter (life_events > 0), count(*) filter (is_decided_since) from _people"
    ).fetchall()
    return PeopleFacets(
        persona_30d=_personas(counted["persona_30d"]),
        persona_180d=_personas(counted["persona_180d"]),
        consent=_choices(counted["consent_status"]),
        income_tier=_choices(
            dict(sorted(counted["income_tier"].items(), key=lambda item: _tier(item[0])))
        ),
        region=_choices(counted["region"]),
        with_life_event=happened,
        decided_since=decided,
    )


def _personas(counted: dict[str, int]) -> tuple[Choice, ...]:
    """In order of the rule book, those nobody is among included; others' after them."""
    keys = [*PERSONA_KEYS, *(key for key in counted if key not in PERSONA_KEYS)]
    return tuple(Choice(key, persona_title(key), counted.get(key, 0)) for key in keys)


def _choices(counted: dict[str, int]) -> tuple[Choice, ...]:
    return tuple(Choice(value, value.replace("_", " "), n) for value, n in counted.items())


def _tier(value: str) -> int:
    return INCOME_TIERS.index(value) if value in INCOME_TIERS else len(INCOME_TIERS)
