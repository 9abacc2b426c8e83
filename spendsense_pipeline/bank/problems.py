"""What is wrong with a request, as Plaid says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from spendsense_pipeline.plaid.errors import (
    INVALID_BODY,
    INVALID_FIELD,
    MISSING_FIELDS,
    UNKNOWN_FIELDS,
    PlaidError,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MOST_NAMED: Final = 20
_LONGEST_NAME: Final = 100


def request_error(found: ValidationError) -> PlaidError:
    """What is wrong with a body: it is no JSON, has strange fields, lacks some, or some are wrong.

    Args:
        found: by the model of the request.
    """
    errors = found.errors(include_url=False, include_context=False, include_input=False)
    if any(error["type"] == "json_invalid" for error in errors):
        return PlaidError(INVALID_BODY, "body could not be parsed as JSON")
    if any(not error["loc"] for error in errors):
        return PlaidError(INVALID_BODY, "body must be a JSON object")
    unknown = _named(errors, "extra_forbidden")
    if unknown:
        return PlaidError(
            UNKNOWN_FIELDS, f"the following fields are not recognized by this endpoint: {unknown}"
        )
    missing = _named(errors, "missing")
    if missing:
        return PlaidError(MISSING_FIELDS, f"the following required fields are missing: {missing}")
    said = [f"{_path(error['loc'])}: {_lower(error['msg'])}" for error in errors[:_MOST_NAMED]]
    return PlaidError(INVALID_FIELD, "; ".join(dict.fromkeys(said)))


def _named(errors: Sequence[ErrorDetails], kind: str) -> str:
    return ", ".join(_path(each["loc"]) for each in errors if each["type"] == kind)


def _path(loc: tuple[Any, ...]) -> str:
    return ".".join(str(part)[:_LONGEST_NAME] for part in loc)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
