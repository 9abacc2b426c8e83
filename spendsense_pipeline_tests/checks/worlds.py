"""A small world that keeps every promise, worked out day by day in plain Python, and ways to build it.

One household: checking and savings, payroll, rent, groceries, weekly saving, and four cards, one in
each utilisation band. Nothing is shared with the generator or with the queries under test.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import duckdb
import holidays
import pyarrow as pa

from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.builders import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_liability,
    a_paycheck,
    a_savings_account,
    a_statement,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

CENT = Decimal("0.01")
CLOSED = holidays.country_holidays("US", years=[2025, 2026, 2027])
DAYS = [HISTORY_START + dt.timedelta(n) for n in range((AS_OF - HISTORY_START).days + 1)]


def is_open(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def next_open(day: dt.date) -> dt.date:
    while not is_open(day):
        day += dt.timedelta(1)
    return day


def previous_open(day: dt.date) -> dt.date:
    while not is_open(day):
        day -= dt.timedelta(1)
    return day


@dataclass
class World:
    """Rows of every raw table, to be changed by a test before the warehouse is built."""

    users: list[Row] = field(default_factory=list)
    accounts: list[Row] = field(default_factory=list)
    transactions: list[Row] = field(default_factory=list)
    liabilities: list[Row] = field(default_factory=list)
    statements: list[Row] = field(default_factory=list)
    streams: list[Row] = field(default_factory=list)

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        """A warehouse of these rows, loaded as whole tables because hundreds are built."""
        con = a_warehouse()
        for table, rows in zip(GENERATED_TABLES, vars(self).values(), strict=True):
            if rows:
                loaded = pa.Table.from_pylist(rows, schema=table.arrow_schema)
                con.register("loaded", loaded)
                con.execute(f'insert into "{table.name}" select * from loaded')
                con.unregister("loaded")
        return con

    def account(self, account_id: str) -> Row:
        return next(row for row in self.accounts if row["account_id"] == account_id)

    def liability(self, account_id: str) -> Row:
        return next(row for row in self.liabilities if row["account_id"] == account_id)

    def statements_of(self, account_id: str) -> list[Row]:
        return [row for row in self.statements if row["account_id"] == account_id]

    def rows(self, **wanted: Any) -> list[Row]:
        """Transactions whose columns have these values, by date."""
        found = [
            row
            for row in self.transactions
            if all(row[name] == value for name, value in wanted.items())
        ]
        return sorted(found, key=lambda row: (row["date"], row["transaction_id"]))


@dataclass(frozen=True)
class CardPlan:
    """How one card is used: what it charges each month and how its statements are answered."""

    account_id: str
    limit: Decimal
    apr: Decimal
    opening: Decimal
    monthly_charge: Decimal
    # a statement -> what is paid for it
    pays: Callable[[Row], Decimal]
    statement_day: int = 10
    due_days: int = 23
    # days after the due date on which the payment settles; negative is early
    lag_days: int = -1


def in_full(statement: Row) -> Decimal:
    return Decimal(statement["statement_balance"])


def the_minimum(statement: Row) -> Decimal:
    return Decimal(statement["minimum_payment_amount"])


def short_of_the_minimum(statement: Row) -> Decimal:
    return cents(the_minimum(statement) * Decimal("0.86"))


def always(usd: int) -> Callable[[Row], Decimal]:
    def paid(_: Row) -> Decimal:
        return Decimal(usd)

    return paid


PLANS = (
    CardPlan("card_low", Decimal(2000), Decimal("22.49"), Decimal(40), Decimal(80), in_full),
    CardPlan(
        "card_medium",
        Decimal(1000),
        Decimal(0),
        Decimal(400),
        Decimal(40),
        always(40),
    ),
    CardPlan(
        "card_high", Decimal(1000), Decimal("23.99"), Decimal(650), Decimal(12), the_minimum, 31
    ),
    CardPlan(
        "card_critical",
        Decimal(1000),
        Decimal("10.25"),
        Decimal(880),
        Decimal(0),
        short_of_the_minimum,
        5,
        21,
        4,
    ),
)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_EVEN)


def _is_statement_day(day: dt.date, statement_day: int) -> bool:
    return day.day == min(statement_day, calendar.monthrange(day.year, day.month)[1])


def run_card(world: World, plan: CardPlan, user_id: str = "user_0000") -> None:
    """Live the card's history one day at a time."""
    balance, closings = plan.opening, list[Decimal]()
    parts = {
        "purchases": Decimal(0),
        "interest": Decimal(0),
        "fees": Decimal(0),
        "payments": Decimal(0),
    }
    statements: list[Row] = []
    scheduled: dict[dt.date, Decimal] = {}
    last: Row | None = None
    paid_in_time = Decimal(0)
    payments: list[tuple[dt.date, Decimal]] = []

    def row(amount: Decimal, day: dt.date, **changes: Any) -> None:
        world.transactions.append(a_transaction(amount, day, plan.account_id, user_id, **changes))

    for day in DAYS:
        if day.day == 3 and plan.monthly_charge:
            row(plan.monthly_charge, day)
            balance += plan.monthly_charge
            parts["purchases"] += plan.monthly_charge
        if scheduled.get(day):
            amount = scheduled[day]
            joined = f"pay:{plan.account_id}:{day}"
            leg: Row = {
                "category_primary": "LOAN_PAYMENTS",
                "category_detailed": "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
                "transfer_id": joined,
                "merchant_name": None,
                "name": f"PAYMENT {plan.account_id}",
                "payment_channel": "other",
            }
            row(-amount, day, **leg)
            world.transactions.append(a_transaction(amount, day, "checking", user_id, **leg))
            balance -= amount
            parts["payments"] += amount
            payments.append((day, amount))
            if last is not None and day <= last["due_on"]:
                paid_in_time += amount
        closings.append(balance)
        if not _is_statement_day(day, plan.statement_day):
            continue
        if (
            last is not None
            and last["statement_balance"] > 0
            and paid_in_time < last["statement_balance"]
        ):
            owed = sum((max(closing, Decimal(0)) for closing in closings), Decimal(0))
            interest = cents(plan.apr / 100 * owed / 365)
            if interest:
                row(
                    interest,
                    day,
                    name="INTEREST CHARGE",
                    merchant_name=None,
                    category_primary="BANK_FEES",
                    category_detailed="BANK_FEES_INTEREST_CHARGE",
                )
            balance += interest
            parts["interest"] = interest
        minimum = max(
            Decimal(0),
            min(
                balance, max(Decimal(25), cents(balance / 100) + parts["interest"] + parts["fees"])
            ),
        )
        last = a_statement(
            day,
            plan.account_id,
            due_on=day + dt.timedelta(plan.due_days),
            previous_balance=statements[-1]["statement_balance"] if statements else plan.opening,
            **parts,
            statement_balance=balance,
            minimum_payment_amount=minimum,
        )
        statements.append(last)
        scheduled[previous_open(last["due_on"] + dt.timedelta(plan.lag_days))] = plan.pays(last)
        parts = dict.fromkeys(parts, Decimal(0))
        closings, paid_in_time = [], Decimal(0)

    world.statements += statements
    world.accounts.append(
        a_card(
            plan.account_id,
            user_id,
            balance_limit=plan.limit,
            opening_balance=plan.opening,
            balance_current=balance,
            balance_available=plan.limit - balance,
        )
    )
    latest = statements[-1]
    world.liabilities.append(
        a_liability(
            plan.account_id,
            user_id,
            apr_percentage=plan.apr,
            minimum_payment_amount=latest["minimum_payment_amount"],
            last_payment_date=payments[-1][0] if payments else None,
            last_payment_amount=payments[-1][1] if payments else None,
            last_statement_balance=latest["statement_balance"],
            last_statement_issue_date=latest["issued_on"],
            next_payment_due_date=latest["due_on"],
            is_overdue=_is_overdue(statements, payments),
        )
    )


def _is_overdue(statements: list[Row], payments: list[tuple[dt.date, Decimal]]) -> bool:
    """A queue of minimums, oldest first; money beyond them is not saved up for later ones."""
    unpaid: list[list[Any]] = []
    for day in DAYS:
        for paid_on, paid in payments:
            amount = paid if paid_on == day else Decimal(0)
            while amount and unpaid:
                taken = min(amount, unpaid[0][1])
                amount -= taken
                unpaid[0][1] -= taken
                if not unpaid[0][1]:
                    unpaid.pop(0)
        unpaid += [
            [statement["due_on"], statement["minimum_payment_amount"]]
            for statement in statements
            if statement["issued_on"] == day and statement["minimum_payment_amount"]
        ]
    return any(due_on <= AS_OF for due_on, _ in unpaid)


def a_valid_world(plans: tuple[CardPlan, ...] = PLANS) -> World:
    """The household, and a second one with a checking account and nothing else."""
    world = World(users=[a_user(), a_user("user_0001")])
    for plan in plans:
        run_card(world, plan)
    for day in DAYS:
        _household_day(world, day)
    grocery = a_transaction("31.20", AS_OF - dt.timedelta(10), pending_transaction_id="gone_by_now")
    grocery["authorized_date"] = AS_OF - dt.timedelta(12)
    pending = a_transaction("18.40", AS_OF - dt.timedelta(1), pending=True)
    world.transactions += [grocery, pending]
    for account_id, opening in (("checking", Decimal(3000)), ("savings", Decimal(2500))):
        moved = sum(
            (row["amount"] for row in world.rows(account_id=account_id, pending=False)), Decimal(0)
        )
        waiting = sum(
            (row["amount"] for row in world.rows(account_id=account_id, pending=True)), Decimal(0)
        )
        build = an_account if account_id == "checking" else a_savings_account
        world.accounts.append(
            build(
                account_id,
                opening_balance=opening,
                balance_current=opening - moved,
                balance_available=opening - moved - waiting,
            )
        )
    world.accounts.append(an_account("other_checking", "user_0001"))
    return world


FIRST_PAYDAY = dt.date(2026, 1, 2)  # a Friday; Juneteenth 2026 is a Friday and a payday


def _household_day(world: World, day: dt.date) -> None:
    if (day - FIRST_PAYDAY).days % 14 == 0:
        world.transactions.append(a_paycheck("2000.00", previous_open(day)))
    if day.day == 1 and next_open(day) <= AS_OF:
        world.transactions.append(
            a_transaction(
                "1100.00",
                next_open(day),
                name="MAPLE APARTMENTS",
                merchant_name="Maple Apartments",
                payment_channel="other",
                category_primary="RENT_AND_UTILITIES",
                category_detailed="RENT_AND_UTILITIES_RENT",
            )
        )
    if day.weekday() == 5:
        world.transactions.append(a_transaction("85.10", day))
    if day.weekday() == 1 and is_open(day):
        leg: Row = {
            "transfer_id": f"save:{day}",
            "merchant_name": None,
            "name": "TRANSFER",
            "payment_channel": "other",
        }
        world.transactions += [
            a_transaction(
                "75.00",
                day,
                **leg,
                category_primary="TRANSFER_OUT",
                category_detailed="TRANSFER_OUT_SAVINGS",
            ),
            a_transaction(
                "-75.00",
                day,
                "savings",
                **leg,
                category_primary="TRANSFER_IN",
                category_detailed="TRANSFER_IN_SAVINGS",
            ),
        ]
    if day.day == 28:
        world.transactions.append(
            a_transaction(
                "-1.25",
                previous_open(day),
                "savings",
                name="INTEREST PAID",
                merchant_name=None,
                payment_channel="other",
                category_primary="INCOME",
                category_detailed="INCOME_INTEREST_EARNED",
            )
        )
