"""A settled ledger as Arrow tables in the declared schemas: users, accounts and transactions.

Strings are dictionary-encoded; what each row says was decided before this module.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from spendsense_pipeline.generation import arrow
from spendsense_pipeline.generation.behaviours.lending import made_on
from spendsense_pipeline.generation.behaviours.loan_terms import KINDS as LOAN_TERMS
from spendsense_pipeline.generation.behaviours.other_deposits import KINDS as OTHER_DEPOSITS
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import institution_id
from spendsense_pipeline.generation.descriptions import described
from spendsense_pipeline.generation.holders import days_open, names_of_holders
from spendsense_pipeline.generation.ledger import Ledger
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.population import joined_days_before
from spendsense_pipeline.generation.postings import (
    CARD_SLOTS,
    DRAW_NUMBERS,
    LOAN_SLOTS,
    SLOTS,
    Slot,
    account_index,
)
from spendsense_pipeline.generation.randomness import integers
from spendsense_pipeline.generation.targets import NO_TARGET, TARGET_CODES
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.plaid.accounts import CREDIT, DEPOSITORY, LOAN
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.raw import (
    CONSENT_STATUSES,
    GENDERS,
    HOUSEHOLD_TYPES,
    INCOME_TIERS,
    RAW_ACCOUNTS,
    RAW_TRANSACTIONS,
    RAW_USERS,
    REGIONS,
)

SLOT_NAMES = {
    Slot.BUSINESS: "business",
    Slot.CD: "cd",
    Slot.CHECKING: "checking",
    Slot.HSA: "hsa",
    Slot.MONEY_MARKET: "money_market",
    Slot.CARD_1: "credit_1",
    Slot.CARD_2: "credit_2",
    Slot.LOAN_AUTO: "loan_auto",
    Slot.LOAN_MORTGAGE: "loan_mortgage",
    Slot.LOAN_PERSONAL: "loan_personal",
    Slot.LOAN_STUDENT: "loan_student",
    Slot.SAVINGS: "savings",
}
"""How an account_id ends."""
SUBTYPES = {
    Slot.BUSINESS: "checking",
    Slot.CHECKING: "checking",
    Slot.CARD_1: "credit card",
    Slot.CARD_2: "credit card",
    Slot.SAVINGS: "savings",
    **{kind.slot: kind.subtype for kind in (*LOAN_TERMS, *OTHER_DEPOSITS)},
}
"""Plaid's word for the account."""
_LOAN_TITLES = {kind.bill: kind.title for kind in LOAN_TERMS}
SECONDS_PER_DAY = 86_400
_STORE = BitFields(label=20, number=16)
"""A line of a chain and the branch in it."""
Codes = npt.NDArray[np.int32]


def table(declared: Table, columns: dict[str, Any]) -> Any:
    """An Arrow table with the declared columns in the declared order.

    Args:
        declared: The table's declaration.
        columns: Every declared column by name, each with one entry per row.

    Returns:
        The table, its strings as they come: dictionary-encoded or not.
    """
    return pa.Table.from_arrays(
        [columns[name] for name in declared.column_names], names=list(declared.column_names)
    )


class Identifiers(NamedTuple):
    """The identifiers of a shard's users and of all accounts they may have (user x `Slot`)."""

    users: list[str]
    accounts: list[str]
    user_column: Any
    """The same as Arrow strings, to be dictionaries."""
    account_column: Any


def identifiers(world: World) -> Identifiers:
    """`user_0000` and `user_0000_checking` and so on."""
    return _identifiers(int(world.profiles.people.numbers[0]), world.users)


@functools.lru_cache(maxsize=1)
def _identifiers(first_user: int, count: int) -> Identifiers:
    ending = [SLOT_NAMES[slot] for slot in Slot]
    users = [f"user_{number:04d}" for number in range(first_user, first_user + count)]
    accounts = [f"{user}_{slot}" for user in users for slot in ending]
    return Identifiers(users, accounts, arrow.text(users), arrow.text(accounts))


def users_table(ledger: Ledger) -> Any:
    """`raw_users`."""
    world, catalog = ledger.household.world, ledger.household.labels.catalog
    people = world.profiles.people
    first, last = names_of_holders(world, catalog)
    names = [
        f"{catalog.first_names.names[a]} {catalog.last_names.names[b]}"
        for a, b in zip(first.tolist(), last.tolist(), strict=True)
    ]
    start = world.resolved.history_start
    joined = -joined_days_before(world.seed, people)
    second = integers(world.words("joined_at", 0), SECONDS_PER_DAY)
    decided = np.minimum(joined + integers(world.words("consented", 0), 20), -1)
    ids, places = identifiers(world), catalog.places
    return table(
        RAW_USERS,
        {
            "user_id": ids.user_column,
            "name": arrow.text(names),
            "age": arrow.integers(people.age_years),
            "gender": arrow.coded(people.gender, arrow.text(GENDERS)),
            "income_tier": arrow.coded(people.income_tier, arrow.text(INCOME_TIERS)),
            "region": arrow.coded(people.region, arrow.text(REGIONS)),
            "state": arrow.coded(
                places.state[home_places(world, places)], arrow.text(places.state_names)
            ),
            "household_type": arrow.coded(people.household_type, arrow.text(HOUSEHOLD_TYPES)),
            "consent_status": arrow.coded(
                np.where(people.has_consented, 0, 1), arrow.text(CONSENT_STATUSES)
            ),
            "consent_timestamp": arrow.timestamps(decided, second, start),
            "target_persona": arrow.coded(
                people.target, arrow.text(tuple(TARGET_CODES)), people.target == NO_TARGET
            ),
            "created_at": arrow.timestamps(joined, second // 2, start),
        },
    )


def accounts_table(ledger: Ledger) -> Any:
    """`raw_accounts`."""
    household, world = ledger.household, ledger.household.world
    ids = identifiers(world)
    catalog, plan = household.labels.catalog, household.savings
    products, cards, institutions = (
        catalog.account_products,
        catalog.card_products,
        catalog.institutions,
    )
    user, slot = np.nonzero(ledger.has_account)
    flat = account_index(user, slot)
    product = np.zeros((world.users, SLOTS), dtype=np.int64)
    product[:, [Slot.BUSINESS, Slot.CHECKING]] = plan.checking_product[:, np.newaxis]
    product[:, Slot.SAVINGS] = plan.savings_product
    others = household.other_deposits
    product[others.user, others.slot] = others.product
    offset = len(products.names)
    product[household.cards.user, household.cards.slot] = offset + household.cards.product
    lenders = catalog.billers
    product[household.loans.user, household.loans.slot] = (
        offset + len(cards.names) + household.loans.loans.biller
    )
    # Who lends is an institution of its own.
    institution = np.concatenate(
        [
            products.institution,
            cards.institution,
            len(institutions.ids) + np.arange(len(lenders)),
        ]
    )[product[user, slot]]
    institution_ids = [*institutions.ids, *map(institution_id, lenders.names)]
    title = [_LOAN_TITLES.get(kind, "") for kind in lenders.kind]
    loan_names = [f"{name} {words}" for name, words in zip(lenders.names, title, strict=True)]
    names = [*products.names, *cards.names, *title, "Business Checking"]
    official = [
        *products.official_names,
        *cards.official_names,
        *loan_names,
        "Business Checking Account",
    ]
    is_business = slot == Slot.BUSINESS
    code = np.where(is_business, len(names) - 1, product[user, slot])

    limit = np.zeros((world.users, SLOTS), dtype=np.int64)
    limit[household.cards.user, household.cards.slot] = household.cards.limit_cents
    is_credit, is_loan = np.isin(slot, CARD_SLOTS), np.isin(slot, LOAN_SLOTS)
    current, pending = ledger.current_cents[user, slot], ledger.pending_cents[user, slot]
    available = np.where(is_credit, limit[user, slot] - current - pending, current - pending)
    mask = integers(world.words("mask", DRAW_NUMBERS), 10_000)[user, slot]
    opened = -days_open(world)
    opened[household.loans.user, household.loans.slot] = (
        made_on(world, household.loans.loans) - world.history_day
    )
    is_joint = world.profiles.is_joint[user] & (slot == Slot.CHECKING)
    return table(
        RAW_ACCOUNTS,
        {
            "account_id": arrow.coded(flat, ids.account_column),
            "user_id": arrow.coded(user, ids.user_column),
            "type": arrow.coded(
                np.where(is_loan, 2, is_credit), arrow.text((DEPOSITORY, CREDIT, LOAN))
            ),
            "subtype": arrow.coded(slot, arrow.text([SUBTYPES[each] for each in Slot])),
            "name": arrow.coded(code, arrow.text(names)),
            "official_name": arrow.coded(code, arrow.text(official)),
            "mask": arrow.text([f"{digits:04d}" for digits in mask.tolist()]),
            "holder_category": arrow.coded(
                is_business.astype(int), arrow.text(("personal", "business"))
            ),
            "ownership": arrow.coded(is_joint.astype(int), arrow.text(("sole", "joint"))),
            "balance_current": arrow.money(current),
            "balance_available": arrow.money(available, is_loan),
            "balance_limit": arrow.money(limit[user, slot], ~is_credit),
            "iso_currency_code": arrow.coded(np.zeros_like(user), arrow.text(("USD",))),
            "opening_balance": arrow.money(ledger.opening_cents[user, slot]),
            "opened_on": arrow.dates(opened[user, slot], world.resolved.history_start),
            "institution_id": arrow.coded(institution, arrow.text(institution_ids)),
            "institution_name": arrow.coded(
                institution, arrow.text([*institutions.names, *lenders.names])
            ),
        },
    )


def transactions_table(ledger: Ledger) -> Any:
    """`raw_transactions`, in order of user, account, date and id."""
    household, world, rows = ledger.household, ledger.household.world, ledger.rows
    ids, start = identifiers(world), world.calendar.first_date
    was_pending = ledger.pending_identity != 0
    never_shown = ~(was_pending | ledger.is_pending)
    no_link = ledger.link_identity == 0
    return table(
        RAW_TRANSACTIONS,
        {
            "transaction_id": arrow.hex_text(ledger.identity, "t"),
            "account_id": arrow.coded(account_index(rows.user, rows.slot), ids.account_column),
            "user_id": arrow.coded(rows.user, ids.user_column),
            "date": arrow.dates(np.where(ledger.is_pending, rows.authorized, rows.day), start),
            "authorized_date": arrow.dates(rows.authorized, start),
            "amount": arrow.money(ledger.shown_cents),
            "authorized_amount": arrow.money(ledger.authorized_cents, never_shown),
            "iso_currency_code": arrow.coded(np.zeros_like(rows.user), arrow.text(("USD",))),
            "pending": arrow.flags(ledger.is_pending),
            "pending_transaction_id": arrow.hex_text(ledger.pending_identity, "t", ~was_pending),
            "transfer_id": arrow.hex_text(ledger.link_identity, "x", no_link),
            **described(household, rows),
        },
    )
