"""The generator: a configuration in, Arrow tables out, shard by shard or all at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from spendsense_pipeline.controls import (
    DataGenerationConfig,
    OperatorConfig,
    OperatorControls,
    ResolvedConfig,
    as_of_for,
    export_config,
    resolve,
)
from spendsense_pipeline.generation.card_tables import liabilities_table, statements_table
from spendsense_pipeline.generation.catalog import load_catalog, with_custom_merchants
from spendsense_pipeline.generation.household import Household, simulate
from spendsense_pipeline.generation.label_table import labels_for
from spendsense_pipeline.generation.ledger import SHARD_USERS_MAX, settle
from spendsense_pipeline.generation.life_events import events_table
from spendsense_pipeline.generation.loan_tables import loans_table
from spendsense_pipeline.generation.pending_truth import holds_table
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS
from spendsense_pipeline.generation.stream_truth import streams_table
from spendsense_pipeline.generation.tables import (
    accounts_table,
    transactions_table,
    users_table,
)
from spendsense_pipeline.generation.world import make_world
from spendsense_pipeline.settings import Settings, today
from spendsense_pipeline.tables.raw import (
    AS_OF_KEY,
    HISTORY_START_KEY,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_TRANSACTIONS,
    RAW_USERS,
)

SHARD_USERS_MOST = 500
"""Memory is bounded by the shard; larger ones are no faster, their arrays leave the cache."""
SHARD_USER_DAYS = 230_000
"""Of histories longer than about fifteen months fewer people go into a shard: their rows are as
many, and memory stays below 350 MB beside the libraries."""


class GeneratedTables(NamedTuple):
    """The raw tables of a population, in the declared schemas."""

    users: Any
    accounts: Any
    transactions: Any
    liabilities: Any


class Shard(NamedTuple):
    """Everything generated for a stretch of users; strings may be dictionary-encoded."""

    users: Any
    accounts: Any
    transactions: Any
    liabilities: Any
    loans: Any
    card_statements: Any
    stream_truth: Any
    pending_truth: Any
    life_events: Any


def household(resolved: ResolvedConfig, first_user: int, users: int) -> Household:
    """What a stretch of users does, before the clock is read.

    Args:
        resolved: The configuration.
        first_user: Number of the first user.
        users: How many from there on.

    Returns:
        Everything they did and will do up to the horizon, past as_of.

    Raises:
        CatalogError: The configuration's custom merchants contradict the catalog.
    """
    catalog = with_custom_merchants(load_catalog(), resolved.controls.custom_merchants)
    return simulate(make_world(resolved, first_user, users), labels_for(catalog))


def generate_shard(resolved: ResolvedConfig, first_user: int, users: int) -> Shard:
    """The tables of a stretch of users, whoever else there is.

    Args:
        resolved: The configuration.
        first_user: Number of the first user.
        users: How many from there on.

    Returns:
        Arrow tables in the declared columns, cut at as_of.
    """
    ledger = settle(household(resolved, first_user, users))
    return Shard(
        # The largest last: what the others need while they are made is gone by then.
        stream_truth=streams_table(ledger),
        users=users_table(ledger),
        accounts=accounts_table(ledger),
        liabilities=liabilities_table(ledger),
        loans=loans_table(ledger),
        card_statements=statements_table(ledger),
        pending_truth=holds_table(ledger),
        life_events=events_table(ledger.household),
        transactions=transactions_table(ledger),
    )


def shard_users_of(resolved: ResolvedConfig) -> int:
    """How many users are made at once, so that memory stays the same whatever the history.

    Args:
        resolved: The configuration.

    Returns:
        Users of a shard, whole blocks of them.
    """
    days = (resolved.as_of - resolved.history_start).days + 1
    # Whole blocks: of a block that two shards share both would deal all of it.
    blocks = max(1, SHARD_USER_DAYS // days // BLOCK_USERS)
    return min(SHARD_USERS_MOST, blocks * BLOCK_USERS)


def generate(resolved: ResolvedConfig, *, shard_users: int | None = None) -> Iterator[Shard]:
    """The population in stretches; the rows do not depend on the stretches.

    Args:
        resolved: The configuration.
        shard_users: Users of a stretch; memory grows with it. Left out, as many as suit the
            history.

    Yields:
        The tables of one stretch after the other, in order of user.

    Raises:
        ValueError: A stretch has no users, or more than the order of rows has room for.
    """
    at_once = shard_users_of(resolved) if shard_users is None else shard_users
    if not 1 <= at_once <= SHARD_USERS_MAX:
        message = f"shard_users must be between 1 and {SHARD_USERS_MAX}; it is {at_once}"
        raise ValueError(message)
    total = resolved.config.num_users
    for first_user in range(0, total, at_once):
        yield generate_shard(resolved, first_user, min(at_once, total - first_user))


class PersonaSkewedGenerator:
    """Generates the population an operator asks for.

    `config` says how much and over which span, `controls` how people live; without a
    `generation_timestamp` the data ends today.
    """

    def __init__(
        self,
        config: DataGenerationConfig | None = None,
        controls: OperatorControls | None = None,
    ) -> None:
        self.operator_config = OperatorConfig(
            config=config or DataGenerationConfig(), controls=controls or OperatorControls()
        )
        as_of = as_of_for(self.operator_config, today=today(Settings.from_environment()))
        self.resolved = resolve(self.operator_config, as_of=as_of)

    def generate_all(self) -> GeneratedTables:
        """All tables of the whole population, with plain string columns, their day as metadata."""
        shards = list(generate(self.resolved))
        declared = {"users": RAW_USERS, "accounts": RAW_ACCOUNTS}
        declared |= {"transactions": RAW_TRANSACTIONS, "liabilities": RAW_LIABILITIES}
        described = {
            AS_OF_KEY: self.resolved.as_of.isoformat(),
            HISTORY_START_KEY: self.resolved.history_start.isoformat(),
        }
        return GeneratedTables(
            **{
                name: pa.concat_tables(
                    [getattr(shard, name).cast(table.arrow_schema) for shard in shards]
                ).replace_schema_metadata(described)
                for name, table in declared.items()
            }
        )

    def export_config(self, path: str | Path) -> None:
        """Save the configuration this population is made from, to be loaded again."""
        export_config(path, self.operator_config)
