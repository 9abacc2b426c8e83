"""How each rule feature is proved: by which ids or reference, and how its value follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["transactions", "streams", "accounts", "reference"]
RowsCounted = Literal["all", "spend", "without interest"]
Scope = Literal["primary_checking", "checking", "savings", "spending"]
TOTAL_SPEND = "total_spend_usd"


@dataclass(frozen=True)
class Proof:
    """What stands behind one feature. `days` in `computed_as` is the member of that name."""

    feature: str
    kind: Kind
    computed_as: str
    scope: Scope | None = None
    rows: RowsCounted = "all"
    divides_by_spend: bool = False
    """The value is a ratio to spend: the proof of total_spend_usd belongs to it."""


PROOFS: tuple[Proof, ...] = (
    Proof("max_utilization", "accounts", "balance_current / balance_limit of the account"),
    Proof("interest_charged_usd", "transactions", "sum of amounts"),
    Proof(
        "minimum_payment_only",
        "transactions",
        "on some card every payment is within 5 % of the minimum of the statement it answered, "
        "with more owed",
    ),
    Proof("is_overdue", "accounts", "a due date has passed with its minimum unpaid"),
    Proof(
        "median_pay_gap_days",
        "transactions",
        "median gap between consecutive paydays whose later one is in the window; if there is "
        "none, the longer of the gap still open and the last completed one",
    ),
    Proof(
        "cash_flow_buffer_months",
        "reference",
        "(opening - sum) / (total_spend_usd × 30 / days)",
        scope="checking",
        divides_by_spend=True,
    ),
    Proof(
        "low_balance_day_share",
        "reference",
        "days that close under $100 / days, from the opening balance and the rows",
        scope="primary_checking",
    ),
    Proof(
        "balance_volatility",
        "reference",
        "sample standard deviation / |mean| of the daily closes, from the opening balance and "
        "the rows",
        scope="primary_checking",
    ),
    Proof("subscription_count", "streams", "number of streams"),
    Proof(
        "monthly_subscription_spend_usd",
        "streams",
        "sum of average_amount × 30.44 / cadence_days",
    ),
    Proof(
        "subscription_spend_share",
        "transactions",
        "sum of amounts / total_spend_usd",
        divides_by_spend=True,
    ),
    Proof(
        "savings_growth_rate",
        "reference",
        "-sum / opening",
        scope="savings",
        rows="without interest",
    ),
    Proof("savings_net_inflow_monthly_usd", "transactions", "-(sum of amounts) × 30 / days"),
    Proof("card_count", "accounts", "number of accounts"),
    Proof(TOTAL_SPEND, "reference", "sum", scope="spending", rows="spend"),
)
