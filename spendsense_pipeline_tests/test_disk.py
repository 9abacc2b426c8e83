"""A full disk is told in one line, whoever met it; what was published stays readable."""

from __future__ import annotations

import errno
import sqlite3
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy

from spendsense_pipeline import disk
from spendsense_pipeline.disk import disk_full, human_bytes
from spendsense_pipeline_tests.fixtures.small_disk import filler, on_small_disk, refresh

# Publishes a tiny dataset, then others until the disk is full; the first failure, readers, a retry.
PUBLISHING = """
import sys
from pathlib import Path
from spendsense_pipeline.disk import DiskFullError
from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.publishing.warehouse import open_published
from spendsense_pipeline_tests.fixtures.tiny_dataset import published, settings_in

settings = settings_in(Path(sys.argv[1]) / "data")
made = 0
try:
    while made < 50:
        published(settings, users=made + 1, minute=made)
        made += 1
except DiskFullError as error:
    print(error)
with open_published(settings) as con:
    assert con.execute("select count(*) from raw_users").fetchall() == [(made,)]
assert not list(settings.datasets_dir.glob("*.new*"))
for path in settings.datasets_dir.glob("*.duckdb"):
    if path != current_dataset(settings).path:
        path.unlink()
published(settings, users=made + 1, minute=made)
print("published again")
"""
PUBLISHED_SEED = """
import sys, duckdb
print(duckdb.connect(sys.argv[1], read_only=True).execute("select seed from dataset").fetchall()[0][0])
"""


def _full_sqlite() -> sqlite3.Error:
    db = sqlite3.connect(":memory:")
    db.execute("pragma max_page_count = 2")
    try:
        with pytest.raises(sqlite3.OperationalError) as caught:
            db.executescript("create table t (x); insert into t values (zeroblob(100000));")
    finally:
        db.close()
    return caught.value


def test_it_is_recognised_from_whoever_met_it(tmp_path: Path) -> None:
    wrapped = sqlalchemy.exc.OperationalError("insert", {}, _full_sqlite())
    chained = RuntimeError("the books cannot be kept")
    chained.__cause__ = wrapped
    spilled = 'failed to offload data block of size 256.0 KiB: "max_temp_directory_size" is 1 MiB'
    for error in (
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        duckdb.IOException('Could not write file "/x/y": No space left on device'),
        duckdb.TransactionException("Failed to commit: Could not write all bytes to file"),
        duckdb.OutOfMemoryException(spilled),
        _full_sqlite(),
        wrapped,
        chained,
    ):
        found = disk_full(error, tmp_path)
        assert found is not None, error
        assert found.exit_code == 1
        assert "\n" not in str(found)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        duckdb.CatalogException("Table with name t does not exist"),
        sqlite3.OperationalError("no such table: t"),
        ValueError("full"),
    ],
)
def test_nothing_else_is_taken_for_it(error: Exception, tmp_path: Path) -> None:
    assert disk_full(error, tmp_path) is None


@pytest.mark.parametrize("free", [0, 10**12])
def test_an_input_output_error_of_sqlite_is_one_where_there_is_no_room(
    free: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    monkeypatch.setattr(disk, "free_bytes", lambda _: free)
    assert (disk_full(error, tmp_path) is None) == bool(free)


def test_it_names_the_place_and_the_megabytes(tmp_path: Path) -> None:
    error = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "there" / "file"))
    found = disk_full(error, tmp_path / "here")
    assert found is not None
    assert f"the disk holding {tmp_path / 'there'} is too full: " in str(found)
    assert "at least 1.0 MB more are needed" in str(found)
    assert "about 12.3 MB more are needed" in str(found.needing(12_300_000))
    assert "free some space" in found.remedy
    assert disk_full(found, tmp_path) is found


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (2_100, "2.1 kB"), (12_340_000, "12.3 MB"), (4.2e12, "4,200.0 GB")],
)
def test_sizes_are_said_as_people_say_them(size: float, said: str) -> None:
    assert human_bytes(size) == said


def test_publishing_on_a_disk_that_fills_up_leaves_what_was_published(tmp_path: Path) -> None:
    done = on_small_disk(tmp_path, "12m", [sys.executable, "-c", PUBLISHING, tmp_path])
    assert done.returncode == 0, done.stderr
    complaint, again = done.stdout.splitlines()
    assert complaint.startswith(f"the disk holding {tmp_path}/data/")
    assert again == "published again"


# Sizes in megabytes, and of what another program waits for before it takes all that is left.
ANY_POINT: list[tuple[int, str, int]] = [
    *((size, "", 0) for size in (1, 2, 3, 6, 10, 13, 16, 19)),
    (60, "data/dagster_home", 700),
    (60, "data/dagster_home", 2_500),
    (60, "data/warehouse", 500),
    (60, "data/warehouse", 6_000),
    (60, "data/datasets", 100),
    (60, "data", 5),
]


@pytest.mark.long
@pytest.mark.parametrize(("size", "watched", "kilobytes"), ANY_POINT)
def test_a_run_that_fills_the_disk_at_any_point_says_so_in_one_line(
    tmp_path: Path, size: int, watched: str, kilobytes: int
) -> None:
    fill = [filler(tmp_path, watched, kilobytes)] if watched else []
    done = on_small_disk(
        tmp_path,
        f"{size}m",
        *fill,
        refresh("--users", "100", "--force"),
        SPENDSENSE_DATA_DIR=str(tmp_path / "data"),
    )
    assert done.returncode == 1, done.stderr
    [line] = [each for each in done.stderr.splitlines() if each.startswith("error: ")]
    assert done.stderr.rstrip().endswith(line), "nothing follows the one line"
    assert f"the disk holding {tmp_path}/data" in line
    assert "MB more are needed" in line


@pytest.mark.long
@pytest.mark.parametrize("at_kilobytes", [19_000, 24_000, 30_000])
def test_what_was_published_is_read_after_a_run_that_filled_the_disk(
    tmp_path: Path, at_kilobytes: int
) -> None:
    """And once there is room the next run works, whatever the last one left."""
    failing = refresh("--users", "100", "--seed", "7")
    for then, seed in (([], 42), ([["rm", tmp_path / "filler"], failing], 7)):
        done = on_small_disk(
            tmp_path,
            "60m",
            refresh("--users", "100"),
            filler(tmp_path, "data", at_kilobytes),
            failing,
            *then,
            [sys.executable, "-c", PUBLISHED_SEED, tmp_path / "data" / "spendsense.duckdb"],
            SPENDSENSE_DATA_DIR=str(tmp_path / "data"),
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{seed}\n"


@pytest.mark.long
@pytest.mark.parametrize("left", [12, 36])
def test_a_warehouse_a_killed_run_left_does_not_refuse_the_next(tmp_path: Path, left: int) -> None:
    """Forty megabytes hold one run of a hundred people, not beside what another one left."""
    warehouse = tmp_path / "data" / "warehouse"
    done = on_small_disk(
        tmp_path,
        "40m",
        ["mkdir", "-p", warehouse],
        ["dd", "if=/dev/zero", f"of={warehouse}/building.duckdb.wal", f"bs={left}M", "count=1"],
        refresh("--users", "100"),
        SPENDSENSE_DATA_DIR=str(tmp_path / "data"),
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.long
def test_the_dagster_command_ends_in_one_line_where_its_books_find_no_room(tmp_path: Path) -> None:
    materialize = [
        *(Path(sys.executable).with_name("dagster"), "asset", "materialize", "--select", "*"),
        *("-m", "spendsense_pipeline.definitions"),
    ]
    for size, fill in (("1m", []), ("60m", [filler(tmp_path, "data/dagster_home", 800)])):
        done = on_small_disk(
            tmp_path,
            size,
            *fill,
            materialize,
            SPENDSENSE_DATA_DIR=str(tmp_path / "data"),
            PYTHONWARNINGS="ignore",
        )
        assert done.returncode == 1, done.stderr
        last = done.stderr.splitlines()[-1]
        assert f"Error: the disk holding {tmp_path}/data/dagster_home is too full" in last
        assert "Traceback" not in done.stderr
