"""Cards agree with the product they are: limit, rate and holder lie in what its line says."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

import spendsense_pipeline.generation.catalog as catalog_package
from spendsense_pipeline.generation import generate
from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.generator import generate_shard
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline_tests.fixtures.generated_people import (
    NOTHING_HAPPENS,
    a_configuration,
    a_population,
    rows,
)

PRODUCTS = Path(catalog_package.__file__).parent / "card_products.csv"


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
@pytest.mark.parametrize("targets", [(), ("high_utilization", "cash_flow_stressed")])
def test_every_card_lies_inside_its_products_ranges(seed: int, targets: tuple[str, ...]) -> None:
    con = a_population(
        a_configuration(
            config={"num_users": 200, "seed": seed}, controls={"target_personas": [*targets]}
        )
    )
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        product_of = {row["official_name"]: row for row in csv.DictReader(file)}
    cards = rows(
        con,
        """
        select person.user_id, official_name, balance_limit, apr_percentage, age
        from raw_accounts as account
        join raw_liabilities as liability on liability.account_id = account.account_id
        join raw_users as person on person.user_id = account.user_id
        where account.type = 'credit'
        """,
    )
    assert len(cards) >= 100
    for user, name, limit, apr, age in cards:
        product = product_of[name]
        assert float(product["limit_least_usd"]) <= float(limit) <= float(product["limit_most_usd"])
        assert limit % 100 == 0
        low, high = float(product["apr_least_percent"]), float(product["apr_most_percent"])
        assert apr == 0 or low <= float(apr) <= high, (user, name, apr)
        assert int(product["age_least"]) <= age <= int(product["age_most"])
    held = [(user, name) for user, name, *_ in cards]
    assert len(set(held)) == len(held)
    assert len({name for _, name in held}) >= 8


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
@pytest.mark.parametrize("preset", [None, "calibrated"])
def test_a_stores_card_buys_at_its_store_and_nowhere_else(seed: int, preset: str | None) -> None:
    con = a_population(a_configuration(preset=preset, config={"num_users": 400, "seed": seed}))
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        store_of = {row["official_name"]: row["stores"] for row in csv.DictReader(file)}
    charged = rows(
        con,
        """
        select card.official_name, bought.merchant_name
        from raw_accounts as card
        join raw_transactions as bought on bought.account_id = card.account_id
        where card.type = 'credit' and bought.merchant_name is not null
        """,
    )
    at_stores = [(name, shop) for name, shop in charged if store_of[name]]
    assert len(at_stores) >= 40
    assert all(shop == store_of[name] for name, shop in at_stores)
    held = rows(
        con,
        "select user_id, list(official_name), list(account_id) from raw_accounts"
        " where type = 'credit' group by user_id",
    )
    with_one = [(user, names) for user, names, _ in held if any(map(store_of.get, names))]
    # Nobody has a store's card alone, and most who have one are seen in that store.
    assert all(len(names) == 2 for _, names in with_one)
    visited = set(rows(con, "select distinct user_id, merchant_name from raw_transactions"))
    seen = [
        any((user, store_of[name]) in visited for name in names if store_of[name])
        for user, names in with_one
    ]
    assert sum(seen) / len(seen) > 0.75


def test_a_payment_bears_the_name_of_the_cards_issuer() -> None:
    con = a_population(a_configuration(config={"num_users": 120, "seed": 4}))
    with PRODUCTS.open(encoding="utf-8", newline="") as file:
        line_of = {row["official_name"]: row["payment_descriptor"] for row in csv.DictReader(file)}
    paid = rows(
        con,
        """
        select paid.name, card.official_name
        from raw_transactions as paid
        join raw_transactions as received
          on received.transfer_id = paid.transfer_id and received.amount < 0
        join raw_accounts as card on card.account_id = received.account_id
        where paid.amount > 0 and card.type = 'credit'
        """,
    )
    assert len(paid) > 300
    assert all(line_of[card] == name for name, card in paid)
    assert len({name for name, _ in paid}) >= 8


@pytest.mark.parametrize(
    ("seed", "first"),
    [
        (42, 320),  # somebody there pays minimums on a full card from long before the history
        (7, 0),
        (11, 500),
    ],
)
def test_a_history_opens_within_the_limit_for_no_row_of_it_says_why_not(
    seed: int, first: int
) -> None:
    asked = a_configuration(as_of=dt.date(2026, 11, 29), config={"num_users": 1_000, "seed": seed})
    accounts = generate_shard(asked, first, 64).accounts.to_pylist()
    cards = [account for account in accounts if account["type"] == "credit"]
    assert cards
    beyond = [card for card in cards if card["opening_balance"] > card["balance_limit"]]
    assert not beyond


def test_at_most_three_in_four_medium_cards_are_promotions() -> None:
    """Of the cards as they are dealt, in default and calibrated populations."""
    for preset in (None, "calibrated"):
        promotions = medium = 0
        for seed in range(4):
            resolved = a_configuration(
                preset=preset,
                config={"seed": seed, "num_users": 200, "months_history": 1},
                controls=NOTHING_HAPPENS,
            )
            [made] = generate(resolved)
            kinds = made.liabilities.column("apr_type").to_pylist()
            promotions += kinds.count("balance_transfer_apr")
            medium += int((make_world(resolved, 0, 200).profiles.card_band == Band.MEDIUM).sum())
        assert 0.3 <= promotions / medium <= 0.75
