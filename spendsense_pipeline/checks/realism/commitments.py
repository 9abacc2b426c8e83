"""Figures of what recurs: homes, rents, subscriptions and their prices, and what is a bill."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.realism.requested import changes, subscriptions_band
from spendsense_pipeline.checks.realism.samples import Share
from spendsense_pipeline.checks.realism.wholes import MostKinds, Total
from spendsense_pipeline.checks.running import CheckRun

_YEAR = 12
_LONG = 18
_TWO_YEARLY_CHARGES = 20


def commitments(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything that recurs."""
    yield from _homes(run)
    yield from _subscriptions(run)
    yield from _prices(run)


def fees_taken_for_bills(run: CheckRun) -> RealismFigure:
    """Streams of fees and interest that were taken for bills; needs `recurring_streams`."""
    (streams,) = run.rows("select count(*) as streams from recurring_streams")
    fees = run.file_rows("realism_figures/fee_streams.sql")
    return RealismFigure(
        "bank fees and interest taken for bills",
        Total(len(fees), streams["streams"]),
        Band(None, 0),
        "a fee is not a bill",
    )


def _homes(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/homes.sql"))
    owners = people.where(lambda row: not row["has_rent"])
    outright = np.array([not row["has_mortgage"] for row in owners.rows], dtype=np.float64)
    yield RealismFigure(
        "owners without a mortgage",
        Share(outright, np.ones(len(outright))),
        Band(0.25, 0.50),
        sources.OWNERS,
    )
    yield RealismFigure(
        "rents posted from the 28th to the 5th",
        people.share("at_the_turn", "rents"),
        Band(0.55, 0.97),
        sources.RENT_DAYS,
    )
    yield RealismFigure(
        "rents posted on the first three days of a month",
        people.share("on_the_first", "rents"),
        Band(0.35, 0.90),
        sources.RENT_DAYS,
    )
    yield RealismFigure(
        "rents that changed within the history",
        people.share("changed_rents", "long_rents"),
        Band(0.40, None),
        sources.RENTS,
        least_months=_YEAR,
    )
    yield RealismFigure(
        "people who moved within the history",
        people.share("has_moved"),
        Band(0.02, 0.40),
        sources.MOVERS,
        least_months=_LONG,
    )


def _subscriptions(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/subscriptions.sql"))
    subscribers = people.where(lambda row: row["active"] > 0)
    yield RealismFigure(
        "subscriptions per subscriber (mean)",
        subscribers.ratio("active"),
        subscriptions_band(run.resolved, Band(3, 5)),
        sources.SERVICES,
    )
    is_changed = changes(
        run.resolved,
        "subscription_monthly_spend_range",
        "subscription_count_min",
        "subscription_count_max",
        "light_subscriber_share",
    )
    yield RealismFigure(
        "subscription spend per subscriber, USD a month (mean)",
        subscribers.ratio("monthly_usd"),
        Band(15, 160) if is_changed else Band(45, 90),
        sources.ALL_SERVICES if is_changed else sources.SERVICES,
    )
    yield RealismFigure(
        "subscriptions that ended",
        people.share("ended", "series"),
        Band(0.001, 0.35),
        sources.CHURN,
    )
    few = np.array([row["active"] <= 2 for row in subscribers.rows], dtype=np.float64)
    yield RealismFigure(
        "subscribers with one or two subscriptions",
        Share(few, np.ones(len(few))),
        Band(0.10, 0.70),
        f"{sources.SERVICES}: means of three to five leave many with fewer",
        is_asked_otherwise=changes(run.resolved, "light_subscriber_share"),
    )
    yield RealismFigure(
        "subscribers with one that is paid by the year",
        people.share("has_annual"),
        Band(0.05, 0.90),
        sources.PRIME,
        least_months=_TWO_YEARLY_CHARGES,
    )


def _prices(run: CheckRun) -> Iterator[RealismFigure]:
    rows = run.file_rows("realism_figures/prices.sql")
    yield RealismFigure(
        "prices that one streaming service charges at the end (most)",
        MostKinds(frozenset((row["merchant_name"], row["price"]) for row in rows), len(rows)),
        Band(None, 6),
        sources.PRICE_LISTS,
        least_cases=10,
    )
    rises = PerPerson(run.file_rows("realism_figures/price_rises.sql"))
    yield RealismFigure(
        "price rises of subscriptions that come to all payers at once",
        rises.share("at_once", "rises"),
        Band(0.8, None),
        sources.PRICE_LISTS,
    )
