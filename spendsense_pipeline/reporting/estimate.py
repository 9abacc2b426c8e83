"""What a refresh would make, before it makes it: people, transactions, bytes and seconds.

From the controls and figures measured on generated populations. An estimate, not a promise; but of
bytes an upper one, for whoever asks wants to know whether they fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.controls import HIGH_SPENDER_FACTOR
from spendsense_pipeline.controls.history import full_months
from spendsense_pipeline.features.balances import days_kept
from spendsense_pipeline.tables import TABLES

if TYPE_CHECKING:
    from spendsense_pipeline.controls import ResolvedConfig

# Measured on the default population, six months: rows that are no everyday purchase (pay, bills,
# subscriptions, transfers and payments of cards and loans with both legs, interest).
_FIXED_ROWS_PER_MONTH = 23.5
# Weekly pay and a dozen subscriptions make up to a seventh more rows than the average household's.
MOST_ROWS = 1.2
# Measured at 100 to 10,000 people and 1 to 24 months, rounded up: what the published file and its
# export to Parquet weigh with everything derived, by transaction and by person.
_BYTES_PER_TRANSACTION = 42
_BYTES_PER_PERSON = 4_500
# A table, however small, takes a block of DuckDB's.
_BYTES_PER_TABLE = 262_144
_EXPORT_BYTES_PER_TRANSACTION = 28
_EXPORT_BYTES_PER_PERSON = 3_000
_EXPORT_BYTES_EMPTY = 440_000
# Measured likewise, rounded up: a day of an account in `account_balances`.
_BYTES_PER_BALANCE = 6
_EXPORT_BYTES_PER_BALANCE = 2.3
_ACCOUNTS_PER_PERSON = 4
_SECONDS_PER_MILLION_TRANSACTIONS = 35.0
_SECONDS_ANY_RUN = 8.0  # loading Dagster and keeping its books


@dataclass(frozen=True)
class Estimate:
    """What to expect of a run.

    Attributes:
        people: how many are generated.
        consenting: how many of them are processed.
        transactions: rows of `raw_transactions`, about.
        bytes: of the published file, at most.
        export_bytes: of its export to Parquet, at most.
        seconds: of one core, about.
    """

    people: int
    consenting: int
    transactions: int
    bytes: int
    export_bytes: int
    seconds: float


def estimate(resolved: ResolvedConfig) -> Estimate:
    """Expect a run with this configuration to make about this much."""
    config, controls = resolved.config, resolved.controls
    months = max(1, full_months(resolved.history_start, resolved.as_of))
    spenders = 1 + controls.high_spender_probability * (HIGH_SPENDER_FACTOR - 1)
    purchases = config.avg_transactions_per_month * controls.transaction_multiplier * spenders
    transactions = round(config.num_users * months * (purchases + _FIXED_ROWS_PER_MONTH))
    balances = config.num_users * _ACCOUNTS_PER_PERSON * _days_of_balances(resolved)
    return Estimate(
        people=config.num_users,
        consenting=round(config.num_users * controls.consent_rate),
        transactions=transactions,
        bytes=round(
            len(TABLES) * _BYTES_PER_TABLE
            + config.num_users * _BYTES_PER_PERSON
            + transactions * MOST_ROWS * _BYTES_PER_TRANSACTION
            + balances * _BYTES_PER_BALANCE
        ),
        export_bytes=round(
            _EXPORT_BYTES_EMPTY
            + config.num_users * _EXPORT_BYTES_PER_PERSON
            + transactions * MOST_ROWS * _EXPORT_BYTES_PER_TRANSACTION
            + balances * _EXPORT_BYTES_PER_BALANCE
        ),
        seconds=_SECONDS_ANY_RUN + transactions / 1e6 * _SECONDS_PER_MILLION_TRANSACTIONS,
    )


def _days_of_balances(resolved: ResolvedConfig) -> int:
    days = (resolved.as_of - resolved.history_start).days + 1
    kept = days_kept(resolved.controls.account_balance_days, resolved.config.num_users)
    return days if kept is None else min(days, kept)
