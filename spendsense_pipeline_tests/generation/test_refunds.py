"""Refunds: they post when shops' banks do, and come for what people give back."""

from __future__ import annotations

import datetime as dt

import pytest

from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)

REFUNDS = """
select date, category_detailed, merchant_name from raw_transactions
where amount < 0 and merchant_name in (select merchant_name from bought)
"""
BOUGHT = """
create table bought as
select distinct merchant_name from raw_transactions
where amount > 0 and merchant_name is not null
  and category_primary in
    ('FOOD_AND_DRINK', 'GENERAL_MERCHANDISE', 'HOME_IMPROVEMENT', 'MEDICAL', 'PERSONAL_CARE',
     'TRANSPORTATION', 'ENTERTAINMENT')
"""
CONSUMED = ("FOOD_AND_DRINK_COFFEE", "PERSONAL_CARE_HAIR_AND_BEAUTY", "TRANSPORTATION_GAS")
"""And all fares: nobody is given back what has been drunk, cut or driven."""


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_refunds_post_on_business_days_and_for_goods(seed: int) -> None:
    con = a_population(
        a_configuration(as_of=dt.date(2026, 3, 31), config={"num_users": 200, "seed": seed})
    )
    con.execute(BOUGHT)
    found = rows(con, REFUNDS)
    assert len(found) > 200
    holidays = {(12, 25), (1, 1)}
    closed = [day for day, *_ in found if day.weekday() >= 5 or (day.month, day.day) in holidays]
    assert closed == []
    assert {code for _, code, _ in found}.isdisjoint(CONSUMED)
    fares = {"TRANSPORTATION_PUBLIC_TRANSIT", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES"}
    assert {code for _, code, _ in found}.isdisjoint(fares)
