"""The local Plaid of a data directory: what is published, who is linked, what day it shows; and
what follows when one of them changes.

Every request looks first whether something has: another dataset, another decision about consent. So
what was true a moment ago is never served, and webhooks are due from that moment on.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.local_plaid.clock import Clock, ClockView
from spendsense_pipeline.local_plaid.created import Created
from spendsense_pipeline.local_plaid.items import Item, Items
from spendsense_pipeline.local_plaid.link_tokens import LinkTokens
from spendsense_pipeline.local_plaid.movements import Movements
from spendsense_pipeline.local_plaid.outbox import Outbox
from spendsense_pipeline.local_plaid.served import Served
from spendsense_pipeline.local_plaid.standing import REVOKED, fault, fault_body, require_world
from spendsense_pipeline.local_plaid.timeline import Position
from spendsense_pipeline.local_plaid.views import View, view_of
from spendsense_pipeline.plaid.errors import INVALID_FIELD, NO_ACCOUNTS, PlaidError
from spendsense_pipeline.plaid.webhooks import item_webhook, login_repaired
from spendsense_pipeline.publishing.consent import Decision, read_decisions
from spendsense_pipeline.reporting.consent import GRANTED

if TYPE_CHECKING:
    from pathlib import Path

    from spendsense_pipeline.local_plaid.store import Store
    from spendsense_pipeline.settings import Settings

_Mark = tuple[int, int] | None
_Key = tuple[str, dt.datetime, Position]
_VIEWS_HELD: Final = 1_000


class LocalPlaid:
    """The local Plaid; may be asked from several threads."""

    def __init__(self, settings: Settings, store: Store, *, now: Callable[[], dt.datetime]) -> None:
        """Open what is published.

        Args:
            settings: where things are.
            store: its state.
            now: tells the moment, in UTC.

        Raises:
            WarehouseError: nothing is published, or it cannot be read.
        """
        self.settings = settings
        self.now = now
        self.items = Items(store)
        self.clock = Clock(store)
        self.outbox = Outbox(store)
        self.created = Created(store)
        self.link_tokens = LinkTokens(store)
        self.movements = Movements(store)
        self.store = store
        self.lock = threading.RLock()
        """Held while what is served changes, and by whoever needs it to stay as it is."""
        self._marks = self._marks_now()
        self._decisions: Mapping[str, Decision] = read_decisions(settings)
        self.served = Served(settings)
        self._views: OrderedDict[str, tuple[_Key, View]] = OrderedDict()

    def begin(self, asked: dt.date | None = None, *, is_reset: bool = False) -> None:
        """Set the clock and look for what has changed since the state was used last.

        Args:
            asked: the day to show; None: where the clock stands.
            is_reset: go back if need be.

        Raises:
            SpendSenseError: the clock cannot be set so.
        """
        served = self.served
        self.clock.start(
            asked,
            first=served.history_start,
            last=served.as_of,
            world=served.world,
            is_reset=is_reset,
        )
        self._notice()

    def clock_view(self) -> ClockView:
        """Where the clock stands."""
        return self._clock_of(self.served)

    def _clock_of(self, served: Served) -> ClockView:
        return self.clock.view(first=served.history_start, last=served.as_of)

    def consents(self, user_id: str, published: str | None) -> bool:
        """Whether a person consents now.

        Args:
            user_id: the person.
            published: what the dataset was made with; None where they are not in it.
        """
        decision = self._decisions.get(user_id)
        return (published if decision is None else decision.status) == GRANTED

    def consent_mark(self, user_id: str) -> str:
        """Names the decision that holds of a person: another one, another mark."""
        decision = self._decisions.get(user_id)
        return "" if decision is None else f"{decision.status} {decision.decided_at.isoformat()}"

    def _key(self, served: Served, item: Item) -> _Key:
        """What an Item sees depends on nothing else: what is published, and how far it sees."""
        position = Position(self._clock_of(served).as_of, self.created.count(item.item_id))
        return served.dataset.dataset_id, served.dataset.published_at, position

    def ready_view(self, item: Item) -> View | None:
        """What an Item sees, where it has been worked out already.

        Raises:
            PlaidError: something is wrong with the Item.
        """
        found = fault(item)
        if found is not None:
            raise found
        key, view = self._views.get(item.item_id, (None, None))
        return view if key == self._key(self.served, item) else None

    def view(self, item: Item) -> View:
        """What an Item sees of its person now.

        Raises:
            PlaidError: something is wrong with the Item, or it has no account on this day.
        """
        ready = self.ready_view(item)
        if ready is not None:
            return ready
        # Another world may have been published since somebody found the Item.
        served = self.served
        require_world(item, served.world)
        key = self._key(served, item)
        held = served.person(item.user_id)
        if held is None:
            raise PlaidError(NO_ACCOUNTS, f"{item.user_id} is not in the dataset any more")
        view = view_of(item, held, key[-1], self.created.entries(item.item_id))
        with self.lock:
            self._views[item.item_id] = key, view
            while len(self._views) > _VIEWS_HELD:
                self._views.popitem(last=False)
        return view

    def advance(self, day: dt.date) -> ClockView:
        """Show a later day of what is published.

        Args:
            day: not after its last.

        Raises:
            PlaidError: it is before the day that is shown.
        """
        with self.lock:
            shown = self.clock_view()
            if day < shown.as_of:
                raise PlaidError(
                    INVALID_FIELD,
                    f"the clock shows {shown.as_of} and does not go back: choose a later day, or"
                    " start with --reset-clock",
                )
            self.clock.move(day, last=shown.published_as_of)
            self._notice()
            return self.clock_view()

    def has_changed(self) -> bool:
        """Whether something else is published or decided than when it was looked last."""
        return self._marks_now() != self._marks

    def look(self) -> None:
        """Take in what is published and decided now.

        Raises:
            WarehouseError: it cannot be read.
        """
        with self.lock:
            marks = self._marks_now()
            if marks == self._marks:
                return
            self._decisions = read_decisions(self.settings)
            if self._marks is None or marks[0] != self._marks[0]:
                # The one before closes when whoever still reads it has done so.
                self.served = Served(self.settings)
                self._views.clear()
            self._marks = marks
            self._notice()

    def close(self) -> None:
        """Let the dataset go."""
        self.served.close()

    def _notice(self) -> None:
        """Put Items where they stand now, and note what their apps are to be told."""
        with self.store.change():
            for item in self.items.all():
                self._notice_item(item)
            day, world = self.clock_view().as_of, self.served.world
            shown = self.clock.shown_in(world)
            if shown is not None and shown < day:
                for item in self.items.all():
                    if fault(item) is None and item.webhook is not None:
                        self.movements.add(item, shown, day)
            if shown != day:
                # Reached again after a rollback, a day is told again: balances were another's.
                self.clock.keep_shown(day, world)

    def _notice_item(self, item: Item) -> None:
        if item.error_code == REVOKED:
            return
        is_elsewhere = item.world != self.served.world
        published = self.served.consent_status(item.user_id)
        # Of somebody of another world only a decision can be known.
        status = GRANTED if is_elsewhere else published
        may_be_gone = published is None and item.user_id not in self._decisions
        if not may_be_gone and (
            not self.consents(item.user_id, status)
            or self.consent_mark(item.user_id) != item.consent_mark
        ):
            revoked = self.items.set_error(item, REVOKED)
            self._tell(revoked, item_webhook(item.item_id, REVOKED, fault_body(revoked)))
        elif is_elsewhere != item.is_of_another_world:
            moved = self.items.set_of_another_world(item, is_elsewhere)
            error = fault_body(moved)
            self._tell(
                moved,
                login_repaired(item.item_id)
                if error is None
                else item_webhook(item.item_id, "ERROR", error),
            )

    def _tell(self, item: Item, body: Mapping[str, Any]) -> None:
        self.outbox.queue(item, body, now=self.now())

    def repaired(self, item: Item) -> Item:
        """Take an Item out of the error it was put into.

        Raises:
            PlaidError: it is in one that only a new link ends.
        """
        if item.error_code is None and fault(item) is None:
            return item
        found = fault(
            replace(item, error_code=item.error_code if item.error_code == REVOKED else None)
        )
        if found is not None:
            raise found
        with self.store.change():
            repaired = self.items.set_error(item, None)
            self._tell(repaired, login_repaired(item.item_id))
        return repaired

    def put_into(self, item: Item, error_code: str) -> Item:
        """Put an Item into an error, and tell its app.

        Raises:
            PlaidError: it is revoked, which only a new link ends.
        """
        if item.error_code == REVOKED and (found := fault(item)) is not None:
            raise found
        with self.store.change():
            broken = self.items.set_error(item, error_code)
            self._tell(broken, item_webhook(item.item_id, "ERROR", fault_body(broken)))
        return broken

    def _marks_now(self) -> tuple[_Mark, _Mark]:
        return _mark(self.settings.published_path), _mark(self.settings.consent_path)


def _mark(path: Path) -> _Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
