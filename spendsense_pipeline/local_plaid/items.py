"""Items: one person at one institution, linked for some products, until it is removed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.local_plaid.outbox import DROPPED
from spendsense_pipeline.local_plaid.tokens import ACCESS, PUBLIC, name_of, new_token, token_hash
from spendsense_pipeline.plaid.errors import (
    INVALID_ACCESS_TOKEN,
    INVALID_PUBLIC_TOKEN,
    ITEM_NOT_FOUND,
    USER_PERMISSION_REVOKED,
    PlaidError,
)

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.store import Row, Store

PUBLIC_TOKEN_MINUTES: Final = 30
"""How long a public token may be exchanged (plaid.com/docs/api/items/#itempublic_tokenexchange)."""


@dataclass(frozen=True)
class Item:
    """One person at one institution.

    Attributes:
        item_id: its id.
        user_id: the person.
        institution_id: where; the one that holds every account, or a bank.
        world: of the dataset it was linked in.
        products: what it was linked for.
        webhook: where its webhooks go; None for nowhere.
        starts_on: no row before that day is shown; None: all there are.
        consent_mark: of the person's decision it was linked under.
        linked_at: when it was linked, in UTC.
        linked_on: which day the clock showed then.
        error_code: what it was put into; None for nothing.
        is_of_another_world: whether its person lives in another dataset than is published.
    """

    item_id: str
    user_id: str
    institution_id: str
    world: str
    products: tuple[str, ...]
    webhook: str | None
    starts_on: dt.date | None
    consent_mark: str
    linked_at: dt.datetime
    linked_on: dt.date
    error_code: str | None = None
    is_of_another_world: bool = False


class Items:
    """All Items there are."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def link(self, item: Item) -> tuple[Item, str]:
        """Add an Item; what the same person had linked at that institution before is replaced.

        Args:
            item: without its id.

        Returns:
            The Item and its public token.
        """
        with self._store.change():
            whose = {"user_id": item.user_id, "institution_id": item.institution_id}
            before = self._store.rows(
                "select item_id, is_removed from items"
                " where user_id = :user_id and institution_id = :institution_id",
                whose,
            )
            for each in before:
                self.remove(each["item_id"])
            item_id = name_of(item.world, *whose.values(), str(len(before)))
            self._store.add(
                "items",
                whose
                | {
                    "item_id": item_id,
                    "world": item.world,
                    "products": json.dumps(item.products),
                    "webhook": item.webhook,
                    "starts_on": None if item.starts_on is None else item.starts_on.isoformat(),
                    "consent_mark": item.consent_mark,
                    "linked_at": item.linked_at.isoformat(),
                    "linked_on": item.linked_on.isoformat(),
                },
            )
            token = new_token(PUBLIC)
            expires_at = item.linked_at + dt.timedelta(minutes=PUBLIC_TOKEN_MINUTES)
            self._store.add(
                "public_tokens",
                {
                    "token_hash": token_hash(token),
                    "item_id": item_id,
                    "expires_at": expires_at.isoformat(),
                },
            )
        return replace(item, item_id=item_id), token

    def with_public_token(self, public_token: str, *, now: dt.datetime) -> Item:
        """The Item of a public token that can be exchanged.

        Args:
            public_token: as it was made.
            now: this moment, in UTC.

        Raises:
            PlaidError: there is none, or it has expired or been exchanged.
        """
        found = self._store.row(
            "select * from public_tokens where token_hash = :hash",
            {"hash": token_hash(public_token)},
        )
        if found is None:
            raise PlaidError(INVALID_PUBLIC_TOKEN)
        if found["is_used"]:
            raise PlaidError(INVALID_PUBLIC_TOKEN, "the public token was exchanged before")
        if found["expires_at"] < now.isoformat():
            raise PlaidError(INVALID_PUBLIC_TOKEN, "the public token has expired")
        item = self.of(found["item_id"])
        if item is None:
            raise PlaidError(ITEM_NOT_FOUND)
        return item

    def exchange(self, public_token: str, *, now: dt.datetime) -> tuple[Item, str]:
        """The Item of a public token, and its access token, which is told this once.

        Args:
            public_token: as it was made.
            now: this moment, in UTC.

        Raises:
            PlaidError: it cannot be exchanged.
        """
        with self._store.change():
            item = self.with_public_token(public_token, now=now)
            self._store.run(
                "update public_tokens set is_used = 1 where token_hash = :hash",
                {"hash": token_hash(public_token)},
            )
            token = new_token(ACCESS)
            self._store.run(
                "update items set access_hash = :hash where item_id = :item_id",
                {"hash": token_hash(token), "item_id": item.item_id},
            )
        return item, token

    def with_token(self, access_token: str) -> Item:
        """The Item of an access token.

        Raises:
            PlaidError: there is none, or it is removed.
        """
        found = self._store.row(
            "select * from items where access_hash = :hash", {"hash": token_hash(access_token)}
        )
        if found is None:
            raise PlaidError(INVALID_ACCESS_TOKEN)
        if found["is_removed"]:
            raise PlaidError(ITEM_NOT_FOUND)
        return _item(found)

    def id_of(self, access_token: str) -> str | None:
        """The id of the Item of an access token, removed or not; None where there is none."""
        found = self._store.row(
            "select item_id from items where access_hash = :hash",
            {"hash": token_hash(access_token)},
        )
        return None if found is None else found["item_id"]

    def of(self, item_id: str) -> Item | None:
        """An Item that is not removed; None where there is none."""
        found = self._store.row(
            "select * from items where item_id = :item_id and not is_removed", {"item_id": item_id}
        )
        return None if found is None else _item(found)

    def all(self) -> tuple[Item, ...]:
        """Those that are not removed, in the order they were linked."""
        rows = self._store.rows(
            "select * from items where not is_removed order by linked_at, item_id"
        )
        return tuple(_item(row) for row in rows)

    def linked_people(self, institution_id: str, world: str) -> frozenset[str]:
        """Who has an Item of a world at an institution; one that was revoked is none any more."""
        rows = self._store.rows(
            "select user_id from items where not is_removed"
            " and institution_id = :institution_id and world = :world"
            " and error_code is not :revoked",
            {
                "institution_id": institution_id,
                "world": world,
                "revoked": USER_PERMISSION_REVOKED.code,
            },
        )
        return frozenset(row["user_id"] for row in rows)

    def remove(self, item_id: str) -> None:
        """Remove an Item: its token opens nothing any more, what waits to be sent is not sent."""
        with self._store.change():
            of = {"item_id": item_id}
            self._store.run(
                "update items set is_removed = 1, webhook = null where item_id = :item_id", of
            )
            self._store.run("delete from public_tokens where item_id = :item_id", of)
            self._store.run("delete from created_transactions where item_id = :item_id", of)
            self._store.run("delete from movements where item_id = :item_id", of)
            self._store.run(
                "update webhooks set outcome = :outcome, detail = 'the Item was removed'"
                " where item_id = :item_id and outcome is null",
                of | {"outcome": DROPPED},
            )

    def set_webhook(self, item: Item, url: str | None) -> Item:
        """Send its webhooks elsewhere from now on."""
        self._set(item, "webhook", url)
        return replace(item, webhook=url)

    def set_error(self, item: Item, error_code: str | None) -> Item:
        """Put an Item into an error, or out of it."""
        self._set(item, "error_code", error_code)
        return replace(item, error_code=error_code)

    def set_of_another_world(self, item: Item, is_so: bool) -> Item:
        """Note whether its person lives in another dataset than is published."""
        self._set(item, "is_of_another_world", int(is_so))
        return replace(item, is_of_another_world=is_so)

    def _set(self, item: Item, column: str, value: Any) -> None:
        self._store.run(
            f"update items set {column} = :value where item_id = :item_id",
            {"value": value, "item_id": item.item_id},
        )


def _item(row: Row) -> Item:
    starts_on = row["starts_on"]
    return Item(
        item_id=row["item_id"],
        user_id=row["user_id"],
        institution_id=row["institution_id"],
        world=row["world"],
        products=tuple(json.loads(row["products"])),
        webhook=row["webhook"],
        starts_on=None if starts_on is None else dt.date.fromisoformat(starts_on),
        consent_mark=row["consent_mark"],
        linked_at=dt.datetime.fromisoformat(row["linked_at"]),
        linked_on=dt.date.fromisoformat(row["linked_on"]),
        error_code=row["error_code"],
        is_of_another_world=bool(row["is_of_another_world"]),
    )
