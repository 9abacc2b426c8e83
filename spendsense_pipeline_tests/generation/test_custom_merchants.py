"""An operator's own merchants: lists of any length leave everything else of the catalog true."""

from __future__ import annotations

import dataclasses
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from spendsense_pipeline.controls import SPENDING_CATEGORIES, CustomMerchant
from spendsense_pipeline.generation.catalog import Catalog, load_catalog, with_custom_merchants
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)
from spendsense_pipeline_tests.generation.test_invariants_hold import broken_promises

CATALOG = load_catalog()
SHORT_AND_LONG = {
    "one cafe": {"coffee": 1},
    "more cafes than ours": {"coffee": 60},
    "one grocer": {"groceries": 1},
    "several, some short and some long": {"groceries": 2, "coffee": 70, "fuel": 1, "home": 90},
    "everything": dict.fromkeys(SPENDING_CATEGORIES, 3),
}


def own(counts: dict[str, int]) -> list[dict[str, Any]]:
    """So many merchants of each category, none with a name of ours."""
    return [
        {"name": f"Zed {category} {number}", "category": category}
        for category, count in counts.items()
        for number in range(count)
    ]


def extended(counts: dict[str, int]) -> Catalog:
    return with_custom_merchants(CATALOG, tuple(CustomMerchant(**row) for row in own(counts)))


def test_only_the_merchants_count_themselves_by_row() -> None:
    """Whatever else were as long as their list would be about others once it is another list."""
    for catalog in (CATALOG, extended({"coffee": 61})):
        for record in dataclasses.fields(catalog):
            columns = getattr(catalog, record.name)
            if record.name == "merchants":
                for each in dataclasses.fields(columns):
                    assert len(getattr(columns, each.name)) == len(catalog.merchants), each.name
                continue
            if isinstance(columns, tuple):
                assert len(catalog.merchants) != len(columns), record.name
                continue
            for each in dataclasses.fields(columns):
                column = getattr(columns, each.name)
                if isinstance(column, np.ndarray):
                    assert len(catalog.merchants) not in column.shape, (record.name, each.name)


@pytest.mark.parametrize("counts", SHORT_AND_LONG.values(), ids=SHORT_AND_LONG)
def test_a_stores_card_is_taken_at_its_store_alone(counts: dict[str, int]) -> None:
    catalog = extended(counts)
    names = np.array(catalog.merchants.names)
    for stores, taken in zip(catalog.card_products.stores, catalog.taken_at, strict=True):
        if stores:
            assert set(names[taken]) == {*stores} & {*names}
        else:
            assert taken.all()


@pytest.mark.parametrize("counts", SHORT_AND_LONG.values(), ids=SHORT_AND_LONG)
def test_a_stores_card_buys_at_its_store_alone(counts: dict[str, int]) -> None:
    con = a_population(
        a_configuration(
            config={"num_users": 300, "seed": 3, "months_history": 4},
            controls={
                "custom_merchants": own(counts),
                "accounts_per_user_distribution": {"2": 0.0, "3": 0.0, "4": 1.0},
            },
        )
    )
    products = CATALOG.card_products
    stores_of = dict(zip(products.official_names, products.stores, strict=True))
    charged = rows(
        con,
        """
        select card.official_name, bought.merchant_name
        from raw_accounts as card
        join raw_transactions as bought on bought.account_id = card.account_id
        where card.type = 'credit' and bought.merchant_name is not null
        """,
    )
    at_stores = [(card, shop) for card, shop in charged if stores_of[card]]
    assert len(at_stores) >= 20 or counts == SHORT_AND_LONG["everything"]
    assert [pair for pair in at_stores if pair[1] not in stores_of[pair[0]]] == []
    bought = {name for (name,) in rows(con, "select distinct merchant_name from raw_transactions")}
    assert {f"Zed {category} 0" for category in counts} <= bought


_LISTS = st.dictionaries(
    st.sampled_from(SPENDING_CATEGORIES), st.sampled_from([1, 2, 7, 60, 150]), min_size=1
)


@given(counts=_LISTS, users=st.integers(10, 25), seed=st.integers(0, 1_000))
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_any_list_makes_a_dataset_that_is_true(
    counts: dict[str, int], users: int, seed: int
) -> None:
    resolved = a_configuration(
        config={"num_users": users, "seed": seed, "months_history": 3},
        controls={"custom_merchants": own(counts)},
    )
    assert broken_promises(resolved) == []
