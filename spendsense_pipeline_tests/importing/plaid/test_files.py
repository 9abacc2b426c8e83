"""Which files are whose, in which order, and what is said of those that cannot be read."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from spendsense_pipeline.importing import ImportProblemsError
from spendsense_pipeline.importing.plaid import has_responses
from spendsense_pipeline.importing.plaid.files import people
from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    a_sync,
    a_transaction,
    an_account,
    read,
    read_path,
    written,
)

PULL = a_sync([a_transaction("a")], accounts=[an_account()])


def owners(found: Any) -> dict[str, str]:
    return {row["transaction_id"]: row["user_id"] for row in found.tables["transactions"]}


def pull(name: str) -> dict[str, Any]:
    row = a_transaction(name, account_id=name)
    return a_sync([row], accounts=[an_account(name, mask=name)])


def test_a_person_is_a_folder_at_whatever_depth_their_files_stand() -> None:
    found = read(
        {
            "ann/1.json": pull("a"),
            "ann/item_1/1.json": pull("b"),
            "ann/item_2/2026-06-01/1.JSON": pull("c"),
            "bob/item_3/1.json": pull("d"),
            ".cache/1.json": "no json",
            "__MACOSX/ann/1.json": "no json",
            "ann/._1.json": "no json",
        }
    )
    assert owners(found) == {"a": "ann", "b": "ann", "c": "ann", "d": "bob"}
    assert {row["user_id"] for row in found.tables["users"]} == {"ann", "bob"}


def test_files_of_the_folder_itself_are_those_of_the_person_it_is_named_for(
    tmp_path: Path,
) -> None:
    found = read_path(written(tmp_path / "zoe", {"1.json": PULL}))
    assert owners(found) == {"a": "zoe"}
    assert owners(read_path(tmp_path / "zoe" / "1.json")) == {"a": "1"}


def in_order(tmp_path: Path, names: list[str]) -> tuple[list[str], bool]:
    shuffled = random.Random(1).sample(names, len(names))
    [person] = people(written(tmp_path / "in", {f"ann/{name}": {} for name in shuffled}))
    return [name.removeprefix("ann/") for name, _ in person.files], person.is_dated


@pytest.mark.parametrize(
    ("names", "is_dated"),
    [
        (["sync_1.json", "sync_2.json", "sync_10.json"], False),
        (["page9.json", "page010.json", "page11.json"], False),
        (["1.json", "2.json", "a.json"], False),
        (["z_2025-12-31.json", "a_2026-01-01.json", "y_20260102.json"], True),
        (["tx_2026-01-01_2026-01-31.json", "tx_2026-01-01_2026-03-31.json"], True),
        (["2026-06-01/b.json", "2026-06-02/a.json"], True),
        (["2026-06-01T0800_sync.json", "2026-06-01T2300_sync.json"], True),
        (["sync_2026-06-01_2.json", "sync_2026-06-01_10.json"], True),
        # a number that is no day, and a day of one file only, order nothing
        (["a_2026-02-31.json", "b_2026-01-01.json"], False),
        (["accounts.json", "sync_2026-01-01.json"], False),
        (["a_9920260101.json", "b_9920250101.json"], False),
    ],
)
def test_pulls_are_in_the_order_of_days_or_of_numbers(
    tmp_path: Path, names: list[str], is_dated: bool
) -> None:
    assert in_order(tmp_path, names) == (names, is_dated)


@pytest.mark.parametrize("form", ["list", "lines", "concatenated", "utf-16", "utf-8-sig"])
def test_responses_are_read_however_they_are_put_in_a_file(tmp_path: Path, form: str) -> None:
    pulls = [pull("a"), pull("b")]
    text = {
        "list": json.dumps(pulls),
        "lines": "\r\n".join(map(json.dumps, pulls)) + "\n\n",
    }.get(form, "".join(map(json.dumps, pulls)))
    file = tmp_path / "in" / "ann" / "pulls.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding=form if form.startswith("utf") else "utf-8")
    found = read_path(tmp_path / "in")
    assert set(found.amounts) == {"a", "b"}
    assert found.tables["transactions"][1]["_row"] == "ann/pulls.json, response 2 b"


CUT_OFF = json.dumps(PULL, indent=1)[:-40]
BAD = {
    "cut off": (CUT_OFF, [f"line {CUT_OFF.count(chr(10)) + 1}, column", "cut off"]),
    "cut off in a later line": (json.dumps(PULL) + '\n{"added": [', ["line 2, column 12"]),
    "no JSON": ("<html>", ["line 1, column 1"]),
    "empty": (" \n", ["is empty"]),
    "numbers": ("[1, 2]", ["response 1", "1"]),
    "text": ('"hello"', ["text"]),
    "null": ("null", ["null"]),
    "accounts no list": ('{"accounts": 3}', ["accounts that is 3, not a list"]),
    "an empty account": ('{"accounts": [{}]}', ["lacks account_id in accounts[0]"]),
    "a row of text": ('{"added": [{"transaction_id": "a", "account_id": "b"}, "x"]}', ["added[1]"]),
    "balances no object": (
        '{"accounts": [{"account_id": "a", "balances": 3}]}',
        ["accounts[0] that is not written as Plaid writes it"],
    ),
    "liabilities no object": ('{"liabilities": [1]}', ["liabilities that are a list"]),
    "removed without id": ('{"removed": [{}]}', ["lacks transaction_id in removed[0]"]),
    "renamed by a library": (
        '{"added": [{"transactionId": "a", "accountId": "b"}]}',
        ["'transactionId' where Plaid writes 'transaction_id'", "library"],
    ),
    "wholly renamed": ('{"hasMore": false, "nextCursor": "c"}', ["'has_more'"]),
    "wrapped": (json.dumps({"response": PULL}), ["holds a response under 'response'"]),
    "bare rows": (json.dumps(PULL["added"]), ['Save them as {"transactions": [...]}']),
    "deep": ("[" * 100_000, ["nested too deeply"]),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_named_with_its_file_and_place(case: str) -> None:
    text, said = BAD[case]
    with pytest.raises(ImportProblemsError) as refused:
        read({"ann/good.json": PULL, "ann/bad.json": text})
    [problem] = refused.value.problems
    assert problem.where.startswith("ann/bad.json")
    for each in said:
        assert each in str(problem)


def test_every_unreadable_file_is_named_at_once() -> None:
    with pytest.raises(ImportProblemsError) as refused:
        read({"ann/1.json": "{", "bob/1.json": PULL, "zoe/1.json": ""})
    assert [problem.where for problem in refused.value.problems] == ["ann/1.json", "zoe/1.json"]


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", {"ann/good.json": PULL})
    (folder / "ann" / "bad.json").write_bytes(b'{"a": "\xff\xfe"}')
    with pytest.raises(ImportProblemsError, match=r"ann/bad\.json: cannot be read"):
        read_path(folder)


def test_a_folder_without_json_holds_no_responses(tmp_path: Path) -> None:
    assert not has_responses(written(tmp_path / "a", {"x/notes.txt": "", ".git/1.json": ""}))
    assert has_responses(written(tmp_path / "b", {"x/y/z/1.jsonl": ""}))
    assert not has_responses(tmp_path / "nowhere")
