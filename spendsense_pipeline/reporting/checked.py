"""What the checks found, asset by asset and counted, the guardrails of advice apart; and the
figures of realism.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.reporting.runs import CheckResult, check_results
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.advice import RECOMMENDATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spendsense_pipeline.checks.realism import RealismFigure
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader


@dataclass(frozen=True)
class Counts:
    """How many checks came out how; each check is in one of them."""

    passed: int
    warned: int
    blocking: int
    skipped: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.warned + self.blocking + self.skipped


@dataclass(frozen=True)
class CheckedAsset:
    """The checks of one asset; what failed first, what blocks before what warns."""

    asset: str
    stage: str
    counts: Counts
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class Checked:
    """Everything the checks found of a dataset.

    Attributes:
        counts: of all, guardrails included.
        assets: in the order data flows, guardrails left out.
        guardrails: of advice, in the order they are declared.
        guardrail_counts: of these.
    """

    counts: Counts
    assets: tuple[CheckedAsset, ...]
    guardrails: tuple[CheckResult, ...]
    guardrail_counts: Counts


@dataclass(frozen=True)
class RealismRow:
    """A figure of realism beside its band, as far as it can be judged.

    Attributes:
        metric: what is measured.
        value: what it came to; None where it is not judged.
        low: lower end of the 99 % interval.
        high: its upper end.
        band: where the figure should lie, in words.
        cases: what it rests on.
        verdict: in words, with what is missing for one.
        misses: whether it lies outside by more than chance explains.
        source: where the band is from.
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    band: str
    cases: int
    verdict: str
    misses: bool
    source: str


def checked(published: DatasetReader) -> Checked:
    """What the checks found, as it was published.

    Args:
        published: the dataset.
    """
    return grouped(check_results(published))


def grouped(results: Iterable[CheckResult]) -> Checked:
    """Results by asset, guardrails apart.

    Args:
        results: in the order data flows.
    """
    everything = tuple(results)
    names = _guardrail_names()
    guarding = [each for each in everything if _is_guardrail(each, names)]
    others = [each for each in everything if not _is_guardrail(each, names)]
    stages = {table.asset: table.stage.name for table in TABLES}
    return Checked(
        counts=counted(everything),
        assets=tuple(
            _asset(asset, stages.get(asset, ""), tuple(results))
            for asset, results in itertools.groupby(others, key=lambda each: each.asset)
        ),
        guardrails=tuple(sorted(guarding, key=lambda each: names.index(each.name))),
        guardrail_counts=counted(guarding),
    )


def counted(results: Iterable[CheckResult]) -> Counts:
    """How many came out how.

    Args:
        results: any.
    """
    everything = tuple(results)
    skipped = sum(each.skipped for each in everything)
    blocking = sum(each.blocks for each in everything)
    failed = sum(not each.passed for each in everything)
    return Counts(
        passed=len(everything) - skipped - failed,
        warned=failed - blocking,
        blocking=blocking,
        skipped=skipped,
    )


def realism_now(published: DatasetReader) -> tuple[RealismRow, ...]:
    """Every figure of realism, measured anew on the published rows; what misses comes first.

    It takes seconds: a page asks for it when somebody wants it.

    Args:
        published: the dataset.
    """
    from spendsense_pipeline.checks.realism import realism_figures

    figures = realism_figures(published.con, published.resolved)
    return tuple(sorted(map(_realism, figures), key=lambda row: not row.misses))


def _realism(figure: RealismFigure) -> RealismRow:
    low, high = figure.interval or (None, None)
    return RealismRow(
        metric=figure.metric,
        value=figure.value,
        low=low,
        high=high,
        band=str(figure.band),
        cases=figure.cases,
        verdict=figure.said,
        misses=figure.verdict == "outside",
        source=figure.source,
    )


def _guardrail_names() -> list[str]:
    from spendsense_pipeline.recommendations.guardrails import GUARDRAILS, REACH

    return [guardrail.name for guardrail in (*GUARDRAILS, REACH)]


def _is_guardrail(result: CheckResult, names: list[str]) -> bool:
    return result.asset == RECOMMENDATIONS.asset and result.name in names


def _asset(asset: str, stage: str, results: tuple[CheckResult, ...]) -> CheckedAsset:
    in_order = sorted(results, key=lambda each: (each.passed, not each.blocks, each.skipped))
    return CheckedAsset(asset, stage, counted(results), tuple(in_order))
