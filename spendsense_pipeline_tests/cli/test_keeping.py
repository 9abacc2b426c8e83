"""Consent and rollback: what they change takes effect in every command."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from spendsense_pipeline_tests.fixtures.command import run


def _consenting(data_dir: Path) -> str:
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        sql = "select max(user_id) from raw_users where consent_status = 'granted'"
        [(user_id,)] = con.execute(sql).fetchall()
    return str(user_id)


def test_a_withdrawn_consent_hides_the_person_at_once(own_copy: Path, tmp_path: Path) -> None:
    user_id = _consenting(own_copy)
    answer = run("consent", "revoke", user_id)
    assert answer.code == 0
    assert "next `spendsense refresh`" in answer.out
    view = run("user", user_id, "--json").json
    assert view["consent_status"] == "revoked"
    assert view["features"] == []
    assert run("trace", user_id).code == 2
    exported = run("export", tmp_path / "out", "--format", "csv", "--json").json
    assert user_id not in (tmp_path / "out" / "raw_users.csv").read_text(encoding="utf-8")
    assert list(run("consent", "list", "--json").json) == [user_id]
    assert run("consent", "grant", user_id).code == 0
    assert run("user", user_id, "--json").json["features"]
    again = run("export", tmp_path / "out", "--format", "csv", "--json").json
    assert again["people"] == exported["people"] + 1


def test_consent_of_nobody_is_refused(own_copy: Path) -> None:
    assert run("consent", "revoke", "user_9999").code == 2
    assert not (own_copy / "consent.json").exists()


def put_an_earlier_dataset(data_dir: Path) -> str:
    """Put a copy of the dataset before it, under another id."""
    current = next((data_dir / "datasets").glob("*.duckdb"))
    earlier = current.with_name(f"20000101T000000000000_{'e' * 16}.duckdb")
    shutil.copyfile(current, earlier)
    with duckdb.connect(str(earlier)) as con:
        con.execute("update dataset set dataset_id = ?", ["e" * 16])
    return "e" * 16


def test_rollback_publishes_the_earlier_dataset_again(own_copy: Path) -> None:
    earlier = put_an_earlier_dataset(own_copy)
    current = run("summary", "--json").json["dataset_id"]
    listed = run("rollback", "--list", "--json").json
    assert [d["dataset_id"] for d in listed] == [current, earlier]
    assert run("diff", "--json").json["first"] == earlier, "previous and current by default"
    answer = run("rollback", "--yes")
    assert answer.code == 0
    assert earlier in answer.out
    assert run("summary", "--json").json["dataset_id"] == earlier
    assert run("rollback", current[:6]).code == 0, "and forward again, by the beginning of an id"
    assert run("summary", "--json").json["dataset_id"] == current


def test_rollback_without_an_earlier_dataset_says_so(own_copy: Path) -> None:
    answer = run("rollback", "--yes")
    assert answer.code == 2
    assert "none besides" in answer.err
