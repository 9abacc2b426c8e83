"""Dagster's own SQLite event log, without a new database engine for each of a run's events.

Dagster builds an engine, compiles its statements and opens the file anew every time it writes or
reads an event: four times for an asset check, almost half of what Dagster costs a run. Files,
tables and what is written are Dagster's; taking this module out again needs no migration.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool, StaticPool

# A run writes its own file and the index; a server that shows old runs need not remember them all.
_ENGINES_KEPT = 8


class KeptEventLog(SqliteEventLogStorage):
    """Keeps an engine for each file in use, and the index, which every run shares, open.

    The file of a run is still opened and closed for each event: closing it moves what was written
    from the write-ahead log into the file itself, and that is what the UI waits for to show a
    running run's log.
    """

    def __init__(self, base_dir: str) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # One thread at a time, as in the class above: the index has one connection for all.
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            is_index = shard == INDEX_SHARD_NAME
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool if is_index else NullPool,
                connect_args={
                    "timeout": SQLITE_BUSY_TIMEOUT_SECONDS,
                    "check_same_thread": not is_index,
                },
            )
        self._engines[shard] = engine  # the last used is the last to go
        if len(self._engines) > _ENGINES_KEPT:
            _, unused = self._engines.popitem(last=False)
            unused.dispose()
        return engine

    def dispose(self) -> None:
        """Close the index; whoever asks again afterwards opens it again."""
        super().dispose()
        with self._db_lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()


class KeptStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage with this event log; `defs.instance` names it."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data=inst_data)
        self._event_log_storage: SqliteEventLogStorage = KeptEventLog(
            self._event_log_storage._base_dir
        )

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> KeptStorage:
        """As Dagster's, which names its own class there."""
        return cls.from_local(inst_data=inst_data, **config_value)
