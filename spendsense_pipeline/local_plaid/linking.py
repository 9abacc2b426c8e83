"""Who is linked: the person somebody names, or the next one of a persona who can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.local_plaid.served import PRODUCTS
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.plaid.accounts import CREDIT, LOAN
from spendsense_pipeline.plaid.errors import (
    INVALID_FIELD,
    INVALID_INPUT,
    INVALID_PRODUCT,
    PRODUCTS_NOT_SUPPORTED,
    PlaidError,
)
from spendsense_pipeline.plaid.responses.items import ALL_BANKS_ID

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.served import AccountKind, Institution, Served

PERSONA: Final = "persona:"
ANYBODY: Final = ("user_good",)
"""Plaid's own Sandbox user, which apps name by habit: the next person, of any persona."""
_LIABILITY_LOANS: Final = ("mortgage", "student")


def require_products(asked: Sequence[str], institution: Institution) -> tuple[str, ...]:
    """The products of a new Item, each once, in our order.

    Raises:
        PlaidError: one is not served here, or not by this institution.
    """
    if not asked:
        raise PlaidError(INVALID_FIELD, "initial_products must name at least one product")
    strange = [product for product in asked if product not in PRODUCTS]
    if strange:
        raise PlaidError(
            INVALID_PRODUCT,
            f"{', '.join(strange)} is not served here; there are {', '.join(PRODUCTS)}",
        )
    lacking = [product for product in asked if product not in institution.products]
    if lacking:
        raise PlaidError(
            PRODUCTS_NOT_SUPPORTED,
            f"{institution.institution_id} does not have {', '.join(lacking)}",
        )
    return tuple(product for product in PRODUCTS if product in asked)


def choose(
    served: Served,
    username: str | None,
    *,
    institution: Institution,
    products: Sequence[str],
    day: dt.date,
    consents: Callable[[str, str], bool],
    is_linked: Callable[[str], bool],
) -> str:
    """The person to link.

    Args:
        served: the dataset.
        username: a `user_id`, `persona:KEY`, or nothing for the next person of any persona.
        institution: where.
        products: what for.
        day: the clock's.
        consents: says of an id and its published status whether they consent now.
        is_linked: whether a person has an Item there already; who is named may have.

    Returns:
        Their user_id.

    Raises:
        PlaidError: nobody is left, or the one named cannot be linked, and why.
    """
    persona = None
    if username is not None and username.startswith(PERSONA):
        persona = username.removeprefix(PERSONA)
        if persona not in PERSONA_KEYS:
            raise PlaidError(
                INVALID_INPUT,
                f"there is no persona {persona!r}; there are {', '.join(PERSONA_KEYS)}",
            )
    elif username is not None and username not in ANYBODY:
        return _named(served, username, institution, day, consents)
    candidates = [
        user_id
        for user_id, status, judged in served.people()
        if consents(user_id, status) and (persona is None or judged == persona)
    ]
    accounts = served.accounts()
    for user_id in candidates:
        if not is_linked(user_id) and not _lacks(
            accounts.get(user_id, ()), institution, products, day
        ):
            return user_id
    whom = "consenting people" if persona is None else f"consenting people of persona {persona}"
    raise PlaidError(
        INVALID_INPUT,
        f"nobody is left to link: of {len(candidates)} {whom} none is unlinked at"
        f" {institution.institution_id} with an account for {', '.join(products)}",
    )


def _named(
    served: Served,
    user_id: str,
    institution: Institution,
    day: dt.date,
    consents: Callable[[str, str], bool],
) -> str:
    """Who is named is linked whatever they have, as long as they have something there."""
    status = served.consent_status(user_id)
    if status is None:
        raise PlaidError(
            INVALID_INPUT,
            f"override_username {user_id!r} is nobody of the dataset: name one of its user_ids,"
            " or persona:KEY",
        )
    if not consents(user_id, status):
        raise PlaidError(INVALID_INPUT, f"{user_id} does not consent to their data being used")
    lacking = _lacks(served.accounts(user_id).get(user_id, ()), institution, (), day)
    if lacking:
        raise PlaidError(INVALID_INPUT, f"{user_id} has no {lacking}")
    return user_id


def _lacks(
    accounts: Sequence[AccountKind], institution: Institution, products: Sequence[str], day: dt.date
) -> str | None:
    """What is missing for somebody to be linked there; None where nothing is."""
    where = institution.institution_id
    there = [
        account
        for account in accounts
        if where in (ALL_BANKS_ID, account.institution_id)
        and (account.opened_on is None or account.opened_on <= day)
    ]
    if not there:
        return f"account at {where}"
    if "liabilities" in products and not any(map(_is_owed, there)):
        return f"card, mortgage or student loan at {where}"
    return None


def _is_owed(account: AccountKind) -> bool:
    return account.type == CREDIT or (account.type == LOAN and account.subtype in _LIABILITY_LOANS)
