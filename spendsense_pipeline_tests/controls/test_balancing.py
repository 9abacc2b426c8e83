"""Shares edited by hand sum to one after every move, exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.controls.balancing import PARTS, among, rebalanced
from spendsense_pipeline.controls.shares import Distribution

KEYS = ("a", "b", "c", "d", "e")
SHARES = st.integers(1, 5).flatmap(
    lambda count: st.fixed_dictionaries(dict.fromkeys(KEYS[:count], st.floats(0, 1)))
)


def _parts(shares: dict[str, float]) -> list[int]:
    return [round(share * PARTS) for share in shares.values()]


@given(SHARES, st.data())
def test_a_move(shares: dict[str, float], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(shares)))
    value = data.draw(st.floats(-0.5, 1.5))
    moved = rebalanced(shares, key, value)
    assert list(moved) == list(shares)
    assert sum(_parts(moved)) == PARTS
    assert min(moved.values()) >= 0
    # What it is stored as is what is shown.
    assert Distribution(tuple(moved)).checked(moved) == moved
    if len(shares) > 1:
        assert abs(moved[key] - min(max(value, 0), 1)) <= 0.5 / PARTS + 1e-12
    assert rebalanced(moved, key, moved[key]) == moved
    others = [each for each in shares if each != key]
    for one in others:
        for other in others:
            if shares[one] > shares[other] + 2 / PARTS:
                assert moved[one] >= moved[other]


@given(SHARES.filter(lambda shares: len(shares) > 1), st.data())
def test_locked_keys_keep_theirs(shares: dict[str, float], data: st.DataObject) -> None:
    settled = rebalanced(shares, "a", 0.3)
    key = data.draw(st.sampled_from(sorted(settled)))
    locked = data.draw(st.sets(st.sampled_from(sorted(settled))))
    moved = rebalanced(settled, key, data.draw(st.floats(0, 1)), locked=locked)
    assert sum(_parts(moved)) == PARTS
    assert all(moved[each] == settled[each] for each in locked - {key})
    assert min(moved.values()) >= 0


def test_the_others_move_in_proportion_and_alike_from_nothing() -> None:
    assert rebalanced({"a": 0.5, "b": 0.3, "c": 0.2}, "a", 0.75) == {"a": 0.75, "b": 0.15, "c": 0.1}
    assert rebalanced({"a": 1.0, "b": 0.0, "c": 0.0}, "a", 0.4) == {"a": 0.4, "b": 0.3, "c": 0.3}
    assert rebalanced({"a": 0.5, "b": 0.3, "c": 0.2}, "a", 0.9, locked={"b"}) == {
        "a": 0.7,
        "b": 0.3,
        "c": 0.0,
    }


@given(SHARES, st.lists(st.sampled_from(KEYS), unique=True))
def test_other_keys(shares: dict[str, float], keys: list[str]) -> None:
    chosen = among(shares, keys)
    assert list(chosen) == keys
    assert sum(_parts(chosen)) == (PARTS if keys else 0)
    assert all(share >= 0 for share in chosen.values())


def test_who_is_added_gets_an_even_share_and_who_leaves_gives_theirs() -> None:
    assert among({"a": 0.6, "b": 0.2, "c": 0.2}, ["a", "b"]) == {"a": 0.75, "b": 0.25}
    assert among({"a": 0.75, "b": 0.25}, ["a", "b", "c", "d"]) == {
        "a": 0.375,
        "b": 0.125,
        "c": 0.25,
        "d": 0.25,
    }
    assert among({}, ["a", "b"]) == {"a": 0.5, "b": 0.5}
