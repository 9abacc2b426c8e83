"""`spendsense review`: the queue, one item, and every thing an operator may say of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import read_decisions
from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.recommendations import edits
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.review.log import read
from spendsense_pipeline.review.states import fold
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables.advice import RECOMMENDATIONS
from spendsense_pipeline_tests.fixtures.command import Answer, run
from spendsense_pipeline_tests.fixtures.reviews import a_recommendation
from spendsense_pipeline_tests.fixtures.rows import AS_OF, insert

ANN = ("--operator", "ann")
# The first two begin alike in seven digits.
FIRST, TWIN, THIRD, FOURTH = (
    digits.ljust(32, "0") for digits in ("abcdef01", "abcdef02", "123456", "fedcba")
)


@pytest.fixture(scope="module")
def advised(
    refreshed: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A dataset, and two people of it who consent: with three items, one of them in both windows,
    and with one."""
    path = tmp_path_factory.mktemp("advised") / "dataset.duckdb"
    shutil.copyfile((refreshed[0] / "spendsense.duckdb").resolve(), path)
    with duckdb.connect(str(path)) as con:
        users = [
            user
            for (user,) in con.execute(
                "select user_id from raw_users where consent_status = 'granted' order by 1 limit 2"
            ).fetchall()
        ]
        [(content,)] = con.execute("select min(content_id) from content_items").fetchall()
        con.execute(RECOMMENDATIONS.create_sql())
        rows = [
            (FIRST, users[0], 30, {}),
            (FIRST, users[0], 180, {"rank": 2, "rationale": "It is at 71.0 % [b]now[/b]."}),
            (TWIN, users[0], 30, {"rank": 3, "title": "Another [i]title[/i]"}),
            (THIRD, users[0], 180, {"kind": "offer", "form": "offer"}),
            (FOURTH, users[1], 30, {}),
        ]
        insert(
            con,
            RECOMMENDATIONS,
            [
                a_recommendation(user=user)
                | {"recommendation_id": item, "window_days": days, "content_id": content}
                | changes
                for item, user, days, changes in rows
            ],
        )
    return path, users


@pytest.fixture
def people(advised: tuple[Path, list[str]], data_dir: Path) -> list[str]:
    """Those two people, in a data directory of the test's own."""
    dataset, users = advised
    (data_dir / "datasets").mkdir(parents=True)
    for name in ("spendsense.duckdb", "datasets/20260701T030000000000_advised.duckdb"):
        (data_dir / name).hardlink_to(dataset)
    return users


def log() -> list[dict[str, Any]]:
    path = Settings.from_environment().reviews_path
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def refused(answer: Answer, *said: str) -> None:
    """One line that says so, exit code 2, and nothing on record beyond what was."""
    assert answer.code == 2
    assert answer.out == ""
    [line] = answer.err.splitlines()
    assert line.startswith("error: ")
    for words in said:
        assert words in line


def state_of(item: str) -> str:
    settings = Settings.from_environment()
    states = fold(read(settings), read_decisions(settings), AS_OF)
    return states[item].state if item in states else "pending"


def test_the_queue_counts_each_state_and_shows_what_waits_first(people: list[str]) -> None:
    run("review", "approve", THIRD, *ANN)
    run("review", "flag", FIRST, "--reason", "ask", *ANN)
    answer = run("review", "list")
    assert answer.code == 0
    assert "2 pending, 0 edited, 1 flagged, 1 approved, 0 withdrawn, 0 rejected" in answer.out
    assert "review required" in answer.out
    shown = [line.split()[0] for line in answer.out.splitlines() if line.strip()[:6].isalnum()]
    order = [each for each in shown if each in {i[:12] for i in (FIRST, TWIN, THIRD, FOURTH)}]
    assert order == [TWIN[:12], FOURTH[:12], FIRST[:12], THIRD[:12]]
    assert "30d 180d" in answer.out
    assert "Another [i]title[/i]" in answer.out
    queue = run("review", "list", "--json").json
    assert queue["counts"] == {
        "pending": 2,
        "edited": 0,
        "flagged": 1,
        "approved": 1,
        "withdrawn": 0,
        "rejected": 0,
    }
    assert [item["recommendation_id"] for item in queue["items"]] == [TWIN, FOURTH, FIRST, THIRD]
    assert (queue["found"], queue["policy"], queue["hidden"]) == (4, "required", 0)
    flagged = queue["items"][2]
    assert flagged["windows"] == [30, 180]
    assert (flagged["operator"], flagged["reason"]) == ("ann", "ask")


def test_the_queue_can_be_narrowed_and_says_when_it_shows_a_part(people: list[str]) -> None:
    run("review", "approve", THIRD, *ANN)
    approved = run("review", "list", "--status", "approved", "--json").json
    assert [item["recommendation_id"] for item in approved["items"]] == [THIRD]
    assert approved["found"] == 1
    of_one = run("review", "list", "--user", people[1], "--json").json
    assert [item["recommendation_id"] for item in of_one["items"]] == [FOURTH]
    assert of_one["counts"]["pending"] == 1
    part = run("review", "list", "--limit", "1")
    assert "The first 1 of 4" in part.out
    assert TWIN[:12] not in part.out
    assert "None of those asked for" in run("review", "list", "--status", "rejected").out
    refused(run("review", "list", "--status", "done"), "status must be one of pending, edited")
    refused(run("review", "list", "--user", "user_9999"), "there is no user user_9999")


def test_one_item_is_shown_in_full(people: list[str]) -> None:
    run("review", "flag", "ABCDEF01", "--reason", "[red]ask[/red]", *ANN)
    run("review", "approve", FIRST, "--operator", "bob")
    answer = run("review", "show", "abcdef01")
    assert answer.code == 0
    said = " ".join(answer.out.split())
    for words in (
        f"{FIRST} education, article: How much of your card limit you use",
        f"for {people[0]}, high_utilization",
        "30 days, rank 1: Your card ending in 4523 is at 68.0 % of its limit.",
        "180 days, rank 2: It is at 71.0 % [b]now[/b].",
        "max_utilization 68.0 % cited",
        "card_name card ending in 4523 cited",
        "card_count >= 1 2 yes eligibility",
        f"card_count >= 1 {NO_DATA} no eligibility",
        "not financial advice",
        "pending to flagged by ann on",
        ": [red]ask[/red]",
        "flagged to approved by bob on",
        "What can be said of it: recall",
    ):
        assert words in said, words
    view = run("review", "show", FIRST, "--json").json
    assert [shown["window_days"] for shown in view["windows"]] == [30, 180]
    assert view["windows"][0]["because"]["features"][0]["value"] == 0.68
    assert view["windows"][1]["eligibility"][0]["feature"] == "card_count"
    assert view["body"]
    assert [entry["to_state"] for entry in view["history"]] == ["flagged", "approved"]
    assert view["allowed"] == ["recall"]


@pytest.mark.parametrize(
    ("before", "words", "state", "says"),
    [
        ([], ["approve"], "approved", "shown from now on"),
        ([], ["reject", "--reason", "no"], "rejected", "final"),
        ([], ["flag", "--reason", "ask"], "flagged", "until somebody approves"),
        (["approve"], ["recall", "--reason", "old"], "withdrawn", "hidden at once"),
    ],
)
def test_what_is_said_takes_effect_and_names_the_next_step(
    people: list[str], before: list[str], words: list[str], state: str, says: str
) -> None:
    for verb in before:
        assert run("review", verb, FIRST, *ANN).code == 0
    answer = run("review", words[0], FIRST, *words[1:], *ANN)
    assert answer.code == 0, answer.err
    assert f"{FIRST} of {people[0]}: " in answer.out
    assert "by ann." in answer.out
    assert says in answer.out
    assert state_of(FIRST) == state
    last = log()[-1]
    assert (last["operator"], last["to"], last["user_id"]) == ("ann", state, people[0])
    assert last["reason"] == (words[2] if len(words) > 1 else None)
    dataset = current_dataset(Settings.from_environment())
    assert (last["dataset_id"], last["as_of"]) == (dataset.dataset_id, "2026-06-30")
    assert last["published_at"] == f"{dataset.published_at.isoformat()}+00:00"
    again = run("review", words[0], FIRST, *words[1:], *ANN)
    if words[0] in ("reject", "recall"):
        refused(again, "that is final for this text")
    else:
        refused(again, f"is {state} by ann", "what can be said of it is")
    assert log()[-1] == last


def test_json_of_what_was_said_is_what_the_log_holds(people: list[str]) -> None:
    answer = run("review", "approve", FIRST, FOURTH, "--json", *ANN)
    assert answer.json == [{k: v for k, v in line.items() if k != "following"} for line in log()]
    assert [entry["recommendation_id"] for entry in answer.json] == [FIRST, FOURTH]


@pytest.fixture
def guardrails(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., str]], None]:
    """Puts other guardrails in place of those of recommendations."""

    def put(check: Callable[..., str]) -> None:
        monkeypatch.setattr(edits, "check_edit", check, raising=False)

    return put


def test_an_edit_is_asked_of_the_guardrails_and_says_how_it_reads(
    people: list[str], guardrails: Callable[[Callable[..., str]], None]
) -> None:
    asked = []

    def check(con: Any, resolved: Any, item: str, text: str) -> str:
        asked.append((con.execute("select 1").fetchall(), resolved.config.num_users, item, text))
        return "Your card ending in [4523]."

    guardrails(check)
    answer = run("review", "edit", "abcdef01", "--text", " Your {card_name}. ", *ANN)
    assert answer.code == 0, answer.err
    assert asked == [([(1,)], 20, FIRST, "Your {card_name}.")]
    assert "It reads: Your card ending in [4523]." in answer.out
    assert "approve it to show it" in answer.out
    assert (log()[-1]["to"], log()[-1]["text"]) == ("edited", "Your {card_name}.")
    view = run("review", "show", FIRST, "--json").json
    assert (view["text"], view["item"]["state"]) == ("Your {card_name}.", "edited")
    run("review", "approve", FIRST, *ANN)
    assert run("review", "show", FIRST, "--json").json["text"] == "Your {card_name}."


def test_an_edited_item_is_shown_as_it_reads_for_the_person(
    people: list[str], guardrails: Callable[[Callable[..., str]], None]
) -> None:
    guardrails(lambda *_: "so")
    run("review", "edit", FIRST, "--text", "Over {window_days}: {checking_balance_usd}.", *ANN)
    windows = run("review", "show", FIRST, "--json").json["windows"]
    told = [re.fullmatch(r"Over (\d+) days: -?\$[\d,.]+\.", each["edited"]) for each in windows]
    assert [match and match[1] for match in told] == ["30", "180"]
    assert [each["rationale"] for each in windows] != [each["edited"] for each in windows]
    shown = run("review", "show", FIRST).out
    assert f"As edited: {windows[0]['edited']}" in shown
    assert "Edited to: Over {window_days}: {checking_balance_usd}." in shown


def test_an_edit_a_guardrail_stops_is_not_said(
    people: list[str], guardrails: Callable[[Callable[..., str]], None]
) -> None:
    def check(*_: Any) -> str:
        raise SpendSenseError(problem="it holds the figure 68", remedy="use {card_utilization}")

    guardrails(check)
    answer = run("review", "edit", FIRST, "--text", "At 68 %.", *ANN)
    refused(answer, "it holds the figure 68: use {card_utilization}")
    assert log() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reject", FIRST, "--reason", " "], "reject needs a reason, and it is empty"),
        (["flag", FIRST, "--reason", ""], "flag needs a reason"),
        (["recall", FIRST, "--reason", ""], "recall needs a reason"),
        (["edit", FIRST, "--text", "  "], "edit needs a text"),
        (["flag", FIRST, "--reason", "a\nb"], "one line of printable text"),
        (["approve", "99999999"], "there is no recommendation 99999999 in dataset"),
        (["approve", "abcdef0"], f"begins 2 ids ({FIRST}, {TWIN}): give more digits"),
        (["approve", "abcde"], "at least the first 6"),
        (["approve", "user_0000"], "is no id of a recommendation"),
        (["approve", "'; drop--"], "is no id of a recommendation"),
        (["show", "abcdef"], "begins 2 ids"),
        (["show", "77777777"], "there is no recommendation"),
        (["recall", FIRST, "--reason", "x"], "is pending, so it cannot be recalled"),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_line(
    people: list[str], words: list[str], said: str
) -> None:
    refused(run("review", *words, *(ANN if words[0] != "show" else ())), said)
    assert log() == []


@pytest.mark.parametrize("words", [["approve"], ["reject", FIRST], ["edit", FIRST], ["say", FIRST]])
def test_a_command_that_lacks_a_word_is_refused(people: list[str], words: list[str]) -> None:
    assert run("review", *words, *ANN).code == 2


def test_who_says_it_comes_from_the_option_or_the_environment(
    people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(run("review", "approve", FIRST), "--operator", "SPENDSENSE_OPERATOR")
    refused(run("review", "approve", FIRST, "--operator", " "), "--operator")
    refused(run("review", "approve", FIRST, "--operator", "pipeline"), "runs go by that name")
    assert log() == []
    monkeypatch.setenv("SPENDSENSE_OPERATOR", "Carla")
    assert run("review", "approve", FIRST).code == 0
    assert run("review", "approve", TWIN, *ANN).code == 0
    assert [entry["operator"] for entry in log()] == ["Carla", "ann"]


def test_of_several_all_are_approved_or_none(people: list[str]) -> None:
    run("review", "reject", THIRD, "--reason", "no", *ANN)
    refused(run("review", "approve", FIRST, TWIN, THIRD, *ANN), THIRD, "is rejected by ann")
    refused(run("review", "approve", FIRST, "77777777", *ANN), "77777777")
    assert len(log()) == 1
    assert run("review", "approve", FIRST, "abcdef01", TWIN, *ANN).code == 0
    assert [entry["recommendation_id"] for entry in log()[1:]] == [FIRST, TWIN]


def test_who_withdraws_consent_is_hidden_at_once_and_asked_again_when_it_is_given_anew(
    people: list[str],
) -> None:
    run("review", "approve", FIRST, FOURTH, *ANN)
    run("review", "reject", THIRD, "--reason", "no", *ANN)
    before = log()
    answer = run("consent", "revoke", people[0])
    assert "1 approved item is withdrawn at once." in answer.out
    for words in (
        ["show", FIRST],
        ["list", "--user", people[0]],
        ["approve", FOURTH, TWIN, *ANN],
        ["recall", FIRST, "--reason", "x", *ANN],
    ):
        refused(run("review", *words), f"{people[0]} has withdrawn consent", "consent grant")
    queue = run("review", "list", "--json").json
    assert [item["recommendation_id"] for item in queue["items"]] == [FOURTH]
    assert queue["hidden"] == 3
    assert sum(queue["counts"].values()) == 1
    listed = run("review", "list")
    assert people[0] not in listed.out
    assert "3 more of people who have withdrawn consent" in listed.out
    assert log() == before
    run("consent", "grant", people[0])
    assert [state_of(item) for item in (FIRST, TWIN, THIRD)] == ["pending", "pending", "rejected"]
    assert run("review", "approve", FIRST, *ANN).code == 0
    assert state_of(FIRST) == "approved"
    assert "approved item" not in run("consent", "grant", people[1]).out


def test_a_broken_log_stops_reviews_by_name_and_nobody_who_takes_consent_back(
    people: list[str], data_dir: Path
) -> None:
    (data_dir / "reviews.jsonl").write_text("not ours\n", encoding="utf-8")
    for words in (["list"], ["show", FIRST], ["approve", FIRST, *ANN]):
        refused(run("review", *words), f"line 1 of {data_dir / 'reviews.jsonl'}")
    assert run("consent", "revoke", people[0]).code == 0
