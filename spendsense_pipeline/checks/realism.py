"""How like real money the population is: figures with the band public statistics suggest.

Soft by design: a figure outside its band informs, it never blocks. The bands are those of our
scorecard; several come from secondary sources and are named as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.amount_shapes import AmountShapes, amount_shapes, zipf_slope
from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls.history import full_months

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

# Below this many purchases a distribution's shape says nothing.
_SHAPE_FROM_PURCHASES = 5_000
# Irregular pay comes every eight weeks: over a shorter span it is feast or famine.
_BUDGETS_FROM_MONTHS = 4
_BUDGETS_FROM_PEOPLE = 50
# Consumer Expenditure Survey 2023 (BLS, USDL-24-1862): shares of spending, insurance and pensions
# (12.4 %) taken out; clothing is 2.6 %, everything else the remainder.
_EXPENDITURE_SHARES = {
    "housing": 32.9,
    "transport": 17.0,
    "food": 12.9,
    "health": 8.0,
    "entertainment": 4.7,
    "clothing": 2.6,
    "everything else": 9.5,
}
_ATLANTA = "Atlanta Fed, Survey and Diary of Consumer Payment Choice 2023-2024"
_BLS_PAY = "BLS, Current Employment Statistics, length of pay periods 2023 (secondary page)"
_FED_CARDS = "Philadelphia Fed, large-bank credit card data (FR Y-14M) 2024"
_CE = "BLS, Consumer Expenditure Survey 2023"


@dataclass(frozen=True)
class RealismFigure:
    """One figure beside its band; `passed` is empty where there was too little to measure."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    source: str

    @property
    def passed(self) -> bool | None:
        """Whether the value lies in the band, both ends included."""
        if self.value is None:
            return None
        return (self.low is None or self.value >= self.low) and (
            self.high is None or self.value <= self.high
        )

    @property
    def band(self) -> str:
        """The band in words."""
        if self.low is None:
            return f"at most {self.high:g}"
        if self.high is None:
            return f"at least {self.low:g}"
        return f"{self.low:g} to {self.high:g}"

    def row(self) -> dict[str, Any]:
        """The figure as a row of a report."""
        return {
            "metric": self.metric,
            "value": None if self.value is None else round(self.value, 4),
            "band": self.band,
            "passed": self.passed,
            "source": self.source,
        }


def realism_figures(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig
) -> list[RealismFigure]:
    """Every figure of the scorecard, for a report."""
    run = CheckRun(con, resolved)
    figures = list(_figures(run))
    run.close()
    return figures


def population_is_realistic(run: CheckRun) -> Finding:
    """All figures lie in their bands."""
    figures = list(_figures(run))
    judged = [figure for figure in figures if figure.passed is not None]
    outside = [figure.row() for figure in judged if not figure.passed]
    share = 1 - len(outside) / len(judged) if judged else None
    return Finding(not outside, share, len(outside), tuple(outside[:MAX_FAILING_ROWS]))


def budgets_are_believable(run: CheckRun) -> Finding:
    """Medians over the population: spend/income 0.8-1.05, rent/income 0.20-0.40."""
    months = full_months(run.resolved.history_start, run.resolved.as_of)
    (count,) = run.rows("select count(*) as people from raw_users")
    if months < _BUDGETS_FROM_MONTHS or count["people"] < _BUDGETS_FROM_PEOPLE:
        return Finding(
            True,
            None,
            skipped=f"medians of budgets need {_BUDGETS_FROM_PEOPLE} people and "
            f"{_BUDGETS_FROM_MONTHS} months",
        )
    figures = [figure for figure in _budgets(run) if "/" in figure.metric]
    outside = [figure.row() for figure in figures if figure.passed is False]
    return Finding(not outside, figures[0].value, len(outside), tuple(outside))


def _figures(run: CheckRun) -> Iterator[RealismFigure]:
    yield from _volumes(run)
    yield from _amounts(run)
    yield from _budgets(run)
    yield from _expenditure(run)
    yield from _rhythm(run)
    yield from _holdings(run)
    if not run.resolved.is_natural and "persona_assignments" in run.tables:
        for row in run.file_rows("realism_figures/recovery.sql"):
            yield RealismFigure(
                f"people targeted as {row['target_persona']} and assigned it",
                row["recall"],
                0.95,
                None,
                "our own promise",
            )


def _volumes(run: CheckRun) -> Iterator[RealismFigure]:
    (found,) = run.file_rows("realism_figures/volumes.sql")
    yield RealismFigure(
        "transactions per person and month, own transfers aside (median)",
        found["monthly_rows"],
        38,
        55,
        _ATLANTA,
    )
    yield RealismFigure(
        "merchants per person over the history (median)",
        found["merchants_per_person"],
        25,
        60,
        "seven public transaction sets",
    )
    yield RealismFigure(
        "refunds / purchases", found["refund_share"], 0.005, 0.03, "card network practice"
    )
    yield RealismFigure(
        "purchases stored twice", found["repeated_share"], None, 0.005, "bank exports"
    )
    yield RealismFigure(
        "people with an overdraft fee in 180 days",
        found["overdrafting_share"],
        0.06,
        0.15,
        "Fed SHED 2024; CFPB Making Ends Meet 2023",
    )
    yield RealismFigure(
        "purchases ending in .00", found["ending_00_share"], 0.15, 0.30, "depends on the store mix"
    )
    yield RealismFigure(
        "purchases ending in .99", found["ending_99_share"], 0.08, 0.20, "depends on the store mix"
    )


def _amounts(run: CheckRun) -> Iterator[RealismFigure]:
    rows = run.file_rows("realism_figures/amounts.sql")
    shapes: AmountShapes | None = None
    if sum(row["purchases"] for row in rows) >= _SHAPE_FROM_PURCHASES:
        shapes = amount_shapes([row["cents"] for row in rows], [row["purchases"] for row in rows])
    merchants = [row["purchases"] for row in run.file_rows("realism_figures/merchants.sql")]
    payments = "Federal Reserve Payments Study (secondary page)"
    body = "Mizuno et al. 2008; Di Clemente et al. 2018"

    def of(name: str) -> float | None:
        return None if shapes is None else float(getattr(shapes, name))

    yield RealismFigure("purchase amount, mean USD", of("mean_usd"), 45, 95, payments)
    yield RealismFigure("purchase amount, median USD", of("median_usd"), 20, 45, payments)
    yield RealismFigure(
        "distance of amounts to a log-normal (KS)", of("ks_lognormal"), None, 0.10, body
    )
    yield RealismFigure("distance of amounts to a uniform (KS)", of("ks_uniform"), 0.4, None, body)
    yield RealismFigure("standard deviation of log amounts", of("sigma_log"), 0.9, 1.3, body)
    yield RealismFigure(
        "first digits against Benford (mean absolute deviation)",
        of("benford_mad"),
        None,
        0.015,
        "Nigrini, marginal conformity",
    )
    yield RealismFigure(
        "popularity of merchants (Zipf slope)",
        zipf_slope(merchants) if shapes is not None else None,
        -1.6,
        -0.8,
        "Di Clemente et al. 2018",
    )


def _budgets(run: CheckRun) -> Iterator[RealismFigure]:
    (found,) = run.file_rows("realism_figures/budgets.sql")
    yield RealismFigure("spend / income (median)", found["spend_to_income"], 0.8, 1.05, _CE)
    yield RealismFigure("rent / income of renters (median)", found["rent_to_income"], 0.2, 0.4, _CE)
    yield RealismFigure(
        "net income a month, 10th percentile USD", found["income_p10_usd"], 2_000, 4_000, _CE
    )
    yield RealismFigure(
        "net income a month, 90th percentile USD", found["income_p90_usd"], 7_000, 14_000, _CE
    )


def _expenditure(run: CheckRun) -> Iterator[RealismFigure]:
    spent = {
        row["expenditure_group"]: max(row["usd"], 0.0)
        for row in run.file_rows("realism_figures/expenditure.sql")
    }
    yield RealismFigure(
        "distance of spending by group to the survey (Jensen-Shannon)",
        _jensen_shannon(spent, _EXPENDITURE_SHARES) if sum(spent.values()) > 0 else None,
        None,
        0.03,
        _CE,
    )


def _rhythm(run: CheckRun) -> Iterator[RealismFigure]:
    (found,) = run.file_rows("realism_figures/rhythm.sql")
    yield RealismFigure(
        "purchases a day, Friday to Sunday / Monday to Thursday",
        found["weekend_ratio"],
        1.05,
        2.0,
        "UK card data in the press; Sparkov's default weights",
    )
    yield RealismFigure(
        "rows posted a day, weekend / weekday",
        found["weekend_posting_ratio"],
        None,
        0.6,
        "card settlement practice",
    )
    yield RealismFigure(
        "everyday spending a day, 3 days from payday / others (median)",
        found["payday_ratio"],
        1.05,
        1.6,
        "Gelman et al. 2014",
    )


def _holdings(run: CheckRun) -> Iterator[RealismFigure]:
    (found,) = run.file_rows("realism_figures/holdings.sql")
    for name, low, high in (("p50", 0.026, 0.126), ("p75", 0.468, 0.568), ("p90", 0.891, 0.991)):
        yield RealismFigure(
            f"card utilisation, {name}", found[f"utilization_{name}"], low, high, _FED_CARDS
        )
    yield RealismFigure(
        "card users who pay interest",
        found["revolver_share"],
        0.45,
        0.55,
        "Survey of Consumer Finances 2022",
    )
    yield RealismFigure(
        "distance of pay cadences to the survey (total variation)",
        found["cadence_distance"],
        None,
        0.08,
        _BLS_PAY,
    )
    yield RealismFigure(
        "subscriptions per subscriber (mean)",
        found["subscriptions"],
        3,
        5,
        "Bango 2024; Deloitte 2025",
    )
    yield RealismFigure(
        "subscription spend per subscriber, USD a month (mean)",
        found["subscription_usd"],
        45,
        90,
        "Bango 2024; Deloitte 2025",
    )
    yield RealismFigure(
        "subscriptions that ended",
        found["ended_share"],
        0.001,
        0.35,
        "about 2 % end a month (Einav, Klopack, Mahoney, via the press)",
    )


def _jensen_shannon(spent: dict[str, float], wanted: dict[str, float]) -> float:
    """Jensen-Shannon divergence in nats; 0 for equal shares, ln 2 for disjoint ones."""
    import math

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
