"""What has been said of a dataset's items, folded: the state each is in and the row of a queue that
it makes.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.publishing.consent import Decision, read_decisions
from spendsense_pipeline.review.log import read
from spendsense_pipeline.review.policy import Policy, state_of, unsaid
from spendsense_pipeline.review.states import EDITED, FLAGGED, PENDING, ItemState, fold

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.review.entries import Entry
    from spendsense_pipeline.settings import Settings

AWAITING: Final = (PENDING, EDITED, FLAGGED)
"""States in which an item waits for somebody to say something of it."""


@dataclass(frozen=True)
class QueueItem:
    """A recommendation and the state it is in."""

    recommendation_id: str
    user_id: str
    state: str
    kind: str
    form: str
    content_id: str
    title: str
    persona: str
    windows: tuple[int, ...]
    rank: int
    operator: str | None
    at: dt.datetime | None
    reason: str | None


@dataclass(frozen=True)
class Reviewed:
    """What holds now, of a dataset."""

    entries: tuple[Entry, ...]
    decisions: dict[str, Decision]
    states: dict[str, ItemState]
    policy: Policy

    def of(self, item_id: str, user_id: str) -> ItemState:
        return state_of(
            item_id,
            user_id,
            states=self.states,
            decisions=self.decisions,
            policy=self.policy,
        )

    def states_of(self, user_id: str) -> dict[str, ItemState]:
        """The states of one person's items of which something was said."""
        said = (entry.recommendation_id for entry in self.entries if entry.user_id == user_id)
        return {item_id: self.states[item_id] for item_id in said}

    def parameters(self) -> dict[str, Any]:
        """The states as a query is bound to them: `item_ids`, `states`, `since` when, and
        `unsaid` of the rest."""
        return {
            "item_ids": list(self.states),
            "states": [item.state for item in self.states.values()],
            "since": [item.at for item in self.states.values()],
            "unsaid": unsaid(self.policy, None).state,
        }

    def queued(self, row: dict[str, Any]) -> QueueItem:
        """An item as it stands in a queue, of a row that says what it is."""
        state = self.of(row["recommendation_id"], row["user_id"])
        return QueueItem(
            recommendation_id=row["recommendation_id"],
            user_id=row["user_id"],
            state=row["state"],
            kind=row["kind"],
            form=row["form"],
            content_id=row["content_id"],
            title=row["title"],
            persona=row["persona"],
            windows=tuple(row["windows"]),
            rank=row["rank"],
            operator=state.operator,
            at=state.at,
            reason=state.reason,
        )


def reviewed_now(published: DatasetReader, settings: Settings) -> Reviewed:
    """What holds now of a dataset's items.

    Args:
        published: the dataset.
        settings: where the log and consent decisions are.
    """
    entries, decisions = _said(settings), read_decisions(settings)
    states = fold(entries, decisions, published.dataset.as_of)
    return Reviewed(entries, decisions, states, published.resolved.controls.review_policy)


def _said(settings: Settings) -> tuple[Entry, ...]:
    """The log; parsed anew only once somebody has said something more, because it only grows."""
    try:
        file = settings.reviews_path.stat()
    except OSError:
        return read(settings)
    return _parsed(settings, (file.st_ino, file.st_size, file.st_mtime_ns))


@functools.lru_cache(maxsize=4)
def _parsed(settings: Settings, _file: tuple[int, int, int]) -> tuple[Entry, ...]:
    """The log as it stood when it was this file; what was appended since is another `_file`."""
    return read(settings)
