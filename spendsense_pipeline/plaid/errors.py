"""Plaid's errors: each code with its type and HTTP status, as plaid.com/docs/errors lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_REFUSED: Final = 400


@dataclass(frozen=True)
class ErrorCode:
    """One code.

    Attributes:
        code: as Plaid spells it.
        kind: its `error_type`.
        message: for developers, where nothing more exact is said.
        display: for an app's users; None where it is not about anything they did.
        status: of the HTTP response.
    """

    code: str
    kind: str
    message: str
    display: str | None = None
    status: int = _REFUSED


_LOGIN: Final = "The login details of this account have changed; the user must log in again"
_DISPLAY_LOGIN: Final = "The username or password has changed; please log in again."

INVALID_BODY: Final = ErrorCode(
    "INVALID_BODY", "INVALID_REQUEST", "the body cannot be read as JSON"
)
INVALID_FIELD: Final = ErrorCode(
    "INVALID_FIELD", "INVALID_REQUEST", "a field has a value that is not allowed"
)
INVALID_HEADERS: Final = ErrorCode(
    "INVALID_HEADERS", "INVALID_REQUEST", "a header has a value that is not allowed"
)
MISSING_FIELDS: Final = ErrorCode(
    "MISSING_FIELDS", "INVALID_REQUEST", "a required field is missing"
)
UNKNOWN_FIELDS: Final = ErrorCode("UNKNOWN_FIELDS", "INVALID_REQUEST", "a field is not recognized")
NOT_FOUND: Final = ErrorCode(
    "NOT_FOUND", "INVALID_REQUEST", "there is no such endpoint", status=404
)
INVALID_INPUT: Final = ErrorCode(
    "INVALID_INPUT", "INVALID_INPUT", "a value is not one that is known"
)
INVALID_API_KEYS: Final = ErrorCode(
    "INVALID_API_KEYS", "INVALID_INPUT", "invalid client_id or secret provided"
)
INVALID_ACCESS_TOKEN: Final = ErrorCode(
    "INVALID_ACCESS_TOKEN", "INVALID_INPUT", "could not find matching access token"
)
INVALID_PUBLIC_TOKEN: Final = ErrorCode(
    "INVALID_PUBLIC_TOKEN", "INVALID_INPUT", "could not find matching public token"
)
INVALID_LINK_TOKEN: Final = ErrorCode(
    "INVALID_LINK_TOKEN", "INVALID_INPUT", "could not find matching link token"
)
INVALID_ACCOUNT_ID: Final = ErrorCode(
    "INVALID_ACCOUNT_ID", "INVALID_INPUT", "an account is not one of this Item"
)
INVALID_INSTITUTION: Final = ErrorCode(
    "INVALID_INSTITUTION", "INVALID_INPUT", "there is no such institution"
)
INVALID_PRODUCT: Final = ErrorCode(
    "INVALID_PRODUCT", "INVALID_INPUT", "a product is not one that is served here"
)
INVALID_WEBHOOK_VERIFICATION_KEY_ID: Final = ErrorCode(
    "INVALID_WEBHOOK_VERIFICATION_KEY_ID", "INVALID_INPUT", "there is no key of that id"
)
ADDITIONAL_CONSENT_REQUIRED: Final = ErrorCode(
    "ADDITIONAL_CONSENT_REQUIRED", "INVALID_INPUT", "the Item was not linked for this product"
)
ITEM_LOGIN_REQUIRED: Final = ErrorCode("ITEM_LOGIN_REQUIRED", "ITEM_ERROR", _LOGIN, _DISPLAY_LOGIN)
ITEM_NOT_FOUND: Final = ErrorCode(
    "ITEM_NOT_FOUND", "ITEM_ERROR", "the Item was removed, or linked anew"
)
ITEM_LOCKED: Final = ErrorCode(
    "ITEM_LOCKED", "ITEM_ERROR", "the account is locked", "Your account is locked."
)
INVALID_CREDENTIALS: Final = ErrorCode(
    "INVALID_CREDENTIALS", "ITEM_ERROR", "the credentials are wrong", _DISPLAY_LOGIN
)
INVALID_MFA: Final = ErrorCode("INVALID_MFA", "ITEM_ERROR", "the answer to a challenge is wrong")
ITEM_NOT_SUPPORTED: Final = ErrorCode(
    "ITEM_NOT_SUPPORTED", "ITEM_ERROR", "the Item is not supported"
)
MFA_NOT_SUPPORTED: Final = ErrorCode(
    "MFA_NOT_SUPPORTED", "ITEM_ERROR", "the account asks for another kind of MFA"
)
NO_ACCOUNTS: Final = ErrorCode("NO_ACCOUNTS", "ITEM_ERROR", "the Item has no open accounts")
NO_LIABILITY_ACCOUNTS: Final = ErrorCode(
    "NO_LIABILITY_ACCOUNTS", "ITEM_ERROR", "the Item has no card, mortgage or student loan"
)
PRODUCT_NOT_READY: Final = ErrorCode(
    "PRODUCT_NOT_READY", "ITEM_ERROR", "the product is not ready yet"
)
PRODUCTS_NOT_SUPPORTED: Final = ErrorCode(
    "PRODUCTS_NOT_SUPPORTED", "ITEM_ERROR", "the institution does not have this product"
)
USER_PERMISSION_REVOKED: Final = ErrorCode(
    "USER_PERMISSION_REVOKED",
    "ITEM_ERROR",
    "the user has revoked the permission to their data",
    "Access to this account was withdrawn.",
)
USER_SETUP_REQUIRED: Final = ErrorCode(
    "USER_SETUP_REQUIRED", "ITEM_ERROR", "the user must act at the institution first"
)
INSTITUTION_DOWN: Final = ErrorCode(
    "INSTITUTION_DOWN", "INSTITUTION_ERROR", "the institution is down"
)
INSTITUTION_NOT_RESPONDING: Final = ErrorCode(
    "INSTITUTION_NOT_RESPONDING", "INSTITUTION_ERROR", "the institution does not respond"
)
INSTITUTION_NO_LONGER_SUPPORTED: Final = ErrorCode(
    "INSTITUTION_NO_LONGER_SUPPORTED", "INSTITUTION_ERROR", "the institution is gone"
)
TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION: Final = ErrorCode(
    "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
    "TRANSACTIONS_ERROR",
    "transactions changed since the last page: start again from the cursor of the first",
)
SANDBOX_WEBHOOK_INVALID: Final = ErrorCode(
    "SANDBOX_WEBHOOK_INVALID", "SANDBOX_ERROR", "the Item has no webhook to fire"
)
PLANNED_MAINTENANCE: Final = ErrorCode(
    "PLANNED_MAINTENANCE", "API_ERROR", "the server cannot answer now", status=503
)
INTERNAL_SERVER_ERROR: Final = ErrorCode(
    "INTERNAL_SERVER_ERROR", "API_ERROR", "an unexpected error occurred", status=500
)

ERROR_CODES: Final = {
    each.code: each
    for each in (
        INVALID_BODY,
        INVALID_FIELD,
        INVALID_HEADERS,
        MISSING_FIELDS,
        UNKNOWN_FIELDS,
        NOT_FOUND,
        INVALID_INPUT,
        INVALID_API_KEYS,
        INVALID_ACCESS_TOKEN,
        INVALID_PUBLIC_TOKEN,
        INVALID_LINK_TOKEN,
        INVALID_ACCOUNT_ID,
        INVALID_INSTITUTION,
        INVALID_PRODUCT,
        INVALID_WEBHOOK_VERIFICATION_KEY_ID,
        ADDITIONAL_CONSENT_REQUIRED,
        ITEM_LOGIN_REQUIRED,
        ITEM_NOT_FOUND,
        ITEM_LOCKED,
        INVALID_CREDENTIALS,
        INVALID_MFA,
        ITEM_NOT_SUPPORTED,
        MFA_NOT_SUPPORTED,
        NO_ACCOUNTS,
        NO_LIABILITY_ACCOUNTS,
        PRODUCT_NOT_READY,
        PRODUCTS_NOT_SUPPORTED,
        USER_PERMISSION_REVOKED,
        USER_SETUP_REQUIRED,
        INSTITUTION_DOWN,
        INSTITUTION_NOT_RESPONDING,
        INSTITUTION_NO_LONGER_SUPPORTED,
        TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION,
        SANDBOX_WEBHOOK_INVALID,
        PLANNED_MAINTENANCE,
        INTERNAL_SERVER_ERROR,
    )
}

ITEM_ERRORS: Final = tuple(
    each.code
    for each in ERROR_CODES.values()
    if each.kind in ("ITEM_ERROR", "INSTITUTION_ERROR")
    and each not in (ITEM_NOT_FOUND, USER_PERMISSION_REVOKED)
)
"""Codes an Item can be put into on request."""


class PlaidError(Exception):
    """A request that is answered with an error of Plaid's."""

    def __init__(self, code: ErrorCode, message: str | None = None) -> None:
        """Take the code, and what exactly is wrong."""
        super().__init__(code, message)
        self.code = code
        self.message = message or code.message


def error_body(error: PlaidError) -> dict[str, Any]:
    """An error as responses, Items and webhooks carry it, without the request's id.

    Args:
        error: what is wrong.
    """
    anchor = error.code.kind.lower().replace("_", "-").removesuffix("-error")
    return {
        "error_type": error.code.kind,
        "error_code": error.code.code,
        "error_message": error.message,
        "display_message": error.code.display,
        "documentation_url": f"https://plaid.com/docs/errors/{anchor}/#{error.code.code.lower()}",
        "suggested_action": None,
    }
