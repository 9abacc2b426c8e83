"""Who pays a card late falls behind, catches up and falls behind again; as many are overdue on one
night as on another."""

from __future__ import annotations

import datetime as dt
import functools
from itertools import groupby

import duckdb
import pytest

from spendsense_pipeline.generation.attributes import PaymentHabit
from spendsense_pipeline.generation.behaviours.savings import plan_savings
from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
)
from spendsense_pipeline_tests.fixtures.seeds import seeds

USERS = 150
CONTROLS = {**NOTHING_HAPPENS, "overdue_probability": 0.4, "min_payment_only_probability": 0.2}
_FEE_MONTHS = """
select account_id, list(distinct datediff('month', date '2024-01-01', date))
from raw_transactions
where category_detailed = 'BANK_FEES_LATE_FEES'
group by account_id
"""
_OVERDUE = """
select count(*) filter (owed.is_overdue), count(*)
from raw_liabilities as owed
join raw_accounts as card on card.account_id = owed.account_id
where card.balance_current >= 0.5 * card.balance_limit
"""


@functools.cache
def two_years(seed: int) -> tuple[duckdb.DuckDBPyConnection, set[str]]:
    """A population, to read only, and the accounts of cards that are paid late."""
    resolved = a_configuration(
        as_of=dt.date(2026, 6, 30),
        config={"seed": seed, "num_users": USERS, "months_history": 24},
        controls=CONTROLS,
    )
    is_late = make_world(resolved, 0, USERS).profiles.card_payment == PaymentHabit.LATE
    cards = zip(*is_late.nonzero(), strict=True)
    return a_population(resolved), {f"user_{user:04d}_credit_{card + 1}" for user, card in cards}


@pytest.mark.parametrize("seed", seeds(1, 4))
def test_who_is_behind_catches_up_and_falls_behind_again(seed: int) -> None:
    con, cards = two_years(seed)
    charged = {account: set(months) for account, months in rows(con, _FEE_MONTHS)}
    assert len(cards) >= 12
    assert cards <= set(charged)
    lengths: list[int] = []
    for card in cards:
        behind = [month in charged[card] for month in range(min(charged[card]), max(charged[card]))]
        runs = [(is_behind, len(list(run))) for is_behind, run in groupby(behind)]
        # Two years hold two rounds.
        assert sum(not is_behind for is_behind, _ in runs) >= 2, card
        lengths += [length for is_behind, length in runs if is_behind]
    assert max(lengths) <= 9
    assert sum(lengths) / len(lengths) >= 4
    # Who does not pay late is charged for a slip now and then.
    assert all(len(charged[card]) <= 6 for card in set(charged) - cards)


@pytest.mark.parametrize("seed", seeds(1, 4))
def test_some_months_nothing_is_paid_and_that_is_made_up_for(seed: int) -> None:
    con, cards = two_years(seed)
    paid = dict(
        rows(
            con,
            "select account_id, list(distinct datediff('month', date '2024-01-01', date)) "
            "from raw_transactions where category_detailed = 'LOAN_PAYMENTS_CREDIT_CARD_PAYMENT' "
            "and amount < 0 and account_id like '%credit%' group by account_id",
        )
    )
    without = [24 - len(paid[card]) for card in cards]
    # Of two years' statements some are not answered in their month, never half of them.
    assert sum(without) / len(without) >= 2.5
    assert max(without) <= 12


@pytest.mark.parametrize(
    "share", [0.4, *(pytest.param(share, marks=pytest.mark.long) for share in (0.15, 0.8))]
)
def test_as_many_are_overdue_on_any_night(share: float) -> None:
    found = []
    for as_of in (dt.date(2026, 3, 14), dt.date(2026, 6, 30), dt.date(2026, 8, 23)):
        overdue = carried = 0
        for seed in range(3):
            resolved = a_configuration(
                as_of=as_of,
                history_start=dt.date(2025, 6, 1),
                config={"seed": seed, "num_users": 100},
                controls={**CONTROLS, "overdue_probability": share},
            )
            [(late, cards)] = rows(a_population(resolved), _OVERDUE)
            overdue, carried = overdue + late, carried + cards
        found.append(overdue / carried)
    assert all(abs(each - share) <= 0.06 for each in found), found


def test_who_is_behind_with_a_card_has_little_put_by() -> None:
    """Of those late month after month few hold savings that would pay what is due."""
    saved = []
    for seed in range(6):
        resolved = a_configuration(
            config={"seed": seed, "num_users": 200, "months_history": 1}, controls=NOTHING_HAPPENS
        )
        world = make_world(resolved, 0, 200)
        is_late = (world.profiles.card_payment == PaymentHabit.LATE).any(axis=1)
        plan = plan_savings(world, labels_for(load_catalog()))
        saved += (plan.opening_cents[is_late] / 100).tolist()
    assert len(saved) >= 30
    assert sum(usd > 5_000 for usd in saved) <= 0.45 * len(saved)
    assert sum(usd > 40_000 for usd in saved) <= 0.1 * len(saved)
