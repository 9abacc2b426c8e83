"""No command replaces an import unasked or proposes to; `refresh --from-raw` is what refreshes it."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.publishing.warehouse import writer_lock
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import run
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of, built_once
from spendsense_pipeline_tests.fixtures.imported_data import (
    RAW_PEOPLE,
    in_the_warehouse,
    people_in,
    published_import,
)
from spendsense_pipeline_tests.fixtures.refreshed_directory import ASKED
from spendsense_pipeline_tests.fixtures.tiny_dataset import NOW, settings_in


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which an import is published; copy it, do not change it."""

    def publish(folder: Path) -> None:
        published_import(settings_in(folder / "data"), folder / "scratch")

    return built_once(tmp_path_factory, "published_import", publish) / "data"


@pytest.fixture
def imported(published_once: Path, data_dir: Path) -> Settings:
    """An import, published."""
    return settings_in(a_copy_of(published_once, data_dir))


@pytest.mark.parametrize(
    "words", [(), ("--yes",), ("--fresh", "--yes"), ("--users", "20", "--yes")]
)
def test_refresh_names_the_import_and_what_to_do(
    imported: Settings, words: tuple[str, ...]
) -> None:
    answer = run("refresh", *words)
    assert answer.code == 2
    [said] = answer.err.splitlines()
    for word in ("'in'", "2026-06-30", "`spendsense refresh --from-raw`", "--replace-import"):
        assert word in said
    assert people_in(imported.published_path) == RAW_PEOPLE
    assert people_in(imported.building_path) == RAW_PEOPLE
    assert not (imported.data_dir / "dagster_home").exists()


def test_a_dry_run_says_that_it_would_be_refused(imported: Settings) -> None:
    assert "It would be refused here: the import of 'in'" in run("refresh", "--dry-run").out
    assert "--from-raw" in run("refresh", "--dry-run", "--json").json["refusal"]
    knowing = run("refresh", "--dry-run", "--replace-import", "--json")
    assert knowing.json["refusal"] is None
    assert "Imported data" in knowing.json["history"]


def test_from_raw_says_what_it_would_judge(imported: Settings) -> None:
    answer = run("refresh", "--from-raw", "--dry-run")
    assert answer.code == 0
    assert "imported, as of 2026-06-30: 2 users, 2 accounts, 10 transactions" in answer.out
    assert "Nothing was written" in answer.out
    assert run("refresh", "--from-raw", "--dry-run", "--json").json["rows"]["raw_users"] == 2


@pytest.mark.parametrize(
    "option",
    [
        ("--users", "20"),
        ("--seed", "0"),
        ("--months", "3"),
        ("--preset", "balanced"),
        ("--as-of", "2026-01-01"),
        ("--fresh",),
        ("--replace-import",),
    ],
)
@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_from_raw_makes_nobody(
    imported: Settings, option: tuple[str, ...], dry_run: tuple[str, ...]
) -> None:
    answer = run("refresh", "--from-raw", *option, *dry_run)
    assert answer.code == 2
    assert f"leave out {option[0]}, or --from-raw" in answer.err


def test_from_raw_takes_rules_from_a_file_and_refuses_people(
    imported: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "rules.json"
    file.write_text('{"thresholds": {"subscription_heavy_subscription_count": 7}}')
    shown = run("refresh", "--from-raw", "--dry-run", "--config", file, "--json").json
    thresholds = shown["configuration"]["thresholds"]
    assert thresholds["subscription_heavy_subscription_count"] == 7
    file.write_text('{"config": {"num_users": 20}}')
    answer = run("refresh", "--from-raw", "--config", file)
    assert answer.code == 2
    assert "config.num_users would make other people" in answer.err


def test_from_raw_with_nothing_there_says_how_to_begin(data_dir: Path) -> None:
    answer = run("refresh", "--from-raw")
    assert answer.code == 2
    assert "holds no raw tables" in answer.err
    assert "`spendsense import`" in answer.err


@pytest.mark.long
def test_from_raw_applies_decisions_to_published_tables(data_dir: Path, tmp_path: Path) -> None:
    settings = settings_in(data_dir)
    in_the_warehouse(settings, tmp_path / "scratch")
    record_decision(settings, "ann", "revoked", decided_at=NOW)
    record_decision(settings, "bob", "granted", decided_at=NOW)
    answer = run("refresh", "--from-raw", "--yes")
    assert answer.code == 0, answer.err
    assert "imported, as of 2026-06-30" in answer.err
    assert "run `spendsense refresh`" not in answer.out + answer.err
    assert "bring newer rows with `spendsense import`" in answer.out
    with duckdb.connect(str(settings.published_path), read_only=True) as con:
        assert con.execute(
            "select user_id, consent_status from raw_users order by 1"
        ).fetchall() == [
            ("ann", "revoked"),
            ("bob", "granted"),
        ]
        tables = con.execute(
            "select table_name from duckdb_columns() where column_name = 'user_id'"
            " and not starts_with(table_name, 'raw_') and schema_name = 'main'"
        ).fetchall()
        for (table,) in tables:
            [(about_ann,)] = con.execute(
                f"select count(*) from {table} where user_id = 'ann'"
            ).fetchall()
            assert not about_ann, table
        judged = "select distinct user_id from persona_assignments"
        assert con.execute(judged).fetchall() == [("bob",)]
    for words in (("grant", "ann"), ("revoke", "bob")):
        assert "next `spendsense refresh --from-raw`" in run("consent", *words).out
    assert "the next `spendsense refresh --from-raw` removes it" in run("trace", "bob").err
    not_yet = "`spendsense consent grant ann` and `spendsense refresh --from-raw`"
    assert not_yet in run("trace", "ann").err
    saved = tmp_path / "saved.json"
    assert run("config", "export", saved).code == 0
    assert run("config", "check", saved).code == 0
    written = run("calibrate", "--write", tmp_path / "lines.json")
    assert "then: spendsense refresh --from-raw --config" in written.err


def test_from_raw_waits_for_a_run_that_is_writing(
    imported: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = imported.building_path.rename(tmp_path / "aside.duckdb")
    imported.building_path.write_text("half written")
    holds, asked = threading.Event(), threading.Event()

    def write() -> None:
        with writer_lock(imported, holder="run 1a2b3c4d", wait_seconds=0):
            holds.set()
            asked.wait(30)
            aside.replace(imported.building_path)

    def say(text: str) -> None:
        said.append(text)
        asked.set()

    said: list[str] = []
    monkeypatch.setattr("spendsense_pipeline.cli.from_raw.say", say)
    monkeypatch.setattr("spendsense_pipeline.cli.refresh.run_and_summarize", lambda *_, **__: None)
    writer = threading.Thread(target=write)
    writer.start()
    holds.wait(30)
    answer = run("refresh", "--from-raw", "--yes")
    writer.join()
    assert answer.code == 0, answer.err
    assert "run 1a2b3c4d" in said[0]
    assert "2 users" in said[1]


def test_of_made_up_people_refresh_is_what_refreshes(own_copy: Path) -> None:
    answer = run("refresh", "--from-raw", "--dry-run")
    assert answer.code == 2, "this copy has no warehouse"
    assert "run `spendsense refresh`" in answer.err


def test_made_up_raw_tables_are_judged_too(published: Path) -> None:
    answer = run("refresh", "--from-raw", "--dry-run", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["rows"]["raw_users"] == ASKED["config"]["num_users"]  # type: ignore[index]
