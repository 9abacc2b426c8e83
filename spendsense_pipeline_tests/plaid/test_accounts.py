"""Account types and subtypes are those of Plaid's own client library."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from spendsense_pipeline.plaid import accounts

pytest.importorskip("plaid", reason="plaid-python is a development dependency")


def _plaids(module: str, name: str) -> set[str]:
    enumeration: Any = getattr(importlib.import_module(f"plaid.model.{module}"), name)
    values = enumeration.allowed_values[("value",)].values()
    return {value for value in values if value is not None}


@pytest.mark.parametrize("account_type", ["depository", "credit", "loan", "investment"])
def test_subtypes_are_plaids(account_type: str) -> None:
    """Each type's list, without `all`, which is a filter and not a subtype."""
    plaids = _plaids(f"{account_type}_account_subtype", f"{account_type.title()}AccountSubtype")
    assert set(accounts.SUBTYPES[account_type]) == plaids - {"all"}


def test_types_and_all_subtypes_are_plaids() -> None:
    """The union of our lists is Plaid's flat list."""
    assert set(accounts.SUBTYPES) == _plaids("account_type", "AccountType")
    every = {subtype for subtypes in accounts.SUBTYPES.values() for subtype in subtypes}
    assert every == _plaids("account_subtype", "AccountSubtype")


def test_kinds_of_account() -> None:
    """Savings, checking and cards do not overlap; spelling matters."""
    savings, checking = set(accounts.SAVINGS_SUBTYPES), set(accounts.CHECKING_SUBTYPES)
    assert savings == {"savings", "money market", "cash management"}
    assert not savings & set(accounts.SET_ASIDE_SUBTYPES)
    assert savings | checking <= set(accounts.SUBTYPES["depository"])
    assert not savings & checking
    assert set(accounts.CARD_SUBTYPES) <= set(accounts.SUBTYPES["credit"])
    assert "credit card" in accounts.CARD_SUBTYPES
    assert "credit_card" not in accounts.SUBTYPES["credit"]
