"""Where cash comes from: machines of several operators, each with one fee for everybody."""

from __future__ import annotations

from collections import defaultdict

import pytest

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.living.cash_points import OPERATOR_FEES_CENTS
from spendsense_pipeline_tests.fixtures.generated_people import a_population, some_people


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_a_machine_charges_everybody_the_same_and_so_does_a_bank(seed: int) -> None:
    con = a_population(some_people(300, seed=seed, months=6))
    fetched = con.execute(
        "select name, merchant_name, cast(amount * 100 as bigint) % 500 from raw_transactions "
        "where category_detailed = 'TRANSFER_OUT_WITHDRAWAL' and amount % 5 <> 0"
    ).fetchall()
    added, operators = defaultdict(set), defaultdict(int)
    for machine, operator, cents in fetched:
        added[machine].add(cents)
        operators[operator] += 1
    assert len(fetched) >= 30
    assert all(len(fees) == 1 for fees in added.values())
    assert len(operators) >= 4
    assert max(operators.values()) <= 0.6 * len(fetched)
    taken = con.execute(
        "select user_id, list(distinct amount) from raw_transactions "
        "where category_detailed = 'BANK_FEES_ATM_FEES' group by all"
    ).fetchall()
    assert len(taken) >= 10
    assert all(len(fees) == 1 for _, fees in taken)


@pytest.mark.parametrize("seed", [31, 32])
def test_no_machine_pays_out_what_is_not_there(seed: int) -> None:
    """On days on which nothing but cash leaves an account, and nothing comes."""
    con = a_population(some_people(300, seed=seed, months=6))
    left = con.execute(
        """
        with closing as (
          select
            account_id,
            date,
            sum(sum(amount)) over (partition by account_id order by date) as spent,
            bool_and(
              category_detailed in ('TRANSFER_OUT_WITHDRAWAL', 'BANK_FEES_ATM_FEES')
            ) as is_cash_alone
          from raw_transactions where not pending and account_id like '%checking'
          group by account_id, date
        )
        select opening_balance - spent
        from closing join raw_accounts using (account_id)
        where is_cash_alone
        """
    ).fetchall()
    assert len(left) > 500
    # But for the fees.
    assert min(usd for (usd,) in left) >= -10


def test_operators_are_merchants_whose_fees_average_what_is_paid() -> None:
    merchants = load_catalog().merchants
    weight = dict(zip(merchants.names, merchants.weight.tolist(), strict=True))
    total = sum(weight[name] for name in OPERATOR_FEES_CENTS)
    mean = sum(weight[name] * fee for name, fee in OPERATOR_FEES_CENTS.items()) / total
    # $3.22 (Bankrate 2025).
    assert 300 <= mean <= 345
