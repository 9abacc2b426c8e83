"""What one response of Plaid's holds, whichever endpoint answered it, or why it holds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from spendsense_pipeline.importing.plaid.rows import (
    PlaidAccount,
    PlaidLiability,
    PlaidLoan,
    PlaidTransaction,
    as_text,
)
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem

_READ = (
    "accounts",
    "added",
    "modified",
    "removed",
    "transactions",
    "liabilities",
    "removed_transactions",
)
_TERMS_READ = {"credit", "mortgage", "student"}
_KINDS_WITHOUT_ROWS = (  # first match, so that an answer of several parts is called by the first
    ("inflow_streams", "recurring streams (measured anew)"),
    ("outflow_streams", "recurring streams (measured anew)"),
    ("override_accounts", "a Sandbox custom user"),
    ("holdings", "investments (not measured)"),
    ("investment_transactions", "investments (not measured)"),
    ("securities", "investments (not measured)"),
    ("numbers", "account numbers"),
    ("institution", "an institution"),
    ("institutions", "institutions"),
    ("categories", "categories"),
    ("webhook_code", "a webhook"),
    ("item", "an Item"),
    ("access_token", "a token"),
    ("public_token", "a token"),
    ("link_token", "a token"),
    ("next_cursor", "a cursor"),
    ("cursor", "a cursor"),
)
_PLAID_WORDS = {
    "accountId",
    "transactionId",
    "nextCursor",
    "hasMore",
    "requestId",
    "totalTransactions",
    "errorCode",
    "isoCurrencyCode",
}
_EMPTY = "an empty response"
_Row = TypeVar("_Row")
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class PlaidResponse:
    """What one response says.

    Attributes:
        file: the file it stands in.
        where: the file and, of several, which response of it.
        account_ids: whose accounts it lists, all of one Item.
        added: rows of `added` and of `transactions`.
        has_more: whether further pages of `/transactions/sync` follow it; None of other endpoints.
        update_status: how much of the history Plaid had fetched by then.
        terms_not_read: of liabilities of other kinds, the kind and where each stands.
        total_transactions: how many rows all pages of `/transactions/get` hold together.
        nothing_because: what it is, where it holds nothing we read.
    """

    file: str
    where: str
    item_id: str | None = None
    institution_id: str | None = None
    institution_name: str | None = None
    accounts: tuple[PlaidAccount, ...] = ()
    added: tuple[PlaidTransaction, ...] = ()
    modified: tuple[PlaidTransaction, ...] = ()
    removed: tuple[str, ...] = ()
    liabilities: tuple[PlaidLiability, ...] = ()
    loans: tuple[PlaidLoan, ...] = ()
    terms_not_read: tuple[tuple[str, str], ...] = ()
    has_more: bool | None = None
    update_status: str | None = None
    total_transactions: int | None = None
    nothing_because: str | None = None

    @property
    def has_rows(self) -> bool:
        """Whether it tells of any account, transaction or liability."""
        rows = (self.accounts, self.added, self.modified, self.removed, self.liabilities)
        return any((*rows, self.loans, self.terms_not_read))


def read_response(document: Any, file: str, where: str) -> PlaidResponse:
    """The response that a JSON document is.

    Raises:
        ImportProblemsError: when it is none, or not as Plaid writes it.
    """
    if not isinstance(document, dict):
        raise _refused(where, f"is not a Plaid response but {_form(document)}")
    if not any(key in document for key in _READ):
        return PlaidResponse(file, where, nothing_because=_kind(document, where))
    item = document.get("item")
    item = item if isinstance(item, dict) else {}
    liabilities = document.get("liabilities") or {}
    if not isinstance(liabilities, dict):
        raise _refused(where, f"has liabilities that are {_form(liabilities)}, not an object")
    response = PlaidResponse(
        file,
        where,
        as_text(item.get("item_id")),
        as_text(item.get("institution_id")),
        as_text(item.get("institution_name")),
        _rows(document, "accounts", where, PlaidAccount.read, ("account_id", "balances")),
        _transactions(document, "added", where) + _transactions(document, "transactions", where),
        _transactions(document, "modified", where),
        tuple(_removed(document, where)),
        _rows(liabilities, "credit", where, PlaidLiability.read, ("account_id",)),
        _rows(liabilities, "mortgage", where, PlaidLoan.read_mortgage, ("account_id",))
        + _rows(liabilities, "student", where, PlaidLoan.read_student, ("account_id",)),
        tuple(_terms_not_read(liabilities, where)),
        _of_type(bool, document.get("has_more")),
        as_text(document.get("transactions_update_status")),
        _of_type(int, document.get("total_transactions")),
    )
    return response if response.has_rows else replace(response, nothing_because=_EMPTY)


def _of_type(type_: type[_Value], value: Any) -> _Value | None:
    return value if isinstance(value, type_) else None


def _transactions(
    document: Mapping[str, Any], key: str, where: str
) -> tuple[PlaidTransaction, ...]:
    return _rows(document, key, where, PlaidTransaction.read, ("transaction_id", "account_id"))


def _terms_not_read(liabilities: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """Liabilities of other kinds, such as lines of credit: the kind, and where each stands."""
    for kind in sorted(liabilities.keys() - _TERMS_READ):
        rows = _rows(liabilities, kind, where, _place_of, ("account_id",))
        yield from ((kind, place) for place in rows)


def _place_of(row: Mapping[str, Any], where: str) -> str:
    return f"{where} {row['account_id']}"


def _removed(document: Mapping[str, Any], where: str) -> Iterator[str]:
    """Ids that are no more; the webhook that tells of them without `/transactions/sync` too."""
    for key in ("removed", "removed_transactions"):
        for number, each in enumerate(_elements(document, key, where)):
            removed = each.get("transaction_id") if isinstance(each, dict) else each
            if not isinstance(removed, str):
                raise _lacking(where, f"{key}[{number}]", "transaction_id", each)
            yield removed


def _rows(
    document: Mapping[str, Any],
    key: str,
    where: str,
    read: Callable[[Mapping[str, Any], str], _Row],
    needed: tuple[str, ...],
) -> tuple[_Row, ...]:
    rows = []
    for number, element in enumerate(_elements(document, key, where)):
        place = f"{key}[{number}]"
        if not isinstance(element, dict):
            raise _refused(where, f"has {place} that is {_form(element)}, not an object")
        for name in needed:
            if name not in element:
                raise _lacking(where, place, name, element)
        try:
            rows.append(read(element, where))
        except (AttributeError, TypeError, KeyError) as error:
            text = f"has {place} that is not written as Plaid writes it ({error})"
            raise _refused(where, text) from error
    return tuple(rows)


def _elements(document: Mapping[str, Any], key: str, where: str) -> list[Any]:
    found = document.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _refused(where, f"has {key} that is {_form(found)}, not a list")
    return found


def _lacking(where: str, place: str, name: str, element: Any) -> ImportProblemsError:
    if isinstance(element, dict) and _camel_cased(element):
        return _refused_camel_case(where, element)
    return _refused(where, f"lacks {name} in {place}")


def _kind(document: Mapping[str, Any], where: str) -> str:
    """What a response without rows of ours is."""
    error = document.get("error")
    said = error if isinstance(error, dict) else document
    if "error_code" in said:
        return f"Plaid error {said['error_code']}"
    for key, kind in _KINDS_WITHOUT_ROWS:
        if key in document:
            return kind
    if _camel_cased(document):
        raise _refused_camel_case(where, document)
    if "transaction_id" in document or "account_id" in document:
        listed = "transactions" if "transaction_id" in document else "accounts"
        text = "holds single rows, not the response they came in"
        raise _refused(where, text, f'Save them as {{"{listed}": [...]}}.')
    for key, value in document.items():
        if isinstance(value, dict) and any(name in value for name in _READ):
            raise _refused(
                where, f"holds a response under {key!r}", f"Save what stands under {key!r} alone."
            )
    keys = ", ".join(sorted(map(str, document))[:6])
    return f"no response we know (keys: {keys})" if keys else _EMPTY


def _camel_cased(element: Mapping[str, Any]) -> list[str]:
    return [key for key in element if key in _PLAID_WORDS]


def _refused_camel_case(where: str, element: Mapping[str, Any]) -> ImportProblemsError:
    key = _camel_cased(element)[0]
    plaid = re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), key)
    remedy = "Save the response before a client library renames its parts."
    return _refused(where, f"writes {key!r} where Plaid writes {plaid!r}", remedy)


def _form(value: Any) -> str:
    names = {"list": "a list", "dict": "an object", "str": "text", "NoneType": "null"}
    return names.get(type(value).__name__, f"{value!r}")


def _refused(
    where: str, text: str, remedy: str = "Save Plaid's response as it came, or remove the file."
) -> ImportProblemsError:
    return ImportProblemsError([Problem("unreadable_file", where, text, remedy)])
