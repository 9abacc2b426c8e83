"""What stands in a history beside pay, bills and shops: friends, checks, cash, taxes, instalments.

Two hundred people over two years, recomputed from the published rows alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from itertools import pairwise

import duckdb
import pytest

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline.generation.living.cash_points import OWN_MACHINE
from spendsense_pipeline_tests.fixtures.generated_people import (
    TWO_YEARS,
    rows,
    share,
    two_years_of_two_hundred,
)

APPS = ("ZELLE", "VENMO", "CASH APP", "PAYPAL")
SENT = "TRANSFER_OUT_TRANSFER_OUT_FROM_APPS"
RECEIVED = "TRANSFER_IN_TRANSFER_IN_FROM_APPS"
WITHDRAWN = "TRANSFER_OUT_WITHDRAWAL"
YEARS = 2
PEOPLE = 200


@pytest.fixture(scope="module", params=[5, 42])
def people(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    made = two_years_of_two_hundred(request.param)
    con = duckdb.connect()
    for name, table in (
        ("users", made.users),
        ("accounts", made.accounts),
        ("rows_", made.transactions),
    ):
        con.register("of_shard", table)
        con.execute(f"create table {name} as from of_shard")
        con.unregister("of_shard")
    con.execute("create table posted as from rows_ where not pending")
    return con


def test_most_people_pay_friends_through_one_of_four_apps(
    people: duckdb.DuckDBPyConnection,
) -> None:
    """Pew 2022: three in four have used one, the young most; Zelle 2024: two sums a month each."""
    found = rows(people, f"select name, category_detailed from posted where category_detailed in ('{SENT}', '{RECEIVED}')")  # fmt: skip
    for app in APPS:
        ways = {category for name, category in found if name.startswith(app)}
        assert ways == {SENT, RECEIVED}, app
    assert all(name.startswith(APPS) for name, _ in found)
    assert 1.5 <= len(found) / PEOPLE / YEARS / 12 <= 5
    senders = share(people, f"select count(distinct user_id) from posted where category_detailed = '{SENT}'")  # fmt: skip
    assert 0.75 <= senders / PEOPLE <= 0.92
    young, old = (
        share(
            people,
            "select count(app.transaction_id) / count(distinct users.user_id) from users left join"
            f" (from posted where category_detailed = '{SENT}') as app using (user_id) where age {of}",
        )
        for of in ("< 30", ">= 65")
    )
    assert young > 2 * old
    median, mean = rows(people, f"select median(amount), avg(amount) from posted where category_detailed = '{SENT}'")[0]  # fmt: skip
    assert 25 <= median <= 80 < 2.5 * mean


def test_checks_are_numbered_as_they_are_written_mostly_by_the_old(
    people: duckdb.DuckDBPyConnection,
) -> None:
    numbers: dict[str, list[tuple[dt.date, int]]] = defaultdict(list)
    for user, date, name in rows(
        people,
        "select user_id, date, name from posted"
        " where category_detailed = 'TRANSFER_OUT_OTHER_TRANSFER_OUT' and name like 'CHECK %'",
    ):
        match = re.fullmatch(r"CHECK (\d+)", name)
        assert match, name
        numbers[user].append((date, int(match[1])))
    for written in numbers.values():
        written.sort()
        assert all(two[1] == one[1] + 1 for one, two in pairwise(written)), written
    ages = dict(rows(people, "select user_id, age from users"))

    def writers(low: int, high: int) -> float:
        of_age = [user for user, age in ages.items() if low <= age < high]
        return sum(user in numbers for user in of_age) / len(of_age)

    assert 0.2 <= writers(0, 120) <= 0.6
    assert writers(67, 120) > 1.5 * writers(0, 35)


def test_a_strange_machine_costs_two_fees(people: duckdb.DuckDBPyConnection) -> None:
    """The operator's is part of the sum (Bankrate 2025: $3.22), the own bank's a row of its own on
    most of them and on nothing else."""
    fetched = rows(
        people,
        f"""
        select
          cash.amount,
          cash.merchant_name <> '{OWN_MACHINE}' as is_strange,
          coalesce((
            select min(fee.amount) from posted as fee
            where fee.category_detailed = 'BANK_FEES_ATM_FEES'
              and fee.account_id = cash.account_id and fee.date = cash.date
          ), 0) as fee_usd,
          account.institution_id
        from posted as cash
        join accounts as account on account.account_id = cash.account_id
        where cash.category_detailed = '{WITHDRAWN}' and cash.name not like '%BRANCH%'
        """,
    )
    strange = [
        (float(usd), float(fee), bank) for usd, is_strange, fee, bank in fetched if is_strange
    ]
    assert 0.15 <= len(strange) / len(fetched) <= 0.3
    operators = [usd % 20 for usd, *_ in strange]
    assert min(operators) >= 2.5
    assert max(operators) <= 4
    assert 2.9 <= sum(operators) / len(operators) <= 3.6
    # Each bank asks of all its customers what it says it does: $1.64 on average.
    banks = load_catalog().institutions
    asked = dict(zip(banks.ids, (banks.other_machine_fee_cents / 100).tolist(), strict=True))
    assert all(fee == asked[bank] for _, fee, bank in strange)
    assert 1.3 <= sum(fee for _, fee, _ in strange) / len(strange) <= 2.1
    # Who goes to two machines on a day may be charged for one of them.
    charged = sum(fee > 0 for _, is_strange, fee, _ in fetched if not is_strange)
    assert charged <= 0.01 * len(fetched)


def test_taxes_come_back_in_spring(people: duckdb.DuckDBPyConnection) -> None:
    """IRS 2024-2026: 62 % of returns, a quarter by late February, most by the end of April; a state's
    is smaller and later; what is owed is paid by the middle of April."""
    found = rows(
        people,
        "select user_id, date, -amount, name like 'IRS%' from posted"
        " where category_detailed = 'INCOME_TAX_REFUND'",
    )
    federal = {
        (user, date.year): (date, usd) for user, date, usd, is_federal in found if is_federal
    }
    states = {
        (user, date.year): (date, usd) for user, date, usd, is_federal in found if not is_federal
    }
    assert len(federal) + len(states) == len(found)
    assert 0.54 <= len(federal) / PEOPLE / YEARS <= 0.7
    of_year = sorted(date.replace(year=2000) for date, _ in federal.values())
    assert dt.date(2000, 2, 1) <= of_year[0] <= dt.date(2000, 2, 12)
    assert of_year[-1] <= dt.date(2000, 6, 20)
    assert 0.15 <= sum(day <= dt.date(2000, 2, 20) for day in of_year) / len(of_year) <= 0.45
    assert sum(day <= dt.date(2000, 4, 30) for day in of_year) / len(of_year) >= 0.8
    usd = sorted(float(usd) for _, usd in federal.values())
    assert 1_400 <= usd[len(usd) // 2] <= 2_400
    assert set(states) <= set(federal)
    assert 0.3 <= len(states) / len(federal) <= 0.6
    for key, (date, usd) in states.items():
        assert date > federal[key][0]
        assert usd < federal[key][1]
    owed = rows(people, "select user_id, date from posted where name = 'IRS USATAXPYMT'")
    assert 0.05 <= len(owed) / PEOPLE / YEARS <= 0.2
    assert all((4, 1) <= (date.month, date.day) <= (4, 18) for _, date in owed)
    assert not {(user, date.year) for user, date in owed} & set(federal)


def test_instalments_come_four_times_a_fortnight_apart(people: duckdb.DuckDBPyConnection) -> None:
    plans = rows(
        people,
        "select user_id, merchant_name, list(date order by date) from posted"
        " where category_detailed = 'LOAN_PAYMENTS_BNPL' group by user_id, merchant_name, amount",
    )
    start, end = rows(people, "select min(date), max(date) from posted")[0]
    whole = [
        dates for _, _, dates in plans
        if dates[0] > start + dt.timedelta(45) and dates[0] < end - dt.timedelta(45)
    ]  # fmt: skip
    assert len(whole) > 40
    assert all(len(dates) == 4 for dates in whole)
    # Each waits for a business day of its own.
    assert all(10 <= (two - one).days <= 18 for dates in whole for one, two in pairwise(dates))
    # SHED 2024: 15 % of adults in a year.
    assert 0.15 <= len({user for user, *_ in plans}) / PEOPLE <= 0.5
    assert len({merchant for _, merchant, _ in plans}) >= 4


def test_support_comes_monthly_to_some_single_parents(people: duckdb.DuckDBPyConnection) -> None:
    paid = rows(
        people,
        "select household_type, count(distinct amount), count(distinct date_trunc('month', date)),"
        " count(*) from posted join users using (user_id)"
        " where category_detailed = 'INCOME_CHILD_SUPPORT' group by user_id, household_type",
    )
    parents = share(people, "select count(*) from users where household_type = 'single_parent'")
    assert 0.1 <= len(paid) / parents <= 0.6
    for household, sums, months, count in paid:
        assert household == "single_parent"
        assert sums == 1
        assert 22 <= months <= count <= 25


def test_some_pay_a_broker_or_for_old_age(people: duckdb.DuckDBPyConnection) -> None:
    paid = rows(
        people,
        "select user_id, name, amount from posted"
        " where category_detailed = 'TRANSFER_OUT_INVESTMENT_AND_RETIREMENT_FUNDS'",
    )
    assert 0.2 <= len({user for user, *_ in paid}) / PEOPLE <= 0.5
    assert all(amount == amount.to_integral_value() and amount > 0 for *_, amount in paid)
    assert any("IRA" in name for _, name, _ in paid)
    assert any("IRA" not in name for _, name, _ in paid)


def test_cash_and_checks_are_paid_in(people: duckdb.DuckDBPyConnection) -> None:
    for name in ("ATM CASH DEPOSIT", "MOBILE CHECK DEPOSIT"):
        paid = rows(people, f"select user_id, -amount, category_detailed from posted where name = '{name}'")  # fmt: skip
        assert len({user for user, *_ in paid}) >= 0.2 * PEOPLE
        assert all(usd > 0 and usd % 5 == 0 for _, usd, _ in paid)
        assert {category for *_, category in paid} == {"TRANSFER_IN_DEPOSIT"}


def test_what_is_given_back_comes_to_the_account_that_paid(
    people: duckdb.DuckDBPyConnection,
) -> None:
    """Every refund, on debit or credit: by the very shop, also after a move; never more than was
    paid there, and not long after."""
    start = rows(people, "select min(date) from posted")[0][0]
    found = rows(
        people,
        f"""
        select account.type, exists(
          select 1 from posted as bought
          where bought.account_id = refund.account_id
            and bought.name = replace(refund.name, 'RETURNED ITEM ', '')
            and bought.amount >= -refund.amount
            and bought.date between refund.date - 20 and refund.date
        )
        from posted as refund join accounts as account using (account_id)
        where refund.amount < 0 and refund.merchant_name is not null
          and refund.category_primary not in
            ('INCOME', 'TRANSFER_IN', 'LOAN_PAYMENTS', 'BANK_FEES')
          and refund.date > date '{start}' + 25
        """,
    )
    assert {kind for kind, _ in found} == {"depository", "credit"}
    assert len(found) > 500
    assert all(is_paid_there for _, is_paid_there in found)


def test_a_quarter_of_owners_pays_an_association(people: duckdb.DuckDBPyConnection) -> None:
    """Census 2024: 25 % of those who own their home."""
    owners, payers = rows(
        people,
        """
        with paid as (
          select
            user_id,
            bool_or(category_detailed = 'RENT_AND_UTILITIES_RENT') as rents,
            bool_or(category_detailed = 'RENT_AND_UTILITIES_OTHER_UTILITIES') as has_association
          from posted group by user_id
        )
        select count(*), count(*) filter (has_association) from paid where not rents
        """,
    )[0]
    assert 0.12 <= payers / owners <= 0.32


def test_bills_come_back_where_money_runs_out(people: duckdb.DuckDBPyConnection) -> None:
    """One to two business days after it was paid a bill is given back to the cent and the bank
    charges for it; it is paid again, through somebody else and no cheaper."""
    returned = rows(
        people,
        """
        select
          back.user_id, back.date, -back.amount,
          (
            select max(bill.date) from posted as bill
            where bill.account_id = back.account_id and bill.amount = -back.amount
              and bill.merchant_name = back.merchant_name and bill.date < back.date
          ),
          (
            select sum(fee.amount) from posted as fee
            where fee.account_id = back.account_id and fee.date = back.date
              and fee.category_detailed = 'BANK_FEES_INSUFFICIENT_FUNDS'
          ),
          (
            select min_by(again.amount, again.date) from posted as again
            where again.account_id = back.account_id and again.date > back.date
              and again.merchant_name = 'Paypoint'
          )
        from posted as back where back.name like 'RETURNED ITEM %' and back.amount < 0
        """,
    )
    assert 2 <= len({user for user, *_ in returned}) <= 0.08 * PEOPLE * YEARS
    for _, day, usd, paid_on, fee, again in returned:
        assert 1 <= (day - paid_on).days <= 5
        assert day.weekday() < 5
        assert 10 <= fee <= 34
        assert again is None or usd <= again <= usd + 30
    assert sum(again is not None for *_, again in returned) >= 0.8 * len(returned)
    fees = share(people, "select count(*) from posted where category_detailed = 'BANK_FEES_INSUFFICIENT_FUNDS'")  # fmt: skip
    assert fees == len(returned)
    # On that day they hold little, in whatever account.
    held = [
        float(usd)
        for (usd,) in rows(
            people,
            """
            select (
              select sum(account.opening_balance) from accounts as account
              where account.user_id = back.user_id and account.subtype in ('checking', 'savings')
            ) - (
              select sum(moved.amount) from posted as moved
              join accounts as account on account.account_id = moved.account_id
              where moved.user_id = back.user_id and moved.date <= back.date
                and account.subtype in ('checking', 'savings')
            )
            from posted as back where back.name like 'RETURNED ITEM %' and back.amount < 0
            """,
        )
    ]
    assert sum(usd > 5_000 for usd in held) <= 0.3 * len(held)


def test_what_is_disputed_is_credited_and_sometimes_taken_back(
    people: duckdb.DuckDBPyConnection,
) -> None:
    """Within days, to the cent and on the account that paid, debit and credit; a minority is
    reversed some weeks later."""
    credited = rows(
        people,
        """
        select given.account_id, given.date, given.amount,
          exists(
            from posted as bought
            where bought.account_id = given.account_id and bought.amount = -given.amount
              and bought.merchant_name is not null
              and given.date - bought.date between 3 and 42
          )
        from posted as given where given.name = 'PROVISIONAL CREDIT DISPUTED ITEM'
        """,
    )
    # Of purchases made before the history nothing is seen but the credit.
    known = [is_known for _, day, _, is_known in credited if (day - TWO_YEARS[0]).days > 45]
    assert all(known)
    assert all(day.weekday() < 5 for _, day, *_ in credited)
    assert 0.12 <= len(credited) / PEOPLE / YEARS <= 0.4
    assert len({account.rsplit("_", 1)[-1] for account, *_ in credited}) >= 2
    taken = rows(
        people,
        "select account_id, date, amount from posted where name = 'PROVISIONAL CREDIT REVERSED'",
    )
    # On a card, never so much that it would be what fills it.
    limits = dict(
        rows(people, "select account_id, balance_limit from accounts where type = 'credit'")
    )
    assert all(
        usd <= 0.04 * float(limits[account]) for account, _, usd in taken if account in limits
    )
    assert 0.1 <= len(taken) / len(credited) <= 0.45
    given = defaultdict(list)
    for account, day, usd, _ in credited:
        given[account, -usd].append(day)
    for account, day, usd in taken:
        if (day - TWO_YEARS[0]).days > 50:
            assert any(24 <= (day - before).days <= 50 for before in given[account, usd])


def test_some_who_live_alone_pay_child_support(people: duckdb.DuckDBPyConnection) -> None:
    """The same sum every month; nobody pays and is paid, and parents of children at home do not."""
    paid = rows(
        people,
        "select user_id, count(*), count(distinct amount), median(amount) from posted"
        " where name like '%CHILD SUPP%' and amount > 0 group by user_id",
    )
    payers = {user for user, *_ in paid}
    assert 1 <= len(payers) <= 0.05 * PEOPLE
    assert all(20 <= count <= 24 and sums == 1 for _, count, sums, _ in paid)
    assert all(150 <= usd <= 750 for *_, usd in paid)
    alone = rows(people, "select user_id from users where household_type in ('single', 'shared')")
    assert payers <= {user for (user,) in alone}


def test_paying_late_costs_more_the_second_time_and_never_more_than_was_missed(
    people: duckdb.DuckDBPyConnection,
) -> None:
    """Regulation Z: $30 at most for a first late fee, $41 for another within six billing cycles;
    issuers ask different sums, and most who are late once pay in time again."""
    fees: dict[str, list[tuple[dt.date, float]]] = defaultdict(list)
    for account, day, usd in rows(
        people,
        "select account_id, date, amount from posted"
        " where category_detailed = 'BANK_FEES_LATE_FEES' order by date",
    ):
        fees[account].append((day, float(usd)))
    firsts, later = [], []
    for of_card in fees.values():
        began, first = of_card[0]
        if (began - TWO_YEARS[0]).days > 220:
            firsts.append(first)
        for (before, _), (day, usd) in pairwise(of_card):
            (later if (day - before).days < 180 else firsts).append(usd)
    assert max(firsts) <= 30
    assert len({*firsts, *later}) >= 3
    assert 30 < max(later) <= 41
    # Late payers are behind for months on end, as is asked of overdue cards; others slip at times.
    assert sum(len(of_card) <= 4 for of_card in fees.values()) >= 0.25 * len(fees)
    assert max(len(of_card) for of_card in fees.values()) <= 21
