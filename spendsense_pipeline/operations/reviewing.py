"""Saying something of recommendations: the items found, the words held to the guardrails, the log
written, and what follows from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.review_items import find_items, occasion_of
from spendsense_pipeline.review.log import append
from spendsense_pipeline.review.requests import Request, require_operator, require_words
from spendsense_pipeline.review.states import ACTIONS

if TYPE_CHECKING:
    from spendsense_pipeline.review.entries import Entry
    from spendsense_pipeline.review.requests import Seen
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Said:
    """What was said.

    Attributes:
        entries: as they are in the log.
        sentences: the same for whoever said it, one per item.
        reads_as: of an edit, the words as the person would read them; None otherwise.
        next_step: what to do next.
    """

    entries: tuple[Entry, ...]
    sentences: tuple[str, ...]
    reads_as: str | None
    next_step: str


def say(
    settings: Settings,
    action: str,
    item_ids: Sequence[str],
    *,
    operator: str,
    reason: str | None = None,
    text: str | None = None,
    seen: Mapping[str, Seen] | None = None,
    now: Callable[[], dt.datetime],
) -> Said:
    """Say something of items: of all of them or, if one thing cannot be said, of none.

    Args:
        settings: where the files are.
        action: a key of `review.states.ACTIONS`.
        item_ids: the items, or enough of their ids to tell which.
        operator: who says it.
        reason: why, where the action needs one.
        text: of an edit, the new rationale with its {slots}.
        seen: by id, how items stood when they were read; one that has changed since is refused.
        now: the clock, with its time zone; read once nobody else can write.

    Returns:
        What was said; it is on disk.

    Raises:
        SpendSenseError: naming what cannot be said and why, a word that is missing, or the
            guardrail that stops an edit.
    """
    name = require_operator(operator)
    require_words(action, reason=reason, text=text)
    reads_as = None
    with open_dataset(settings) as published:
        keys = find_items(published, settings, item_ids)
        if text is not None:
            from spendsense_pipeline.recommendations.edits import check_edit

            item_id = keys[0].recommendation_id
            reads_as = check_edit(published.con, published.resolved, item_id, text.strip())
        entries = append(
            settings,
            [
                Request(
                    action,
                    name,
                    key.recommendation_id,
                    key.user_id,
                    key.content_id,
                    reason=reason,
                    text=text,
                    seen=(seen or {}).get(key.recommendation_id),
                )
                for key in keys
            ],
            occasion_of(published.dataset),
            policy=published.resolved.controls.review_policy,
            now=now,
        )
    said = ACTIONS[action]
    sentences = tuple(
        f"{entry.recommendation_id} of {entry.user_id}: {entry.from_state}, now {said.done}"
        f" by {entry.operator}."
        for entry in entries
    )
    return Said(entries, sentences, reads_as, said.next_step)
