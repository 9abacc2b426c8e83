"""The measured tables: balances by day, recurring streams and the features of both windows."""

from typing import Any

import dagster as dg

from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.pictures import feature_distributions
from spendsense_pipeline.defs.shards import make_or_take
from spendsense_pipeline.defs.stage import Stage, stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.consent import apply_decisions, read_decisions
from spendsense_pipeline.tables import tables_in, tables_of
from spendsense_pipeline.tables.features import (
    ACCOUNT_BALANCES,
    FEATURE_TABLES,
    FEATURES_30D,
    FEATURES_180D,
    LONG_WINDOW,
    RECURRING_STREAMS,
    SHORT_WINDOW,
)
from spendsense_pipeline.tables.raw import RAW_USERS

_SOURCES = ("features", "plaid")
# What no import could bring is the generator's own knowledge: never an input to a feature.
RAW_INPUTS = tuple(table.name for table in tables_in("imports"))
FEATURE_INPUTS = (*RAW_INPUTS, RECURRING_STREAMS.name)

# Staged relations take 24 kB a person and are next read when controls are compared: up to here they
# are kept until then, in a third of DuckDB's limit, instead of being made twice.
MOST_PEOPLE_STAGED = 20_000


def _apply_consent(work: Stage) -> None:
    """A decision recorded since the raw tables were made takes effect before measuring."""
    if apply_decisions(work.con, read_decisions(work.warehouse.settings)):
        work.note_written(RAW_USERS)


@dg.asset(
    name=RECURRING_STREAMS.name,
    deps=RAW_INPUTS,
    **asset_options(RECURRING_STREAMS, kinds=("sql",), sources=_SOURCES),
)
def recurring_streams(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Find recurring charges and deposits."""
    from spendsense_pipeline.scaling.ranges import measure_streams

    with stage(warehouse, RECURRING_STREAMS.name, inputs=RAW_INPUTS) as work:
        _apply_consent(work)
        # The raw tables have been checked; measuring needs the memory. No configuration says how
        # many people an import brings, and it has no controls to compare.
        if work.resolved.is_imported or work.resolved.config.num_users > MOST_PEOPLE_STAGED:
            warehouse.drop_staged()
        make_or_take(
            work,
            (RECURRING_STREAMS,),
            lambda: measure_streams(work.con, as_of=work.resolved.as_of),
        )
        return work.result(RECURRING_STREAMS)


@dg.asset(
    name=ACCOUNT_BALANCES.name,
    deps=RAW_INPUTS,
    **asset_options(ACCOUNT_BALANCES, kinds=("sql",), sources=_SOURCES),
)
def account_balances(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Run every account's balance through its days."""
    from spendsense_pipeline.features.balances import build_account_balances, days_kept

    with stage(warehouse, ACCOUNT_BALANCES.name, inputs=RAW_INPUTS) as work:
        _apply_consent(work)
        resolved = work.resolved
        [(people,)] = work.con.execute("select count(*) from raw_users").fetchall()
        days = days_kept(resolved.controls.account_balance_days, int(people))
        make_or_take(
            work,
            (ACCOUNT_BALANCES,),
            lambda: build_account_balances(
                work.con, as_of=resolved.as_of, history_start=resolved.measured_from, days=days
            ),
        )
        return work.result(ACCOUNT_BALANCES)


def _features(warehouse: Warehouse, window_days: int) -> dg.MaterializeResult[Any]:
    from spendsense_pipeline.scaling.ranges import measure_features

    table = FEATURE_TABLES[window_days]
    with stage(warehouse, table.name, inputs=FEATURE_INPUTS) as work:
        _apply_consent(work)
        start = work.resolved.measured_from
        make_or_take(
            work,
            tables_of(table.step),
            lambda: measure_features(
                work.con, as_of=work.resolved.as_of, window_days=window_days, history_start=start
            ),
        )
        work.stop_clock()
        pictures = feature_distributions(work.con, table.name, work.resolved.thresholds)
        return work.result(table, {"distributions": pictures})


@dg.asset(
    name=FEATURES_30D.name,
    deps=FEATURE_INPUTS,
    **asset_options(FEATURES_30D, kinds=("sql",), sources=_SOURCES),
)
def features_30d(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Measure the last 30 days."""
    return _features(warehouse, SHORT_WINDOW)


@dg.asset(
    name=FEATURES_180D.name,
    deps=FEATURE_INPUTS,
    **asset_options(FEATURES_180D, kinds=("sql",), sources=_SOURCES),
)
def features_180d(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Measure the last 180 days."""
    return _features(warehouse, LONG_WINDOW)
