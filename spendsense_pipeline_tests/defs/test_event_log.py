"""The event log keeps its engines, writes what Dagster's own would, and lets a watcher see it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy.exc import OperationalError

from spendsense_pipeline.defs import event_log, instance


@dg.asset
def thing() -> None:
    """Anything."""


@pytest.fixture
def books(data_dir: Path) -> Iterator[dg.DagsterInstance]:
    with instance.open_instance() as opened:
        yield opened


def kept(books: dg.DagsterInstance) -> event_log.KeptEventLog:
    log = books.event_log_storage
    assert isinstance(log, event_log.KeptEventLog)
    return log


def a_run(books: dg.DagsterInstance) -> str:
    return dg.materialize([thing], instance=books).run_id


def test_dagsters_own_class_reads_what_was_written(
    books: dg.DagsterInstance, data_dir: Path
) -> None:
    run_id = a_run(books)
    plain = SqliteEventLogStorage(str(data_dir / "dagster_home" / "history" / "runs"))
    assert plain.get_logs_for_run(run_id) == books.all_logs(run_id) != []
    assert plain.get_latest_materialization_events([thing.key])[thing.key] is not None


def test_engines_are_kept_but_not_for_ever(books: dg.DagsterInstance) -> None:
    log = kept(books)
    run_id = a_run(books)
    engine = log._engine(run_id)
    for other in range(event_log._ENGINES_KEPT - 1):
        assert log.get_logs_for_run(f"other-{other}") == []
        assert log._engine(run_id) is engine
    for other in range(event_log._ENGINES_KEPT):
        assert log.get_logs_for_run(f"another-{other}") == []
    assert len(log._engines) == event_log._ENGINES_KEPT
    assert log._engine(run_id) is not engine
    assert books.all_logs(run_id)


def test_a_closed_log_opens_again(books: dg.DagsterInstance) -> None:
    run_id = a_run(books)
    kept(books).dispose()
    assert not kept(books)._engines
    assert books.all_logs(run_id)
    assert books.get_latest_materialization_event(thing.key) is not None


def test_threads_share_the_index(books: dg.DagsterInstance) -> None:
    """A server answers each request in a thread of its own."""
    a_run(books)
    with ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda _: books.get_latest_materialization_event(thing.key), range(40))
        )
    assert all(found)


def test_a_failed_write_leaves_the_index_usable(books: dg.DagsterInstance) -> None:
    log = kept(books)
    with pytest.raises(OperationalError), log.index_connection() as connection:
        connection.exec_driver_sql("insert into no_such_table values (1)")
    a_run(books)
    assert books.get_latest_materialization_event(thing.key) is not None


def test_another_process_sees_a_run_while_it_runs(books: dg.DagsterInstance) -> None:
    """The UI shows a running run's log by watching its file."""
    run = books.create_run_for_job(dg.job(name="nothing")(lambda: None))
    books.report_engine_event("the first", run)
    seen = threading.Event()
    with instance.open_instance() as server:
        server.watch_event_logs(
            run.run_id,
            None,
            lambda event, _: seen.set() if "the second" in event.message else None,
        )
        books.report_engine_event("the second", run)
        assert seen.wait(timeout=30)


def test_a_dagster_we_have_not_tried_keeps_its_own_log(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(dg, "__version__", "1.14.0")
        with instance.open_instance() as books:
            assert type(books.event_log_storage) is SqliteEventLogStorage
            run_id = a_run(books)
    with instance.open_instance() as books:
        assert kept(books).get_logs_for_run(run_id)
