"""What is bought online: on sites there are, under their own lines, and in apps of coffee shops."""

from __future__ import annotations

import functools
import re

import pytest

from spendsense_pipeline.generation.catalog import load_catalog
from spendsense_pipeline_tests.fixtures.generated_people import a_population, some_people

DOMAIN = re.compile(r"(?:CNK\*)?[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.COM\b.*")
SELLS_NOTHING_ONLINE = {"Trader Joe's", "Aldi", "In-N-Out Burger", "WinCo Foods", "Market Basket"}
Bought = tuple[str, str, str, str]


@functools.cache
def purchases(seed: int) -> tuple[Bought, ...]:
    """Merchant, line, category and channel of each purchase at a merchant of the catalog."""
    shops = set(load_catalog().merchants.names)
    rows = (
        a_population(some_people(200, seed=seed))
        .execute(
            "select merchant_name, name, category_detailed, payment_channel from raw_transactions "
            "where amount > 0 and merchant_name is not null"
        )
        .fetchall()
    )
    return tuple(row for row in rows if row[0] in shops)


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_site_has_an_address_or_a_line_of_its_own(seed: int) -> None:
    online = {(shop, line) for shop, line, _, channel in purchases(seed) if channel == "online"}
    sites = [line for _, line in online if ".COM" in line]
    assert len(sites) > 40
    assert not [line for line in sites if not DOMAIN.fullmatch(line)]
    lines = dict(online)
    assert lines["Walmart"] == "WALMART.COM"
    assert lines["Walmart Grocery"].startswith("WALMART.COM")
    assert lines["CVS Pharmacy"] == "CVS.COM"
    assert not SELLS_NOTHING_ONLINE & set(lines)


def test_every_site_that_may_be_bought_on_reads_so() -> None:
    shops = load_catalog().merchants
    sites = [
        line
        for line, share in zip(shops.online_descriptors, shops.in_store_share.tolist(), strict=True)
        if share < 1 and ".COM" in line
    ]
    assert len(sites) > 100
    assert not [line for line in sites if not DOMAIN.fullmatch(line)]


@pytest.mark.parametrize(
    ("shop", "band"),
    [
        # Mobile order and pay, fiscal 2024 and 2025.
        ("Starbucks", (0.25, 0.37)),
        ("Dunkin'", (0.15, 0.30)),
        ("McDonald's", (0.18, 0.32)),
    ],
)
def test_people_order_ahead_where_they_do(shop: str, band: tuple[float, float]) -> None:
    channels = [
        channel for seed in (21, 22, 23) for name, _, _, channel in purchases(seed) if name == shop
    ]
    assert len(channels) > 300
    low, high = band
    assert low <= channels.count("online") / len(channels) <= high


def test_a_fifth_to_two_fifths_of_fast_food_is_ordered_in_apps() -> None:
    channels = [
        channel
        for seed in (21, 22, 23)
        for _, _, code, channel in purchases(seed)
        if code == "FOOD_AND_DRINK_FAST_FOOD"
    ]
    assert 0.2 <= channels.count("online") / len(channels) <= 0.4
