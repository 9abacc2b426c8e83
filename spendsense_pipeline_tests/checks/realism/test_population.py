"""Figures about shapes and budgets, worked out by hand."""

from __future__ import annotations

import datetime as dt
import math
import random

import pytest

from spendsense_pipeline.checks.amount_shapes import amount_shapes, zipf_slope
from spendsense_pipeline.checks.realism import (
    budgets_are_believable,
    population_is_realistic,
    realism_figures,
)
from spendsense_pipeline.checks.realism.published import jensen_shannon
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.household_by_hand import a_valid_world
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_paycheck,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

COFFEE: Row = {
    "merchant_name": "Bean",
    "category_detailed": "FOOD_AND_DRINK_COFFEE",
}
RENT: Row = {
    "merchant_name": "Maple Apartments",
    "category_primary": "RENT_AND_UTILITIES",
    "category_detailed": "RENT_AND_UTILITIES_RENT",
}


def counted(cents: list[int]) -> tuple[list[int], list[int]]:
    values = sorted(set(cents))
    return values, [cents.count(value) for value in values]


def test_lognormal_amounts_look_lognormal() -> None:
    rng = random.Random(1)
    cents = [max(1, round(100 * rng.lognormvariate(3.5, 1.1))) for _ in range(4000)]
    shapes = amount_shapes(*counted(cents))
    assert shapes.ks_lognormal < 0.03
    assert shapes.ks_uniform > 0.6
    assert shapes.sigma_log == pytest.approx(1.1, abs=0.05)
    assert shapes.benford_mad < 0.015
    assert shapes.mean_usd == pytest.approx(sum(cents) / len(cents) / 100)
    assert shapes.median_usd == pytest.approx(sorted(cents)[len(cents) // 2] / 100, rel=0.01)


def test_uniform_amounts_do_not() -> None:
    shapes = amount_shapes(*counted(list(range(100, 50_100, 25))))
    assert shapes.ks_uniform < 0.01
    assert shapes.ks_lognormal > 0.1
    assert shapes.benford_mad > 0.03


def test_zipf_slope_of_zipfs_law() -> None:
    assert zipf_slope([round(10_000 / rank) for rank in range(1, 151)]) == pytest.approx(
        -1, abs=0.01
    )
    assert zipf_slope([5]) is None


def test_jensen_shannon_distance() -> None:
    assert jensen_shannon({"a": 2, "b": 2}, {"a": 1, "b": 1}) == pytest.approx(0)
    assert jensen_shannon({"a": 2}, {"b": 1, "a": 0}) == pytest.approx(math.log(2))


def household(user_id: str, spend: int, rent: int) -> tuple[list[Row], list[Row]]:
    """$1,000 of pay, so much of it spent on groceries and rent."""
    accounts = [an_account(f"c_{user_id}", user_id), a_card(f"k_{user_id}", user_id)]
    rows = [
        a_paycheck("1000", AS_OF, account_id=f"c_{user_id}", user_id=user_id),
        a_transaction(spend - rent, AS_OF, f"k_{user_id}", user_id),
        a_transaction(rent, AS_OF, f"c_{user_id}", user_id, **RENT),
        # neither a transfer nor a card payment is spending; a refund takes from it
        a_transaction(
            300,
            AS_OF,
            f"c_{user_id}",
            user_id,
            category_primary="LOAN_PAYMENTS",
            category_detailed="LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        ),
        a_transaction(50, AS_OF, f"k_{user_id}", user_id),
        a_transaction(-50, AS_OF, f"k_{user_id}", user_id),
    ]
    return accounts, rows


@pytest.mark.parametrize(
    ("spend", "rent", "passes"),
    [(900, 300, True), (1050, 400, True), (790, 300, False), (1060, 300, False), (900, 190, False)],
)
def test_budgets(spend: int, rent: int, passes: bool) -> None:
    lives = [household(f"user_{n:04d}", spend, rent) for n in range(50)]
    con = a_warehouse(
        users=[a_user(f"user_{n:04d}") for n in range(50)],
        accounts=[account for accounts, _ in lives for account in accounts],
        transactions=[row for _, rows in lives for row in rows],
    )
    found = budgets_are_believable(CheckRun(con, a_configuration()))
    assert found.passed is passes
    assert found.figure == pytest.approx(spend / 1000)
    con.execute("delete from raw_users where user_id = 'user_0000'")
    assert budgets_are_believable(CheckRun(con, a_configuration())).skipped


def test_every_figure_has_a_source_and_a_band() -> None:
    figures = realism_figures(a_valid_world().warehouse(), a_configuration())
    assert len({figure.metric for figure in figures}) == len(figures) >= 75
    for figure in figures:
        assert figure.source
        assert str(figure.band)
        assert figure.row()["verdict"] == figure.said


def test_figures_of_a_small_world() -> None:
    figures = {f.metric: f for f in realism_figures(a_valid_world().warehouse(), a_configuration())}
    income = 13 * 2000 / 212 * 30.4375  # history starts on 1 December
    (one,) = figures["net income a month, 10th percentile USD"].sample.values  # type: ignore[union-attr]
    assert one == pytest.approx(income)
    assert figures["net income a month, 10th percentile USD"].said == "not judged (n = 1)"
    assert figures["purchase amount, mean USD"].said == "not judged (n = 0)"  # no shape of so few
    assert figures["rents that changed within the history"].said == "not judged (7 of 12 months)"


def test_a_world_out_of_its_bands_is_reported_with_the_figures() -> None:
    world = a_valid_world()
    world.transactions += [
        a_transaction(300, AS_OF - dt.timedelta(day), **COFFEE) for day in range(40)
    ]
    found = population_is_realistic(CheckRun(world.warehouse(), a_configuration()))
    assert not found.passed
    assert found.failing_count == len(found.failing_rows) or found.failing_count > 10
    reported = {row["metric"]: row for row in found.failing_rows}
    assert reported["largest coffee-shop ticket, USD"]["verdict"] == "outside"
    assert reported["largest coffee-shop ticket, USD"]["cases"] == 40
    assert "largest coffee-shop ticket, USD" in str(found.bound)


def test_only_the_first_people_are_looked_at_when_asked() -> None:
    con = a_valid_world().warehouse()
    con.execute("update raw_users set user_id = 'zzzz' where user_id = 'user_0000'")
    con.execute("update raw_transactions set user_id = 'zzzz'")
    run = CheckRun(con, a_configuration(), people=1)
    assert run.rows("select count(*) as n from _checks_everyday_purchases") == [{"n": 0}]
