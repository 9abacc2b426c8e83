"""The catalog's files are complete, plausible and contradict neither Plaid nor one another."""

from __future__ import annotations

import collections
import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import spendsense_pipeline.generation.catalog as catalog_package
from spendsense_pipeline.controls import (
    SPENDING_CATEGORIES,
)
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import (
    BILL_KINDS,
    CatalogError,
    Merchants,
    SpendingGroups,
    entity_id,
    load_catalog,
)
from spendsense_pipeline.generation.catalog.sheets import Sheet
from spendsense_pipeline.generation.catalog.shopping_files import online_descriptors
from spendsense_pipeline.generation.shops import visited_weights
from spendsense_pipeline.plaid import accounts, categories
from spendsense_pipeline.tables.raw import GENDERS, REGIONS

FOLDER = Path(catalog_package.__file__).parent
CATALOG = load_catalog()


def budget_shares(groups: SpendingGroups) -> Floats:
    """Each group's share of everyday dollars, as the survey has it: `[G]`."""
    return groups.annual_cents / groups.annual_cents.sum()


def by_group(merchants: Merchants) -> list[Ints]:
    """Rows of each group, in the order of the file."""
    return [np.flatnonzero(merchants.group == of) for of in range(merchants.group.max() + 1)]


def test_the_lists_are_long_enough() -> None:
    """Enough of everything that ten thousand people do not look alike."""
    assert len(CATALOG.merchants) >= 250
    assert len(CATALOG.subscriptions) >= 45
    assert len(CATALOG.employers.by_kind["employer"]) >= 120
    assert len(CATALOG.employers.by_kind["contractor"]) >= 20
    assert len(CATALOG.first_names.names) >= 200
    assert len(CATALOG.last_names.names) >= 300
    assert len(CATALOG.places.cities) >= 120
    assert set(CATALOG.billers.by_kind) == set(BILL_KINDS)
    assert set(CATALOG.places.by_region) == set(REGIONS)
    assert set(CATALOG.first_names.by_gender) == set(GENDERS)
    on_offer = {"checking", "savings", "money market", "cd", "hsa"}
    assert set(CATALOG.account_products.by_subtype) == on_offer
    assert on_offer < set(accounts.SUBTYPES[accounts.DEPOSITORY])
    assert len(set(CATALOG.places.states)) == 51


def test_readme_documents_every_file() -> None:
    """No data file without a source, no source without its file."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in FOLDER.glob("*.csv")}
    named = {word.strip("`,") for word in readme.split() if word.strip("`,").endswith(".csv")}
    assert files == named


def test_every_row_says_where_it_comes_from() -> None:
    for path in FOLDER.glob("*.csv"):
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert rows, path.name
        assert all(len(row["source"].strip()) > 3 for row in rows), path.name


def test_a_file_whose_rows_say_no_source_is_refused() -> None:
    for row in ({"name": "Zed"}, {"name": "Zed", "source": ""}, {"name": "Zed", "source": "me"}):
        sheet = Sheet("shops.csv", [row])
        sheet.text("name")
        with pytest.raises(CatalogError, match=r"shops\.csv line 2: source"):
            sheet.finish()


def test_files_are_plain_text_without_stray_blanks() -> None:
    """UTF-8, one header, as many cells as the header in every row, Unix line ends."""
    for path in FOLDER.glob("*.csv"):
        raw = path.read_bytes()
        assert b"\r" not in raw, path.name
        assert raw.endswith(b"\n"), path.name
        header, *rows = csv.reader(raw.decode("utf-8").splitlines())
        assert len(set(header)) == len(header)
        assert all(len(row) == len(header) for row in rows), path.name


def test_a_name_stands_for_one_category() -> None:
    """Over merchants, services, billers and payers."""
    seen: dict[str, str] = {}
    for record in (CATALOG.merchants, CATALOG.subscriptions, CATALOG.billers, CATALOG.employers):
        for name, code in zip(record.names, record.category_detailed, strict=True):
            assert seen.setdefault(name.casefold(), code) == code
        assert len({entity_id(name) for name in record.names}) == len(record)


def test_spending_groups_share_out_the_budget() -> None:
    """Weekends and December are busy, every category has a group."""
    groups = CATALOG.spending_groups
    assert set(groups.category) == {*SPENDING_CATEGORIES, "cash"}
    assert np.allclose(groups.weekday_profile.mean(axis=1), 1, atol=0.002)
    assert np.allclose(groups.month_profile.mean(axis=1), 1, atol=0.002)
    weekday = groups.purchase_share @ groups.weekday_profile
    assert set(np.argsort(weekday)[-2:]) == {4, 5}  # Friday and Saturday
    month = budget_shares(groups) @ groups.month_profile
    assert month.argmax() == 11
    # Food is 12.9 % of all spending and about a third of everyday spending.
    food = [i for i, c in enumerate(groups.category) if c in ("groceries", "restaurants", "coffee")]
    assert 0.28 <= budget_shares(groups)[food].sum() <= 0.38


def tickets(rows: Ints, count: int = 40_000, seed: int = 1) -> Floats:
    """Dollars of purchases at some merchants, drawn as the catalog says: `[count]`."""
    rng, shops = np.random.default_rng(seed), CATALOG.merchants
    weight = visited_weights(CATALOG)[rows]
    row = rng.choice(rows, size=count, p=weight / weight.sum())
    drawn = np.exp(shops.ticket_sigma[row] * rng.standard_normal(count))
    cents = np.minimum(shops.ticket_median_cents[row] * drawn, shops.ticket_cap_cents[row])
    return np.asarray(cents / 100)


def named(*names: str) -> Ints:
    """Rows of merchants by name."""
    return np.array([CATALOG.merchants.names.index(name) for name in names])


def grouped(name: str) -> Ints:
    """Rows of the merchants of a group."""
    return np.flatnonzero(CATALOG.merchants.group == CATALOG.spending_groups.index(name))


RANGES = {
    # Median, mean, 99th percentile and largest, in dollars; sources are named in the file.
    "coffee": (grouped("coffee"), (6, 9), (7, 12), (20, 45), 60),
    "fast food": (grouped("fast_food"), (10, 14), (12, 17), (45, 75), 150),
    "sit-down": (grouped("dining"), (32, 50), (36, 60), (130, 350), 400),
    "groceries": (grouped("groceries"), (33, 48), (48, 70), (230, 420), 600),
    "fuel": (grouped("fuel"), (28, 45), (30, 50), (80, 120), 220),
    "drugstore": (named("CVS Pharmacy", "Walgreens"), (13, 22), (18, 30), (130, 250), 300),
    "ride": (named("Uber", "Lyft"), (14, 20), (18, 26), (80, 130), 200),
    "Amazon": (named("Amazon"), (22, 32), (35, 46), (240, 450), 1_000),
    "flight": (
        np.array(
            [r for r in grouped("travel") if "FLIGHTS" in CATALOG.merchants.category_detailed[r]]
        ),
        (280, 380),
        (320, 450),
        (1_000, 1_600),
        1_800,
    ),
}


@pytest.mark.parametrize("kind", RANGES)
def test_tickets_are_what_people_pay(kind: str) -> None:
    rows, median, mean, rare, most = RANGES[kind]
    amounts = tickets(rows)
    assert median[0] <= np.median(amounts) <= median[1]
    assert mean[0] <= amounts.mean() <= mean[1]
    assert rare[0] <= np.percentile(amounts, 99) <= rare[1]
    assert amounts.max() <= most


def test_tickets_stand_to_one_another_as_they_do() -> None:
    """Tanks over $110 are rare; a warehouse trip is twice Walmart's; Amazon's are small or large."""
    assert (tickets(grouped("fuel")) > 110).mean() <= 0.03
    assert tickets(named("Costco")).mean() >= 2 * tickets(named("Walmart")).mean()
    amazon = tickets(named("Amazon"))
    assert 0.5 <= (amazon < 30).mean() <= 0.6
    assert 0.06 <= (amazon > 100).mean() <= 0.1


def test_a_months_purchases_are_a_households() -> None:
    """Mean $40-50 and median $20-28 over all; by value near the survey, but for what superstores
    sell of everything."""
    groups = CATALOG.spending_groups
    counts = np.rint(groups.purchase_share * 100_000).astype(int)
    drawn = [
        tickets(rows, count) if count else np.zeros(0)
        for rows, count in zip(by_group(CATALOG.merchants), counts.tolist(), strict=True)
    ]
    amounts = np.concatenate(drawn)
    assert 40 <= amounts.mean() <= 50
    assert 20 <= np.median(amounts) <= 28
    assert (
        groups.purchase_share[[groups.index("travel"), groups.index("cash_withdrawal")]].sum() == 0
    )
    planned = groups.purchase_share == 0
    by_value = np.array([part.sum() for part in drawn]) / amounts.sum()
    survey = np.where(planned, 0, groups.annual_cents) / groups.annual_cents[~planned].sum()
    assert np.abs(by_value - survey).max() < 0.07


def test_every_state_has_its_shops() -> None:
    """Several grocers, stations and restaurants to choose from everywhere, local chains among them;
    most of those are known in a few states only."""
    shops = CATALOG.merchants
    everywhere = shops.serves.all(axis=1)
    for name in ("groceries", "fuel", "fast_food", "dining"):
        rows = grouped(name)
        assert shops.serves[rows].sum(axis=0).min() >= 6
        assert shops.serves[rows[~everywhere[rows]]].sum(axis=0).min() >= 1
    of_texas = shops.serves[:, CATALOG.places.state_names.index("TX")]
    for name, serves in (
        ("H-E-B", True),
        ("Publix", False),
        ("Wegmans", False),
        ("Buc-ee's", True),
    ):
        assert of_texas[shops.names.index(name)] == serves
    assert shops.serves[shops.names.index("H-E-B")].sum() == 1


def test_chains_that_closed_have_a_last_day() -> None:
    shops = CATALOG.merchants
    closed = {
        name: str(day) for name, day in zip(shops.names, shops.closed_on, strict=True) if day == day
    }
    assert closed == {
        "Party City": "2025-02-28",
        "JOANN": "2025-05-31",
        "Rite Aid": "2025-09-30",
    }


def test_merchants_are_popular_like_zipf() -> None:
    """Within a group the weights fall with rank at a slope near -1."""
    for rows in by_group(CATALOG.merchants):
        weight = CATALOG.merchants.weight[rows]
        assert (np.diff(weight) <= 0).all()
        if len(rows) >= 8:
            rank = np.arange(1, len(rows) + 1)
            slope = np.polyfit(np.log(rank), np.log(weight), 1)[0]
            assert -1.6 <= slope <= -0.8


A_DAY = (dt.date(2026, 1, 1) - dt.date(1970, 1, 1)).days


def test_subscriptions_can_add_up_to_any_monthly_sum() -> None:
    """3 to 6 distinct services reach every amount from $25 to $160 to within 2 %."""
    services = CATALOG.subscriptions
    plans = services.plans_billed("monthly", "every four weeks")
    prices = services.plans.price_on(plans, A_DAY)
    of_service = services.plans.service[plans]
    limit = 17_000
    reachable = [np.zeros(limit, dtype=bool) for _ in range(7)]
    reachable[0][0] = True
    for service in np.unique(of_service):
        for count in range(6, 0, -1):
            for price in prices[of_service == service].tolist():
                reachable[count][price:] |= reachable[count - 1][: limit - price]
    for count in range(3, 7):
        for dollars in range(25, 161):
            near = reachable[count][int(dollars * 98) : int(dollars * 102) + 1]
            assert near.any(), (count, dollars)


def test_subscriptions_are_subscriptions() -> None:
    """What is billed within the year carries subscription codes; memberships cost $40 or more."""
    services = CATALOG.subscriptions
    for name, billing, code in zip(
        services.names, services.billing, services.category_detailed, strict=True
    ):
        assert categories.is_subscription(code) == (billing != "yearly"), name
    yearly = services.plans_billed("yearly")
    held = {services.names[row] for row in services.plans.service[yearly]}
    assert {"Amazon Prime", "Costco Membership"} <= held
    assert services.plans.price_on(yearly, A_DAY).min() >= 4000


def test_a_price_list_is_read_as_it_stands_in_the_file() -> None:
    """Every entry holds from its day until the next one's, for the plan it is of."""
    services, plans = CATALOG.subscriptions, CATALOG.subscriptions.plans
    with (FOLDER / "subscription_plans.csv").open(encoding="utf-8", newline="") as file:
        entries = list(csv.DictReader(file))
    keys = list(dict.fromkeys((entry["merchant_name"], entry["plan"]) for entry in entries))
    assert [services.names[row] for row in plans.service] == [service for service, _ in keys]
    row_of = {key: row for row, key in enumerate(keys)}
    for entry, next_entry in zip(entries, [*entries[1:], None], strict=True):
        key = (entry["merchant_name"], entry["plan"])
        first = (dt.date.fromisoformat(entry["valid_from"]) - dt.date(1970, 1, 1)).days
        days = [first]
        if next_entry and (next_entry["merchant_name"], next_entry["plan"]) == key:
            days.append(
                (dt.date.fromisoformat(next_entry["valid_from"]) - dt.date(1970, 1, 1)).days - 1
            )
        for day in days:
            cents = plans.price_on(np.array([row_of[key]]), day)
            assert cents.tolist() == [round(float(entry["price_usd"]) * 100)], (key, day)
    on_offer = collections.Counter(plans.service.tolist())
    assert max(on_offer.values()) <= 6


def test_billers_are_bills() -> None:
    """No subscription hides among the bills; heating peaks in winter, cooling in summer."""
    billers = CATALOG.billers
    assert all(categories.is_bill(code) for code in billers.category_detailed)
    peak = {
        kind: int(billers.month_profile[rows[0]].argmax()) for kind, rows in billers.by_kind.items()
    }
    assert peak["gas"] in (11, 0)
    assert peak["electricity"] in (6, 7)
    rent = billers.amount_median_cents[billers.by_kind["rent"]]
    assert 110_000 <= np.median(rent) <= 180_000


def test_products_are_of_invented_banks_with_plausible_rates() -> None:
    """Savings pay, checking hardly does."""
    cards, deposits = CATALOG.card_products, CATALOG.account_products
    checking = deposits.by_subtype["checking"]
    assert deposits.apy_percent[checking].max() < 0.5
    real_banks = ("Chase", "Wells Fargo", "Bank of America", "Citi", "Capital One", "Discover")
    for name in (*cards.official_names, *deposits.official_names):
        assert not any(bank in name for bank in real_banks)


@pytest.mark.parametrize(
    ("column", "read"),
    [
        ("price", lambda sheet: sheet.cents("price")),
        ("share", lambda sheet: sheet.numbers("share", 0, 1)),
        ("name", lambda sheet: sheet.text("name", unique=True)),
        ("profile", lambda sheet: sheet.profiles("profile", 3)),
        ("shares", lambda sheet: sheet.shares("shares", 3)),
        ("states", lambda sheet: sheet.subsets("states", ("NY", "TX"))),
        ("closed_on", lambda sheet: sheet.optional_dates("closed_on")),
        ("site", lambda sheet: sheet.optional_text("site")),
        ("day", lambda sheet: sheet.days("day")),
        ("category_detailed", lambda sheet: sheet.category_codes()),
        ("missing", lambda sheet: sheet.text("missing")),
    ],
)
def test_a_bad_cell_is_named(column: str, read: Callable[[Sheet], object]) -> None:
    """File, line and column are in the message; nothing is read silently."""
    good = {
        "price": "1.50",
        "share": "0.5",
        "name": "A",
        "profile": "0.5;1;1.5",
        "shares": "0.5;0.5;0",
        "states": "TX",
        "closed_on": "2025-02-28",
        "site": "",
        "day": "2025-01-21",
        "source": "judged",
        "category_detailed": "TRAVEL_LODGING",
    }
    bad = {
        "price": "1.505",
        "share": "nan",
        "name": "A",  # twice
        "profile": "1;1;2",
        "shares": "0.5;0.4;0",
        "states": "TX;CA",
        "closed_on": "February",
        "site": "A.COM ",
        "day": "2025-02-30",
        "source": "judged",
        "category_detailed": "TRAVEL_HOTELS",
    }
    sheet = Sheet("things.csv", [good])
    if column != "missing":
        read(sheet)
        sheet.finish()
    sheet = Sheet("things.csv", [good, bad])
    read(sheet)
    with pytest.raises(CatalogError, match=rf"things\.csv line \d: {column} "):
        sheet.finish()


@pytest.mark.parametrize(
    ("site", "share", "remedy"),
    [
        ("A.COM", "1", "must be empty: nothing is sold so"),
        ("", "0.5", "must say how the site's line reads"),
        ("A{store}.COM", "0.5", "may hold no braces"),
    ],
)
def test_a_site_goes_with_what_is_sold_online(site: str, share: str, remedy: str) -> None:
    shop = {"descriptor": "A #{store}", "online_descriptor": site, "in_store_share": share}
    sheet = Sheet("merchants.csv", [shop])
    online_descriptors(sheet, (shop["descriptor"],), np.array([float(share)]))
    with pytest.raises(CatalogError, match=remedy):
        sheet.finish()


def test_a_line_without_a_branch_stands_online_as_well() -> None:
    shops = [{"online_descriptor": site, "source": "judged"} for site in ("", "B.COM")]
    sheet = Sheet("merchants.csv", shops)
    lines = online_descriptors(sheet, ("A", "B {store}"), np.array([0.5, 0.5]))
    sheet.finish()
    assert lines == ("A", "B.COM")
