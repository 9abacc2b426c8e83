"""What a refresh would make, before it makes it: people, transactions, bytes and seconds.

From the published dataset's own density where there is one, scaled by the controls that change
volume; else from figures measured on the default population. An estimate, not a promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.population import history_months
from spendsense_pipeline.controls import HIGH_SPENDER_FACTOR

if TYPE_CHECKING:
    from spendsense_pipeline.controls import ResolvedConfig

# Measured on the default population, 1,000 people and 6 months: rows that are no everyday
# purchase (pay, bills,
# subscriptions, transfers with both legs, card payments, interest), and what a row weighs with
# everything derived.
_FIXED_ROWS_PER_MONTH = 20.0
_BYTES_PER_TRANSACTION = 58.0
_BYTES_EMPTY = 3_000_000
_SECONDS_PER_MILLION_TRANSACTIONS = 35.0
_SECONDS_ANY_RUN = 8.0  # loading Dagster and keeping its books


@dataclass(frozen=True)
class Estimate:
    """What to expect of a run."""

    people: int
    consenting: int
    transactions: int
    bytes: int
    seconds: float


def estimate(resolved: ResolvedConfig) -> Estimate:
    """Expect a run with this configuration to make about this much."""
    config, controls = resolved.config, resolved.controls
    months = max(1, history_months(resolved.history_start, resolved.as_of))
    spenders = 1 + controls.high_spender_probability * (HIGH_SPENDER_FACTOR - 1)
    purchases = config.avg_transactions_per_month * controls.transaction_multiplier * spenders
    transactions = round(config.num_users * months * (purchases + _FIXED_ROWS_PER_MONTH))
    return Estimate(
        people=config.num_users,
        consenting=round(config.num_users * controls.consent_rate),
        transactions=transactions,
        bytes=round(_BYTES_EMPTY + transactions * _BYTES_PER_TRANSACTION),
        seconds=_SECONDS_ANY_RUN + transactions / 1e6 * _SECONDS_PER_MILLION_TRANSACTIONS,
    )
