"""Webhooks that wait to be sent, and what became of those that were."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.store import Row, Store

RETRY_SECONDS: Final = (1, 4, 16, 64, 256, 1024)
"""How long after each attempt that fails the next one is; Plaid's own waits four times as long each
time, too, from 30 seconds on (plaid.com/docs/api/webhooks): here somebody sits and waits for it.
"""
KEPT: Final = 500
"""So many that have ended are kept to look at."""
DELIVERED, FAILED, NOT_SENT, DROPPED = "delivered", "failed", "not sent", "dropped"


@dataclass(frozen=True)
class Webhook:
    """One webhook.

    Attributes:
        webhook_id: its number.
        item_id: whom it is about.
        url: where it goes.
        body: as JSON, as it is signed.
        queued_at: when it became due, in UTC.
        due_at: when it is to be tried next.
        attempts: how often it was tried.
        outcome: what became of it; None while it waits.
        detail: why, in words.
        ended_at: when, in UTC.
    """

    webhook_id: int
    item_id: str
    url: str
    body: str
    queued_at: dt.datetime
    due_at: dt.datetime
    attempts: int
    outcome: str | None
    detail: str | None
    ended_at: dt.datetime | None

    @property
    def code(self) -> str:
        """Its type and code, as in `TRANSACTIONS SYNC_UPDATES_AVAILABLE`."""
        content = json.loads(self.body)
        return f"{content['webhook_type']} {content['webhook_code']}"


class Outbox:
    """All webhooks of a state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def queue(self, item: Item, body: Mapping[str, Any], *, now: dt.datetime) -> bool:
        """Have a webhook sent; whether the Item has somewhere to send it to.

        Args:
            item: whom it is about.
            body: what is sent.
            now: this moment, in UTC.
        """
        if item.webhook is None:
            return False
        self._store.add(
            "webhooks",
            {
                "item_id": item.item_id,
                "url": item.webhook,
                "body": json.dumps(body, separators=(",", ":")),
                "queued_at": now.isoformat(),
                "due_at": now.isoformat(),
            },
        )
        return True

    def next_of_each(self) -> list[Webhook]:
        """Of each Item the oldest that waits, for each place it goes to: they arrive in order."""
        rows = self._store.rows(
            "select * from webhooks where webhook_id in"
            " (select min(webhook_id) from webhooks where outcome is null group by item_id, url)"
            " order by webhook_id"
        )
        return [_webhook(row) for row in rows]

    def end(self, webhook: Webhook, outcome: str, detail: str, *, now: dt.datetime) -> None:
        """Note what became of it.

        Args:
            webhook: the one.
            outcome: DELIVERED, FAILED, NOT_SENT or DROPPED.
            detail: why, in words.
            now: this moment, in UTC.
        """
        with self._store.change():
            self._store.run(
                "update webhooks set outcome = :outcome, detail = :detail, ended_at = :now,"
                " attempts = attempts + :tried where webhook_id = :webhook_id and outcome is null",
                {
                    "outcome": outcome,
                    "detail": detail,
                    "now": now.isoformat(),
                    "tried": int(outcome in (DELIVERED, FAILED)),
                    "webhook_id": webhook.webhook_id,
                },
            )
            self._store.run(
                "delete from webhooks where outcome is not null and webhook_id <="
                " (select max(webhook_id) from webhooks where outcome is not null) - :kept",
                {"kept": KEPT},
            )

    def put_off(self, webhook: Webhook, detail: str, *, now: dt.datetime) -> None:
        """Try it again later; after the last attempt it has failed.

        Args:
            webhook: the one that could not be delivered.
            detail: why, in words.
            now: this moment, in UTC.
        """
        if webhook.attempts >= len(RETRY_SECONDS):
            self.end(webhook, FAILED, detail, now=now)
            return
        due_at = now + dt.timedelta(seconds=RETRY_SECONDS[webhook.attempts])
        self._store.run(
            "update webhooks set attempts = attempts + 1, detail = :detail, due_at = :due_at"
            " where webhook_id = :webhook_id and outcome is null",
            {
                "detail": detail,
                "due_at": due_at.isoformat(),
                "webhook_id": webhook.webhook_id,
            },
        )

    def latest(self, count: int) -> list[Webhook]:
        """The newest ones, newest first."""
        rows = self._store.rows(
            "select * from webhooks order by webhook_id desc limit :count", {"count": count}
        )
        return [_webhook(row) for row in rows]

    def waiting_count(self) -> int:
        """How many are still to be delivered."""
        found = self._store.row("select count(*) as count from webhooks where outcome is null")
        return int(found["count"]) if found else 0


def _webhook(row: Row) -> Webhook:
    ended_at = row["ended_at"]
    return Webhook(
        row["webhook_id"],
        row["item_id"],
        row["url"],
        row["body"],
        dt.datetime.fromisoformat(row["queued_at"]),
        dt.datetime.fromisoformat(row["due_at"]),
        row["attempts"],
        row["outcome"],
        row["detail"],
        None if ended_at is None else dt.datetime.fromisoformat(ended_at),
    )
