"""Rows of thresholds: one search finds what looking at every threshold of the row would."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.generation.thresholds import Thresholds

TOP = 50


@given(
    st.lists(
        st.lists(st.integers(0, TOP), min_size=4, max_size=4).map(sorted), min_size=1, max_size=5
    )
)
def test_a_draw_passes_the_thresholds_of_its_row_that_it_reaches(rows: list[list[int]]) -> None:
    row, draw = np.indices((len(rows), TOP)).reshape(2, -1)
    passed = Thresholds(np.array(rows), TOP).passed(row, draw)
    assert passed.tolist() == [
        sum(threshold <= value for threshold in rows[of])
        for of, value in zip(row.tolist(), draw.tolist(), strict=True)
    ]
