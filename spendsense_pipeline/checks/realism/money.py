"""Figures of what people hold: deposits, savings, days with little, fees, ways of paying."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.realism.requested import deposits_band
from spendsense_pipeline.checks.realism.samples import Share
from spendsense_pipeline.checks.realism.wholes import Gini
from spendsense_pipeline.checks.running import CheckRun

if TYPE_CHECKING:
    from spendsense_pipeline.controls import ResolvedConfig

_HALF_YEAR = 5
_SAVED_USD = 5_000


def money(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything about holdings and fees."""
    people = PerPerson(run.file_rows("realism_figures/holdings_of_people.sql"))
    yield from _deposits(people, run.resolved)
    yield from _fees(people)
    yield from _between(people)
    yield from _ways_of_paying(people)
    yield from _savers(run)
    businesses = PerPerson(run.file_rows("realism_figures/businesses.sql"))
    yield RealismFigure(
        "business account, share of its most frequent close (median)",
        businesses.median("most_frequent"),
        Band(None, 0.2),
        sources.JUDGED,
        least_cases=5,
    )


def _deposits(people: PerPerson, resolved: ResolvedConfig) -> Iterator[RealismFigure]:
    yield RealismFigure(
        "personal deposits, USD (median)",
        people.median("deposits_usd"),
        deposits_band(resolved, Band(4_000, 14_000)),
        sources.SCF_DEPOSITS,
        is_asked_otherwise=not resolved.is_natural,
    )
    young = people.where(lambda row: (row["age"] or 0) < 35)
    old = people.where(lambda row: (row["age"] or 0) >= 55)
    yield RealismFigure(
        "personal deposits, 55 and over / under 35 (medians)",
        old.median_over(young, "deposits_usd"),
        Band(1.1, None),
        sources.SCF_BY_AGE,
        least_cases=10,
    )


def _fees(people: PerPerson) -> Iterator[RealismFigure]:
    payers = people.where(lambda row: row["overdraft_fees"] > 0)
    rich = np.array([row["savings_usd"] > _SAVED_USD for row in payers.rows], dtype=np.float64)
    yield RealismFigure(
        f"payers of overdraft fees with over ${_SAVED_USD:,} saved",
        Share(rich, np.ones(len(rich))),
        Band(None, 0.3),
        sources.OVERDRAFT_MEANS,
        least_cases=10,
    )
    yield RealismFigure(
        "overdraft fees, inequality over people (Gini)",
        Gini(people.numbers("overdraft_fees")),
        Band(0.85, None),
        sources.OVERDRAFT_COUNTS,
        least_cases=10,
    )
    is_low = np.array([row["income_tier"] == "low" for row in people.rows], dtype=np.float64)
    has_paid = (people.numbers("overdraft_fees") > 0).astype(np.float64)
    yield RealismFigure(
        "payers of overdraft fees who are in the lowest third of incomes",
        Share(is_low * has_paid, has_paid),
        Band(0.36, None),
        sources.OVERDRAFT_INCOMES,
        least_cases=10,
    )


def _between(people: PerPerson) -> Iterator[RealismFigure]:
    low = people.numbers("low_day_share")
    some = (low >= 0.08) & (low <= 0.38)
    yield RealismFigure(
        "people with 8 to 38 % of days under $100",
        Share(some.astype(np.float64), np.ones(len(low))),
        Band(0.04, None),
        sources.SHED,
        least_cases=50,
    )
    use = people.known("card_use")
    yield RealismFigure(
        "card holders who use 40 to 60 % of their limits",
        Share(((use >= 0.4) & (use <= 0.6)).astype(np.float64), np.ones(len(use))),
        Band(0.03, None),
        sources.EXPERIAN,
        least_cases=50,
    )


def _ways_of_paying(people: PerPerson) -> Iterator[RealismFigure]:
    for name, column, band, source in (
        ("pay or are paid through an app", "has_app_payments", (0.45, 0.95), sources.PEW_APPS),
        ("write a check", "has_checks", (0.15, 0.70), f"{sources.ATLANTA_2024}: 35 % in 30 days"),
        ("pay for another bank's machine", "has_machine_fees", (0.03, 0.60), sources.BANKRATE_ATM),
    ):
        yield RealismFigure(
            f"people who {name}", people.share(column), Band(*band), source, least_months=_HALF_YEAR
        )


def _savers(run: CheckRun) -> Iterator[RealismFigure]:
    savers = PerPerson(run.file_rows("realism_figures/savers.sql"))
    yield RealismFigure(
        "standing orders to savings in whole dollars",
        savers.share("is_whole_dollars"),
        Band(0.6, None),
        f"{sources.JUDGED}: people type them in",
    )
    months = savers.known("months_at_opening")
    middle = float(np.median(months)) if len(months) else 0.0
    alike = np.abs(months - middle) <= 0.03 * abs(middle)
    yield RealismFigure(
        "savers whose opening balance is the usual multiple of their order",
        Share(alike.astype(np.float64), np.ones(len(months))),
        Band(None, 0.25),
        f"{sources.JUDGED}: nobody's balance is a formula",
    )
