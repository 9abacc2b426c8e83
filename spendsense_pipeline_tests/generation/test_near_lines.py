"""A natural population has people on both sides of the rules' lines, and close to them."""

from __future__ import annotations

import datetime as dt

import pytest

from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_judged_population,
    rows,
)

LEAST = 2
"""People on either side of a line, near to it."""
NEAR = {
    "balance_swings": 0.2,
    "card_use_high": 0.2,
    "card_use_low": 0.2,
    "savings_inflow": 0.2,
    "subscription_spend": 0.2,
    "cash_buffer_thin": 0.2,
}
"""Criteria that compare a measure with a line, and how near is near, of the line's value. That
anything at all was charged, is overdue or is missing has no near side; `make realism` has days with
little money."""


@pytest.fixture(scope="module", params=[None, "calibrated"])
def sides(request: pytest.FixtureRequest) -> dict[tuple[str, int], tuple[int, int]]:
    """By criterion and window: of those near the line, who meets it and who does not."""
    con = a_judged_population(
        a_configuration(
            as_of=dt.date(2026, 6, 30),
            preset=request.param,
            config={"num_users": 400, "seed": 5, "months_history": 6},
        )
    )
    near = ", ".join(f"('{criterion}', {share})" for criterion, share in NEAR.items())
    found = rows(
        con,
        f"""
        select criterion, window_days, count(*) filter (is_met), count(*) filter (not is_met)
        from _judged_predicates join (values {near}) as near (criterion, share) using (criterion)
        where abs(value::double - threshold) <= share * threshold
        group by all
        """,
    )
    return {(criterion, days): (met, unmet) for criterion, days, met, unmet in found}


@pytest.mark.parametrize("line", sorted(NEAR))
def test_people_live_on_both_sides_of_a_line(
    line: str, sides: dict[tuple[str, int], tuple[int, int]]
) -> None:
    for days in (30, 180):
        assert min(sides.get((line, days), (0, 0))) >= LEAST, (days, sides.get((line, days)))
