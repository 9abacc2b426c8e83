"""The raw tables: shards of generated households streamed into the warehouse."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.pictures import transactions_per_day
from spendsense_pipeline.defs.publish import INPUTS
from spendsense_pipeline.defs.shards import make_or_take
from spendsense_pipeline.defs.stage import Stage, stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.errors import RUN_FAILED
from spendsense_pipeline.publishing.consent import apply_decisions, read_decisions
from spendsense_pipeline.publishing.imported import REPLACE_FIELD, ImportHeldError
from spendsense_pipeline.publishing.loading import TableLoader, clear_tables, made_ahead
from spendsense_pipeline.publishing.provenance import write_provenance
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.declaration import PipelineTable
from spendsense_pipeline.tables.raw import GENERATED, GENERATED_TABLES, RAW_TRANSACTIONS, RAW_USERS

# A run with this tag is not refused for want of room (`spendsense refresh --force`).
FORCE_TAG = "spendsense/force"
_SHARD_FIELD = {table.name: table.name.removeprefix("raw_") for table in GENERATED_TABLES}


def _spec(table: PipelineTable) -> dg.AssetSpec:
    options = asset_options(table, kinds=("numpy",), sources=("generation", "plaid", "controls"))
    return dg.AssetSpec(table.asset, deps=[OPERATOR_CONTROLS.asset], skippable=True, **options)


@dg.multi_asset(
    name=GENERATED.name,
    specs=[_spec(table) for table in GENERATED_TABLES],
    can_subset=True,
)
def raw(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[Any]]:
    """Generate the population and its history, shard by shard, and apply consent decisions."""
    selected = {key.to_user_string() for key in context.selected_asset_keys}
    tables = tuple(table for table in GENERATED_TABLES if table.name in selected)
    with stage(warehouse, GENERATED.name, words="raw tables") as work:
        if work.resolved.is_imported:
            raise ImportHeldError(
                problem="the raw tables are an import, and there is nothing to make them from",
                remedy=(
                    "run the job refresh_from_raw to measure them again, or materialize"
                    f" operator_controls first, with `{REPLACE_FIELD}: true` in its config"
                ),
                exit_code=RUN_FAILED,
            )
        if FORCE_TAG not in context.run.tags:
            _require_capacity(work, begins_anew=_makes_everything(context))
        if _makes_everything(context):
            _begin_anew(work)
        make_or_take(work, tables, lambda: _generate(work, tables))
        if RAW_USERS in tables:
            changed = apply_decisions(work.con, read_decisions(warehouse.settings))
            if changed:
                context.log.info("%d recorded consent decisions changed a status", changed)
        work.stop_clock()
        for table in tables:
            is_transactions = table is RAW_TRANSACTIONS
            pictures = (
                {"transactions per day": transactions_per_day(work.con)} if is_transactions else {}
            )
            yield work.result(table, pictures)


def _makes_everything(context: dg.AssetExecutionContext) -> bool:
    """Whether every table of the warehouse is made anew in this run."""
    made = {key.to_user_string() for key in context.job_def.asset_layer.selected_asset_keys}
    return made.issuperset(INPUTS)


def _begin_anew(work: Stage) -> None:
    """An empty warehouse that knows its operator controls."""
    clear_tables(work.con)
    work.warehouse.note_beginning()
    write_provenance(work.con, work.resolved)
    work.warehouse.record.write_anew(work.con)


def _require_capacity(work: Stage, *, begins_anew: bool) -> None:
    from spendsense_pipeline.reporting.estimate import estimate
    from spendsense_pipeline.scaling.capacity import require_capacity

    expected = estimate(work.resolved)
    require_capacity(expected, work.warehouse.settings, begins_anew=begins_anew)


def _generate(work: Stage, tables: Sequence[PipelineTable]) -> None:
    from spendsense_pipeline.generation import generate

    loaders = {table.name: TableLoader(work.con, table) for table in tables}
    for shard in made_ahead(generate(work.resolved)):
        for name, loader in loaders.items():
            loader.add(getattr(shard, _SHARD_FIELD[name]))
    for loader in loaders.values():
        loader.finish()
