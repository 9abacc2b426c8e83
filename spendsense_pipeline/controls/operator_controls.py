"""The controls: what an operator may ask of the population, each with its bounds, its default and
how its effect is measured. What contradicts what is in `feasibility`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field

from spendsense_pipeline.controls import feasibility, requested
from spendsense_pipeline.controls.comparison import (
    BETWEEN,
    FLOOR,
    SCALE,
    SHARE_OF_DOLLARS,
    Measured,
)
from spendsense_pipeline.controls.content import REVIEW_POLICIES, ContentCatalogue
from spendsense_pipeline.controls.errors import Contradiction
from spendsense_pipeline.controls.feasibility import HEAVY_FROM
from spendsense_pipeline.controls.field_types import Choice, Number, Range, Whole
from spendsense_pipeline.controls.groups import Begins
from spendsense_pipeline.controls.history import MAX_MONTHS
from spendsense_pipeline.controls.merchants import EVERYDAY_SPENDING, CustomMerchant, Merchants
from spendsense_pipeline.controls.over_preset import OverPreset
from spendsense_pipeline.controls.personas import Personas, PersonaShares, PersonaTarget
from spendsense_pipeline.controls.shares import Distribution
from spendsense_pipeline.tables.features import PAY_FREQUENCIES, UTILIZATION_BANDS
from spendsense_pipeline.tables.raw import LIFE_EVENT_KINDS, REGIONS

NOT_OF_THE_WORLD = (
    "persona_history_months",
    "account_balance_days",
    "review_policy",
    "content_catalog",
)
"""Controls of what is kept and what people are told: nobody lives otherwise, whatever they are."""
ACCOUNT_COUNTS = ("2", "3", "4")
AMOUNT_DISTRIBUTIONS = ("lognormal", "gamma", "normal")
_USERS, _HOT_CARDS = "share of users", "share of high and critical cards"

Shares: TypeAlias = dict[str, float]
Pair: TypeAlias = tuple[float, float]


class OperatorControls(OverPreset):
    """How the generated people live."""

    section: ClassVar[str] = "controls"

    target_personas: Annotated[list[PersonaTarget], Personas(), Begins("Personas")] = Field(
        [], description="Personas to skew the population to; none: a natural population."
    )
    persona_weights: Annotated[
        dict[PersonaTarget, float] | None,
        PersonaShares("share of consenting users"),
        Measured("share of consenting users per target", requested=requested.weights),
    ] = Field(
        None,
        description="Share per target; the keys must be the targets (or stand in for them when "
        "target_personas is left out). Default: equal.",
    )
    credit_utilization_distribution: Annotated[
        Shares,
        Distribution(tuple(UTILIZATION_BANDS), "share of cards"),
        Measured("cards by utilization at as_of"),
        Begins("Cards"),
    ] = Field(
        {"low": 0.40, "medium": 0.35, "high": 0.20, "critical": 0.05},
        description="Share of cards used below {1} % of the limit, {1}-{2} %, {2}-{3} %, {3} % and "
        "more.".format(*(f"{share:.0%}"[:-1] for share in UTILIZATION_BANDS.values())),
    )
    overdue_probability: Annotated[
        float, Number(0, 1, _HOT_CARDS), Measured("high and critical cards that are overdue")
    ] = Field(
        0.15,
        description="High and critical cards that are a payment behind on any night: their "
        "holders catch up and fall behind again. Disjoint from min_payment_only_probability, so "
        "the two sum to at most 1.",
    )
    min_payment_only_probability: Annotated[
        float,
        Number(0, 1, _HOT_CARDS),
        Measured("high and critical cards that pay the minimum only"),
    ] = Field(0.25, description="High and critical cards that are paid the minimum only.")
    payroll_pattern_distribution: Annotated[
        Shares,
        Distribution(PAY_FREQUENCIES, "share of people with earned pay"),
        Measured("people with earned pay by cadence of their main earner"),
        Begins("Pay"),
    ] = Field(
        {"weekly": 0.15, "biweekly": 0.30, "semimonthly": 0.0, "monthly": 0.25, "irregular": 0.30},
        description="Share of people with earned pay by cadence of their main earner; irregular "
        "households go more than 45 days without pay.",
    )
    irregular_income_volatility: Annotated[
        float,
        Number(0, 1, "0 = constant, 1 = highly variable"),
        Measured("standard deviation ÷ mean of irregular paychecks (increases)", SCALE),
    ] = Field(
        0.5, description="How much irregular paychecks and the 56-day gaps between them vary."
    )
    subscription_adoption_rate: Annotated[
        float,
        Number(0, 1, _USERS),
        Measured("users with at least 1 active subscription"),
        Begins("Subscriptions"),
    ] = Field(0.60, description="Users who have subscriptions.")
    light_subscriber_share: Annotated[
        float, Number(0, 1, "share of subscribers"), Measured("subscribers with 1 or 2")
    ] = Field(
        0.25,
        description="Subscribers who have 1 or 2 subscriptions charged monthly or oftener; the "
        "others are heavy. Yearly memberships come on top and make nobody a subscriber. With a "
        f"subscription_count_min below {HEAVY_FROM} there are none.",
    )
    subscription_count_min: Annotated[
        int,
        Whole(1, 10, "subscriptions"),
        Measured("fewest subscriptions of a heavy subscriber", requested.BUT_ONE),
    ] = Field(3, description="Fewest subscriptions of a heavy subscriber.")
    subscription_count_max: Annotated[
        int,
        Whole(1, 15, "subscriptions"),
        Measured("most subscriptions of a heavy subscriber", requested.AT_MOST),
    ] = Field(6, description="Most subscriptions of a heavy subscriber.")
    subscription_monthly_spend_range: Annotated[
        Pair,
        Range(1, 1_000, "USD per month"),
        Measured("monthly subscription spend of heavy subscribers", BETWEEN),
    ] = Field(
        (30.0, 150.0),
        description="What a heavy subscriber's subscriptions cost together, at list prices.",
    )
    savings_adoption_rate: Annotated[
        float,
        Number(0, 1, _USERS),
        Measured("users with at least 2 transfers to savings in 30 days"),
        Begins("Savings"),
    ] = Field(0.40, description="Users with a weekly or biweekly standing order to their savings.")
    savings_transfer_range: Annotated[
        Pair, Range(1, 5_000, "USD per month"), Measured("monthly transfer of savers", BETWEEN)
    ] = Field((100.0, 400.0), description="What a saver puts aside a month.")
    savings_growth_target_pct: Annotated[
        float,
        Number(0.1, 100, "percent over 6 months"),
        Measured("median over savers of inflow ÷ opening balance", requested.GROWTH),
    ] = Field(
        5.0,
        description="Growth over six months that savers aim at; each saver's opening balance is "
        "spread around 6 × monthly transfer ÷ target.",
    )
    accounts_per_user_distribution: Annotated[
        Shares,
        Distribution(ACCOUNT_COUNTS, _USERS),
        Measured("users by number of accounts"),
        Begins("Accounts"),
    ] = Field(
        {"2": 0.25, "3": 0.50, "4": 0.25},
        description="Share of users with 2 accounts (checking and savings), 3 (and a card), 4 "
        "(and two cards). Left out, it follows credit_card_probability.",
    )
    credit_card_probability: Annotated[
        float, Number(0, 1, _USERS), Measured("users with a card", FLOOR)
    ] = Field(
        0.75,
        description="Users with at least one card: a floor for the 3- and 4-account shares. "
        "Left out, it follows accounts_per_user_distribution.",
    )
    high_spender_probability: Annotated[
        float,
        Number(0, 1, _USERS),
        Measured(f"users with {requested.HIGH_SPENDER_FACTOR:g} × purchases"),
        Begins("Purchases"),
    ] = Field(
        0.30,
        description=f"Users who make {requested.HIGH_SPENDER_FACTOR:g} times as many purchases.",
    )
    transaction_volatility: Annotated[
        float,
        Number(0, 1, "0 = even, 1 = widely spread"),
        Measured("standard deviation of the logarithm of purchase amounts (increases)", SCALE),
    ] = Field(0.3, description="Spread of purchase amounts.")
    transaction_multiplier: Annotated[
        float,
        Number(0.5, 3, "×"),
        Measured("everyday purchases per user and month", requested.VOLUME, requested.purchases),
    ] = Field(1.0, description="Multiplies the number of everyday purchases.")
    consent_rate: Annotated[
        float, Number(0, 1, _USERS), Measured("users who consented"), Begins("Consent and hardship")
    ] = Field(
        0.90, description="Users who consented; the others are generated and never processed."
    )
    cash_flow_stress_rate: Annotated[
        float,
        Number(0, 1, _USERS),
        Measured("users living paycheck to paycheck", requested=requested.if_natural),
    ] = Field(0.12, description="Natural population: users who live paycheck to paycheck.")
    life_event_rate: Annotated[
        float,
        Number(0, 1, "events per person and year"),
        Measured("people with an event per person and year", requested=requested.if_dealt),
        Begins("Events and overlap"),
    ] = Field(
        0.15,
        description="Natural people to whom something happens within a year that changes how they "
        "live; people with a target only when it is given.",
    )
    life_event_weights: Annotated[
        Shares | None,
        Distribution(LIFE_EVENT_KINDS, "weight among the kinds of events"),
        Measured(
            "events of the kinds that have a weight",
            requested.ALL,
            requested=requested.all_if_weighed,
        ),
    ] = Field(
        None,
        description="How often each kind of event happens to those it may happen to; one left out "
        "does not. Default: as often as it does (docs/life-events.md).",
    )
    overlap_rate: Annotated[
        float | None,
        Number(0, 1, "share of targeted users whose target has a lower-ranked persona"),
        Measured("users matching at least 2 personas"),
    ] = Field(
        None,
        description="Targeted users who also show a persona ranked lower. Default: whatever the "
        "other controls cause.",
    )
    custom_merchants: Annotated[
        tuple[CustomMerchant, ...],
        Merchants(),
        Measured(
            "share of purchases at these merchants in their categories",
            requested.ALL,
            requested=requested.all_if_any,
        ),
        Begins("Merchants"),
    ] = Field(
        (),
        description="Merchants of your own, inline or as the path of a CSV or JSON file; in a "
        "category with custom merchants people shop only at those.",
    )
    category_spending_ratios: Annotated[
        Shares,
        Distribution(tuple(EVERYDAY_SPENDING), "share of everyday spending"),
        Measured("share of everyday purchase dollars by category", SHARE_OF_DOLLARS),
    ] = Field(
        EVERYDAY_SPENDING,
        description="What everyday spending goes to; a category left out gets none.",
    )
    joint_account_rate: Annotated[
        float,
        Number(0, 1, _USERS),
        Measured("users whose checking account is joint"),
        Begins("Account holders"),
    ] = Field(0.15, description="Users who hold their checking account jointly.")
    business_account_rate: Annotated[
        float, Number(0, 1, _USERS), Measured("users with a business checking account")
    ] = Field(
        0.05,
        description="Users with a business checking account on top of their personal accounts; "
        "business accounts are in no feature.",
    )
    amount_distribution: Annotated[
        Literal["lognormal", "gamma", "normal"],
        Choice(AMOUNT_DISTRIBUTIONS),
        Measured(
            "skewness of the logarithm of purchase amounts (lognormal > gamma > normal)", SCALE
        ),
        Begins("Amounts, seasons, places"),
    ] = Field("lognormal", description="Shape of purchase amounts around a category's prices.")
    seasonality: Annotated[
        float,
        Number(0, 1, "0 = every month alike, 1 = strongest"),
        Measured(
            "everyday spending of November and December ÷ the other months (increases)", SCALE
        ),
    ] = Field(0.3, description="How strongly everyday spending follows the seasons.")
    region_distribution: Annotated[
        Shares, Distribution(REGIONS, _USERS), Measured("users by census region")
    ] = Field(
        # Census Bureau, resident population 2023.
        {"Northeast": 0.17, "Midwest": 0.21, "South": 0.39, "West": 0.23},
        description="Where users live, and shop in person.",
    )
    persona_history_months: Annotated[
        int | None, Whole(0, MAX_MONTHS, "months"), Begins("What is kept")
    ] = Field(
        None,
        description="Latest months' ends at which personas are judged for persona_history; "
        "default: all up to a thousand people, none beyond.",
    )
    account_balance_days: Annotated[int | None, Whole(0, 730, "days")] = Field(
        None,
        description="Latest days whose end-of-day balances are kept in account_balances; "
        "default: all up to a thousand people, 35 beyond.",
    )
    review_policy: Annotated[
        Literal["required", "automatic"], Choice(REVIEW_POLICIES), Begins("Advice")
    ] = Field(
        "required",
        description="Whether a recommendation is shown only once a named operator has approved it, "
        "or without anybody's word.",
    )
    content_catalog: Annotated[dict[str, Any] | None, ContentCatalogue()] = Field(
        None,
        description="Items to recommend in the place of ours or beside them, inline or as the path "
        "of a YAML or JSON file. Default: ours (docs/recommendations.md).",
    )

    @property
    def is_natural(self) -> bool:
        """Whether no persona is targeted."""
        return not self.target_personas

    @property
    def deals_events(self) -> bool:
        """Whether events happen: to people with a target only when they are asked for."""
        return self.is_natural or "life_event_rate" in self.model_fields_set

    @property
    def normalized_weights(self) -> dict[PersonaTarget, float]:
        """The share of each targeted persona, in order of priority; empty if natural."""
        if self.persona_weights:
            return dict(self.persona_weights)
        return {persona: 1 / len(self.target_personas) for persona in self.target_personas}

    def fill_in(self) -> None:
        """Let what was left out of a pair follow the one that was given."""
        if self.persona_weights == {} and not self.target_personas:
            # No weights are no targets, said so that every saved form can hold it: in all of them
            # null means "not given", and this does override a preset's targets.
            self.__dict__["persona_weights"] = None
            self.__pydantic_fields_set__.discard("persona_weights")
            self.__pydantic_fields_set__.add("target_personas")
        self.__dict__.update(feasibility.followers(self))

    def followers(self) -> dict[str, Any]:
        """Of each pair the one that was left out."""
        return feasibility.followers(self)

    def contradictions(self) -> list[Contradiction]:
        """The impossible combinations among these controls."""
        return feasibility.contradictions(self)
