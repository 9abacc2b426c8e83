"""What an operator sees of the local Plaid: its state as it stands, read beside a server that may
be running. No token is in it, and nothing of a person who does not consent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spendsense_pipeline.local_plaid.clock import Clock, ClockView
from spendsense_pipeline.local_plaid.items import Items
from spendsense_pipeline.local_plaid.outbox import Outbox, Webhook
from spendsense_pipeline.local_plaid.refusals import Refusal, Refusals
from spendsense_pipeline.local_plaid.served import world_of
from spendsense_pipeline.local_plaid.standing import REVOKED
from spendsense_pipeline.local_plaid.store import Store
from spendsense_pipeline.plaid.errors import ITEM_LOGIN_REQUIRED
from spendsense_pipeline.plaid.responses.items import ALL_BANKS_ID, ALL_BANKS_NAME
from spendsense_pipeline.publishing.consent import read_decisions
from spendsense_pipeline.reporting.consent import GRANTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

MOST_ITEMS, MOST_WEBHOOKS, MOST_REFUSALS = 100, 30, 30


@dataclass(frozen=True)
class ItemShown:
    """An Item.

    Attributes:
        item_id: as apps know it.
        user_id: whose it is.
        error_code: what is wrong with it; None while nothing is.
        is_here: whether its person lives in the published dataset.
        institution: where; None where its person does not consent.
        products: what it was linked for; none where its person does not consent.
        linked_at: when, in UTC.
        linked_on: which day the clock showed then.
        webhooks_to: host and port; None for nowhere.
    """

    item_id: str
    user_id: str
    error_code: str | None
    is_here: bool
    institution: str | None
    products: tuple[str, ...]
    linked_at: dt.datetime
    linked_on: dt.date
    webhooks_to: str | None


@dataclass(frozen=True)
class LocalPlaidShown:
    """The local Plaid.

    Attributes:
        is_running: whether a server serves it now.
        has_begun: whether there is any state: a server has run before.
        clock: which day apps are shown.
        items: those not removed, the newest first, at most MOST_ITEMS.
        item_count: how many there are.
        broken_count: how many of them are in an error.
        webhooks: the newest first, at most MOST_WEBHOOKS.
        waiting_count: webhooks that are still to be delivered.
        refusals: the newest first, at most MOST_REFUSALS.
    """

    is_running: bool
    has_begun: bool
    clock: ClockView
    items: tuple[ItemShown, ...] = ()
    item_count: int = 0
    broken_count: int = 0
    webhooks: tuple[Webhook, ...] = ()
    waiting_count: int = 0
    refusals: tuple[Refusal, ...] = ()


def local_plaid(published: DatasetReader, settings: Settings) -> LocalPlaidShown:
    """The local Plaid as it stands.

    Args:
        published: the dataset.
        settings: where its state is.

    Raises:
        SpendSenseError: the state cannot be read.
    """
    first, last = published.dataset.history_start, published.dataset.as_of
    running = is_running(settings)
    if not settings.plaid_state_path.exists():
        clock = ClockView(last, last, is_following=True)
        return LocalPlaidShown(running, has_begun=False, clock=clock)
    with contextlib.closing(Store(settings.plaid_state_path, is_read_only=True)) as store:
        outbox = Outbox(store)
        items = Items(store).all()
        shown = LocalPlaidShown(
            running,
            has_begun=True,
            clock=Clock(store).view(first=first, last=last),
            item_count=len(items),
            webhooks=tuple(outbox.latest(MOST_WEBHOOKS)),
            waiting_count=outbox.waiting_count(),
            refusals=tuple(Refusals(store).latest(MOST_REFUSALS)),
        )
    found = _items(items, published, settings)
    return replace(
        shown,
        items=found[:MOST_ITEMS],
        broken_count=sum(item.error_code is not None for item in found),
    )


def state_mark(settings: Settings) -> tuple[object, ...]:
    """Names the state at a moment: another mark whenever something of it is another.

    Args:
        settings: where it is.
    """
    path = settings.plaid_state_path
    marks: list[object] = [is_running(settings)]
    # What was changed last may stand beside the file still.
    for each in (path, path.with_name(f"{path.name}-wal")):
        try:
            found = each.stat()
        except OSError:
            marks.append(None)
        else:
            marks.append((found.st_ino, found.st_mtime_ns, found.st_size))
    return tuple(marks)


def is_running(settings: Settings) -> bool:
    """Whether a server serves a data directory now.

    Args:
        settings: name the directory.
    """
    try:
        with settings.plaid_lock_path.open(encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _items(
    items: Sequence[Item], published: DatasetReader, settings: Settings
) -> tuple[ItemShown, ...]:
    world, decisions = world_of(published), read_decisions(settings)
    status = {
        row["user_id"]: row["consent_status"]
        for row in published.rows(
            "select user_id, consent_status from raw_users"
            " where list_contains($user_ids::varchar[], user_id)",
            {"user_ids": [item.user_id for item in items]},
        )
    }
    status |= {user_id: decision.status for user_id, decision in decisions.items()}
    banks = {
        row["institution_id"]: row["institution_name"]
        for row in published.rows(
            "select distinct institution_id, institution_name from raw_accounts"
            " where institution_name is not null"
        )
    }
    return tuple(
        _shown(
            item,
            is_here=item.world == world,
            consents=status.get(item.user_id, GRANTED) == GRANTED,
            bank={ALL_BANKS_ID: ALL_BANKS_NAME, **banks}.get(item.institution_id),
        )
        for item in reversed(items)
    )


def _shown(item: Item, *, is_here: bool, consents: bool, bank: str | None) -> ItemShown:
    """An Item as it stands now, whether or not a server has noticed."""
    may_be_shown = consents and item.error_code != REVOKED
    error_code = item.error_code if may_be_shown else REVOKED
    return ItemShown(
        item.item_id,
        item.user_id,
        error_code if is_here or not may_be_shown else ITEM_LOGIN_REQUIRED.code,
        is_here,
        (bank or item.institution_id) if may_be_shown else None,
        item.products if may_be_shown else (),
        item.linked_at,
        item.linked_on,
        # The rest of an address may hold what an app keeps to itself.
        None if item.webhook is None else urlsplit(item.webhook).netloc,
    )
