"""Figures of everyday purchases: tickets, cents, days, cards, refunds, places and chains."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.realism.samples import RatioOfRatios, Share
from spendsense_pipeline.checks.realism.wholes import Largest, Total
from spendsense_pipeline.checks.running import CheckRun

_MOST_VISITS = 8


def shopping(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything about everyday purchases."""
    people = PerPerson(run.file_rows("realism_figures/purchases.sql"))
    yield from _tickets(people)
    yield from _cents(people)
    yield from _cards(people)
    yield from _days(people)
    yield from _groceries(people)
    yield from _refunds(run)
    yield from _places(run)
    yield from _care(run)


def _tickets(people: PerPerson) -> Iterator[RealismFigure]:
    for name, column, counted, most, source in (
        ("coffee-shop", "coffee_cents", "coffees", 60, sources.COFFEE),
        ("fast-food", "meal_cents", "meals", 150, sources.FAST_FOOD),
        ("fuel", "fill_cents", "fills", 220, sources.FUEL),
    ):
        cents = people.largest(column)
        usd = None if cents is None else cents / 100
        yield RealismFigure(
            f"largest {name} ticket, USD",
            Largest(usd, int(people.numbers(counted).sum())),
            Band(None, most),
            source,
            least_cases=30,
        )
    for name, total, counted, band, source in (
        ("coffee-shop", "coffees_usd", "coffees", (5.5, 11.5), sources.COFFEE),
        ("fast-food", "meals_usd", "meals", (9.0, 20.0), sources.FAST_FOOD),
        ("fuel", "fills_usd", "fills", (28.0, 52.0), sources.FUEL),
        ("grocery", "baskets_usd", "baskets", (25.0, 85.0), sources.BASKETS),
    ):
        yield RealismFigure(
            f"{name} ticket, USD (mean)", people.ratio(total, counted), Band(*band), source
        )
    yield RealismFigure(
        "fuel tickets over $110",
        people.share("large_fills", "fills"),
        Band(None, 0.03),
        sources.FUEL,
        least_cases=100,
    )


def _cents(people: PerPerson) -> Iterator[RealismFigure]:
    for name, having, of in (
        ("purchases under $1", "under_dollar", "purchases"),
        ("purchases under $1 on cards over half used", "high_use_under_dollar", "high_use"),
        ("purchases under $1 on other cards", "other_card_under_dollar", "other_card"),
    ):
        share = people.share(having, of)
        yield RealismFigure(name, share, Band(None, 0.01), sources.JUDGED, least_cases=200)
    yield RealismFigure(
        "purchases ending in .00",
        people.share("whole_dollars", "purchases"),
        Band(0.15, 0.30),
        "depends on the store mix",
    )
    yield RealismFigure(
        "purchases ending in .99",
        people.share("ninety_nines", "purchases"),
        Band(0.08, 0.20),
        "depends on the store mix",
    )


def _cards(people: PerPerson) -> Iterator[RealismFigure]:
    holders = people.where(lambda row: bool(row["has_card"]))
    yield RealismFigure(
        "card holders' everyday purchases on credit, by number",
        holders.share("on_credit", "purchases"),
        Band(0.30, 0.70),
        sources.DIARY,
        least_cases=200,
    )
    columns = ("credit_cents", "on_credit", "debit_cents", "on_debit")
    yield RealismFigure(
        "mean ticket, credit / debit",
        RatioOfRatios(np.stack([people.numbers(column) for column in columns])),
        Band(1.0, 3.0),
        f"{sources.ATLANTA_2024}: credit dearer than debit",
    )


def _days(people: PerPerson) -> Iterator[RealismFigure]:
    days = np.ones(len(people.rows))

    def ratio(some: str, days_of_some: int, others: str, days_of_others: int) -> RatioOfRatios:
        found = people.numbers(some), people.numbers(others)
        return RatioOfRatios(
            np.stack([found[0], days * days_of_some, found[1], days * days_of_others])
        )

    yield RealismFigure(
        "purchases a day, Friday to Sunday / Monday to Thursday",
        ratio("from_friday", 3, "to_thursday", 4),
        Band(1.05, 2.0),
        sources.WEEKDAYS,
    )
    yield RealismFigure(
        "rows posted a day, weekend / weekday",
        ratio("posted_at_weekends", 2, "posted_on_weekdays", 5),
        Band(None, 0.6),
        "card settlement practice",
    )


def _groceries(people: PerPerson) -> Iterator[RealismFigure]:
    def of(household: str) -> PerPerson:
        return people.where(lambda row: row["household_type"] == household)

    yield RealismFigure(
        "groceries, families / singles (median)",
        of("family").median_over(of("single"), "grocery_cents"),
        Band(1.4, 3.5),
        sources.USDA,
        least_cases=10,
    )


def _refunds(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/refunds.sql"))
    yield RealismFigure(
        "refunds of the whole purchase",
        people.share("in_full", "refunds"),
        Band(0.2, 0.9),
        sources.JUDGED,
    )
    yield RealismFigure(
        "refunds on credit cards",
        people.share("on_credit", "refunds"),
        Band(0.1, 0.9),
        f"as purchases are: {sources.DIARY}",
    )


def _places(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/places.sql"))
    yield RealismFigure(
        "purchases with a city, away from the home city",
        people.share("away", "located"),
        Band(0.01, 0.15),
        sources.TRAVEL,
        least_cases=500,
    )
    yield RealismFigure(
        "flights and hotels beside days elsewhere",
        people.share("followed", "bookings"),
        Band(0.5, None),
        sources.STAYS,
    )
    chains = PerPerson(run.file_rows("realism_figures/chains.sql"))
    yield RealismFigure(
        "purchases at regional chains outside the states they serve",
        chains.share("outside", "regional"),
        Band(None, 0.03),
        sources.FOOTPRINTS,
    )
    yield RealismFigure(
        "purchases at chains that had closed",
        Total(int(chains.numbers("after_closing").sum()), int(people.numbers("located").sum())),
        Band(None, 0),
        sources.CLOSINGS,
    )


def _care(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/care.sql"))
    many = np.array([row["visits"] > _MOST_VISITS for row in people.rows], dtype=np.float64)
    yield RealismFigure(
        f"people and kinds of care with over {_MOST_VISITS} visits in 180 days",
        Share(many, np.ones(len(many))),
        Band(None, 0.02),
        sources.NAMCS,
    )
