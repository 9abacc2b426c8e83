"""Files and folders written whole: the old one or the new one, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spendsense_pipeline import files
from spendsense_pipeline.files import new_file, new_folder, unfinished, write_text


def test_a_file_is_replaced_whole_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "file.txt"
    for text in ("one\n", "two\n"):
        write_text(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert [each.name for each in path.parent.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("failing", ["block", "force_to_disk"])
def test_a_file_that_could_not_be_completed_leaves_the_old_one(
    tmp_path: Path, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def half_written() -> None:
        with new_file(path) as new:
            new.write_text("half", encoding="utf-8")
            if failing == "block":
                full()

    if failing != "block":
        monkeypatch.setattr(files, failing, full)
    with pytest.raises(OSError, match="No space left"):
        half_written()
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]


def test_what_a_killed_process_left_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    unfinished(path).write_text("half", encoding="utf-8")
    with new_file(path) as new:
        assert not new.exists()
        new.write_text("whole", encoding="utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]


def test_writers_told_apart_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    with new_file(path, apart="a") as one, new_file(path, apart="b") as two:
        one.write_text("one", encoding="utf-8")
        two.write_text("two", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "one"  # the last to be complete


def test_it_is_on_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[tuple[str, bool]] = []
    path = tmp_path / "file.txt"
    monkeypatch.setattr(
        files, "force_to_disk", lambda each: forced.append((each.name, path.exists()))
    )
    write_text(path, "text")
    assert forced == [(unfinished(path).name, False), (tmp_path.name, True)]


def test_a_folder_is_replaced_whole_or_left(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    for name in ("one", "two"):
        with new_folder(path) as new:
            (new / name).write_text(name, encoding="utf-8")
        assert [each.name for each in path.iterdir()] == [name]
    (tmp_path / ".folder.old").mkdir()
    with new_folder(path) as new:
        (new / "two").touch()
    unfinished(path).mkdir()
    (unfinished(path) / "left by a killed process").touch()
    with pytest.raises(IndexError), new_folder(path) as new:
        list(new.iterdir())[0].touch()  # noqa: RUF015 - nothing is there
    assert [each.name for each in path.iterdir()] == ["two"]
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_folder_set_aside_by_a_killed_process_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    (tmp_path / ".folder.old").mkdir()
    (tmp_path / ".folder.old" / "old").touch()
    with pytest.raises(KeyError), new_folder(path):
        raise KeyError
    assert [each.name for each in path.iterdir()] == ["old"]
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "folder"
    with new_folder(path) as new:
        (new / "old").touch()
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self == unfinished(path):
            raise OSError(1, os.strerror(1))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="not permitted"), new_folder(path) as new:
        (new / "new").touch()
    assert [each.name for each in path.iterdir()] == ["old"]
