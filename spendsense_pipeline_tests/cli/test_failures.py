"""When it cannot be done: one paragraph that says what, where and what to do, the right exit code, no traceback."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.command import run

READING = (
    ("summary",),
    ("user", "user_0000"),
    ("trace", "user_0000"),
    ("export", "out"),
    ("calibrate",),
    ("diff",),
    ("rollback", "--yes"),
    ("consent", "revoke", "user_0000"),
)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_no_dataset_yet(
    data_dir: Path, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert answer.err.count("\n") == 1, answer.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", READING[:6], ids=" ".join)
def test_a_dataset_of_another_version(
    own_copy: Path, words: tuple[str, ...], tmp_path: Path
) -> None:
    path = next((own_copy / "datasets").glob("*.duckdb"))
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        con.execute("alter table persona_assignments drop column severity")
        con.execute("checkpoint")
    words = tuple(str(tmp_path / "out") if word == "out" else word for word in words)
    if words == ("diff",):
        words = ("diff", "current", "current")
    answer = run(*words)
    assert answer.code == 2
    assert "persona_assignments lacks severity" in answer.err
    assert "spendsense refresh" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_database(own_copy: Path) -> None:
    for path in (own_copy / "datasets").glob("*"):
        path.unlink()
    (own_copy / "spendsense.duckdb").unlink()
    (own_copy / "spendsense.duckdb").write_bytes(b"not a database at all, really" * 200)
    answer = run("summary")
    assert answer.code == 2
    assert "is not a DuckDB database" in answer.err


def test_unknown_user_names_those_there_are(published: Path) -> None:
    answer = run("user", "user_9999")
    assert answer.code == 2
    assert "there is no user user_9999 among the 20 (user_0000 to user_0019)" in answer.err
    assert "did you mean user_0" in answer.err


def test_a_data_directory_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(tmp_path / "file" / "data"))
    answer = run("refresh", "--yes")
    assert answer.code == 2
    assert "SPENDSENSE_DATA_DIR" in answer.err


def test_an_export_directory_that_cannot_be_made(published: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    answer = run("export", tmp_path / "file" / "out")
    assert answer.code == 2
    assert "choose a directory you can write to" in answer.err


def test_every_problem_of_a_configuration_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(
        "config: {num_users: 5, months: 3}\ncontrols: {overdue_probability: 2}\n", encoding="utf-8"
    )
    answer = run("config", "check", file)
    assert answer.code == 2
    assert "3 problems" in answer.err
    for name in ("num_users", "months", "overdue_probability"):
        assert name in answer.err
    as_json = run("config", "check", file, "--json")
    assert as_json.code == 2
    assert len(as_json.json["problems"]) == 3
    assert run("refresh", "--config", file).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("refresh", "--users", "many"),
        ("refresh", "--as-of", "yesterday"),
        ("refresh", "--preset", "nosuch"),
        ("presets", "nosuch"),
        ("trace", "user_0000", "--window", "60"),
        ("export", "out", "--format", "xlsx"),
        ("nosuch",),
        ("config", "check", "nowhere.json"),
        ("import", "nowhere", "--as-of", "2026-06-30"),
    ],
    ids=" ".join,
)
def test_wrong_words_end_with_two(data_dir: Path, words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err


def test_a_broken_import_file_writes_nothing(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "users.csv").write_text("user_id\na\na\n", encoding="utf-8")
    (folder / "accounts.csv").write_text(
        "account_id,user_id,type,subtype,balance_current\n", encoding="utf-8"
    )
    (folder / "transactions.csv").write_text(
        "transaction_id,account_id,date,amount,name\n1,x,2026-06-01,inf,S\n", encoding="utf-8"
    )
    answer = run("import", folder, "--as-of", "2026-06-30", "--all-consented")
    assert answer.code == 2
    assert "3 problems" in answer.err
    for said in ("user_id", "not finite", "accounts does not hold"):
        assert said in answer.err
    assert not (data_dir / "imports").exists()
    assert not (data_dir / "warehouse").exists()


def test_what_nobody_foresaw_is_one_paragraph_and_a_traceback_on_request(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        message = "out of cheese"
        raise RuntimeError(message)

    monkeypatch.setattr("spendsense_pipeline.settings.Settings.from_environment", broken)
    answer = run("rollback")
    assert answer.code == 1
    assert "out of cheese" in answer.err
    assert "--debug" in answer.err
    assert "Traceback" not in answer.err
    assert "Traceback" in run("rollback", "--debug").err
    assert "Traceback" in run("--debug", "rollback").err
