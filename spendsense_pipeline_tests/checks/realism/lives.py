"""Lives a few rows long: for every tell rows that show it, and rows of the same kind that do not.

A life is one person's; lives that are about different rows share a world.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_liability,
    a_paycheck,
    a_savings_account,
    a_statement,
    a_subscription_charge,
    a_transaction,
    a_user,
    an_account,
)

Day = dt.date
FIRST = HISTORY_START
LONG_FIRST = dt.date(2024, 7, 1)
_NUMBERS = itertools.count(1000)


@dataclass
class Life:
    """The rows of one person."""

    user: Row
    accounts: list[Row] = field(default_factory=list)
    transactions: list[Row] = field(default_factory=list)
    liabilities: list[Row] = field(default_factory=list)
    statements: list[Row] = field(default_factory=list)

    @property
    def user_id(self) -> str:
        return str(self.user["user_id"])

    def account(self, kind: str = "checking", **changes: Any) -> str:
        build = {"checking": an_account, "savings": a_savings_account, "card": a_card}[kind]
        account_id = f"{self.user_id}_{kind}_{len(self.accounts)}"
        self.accounts.append(build(account_id, self.user_id, **changes))
        return account_id

    def row(self, amount: Any, date: Day, account_id: str, **changes: Any) -> None:
        self.transactions.append(a_transaction(amount, date, account_id, self.user_id, **changes))


def a_life(**changes: Any) -> Life:
    who = {"household_type": "shared"} | changes
    return Life(a_user(f"user_{next(_NUMBERS)}", **who))


def days(count: int, gap: int = 5, first: Day = FIRST) -> Iterator[Day]:
    return (first + dt.timedelta(gap * number) for number in range(count))


def code(detailed: str, primary: str, **changes: Any) -> Row:
    return {"category_detailed": detailed, "category_primary": primary, **changes}


COFFEE = code("FOOD_AND_DRINK_COFFEE", "FOOD_AND_DRINK", merchant_name="Bean")
FAST_FOOD = code("FOOD_AND_DRINK_FAST_FOOD", "FOOD_AND_DRINK", merchant_name="Burgers")
FUEL = code("TRANSPORTATION_GAS", "TRANSPORTATION", merchant_name="Pumps")
CLOTHES = code("GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES", "GENERAL_MERCHANDISE")
RENT = code("RENT_AND_UTILITIES_RENT", "RENT_AND_UTILITIES", merchant_name="Maple Apartments")
MORTGAGE = code("LOAN_PAYMENTS_MORTGAGE_PAYMENT", "LOAN_PAYMENTS", merchant_name="Oak Lending")
GLASSES = code("MEDICAL_EYE_CARE", "MEDICAL", merchant_name="LensCrafters")
HOTEL = code("TRAVEL_LODGING", "TRAVEL", merchant_name="Inn", payment_channel="online")
PLATFORM = code("INCOME_GIG_ECONOMY", "INCOME", merchant_name="Rides")
SAVED = code("TRANSFER_OUT_SAVINGS", "TRANSFER_OUT", merchant_name=None)
SAVED_IN = code("TRANSFER_IN_SAVINGS", "TRANSFER_IN", merchant_name=None)
SOCIAL_SECURITY = code(
    "INCOME_RETIREMENT_PENSION", "INCOME", merchant_name="Social Security Administration"
)
OVERDRAFT = code("BANK_FEES_OVERDRAFT_FEES", "BANK_FEES", merchant_name=None)
CASH = code("TRANSFER_OUT_WITHDRAWAL", "TRANSFER_OUT", name="ATM WITHDRAWAL 12")
BY_APP = code("TRANSFER_OUT_TRANSFER_OUT_FROM_APPS", "TRANSFER_OUT", merchant_name="Zelle")
CHECK = code("TRANSFER_OUT_OTHER_TRANSFER_OUT", "TRANSFER_OUT", name="CHECK #1021")
CARD_PAYMENT = code("LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "LOAN_PAYMENTS", merchant_name=None)


def bought(amounts: list[float], **changes: Any) -> Life:
    """Purchases from checking."""
    life = a_life()
    account = life.account()
    for amount, day in zip(amounts, days(len(amounts)), strict=True):
        life.row(amount, day, account, **changes)
    return life


def on_cards(share_of_limit: float, cents: bool) -> Life:
    """Purchases on a card that is so much used."""
    life = a_life()
    card = life.account("card", balance_current=Decimal(str(1000 * share_of_limit)))
    for day in days(20):
        life.row("0.40" if cents else "12.40", day, card)
    return life


def with_card(credit: list[float], debit: list[float]) -> Life:
    life = a_life()
    checking, card = life.account(), life.account("card")
    for account, amounts in ((card, credit), (checking, debit)):
        for amount, day in zip(amounts, days(len(amounts)), strict=True):
            life.row(amount, day, account)
    return life


def household(kind: str, groceries: float) -> Life:
    life = bought([groceries])
    life.user["household_type"] = kind
    return life


def refunded(amount: float, onto: str = "checking") -> Life:
    life = a_life()
    account = life.account(onto)
    life.row(40, FIRST, account, **CLOTHES, merchant_name="Jackets")
    life.row(-amount, FIRST + dt.timedelta(9), account, **CLOTHES, merchant_name="Jackets")
    return life


def shopped_in(cities: list[str], **changes: Any) -> Life:
    life = a_life()
    account = life.account()
    for number, city in enumerate(cities):
        life.row(20, FIRST + dt.timedelta(number), account, city=city, state="OH", **changes)
    return life


def stayed(city: str) -> Life:
    """A hotel, and purchases in that city the week after."""
    life = shopped_in(["Columbus"] * 20 + [city] * 2)
    life.row(300, FIRST + dt.timedelta(15), life.accounts[0]["account_id"], **HOTEL)
    return life


def shopped_at(chain: str, state: str, date: Day = FIRST) -> Life:
    life = a_life()
    life.row(20, date, life.account(), merchant_name=chain, city="Town", state=state)
    return life


def on_day(days_of_week: list[int], *, posted: bool) -> Life:
    """Purchases on weekdays (Monday 0), or posted on them."""
    monday = dt.date(2026, 3, 2)
    life = a_life()
    account = life.account()
    for week, weekday in enumerate(days_of_week):
        date = monday + dt.timedelta(7 * week % 28 + weekday)
        life.row(9, date, account, authorized_date=monday if posted else date)
    return life


def paid_and_emptied(left: list[int]) -> Life:
    """Pay of $1,000 that is spent down to so much before the next."""
    life = a_life()
    account = life.account(opening_balance=Decimal(left[0]), balance_current=Decimal(0))
    held = left[0]
    for keeps, day in zip([*left[1:], 50], days(len(left), gap=14), strict=True):
        life.transactions.append(a_paycheck(1000, day, account_id=account, user_id=life.user_id))
        life.row(held + 1000 - keeps, day + dt.timedelta(3), account)
        held = keeps
    return life


def paid_irregularly(swept: int) -> Life:
    life = a_life()
    checking, savings = life.account(), life.account("savings")
    for number, day in enumerate(days(3, gap=60)):
        transfer = f"{life.user_id}_{number}"
        life.transactions.append(a_paycheck(6000, day, account_id=checking, user_id=life.user_id))
        life.row(swept, day, checking, transfer_id=transfer, **SAVED)
        life.row(-swept, day, savings, transfer_id=transfer, **SAVED_IN)
    return life


def drove(payout: float, gap: int) -> Life:
    life = a_life()
    account = life.account()
    for day in days(175 // gap, gap=gap):
        life.row(-payout, day, account, **PLATFORM)
    return life


def of_age(age: int, *kinds: str) -> Life:
    """Somebody paid by these, monthly."""
    life = a_life(age=age)
    account = life.account()
    for day in days(5, gap=30):
        if "payroll" in kinds:
            life.transactions.append(
                a_paycheck(2000, day, account_id=account, user_id=life.user_id)
            )
        if "pension" in kinds:
            life.row(-1800, day, account, **(SOCIAL_SECURITY | {"merchant_name": "Old Mill"}))
    return life


def month_day(number: int, day: int = 15) -> Day:
    """A day of a month of the long history, the first being 0."""
    years, month = divmod(LONG_FIRST.month - 1 + number, 12)
    return dt.date(LONG_FIRST.year + years, month + 1, day)


def paid_by(*employers: tuple[str, int, int, float, float], **who: Any) -> Life:
    """Salaries of two years: by whom, from which month to before which, and what before and from
    the middle of that on."""
    life = a_life(**who)
    account = life.account()
    for employer, first, last, early, late in employers:
        for number in range(first, last):
            life.transactions.append(
                a_paycheck(
                    early if number < (first + last) // 2 else late,
                    month_day(number),
                    account_id=account,
                    user_id=life.user_id,
                    merchant_name=employer,
                )
            )
    return life


def with_income(amounts: list[float]) -> Life:
    life = a_life()
    account = life.account()
    for month, amount in enumerate(amounts, start=1):
        day = dt.date(2026, month, 15)
        life.transactions.append(a_paycheck(amount, day, account_id=account, user_id=life.user_id))
    return life


def on_social_security(day: Day) -> Life:
    life = a_life(age=70)
    life.row(-1800, day, life.account(), **SOCIAL_SECURITY)
    return life


def card_of(product: str = "", *, purchases: str = "", **changes: Any) -> Life:
    """A card, with statements of these purchases."""
    life = a_life(age=int(changes.pop("age", 40)))
    rate = changes.pop("rate", "21.99")
    if product:
        changes["official_name"] = product
    account = life.account("card", **changes)
    life.liabilities.append(a_liability(account, life.user_id, apr_percentage=Decimal(rate)))
    for month, amount in enumerate(purchases.split(), start=1):
        life.statements.append(a_statement(dt.date(2026, month, 15), account, amount))
    return life


def on_a_store_card(merchant: str) -> Life:
    life = card_of("Maple Department Store Card", rate="32.99")
    for day in days(3):
        life.row(60, day, life.accounts[0]["account_id"], merchant_name=merchant)
    return life


def posting(late: bool) -> Life:
    """Purchases in stores that post on the day or two days later."""
    life = a_life()
    account = life.account()
    for day in days(5):
        life.row(9, day + dt.timedelta(2 * late), account, authorized_date=day)
    return life


def first_statement(payments: str) -> Life:
    life = card_of()
    account = life.accounts[0]["account_id"]
    life.statements.append(
        a_statement(
            dt.date(2026, 1, 15), account, previous_balance=Decimal(80), payments=Decimal(payments)
        )
    )
    return life


def paid_cards(*names: str) -> Life:
    life = a_life()
    account = life.account()
    for name, day in zip(names, days(len(names)), strict=True):
        life.row(50, day, account, **CARD_PAYMENT, name=name)
    return life


def holding(deposits: int, savings: int = 0, fees: int = 0, **who: Any) -> Life:
    life = a_life(**who)
    checking = life.account(balance_current=Decimal(deposits), opening_balance=Decimal(deposits))
    life.account("savings", balance_current=Decimal(savings), opening_balance=Decimal(savings))
    for day in days(fees):
        life.row(34, day, checking, **OVERDRAFT)
    return life


def low_for(count: int) -> Life:
    """So many days of 181 with $50, the others with $1,050."""
    life = a_life()
    account = life.account(opening_balance=Decimal(50), balance_current=Decimal(1050))
    life.row(-1000, FIRST + dt.timedelta(count), account, **SAVED_IN)
    return life


def doing(**kind: Any) -> Life:
    amount = kind.pop("amount", 40)
    life = a_life()
    life.row(amount, FIRST, life.account(), **kind)
    return life


def saving(monthly: str, opening: int) -> Life:
    life = a_life()
    savings = life.account("savings", opening_balance=Decimal(opening))
    for number, day in enumerate(days(6, gap=30)):
        life.row(
            -Decimal(monthly), day, savings, transfer_id=f"{life.user_id}_{number}", **SAVED_IN
        )
    return life


def in_business(closes: list[int]) -> Life:
    """A business account that closes with so much, day after day."""
    life = a_life()
    account = life.account(opening_balance=Decimal(0), holder_category="business")
    held = 0
    for close, day in zip(closes, days(len(closes), gap=2), strict=True):
        life.row(held - close, day, account, **code("TRANSFER_IN_DEPOSIT", "TRANSFER_IN"))
        held = close
    return life


def housed(amounts: dict[Day, float], **kind: Any) -> Life:
    life = a_life()
    account = life.account()
    for day, amount in amounts.items():
        life.row(amount, day, account, **(RENT | kind))
    return life


def subscribed(prices: dict[str, list[float]], months: int = 4, gap: int = 30) -> Life:
    """Services charged monthly up to now, at these prices in turn."""
    life = a_life()
    account = life.account()
    for service, charged in prices.items():
        for number in range(months):
            price = charged[min(number, len(charged) - 1)]
            day = AS_OF - dt.timedelta(gap * (months - 1 - number) + 3)
            life.transactions.append(
                a_subscription_charge(service, price, day, account, life.user_id)
            )
    return life


def as_rows(lives: list[Life]) -> dict[str, list[Row]]:
    """What `a_warehouse` takes."""
    return {
        "users": [life.user for life in lives],
        **{
            name: [row for life in lives for row in getattr(life, name)]
            for name in (f.name for f in dataclasses.fields(Life) if f.name != "user")
        },
    }
