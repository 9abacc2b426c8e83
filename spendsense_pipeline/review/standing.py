"""Where every item of a dataset stands: its state now, and of an approved edit its words.

What was said of an item outlives the dataset, so whoever shows or takes away items asks here and
not in their column `status`, which says what held when they were published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from spendsense_pipeline.review.states import APPROVED, PENDING, State

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.review.states import ItemState


class Words(Protocol):
    """A rationale rewritten, and what it rests on (JSON, as in `recommendations.because`)."""

    @property
    def text(self) -> str:
        """As the person reads it."""

    @property
    def because(self) -> str:
        """With what the text cites."""


Render: TypeAlias = Callable[[Mapping[str, str]], Mapping[tuple[str, int], Words | None]]
"""Templates by recommendation id -> their words by id and window; None where a figure fails."""
STANDING: Final = "_standing"
"""recommendation_id, window_days, state, rationale, because: of every item (`create_standing`)."""


@dataclass(frozen=True)
class Standing:
    """Where the items of a dataset stand.

    Attributes:
        unsaid: state of an item nobody has said anything of.
        states: of the others, by recommendation id.
        words: of approved edits by recommendation id and window.
    """

    unsaid: State
    states: Mapping[str, State]
    words: Mapping[tuple[str, int], Words]


def standing(
    con: duckdb.DuckDBPyConnection,
    folded: Mapping[str, ItemState],
    *,
    unsaid: State,
    render: Render,
) -> Standing:
    """Where the items of a dataset stand.

    An item approved with other words has these, filled with the dataset's figures; where one of
    them is not known it waits for somebody again.

    Args:
        con: holds `recommendations`.
        folded: the fold of the log.
        unsaid: state of an item nobody has said anything of.
        render: fills templates with the people's figures.

    Returns:
        States of the items that are there, and the words of those that have others.
    """
    present = con.execute(
        "select distinct recommendation_id from recommendations"
        " where list_contains($ids::varchar[], recommendation_id)",
        {"ids": list(folded)},
    ).fetchall()
    states: dict[str, State] = {item_id: folded[item_id].state for (item_id,) in present}
    templates = {
        item_id: text
        for item_id, state in states.items()
        if state == APPROVED and (text := folded[item_id].text)
    }
    words: dict[tuple[str, int], Words] = {}
    for (item_id, window_days), rewritten in (render(templates) if templates else {}).items():
        if rewritten is None:
            states[item_id] = PENDING
        else:
            words[item_id, window_days] = rewritten
    return Standing(unsaid, states, words)


def create_standing(
    con: duckdb.DuckDBPyConnection, where: Standing, *, user_id: str | None = None
) -> None:
    """Make STANDING, a row per row of `recommendations`; words are null where as published.

    Args:
        con: holds `recommendations`; read-only is enough.
        where: where they stand.
        user_id: only of this person's rows; None: of everybody's.
    """
    con.execute(
        f"""
        create or replace temp table {STANDING} as
        with
        said as (select unnest($ids::varchar[]) as id, unnest($states::varchar[]) as state),
        words as (
          select
            unnest($word_ids::varchar[]) as id,
            unnest($windows::integer[]) as window_days,
            unnest($sentences::varchar[]) as rationale,
            unnest($proofs::varchar[]) as because
        )
        select
          item.recommendation_id, item.window_days, coalesce(said.state, $unsaid) as state,
          case when said.state = $approved then words.rationale end as rationale,
          case when said.state = $approved then words.because end as because
        from recommendations as item
        left join said on said.id = item.recommendation_id
        left join words
          on words.id = item.recommendation_id and words.window_days = item.window_days
        where item.user_id = coalesce($user_id, item.user_id)
        """,
        {
            "user_id": user_id,
            "ids": list(where.states),
            "states": list(where.states.values()),
            "word_ids": [item_id for item_id, _ in where.words],
            "windows": [window_days for _, window_days in where.words],
            "sentences": [words.text for words in where.words.values()],
            "proofs": [words.because for words in where.words.values()],
            "unsaid": where.unsaid,
            "approved": APPROVED,
        },
    )


def apply_standing(con: duckdb.DuckDBPyConnection, where: Standing) -> None:
    """Write where items stand into the dataset that is being made.

    Args:
        con: the warehouse being built.
        where: where they stand.
    """
    create_standing(con, where)
    con.execute(
        f"""
        update recommendations
        set
          status = now.state,
          rationale = coalesce(now.rationale, recommendations.rationale),
          because = coalesce(now.because, recommendations.because)
        from {STANDING} as now
        where now.recommendation_id = recommendations.recommendation_id
          and now.window_days = recommendations.window_days
          and (now.state <> recommendations.status or now.rationale is not null)
        """
    )
    con.execute(f"drop table temp.{STANDING}")
