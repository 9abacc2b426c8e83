"""Where the rule book draws its lines; the rules themselves are in `personas`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from spendsense_pipeline.controls.field_types import Number, Whole
from spendsense_pipeline.controls.model import OperatorModel


class PersonaThresholds(OperatorModel):
    """One field per line drawn by a persona rule."""

    section: ClassVar[str] = "thresholds"

    high_utilization_max_utilization_share: Annotated[float, Number(0, 2, "fraction of limit")] = (
        Field(0.50, description="High utilization: the fullest card is at or above this.")
    )
    high_utilization_interest_usd: Annotated[float, Number(0, 10_000, "USD")] = Field(
        0.0, description="High utilization: card interest posted in the window is above this."
    )
    variable_income_pay_gap_days: Annotated[float, Number(1, 365, "days")] = Field(
        45.0, description="Variable income: the median gap between paydays is above this."
    )
    variable_income_buffer_months: Annotated[float, Number(0, 24, "months of expenses")] = Field(
        1.0, description="Variable income: checking balances cover less than this."
    )
    cash_flow_stressed_low_balance_day_share: Annotated[float, Number(0, 1, "share of days")] = (
        Field(
            0.20, description="Cash-flow stressed: at least this share of days closes under $100."
        )
    )
    cash_flow_stressed_balance_volatility_ratio: Annotated[
        float, Number(0, 100, "std ÷ mean of daily balance")
    ] = Field(0.15, description="Cash-flow stressed: the daily balance varies at least this much.")
    subscription_heavy_subscription_count: Annotated[int, Whole(1, 50, "subscriptions")] = Field(
        3, description="Subscription heavy: at least this many active subscriptions."
    )
    subscription_heavy_monthly_spend_usd: Annotated[float, Number(0, 10_000, "USD per month")] = (
        Field(50.0, description="Subscription heavy: they cost at least this a month, or …")
    )
    subscription_heavy_spend_share: Annotated[float, Number(0, 1, "share of spend")] = Field(
        0.10, description="Subscription heavy: … they are at least this share of all spending."
    )
    savings_builder_growth_share: Annotated[float, Number(0, 10, "fraction over the window")] = (
        Field(0.02, description="Savings builder: savings grow at least this much, or …")
    )
    savings_builder_net_inflow_monthly_usd: Annotated[
        float, Number(0, 100_000, "USD per month")
    ] = Field(200.0, description="Savings builder: … at least this much is put aside a month.")
    savings_builder_max_utilization_share: Annotated[float, Number(0, 2, "fraction of limit")] = (
        Field(0.30, description="Savings builder: every card is below this (or there is no card).")
    )
