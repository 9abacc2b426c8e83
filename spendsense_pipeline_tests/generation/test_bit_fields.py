"""Words of several numbers: what goes in comes out, and what does not fit is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields

WIDTHS = {"user": 26, "day": 11, "serial": 11, "is_pending": 1}
FIELDS = BitFields(**WIDTHS)
ROWS = st.lists(
    st.fixed_dictionaries({name: st.integers(0, 2**bits - 1) for name, bits in WIDTHS.items()}),
    min_size=1,
    max_size=20,
)


def columns(rows: list[dict[str, int]]) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in rows]) for name in WIDTHS}


@given(ROWS)
def test_every_field_comes_back(rows: list[dict[str, int]]) -> None:
    values = columns(rows)
    words = FIELDS.pack(**values)
    layout = {name: (words >> shift) & mask for name, shift, mask in FIELDS.layout()}
    assert [*layout] == [*values]
    for name, value in values.items():
        assert FIELDS.take(words, name).tolist() == layout[name].tolist() == value.tolist()


@given(ROWS)
def test_words_are_in_the_order_of_their_fields(rows: list[dict[str, int]]) -> None:
    words = FIELDS.pack(**columns(rows)).tolist()
    by_word = sorted(range(len(rows)), key=words.__getitem__)
    by_field = sorted(range(len(rows)), key=lambda row: [rows[row][name] for name in WIDTHS])
    assert [rows[row] for row in by_word] == [rows[row] for row in by_field]


def test_one_value_serves_all_rows_and_a_full_word_is_used_to_its_last_bit() -> None:
    full = BitFields(high=1, low=63)
    words = full.pack(high=1, low=np.array([0, 2**63 - 1]))
    assert words.tolist() == [2**63, 2**WORD_BITS - 1]


@pytest.mark.parametrize("name", WIDTHS)
@pytest.mark.parametrize("value", [-1, "one too many"])
def test_what_does_not_fit_is_refused(name: str, value: int | str) -> None:
    first_too_large = 2 ** WIDTHS[name]
    wrong = {**dict.fromkeys(WIDTHS, 0), name: first_too_large if value == "one too many" else -1}
    with pytest.raises(OverflowError, match=f"{name} must lie in 0..{first_too_large - 1}"):
        FIELDS.pack(**{each: np.array([0, number]) for each, number in wrong.items()})


def test_no_field_is_forgotten() -> None:
    with pytest.raises(TypeError, match="every bit field must be given"):
        FIELDS.pack(user=1, day=1, serial=1)


@pytest.mark.parametrize("widths", [{"user": 40, "day": 25}, {"user": 0}])
def test_fields_fit_in_a_word(widths: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must have bits and fit in 64"):
        BitFields(**widths)
