"""Who may move an item from which state to which, and what everything said comes to."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import Decision
from spendsense_pipeline.review.entries import Entry
from spendsense_pipeline.review.requests import Occasion, Request, entry_for, require_operator
from spendsense_pipeline.review.states import ACTIONS, MOVES, STATES, ItemState, allowed, fold
from spendsense_pipeline.tables.advice import REVIEW_STATES
from spendsense_pipeline_tests.fixtures.reviews import (
    DAWN,
    OCCASION,
    a_request,
    after,
    an_entry,
    decided,
    item_id,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF

# The contract, written out once more: what each verb may be said of, and what comes of it.
TRANSITIONS = {
    ("pending", "approve"): "approved",
    ("pending", "reject"): "rejected",
    ("pending", "edit"): "edited",
    ("pending", "flag"): "flagged",
    ("edited", "approve"): "approved",
    ("edited", "reject"): "rejected",
    ("edited", "edit"): "edited",
    ("edited", "flag"): "flagged",
    ("flagged", "approve"): "approved",
    ("flagged", "reject"): "rejected",
    ("flagged", "edit"): "edited",
    ("approved", "recall"): "withdrawn",
    ("approved", "end"): "pending",
}
VERBS = ("approve", "reject", "edit", "flag", "recall", "end")
DAY = dt.timedelta(days=1)


def in_state(state: str) -> ItemState:
    return ItemState(state, "bob", DAWN, said=state)  # type: ignore[arg-type]


def attempt(verb: str, state: ItemState, decision: Decision | None = None) -> Entry:
    return entry_for(a_request(verb), state, OCCASION, at=after(1), decision=decision)


def test_every_state_and_every_verb_is_in_the_list() -> None:
    assert set(STATES) == {"pending", "edited", "flagged", "approved", "withdrawn", "rejected"}
    assert set(ACTIONS) == set(VERBS)
    assert set(REVIEW_STATES) == set(STATES), "as the table of recommendations has them"


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(sorted(STATES), VERBS)))
def test_what_the_contract_allows_is_allowed_and_everything_else_refused(
    state: str, verb: str
) -> None:
    becomes = TRANSITIONS.get((state, verb))
    if becomes:
        entry = attempt(verb, in_state(state))
        assert (entry.from_state, entry.to_state) == (state, becomes)
        assert entry.operator == ("pipeline" if verb == "end" else "ann")
        return
    with pytest.raises(SpendSenseError) as refused:
        attempt(verb, in_state(state))
    assert refused.value.exit_code == 2
    message = str(refused.value)
    assert item_id(1) in message
    assert ("recalled" if state == "withdrawn" else state) in message
    for other in VERBS:
        if (state, other) in TRANSITIONS and other != "end":
            assert other in refused.value.remedy
    if state in ("rejected", "withdrawn"):
        assert "final" in refused.value.remedy


@pytest.mark.parametrize("state", sorted(STATES))
def test_what_is_offered_is_what_is_allowed(state: str) -> None:
    offered = [verb for from_state, verb in TRANSITIONS if from_state == state and verb != "end"]
    assert sorted(allowed(in_state(state))) == sorted(offered)


def test_the_log_knows_the_same_transitions() -> None:
    assert {(begins, ends) for begins, ends in MOVES} == {
        (state, becomes) for (state, _), becomes in TRANSITIONS.items()
    }


@pytest.mark.parametrize("verb", ["reject", "flag", "recall", "edit"])
@pytest.mark.parametrize("words", ["", "   ", "two\nlines", "a bell\a"])
def test_words_that_are_needed_are_one_printable_line(verb: str, words: str) -> None:
    needed = "text" if verb == "edit" else "reason"
    state = in_state("approved" if verb == "recall" else "pending")
    with pytest.raises(SpendSenseError, match=needed):
        entry_for(a_request(verb, **{needed: words}), state, OCCASION, at=after(1), decision=None)


@pytest.mark.parametrize("name", ["", " ", "pipeline", " pipeline ", "\x1b[31mann", "a\nn"])
def test_somebody_says_it_who_is_not_the_pipeline(name: str) -> None:
    with pytest.raises(SpendSenseError, match="operator"):
        require_operator(name)
    assert require_operator(" Ann Ö. ") == "Ann Ö."


def test_a_clock_behind_the_consent_it_rests_on_is_refused() -> None:
    granted = Decision("granted", after(2))
    with pytest.raises(SpendSenseError, match="clock"):
        attempt("approve", in_state("pending"), granted)


@pytest.mark.parametrize("state", ["approved", "edited", "pending", "flagged"])
def test_consent_taken_back_withdraws_and_given_anew_asks_again(state: str) -> None:
    from_state = "approved" if state == "pending" else "pending"
    entries = [an_entry(state, from_state, reason="so")]
    assert fold(entries, {}, AS_OF)[item_id(1)].state == state
    for status, later, holds in (
        ("revoked", 5, "withdrawn"),
        ("revoked", -5, "withdrawn"),
        ("granted", 5, "pending"),
        ("granted", 0, "pending"),
        ("granted", -5, state),
    ):
        [item] = fold(entries, decided(status, after(later)), AS_OF).values()
        assert item.state == holds, (status, later)
        assert item.is_without_consent == (holds == "withdrawn")
        assert holds == state or item.at == after(later)
    [item] = fold(entries, decided("revoked", after(5)), AS_OF).values()
    assert item.reason == "consent withdrawn"
    assert allowed(item) == ()


@pytest.mark.parametrize(
    ("state", "from_state"), [("rejected", "pending"), ("withdrawn", "approved")]
)
@pytest.mark.parametrize("status", ["revoked", "granted"])
def test_rejected_and_recalled_stay_whatever_a_person_decides(
    state: str, from_state: str, status: str
) -> None:
    [item] = fold([an_entry(state, from_state)], decided(status, after(5)), AS_OF).values()
    assert (item.state, item.operator, item.reason) == (state, "ann", "so")
    assert item.is_final
    assert not item.is_without_consent


def test_an_approval_holds_ninety_days_and_no_day_longer() -> None:
    entries = [an_entry("approved")]
    for days, state in ((0, "approved"), (90, "approved"), (91, "pending"), (-400, "approved")):
        [item] = fold(entries, {}, AS_OF + days * DAY).values()
        assert item.state == state, days
        assert item.approved_as_of == (AS_OF if state == "approved" else None)
    assert item_id(1) in fold(entries, {}, AS_OF)
    [late] = fold(entries, {}, AS_OF + 91 * DAY).values()
    assert (late.reason, late.operator) == ("approved more than 90 days ago", "pipeline")
    again = [*entries, an_entry("approved", at=after(9), as_of=AS_OF + 91 * DAY)]
    [item] = fold(again, {}, AS_OF + 181 * DAY).values()
    assert (item.state, item.approved_as_of) == ("approved", AS_OF + 91 * DAY)


def test_an_edited_text_stays_with_the_item_it_was_approved_with() -> None:
    entries = [
        an_entry("edited", text="first"),
        an_entry("edited", "edited", text="second"),
        an_entry("flagged", "edited"),
        an_entry("approved", "flagged"),
        an_entry("pending", "approved", operator="pipeline", reason="no longer eligible"),
    ]
    texts = [fold(entries[:n], {}, AS_OF)[item_id(1)].text for n in range(1, 6)]
    assert texts == ["first", "second", "second", "second", "second"]


USERS = {1: "user_0000", 2: "user_0000", 3: "user_0001"}
STEPS = st.one_of(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(sorted(USERS))),
    st.tuples(st.sampled_from(["revoked", "granted"]), st.sampled_from(sorted(USERS))),
    st.tuples(st.just("days"), st.sampled_from([1, 30, 90, 91, -1, -100])),
)


@dataclass
class Replayed:
    """The same rules told forwards, one event after the other, for one item."""

    user: str
    state: str = "pending"
    consents: bool = True
    approved_as_of: dt.date | None = None

    def now(self, as_of: dt.date) -> str:
        if self.state in ("rejected", "withdrawn"):
            return self.state
        if not self.consents:
            return "withdrawn"
        if self.approved_as_of and (as_of - self.approved_as_of).days > 90:
            return "pending"
        return self.state

    def hears(self, verb: str, as_of: dt.date) -> bool:
        becomes = None
        if self.consents:
            becomes = TRANSITIONS.get((self.now(as_of), verb))
        if becomes:
            self.state = becomes
            self.approved_as_of = as_of if becomes == "approved" else None
        return bool(becomes)

    def decides(self, status: str) -> None:
        self.consents = status == "granted"
        if self.consents and self.state not in ("rejected", "withdrawn"):
            self.state, self.approved_as_of = "pending", None


@dataclass
class World:
    """A log, decisions and a day, beside what each item must then be."""

    as_of: dt.date = AS_OF
    clock: int = 0
    entries: list[Entry] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)
    items: dict[str, Replayed] = field(
        default_factory=lambda: {item_id(n): Replayed(user) for n, user in USERS.items()}
    )

    def take(self, what: str, number: int) -> None:
        self.clock += 1
        if what == "days":
            self.as_of += dt.timedelta(days=number)
        elif what in ("revoked", "granted"):
            self.decisions[USERS[number]] = Decision(what, after(self.clock))
            for item in self.items.values():
                if item.user == USERS[number]:
                    item.decides(what)
        else:
            self._say(what, number)

    def _say(self, verb: str, number: int) -> None:
        request: Request = a_request(verb, number, USERS[number])
        states = fold(self.entries, self.decisions, self.as_of)
        holding = states.get(request.recommendation_id)
        decision = self.decisions.get(request.user_id)
        if holding is None:
            revoked = decision is not None and decision.status == "revoked"
            holding = ItemState("withdrawn" if revoked else "pending")
        is_heard = self.items[request.recommendation_id].hears(verb, self.as_of)
        occasion = Occasion(self.as_of, "d", DAWN)
        try:
            entry = entry_for(request, holding, occasion, at=after(self.clock), decision=decision)
        except SpendSenseError:
            assert not is_heard, (verb, holding)
            return
        assert is_heard, (verb, holding)
        self.entries.append(entry)


@given(st.lists(STEPS, max_size=25))
def test_the_fold_is_what_comes_of_telling_it_event_by_event(steps: list[tuple[str, int]]) -> None:
    world = World()
    for what, number in steps:
        world.take(what, number)
        states = fold(world.entries, world.decisions, world.as_of)
        assert set(states) == {entry.recommendation_id for entry in world.entries}
        for said_of, item in states.items():
            assert item.state == world.items[said_of].now(world.as_of), (said_of, steps)


@given(st.lists(STEPS, max_size=25), st.integers(0, 1000))
def test_an_older_dataset_revives_nothing(steps: list[tuple[str, int]], days_back: int) -> None:
    world = World()
    for what, number in steps:
        world.take(what, number)
    now = fold(world.entries, world.decisions, world.as_of)
    back = fold(world.entries, world.decisions, world.as_of - days_back * DAY)
    for said_of, item in now.items():
        if item.state in ("rejected", "withdrawn", "edited", "flagged"):
            assert back[said_of] == item
        # Time alone ends an approval, and only time gone back lets it hold again.
        elif back[said_of].state == "approved":
            assert item.said == "approved"
            assert item.state == "approved" or item.reason == "approved more than 90 days ago"


@given(st.lists(STEPS, max_size=25))
def test_what_is_said_of_one_item_says_nothing_of_another(steps: list[tuple[str, int]]) -> None:
    world = World()
    for what, number in steps:
        world.take(what, number)
    whole = fold(world.entries, world.decisions, world.as_of)
    for said_of, item in whole.items():
        alone = [entry for entry in world.entries if entry.recommendation_id == said_of]
        assert fold(alone, world.decisions, world.as_of) == {said_of: item}
