"""Reading a log again: whatever became of the file, what is read is what is there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline import journal
from spendsense_pipeline.journal import Journal
from spendsense_pipeline.publishing.warehouse import WarehouseError


def _parse(line: bytes) -> tuple[int, int]:
    """A line is `[number, how many follow]`."""
    number, following = json.loads(line)
    return number, following


def _line(number: int, following: int = 0) -> bytes:
    return json.dumps([number, following]).encode() + b"\n"


def _log(folder: Path) -> Journal[int]:
    return Journal(folder / "log.jsonl", folder / ".lock", _parse, "test log")


def _there(path: Path) -> tuple[int, ...]:
    """What whole statements a file holds, read by nothing of ours."""
    said: list[int] = []
    waiting: list[int] = []
    for line in path.read_bytes().split(b"\n")[:-1]:
        number, following = json.loads(line)
        waiting.append(number)
        if not following:
            said += waiting
            waiting = []
    return tuple(said)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("say", "append", "tear", "replace", "shorten", "rewrite", "age")),
        st.integers(1, 3),
        st.integers(0, 99),
    ),
    max_size=12,
)


@given(steps=STEPS)
def test_what_is_read_again_is_what_is_there(
    steps: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = _log(tmp_path_factory.mktemp("log"))
    log.path.touch()
    for step, count, number in steps:
        said = b"".join(_line(number + n, count - n - 1) for n in range(count))
        content = log.path.read_bytes()
        if step == "say":  # through the log itself, which cuts what was torn
            with log.writing() as pen:
                pen.write(said)
        elif step == "append" and content.endswith((b"\n", b"")):  # another process
            with log.path.open("ab") as file:
                file.write(said if not content or content.endswith(b"\n") else b"")
        elif step == "tear":
            with log.path.open("ab") as file:
                file.write(said[: len(said) // 2] if content.endswith(b"\n") else b"")
        elif step == "replace":
            new = log.path.with_suffix(".new")
            new.write_bytes(said)
            new.replace(log.path)
        elif step == "shorten":
            os.truncate(log.path, content.rfind(b"\n", 0, len(content) // 2) + 1)
        elif step == "rewrite":  # the same length, in place
            log.path.write_bytes(content.replace(b"[1", b"[2"))
        elif step == "age":
            os.utime(log.path, ns=(number, number))
        for _ in range(2):
            assert log.read() == _there(log.path), step


def test_what_has_not_changed_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, parsed = _log(tmp_path), []

    def counting(line: bytes) -> tuple[int, int]:
        parsed.append(line)
        return _parse(line)

    log = Journal(log.path, log.lock_path, counting, "test log")
    log.path.write_bytes(b"".join(map(_line, range(50))))
    monkeypatch.setattr(journal, "_CLOCK_TICK_NS", 0)
    first = log.read()
    counted = len(parsed)
    assert counted >= 50
    assert log.read() is first
    assert len(parsed) == counted
    with log.path.open("ab") as file:
        file.write(_line(50))
    assert log.read() == (*first, 50)
    assert len(parsed) <= counted + 3, "only what is new"


def test_a_line_that_breaks_later_is_named_by_its_number(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.path.write_bytes(_line(1) + _line(2))
    assert log.read() == (1, 2)
    with log.path.open("ab") as file:
        file.write(_line(3) + b"no line\n")
    with pytest.raises(WarehouseError, match=r"line 4 of .* is no entry of a test log"):
        log.read()
    log.path.write_bytes(_line(1) + _line(2))
    assert log.read() == (1, 2)


def test_a_file_that_is_gone_says_nothing(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.path.write_bytes(_line(1))
    assert log.read() == (1,)
    log.path.unlink()
    assert log.read() == ()
