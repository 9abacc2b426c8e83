"""`stream_truth`: what the generator knows of each recurring stream, to score detection by."""

from __future__ import annotations

from typing import Any

import numpy as np

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.housing import KINDS, MORTGAGE, RENT
from spendsense_pipeline.generation.behaviours.loan_terms import KINDS as LOAN_TERMS
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.descriptions import merchant_names
from spendsense_pipeline.generation.household import Household
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.postings import PURPOSE_CODES, Postings, Purpose, account_index
from spendsense_pipeline.generation.tables import identifiers, table
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.tables.raw import STREAM_KINDS, STREAM_TRUTH

_STREAM_PURPOSES = {
    Purpose.BILL: "bill",
    Purpose.SUBSCRIPTION: "subscription",
    Purpose.PAY: "income",
    Purpose.SECOND_PAY: "income",
    Purpose.BENEFIT: "income",
    Purpose.PENSION: "income",
    Purpose.UNEMPLOYMENT: "income",
    Purpose.SAVINGS_OUT: "transfer",
}
_RARER_THAN_MONTHLY = {1: "annual", 2: "semiannual", 4: "quarterly"}
"""Cadences nobody is paid at, by payments a year."""
_CADENCES = (*(each.key for each in Cadence), *_RARER_THAN_MONTHLY.values())
_NO_STREAM = -1
_KIND_OF_PURPOSE = np.full(PURPOSE_CODES, _NO_STREAM)
"""Kind of recurring stream a posting of each purpose belongs to."""
for _purpose, _kind in _STREAM_PURPOSES.items():
    _KIND_OF_PURPOSE[_purpose] = STREAM_KINDS.index(_kind)
# Two earners may have one employer, and a stream each: numbers of a kind's purposes lie apart.
_NUMBERS_APART = 20_000
_FIRST_NUMBER = np.zeros(PURPOSE_CODES, dtype=np.int64)
for _kind in STREAM_KINDS:
    _of_kind = [purpose for purpose, kind in _STREAM_PURPOSES.items() if kind == _kind]
    _FIRST_NUMBER[_of_kind] = np.arange(len(_of_kind)) * _NUMBERS_APART
_INCOME = STREAM_KINDS.index("income")
_STREAM = BitFields(user=16, purpose=8, part=16)
"""A stream of a shard: whose, of what purpose, and which of these."""


def streams_table(ledger: Ledger) -> Any:
    """Every recurring stream that has started by as_of, a row each."""
    household, world = ledger.household, ledger.household.world
    ids, start = identifiers(world), world.calendar.first_date
    rows = ledger.rows.where(_KIND_OF_PURPOSE[ledger.rows.purpose] != _NO_STREAM)
    part = _part_of(rows, household)
    stream = _STREAM.pack(user=rows.user, purpose=rows.purpose, part=part)
    order = np.lexsort((rows.day, stream))
    rows, part, stream = rows.where(order), part[order], stream[order]
    is_first = np.append(True, stream[1:] != stream[:-1])[: rows.size]
    first = np.flatnonzero(is_first)
    keys = [
        f"{ids.users[user]}:{STREAM_KINDS[kind]}:{number:05d}"
        for user, kind, number in zip(
            rows.user[first].tolist(),
            _KIND_OF_PURPOSE[rows.purpose[first]].tolist(),
            (_FIRST_NUMBER[rows.purpose[first]] + part[first]).tolist(),
            strict=True,
        )
    ]
    by_key = sorted(range(len(keys)), key=keys.__getitem__)
    opened = first[by_key]
    latest = (np.append(first[1:], rows.size) - 1)[by_key]
    # How often the price has changed, up to each row; a stream's own is a difference of two.
    changes = np.cumsum((np.diff(rows.cents, prepend=0) != 0) & ~is_first)
    steps = np.where(
        rows.purpose[opened] == Purpose.SUBSCRIPTION, changes[latest] - changes[opened], 0
    )
    has_ended = _endings(household, rows, opened, latest)
    cadence = _cadences(household, rows.where(opened))
    names = merchant_names(household, rows.where(opened))
    return table(
        STREAM_TRUTH,
        {
            "stream_key": arrow.text([keys[number] for number in by_key]),
            "user_id": arrow.coded(rows.user[opened], ids.user_column),
            "account_id": arrow.coded(
                account_index(rows.user[opened], rows.slot[opened]), ids.account_column
            ),
            "kind": arrow.coded(_KIND_OF_PURPOSE[rows.purpose[opened]], arrow.text(STREAM_KINDS)),
            "merchant_name": arrow.text([name or "Savings" for name in names]),
            "cadence": arrow.coded(cadence, arrow.text(_CADENCES)),
            "started_on": arrow.dates(rows.day[opened], start),
            "ended_on": arrow.dates(rows.day[latest], start, ~has_ended),
            "first_amount": arrow.money(rows.cents[opened]),
            "last_amount": arrow.money(rows.cents[latest]),
            "price_steps": arrow.integers(steps),
        },
    )


def _part_of(rows: Postings, household: Household) -> Ints:
    """Which of the user's streams of a kind each row belongs to: the bill, the payer, the contract.

    A bill that is paid to another after a move is another stream. Transfers are one.
    """
    labels = household.labels
    part = np.where(_KIND_OF_PURPOSE[rows.purpose] == _INCOME, rows.label, 0)
    part = np.where(rows.purpose == Purpose.SUBSCRIPTION, rows.serial, part)
    is_bill = np.flatnonzero(rows.purpose == Purpose.BILL)
    kind, biller = labels.bill_kind(rows.label[is_bill]), rows.label[is_bill] - labels.first_biller
    is_first = biller == household.bills.biller[rows.user[is_bill], kind]
    part[is_bill] = np.where(is_first, kind, KINDS + biller)
    return part


def _endings(household: Household, rows: Postings, opened: Ints, latest: Ints) -> Flags:
    """Whether a stream's last charge has come: of cancelled subscriptions, of employers, landlords
    and others who have a successor, and of what an event has ended."""
    contracts, world, lives = household.contracts, household.world, household.lives
    user, purpose = rows.user[opened], rows.purpose[opened]
    now = lives.chapters.on(user, np.full(user.size, world.as_of_day))
    profiles, income = lives.profiles, lives.profiles.income
    goes_on = {
        Purpose.PAY: income.main_pay_usd > 0,
        Purpose.SECOND_PAY: income.second_pay_usd > 0,
        Purpose.UNEMPLOYMENT: income.unemployment_usd > 0,
        Purpose.SAVINGS_OUT: profiles.savings_transfer_usd > 0,
    }
    ended = np.zeros(opened.size, dtype=np.bool_)
    for each, by_chapter in goes_on.items():
        ended |= (purpose == each) & ~by_chapter[now]
    pay = np.flatnonzero(purpose == Purpose.PAY)
    last_pay = np.full(world.users, -1, dtype=np.int64)
    np.maximum.at(last_pay, user[pay], rows.day[latest[pay]])
    then = lives.chapters.on(user[pay], rows.day[opened[pay]])
    # Clients pay in turn; an employer has one successor, or clients.
    is_regular = profiles.cadence[then] != Cadence.IRREGULAR
    is_regular |= profiles.cadence[now[pay]] != Cadence.IRREGULAR
    ended[pay] |= is_regular & (rows.day[latest[pay]] < last_pay[user[pay]])
    bill = np.flatnonzero(purpose == Purpose.BILL)
    kind = household.labels.bill_kind(rows.label[opened[bill]])
    last_bill = np.full((world.users, KINDS), -1, dtype=np.int64)
    np.maximum.at(last_bill, (user[bill], kind), rows.day[latest[bill]])
    ended[bill] = rows.day[latest[bill]] < last_bill[user[bill], kind]
    ended[bill] |= _paid_off(household)[user[bill], kind]
    which = np.flatnonzero(purpose == Purpose.SUBSCRIPTION)
    if which.size:
        last_day = np.zeros((world.users, int(contracts.serial.max()) + 1), dtype=np.int64)
        last_day[contracts.user, contracts.serial] = contracts.last_day
        charged = latest[which]
        ended[which] = rows.day[charged] >= last_day[rows.user[charged], rows.serial[charged]]
    return ended


def _paid_off(household: Household) -> Flags:
    """Which bills were of a loan that is paid off at as_of: `[U, KINDS]`."""
    book = household.loans
    over = np.zeros((household.world.users, KINDS), dtype=np.bool_)
    bill = np.array([kind.bill_kind for kind in LOAN_TERMS])[book.loans.kind]
    over[book.user, bill] = book.paid_off_on <= household.world.as_of_day
    return over


def _cadences(household: Household, rows: Postings) -> Ints:
    """Cadence of the stream each row opens, an index into _CADENCES."""
    labels, lives = household.labels, household.lives
    profiles = lives.profiles
    chapter = lives.chapters.on(rows.user, rows.day)
    is_tight = profiles.rhythm[chapter] == Rhythm.PAYCHECK_TO_PAYCHECK
    is_paid_in_parts = np.zeros(rows.size, dtype=np.bool_)
    is_bill = np.flatnonzero(rows.purpose == Purpose.BILL)
    is_housing = np.isin(labels.bill_kind(rows.label[is_bill]), (RENT, MORTGAGE))
    is_paid_in_parts[is_bill] = is_housing & is_tight[is_bill]
    order = np.where(profiles.saves_weekly[chapter], Cadence.WEEKLY, Cadence.BIWEEKLY)
    cadence = np.where(rows.purpose == Purpose.SAVINGS_OUT, order, Cadence.MONTHLY)
    as_paid = (rows.purpose == Purpose.PAY) | is_paid_in_parts
    cadence = np.where(as_paid, profiles.cadence[chapter], cadence)
    cadence = np.where(rows.purpose == Purpose.UNEMPLOYMENT, Cadence.BIWEEKLY, cadence)
    is_second = rows.purpose == Purpose.SECOND_PAY
    cadence = np.where(is_second, profiles.second_cadence[chapter], cadence)
    billers = labels.catalog.billers
    bills_a_year = billers.due_months.sum(axis=1)[rows.label[is_bill] - labels.first_biller]
    rare = np.isin(bills_a_year, list(_RARER_THAN_MONTHLY))
    cadence[is_bill[rare]] = [
        _CADENCES.index(_RARER_THAN_MONTHLY[count]) for count in bills_a_year[rare].tolist()
    ]
    return cadence
