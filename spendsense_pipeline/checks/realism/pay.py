"""Figures of what people live on: paydays, platforms, pensions, employers and how income varies."""

from __future__ import annotations

from collections.abc import Iterator

from spendsense_pipeline.checks.realism import sources
from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.per_person import PerPerson
from spendsense_pipeline.checks.running import CheckRun

_RETIRED_FROM = 67
_YEAR = 12
_LONG = 18


def pay(run: CheckRun) -> Iterator[RealismFigure]:
    """Everything about income."""
    yield from _paydays(run)
    people = PerPerson(run.file_rows("realism_figures/pay.sql"))
    yield from _platforms(people)
    yield from _retired(people)
    yield from _employers(people)
    yield RealismFigure(
        "monthly income, coefficient of variation (median)",
        people.median("income_variation"),
        Band(0.15, 0.45),
        sources.VOLATILITY,
        least_months=5,
    )
    social_security = PerPerson(run.file_rows("realism_figures/social_security.sql"))
    yield RealismFigure(
        "Social Security paid on a day of its rule",
        social_security.share("on_the_day", "payments"),
        Band(0.995, None),
        sources.PAYMENT_DAYS,
    )


def _paydays(run: CheckRun) -> Iterator[RealismFigure]:
    people = PerPerson(run.file_rows("realism_figures/paydays.sql"))
    yield RealismFigure(
        "paydays after a close the account had before another payday, to the cent",
        people.share("repeated", "paydays"),
        Band(None, 0.05),
        sources.JUDGED,
        least_cases=100,
    )
    yield RealismFigure(
        "irregular paydays swept whole to savings the same day",
        people.share("swept_whole", "irregular"),
        Band(None, 0.25),
        sources.JUDGED,
    )


def _platforms(people: PerPerson) -> Iterator[RealismFigure]:
    yield RealismFigure(
        "payouts of gig platforms over $4,000",
        people.share("large_payouts", "payouts"),
        Band(None, 0.02),
        sources.PLATFORMS,
    )
    yield RealismFigure(
        "pay from gig platforms in a month of it, USD (median)",
        people.median("platform_month_usd"),
        Band(600, 1_300),
        sources.PLATFORMS,
        least_cases=10,
    )


def _retired(people: PerPerson) -> Iterator[RealismFigure]:
    retired = people.where(lambda row: (row["age"] or 0) >= _RETIRED_FROM)
    yield RealismFigure(
        f"people of {_RETIRED_FROM} and over with Social Security or a pension",
        retired.share("has_pension"),
        Band(0.75, None),
        sources.SOCIAL_SECURITY,
        least_cases=10,
    )
    yield RealismFigure(
        f"people of {_RETIRED_FROM} and over on a payroll",
        retired.share("has_payroll"),
        Band(None, 0.45),
        sources.PEW_OLDER_WORKERS,
        least_cases=10,
    )


def _employers(people: PerPerson) -> Iterator[RealismFigure]:
    paid = people.where(lambda row: bool(row["is_paid_regularly"]))
    couples = paid.where(
        lambda row: row["household_type"] in ("couple", "family") and (row["age"] or 0) < 60
    )
    yield RealismFigure(
        "couples and families under 60 with two earners",
        couples.share("has_two_at_once"),
        Band(0.25, 0.85),
        sources.TWO_EARNERS,
        least_months=3,
    )
    yield RealismFigure(
        "people paid by a second employer after the first",
        paid.share("has_a_second"),
        Band(0.08, 0.60),
        sources.TENURE,
        least_months=_LONG,
    )
    yield RealismFigure(
        "salaries that changed within the history",
        people.share("changed_salaries", "salaries"),
        Band(0.40, None),
        sources.WAGE_GROWTH,
        least_months=_YEAR,
    )
