"""One writer at a time, and one line about any file that cannot be used."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.files import unfinished
from spendsense_pipeline.publishing.warehouse import (
    WarehouseError,
    named_errors,
    open_building,
    open_published,
    writer_lock,
)
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

HOLD = """
import sys, time, zoneinfo
from pathlib import Path
from spendsense_pipeline.publishing.warehouse import writer_lock
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in
with writer_lock(settings_in(Path(sys.argv[1])), holder="run abc", wait_seconds=0):
    print("held", flush=True)
    time.sleep(60)
"""


def holding_process(data_dir: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    process = holding_process(tmp_path)
    said: list[str] = []
    try:
        with (
            pytest.raises(
                WarehouseError, match=rf"run abc \(process {process.pid}, since .* UTC\)"
            ),
            writer_lock(settings_in(tmp_path), holder="me", wait_seconds=0.5, say=said.append),
        ):
            pass
        assert len(said) == 1
        assert "run abc" in said[0]
    finally:
        process.kill()
        process.communicate()


def test_a_killed_writer_leaves_nothing_to_clear(tmp_path: Path) -> None:
    process = holding_process(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with writer_lock(settings_in(tmp_path), holder="next", wait_seconds=0):
        assert "next" in settings_in(tmp_path).lock_path.read_text()


def test_writers_queue(tmp_path: Path) -> None:
    settings, order = settings_in(tmp_path), []

    def second() -> None:
        with writer_lock(settings, holder="second", wait_seconds=30):
            order.append("second")

    thread = threading.Thread(target=second)
    with writer_lock(settings, holder="first", wait_seconds=0):
        thread.start()
        time.sleep(0.5)
        order.append("first ends")
    thread.join()
    assert order == ["first ends", "second"]


def test_a_missing_directory_is_created(tmp_path: Path) -> None:
    with open_building(settings_in(tmp_path / "not" / "yet")) as con:
        con.execute("create table t (x int)")


@pytest.mark.parametrize("content", ["", "not a database at all" * 1000])
def test_a_file_that_is_no_database_is_named_with_what_to_do(tmp_path: Path, content: str) -> None:
    settings = settings_in(tmp_path)
    for path, opened in (
        (settings.building_path, open_building),
        (settings.published_path, open_published),
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        with pytest.raises(WarehouseError) as caught, opened(settings):
            pass
        assert str(caught.value) == (
            f"{path} is not a DuckDB database: move it away or delete it, then run again"
        )


def test_a_database_open_elsewhere_is_named(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_building(settings):
        pass
    program = f"import duckdb, time; c = duckdb.connect({str(settings.building_path)!r}); print('open', flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    try:
        with (
            pytest.raises(WarehouseError, match="is open in another program"),
            open_building(settings),
        ):
            pass
    finally:
        other.kill()
        other.communicate()


def test_a_data_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("I am a file")
    with (
        pytest.raises(WarehouseError, match="SPENDSENSE_DATA_DIR"),
        writer_lock(settings_in(tmp_path / "data"), holder="me", wait_seconds=0),
    ):
        pass


def test_the_connection_closes_when_the_work_fails(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with pytest.raises(ZeroDivisionError), open_building(settings) as con:
        1 / 0  # noqa: B018
    with pytest.raises(duckdb.ConnectionException):
        con.execute("select 1")


def test_a_process_killed_while_creating_the_database_leaves_none(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.building_path.parent.mkdir()
    unfinished(settings.building_path).write_bytes(b"half a header")
    with open_building(settings) as con:
        assert con.execute("select 1").fetchall() == [(1,)]


def test_an_error_about_another_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "other.duckdb").write_text("not a database")
    con = duckdb.connect()
    with (
        pytest.raises(WarehouseError, match=r"other\.duckdb is not a DuckDB database"),
        named_errors(tmp_path / "building.duckdb"),
    ):
        con.execute(f"attach '{tmp_path / 'other.duckdb'}' as other")
    with (
        pytest.raises(WarehouseError, match=r"merchants\.csv cannot be used"),
        named_errors(tmp_path / "building.duckdb"),
    ):
        (tmp_path / "merchants.csv").read_text()
    con.close()


def test_the_warehouse_takes_a_bounded_part_of_the_memory(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with open_building(settings) as con:
        [(limit,)] = con.execute("select current_setting('memory_limit')").fetchall()
    number, unit = limit.split()
    assert unit == "MiB" or float(number) <= 1.5
    with open_building(settings, config={"memory_limit": "3GiB"}) as con:
        assert con.execute("select current_setting('memory_limit')").fetchall() == [("3.0 GiB",)]
