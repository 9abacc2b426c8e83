"""Every tell is seen in a few rows that show it, and not in rows of the same kind that do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from spendsense_pipeline.checks.realism import RealismFigure
from spendsense_pipeline.checks.realism.commitments import commitments, fees_taken_for_bills
from spendsense_pipeline.checks.realism.credit import credit
from spendsense_pipeline.checks.realism.money import money
from spendsense_pipeline.checks.realism.pay import pay
from spendsense_pipeline.checks.realism.personas import telling
from spendsense_pipeline.checks.realism.shopping import shopping
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline_tests.checks.realism import lives as a
from spendsense_pipeline_tests.checks.realism.lives import Life, as_rows
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.rows import a_warehouse

Part = Callable[[CheckRun], Iterator[RealismFigure]]

SHORT = a_configuration(history_start=a.FIRST)
LONG = a_configuration(history_start=a.LONG_FIRST)


@dataclass(frozen=True)
class Tell:
    """Lives that show it and lives that do not."""

    metric: str
    shown: list[Life]
    hidden: list[Life]


def first_of_months(day: int, amount: float = 1500) -> dict[dt.date, float]:
    return {dt.date(2026, month, day): amount for month in (2, 3, 4, 5, 6)}


def two_years_of_rent(late: float, payees: int = 1) -> Life:
    life = a.housed({a.month_day(number, 2): 1500 if number < 12 else late for number in range(23)})
    if payees > 1:
        for row in life.transactions[12:]:
            row["merchant_name"] = "Elm Court"
    return life


def a_yearly_plan(gap: int) -> Life:
    life = a.subscribed({"Netflix": [17.99]})
    account = life.accounts[0]["account_id"]
    for number in (0, 1):
        day = a.month_day(2) + dt.timedelta(gap * number)
        life.row(139, day, account, **a.CLOTHES, merchant_name="Prime")
    return life


def rises(days: list[int]) -> list[Life]:
    """A dearer plan from one charge to the next, on so many days of the history."""
    found = []
    for shift in days:
        life = a.a_life()
        account = life.account()
        for number in range(5):
            day = a.FIRST + dt.timedelta(30 * number + shift)
            life.transactions.append(
                a.a_subscription_charge(
                    "Hulu", 17.99 if number < 3 else 18.99, day, account, life.user_id
                )
            )
        found.append(life)
    return found


# Lives of one group are about different rows, or about different people, and share a world.
GROUPS: dict[str, tuple[ResolvedConfig, tuple[Part, ...], list[Tell]]] = {
    "tickets": (
        SHORT,
        (shopping,),
        [
            Tell("largest coffee-shop ticket, USD", [a.bought([7, 564], **a.COFFEE)], [a.bought([7, 31], **a.COFFEE)]),
            Tell("largest fast-food ticket, USD", [a.bought([12, 606], **a.FAST_FOOD)], [a.bought([12, 62], **a.FAST_FOOD)]),
            Tell("largest fuel ticket, USD", [a.bought([40, 976], **a.FUEL)], [a.bought([40, 105], **a.FUEL)]),
            Tell("fuel tickets over $110", [], []),
            Tell("purchases under $1 on cards over half used", [a.on_cards(0.7, cents=True)], [a.on_cards(0.7, cents=False)]),
            Tell("purchases under $1 on other cards", [a.on_cards(0.2, cents=True)], [a.on_cards(0.2, cents=False)]),
            Tell("purchases under $1", [], []),
            Tell("groceries, families / singles (median)", [a.household("family", 115), a.household("single", 100)], [a.household("family", 210), a.household("single", 100)]),
            Tell("refunds of the whole purchase", [a.refunded(40)], [a.refunded(40), a.refunded(25)]),
            Tell("people and kinds of care with over 8 visits in 180 days", [a.bought([200] * 15, **a.GLASSES)], [a.bought([200] * 2, **a.GLASSES)]),
        ],
    ),
    "cards and places": (
        SHORT,
        (shopping,),
        [
            Tell("card holders' everyday purchases on credit, by number", [a.with_card([9] * 2, [19] * 8)], [a.with_card([29] * 5, [19] * 5)]),
            Tell("mean ticket, credit / debit", [], []),
            Tell("refunds on credit cards", [a.refunded(40)], [a.refunded(40), a.refunded(40, onto="card")]),
            Tell("purchases with a city, away from the home city", [a.shopped_in(["Columbus"] * 30)], [a.shopped_in(["Columbus"] * 30 + ["Boston"])]),
            Tell("flights and hotels beside days elsewhere", [a.stayed("Columbus")], [a.stayed("Boston")]),
            Tell("purchases at regional chains outside the states they serve", [a.shopped_at("Wawa", "CA")], [a.shopped_at("Wawa", "PA")]),
            Tell("purchases at chains that had closed", [a.shopped_at("JOANN", "PA")], [a.shopped_at("Target", "PA")]),
        ],
    ),
    "weekdays": (
        SHORT,
        (shopping,),
        [
            Tell("purchases a day, Friday to Sunday / Monday to Thursday", [a.on_day([0, 1, 2, 3, 4], posted=False)], [a.on_day([0, 1, 2, 3, 4, 4, 5, 6], posted=False)]),
        ],
    ),
    "posting": (
        SHORT,
        (shopping,),
        [
            Tell("rows posted a day, weekend / weekday", [a.on_day([0, 5, 6], posted=True)], [a.on_day([0, 1, 2, 3, 4, 5], posted=True)]),
        ],
    ),
    "pay": (
        SHORT,
        (pay,),
        [
            Tell("paydays after a close the account had before another payday, to the cent", [a.paid_and_emptied([50, 50, 50])], [a.paid_and_emptied([50, 61, 47])]),
            Tell("irregular paydays swept whole to savings the same day", [a.paid_irregularly(5900)], [a.paid_irregularly(4000)]),
            Tell("payouts of gig platforms over $4,000", [a.drove(6_000, 56)], [a.drove(210, 7)]),
            Tell("pay from gig platforms in a month of it, USD (median)", [], []),
            Tell("people of 67 and over with Social Security or a pension", [a.of_age(70, "payroll")], [a.of_age(70, "pension")]),
            Tell("people of 67 and over on a payroll", [], []),
            Tell("Social Security paid on a day of its rule", [a.on_social_security(dt.date(2026, 3, 5))], [a.on_social_security(dt.date(2026, 3, 11)), a.on_social_security(dt.date(2026, 1, 2))]),
        ],
    ),
    "variation": (
        SHORT,
        (pay,),
        [
            Tell("monthly income, coefficient of variation (median)", [a.with_income([3000, 3010, 3000, 3000, 3000, 3000])], [a.with_income([3000, 4100, 2800, 3000, 2500, 3900])]),
        ],
    ),
    "terms": (
        SHORT,
        (credit,),
        [
            Tell("cards with two cycles of exactly equal purchases", [a.card_of(purchases="100 100 90")], [a.card_of(purchases="100 101 90")]),
            Tell("first statements in whose cycle a balance was paid", [a.first_statement("0")], [a.first_statement("80")]),
            Tell("cards opened before their holder was 18", [a.card_of(age=22, opened_on=dt.date(2019, 1, 1))], [a.card_of(age=22, opened_on=dt.date(2022, 12, 1))]),
            Tell("card limits outside the product's range", [a.card_of("Cairnstone Bank Student Visa", balance_limit=20_000)], [a.card_of("Cairnstone Bank Student Visa", balance_limit=2_000)]),
            Tell("card rates outside the product's range", [a.card_of("Cairnstone Bank Student Visa", rate="12.00")], [a.card_of("Cairnstone Bank Student Visa", rate="0"), a.card_of("Cairnstone Bank Student Visa", rate="19.99")]),
            Tell("purchases on a store's card at other merchants", [a.on_a_store_card("Target")], [a.on_a_store_card("Macy's")]),
            Tell("card payments under the most frequent name", [a.paid_cards("CARD AUTOPAY", "CARD AUTOPAY")], [a.paid_cards("HARBOR EPAY", "SUMMIT AUTOPAY")]),
        ],
    ),
    "holdings": (
        SHORT,
        (money,),
        [
            Tell("personal deposits, USD (median)", [a.holding(45_000)], [a.holding(18_000)]),
        ],
    ),
    "fees": (
        SHORT,
        (money,),
        [
            Tell("payers of overdraft fees with over $5,000 saved", [a.holding(100, 9_000, fees=1, income_tier="high")], [a.holding(100, 900, fees=4, income_tier="low"), *(a.holding(100) for _ in range(9))]),
            Tell("payers of overdraft fees who are in the lowest third of incomes", [], []),
            Tell("overdraft fees, inequality over people (Gini)", [], []),
            Tell("personal deposits, 55 and over / under 35 (medians)", [a.holding(9_000, age=25), a.holding(5_000, age=70)], [a.holding(5_000, age=25), a.holding(9_000, age=70)]),
        ],
    ),
    "days": (
        SHORT,
        (money,),
        [
            Tell("people with 8 to 38 % of days under $100", [a.low_for(0), a.low_for(120)], [a.low_for(40)]),
            Tell("card holders who use 40 to 60 % of their limits", [a.on_cards(0.2, cents=False)], [a.on_cards(0.5, cents=False)]),
            Tell("standing orders to savings in whole dollars", [a.saving("202.17", 1_000)], [a.saving("200", 1_000)]),
            Tell("business account, share of its most frequent close (median)", [a.in_business([50, 90] * 12)], [a.in_business([53 * n % 97 for n in range(24)])]),
        ],
    ),
    "orders": (
        SHORT,
        (money,),
        [
            Tell("savers whose opening balance is the usual multiple of their order", [a.saving("100", 12_000), a.saving("210", 25_200), a.saving("150", 18_000)], [a.saving("100", 900), a.saving("210", 8_000), a.saving("150", 31_000), a.saving("120", 40)]),
            Tell("people who pay or are paid through an app", [], [*(a.doing(**a.BY_APP) for _ in range(11)), a.doing(**a.CHECK)]),
            Tell("people who write a check", [], [a.doing(**a.CHECK), a.doing(**a.CHECK), a.doing(**a.CHECK)]),
            Tell("people who pay for another bank's machine", [a.doing(amount=40, **a.CASH)], [a.doing(amount=43.5, **a.CASH)]),
        ],
    ),
    "homes": (
        SHORT,
        (commitments,),
        [
            Tell("owners without a mortgage", [a.housed(first_of_months(3), **a.MORTGAGE) for _ in range(3)], [*(a.housed(first_of_months(3), **a.MORTGAGE) for _ in range(2)), a.bought([5])]),
            Tell("rents posted on the first three days of a month", [a.housed(first_of_months(4)), a.housed(first_of_months(5))], [a.housed(first_of_months(2)), a.housed(first_of_months(12)), a.housed(first_of_months(1))]),
            Tell("rents posted from the 28th to the 5th", [], []),
        ],
    ),
    "services": (
        SHORT,
        (commitments,),
        [
            Tell("subscriptions per subscriber (mean)", [a.subscribed({f"Service {n}": [9.99 + n] for n in range(8)})], [a.subscribed({f"Service {n}": [14.99 + n] for n in range(5)}), a.subscribed({"Service 1": [15.99], "Service 2": [16.99]})]),
            Tell("subscription spend per subscriber, USD a month (mean)", [], []),
            Tell("subscribers with one or two subscriptions", [], []),
        ],
    ),
    "prices": (
        SHORT,
        (commitments,),
        [
            Tell("prices that one streaming service charges at the end (most)", [a.subscribed({"Netflix": [10 + n / 100]}) for n in range(7)], [a.subscribed({"Netflix": [10 + n % 3]}) for n in range(7)]),
            Tell("price rises of subscriptions that come to all payers at once", rises([0, 1, 40, 41, 79, 80]), rises([0, 1, 2, 3, 12, 20])),
        ],
    ),
    "years": (
        LONG,
        (pay, commitments),
        [
            Tell("salaries that changed within the history", [a.paid_by(("Acme", 0, 23, 3000, 3000))], [a.paid_by(("Acme", 0, 23, 3000, 3100)), a.paid_by(("Acme", 0, 12, 3000, 3000), ("Bolt", 12, 23, 3000, 3000))]),
            Tell("people paid by a second employer after the first", [], []),
            Tell("rents that changed within the history", [two_years_of_rent(1500)], [two_years_of_rent(1550)]),
            Tell("people who moved within the history", [], [two_years_of_rent(1500, payees=2)]),
        ],
    ),
    "earners": (
        LONG,
        (pay,),
        [
            Tell("couples and families under 60 with two earners", [a.paid_by(("Acme", 0, 23, 3000, 3100), household_type="couple")], [a.paid_by(("Acme", 0, 23, 3000, 3100), household_type="couple"), a.paid_by(("Acme", 0, 23, 3000, 3100), ("Bolt", 0, 23, 2000, 2000), household_type="couple")]),
        ],
    ),
    "plans": (
        LONG,
        (commitments,),
        [
            Tell("subscribers with one that is paid by the year", [a_yearly_plan(90)], [a_yearly_plan(365), a.subscribed({"Netflix": [17.99]}), a.subscribed({"Netflix": [17.99]})]),
        ],
    ),
}  # fmt: skip

CASES = [
    pytest.param(group, tell.metric, id=tell.metric)
    for group, (_, _, tells) in GROUPS.items()
    for tell in tells
]


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str], dict[str, RealismFigure]]:
    """All figures of every group's world, once with the tells and once without."""
    found = {}
    for group, (resolved, parts, tells) in GROUPS.items():
        for which in ("shown", "hidden"):
            lives = [life for tell in tells for life in getattr(tell, which)]
            run = CheckRun(a_warehouse(**as_rows(lives)), resolved)
            found[group, which] = {figure.metric: figure for part in parts for figure in part(run)}
            run.con.close()
    return found


def is_in_band(figure: RealismFigure) -> bool:
    assert figure.sample is not None
    assert figure.sample.value is not None
    return figure.band.holds(figure.sample.value)


@pytest.mark.parametrize(("group", "metric"), CASES)
def test_a_tell_is_seen_where_it_is_and_only_there(
    group: str, metric: str, measured: dict[tuple[str, str], dict[str, RealismFigure]]
) -> None:
    assert not is_in_band(measured[group, "shown"][metric])
    assert is_in_band(measured[group, "hidden"][metric])


def test_late_posting_tells_a_persona_only_where_personas_differ_in_it() -> None:
    def spread(late: list[bool]) -> float | None:
        lives = [a.posting(is_late) for is_late in late]
        con = a_warehouse(**as_rows(lives))
        con.execute(
            "create table persona_assignments as select user_id, 180 as window_days, case when row_number() over (order by user_id) <= 8 then 'general' else 'savings_builder' end as primary_persona from raw_users"
        )
        figures = {figure.metric: figure for figure in telling(CheckRun(con, SHORT))}
        figure = figures["in-store debit posting two or more days late, spread between personas"]
        return figure.sample.value if figure.sample else None

    assert spread([False] * 8 + [True] * 8) == 1
    assert spread([False, True] * 8) == 0


def test_fees_are_no_bills() -> None:
    con = a_warehouse(**as_rows([a.bought([5])]))
    con.execute(
        "create table recurring_streams as select user_id, 's' as stream_id, true as is_active, 'bill' as kind, 'BANK_FEES' as category_primary from raw_users"
    )
    found = fees_taken_for_bills(CheckRun(con, SHORT))
    assert not is_in_band(found)
    con.execute("update recurring_streams set category_primary = 'RENT_AND_UTILITIES'")
    found = fees_taken_for_bills(CheckRun(con, SHORT))
    assert is_in_band(found)
