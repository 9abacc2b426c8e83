"""The summary of a published dataset: how much, who was asked for and who was found, whether it is
as promised, how long it took, and what to do next.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.control_fidelity import ControlFidelity, recorded_fidelity
from spendsense_pipeline.checks.population import coverage, persona_mix
from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.publishing.commands import refresh_command
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.reporting.evaluation import Evaluation, evaluation_now
from spendsense_pipeline.reporting.life_events import Noticing, noticing
from spendsense_pipeline.reporting.past_months import Flows, flows
from spendsense_pipeline.reporting.review_queue import review_queue
from spendsense_pipeline.reporting.runs import (
    CheckResult,
    StageTime,
    check_results,
    stage_times,
)
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spendsense_pipeline.settings import Settings

# Days after which a nightly dataset is no longer last night's.
_STALE_AFTER_DAYS = 2


@dataclass(frozen=True)
class MixRow:
    """One persona: requested beside assigned, shares of consenting people."""

    persona: str
    title: str
    requested: float | None
    assigned_30d: float | None
    assigned_180d: float | None
    people_30d: int
    people_180d: int


@dataclass(frozen=True)
class Summary:
    """Everything `spendsense summary` says.

    What is counted of people past the raw tables is counted of those who consent now.
    """

    dataset_id: str
    as_of: dt.date
    history_start: dt.date
    preset: str | None
    seed: int
    published_at: dt.datetime
    path: Path
    bytes: int
    people: int
    consenting: int
    rows: dict[str, int]
    mix: tuple[MixRow, ...]
    coverage: dict[int, float | None]
    flows: Flows
    life_events: Noticing
    recommendations: dict[str, int]
    evaluation: Evaluation
    control_fidelity: tuple[ControlFidelity, ...]
    checks: tuple[CheckResult, ...]
    checks_left_out: int
    stages: tuple[StageTime, ...]
    notes: tuple[str, ...]

    @property
    def failed_checks(self) -> tuple[CheckResult, ...]:
        """Checks that did not pass, blocking first."""
        failed = (outcome for outcome in self.checks if not outcome.passed)
        return tuple(sorted(failed, key=lambda outcome: not outcome.blocks))


def summarize(
    published: DatasetReader, settings: Settings, *, today: dt.date, check_again: bool = False
) -> Summary:
    """Collect the summary.

    Args:
        published: the dataset.
        settings: where the published file is.
        today: the day it is, to say when a dataset is stale.
        check_again: run every check now instead of reading what the run found.
    """
    from spendsense_pipeline.checks import CHECKS

    con, dataset = published.con, published.dataset
    checks = _checked_again(published) if check_again else check_results(published)
    gone = withdrawn(read_decisions(settings))
    [(people, consenting)] = con.execute(
        "select count(*), count(*) filter (consent_status = 'granted'"
        " and user_id not in (select unnest($gone::varchar[]))) from raw_users",
        {"gone": gone},
    ).fetchall()
    return Summary(
        dataset_id=dataset.dataset_id,
        as_of=dataset.as_of,
        history_start=dataset.history_start,
        preset=dataset.preset,
        seed=dataset.seed,
        published_at=dataset.published_at,
        path=settings.published_path,
        bytes=dataset.path.stat().st_size,
        people=people,
        consenting=consenting,
        rows=row_counts(published),
        mix=mix_of(published, gone=gone),
        coverage={each.window_days: each.share for each in coverage(con, gone=gone)},
        flows=flows(published, gone=gone),
        life_events=noticing(published, gone=gone),
        recommendations=review_queue(published, settings, limit=0).counts,
        evaluation=evaluation_now(published),
        control_fidelity=tuple(recorded_fidelity(con)),
        checks=checks,
        checks_left_out=max(0, len(CHECKS) - len(checks)),
        stages=stage_times(published),
        notes=tuple(notes_on_age(published, today)),
    )


def row_counts(published: DatasetReader) -> dict[str, int]:
    """Rows of every table a summary reports, in the order data flows."""
    names = [table.name for table in tables_in("summary")]
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(published.con.execute(counts).fetchall())


def _checked_again(published: DatasetReader) -> tuple[CheckResult, ...]:
    from spendsense_pipeline.checks import run_all

    return tuple(CheckResult.of(outcome) for outcome in run_all(published.con, published.resolved))


def mix_of(published: DatasetReader, *, gone: Sequence[str] = ()) -> tuple[MixRow, ...]:
    """Every persona, requested beside assigned, in order of the rule book.

    Args:
        published: the dataset.
        gone: people who have taken consent back since, and do not count.
    """
    shares = {(s.persona, s.window_days): s for s in persona_mix(published.con, gone=gone)}
    weights = {str(key.value): w for key, w in published.resolved.target_weights.items()}
    return tuple(
        MixRow(
            persona=persona,
            title=persona_title(persona),
            requested=weights.get(persona, 0.0) if weights else None,
            assigned_30d=shares[persona, SHORT_WINDOW].assigned_share,
            assigned_180d=shares[persona, LONG_WINDOW].assigned_share,
            people_30d=shares[persona, SHORT_WINDOW].assigned_count,
            people_180d=shares[persona, LONG_WINDOW].assigned_count,
        )
        for persona in PERSONA_KEYS
    )


def notes_on_age(published: DatasetReader, today: dt.date) -> list[str]:
    """What to say of a dataset that is not last night's; nothing of one that is.

    Args:
        published: the dataset.
        today: the day it is.
    """
    as_of = published.dataset.as_of
    age = (today - as_of).days
    if age < _STALE_AFTER_DAYS:
        return []
    if published.resolved.is_imported:
        newer = "bring newer rows with `spendsense import`"
        return [f"The imported data is as of {as_of}, {age} days ago: {newer}."]
    command = refresh_command(is_imported=False)
    return [f"The dataset is as of {as_of}, {age} days ago: run `{command}` for today's."]
