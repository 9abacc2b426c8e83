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
    assert set(accounts.TYPES) == _plaids("account_type", "AccountType")
    assert _plaids("account_subtype", "AccountSubtype") == accounts.ALL_SUBTYPES


def test_kinds_of_account() -> None:
    """Savings, checking and cards do not overlap; spelling matters."""
    assert accounts.is_savings("depository", "money market")
    assert accounts.is_savings("depository", "hsa")
    assert not accounts.is_savings("investment", "hsa")
    assert not accounts.is_savings("depository", "cd")
    assert accounts.is_checking("depository", "checking")
    assert accounts.is_card("credit", "credit card")
    assert accounts.is_valid_account("credit", "credit card")
    assert not accounts.is_valid_account("credit", "credit_card")
    assert not accounts.is_valid_account("bank", "checking")
    for account_type, subtypes in accounts.SUBTYPES.items():
        for subtype in subtypes:
            kinds = (accounts.is_savings, accounts.is_checking, accounts.is_card)
            assert sum(kind(account_type, subtype) for kind in kinds) <= 1
