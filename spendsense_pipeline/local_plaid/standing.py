"""Whether an Item may be answered: what is wrong with it, and for which products it was linked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.plaid.errors import (
    ADDITIONAL_CONSENT_REQUIRED,
    ERROR_CODES,
    ITEM_LOGIN_REQUIRED,
    USER_PERMISSION_REVOKED,
    PlaidError,
    error_body,
)

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.items import Item

REVOKED: Final = USER_PERMISSION_REVOKED.code


def fault(item: Item) -> PlaidError | None:
    """What is wrong with an Item; None while nothing is."""
    if item.error_code == REVOKED:
        return PlaidError(
            USER_PERMISSION_REVOKED,
            f"{item.user_id} has revoked consent; link them anew once granted",
        )
    if item.is_of_another_world:
        return _elsewhere()
    return None if item.error_code is None else PlaidError(ERROR_CODES[item.error_code])


def fault_body(item: Item) -> dict[str, Any] | None:
    """The same as an Item carries it."""
    found = fault(item)
    return None if found is None else error_body(found)


def require_world(item: Item, world: str) -> None:
    """Refuse an Item in any world but its own, whoever lives there under the same id.

    Raises:
        PlaidError: it is of another.
    """
    if item.world != world:
        raise _elsewhere()


def _elsewhere() -> PlaidError:
    return PlaidError(
        ITEM_LOGIN_REQUIRED,
        "the dataset this Item was linked in was replaced by another world: link anew",
    )


def require_product(item: Item, product: str) -> None:
    """Refuse what the Item was not linked for.

    Raises:
        PlaidError: naming the product.
    """
    if product not in item.products:
        raise PlaidError(
            ADDITIONAL_CONSENT_REQUIRED,
            f"the Item was linked for {', '.join(item.products)}, not for {product}: link it anew"
            " with that among its products",
        )
