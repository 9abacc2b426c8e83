"""An operator's own merchants: lists of any length leave everything else of the catalog true."""

from __future__ import annotations

import dataclasses
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from spendsense_pipeline.controls import SPENDING_CATEGORIES, TYPICAL_AMOUNT_USD, CustomMerchant
from spendsense_pipeline.generation.catalog import (
    Catalog,
    CatalogError,
    load_catalog,
    with_custom_merchants,
)
from spendsense_pipeline.generation.catalog.custom import MAIN_GROUPS
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_configuration,
    a_population,
    rows,
)
from spendsense_pipeline_tests.generation.test_catalog import by_group
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


def _with(*rows: CustomMerchant) -> Catalog:
    return with_custom_merchants(CATALOG, rows)


def test_no_custom_merchants_leave_the_catalog_as_it_is() -> None:
    """The very same object."""
    assert _with() is CATALOG


@pytest.mark.parametrize("category", SPENDING_CATEGORIES)
def test_people_shop_only_at_custom_merchants_in_their_category(category: str) -> None:
    """The category's whole budget goes to them; every other category keeps its own."""
    extended = _with(CustomMerchant("Zed & Sons", category), CustomMerchant("Yan's", category))
    groups, merchants = extended.spending_groups, extended.merchants
    before = CATALOG.spending_groups
    for name in {*before.category}:
        of_category = np.array(before.category) == name
        kept = groups.annual_cents[of_category].sum()
        assert kept == before.annual_cents[of_category].sum()
        for group in np.flatnonzero(of_category & (groups.annual_cents > 0)):
            shops = {merchants.names[row] for row in by_group(merchants)[group]}
            if name == category:
                assert shops == {"Zed & Sons", "Yan's"}
            else:
                assert shops == {
                    CATALOG.merchants.names[r] for r in by_group(CATALOG.merchants)[group]
                }
    main, code = MAIN_GROUPS[category]
    assert merchants.category_detailed[-1] == code
    assert groups.names[merchants.group[-1]] == main


def test_custom_merchants_say_what_they_like_and_take_the_rest_from_their_group() -> None:
    """Price, popularity and channel; the price defaults to the group's median."""
    extended = _with(
        CustomMerchant("Corner Bakery", "coffee", 9.5, 3.0, "online"),
        CustomMerchant("Plain {Cafe}", "coffee"),
    )
    merchants, coffee = extended.merchants, extended.spending_groups.index("coffee")
    assert merchants.ticket_median_cents[-2:].tolist() == [
        950,
        extended.spending_groups.ticket_median_cents[coffee],
    ]
    assert merchants.weight[-2:].tolist() == [3.0, 1.0]
    assert merchants.in_store_share[-2:].tolist() == [0.0, 1.0]
    assert merchants.descriptors[-2:] == ("CORNER BAKERY", "PLAIN CAFE")
    assert merchants.online_descriptors[-2:] == ("CORNER BAKERY", "PLAIN CAFE")


def test_a_custom_merchant_takes_its_name_and_category_with_it() -> None:
    """Ours of that name is gone from every group; a subscription's name is refused."""
    extended = _with(CustomMerchant("Target", "groceries"))
    assert extended.merchants.names.count("Target") == 1
    assert extended.merchants.category_detailed[-1] == "FOOD_AND_DRINK_GROCERIES"
    with pytest.raises(CatalogError, match="'Netflix' is a merchant and a subscription"):
        _with(CustomMerchant("netflix", "entertainment"))
    with pytest.raises(CatalogError, match="ATM Withdrawal, where cash is fetched: rename"):
        _with(CustomMerchant("ATM withdrawal", "merchandise"))
    drinks = CATALOG.spending_groups.index("alcohol")
    ours = [CATALOG.merchants.names[row] for row in by_group(CATALOG.merchants)[drinks]]
    with pytest.raises(CatalogError, match="leave no merchant for alcohol"):
        _with(*(CustomMerchant(name, "merchandise") for name in ours))


@pytest.mark.parametrize("category", SPENDING_CATEGORIES)
def test_custom_merchants_are_held_to_our_own_prices(category: str) -> None:
    """From half of what the cheapest of ours typically sells at to half more than the dearest."""
    groups, merchants = CATALOG.spending_groups, CATALOG.merchants
    is_ours = np.array(groups.category)[merchants.group] == category
    cheapest, *_, dearest = np.sort(merchants.ticket_median_cents[is_ours]) / 100
    least, most = TYPICAL_AMOUNT_USD[category]
    assert least == pytest.approx(cheapest / 2, rel=0.05)
    assert most == pytest.approx(dearest * 1.5, rel=0.05)
    extended = _with(CustomMerchant("Zed & Sons", category, most))
    shops = extended.merchants
    assert shops.ticket_cap_cents[-1] >= 2 * shops.ticket_median_cents[-1]


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
