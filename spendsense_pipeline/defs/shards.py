"""The switch between making a table here, step by step, and taking it from shards that an engine
made (`SPENDSENSE_ENGINE`; docs/scaling.md). The rows are the same.
"""

from __future__ import annotations

from collections.abc import Callable

from spendsense_pipeline.defs.stage import Stage
from spendsense_pipeline.tables.declaration import Table


def make_or_take(work: Stage, tables: tuple[Table, ...], make: Callable[[], object]) -> None:
    """Fill these tables of the warehouse: by `make`, or from the shards if an engine is chosen.

    The first step of a run that asks has the shards made; the others find them.

    Raises:
        SpendSenseError: when the engine cannot be used.
    """
    settings = work.warehouse.settings
    if not settings.engine or work.resolved.is_imported:
        make()
        return
    from spendsense_pipeline.publishing.consent import read_decisions
    from spendsense_pipeline.scaling.engines import Engine
    from spendsense_pipeline.scaling.partitions import make_partitions, remove_others

    made = make_partitions(
        work.resolved,
        settings.shards_dir,
        engine=Engine(settings.engine, address=settings.engine_address),
        decisions=read_decisions(settings),
    )
    remove_others(made)
    for table in tables:
        made.load(work.con, table)
