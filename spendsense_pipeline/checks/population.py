"""What the population came out as: persona mix against targets, and coverage.

Counts only consenting people for anything past the raw tables. The summary, the UI and the
expectation checks read these figures; what they must be is in `expectations.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.rules import GENERAL, PERSONA_KEYS
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb


@dataclass(frozen=True)
class PersonaShare:
    """One persona in one window: how many consenting people were dealt it and were assigned it."""

    persona: str
    window_days: int
    people: int
    target_count: int
    assigned_count: int

    @property
    def assigned_share(self) -> float | None:
        """Share of consenting people assigned this persona."""
        return self.assigned_count / self.people if self.people else None


@dataclass(frozen=True)
class Coverage:
    """How many consenting people are assigned a persona other than general in one window."""

    window_days: int
    people: int
    assigned_count: int

    @property
    def share(self) -> float | None:
        """assigned_count / people."""
        return self.assigned_count / self.people if self.people else None


def persona_mix(con: duckdb.DuckDBPyConnection, *, gone: Sequence[str] = ()) -> list[PersonaShare]:
    """Targets beside assignments for every persona and both windows, among consenting people.

    Args:
        con: holds people and assignments.
        gone: people who have taken consent back since these were made, and do not count.
    """
    counts = con.execute(
        """
        with consenting as (
          select user_id, target_persona
          from raw_users
          where consent_status = 'granted'
            and user_id not in (select unnest($gone::varchar[]))
        )
        select
          asked.persona,
          asked.window_days,
          (select count(*) from consenting) as people,
          (
            select count(*) from consenting where target_persona = asked.persona
          ) as target_count,
          (
            select count(*)
            from persona_assignments as assignment
            semi join consenting on consenting.user_id = assignment.user_id
            where assignment.primary_persona = asked.persona
              and assignment.window_days = asked.window_days
          ) as assigned_count
        from (
          select persona, window_days
          from (select unnest($personas) as persona), (select unnest($windows) as window_days)
        ) as asked
        order by asked.window_days, list_position($personas, asked.persona)
        """,
        {"personas": list(PERSONA_KEYS), "windows": list(WINDOWS), "gone": list(gone)},
    ).fetchall()
    return [PersonaShare(*row) for row in counts]


def coverage(con: duckdb.DuckDBPyConnection, *, gone: Sequence[str] = ()) -> list[Coverage]:
    """Coverage of each window: everybody but the stable, among consenting people.

    Args:
        con: holds people and assignments.
        gone: people who have taken consent back since these were made, and do not count.
    """
    return [
        Coverage(
            window_days=days,
            people=max((share.people for share in shares), default=0),
            assigned_count=sum(
                share.assigned_count for share in shares if share.persona != GENERAL
            ),
        )
        for days, shares in _by_window(persona_mix(con, gone=gone)).items()
    ]


def _by_window(mix: list[PersonaShare]) -> dict[int, list[PersonaShare]]:
    return {days: [share for share in mix if share.window_days == days] for days in WINDOWS}
