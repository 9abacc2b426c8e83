"""A list of people that can be searched, filtered, sorted and paged, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.publishing.consent import withdrawn
from spendsense_pipeline.reporting.consent import decided_since
from spendsense_pipeline.reporting.paging import PAGE_SIZE, offset_of, one_of, search_terms
from spendsense_pipeline.reporting.reviewed import AWAITING, reviewed_now
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.tables.raw import INCOME_TIERS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

BY_NUMBER: Final = "user_id"
BY_WAITING: Final = "awaiting_review"
SORTS: Final = (
    BY_NUMBER,
    "name",
    "age",
    "region",
    "income_tier",
    "persona_30d",
    "persona_180d",
    "severity_30d",
    "severity_180d",
    "target_persona",
    "life_events",
    BY_WAITING,
    "consent_status",
)
"""Columns a list of people can be sorted by."""
_WINDOWS: Final = (f"{SHORT_WINDOW}", f"{LONG_WINDOW}")
# As a person would say them: poor to rich, and as the rule book ranks.
_RANKED: Final = {
    "income_tier": "list_position($tiers, income_tier)",
    "persona_30d": "list_position($personas, persona_30d)",
    "persona_180d": "list_position($personas, persona_180d)",
    "target_persona": "list_position($personas, target_persona)",
}
_QUERIES = QueryFolder(__package__)


@dataclass(frozen=True, kw_only=True)
class PeopleAsked:
    """Which people, and in what order; a filter that is None is none.

    Attributes:
        text: words that each occur in the id or the name.
        persona: key of the persona in `window_days`.
        window_days: the window that `persona` speaks of.
        consent: what holds now, decisions since the dataset included.
        is_decided_since: whether the dataset does not know their last decision yet.
        income_tier: as in `raw_users`, like `region`.
        region: see there.
        has_life_event: whether something has happened to them.
        sort: one of `SORTS`; ties by the person's number, people without a value last.
        is_descending: the greatest first.
        page: counted from 1.
        size: rows of a page.
    """

    text: str = ""
    persona: str | None = None
    window_days: int = SHORT_WINDOW
    consent: str | None = None
    is_decided_since: bool | None = None
    income_tier: str | None = None
    region: str | None = None
    has_life_event: bool | None = None
    sort: str = BY_NUMBER
    is_descending: bool = False
    page: int = 1
    size: int = PAGE_SIZE


@dataclass(frozen=True)
class PersonRow:
    """One person in the list; without consent everything but id, name and consent is None."""

    user_id: str
    name: str | None
    age: int | None
    region: str | None
    income_tier: str | None
    target_persona: str | None
    consent_status: str
    is_decided_since: bool
    persona_30d: str | None
    title_30d: str | None
    persona_180d: str | None
    title_180d: str | None
    severity_30d: float | None
    severity_180d: float | None
    life_events: int | None
    awaiting_review: int | None


@dataclass(frozen=True)
class PeoplePage:
    """One page of those found.

    Attributes:
        rows: those of the page; none past the last.
        found: how many there are of those asked for.
        total: how many there are.
        page: which page it is.
        pages: how many there are, at least one.
    """

    rows: tuple[PersonRow, ...]
    found: int
    total: int
    page: int
    pages: int


def people_page(published: DatasetReader, settings: Settings, asked: PeopleAsked) -> PeoplePage:
    """A page of people.

    Args:
        published: the dataset.
        settings: where consent decisions and the review log are.
        asked: which, and in what order.

    Raises:
        SpendSenseError: there is no such column, window, persona or page.
    """
    create_people(published, settings)
    return page_of_people(published, settings, asked)


def page_of_people(published: DatasetReader, settings: Settings, asked: PeopleAsked) -> PeoplePage:
    """The same where `create_people` has made what it is read from.

    Args:
        published: the dataset.
        settings: where consent decisions and the review log are.
        asked: which, and in what order.

    Raises:
        SpendSenseError: there is no such column, window, persona or page.
    """
    offset = offset_of(asked.page, asked.size)
    where, parameters = _conditions(asked)
    order, ranks = _order(asked)
    waiting = "null as awaiting_review"
    if asked.sort == BY_WAITING:
        _create_waiting(published, settings, None)
        waiting = "case when persona_30d is not null then coalesce(waits.items, 0) end"
        waiting += " as awaiting_review"
    joined = " left join _waiting as waits using (user_id)" if asked.sort == BY_WAITING else ""
    rows = published.rows(
        f"select person.*, {waiting} from _people as person{joined} where {where} "
        f"order by {order} limit $size offset $offset",
        {**parameters, **ranks, "size": asked.size, "offset": offset},
    )
    [(found, total)] = published.con.execute(
        f"select count(*) filter ({where}), count(*) from _people", parameters
    ).fetchall()
    counts = {} if asked.sort == BY_WAITING else _waiting_of(published, settings, rows)
    return PeoplePage(
        tuple(_row(row, counts) for row in rows),
        found,
        total,
        asked.page,
        max(1, -(-found // asked.size)),
    )


def create_people(published: DatasetReader, settings: Settings) -> None:
    """Make `_people`: a row per person, without consent only what they are found by.

    Args:
        published: the dataset.
        settings: where consent decisions are.
    """
    create_temporary(
        published.con,
        "_people",
        _QUERIES.text("people.sql"),
        {**decided_since(settings), "short": SHORT_WINDOW, "long": LONG_WINDOW},
    )


def _conditions(asked: PeopleAsked) -> tuple[str, dict[str, Any]]:
    """What a row of `_people` must satisfy, and what that is bound to."""
    parameters: dict[str, Any] = {}
    conditions = ["true"]
    for place, term in enumerate(search_terms(asked.text)):
        parameters[f"term_{place}"] = term
        conditions.append(f"contains(lower(concat_ws(' ', user_id, name)), $term_{place})")
    if asked.persona is not None:
        one_of("window", str(asked.window_days), _WINDOWS)
        parameters["persona"] = one_of("persona", asked.persona, PERSONA_KEYS)
        conditions.append(f"coalesce(persona_{asked.window_days}d = $persona, false)")
    for column, value in (
        ("consent_status", asked.consent),
        ("income_tier", asked.income_tier),
        ("region", asked.region),
        ("is_decided_since", asked.is_decided_since),
    ):
        if value is not None:
            parameters[column] = value
            conditions.append(f"coalesce({column} = ${column}, false)")
    if asked.has_life_event is not None:
        parameters["has_event"] = asked.has_life_event
        conditions.append("coalesce((life_events > 0) = $has_event, false)")
    return " and ".join(conditions), parameters


def _order(asked: PeopleAsked) -> tuple[str, dict[str, Any]]:
    column = one_of("sort", asked.sort, SORTS)
    direction = "desc" if asked.is_descending else "asc"
    if column == BY_NUMBER:
        return f"len(user_id) {direction}, user_id {direction}", {}
    by = _RANKED.get(column, identifier(column))
    ranks: dict[str, Any] = {}
    if "$tiers" in by:
        ranks["tiers"] = list(INCOME_TIERS)
    if "$personas" in by:
        ranks["personas"] = list(PERSONA_KEYS)
    return f"{by} {direction} nulls last, len(user_id), user_id", ranks


def _create_waiting(published: DatasetReader, settings: Settings, users: list[str] | None) -> None:
    """Make `_waiting`: how many items of a person wait for somebody; of everybody without users."""
    reviewed = reviewed_now(published, settings)
    create_temporary(
        published.con,
        "_waiting",
        f"""
        with said as (
          select unnest($item_ids::varchar[]) as recommendation_id,
            unnest($states::varchar[]) as state
        )
        select item.user_id, count(distinct item.recommendation_id) as items
        from recommendations as item left join said using (recommendation_id)
        where list_contains($awaiting, coalesce(said.state, $unsaid))
          and not list_contains($withdrawn::varchar[], item.user_id)
          {"" if users is None else "and item.user_id in (select unnest($users::varchar[]))"}
        group by item.user_id
        """,
        {
            **reviewed.parameters(),
            "awaiting": list(AWAITING),
            "withdrawn": withdrawn(reviewed.decisions),
            "users": users,
        },
    )


def _waiting_of(
    published: DatasetReader, settings: Settings, rows: list[dict[str, Any]]
) -> dict[str, int]:
    """How many items wait, of the people of a page."""
    _create_waiting(published, settings, [row["user_id"] for row in rows])
    return dict(published.con.execute("select user_id, items from _waiting").fetchall())


def _row(row: dict[str, Any], waiting: dict[str, int]) -> PersonRow:
    short, long = row["persona_30d"], row["persona_180d"]
    is_judged = short is not None or long is not None
    counted = row["awaiting_review"] if not waiting else waiting.get(row["user_id"], 0)
    if counted is None and is_judged:
        counted = 0
    return PersonRow(
        **row
        | {
            "awaiting_review": counted if is_judged else None,
            "title_30d": persona_title(short) if short else None,
            "title_180d": persona_title(long) if long else None,
        }
    )
