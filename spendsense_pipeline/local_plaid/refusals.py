"""The newest requests that were answered with an error: what a developer looks for first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.local_plaid.tokens import without_tokens

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.store import Store
    from spendsense_pipeline.plaid.errors import PlaidError

KEPT: Final = 200


@dataclass(frozen=True)
class Refusal:
    """One of them.

    Attributes:
        at: when, in UTC.
        endpoint: what was asked.
        item_id: of the Item it was about; None where there is none.
        error_code: what it was answered with.
        message: the same in words.
    """

    at: dt.datetime
    endpoint: str
    item_id: str | None
    error_code: str
    message: str


class Refusals:
    """Those of a state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, endpoint: str, error: PlaidError, *, item_id: str | None, now: dt.datetime
    ) -> None:
        """Keep one, in place of the oldest."""
        with self._store.change():
            number = self._store.add(
                "refusals",
                {
                    "at": now.isoformat(),
                    "endpoint": endpoint,
                    "item_id": item_id,
                    "error_code": error.code.code,
                    # An app may have put a token where none belongs.
                    "message": without_tokens(error.message),
                },
            )
            self._store.run(
                "delete from refusals where refusal_id <= :last", {"last": number - KEPT}
            )

    def latest(self, count: int) -> list[Refusal]:
        """The newest ones, newest first."""
        rows = self._store.rows(
            "select at, endpoint, item_id, error_code, message from refusals"
            " order by refusal_id desc limit :count",
            {"count": count},
        )
        return [Refusal(**row | {"at": dt.datetime.fromisoformat(row["at"])}) for row in rows]
