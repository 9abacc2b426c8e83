"""The files of the warehouse: who may write them, how they are opened, and what is said when they
cannot be. One writer at a time (a lock the kernel releases when its holder dies), many readers.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from spendsense_pipeline.disk import disk_full, file_named_in
from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.files import new_file
from spendsense_pipeline.publishing.commands import HOW_TO_BEGIN

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.settings import Settings

# What DuckDB may keep in memory before it writes working tables to disk beside the warehouse.
# Ten thousand people fit in a third of this at the same speed, and every stage beyond works by
# ranges or spills, so that a hundred thousand take less than two gigabytes with everything else.
MEMORY_LIMIT_GIB = 1.5
_POLL_SECONDS = 0.2
_SAY_EVERY_SECONDS = 30.0


class WarehouseError(SpendSenseError):
    """A file of the warehouse cannot be used."""


class NoDatasetError(WarehouseError):
    """Nothing has been published yet."""


@contextlib.contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Turn a file system or DuckDB input/output error into one line with a remedy.

    Args:
        path: the file at work, for errors that name none.

    Raises:
        DiskFullError: when the disk has no room for more.
        WarehouseError: naming the file, what is wrong with it and what to do.
    """
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as error:
        full = disk_full(error, path.parent)
        if full:
            raise full from error
        if isinstance(error, (OSError, duckdb.IOException, duckdb.ConnectionException)):
            raise _explained(path, error) from error
        raise


def _explained(path: Path, error: Exception) -> WarehouseError:
    path = file_named_in(error) or path
    text = str(error).lower()
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EROFS or "read-only file system" in text:
        problem = f"{path.parent} is on a read-only disk"
        remedy = "set SPENDSENSE_DATA_DIR to a directory that can be written"
    elif code in (errno.EACCES, errno.EPERM) or "permission denied" in text:
        problem = f"{path} cannot be written by this user"
        remedy = (
            "change its permissions (chmod u+w) or set SPENDSENSE_DATA_DIR to a directory of yours"
        )
    elif code in (errno.ENOTDIR, errno.EEXIST):
        problem = f"{path.parent} is not a directory"
        remedy = "move that file away, or set SPENDSENSE_DATA_DIR to a directory"
    elif "not a valid duckdb database" in text:
        problem = f"{path} is not a DuckDB database"
        remedy = "move it away or delete it, then run again"
    elif "conflicting lock" in text:
        problem, remedy = f"{path} is open in another program", "close it there, then run again"
    else:
        problem = f"{path} cannot be used ({str(error).splitlines()[0]})"
        remedy = "see what is wrong there, or set SPENDSENSE_DATA_DIR to another directory"
    return WarehouseError(problem=problem, remedy=remedy)


def prepare_data_dir(settings: Settings) -> None:
    """Create the data directory and what belongs in it; a missing one is not an error.

    Args:
        settings: names them.

    Raises:
        WarehouseError: when one cannot be created.
    """
    for directory in (settings.building_path.parent, settings.datasets_dir):
        with named_errors(directory / "*"):
            directory.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def writer_lock(
    settings: Settings,
    *,
    holder: str,
    wait_seconds: float,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Be the only writer of the data directory while the block runs; queue behind another.

    An flock: the kernel releases it however its holder ends, so there is no stale lock to clear.

    Args:
        settings: names the lock file.
        holder: what to tell others who wait ("run 1a2b3c4d").
        wait_seconds: how long to queue before giving up.
        say: receives a line now and then while waiting.

    Yields:
        once the lock is held.

    Raises:
        WarehouseError: when another writer did not finish in time, naming it.
    """
    prepare_data_dir(settings)
    with named_errors(settings.lock_path):
        file = settings.lock_path.open("a+", encoding="utf-8")
    with file:
        _wait_for(file, wait_seconds, say)
        since = time.strftime("%H:%M:%S UTC", time.gmtime())
        note = json.dumps({"holder": holder, "pid": os.getpid(), "since": since})
        # Only a note: where a full disk has no room for it, others wait for "another run".
        with contextlib.suppress(OSError):
            file.truncate(0)
            os.write(file.fileno(), note.encode())
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                file.truncate(0)


def _wait_for(file: IO[str], wait_seconds: float, say: Callable[[str], None]) -> None:
    start = said = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            now = time.monotonic()
            if now - start >= wait_seconds:
                raise WarehouseError(
                    problem=(
                        f"{_holder(file)} is still writing the warehouse after {wait_seconds:.0f} s"
                    ),
                    remedy="wait for it to finish or stop it, then run again",
                    exit_code=RUN_FAILED,
                ) from None
            if said == start or now - said >= _SAY_EVERY_SECONDS:
                said = now
                say(f"{_holder(file)} is writing the warehouse; this run starts when it ends")
            time.sleep(_POLL_SECONDS)
        else:
            return


def _holder(file: IO[str]) -> str:
    file.seek(0)
    writer = _noted(file.read())
    return "another run" if writer is None else str(writer)


@dataclass(frozen=True)
class Writer:
    """Who writes the warehouse: what it calls itself, its process, and since when."""

    holder: str
    pid: int
    since: str

    def __str__(self) -> str:
        """In a sentence."""
        return f"{self.holder} (process {self.pid}, since {self.since})"


def writer_now(settings: Settings) -> Writer | None:
    """Who holds the writer lock at this moment; None where nobody does, or it cannot be told.

    Args:
        settings: names the lock file.
    """
    try:
        with settings.lock_path.open(encoding="utf-8") as file:
            writer = _noted(file.read())
            if writer is not None:  # what a killed one left there is no lock
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return writer
    except OSError:
        return None
    return None


def _noted(text: str) -> Writer | None:
    try:
        note = json.loads(text)
        return Writer(note["holder"], note["pid"], note["since"])
    except (ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def open_building(
    settings: Settings, *, config: dict[str, Any] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse being built, read-write. Hold the writer lock around this.

    Args:
        settings: names the file; it is created if missing.
        config: of DuckDB, by its own names; without a memory_limit ours is set.

    Yields:
        A connection, closed afterwards.

    Raises:
        WarehouseError: when the file cannot be opened or is no database.
        DiskFullError: when there is no room to create it.
    """
    import duckdb

    path = settings.building_path
    prepare_data_dir(settings)
    with named_errors(path):
        if not path.exists():
            _create_database(path)
        con = duckdb.connect(str(path), config=config or {})
    try:
        # DuckDB would draw a bar over the terminal for whatever takes it two seconds.
        con.execute("set enable_progress_bar = false")
        if "memory_limit" not in (config or {}):
            _limit_memory(con)
        yield con
    finally:
        con.close()


def _limit_memory(con: duckdb.DuckDBPyConnection) -> None:
    """Lower DuckDB's own limit (most of what the machine or the container has), never raise it."""
    [(limit,)] = con.execute("select current_setting('memory_limit')").fetchall()
    number, unit = limit.split()
    if unit == "TiB" or (unit == "GiB" and float(number) > MEMORY_LIMIT_GIB):
        con.execute(f"set memory_limit = '{MEMORY_LIMIT_GIB}GiB'")


def _create_database(path: Path) -> None:
    """Create an empty database under another name and move it into place.

    DuckDB writes its headers one after the other; a process killed in between would leave a file
    that is no database, and that is what a person would then be asked to delete.
    """
    import duckdb

    wal_of(path).unlink(missing_ok=True)
    with new_file(path) as new:
        wal_of(new).unlink(missing_ok=True)
        duckdb.connect(str(new)).close()


def remove_building(settings: Settings) -> None:
    """Delete the warehouse being built, with its log and working tables. Hold the writer lock.

    Args:
        settings: names its folder.
    """
    shutil.rmtree(settings.warehouse_dir, ignore_errors=True)


def wal_of(path: Path) -> Path:
    """The write-ahead log DuckDB keeps beside a database that is open for writing.

    Args:
        path: the database.
    """
    return path.with_name(path.name + ".wal")


def current_dataset_path(settings: Settings) -> Path:
    """The file holding the published dataset, under its own name.

    `spendsense.duckdb` and a file in `datasets/` are one file with two names. DuckDB keeps one
    instance per path and process, so a process that held `spendsense.duckdb` open while it was
    replaced goes on seeing the old one; opened by its own name it cannot.

    Raises:
        NoDatasetError: when nothing has been published.
    """
    published = settings.published_path
    if not published.exists():
        raise NoDatasetError(
            problem=f"no dataset has been published in {settings.data_dir} yet",
            remedy=HOW_TO_BEGIN,
        )
    for path in settings.datasets_dir.glob("*.duckdb"):
        if path.samefile(published):
            return path
    return published


@contextlib.contextmanager
def open_published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published dataset, read-only: never blocks a refresh, never sees half of one.

    Args:
        settings: where it is.

    Yields:
        A connection, closed afterwards.

    Raises:
        NoDatasetError: when nothing has been published.
        WarehouseError: when the file cannot be opened.
    """
    import duckdb

    path = current_dataset_path(settings)
    with named_errors(path):
        con = duckdb.connect(str(path), read_only=True)
    try:
        yield con
    finally:
        con.close()
