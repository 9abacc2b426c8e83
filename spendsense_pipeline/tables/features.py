"""The measured tables: every feature and `recurring_streams`.

How a feature is computed stands in the .sql file of its behaviour, in `features/`.
"""

from __future__ import annotations

import dataclasses

from spendsense_pipeline.tables.declaration import (
    MONEY,
    AnyCount,
    Column,
    LeftOut,
    PipelineTable,
    RowCount,
    Stage,
    Step,
)
from spendsense_pipeline.tables.raw import ACCOUNT_KEY, USER_KEY

SHORT_WINDOW = 30
LONG_WINDOW = 180
WINDOWS = (SHORT_WINDOW, LONG_WINDOW)
"""Days that every feature is measured over: the last month, and the last half year."""
LOW_BALANCE_USD = 100
"""A checking account that closes below it has had a low-balance day."""
LEAST_BASE_USD = 1
"""Below it a share or a swing of a balance says nothing: a cent more would double it."""
UTILIZATION_BANDS = {"low": 0.0, "medium": 0.3, "high": 0.5, "critical": 0.8}
"""How much of its limit a card is used -> the share a band begins at; the one before it ends there."""
FREQUENCIES = ("WEEKLY", "BIWEEKLY", "SEMI_MONTHLY", "MONTHLY", "ANNUALLY")
STATUSES = ("MATURE", "EARLY_DETECTION", "TOMBSTONED")
KINDS = ("subscription", "bill", "income", "transfer", "habit")
CATEGORY_SOURCES = ("given", "merchant name", "other leg", "none")
PAY_FREQUENCIES = ("weekly", "biweekly", "semimonthly", "monthly", "irregular")

_T = "raw_transactions"
_A = "raw_accounts"
_FLOWS = (f"{_T}.amount", f"{_T}.date", f"{_T}.category_detailed", f"{_T}.pending")
_STREAMS = ("recurring_streams.kind", "recurring_streams.is_active", "recurring_streams.status")
_BALANCE = (f"{_A}.balance_current", f"{_A}.type", f"{_A}.subtype", f"{_A}.holder_category")
_LIMITS = (*_BALANCE, f"{_A}.balance_limit")
_HISTORY = ("operator_controls.history_start", f"{_T}.date")
_PAYMENTS = (*_FLOWS, "card_statements.minimum_payment_amount", "card_statements.statement_balance", "raw_liabilities.last_payment_amount", "raw_liabilities.minimum_payment_amount")


def _feature(name: str, type_: str, label: str, description: str, unit: str, sources: tuple[str, ...], decimals: int | None = None) -> Column:
    return Column(name, type_, description, unit=unit, label=label, nullable=True, sources=sources, decimals=decimals)


FEATURES: tuple[Column, ...] = (
    _feature("subscription_count", "INTEGER", "Active subscriptions", "Mature subscription streams still running at as_of; the same in both windows; bills and habits are not subscriptions", "count", _STREAMS),
    _feature("monthly_subscription_spend_usd", "DOUBLE", "Subscriptions per month", "Sum over active subscriptions of average amount × 30.44 / nominal days of the cadence", "USD per month", (*_STREAMS, "recurring_streams.average_amount", "recurring_streams.cadence_days"), 2),
    _feature("subscription_spend_share", "DOUBLE", "Subscriptions' share of spend", "Charges of active subscriptions in the window / spend in the window; null without spend", "fraction", (*_STREAMS, "recurring_streams.last_30_days_amount", "recurring_streams.last_180_days_amount", *_FLOWS), 4),
    _feature("recurring_bill_count", "INTEGER", "Active bills", "Mature bill streams still running at as_of: rent, utilities, telecom, insurance, loans, childcare, taxes; a fee is none", "count", _STREAMS),
    _feature("monthly_bills_usd", "DOUBLE", "Bills per month", "Sum over active bills of average amount × 30.44 / nominal days of the cadence", "USD per month", (*_STREAMS, "recurring_streams.average_amount", "recurring_streams.cadence_days"), 2),
    _feature("savings_balance_usd", "DOUBLE", "Savings balance", "Balance at as_of of savings, money market and cash management accounts (neither HSA nor certificate of deposit); null without one, and when one's balance is unknown", "USD", _BALANCE, 2),
    _feature("savings_net_inflow_usd", "DOUBLE", "Put into savings", "Money into savings accounts less money out in the window, without interest and without moves to or from one's own HSA or certificate of deposit; null without a savings account", "USD", (*_FLOWS, *_BALANCE), 2),
    _feature("savings_net_inflow_monthly_usd", "DOUBLE", "Put into savings per month", "savings_net_inflow_usd × 30 / days of the window covered by history", "USD per month", (*_FLOWS, *_BALANCE, *_HISTORY), 2),
    _feature("savings_growth_rate", "DOUBLE", "Savings growth", "Net inflow (interest excluded) / savings balance at the start of the window; null when that start is below $1 or a balance is unknown", "fraction", (*_FLOWS, *_BALANCE), 4),
    _feature("emergency_fund_months", "DOUBLE", "Emergency fund", "Savings balance / monthly expenses; null without a savings account or expenses, or when a balance is unknown", "months", (*_BALANCE, *_FLOWS, *_HISTORY), 2),
    _feature("card_count", "INTEGER", "Credit cards", "Credit cards held, business cards excluded; 0 without one", "count", (f"{_A}.type", f"{_A}.subtype", f"{_A}.holder_category")),
    _feature("max_utilization", "DOUBLE", "Highest card utilisation", "Greatest balance / limit over cards at as_of; null without a card, and null when a card's limit or balance is unknown unless another card is already at 30 %", "fraction", _LIMITS, 4),
    _feature("mean_utilization", "DOUBLE", "Mean card utilisation", "Mean of balance / limit over cards at as_of; null without a card or when a limit or a balance is unknown", "fraction", _LIMITS, 4),
    _feature("utilization_over_30", "BOOLEAN", "A card at 30 % or more", "Some card's balance is at least 30 % of its limit; null without a card, or when an unknown limit or balance leaves it open", "yes/no", _LIMITS),
    _feature("utilization_over_50", "BOOLEAN", "A card at 50 % or more", "Some card's balance is at least 50 % of its limit; null as above", "yes/no", _LIMITS),
    _feature("utilization_over_80", "BOOLEAN", "A card at 80 % or more", "Some card's balance is at least 80 % of its limit; null as above", "yes/no", _LIMITS),
    _feature("interest_charged_usd", "DOUBLE", "Card interest", "Interest posted to cards in the window; null without a card", "USD", _FLOWS, 2),
    _feature("minimum_payment_only", "BOOLEAN", "Pays only the minimum", "Some card has payments in the window and every one is within 5 % of the minimum of the statement it answered while more was owed; null when no statement tells", "yes/no", _PAYMENTS),
    _feature("is_overdue", "BOOLEAN", "Card overdue", "Some card is past a due date with its minimum unpaid at as_of; null without a card or when unknown", "yes/no", ("raw_liabilities.is_overdue",)),
    _feature("paycheck_count", "INTEGER", "Paychecks", "Deposits of everybody's earned income in the window: two on one day are two paychecks and one payday", "count", (*_FLOWS, f"{_A}.type")),
    _feature("median_pay_gap_days", "DOUBLE", "Days between paydays", "Median gap between consecutive paydays of the main earner (most pay in 180 days) whose later one is in the window; if there is none, the larger of the gap still open at as_of and the last completed gap; null before any payday", "days", (*_FLOWS, f"{_A}.type"), 1),
    _feature("pay_frequency", "VARCHAR", "Pay frequency", "Nominal cadence nearest to the main earner's median pay gap, irregular when none is near; null before two paydays", "cadence", (*_FLOWS, f"{_A}.type")),
    _feature("income_monthly_usd", "DOUBLE", "Income per month", "Everybody's paychecks in the window × 30 / days of the window covered by history", "USD per month", (*_FLOWS, *_HISTORY), 2),
    _feature("income_variability", "DOUBLE", "Income variability", "Sample standard deviation / mean of the main earner's paychecks in the window; null below two", "ratio", _FLOWS, 4),
    _feature("benefit_income_monthly_usd", "DOUBLE", "Benefits per month", "Social Security, pensions, unemployment, disability and veterans' benefits in the window × 30 / days of the window covered by history; not pay", "USD per month", (*_FLOWS, *_HISTORY), 2),
    _feature("cash_flow_buffer_months", "DOUBLE", "Cash buffer", "Balance of all personal checking accounts at as_of / monthly expenses (savings are not in it); null without a checking account or expenses, and when one's balance is unknown", "months", (*_BALANCE, *_FLOWS, *_HISTORY), 2),
    _feature("low_balance_day_share", "DOUBLE", "Days under $100", "Share of the window's days on which the primary checking account closed below $100; null when its balance is unknown, as are the three that follow", "fraction", (*_FLOWS, *_BALANCE), 4),
    _feature("balance_volatility", "DOUBLE", "Balance volatility", "Sample standard deviation / |mean| of the primary checking account's daily closing balance; null when |mean| is below $1", "ratio", (*_FLOWS, *_BALANCE), 4),
    _feature("min_balance_usd", "DOUBLE", "Lowest balance", "Lowest daily closing balance of the primary checking account in the window", "USD", (*_FLOWS, *_BALANCE), 2),
    _feature("mean_balance_usd", "DOUBLE", "Mean balance", "Mean daily closing balance of the primary checking account in the window", "USD", (*_FLOWS, *_BALANCE), 2),
    _feature("transaction_count", "INTEGER", "Transactions", "Posted rows in the window on personal accounts, loans and investments left out", "count", (f"{_T}.date", f"{_T}.pending")),
    _feature("total_spend_usd", "DOUBLE", "Spend", "Outflows on depository and card accounts less refunds; transfers (cash withdrawals excepted) and card payments are not spend, interest and fees are", "USD", _FLOWS, 2),
    _feature("monthly_expenses_usd", "DOUBLE", "Expenses per month", "total_spend_usd × 30 / days of the window covered by history", "USD per month", (*_FLOWS, *_HISTORY), 2),
    _feature("history_days", "INTEGER", "History", "Days from history_start (imports: the first posted row) to as_of, both included; may exceed the window", "days", _HISTORY),
    _feature("detected_behaviours", "INTEGER", "Behaviours with data", "How many of subscriptions, savings, credit, income and cash flow have rows in the window", "count", (*_FLOWS, *_STREAMS)),
    _feature("inferred_category_share", "DOUBLE", "Categories read from names", "Share of the window's rows that came without a category and were judged by their merchant or description; null without rows", "fraction", (f"{_T}.category_detailed", f"{_T}.name", f"{_T}.merchant_name"), 4),
)

_KEYS: tuple[Column, ...] = (
    Column("user_id", "VARCHAR", "Consenting person"),
    Column("as_of", "DATE", "Day the features are measured on"),
    Column("window_days", "INTEGER", "Length of the window (as_of − window_days, as_of]", unit="days"),
)
MEASURE = Stage("measure")
_CONSENTING = "from raw_users where consent_status = 'granted'"
ONE_PER_PERSON = RowCount("one per consenting person", f"select count(*) {_CONSENTING}")
ONE_PER_PERSON_AND_WINDOW = RowCount("one per consenting person and window", f"select {len(WINDOWS)} * count(*) {_CONSENTING}")


def _features_table(window_days: int) -> PipelineTable:
    return PipelineTable(
        f"features_{window_days}d",
        f"What each consenting person's last {window_days} days show, one row per person; null means no data.",
        (*_KEYS, *(dataclasses.replace(c, allowed=PAY_FREQUENCIES) if c.name == "pay_frequency" else c for c in FEATURES)),
        primary_key=("user_id",),
        order_by=("user_id",),
        foreign_keys=(USER_KEY,),
        step=Step(f"features_{window_days}d", MEASURE, f"measure {window_days} days"),
        rows=ONE_PER_PERSON,
    )


def _unrounded(table: PipelineTable) -> PipelineTable:
    """The twin of a feature table that keeps every digit; the rule book reads this one."""
    return dataclasses.replace(
        table,
        name=f"_features_unrounded_{table.name.removeprefix('features_')}",
        description=f"{table.name} before rounding; not published.",
        asset_name=table.name,
        left_out=(
            LeftOut("checks", f"made with {table.name}, whose rows are its own, rounded"),
            LeftOut("dataset", "what is printed and compared is rounded as declared"),
        ),
    )


FEATURE_TABLES = {window: _features_table(window) for window in WINDOWS}
FEATURES_30D, FEATURES_180D = FEATURE_TABLES[30], FEATURE_TABLES[180]
UNROUNDED_FEATURES = {window: _unrounded(table) for window, table in FEATURE_TABLES.items()}
FEATURES_BY_NAME = {column.name: column for column in FEATURES}

RECURRING_STREAMS = PipelineTable(
    "recurring_streams",
    "One row per series of charges or deposits that repeat, with Plaid's field names and our kind.",
    (
        Column("stream_id", "VARCHAR", "Content hash of user, account, merchant, kind, direction, cadence and rank among alike"),
        Column("user_id", "VARCHAR", "Consenting person"),
        Column("account_id", "VARCHAR", "Account of the latest charge"),
        Column("as_of", "DATE", "Day the stream is judged on"),
        Column("merchant_name", "VARCHAR", "Merchant or counterparty, from the latest charge; read off the description when missing"),
        Column("description", "VARCHAR", "Bank's description line of the latest charge"),
        Column("category_primary", "VARCHAR", "Plaid primary category of the latest charge, or as read from the name", nullable=True),
        Column("category_detailed", "VARCHAR", "Plaid detailed category of the latest charge, or as read from the name", nullable=True),
        Column("category_source", "VARCHAR", "Where the category comes from: the data, the merchant's name, the other leg of a card payment, or nowhere", allowed=CATEGORY_SOURCES),
        Column("kind", "VARCHAR", "What the stream is; only `subscription` counts as one", allowed=KINDS),
        Column("frequency", "VARCHAR", "Cadence in Plaid's words", allowed=FREQUENCIES),
        Column("cadence_days", "DOUBLE", "Nominal days of the cadence: 7, 14, 15.22, 30.44 or 365.25", unit="days"),
        Column("status", "VARCHAR", "MATURE: at least 3 in 130 days (annual: 2 in 400); EARLY_DETECTION: 2; TOMBSTONED: 2 and then none when expected", allowed=STATUSES),
        Column("is_active", "BOOLEAN", "The last charge is at most 1.6 cadences before as_of"),
        Column("charge_count", "INTEGER", "Number of transaction_ids", unit="count"),
        Column("average_amount", MONEY, "Mean of the charges in the 130 days to as_of (annual: of both), Plaid's sign", unit="USD", decimals=2),
        Column("last_amount", MONEY, "Latest charge, Plaid's sign", unit="USD", decimals=2),
        Column("monthly_amount", "DOUBLE", "average_amount × 30.44 / cadence_days", unit="USD per month"),
        Column("first_date", "DATE", "First charge in the 400 days to as_of"),
        Column("last_date", "DATE", "Latest charge"),
        Column("predicted_next_date", "DATE", "Next expected charge after as_of; null when the stream has stopped", nullable=True),
        Column("transaction_ids", "VARCHAR[]", "Charges in the 400 days to as_of, oldest first", sources=("raw_transactions.transaction_id",)),
        Column("transaction_dates", "DATE[]", "Their dates", sources=("raw_transactions.date",)),
        Column("last_30_days_amount", MONEY, "Sum of its charges in the 30 days to as_of, Plaid's sign", unit="USD", decimals=2, sources=("raw_transactions.amount",)),
        Column("last_180_days_amount", MONEY, "Sum of its charges in the 180 days to as_of, Plaid's sign", unit="USD", decimals=2, sources=("raw_transactions.amount",)),
    ),
    primary_key=("stream_id",),
    order_by=("user_id", "stream_id"),
    foreign_keys=(USER_KEY, ACCOUNT_KEY),
    step=Step("recurring_streams", MEASURE, "find recurring streams"),
    rows=AnyCount("it holds what is found"),
)

ACCOUNT_BALANCES = PipelineTable(
    "account_balances",
    "One row per bank, card or loan account of a consenting person and day: what it held or owed when the day ended, by its posted rows. From the first day of the history (of an import: the account's first row) to as_of, as far back as account_balance_days says.",
    (
        Column("account_id", "VARCHAR", "The account"),
        Column("date", "DATE", "The day"),
        Column("balance_usd", MONEY, "Posted balance at its end: money held (depository) or owed (credit and loan, positive = owed)", unit="USD", sources=("raw_accounts.balance_current", "raw_transactions.amount")),
    ),
    primary_key=("account_id", "date"),
    order_by=("account_id", "date"),
    foreign_keys=(ACCOUNT_KEY,),
    step=Step("account_balances", MEASURE, "run balances through every day"),
    rows=AnyCount("none where account_balance_days is 0, or an import's balances are unknown"),
)

MEASURED_TABLES: tuple[PipelineTable, ...] = (ACCOUNT_BALANCES, RECURRING_STREAMS, *FEATURE_TABLES.values(), *UNROUNDED_FEATURES.values())
