"""The published dataset as the local Plaid serves it: which world it is, who is in it, and the
people who have been asked for, held in memory up to a bound.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from spendsense_pipeline.earlier_days.person import OnDay, Person, rows_shown_of
from spendsense_pipeline.local_plaid.timeline import Entry, entry_of
from spendsense_pipeline.plaid.responses.items import ALL_BANKS_ID, ALL_BANKS_NAME
from spendsense_pipeline.reporting.dataset_reader import open_dataset

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

PRODUCTS: Final = ("identity", "liabilities", "transactions")
"""What Items can be linked for: transactions bring recurring streams, any of them balances."""
MOST_HELD_ROWS: Final = 200_000
"""Of all people held together, at about three kilobytes each."""
_DAYS_HELD: Final = 4
_FINGERPRINT: Final = (
    "select bit_xor(hash(transaction_id, account_id, date, amount, pending)), count(*)"
    " from raw_transactions"
)


@dataclass(frozen=True)
class Institution:
    """Where people can be linked.

    Attributes:
        institution_id: as Plaid calls it.
        name: of the bank.
        has_liabilities: whether anybody has a card, mortgage or student loan there.
    """

    institution_id: str
    name: str
    has_liabilities: bool

    @property
    def products(self) -> tuple[str, ...]:
        """What it can be linked for, of `PRODUCTS`."""
        return tuple(each for each in PRODUCTS if each != "liabilities" or self.has_liabilities)


class AccountKind(NamedTuple):
    """One account: where it is, what it is, and since when."""

    institution_id: str | None
    type: str
    subtype: str | None
    opened_on: dt.date | None


@dataclass
class HeldPerson:
    """One person's rows, and what has been worked out of them."""

    person: Person
    entries: tuple[Entry, ...]
    _days: OrderedDict[dt.date, OnDay] = field(default_factory=OrderedDict)
    _streams: OrderedDict[dt.date, tuple[dict[str, Any], ...]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @functools.cached_property
    def institutions(self) -> dict[str, str | None]:
        """By account, where it is."""
        return {row["account_id"]: row["institution_id"] for row in self.person.accounts}

    def on_day(self, day: dt.date) -> OnDay:
        """Accounts and what is owed at the end of a day."""
        with self._lock:
            if day not in self._days:
                self._days[day] = self.person.on_day(day)
                _let_go(self._days)
            return self._days[day]

    def streams_on(self, day: dt.date) -> tuple[dict[str, Any], ...]:
        """Recurring streams as they were found at the end of a day."""
        with self._lock:
            if day not in self._streams:
                self._streams[day] = self.person.streams_on(day)
                _let_go(self._streams)
            return self._streams[day]


def _let_go(held: OrderedDict[dt.date, Any]) -> None:
    while len(held) > _DAYS_HELD:
        held.popitem(last=False)


class Served:
    """One publication, open until it is closed."""

    def __init__(self, settings: Settings) -> None:
        """Open what is published now.

        Raises:
            WarehouseError: nothing is, or it cannot be read.
        """
        self._stack = contextlib.ExitStack()
        self._published = self._stack.enter_context(open_dataset(settings))
        self._lock = threading.Lock()
        self._people: OrderedDict[str, HeldPerson] = OrderedDict()
        self._held_rows = 0
        self.dataset = self._published.dataset
        self.is_imported = self.dataset.is_imported
        self.world = world_of(self._published)
        self.institutions = self._institutions()
        """The one that holds every account first, then the banks in order of id."""
        self._statuses = dict(self._rows("select user_id, consent_status from raw_users"))

    @property
    def as_of(self) -> dt.date:
        """Its last day."""
        return self.dataset.as_of

    @property
    def history_start(self) -> dt.date:
        """Its first day."""
        return self.dataset.history_start

    def person(self, user_id: str) -> HeldPerson | None:
        """A person, read where they are not held; None where there is nobody of that id."""
        with self._lock:
            if user_id in self._people:
                self._people.move_to_end(user_id)
                return self._people[user_id]
            if user_id not in self._statuses:
                return None
            held = self._read(user_id)
            self._people[user_id] = held
            self._held_rows += len(held.entries)
            while self._held_rows > MOST_HELD_ROWS and len(self._people) > 1:
                _, let_go = self._people.popitem(last=False)
                self._held_rows -= len(let_go.entries)
            return held

    def consent_status(self, user_id: str) -> str | None:
        """What the dataset was made with; None where there is nobody of that id."""
        return self._statuses.get(user_id)

    def people(self) -> list[tuple[str, str, str | None]]:
        """Everybody in order of their number: id, consent as published, 180-day persona."""
        with self._lock:
            return self._rows(
                "select person.user_id, person.consent_status, judged.primary_persona"
                " from raw_users as person"
                " left join persona_assignments as judged"
                " on judged.user_id = person.user_id and judged.window_days = 180"
                " order by len(person.user_id), person.user_id"
            )

    def accounts(self, user_id: str | None = None) -> dict[str, list[AccountKind]]:
        """What kinds of accounts people have.

        Args:
            user_id: whose; None: everybody's.
        """
        with self._lock:
            rows = self._rows(
                "select user_id, institution_id, type, subtype, opened_on from raw_accounts"
                " where user_id = $user_id or $user_id is null",
                user_id=user_id,
            )
        found: dict[str, list[AccountKind]] = {}
        for whose, *account in rows:
            found.setdefault(whose, []).append(AccountKind(*account))
        return found

    def institution(self, institution_id: str) -> Institution | None:
        """One of them; None where there is none of that id."""
        found = (each for each in self.institutions if each.institution_id == institution_id)
        return next(found, None)

    def close(self) -> None:
        """Let the file go; whoever holds a person keeps them."""
        with self._lock:
            self._stack.close()

    def _rows(self, sql: str, **parameters: Any) -> list[Any]:
        return self._published.con.execute(sql, parameters).fetchall()

    def _read(self, user_id: str) -> HeldPerson:
        person = Person(
            self._published.con,
            user_id,
            as_of=self.as_of,
            history_start=self.history_start,
            is_generated=not self.is_imported,
        )
        rows = rows_shown_of(self._published.con, user_id)
        return HeldPerson(person, tuple(map(entry_of, rows)))

    def _institutions(self) -> tuple[Institution, ...]:
        rows = self._rows(
            "select institution_id, any_value(institution_name),"
            " bool_or(type = 'credit' or (type = 'loan' and subtype in ('mortgage', 'student')))"
            " from raw_accounts where institution_id is not null group by 1 order by 1"
        )
        return (
            Institution(ALL_BANKS_ID, ALL_BANKS_NAME, has_liabilities=True),
            *(
                Institution(key, name or key, has_liabilities=bool(owed))
                for key, name, owed in rows
            ),
        )


def world_of(published: DatasetReader) -> str:
    """Names the world of a dataset: made-up people live in one that goes on; rows that were brought
    in are one of theirs only as long as they are the same.

    Args:
        published: the dataset.
    """
    world = published.resolved.world_id
    if published.dataset.is_imported:
        [(digest, count)] = published.con.execute(_FINGERPRINT).fetchall()
        return f"{world}.{digest or 0:x}.{count}"
    return world
