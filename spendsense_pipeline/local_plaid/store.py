"""The local Plaid's state: one SQLite file. What is said done is in it, whenever the process ends;
no secret is in it in clear.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.errors import SpendSenseError

if TYPE_CHECKING:
    from pathlib import Path

_VERSION: Final = 1
_WAIT_SECONDS: Final = 10.0
_SCHEMA: Final = """
create table facts (name text primary key, value text) strict;
create table items (
  item_id text primary key,
  user_id text not null,
  institution_id text not null,
  world text not null,
  products text not null,
  webhook text,
  access_hash text unique,
  starts_on text,
  consent_mark text,
  linked_at text not null,
  linked_on text not null,
  error_code text,
  is_of_another_world integer not null default 0,
  is_removed integer not null default 0
) strict;
create index items_of_a_person on items (user_id, institution_id);
create table public_tokens (
  token_hash text primary key,
  item_id text not null references items,
  expires_at text not null,
  is_used integer not null default 0
) strict;
create table link_tokens (
  token_hash text primary key,
  created_at text not null,
  expires_at text not null,
  asked text not null
) strict;
create table created_transactions (
  item_id text not null references items,
  number integer not null,
  content text not null,
  primary key (item_id, number)
) strict;
create table movements (
  movement_id integer primary key,
  item_id text not null,
  kind text not null,
  seen_day text not null,
  shown_day text not null
) strict;
create table webhooks (
  webhook_id integer primary key,
  item_id text not null,
  url text not null,
  body text not null,
  queued_at text not null,
  due_at text not null,
  attempts integer not null default 0,
  outcome text,
  detail text,
  ended_at text
) strict;
create index webhooks_that_wait on webhooks (due_at) where outcome is null;
create table keys (
  key_id text primary key,
  public_key text not null,
  created_at text not null,
  expired_at text
) strict;
create table refusals (
  refusal_id integer primary key,
  at text not null,
  endpoint text not null,
  item_id text,
  error_code text not null,
  message text not null
) strict;
"""
Row = dict[str, Any]


class Store:
    """The state, for all threads of a process."""

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        """Open it, or begin it.

        Args:
            path: the file.
            is_read_only: look at it only; it must be there.

        Raises:
            SpendSenseError: it cannot be opened, or another version wrote it.
        """
        self._lock = threading.RLock()
        target = f"{path.absolute().as_uri()}?mode={'ro' if is_read_only else 'rwc'}"
        try:
            if not is_read_only:
                # Nobody else's to read from the first byte on, with what SQLite puts beside it.
                path.touch(mode=0o600)
            self._con = sqlite3.connect(
                target,
                uri=True,
                timeout=_WAIT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._con.row_factory = sqlite3.Row
            if not is_read_only:
                self._con.execute("pragma journal_mode = wal")
                # A commit is on the disk before anybody is told.
                self._con.execute("pragma synchronous = full")
                self._con.execute("pragma foreign_keys = on")
                path.chmod(0o600)
            self._require_whole()
            [version] = self._con.execute("pragma user_version").fetchone()
            [tables] = self._con.execute("select count(*) from sqlite_schema").fetchone()
            if version == 0 and not tables and not is_read_only:
                with self.change():
                    for statement in _SCHEMA.split(";\n"):
                        self._con.execute(statement)
                    self._con.execute(f"pragma user_version = {_VERSION}")
                version = _VERSION
        except (sqlite3.Error, OSError) as error:
            raise SpendSenseError(
                problem=f"{path} cannot be opened as the local Plaid's state ({error})",
                remedy="move it away to begin with nothing linked",
            ) from None
        if version != _VERSION:
            self._con.close()
            raise SpendSenseError(
                problem=f"{path} was written by another version of the local Plaid ({version})",
                remedy="move it away to begin with nothing linked",
            )

    def _require_whole(self) -> None:
        [found] = self._con.execute("pragma quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(" ".join(found.split()))

    @contextmanager
    def change(self) -> Iterator[None]:
        """Changes that are all made, or none; may stand within another."""
        with self._lock:
            if self._con.in_transaction:
                yield
                return
            self._con.execute("begin immediate")
            try:
                yield
                self._con.execute("commit")
            except BaseException:
                # A commit that failed, of a full disk say, may have ended it or not.
                if self._con.in_transaction:
                    self._con.execute("rollback")
                raise

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a query as dicts."""
        with self._lock:
            return [dict(row) for row in self._con.execute(sql, parameters or {}).fetchall()]

    def row(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """The first row of a query; None without one."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Change something; how many rows were."""
        with self.change():
            return self._con.execute(sql, parameters or {}).rowcount

    def add(self, table: str, row: Mapping[str, Any]) -> int:
        """Add a row; its number, where the table numbers its rows."""
        columns = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        with self.change():
            done = self._con.execute(f"insert into {table} ({columns}) values ({places})", row)
            return int(done.lastrowid or 0)

    def fact(self, name: str) -> str | None:
        """A value that is kept under a name; None where none is."""
        found = self.row("select value from facts where name = :name", {"name": name})
        return None if found is None else found["value"]

    def keep(self, name: str, value: str | None) -> None:
        """Keep a value under a name, in place of the one before."""
        self.run(
            "insert into facts values (:name, :value)"
            " on conflict (name) do update set value = excluded.value",
            {"name": name, "value": value},
        )

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._con.close()
