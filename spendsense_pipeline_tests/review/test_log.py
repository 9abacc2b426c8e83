"""What is kept of what was said: all of it or nothing, in whole lines, and what breaks is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fcntl
import json
import sys
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline.publishing.warehouse import WarehouseError
from spendsense_pipeline.review.entries import lines_of, parse_line
from spendsense_pipeline.review.log import read
from spendsense_pipeline.review.requests import Seen
from spendsense_pipeline.review.states import fold
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.reviews import (
    DAWN,
    a_request,
    after,
    an_entry,
    item_id,
    said,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.fixtures.small_disk import on_small_disk
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

MEMBERS = {
    "at",
    "operator",
    "recommendation_id",
    "user_id",
    "content_id",
    "from",
    "to",
    "reason",
    "text",
    "as_of",
    "dataset_id",
    "published_at",
    "following",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


def test_nothing_said_is_nothing_read_and_nothing_written(settings: Settings) -> None:
    assert read(settings) == ()
    assert said(settings) == ()
    with pytest.raises(SpendSenseError):
        said(settings, a_request("recall"))
    assert not settings.reviews_path.exists()


def test_what_was_said_is_read_as_it_was_said(settings: Settings) -> None:
    ones = said(settings, a_request("edit", 1), a_request("flag", 2, reason="„fragwürdig“ [b]"))
    more = said(settings, a_request("approve", 1, operator="Björn"), now=lambda: after(5))
    assert read(settings) == (*ones, *more)
    lines = settings.reviews_path.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert all(set(each) == MEMBERS for each in told)
    assert [each["following"] for each in told] == [1, 0, 0]
    assert told[2] == {
        "at": "2026-07-01T08:05:00+00:00",
        "operator": "Björn",
        "recommendation_id": item_id(1),
        "user_id": "user_0000",
        "content_id": "c1",
        "from": "edited",
        "to": "approved",
        "reason": None,
        "text": None,
        "as_of": "2026-06-30",
        "dataset_id": "d" * 16,
        "published_at": "2026-07-01T03:00:00+00:00",
        "following": 0,
    }
    assert told[0]["text"] == "Your {card_name} is at {card_utilization}."
    [edited, _] = ones
    assert fold(read(settings), {}, AS_OF)[item_id(1)].text == edited.text


def test_an_instant_of_any_zone_is_kept_in_utc(settings: Settings) -> None:
    there = dt.timezone(dt.timedelta(hours=9))
    [entry] = said(settings, a_request("approve"), now=lambda: DAWN.astimezone(there))
    assert entry.at.isoformat() == DAWN.isoformat()


def test_of_several_all_are_said_or_none(settings: Settings) -> None:
    said(settings, a_request("reject", 2))
    before = settings.reviews_path.read_bytes()
    with pytest.raises(SpendSenseError, match=item_id(2)):
        said(settings, *(a_request("approve", number) for number in (1, 3, 2, 4)))
    assert settings.reviews_path.read_bytes() == before
    with pytest.raises(SpendSenseError, match="cannot be approved"):
        said(settings, a_request("approve", 5), a_request("approve", 5))
    assert settings.reviews_path.read_bytes() == before
    assert len(said(settings, a_request("edit", 5), a_request("approve", 5))) == 2


def test_it_is_judged_by_what_holds_when_it_is_written(settings: Settings) -> None:
    """Not by what whoever asks saw before."""
    said(settings, a_request("approve", 1), a_request("approve", 2, "user_0001"))
    said(settings, a_request("recall", 1, operator="bob"), now=lambda: after(1))
    with pytest.raises(SpendSenseError, match="recalled by bob"):
        said(settings, a_request("recall", 1), now=lambda: after(2))
    record_decision(settings, "user_0001", "revoked", decided_at=after(3))
    with pytest.raises(SpendSenseError, match="user_0001 has withdrawn consent"):
        said(settings, a_request("recall", 2, "user_0001"), now=lambda: after(4))
    record_decision(settings, "user_0001", "granted", decided_at=after(5))
    with pytest.raises(SpendSenseError, match="is pending"):
        said(settings, a_request("recall", 2, "user_0001"), now=lambda: after(6))
    [again] = said(settings, a_request("approve", 2, "user_0001"), now=lambda: after(7))
    assert again.from_state == "pending"


def test_under_an_automatic_policy_what_nobody_spoke_of_can_be_recalled(settings: Settings) -> None:
    with pytest.raises(SpendSenseError, match="is approved"):
        said(settings, a_request("reject"), policy="automatic")
    [entry] = said(settings, a_request("recall"), policy="automatic")
    assert (entry.from_state, entry.to_state) == ("approved", "withdrawn")
    with pytest.raises(SpendSenseError, match="final"):
        said(settings, a_request("recall"), policy="automatic", now=lambda: after(1))


def test_a_statement_cut_anywhere_was_not_said_and_the_next_writer_clears_it(
    settings: Settings,
) -> None:
    first = said(settings, a_request("approve", 1))
    before = settings.reviews_path.read_bytes()
    three = said(settings, *(a_request("edit", n, text="naïve {slot}") for n in (2, 3, 4)))
    whole = settings.reviews_path.read_bytes()
    assert whole.startswith(before)
    ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    near_an_end = {end + off for end in ends for off in (-1, 0, 1, 2)}
    lengths = near_an_end | set(range(0, len(whole), 13))
    for length in sorted(each for each in lengths if len(before) <= each < len(whole)):
        settings.reviews_path.write_bytes(whole[:length])
        # All but the last line feed is every entry there was.
        expected = first + three if length == len(whole) - 1 else first
        assert read(settings) == expected, length
    for length in (*range(len(before), len(whole), 97), len(whole) - 1):
        settings.reviews_path.write_bytes(whole[:length])
        kept = read(settings)
        more = said(settings, a_request("flag", 7), now=lambda: after(1))
        assert read(settings) == kept + more
        content = settings.reviews_path.read_bytes()
        assert content.startswith(before)
        assert [parse_line(line)[0] for line in content.splitlines()] == [*kept, *more]


def test_a_first_line_cut_short_leaves_an_empty_log(settings: Settings) -> None:
    said(settings, a_request("approve", 1))
    settings.reviews_path.write_bytes(settings.reviews_path.read_bytes()[:40])
    assert read(settings) == ()
    said(settings, a_request("reject", 1))
    assert [entry.to_state for entry in read(settings)] == ["rejected"]


GOOD = json.loads(lines_of([an_entry()]))


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "no json",
        "[]",
        "null",
        "\0\0\0",
        json.dumps({}),
        *(
            json.dumps({k: v for k, v in GOOD.items() if k != name})
            for name in ("at", "text", "to")
        ),
        json.dumps(GOOD | {"to": "shown"}),
        json.dumps(GOOD | {"from": "rejected"}),
        json.dumps(GOOD | {"to": ["approved"]}),
        json.dumps(GOOD | {"to": "flagged"}),
        json.dumps(GOOD | {"at": "2026-07-01T08:00:00"}),
        json.dumps(GOOD | {"at": 5}),
        json.dumps(GOOD | {"operator": None}),
        json.dumps(GOOD | {"reason": 5}),
        json.dumps(GOOD | {"as_of": "yesterday"}),
        json.dumps(GOOD | {"following": "none"}),
        json.dumps(GOOD | {"following": 3}) + "\n" + json.dumps(GOOD),
    ],
)
@pytest.mark.parametrize("is_last", [False, True])
def test_a_broken_line_is_refused_with_file_and_number(
    settings: Settings, broken: str, is_last: bool
) -> None:
    said(settings, a_request("flag", 1))
    with settings.reviews_path.open("a", encoding="utf-8") as file:
        file.write(broken + "\n" + lines_of([an_entry()]).decode() * (not is_last))
    before = settings.reviews_path.read_bytes()
    number = 3 if "\n" in broken else 2
    for attempt in (lambda: read(settings), lambda: said(settings, a_request("flag", 2))):
        with pytest.raises(WarehouseError) as refused:
            attempt()
        assert f"line {number} of {settings.reviews_path}" in str(refused.value)
        assert "restore the file" in refused.value.remedy
        assert refused.value.exit_code == 2
    assert settings.reviews_path.read_bytes() == before


def test_a_log_that_cannot_be_used_is_named(settings: Settings) -> None:
    settings.reviews_path.mkdir(parents=True)
    for attempt in (lambda: read(settings), lambda: said(settings, a_request("flag"))):
        with pytest.raises(WarehouseError, match=str(settings.reviews_path)):
            attempt()


def test_a_writer_that_never_ends_is_waited_for_so_long_and_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(settings, a_request("flag", 1))
    monkeypatch.setattr("spendsense_pipeline.journal._LONGEST_WAIT_SECONDS", 0.05)
    with settings.reviews_lock_path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(WarehouseError, match=str(settings.reviews_lock_path)) as refused:
            said(settings, a_request("flag", 2))
        assert refused.value.exit_code == 1
        assert len(read(settings)) == 1, "readers wait for nobody"
    assert said(settings, a_request("flag", 2))


def test_what_is_interrupted_before_it_is_on_disk_was_not_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(settings, a_request("flag", 1))
    before = settings.reviews_path.read_bytes()

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            said(settings, a_request("flag", 2))
    assert settings.reviews_path.read_bytes() == before
    assert said(settings, a_request("flag", 2))


# Fills the disk but for a little, says more than fits, and looks at what is left of the log.
FILLING = """
import os, sys
from pathlib import Path
from spendsense_pipeline.disk import DiskFullError
from spendsense_pipeline.review.log import read
from spendsense_pipeline_tests.fixtures.reviews import a_request, after, said
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

settings = settings_in(Path(sys.argv[1]) / "data")
said(settings, *(a_request("edit", n, text="word " * 400) for n in range(9)))
before = settings.reviews_path.read_bytes()
filler = Path(sys.argv[1]) / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while file.write(bytes(4096)) == 4096:
            pass
    except OSError:
        pass
for room in (0, 4096, 16384):
    os.truncate(filler, filler.stat().st_size - room)
    try:
        said(settings, *(a_request("edit", n, text="word " * 900) for n in range(10, 20)))
        print("said")
    except DiskFullError as error:
        print(error)
    assert settings.reviews_path.read_bytes() == before
    assert len(read(settings)) == 9
filler.unlink()
said(settings, a_request("approve", 1), now=lambda: after(1))
assert settings.reviews_path.read_bytes().startswith(before)
assert len(read(settings)) == 10
print("said once there is room")
"""


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    done = on_small_disk(tmp_path, "1m", [sys.executable, "-c", FILLING, tmp_path])
    assert done.returncode == 0, done.stderr
    *complaints, again = done.stdout.splitlines()
    assert len(complaints) == 3
    assert all(f"the disk holding {tmp_path}/data is too full" in each for each in complaints)
    assert again == "said once there is room"


def test_the_operators_words_come_back_as_they_were_given(settings: Settings) -> None:
    words = 'Zeile\u2028? {slot} \\n "x" 💶'
    with pytest.raises(SpendSenseError, match="printable"):
        said(settings, a_request("edit", text=words))
    [entry] = said(settings, a_request("edit", text=words.replace("\u2028", "")))
    assert read(settings)[0].text == entry.text == words.replace("\u2028", "")


def test_every_field_of_an_entry_is_kept(settings: Settings) -> None:
    entries = [
        an_entry(),
        an_entry("edited"),
        an_entry("rejected"),
        an_entry("pending", "approved", reason="r"),
    ]
    for entry in entries:
        [line] = lines_of([entry]).splitlines()
        assert parse_line(line) == (entry, 0)
        told = json.loads(line)
        assert len(told) == len(dataclasses.fields(entry)) + 1


def test_what_has_changed_since_it_was_read_is_refused(settings: Settings) -> None:
    unsaid = Seen("pending", None)
    [edit] = said(settings, dataclasses.replace(a_request("edit"), seen=unsaid))
    for seen in (unsaid, Seen("edited", after(-1))):
        with pytest.raises(SpendSenseError, match="changed since it was read: it is edited by ann"):
            said(settings, dataclasses.replace(a_request("approve"), seen=seen))
    assert read(settings) == (edit,)
    as_it_is = Seen("edited", edit.at)
    said(settings, dataclasses.replace(a_request("approve"), seen=as_it_is), now=lambda: after(1))
    assert [entry.to_state for entry in read(settings)] == ["edited", "approved"]
