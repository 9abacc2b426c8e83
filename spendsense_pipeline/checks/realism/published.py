"""Figures that public statistics know of a population: volumes, amounts, budgets and cadences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from spendsense_pipeline.checks.amount_shapes import AmountShapes, amount_shapes, zipf_slope
from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.realism.requested import CADENCES, cadence_shares, changes
from spendsense_pipeline.checks.realism.samples import Share
from spendsense_pipeline.checks.realism.wholes import Distance, Shape
from spendsense_pipeline.checks.running import CheckRun

# Below this many purchases a distribution's shape says nothing.
_SHAPE_FROM_PURCHASES: Final = 5_000
# Consumer Expenditure Survey 2023 (BLS, USDL-24-1862): shares of spending, insurance and pensions
# (12.4 %) taken out; clothing is 2.6 %, everything else the remainder.
_EXPENDITURE_SHARES: Final = {
    "housing": 32.9,
    "transport": 17.0,
    "food": 12.9,
    "health": 8.0,
    "entertainment": 4.7,
    "clothing": 2.6,
    "everything else": 9.5,
}
_BENFORD = "first digits against Benford (mean absolute deviation)"
_VOLUME = ("avg_transactions_per_month", "transaction_multiplier", "high_spender_probability")


def published(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything that statistics of whole populations say."""
    yield from _volumes(run)
    yield from _amounts(run)
    yield from budgets(run)
    yield from _expenditure(run)
    yield from _rhythm(run)


def _volumes(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/volumes.sql"))
    is_volume_changed = changes(run.resolved, *_VOLUME) and run.resolved.is_natural
    yield RealismFigure(
        "transactions per person and month, own transfers aside (median)",
        people.median("monthly_rows"),
        # Of people who pay for nearly nothing in cash, or for nearly everything.
        Band(15, 90) if is_volume_changed else Band(38, 55),
        sources.ATLANTA_2023,
    )
    yield RealismFigure(
        "merchants per person in 180 days (median)",
        people.median("merchants"),
        Band(25, 60),
        "seven public transaction sets",
        is_asked_otherwise=is_volume_changed,
    )
    yield RealismFigure(
        "refunds / purchases",
        people.ratio("refunds", "purchases"),
        Band(0.005, 0.03),
        "card network practice",
    )
    yield RealismFigure(
        "purchases stored twice",
        people.share("copies", "purchases"),
        Band(None, 0.005),
        "bank exports",
    )
    yield RealismFigure(
        "people with an overdraft fee in 180 days",
        people.share("has_overdraft_fee"),
        Band(0.06, 0.15),
        sources.OVERDRAFTS,
    )


def _amounts(run: CheckRun) -> Iterator[RealismFigure]:
    rows = run.file_rows("realism_figures/amounts.sql")
    purchases = sum(row["purchases"] for row in rows)
    shapes: AmountShapes | None = None
    if purchases >= _SHAPE_FROM_PURCHASES:
        shapes = amount_shapes([row["cents"] for row in rows], [row["purchases"] for row in rows])
    merchants = [row["purchases"] for row in run.file_rows("realism_figures/merchants.sql")]
    payments, body = sources.PAYMENTS_STUDY, sources.AMOUNTS
    for name, attribute, band, source in (
        ("purchase amount, mean USD", "mean_usd", Band(45, 95), payments),
        ("purchase amount, median USD", "median_usd", Band(20, 45), payments),
        ("distance of amounts to a log-normal (KS)", "ks_lognormal", Band(None, 0.10), body),
        ("distance of amounts to a uniform (KS)", "ks_uniform", Band(0.4, None), body),
        ("standard deviation of log amounts", "sigma_log", Band(0.9, 1.3), body),
        (_BENFORD, "benford_mad", Band(None, 0.015), sources.NIGRINI),
    ):
        yield RealismFigure(
            name,
            None if shapes is None else Shape((float(getattr(shapes, attribute)),), purchases),
            band,
            source,
            is_asked_otherwise=attribute == "sigma_log"
            and run.resolved.is_natural
            and changes(run.resolved, "transaction_volatility"),
        )
    slope = None if shapes is None else zipf_slope(merchants)
    yield RealismFigure(
        "popularity of merchants (Zipf slope)",
        None if slope is None else Shape((slope,), purchases),
        Band(-1.6, -0.8),
        sources.ZIPF,
    )


def budgets(run: CheckRun) -> Iterator[RealismFigure]:
    """What people earn, and how much of it they spend."""
    people = PerPerson(run.file_rows("realism_figures/budgets.sql"))
    yield RealismFigure(
        "spend / income (median)", people.median("spend_to_income"), Band(0.8, 1.05), sources.CE
    )
    yield RealismFigure(
        "rent / income of renters (median)",
        people.median("rent_to_income"),
        Band(0.2, 0.4),
        sources.CE,
    )
    yield RealismFigure(
        "net income a month, 10th percentile USD",
        people.quantile("income_usd", 0.1),
        Band(2_000, 4_000),
        sources.CE,
    )
    yield RealismFigure(
        "net income a month, 90th percentile USD",
        people.quantile("income_usd", 0.9),
        Band(7_000, 14_000),
        sources.CE,
    )


def _expenditure(run: CheckRun) -> Iterator[RealismFigure]:
    spent = {
        row["expenditure_group"]: max(row["usd"], 0.0)
        for row in run.file_rows("realism_figures/expenditure.sql")
    }
    (people,) = run.rows("select count(*) as people from raw_users")
    yield RealismFigure(
        "distance of spending by group to the survey (Jensen-Shannon)",
        Shape((jensen_shannon(spent, _EXPENDITURE_SHARES),), people["people"])
        if sum(spent.values()) > 0
        else None,
        Band(None, 0.03),
        sources.CE,
    )


def _rhythm(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/rhythm.sql"))
    yield RealismFigure(
        "everyday spending a day, 3 days from payday / others (median)",
        people.median("payday_ratio"),
        Band(1.05, 1.6),
        sources.GELMAN,
    )
    paid = {
        row["cadence"]: float(row["people"])
        for row in run.file_rows("realism_figures/cadences.sql")
    }
    counts = np.array([paid.get(name, 0.0) for name in CADENCES])
    yield RealismFigure(
        "distance of pay cadences to those asked for (total variation)",
        Distance(counts, cadence_shares(run.resolved)),
        Band(None, 0.08),
        sources.CADENCES,
        is_asked_otherwise=not run.resolved.is_natural,
    )


def recovery(run: CheckRun) -> Iterator[RealismFigure]:
    """How many of those dealt a target are assigned it, where somebody was."""
    for row in run.file_rows("realism_figures/recovery.sql"):
        is_recovered = np.arange(row["people"]) < row["recovered"]
        yield RealismFigure(
            f"people targeted as {row['target_persona']} and assigned it",
            Share(is_recovered.astype(np.float64), np.ones(row["people"])),
            Band(0.95, None),
            sources.OUR_PROMISE,
            least_cases=1,
        )


def jensen_shannon(spent: dict[str, float], wanted: dict[str, float]) -> float:
    """Jensen-Shannon divergence in nats; 0 for equal shares, ln 2 for disjoint ones."""

    def shares(of: dict[str, float]) -> dict[str, float]:
        total = math.fsum(of.values())
        return {group: of.get(group, 0.0) / total for group in wanted}

    p, q = shares(spent), shares(wanted)

    def half(of: dict[str, float]) -> float:
        return math.fsum(
            of[group] * math.log(of[group] / ((p[group] + q[group]) / 2))
            for group in wanted
            if of[group] > 0
        )

    return (half(p) + half(q)) / 2
