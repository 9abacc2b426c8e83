"""Days are lived, not solved for: no row takes a remainder, and nothing beside a persona tells it.

What is asked here is recomputed from the published rows alone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
    share,
)

AS_OF = dt.date(2026, 6, 30)
Connection = duckdb.DuckDBPyConnection
# Every account's close on each day something posted, and on the eve of each payday.
CLOSES = """
create table closes as
with moved as (
  select account_id, date, sum(amount) as out_of from raw_transactions where not pending group by all
)
select
  moved.account_id,
  date,
  opening_balance - sum(out_of) over (partition by moved.account_id order by date) as closing
from moved join raw_accounts using (account_id)
"""
BOUGHT = """
create table bought as
select t.*, a.type as account_type
from raw_transactions as t join raw_accounts as a using (account_id)
where t.amount > 0 and t.transfer_id is null and a.holder_category = 'personal'
  and t.category_primary not in
    ('RENT_AND_UTILITIES', 'LOAN_PAYMENTS', 'BANK_FEES', 'TRANSFER_OUT', 'INCOME')
"""


def population(seed: int, users: int = 150, months: int = 6, **sections: Any) -> Connection:
    """People and their rows, with what tests ask for again and again."""
    config = {"seed": seed, "num_users": users, "months_history": months}
    con = a_population(a_configuration(as_of=AS_OF, config=config, **sections))
    con.execute(BOUGHT)
    con.execute(CLOSES)
    return con


@pytest.fixture(scope="module", params=[3, pytest.param(8, marks=pytest.mark.long)])
def natural(request: pytest.FixtureRequest) -> Connection:
    return population(request.param)


@pytest.fixture(scope="module")
def targeted() -> Connection:
    return population(4, preset="balanced")


def test_tickets_are_what_merchants_sell(natural: Connection) -> None:
    """None above the merchant's largest, and hardly any at it: nothing piles up against a bound."""
    shops = load_catalog().merchants
    most = dict(zip(shops.names, (shops.ticket_cap_cents / 100).tolist(), strict=True))
    tickets = [
        (float(amount), most[name])
        for name, amount in rows(natural, "select merchant_name, amount from bought")
        if name in most
    ]
    assert len(tickets) > 10_000
    assert all(amount <= cap + 0.01 for amount, cap in tickets)
    # Nor is any largest ticket more frequent than others of its size.
    assert sum(amount >= cap - 1 for amount, cap in tickets) < 0.002 * len(tickets)
    assert share(natural, "select avg((amount < 1)::int) from bought") <= 0.01


def test_no_two_cycles_of_a_card_are_alike(natural: Connection) -> None:
    cycles = rows(
        natural,
        "select account_id, list(purchases) from card_statements where purchases > 0 group by 1",
    )
    assert len(cycles) > 50
    assert sum(len(set(found)) < len(found) for _, found in cycles) <= 0.06 * len(cycles)


def test_use_of_a_card_varies_between_months(natural: Connection) -> None:
    """Not by cents alone: a month is half as much again as another."""
    cycles = rows(
        natural,
        "select stddev_samp(purchases) / avg(purchases) from card_statements"
        " group by account_id having count(*) >= 5 and avg(purchases) > 50",
    )
    spread = sorted(float(found) for (found,) in cycles)
    assert len(spread) > 50
    assert spread[len(spread) // 20] > 0.1
    assert 0.25 <= spread[len(spread) // 2] <= 0.8


def test_paydays_find_a_different_balance_every_time(targeted: Connection) -> None:
    """The stressed above all: nobody runs out to the same cents."""
    eves: dict[str, list[Any]] = defaultdict(list)
    for account, _, held in rows(
        targeted,
        """
        with eve as (
          select account_id, date, lag(closing) over (partition by account_id order by date) as held
          from closes
        )
        select distinct account_id, date, held
        from raw_transactions as pay join eve using (account_id, date)
        where pay.category_detailed in ('INCOME_SALARY', 'INCOME_CONTRACTOR') and held is not null
        """,
    ):
        eves[account].append(held)
    different = sum(len(set(held)) for held in eves.values())
    assert len(eves) > 80
    assert different >= 0.95 * sum(map(len, eves.values()))


def test_nothing_about_posting_tells_a_persona(targeted: Connection) -> None:
    """In-store debit purchases post two days late or more as often whoever buys."""
    late = dict(
        rows(
            targeted,
            """
            select u.target_persona, avg((b.date - b.authorized_date >= 2)::int)
            from bought as b join raw_users as u using (user_id)
            where b.payment_channel = 'in store' and b.account_type = 'depository'
              and not b.pending and u.target_persona is not null
            group by 1
            """,
        )
    )
    assert len(late) == 6
    assert max(late.values()) - min(late.values()) <= 0.15
    assert min(late.values()) > 0.05


def test_everybody_gets_refunds_and_fetches_cash(targeted: Connection) -> None:
    """In part or whole, on the account that paid; cash by card holders of every persona."""
    found = rows(
        targeted,
        """
        select u.target_persona, a.type, refund.amount, list(b.amount)
        from raw_transactions as refund
        join raw_accounts as a using (account_id)
        join raw_users as u on u.user_id = refund.user_id
        join bought as b
          on b.account_id = refund.account_id and b.merchant_name = refund.merchant_name
          and b.authorized_date < refund.date and b.amount >= -refund.amount
        where refund.amount < 0 and refund.category_primary not in
          ('INCOME', 'TRANSFER_IN', 'LOAN_PAYMENTS')
        group by all
        """,
    )
    whole = [-amount in prices for _, _, amount, prices in found]
    assert len(found) > 100
    assert 0.2 <= sum(whole) / len(whole) <= 0.9
    on_cards = sum(kind == "credit" for _, kind, _, _ in found)
    assert 0.1 <= on_cards / len(found) <= 0.9
    assert len({persona for persona, *_ in found}) == 6
    with_cash = rows(
        targeted,
        "select distinct u.target_persona from raw_transactions join raw_users as u using (user_id)"
        " where category_detailed = 'TRANSFER_OUT_WITHDRAWAL' and target_persona is not null",
    )
    assert len(with_cash) == 6


def test_rare_pay_is_earned_and_kept_in_more_ways_than_one(targeted: Connection) -> None:
    """Some of it is moved on at once, some drawn back; gig platforms pay nobody's living."""
    paydays = rows(
        targeted,
        """
        with pay as (
          select t.user_id, t.account_id, t.date, -sum(amount) as paid
          from raw_transactions as t join raw_users as u using (user_id)
          where u.target_persona = 'variable_income' and t.category_detailed = 'INCOME_CONTRACTOR'
          group by all
        )
        select pay.user_id, pay.account_id, paid, coalesce((
          select sum(amount) from raw_transactions as t
          where t.account_id = pay.account_id and t.date = pay.date and t.amount > 0
            and t.category_detailed = 'TRANSFER_OUT_SAVINGS'
        ), 0) as moved
        from pay
        """,
    )
    assert len(paydays) > 40
    swept = [float(moved) >= 0.97 * float(paid) for _, _, paid, moved in paydays]
    assert sum(swept) <= 0.25 * len(paydays)
    assert len({account.rsplit("_", 1)[1] for _, account, _, _ in paydays}) == 2
    assert any(float(moved) == 0 for *_, moved in paydays)
    assert share(
        targeted,
        "select count(*) from raw_transactions where category_detailed = 'INCOME_GIG_ECONOMY'"
        " and amount < -4000",
    ) == 0  # fmt: skip


def test_round_sums_are_moved_between_own_accounts(targeted: Connection) -> None:
    moved = rows(
        targeted,
        "select amount from raw_transactions where amount > 0 and transfer_id is not null"
        " and category_detailed in ('TRANSFER_OUT_SAVINGS', 'TRANSFER_OUT_ACCOUNT_TRANSFER')",
    )
    assert len(moved) > 500
    assert all(amount == amount.to_integral_value() for (amount,) in moved)


def test_a_history_opens_in_the_middle_of_lives(natural: Connection) -> None:
    """Somebody paid last month, purchases of yesterday still post, and balances are nobody's sum."""
    first = rows(
        natural,
        "select arg_min(payments, issued_on), arg_min(previous_balance, issued_on)"
        " from card_statements group by account_id",
    )
    assert sum(paid > 0 for paid, _ in first) > 0.3 * len(first)
    assert sum(owed > 0 for _, owed in first) > 0.8 * len(first)
    start = rows(natural, "select min(date) from raw_transactions")[0][0]
    assert share(
        natural, f"select count(*) from bought where authorized_date < '{start.isoformat()}'"
    )


def test_cards_stay_in_their_bands_on_nearly_every_night() -> None:
    """High, critical and 0 % cards on 99.5 % of nights over two years; those paid in full below
    half of the limit."""
    con = population(6, users=120, months=24, controls=NOTHING_HAPPENS)
    found = rows(
        con,
        """
        with night as (
          select
            c.account_id,
            n.night,
            -- what is owed is what was paid out less what came in
            arg_max(2 * a.opening_balance - closing, c.date) / any_value(a.balance_limit) as used
          from closes as c
          join raw_accounts as a using (account_id)
          join (select unnest(generate_series(date '2024-07-31', date '2026-06-30',
            interval 7 day)) as night) as n on c.date <= n.night
          where a.type = 'credit'
          group by c.account_id, n.night
        ),
        paid as (
          select s.account_id, bool_or(s.interest > 0) or max(l.apr_percentage) = 0 as carries
          from card_statements as s join raw_liabilities as l using (account_id)
          group by 1
        )
        select account_id, carries, list(used) from night join paid using (account_id) group by all
        """,
    )
    assert len(found) > 80
    assert any(carries for _, carries, _ in found)
    nights = outside = 0
    for _, carries, each in found:
        used = sorted(map(float, each))
        if not carries:
            assert used[-1] < 0.52
            continue
        middle = used[len(used) // 2]
        low, high = next(b for b in ((0.3, 0.5), (0.5, 0.8), (0.8, 1.1)) if middle < b[1])
        nights += len(used)
        outside += sum(not low <= each < high for each in used)
    assert outside <= 0.005 * nights


def test_counters_are_open_when_banks_are_and_only_others_machines_charge(
    natural: Connection,
) -> None:
    fetched = rows(
        natural,
        "select date, name, amount from raw_transactions"
        " where category_detailed = 'TRANSFER_OUT_WITHDRAWAL'",
    )
    closed = {"counter": 0, "machine": 0}
    for day, name, amount in fetched:
        is_counter = "BRANCH" in name
        closed["counter" if is_counter else "machine"] += day.weekday() >= 5
        is_others = not is_counter and not name.startswith("ATM WITHDRAWAL ")
        assert (amount % 20 != 0) == is_others, (name, amount)
    assert closed["counter"] == 0 < closed["machine"]
    assert len({"BRANCH" in name for _, name, _ in fetched}) == 2
