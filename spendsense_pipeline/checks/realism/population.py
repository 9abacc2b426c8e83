"""All figures of a population, and the checks that judge by them.

Soft by design: a figure outside its band informs, it never blocks. Bands are wide; several come
from secondary sources and are named as such, some are our own judgement and say so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.checks.realism.commitments import commitments, fees_taken_for_bills
from spendsense_pipeline.checks.realism.credit import credit
from spendsense_pipeline.checks.realism.extents import extents
from spendsense_pipeline.checks.realism.figures import RealismFigure
from spendsense_pipeline.checks.realism.money import money
from spendsense_pipeline.checks.realism.pay import pay
from spendsense_pipeline.checks.realism.personas import telling
from spendsense_pipeline.checks.realism.published import budgets, published, recovery
from spendsense_pipeline.checks.realism.shopping import shopping
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls.history import full_months

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

# Irregular pay comes every eight weeks: over a shorter span it is feast or famine.
_BUDGETS_FROM_MONTHS = 4
_BUDGETS_FROM_PEOPLE = 50
_PARTS: Final = (published, shopping, pay, credit, money, commitments, extents)


def realism_figures(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig
) -> list[RealismFigure]:
    """Every figure, for a report; also of streams and personas, where they have been made.

    The check of the raw tables runs before there are any, and says the same whenever it is run.
    """
    run = CheckRun(con, resolved)
    figures = list(_figures(run))
    derived: list[RealismFigure] = []
    if "recurring_streams" in run.tables:
        derived.append(fees_taken_for_bills(run))
    if "persona_assignments" in run.tables:
        derived += telling(run)
        if not resolved.is_natural:
            derived += recovery(run)
    figures += [dataclasses.replace(figure, months=_months(run)) for figure in derived]
    run.close()
    return figures


def population_is_realistic(run: CheckRun) -> Finding:
    """No figure lies outside its band by more than chance."""
    figures = run.remembered("realism", lambda: list(_figures(run)))
    judged = [figure for figure in figures if figure.is_judged]
    outside = [figure for figure in judged if figure.verdict == "outside"]
    share = 1 - len(outside) / len(judged) if judged else None
    bound = f"every figure within its band, or as near as chance explains; {len(judged)} judged"
    if outside:
        bound = f"{bound}; outside: {', '.join(figure.metric for figure in outside)}"
    rows = tuple(figure.row() for figure in outside[:MAX_FAILING_ROWS])
    return Finding(not outside, share, len(outside), rows, bound=bound)


def budgets_are_believable(run: CheckRun) -> Finding:
    """Medians over the population: spend/income 0.8-1.05, rent/income 0.20-0.40."""
    (count,) = run.rows("select count(*) as people from raw_users")
    if _months(run) < _BUDGETS_FROM_MONTHS or count["people"] < _BUDGETS_FROM_PEOPLE:
        return Finding(
            True,
            None,
            skipped=f"medians of budgets need {_BUDGETS_FROM_PEOPLE} people and "
            f"{_BUDGETS_FROM_MONTHS} months",
        )
    figures = [
        dataclasses.replace(figure, least_cases=1)
        for figure in budgets(run)
        if "/" in figure.metric
    ]
    outside = [
        figure.row()
        for figure in figures
        if figure.value is not None and not figure.band.holds(figure.value)
    ]
    return Finding(not outside, figures[0].value, len(outside), tuple(outside))


def _months(run: CheckRun) -> int:
    return full_months(run.resolved.history_start, run.resolved.as_of)


def _figures(run: CheckRun) -> Iterator[RealismFigure]:
    months = _months(run)
    for part in _PARTS:
        for figure in part(run):
            yield dataclasses.replace(figure, months=months)
