"""Makes a preview: the first people of a population, measured and judged by what a run uses.

Left out is what a preview does not show: balances, history, traces, advice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.checks.control_fidelity import control_fidelity
from spendsense_pipeline.checks.population import coverage, persona_mix
from spendsense_pipeline.controls import controls_without_effect
from spendsense_pipeline.features import build_streams_and_features
from spendsense_pipeline.generation.generator import generate_shard
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.preview.database import empty_database
from spendsense_pipeline.preview.lives import sample_lives
from spendsense_pipeline.preview.records import Overlap, Preview, StageSeconds
from spendsense_pipeline.publishing.loading import TableLoader
from spendsense_pipeline.tables.raw import GENERATED_TABLES

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

FIRST_USERS: Final = 100
"""People a preview is about: shares are dealt so that they hold among far fewer already."""


def preview(
    resolved: ResolvedConfig,
    *,
    first_users: int = FIRST_USERS,
    con: duckdb.DuckDBPyConnection | None = None,
) -> Preview:
    """What a configuration would make.

    Person k is the same however many people are asked for, so the first people of a larger
    population are exactly those shown here.

    Args:
        resolved: the configuration, of generated people.
        first_users: at most so many people are made.
        con: an `empty_database` to fill; None: one that is gone afterwards.

    Returns:
        Figures and sample lives, equal to those of a dataset of these people.

    Raises:
        CatalogError: the configuration's custom merchants contradict the catalog.
    """
    begun, cpu_begun = time.perf_counter(), time.process_time()
    asked = resolved.config.num_users
    people = min(asked, first_users)
    stages: list[StageSeconds] = []
    with nullcontext(con) if con else closing(empty_database()) as con:
        with _timed(stages, "generate"):
            shard = generate_shard(resolved, 0, people)
        with _timed(stages, "load"):
            for table, rows in zip(GENERATED_TABLES, shard, strict=True):
                loader = TableLoader(con, table)
                loader.add(rows)
                loader.finish()
        with _timed(stages, "measure"):
            build_streams_and_features(
                con, as_of=resolved.as_of, history_start=resolved.history_start
            )
        with _timed(stages, "judge"):
            assign(con, as_of=resolved.as_of, thresholds=resolved.thresholds)
        with _timed(stages, "compare"):
            controls = tuple(control_fidelity(con, resolved))
        with _timed(stages, "describe"):
            covered = tuple(coverage(con))
            found = Preview(
                as_of=resolved.as_of,
                history_start=resolved.history_start,
                asked_count=asked,
                generated_count=people,
                consenting_count=max(each.people for each in covered),
                mix=tuple(persona_mix(con)),
                coverage=covered,
                overlap=_overlap(con),
                controls=controls,
                lives=sample_lives(con, resolved.thresholds),
                short_histories=tuple(str(each) for each in resolved.short_histories),
                without_effect=tuple(controls_without_effect(resolved)),
                stages=(),
                seconds=0.0,
                cpu_seconds=0.0,
            )
    return replace(
        found,
        stages=tuple(stages),
        seconds=time.perf_counter() - begun,
        cpu_seconds=time.process_time() - cpu_begun,
    )


@contextmanager
def _timed(stages: list[StageSeconds], stage: str) -> Iterator[None]:
    begun = time.process_time()
    yield
    stages.append(StageSeconds(stage, time.process_time() - begun))


def _overlap(con: duckdb.DuckDBPyConnection) -> tuple[Overlap, ...]:
    rows = con.execute(
        "select window_days, count(*), count(*) filter (len(matched_personas) >= 2)"
        " from persona_assignments group by window_days order by window_days"
    ).fetchall()
    return tuple(Overlap(*row) for row in rows)
