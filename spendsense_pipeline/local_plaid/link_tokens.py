"""Tokens for Link: what an app asked for when it made one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.local_plaid.tokens import LINK, new_token, token_hash
from spendsense_pipeline.plaid.errors import INVALID_LINK_TOKEN, PlaidError

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.store import Store

HOURS: Final = 4
"""How long a token may be used (plaid.com/docs/api/link/#linktokencreate)."""


@dataclass(frozen=True)
class LinkToken:
    """One of them.

    Attributes:
        token: itself; "" where only its hash is known.
        created_at: when, in UTC.
        expires_at: until when it may be used.
        metadata: what was asked for.
    """

    token: str
    created_at: dt.datetime
    expires_at: dt.datetime
    metadata: Mapping[str, Any]


class LinkTokens:
    """Those of a state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, metadata: Mapping[str, Any], *, now: dt.datetime) -> LinkToken:
        """Make one; those that have expired are forgotten."""
        made = LinkToken(new_token(LINK), now, now + dt.timedelta(hours=HOURS), metadata)
        with self._store.change():
            self._store.run(
                "delete from link_tokens where expires_at < :now", {"now": now.isoformat()}
            )
            self._store.add(
                "link_tokens",
                {
                    "token_hash": token_hash(made.token),
                    "created_at": now.isoformat(),
                    "expires_at": made.expires_at.isoformat(),
                    "asked": json.dumps(metadata),
                },
            )
        return made

    def find(self, token: str) -> LinkToken:
        """What was asked for with a token.

        Raises:
            PlaidError: there is none.
        """
        row = self._store.row(
            "select * from link_tokens where token_hash = :hash", {"hash": token_hash(token)}
        )
        if row is None:
            raise PlaidError(INVALID_LINK_TOKEN)
        return LinkToken(
            "",
            dt.datetime.fromisoformat(row["created_at"]),
            dt.datetime.fromisoformat(row["expires_at"]),
            json.loads(row["asked"]),
        )
