"""A publication replaces the published file whole, and keeps what one may go back to."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from spendsense_pipeline import files
from spendsense_pipeline.disk import DiskFullError
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing import publish as publish_module
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.publishing.identity import Stamp, dataset_id
from spendsense_pipeline.publishing.publish import publish
from spendsense_pipeline.publishing.retention import (
    current_dataset,
    datasets,
    prune,
    rollback,
)
from spendsense_pipeline.publishing.warehouse import (
    NoDatasetError,
    current_dataset_path,
    open_published,
)
from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.fixtures.tiny_dataset import (
    NOW,
    a_building,
    a_config,
    published,
    settings_in,
)

# What another program does that wants to write.
OPENING = "import duckdb, sys; duckdb.connect(sys.argv[1])"


def users_seen(path: Path) -> int:
    con = duckdb.connect(str(path), read_only=True)
    try:
        [(count,)] = con.execute("select count(*) from raw_users").fetchall()
        return int(count)
    finally:
        con.close()


def test_published_file_holds_the_public_tables_and_one_row_saying_what_it_is(
    tmp_path: Path,
) -> None:
    settings, resolved = settings_in(tmp_path), a_config(seed=7)
    published(settings, resolved)
    with open_published(settings) as con:
        tables = {n for (n,) in con.execute("select table_name from duckdb_tables()").fetchall()}
        assert tables == {"operator_controls", "raw_users", "persona_assignments", "dataset"}
        [row] = con.execute("select * from dataset").fetchall()
        comments = con.execute("select comment from duckdb_tables()").fetchall()
    found = dict(zip(DATASET.column_names, row, strict=True))
    assert found["dataset_id"] == dataset_id(resolved)
    assert (found["as_of"], found["seed"], found["run_id"]) == (AS_OF, 7, "run")
    assert found["published_at"] == NOW.replace(tzinfo=None)
    assert {json.loads(c)["dataset_id"] for (c,) in comments} == {dataset_id(resolved)}
    assert {json.loads(c)["config_hash"] for (c,) in comments} == {Stamp.of(resolved).config_hash}


def freed_blocks(con: duckdb.DuckDBPyConnection) -> int:
    con.execute("checkpoint")
    [(freed,)] = con.execute("select free_blocks from pragma_database_size()").fetchall()
    return int(freed)


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are copied as they stand."""
    paths_copied: list[Path] = []
    copy = publish_module._copy_file

    def noted(source: Path, target: Path) -> None:
        paths_copied.append(source)
        copy(source, target)

    monkeypatch.setattr(publish_module, "_copy_file", noted)
    return paths_copied


def test_a_file_as_it_stands_is_published_without_the_internal_tables(
    tmp_path: Path, copied: list[Path]
) -> None:
    settings, resolved = settings_in(tmp_path), a_config()
    with a_building(settings, resolved, users=3) as con:
        assert freed_blocks(con) == 0
        publish(con, settings, resolved, rules_version="r1", run_id="run", now=NOW)
        kept = con.execute("select * from raw_users order by user_id").fetchall()
        with open_published(settings) as reader:
            assert reader.execute("select * from raw_users order by user_id").fetchall() == kept
            names = reader.execute("select table_name from duckdb_tables()").fetchall()
    assert copied == [settings.building_path]
    assert not [name for (name,) in names if name.startswith("_")]


def test_rows_that_were_deleted_are_not_in_the_published_file(tmp_path: Path) -> None:
    settings, resolved = settings_in(tmp_path), a_config()
    gone = b"somebody who withdrew"
    with a_building(settings, resolved) as con:
        con.execute("create table leaving (name varchar using compression uncompressed) ")
        con.execute("insert into leaving select ? || range from range(200000)", [gone.decode()])
        con.execute("checkpoint")
        con.execute("drop table leaving")
        assert freed_blocks(con) > 0
        assert gone in settings.building_path.read_bytes()  # what the copy must not carry along
        publish(con, settings, resolved, rules_version="r1", run_id="run", now=NOW)
    assert gone not in settings.published_path.read_bytes()
    assert users_seen(settings.published_path) == 2


@pytest.mark.parametrize(
    ("leaving", "staying", "as_it_stands"),
    [(100_000, 500_000, True), (1_000_000, 100_000, False)],
)
def test_freed_blocks_of_the_same_run_are_copied_unless_they_are_many(
    tmp_path: Path,
    leaving: int,
    staying: int,
    as_it_stands: bool,
    copied: list[Path],
) -> None:
    settings, resolved = settings_in(tmp_path), a_config()
    with a_building(settings, resolved) as con:
        for table, rows in (("leaving", leaving), ("staying", staying)):
            con.execute(f"create table {table} as select random() as x from range({rows})")
        con.execute("checkpoint")
        con.execute("drop table leaving")
        assert freed_blocks(con) > 0
        publish(con, settings, resolved, rules_version="r1", run_id="run", now=NOW, is_all_new=True)
    assert bool(copied) == as_it_stands
    assert users_seen(settings.published_path) == 2


def test_publishing_keeps_the_warehouse_locked(tmp_path: Path) -> None:
    settings, resolved = settings_in(tmp_path), a_config()
    with a_building(settings, resolved) as con:
        publish(con, settings, resolved, rules_version="r1", run_id="run", now=NOW)
        other = subprocess.run(
            [sys.executable, "-c", OPENING, str(settings.building_path)],
            capture_output=True,
            text=True,
        )
    assert other.returncode != 0
    assert "Conflicting lock" in other.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full here")
def test_a_disk_that_fills_up_while_the_file_is_copied_is_named_as_such(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100_000)
    with pytest.raises(OSError, match="No space left") as caught:
        publish_module._copy_file(source, Path("/dev/full"))
    assert caught.value.errno == errno.ENOSPC


def test_published_file_cannot_be_written_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    published(settings)
    assert settings.published_path.stat().st_mode & 0o222 == 0
    beside = {p.name for p in tmp_path.iterdir()} | {
        p.name for p in settings.datasets_dir.iterdir()
    }
    assert not [name for name in beside if name.endswith((".wal", ".new"))]


def test_a_reader_that_holds_the_file_open_neither_blocks_nor_sees_the_next_one(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    published(settings, users=2)
    with open_published(settings) as reader:
        published(settings, users=3, minute=1)
        assert reader.execute("select count(*) from raw_users").fetchall() == [(2,)]
        with open_published(settings) as second:
            assert second.execute("select count(*) from raw_users").fetchall() == [(3,)]


def test_a_log_left_beside_the_published_file_does_not_break_the_next(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    published(settings)
    Path(f"{settings.published_path}.wal").write_bytes(b"left by somebody's editor")
    published(settings, users=4, minute=1)
    assert users_seen(settings.published_path) == 4


@pytest.mark.parametrize(
    ("module", "failing"),
    [
        (publish_module, "_copy_database"),
        (files, "force_to_disk"),
        (publish_module, "point_readers_at"),
    ],
)
def test_a_publication_that_fails_anywhere_leaves_the_published_dataset(
    tmp_path: Path, module: ModuleType, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    published(settings, users=2)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(module, failing, full)
        with pytest.raises(DiskFullError, match="is too full") as caught:
            published(settings, users=3, minute=1)
    assert "\n" not in str(caught.value)
    assert users_seen(settings.published_path) == 2
    published(settings, users=5, minute=2)
    assert users_seen(settings.published_path) == 5
    assert not list(settings.datasets_dir.glob("*.new*"))


def test_what_is_published_is_verified_with_its_own_row_before_anybody_sees_it(
    tmp_path: Path,
) -> None:
    settings, resolved = settings_in(tmp_path), a_config(seed=7)
    first = published(settings)

    with a_building(settings, resolved, 3) as con:

        def refuse() -> None:
            [(found,)] = con.execute("select dataset_id from dataset").fetchall()
            raise ArithmeticError(found)

        with pytest.raises(ArithmeticError, match=dataset_id(resolved)):
            publish(con, settings, resolved, rules_version="r", run_id=None, now=NOW, verify=refuse)
    assert users_seen(settings.published_path) == 2
    assert list(settings.datasets_dir.iterdir()) == [first.path]


def test_without_hard_links_a_copy_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    settings = settings_in(tmp_path)
    published(settings, users=3)
    assert users_seen(settings.published_path) == 3
    assert current_dataset_path(settings) == settings.published_path


def test_the_newest_are_kept_and_the_published_one_always(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    made = [published(settings, users=n + 1, minute=n) for n in range(5)]
    rollback(settings, steps=4)
    removed = prune(settings, keep=2)
    assert sorted(removed) == [d.path for d in made[1:3]]
    assert users_seen(settings.published_path) == 1
    assert [d.is_current for d in datasets(settings)] == [False, False, True]


def test_rollback_goes_back_by_steps_or_by_id_and_forward_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    first = published(settings, a_config(seed=1), users=1)
    second = published(settings, a_config(seed=2), users=2, minute=1)
    assert rollback(settings).dataset_id == first.dataset_id
    assert current_dataset(settings).seed == 1
    assert users_seen(settings.published_path) == 1
    assert rollback(settings, dataset_id=second.dataset_id[:6]).seed == 2
    assert users_seen(settings.published_path) == 2


@pytest.mark.parametrize("arguments", [{"steps": 1}, {"steps": 0}, {"dataset_id": "nonesuch"}])
def test_rollback_to_what_is_not_kept_says_what_is(
    tmp_path: Path, arguments: dict[str, object]
) -> None:
    settings = settings_in(tmp_path)
    published(settings)
    with pytest.raises(SpendSenseError, match="none besides the published one"):
        rollback(settings, **arguments)  # type: ignore[arg-type]
    assert users_seen(settings.published_path) == 2


def test_withdrawn_consent_reaches_the_datasets_that_are_kept(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with_her = published(settings, users=3)
    published(settings, users=2, minute=1)  # holds nothing about user_0002
    record_decision(settings, "user_0002", "revoked", decided_at=NOW)
    with pytest.raises(SpendSenseError, match="withdrawn consent"):
        rollback(settings)
    assert prune(settings) == [with_her.path]


def test_before_the_first_publication_there_is_one_clear_message(tmp_path: Path) -> None:
    with (
        pytest.raises(NoDatasetError, match="spendsense refresh"),
        open_published(settings_in(tmp_path)),
    ):
        pass


def test_dataset_id_names_configuration_day_and_world() -> None:
    base = dataset_id(a_config())
    assert dataset_id(a_config()) == base
    assert dataset_id(a_config(seed=43)) != base
    assert dataset_id(a_config(AS_OF - dt.timedelta(days=1))) != base
    assert dataset_id(a_config(history_start=dt.date(2025, 11, 1))) != base
