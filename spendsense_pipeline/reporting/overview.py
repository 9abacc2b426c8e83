"""The parts of an overview that a page asks for: how fresh the dataset is, who became what over the
months, what has happened, what waits. Each is read by itself, so that a page takes what it shows.
Whoever has taken consent back since the dataset was made counts in none of it any more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.checks.population import coverage
from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.reporting.checked import Counts, counted
from spendsense_pipeline.reporting.life_events import Noticing, noticing
from spendsense_pipeline.reporting.review_queue import review_queue
from spendsense_pipeline.reporting.runs import CheckResult, check_results
from spendsense_pipeline.reporting.summary import MixRow, mix_of, notes_on_age
from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.tables.features import LONG_WINDOW
from spendsense_pipeline.tables.personas import TOLD_APART_DAYS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

EVENTS_SHOWN: Final = 10
_OF_WINDOW: Final = (
    "window_days = $window_days and user_id not in (select unnest($gone::varchar[]))"
)
_QUERIES = QueryFolder(__package__)


@dataclass(frozen=True)
class Freshness:
    """Which dataset it is and how old.

    Attributes:
        dataset_id: its id.
        as_of: its day.
        age_days: days from then to today.
        history_start: its first day.
        published_at: when it was published, in UTC.
        preset: what it was made from; None without one.
        seed: of its world.
        is_imported: whether its people were brought in.
        people: in it.
        consenting: of them, as published.
        withdrawn_since: of these, how many have taken consent back; the next run leaves them out.
        notes: what to do where it is old; nothing of last night's.
    """

    dataset_id: str
    as_of: dt.date
    age_days: int
    history_start: dt.date
    published_at: dt.datetime
    preset: str | None
    seed: int
    is_imported: bool
    people: int
    consenting: int
    withdrawn_since: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PersonaMonth:
    """How many people a persona had at a month's end."""

    as_of: dt.date
    persona: str
    people: int


@dataclass(frozen=True)
class PersonaLink:
    """How many people went from one persona to another, or stayed, from one month's end on."""

    from_as_of: dt.date
    to_as_of: dt.date
    from_persona: str
    to_persona: str
    people: int


@dataclass(frozen=True)
class PersonaFlow:
    """A window's personas over the months.

    Attributes:
        window_days: the window.
        months: the months' ends that were judged, in order; none where no history was.
        personas: keys in order of the rule book, with their titles.
        counts: people by month and persona; 0 is left out.
        links: between neighbouring months.
        told_apart_from: the first month's end by which everybody's history is long enough to tell
            people apart; before it most only seem to change. None where none is.
    """

    window_days: int
    months: tuple[dt.date, ...]
    personas: tuple[tuple[str, str], ...]
    counts: tuple[PersonaMonth, ...]
    links: tuple[PersonaLink, ...]
    told_apart_from: dt.date | None


@dataclass(frozen=True)
class RecentEvent:
    """Something that happened in the life of somebody who consents."""

    user_id: str
    name: str | None
    kind: str
    happened_on: dt.date
    persona_before: str
    persona_after: str


@dataclass(frozen=True)
class Overview:
    """Everything the first page shows; each part can be read by itself."""

    freshness: Freshness
    mix: tuple[MixRow, ...]
    coverage: dict[int, float | None]
    flow: PersonaFlow
    checks: Counts
    failed_checks: tuple[CheckResult, ...]
    noticing: Noticing
    recent_events: tuple[RecentEvent, ...]
    items: dict[str, int]
    """Recommendations by state."""


def overview(published: DatasetReader, settings: Settings, *, today: dt.date) -> Overview:
    """Everything the first page shows.

    Args:
        published: the dataset.
        settings: where the review log and consent decisions are.
        today: the day it is.
    """
    gone = withdrawn(read_decisions(settings))
    results = check_results(published)
    failed = (each for each in results if not each.passed)
    return Overview(
        freshness=freshness(published, settings, today=today),
        mix=mix_of(published, gone=gone),
        coverage={each.window_days: each.share for each in coverage(published.con, gone=gone)},
        flow=persona_flow(published, settings, LONG_WINDOW),
        checks=counted(results),
        failed_checks=tuple(sorted(failed, key=lambda each: not each.blocks)),
        noticing=noticing(published, gone=gone),
        recent_events=recent_events(published, settings),
        items=review_queue(published, settings, limit=0).counts,
    )


def freshness(published: DatasetReader, settings: Settings, *, today: dt.date) -> Freshness:
    """Which dataset it is and how old.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        today: the day it is.
    """
    dataset = published.dataset
    [(people, consenting, since)] = published.con.execute(
        "select count(*), count(*) filter (consent_status = 'granted'), "
        "count(*) filter (consent_status = 'granted' "
        "and list_contains($withdrawn::varchar[], user_id)) from raw_users",
        {"withdrawn": withdrawn(read_decisions(settings))},
    ).fetchall()
    return Freshness(
        dataset_id=dataset.dataset_id,
        as_of=dataset.as_of,
        age_days=(today - dataset.as_of).days,
        history_start=dataset.history_start,
        published_at=dataset.published_at.replace(tzinfo=dt.UTC),
        preset=dataset.preset,
        seed=dataset.seed,
        is_imported=dataset.is_imported,
        people=people,
        consenting=consenting,
        withdrawn_since=since,
        notes=tuple(notes_on_age(published, today)),
    )


def persona_flow(published: DatasetReader, settings: Settings, window_days: int) -> PersonaFlow:
    """Who became what, from month's end to month's end.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        window_days: the window.
    """
    of_window = {"window_days": window_days, "gone": withdrawn(read_decisions(settings))}
    counts = published.rows(
        "select as_of, primary_persona as persona, count(*) as people from persona_history "
        f"where {_OF_WINDOW} group by as_of, primary_persona "
        "order by as_of, list_position($personas, primary_persona), primary_persona",
        {**of_window, "personas": list(PERSONA_KEYS)},
    )
    [(told_apart,)] = published.con.execute(
        "select min(as_of) from (select as_of from persona_history "
        f"where {_OF_WINDOW} group by as_of having min(history_days) >= $told_apart)",
        {**of_window, "told_apart": TOLD_APART_DAYS},
    ).fetchall()
    links = published.rows(_QUERIES.text("month_links.sql"), of_window)
    return PersonaFlow(
        window_days=window_days,
        months=tuple(dict.fromkeys(row["as_of"] for row in counts)),
        personas=tuple((key, persona_title(key)) for key in PERSONA_KEYS),
        counts=tuple(PersonaMonth(**row) for row in counts),
        links=tuple(PersonaLink(**row) for row in links),
        told_apart_from=told_apart,
    )


def recent_events(
    published: DatasetReader, settings: Settings, *, limit: int = EVENTS_SHOWN
) -> tuple[RecentEvent, ...]:
    """What happened last, to people who consent.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        limit: how many at most.
    """
    rows = published.rows(
        "select event.user_id, person.name, event.kind, event.happened_on, event.persona_before, "
        "event.persona_after from life_events as event join raw_users as person using (user_id) "
        "where person.consent_status = 'granted' "
        "and not list_contains($withdrawn::varchar[], event.user_id) "
        "order by event.happened_on desc, len(event.user_id), event.user_id limit $limit",
        {"withdrawn": withdrawn(read_decisions(settings)), "limit": limit},
    )
    return tuple(RecentEvent(**row) for row in rows)
