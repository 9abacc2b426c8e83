"""The raw tables in Plaid's words: what the generator writes, an import fills and everything reads."""

from __future__ import annotations

from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.tables.declaration import (
    MONEY,
    AnyCount,
    Column,
    ForeignKey,
    LeftOut,
    PipelineTable,
    RowCount,
    Stage,
    Step,
)

INCOME_TIERS = ("low", "middle", "high")
REGIONS = ("Northeast", "Midwest", "South", "West")
GENDERS = ("female", "male", "nonbinary")
HOUSEHOLD_TYPES = ("single", "couple", "family", "single_parent", "shared")
CONSENT_STATUSES = ("granted", "denied", "revoked")
HOLDER_CATEGORIES = ("personal", "business", "unrecognized")
OWNERSHIPS = ("sole", "joint")
PAYMENT_CHANNELS = ("online", "in store", "other")
APR_TYPES = ("purchase_apr", "cash_apr", "balance_transfer_apr", "special")
LIFE_EVENT_KINDS = (
    "birth",
    "car_repair",
    "debt_paid_off",
    "job_loss",
    "medical_bill",
    "move",
    "new_job",
    "raise",
    "retirement",
    "second_income",
    "starts_saving",
    "subscriptions_tidied",
    "windfall",
)
LOAN_KINDS = ("mortgage", "student", "auto", "personal")
INTEREST_CONVENTIONS = ("monthly", "daily")
STREAM_KINDS = ("bill", "subscription", "income", "transfer")

GENERATE = Stage(
    "generate",
    everybody_because="rows are kept as they were made or came; consent decides who is measured",
)
GENERATED = Step("generate", GENERATE, "generate people and transactions")

SOME_ROWS = RowCount("at least one", "select 1", ">=")

AS_OF_KEY, HISTORY_START_KEY = b"spendsense.as_of", b"spendsense.history_start"
"""What generated tables say of themselves in their Arrow schema's metadata: days as 2026-06-30."""

USER_KEY = ForeignKey(("user_id",), "raw_users", ("user_id",))
ACCOUNT_KEY = ForeignKey(("account_id",), "raw_accounts", ("account_id",))

RAW_USERS = PipelineTable(
    "raw_users",
    "One row per person, consenting or not.",
    (
        Column("user_id", "VARCHAR", "Identifier of the person, `user_0000` upwards"),
        Column("name", "VARCHAR", "Made-up full name", nullable=True),
        Column("age", "INTEGER", "Age on history_start", unit="years", nullable=True),
        Column("gender", "VARCHAR", "Gender; no behaviour depends on it", nullable=True, allowed=GENDERS),
        Column("income_tier", "VARCHAR", "Income third of the person", nullable=True, allowed=INCOME_TIERS),
        Column("region", "VARCHAR", "US Census region; no behaviour depends on it", nullable=True, allowed=REGIONS),
        Column("state", "VARCHAR", "US state of the home on history_start, two letters; people move", nullable=True),
        Column("household_type", "VARCHAR", "Household the person lives in", nullable=True, allowed=HOUSEHOLD_TYPES),
        Column("consent_status", "VARCHAR", "Whether the person allows processing; only `granted` is processed past the raw tables", allowed=CONSENT_STATUSES),
        Column("consent_timestamp", "TIMESTAMP", "When consent was last decided", unit="UTC", nullable=True),
        Column("target_persona", "VARCHAR", "Persona the operator asked for; null in a natural population", nullable=True, allowed=PERSONA_KEYS),
        Column("created_at", "TIMESTAMP", "When the person joined, derived from history_start", unit="UTC", nullable=True),
    ),
    primary_key=("user_id",),
    order_by=("user_id",),
    step=GENERATED,
    rows=RowCount("as many as config.num_users asks for", "select value::bigint from operator_controls where section = 'config' and name = 'num_users'"),
    is_import_needed=True,
)

RAW_ACCOUNTS = PipelineTable(
    "raw_accounts",
    "One row per account: checking, savings, credit card or loan.",
    (
        Column("account_id", "VARCHAR", "Identifier of the account"),
        Column("user_id", "VARCHAR", "Person who holds the account"),
        Column("type", "VARCHAR", "Plaid account type, e.g. depository, credit"),
        Column("subtype", "VARCHAR", "Plaid account subtype, e.g. checking, credit card; null where an import did not say one we know", nullable=True),
        Column("name", "VARCHAR", "Short account name", nullable=True),
        Column("official_name", "VARCHAR", "The bank's product name", nullable=True),
        Column("mask", "VARCHAR", "Last four digits, made up", nullable=True),
        Column("holder_category", "VARCHAR", "Personal or business account; business is excluded from features", nullable=True, allowed=HOLDER_CATEGORIES),
        Column("ownership", "VARCHAR", "Held alone or jointly", nullable=True, allowed=OWNERSHIPS),
        Column("balance_current", MONEY, "Posted balance at as_of: money held (depository) or owed (credit and loan, positive = owed); null where an import's bank did not say, and so is what is measured from it", unit="USD", nullable=True),
        Column("balance_available", MONEY, "Current less pending outflows (depository) or limit less owed and pending (credit); null for loans", unit="USD", nullable=True),
        Column("balance_limit", MONEY, "Credit limit; null for depository accounts and loans", unit="USD", nullable=True),
        Column("iso_currency_code", "VARCHAR", "Currency, USD", nullable=True),
        Column("opening_balance", MONEY, "Balance before the first row, in the account's own sign; null for imports that do not know it", unit="USD", nullable=True),
        Column("opened_on", "DATE", "Day the account was opened, derived from history_start", nullable=True),
        Column("institution_id", "VARCHAR", "The bank, credit union or card issuer it is with; null for imports that do not say", nullable=True),
        Column("institution_name", "VARCHAR", "What that is called", nullable=True),
    ),
    primary_key=("account_id",),
    order_by=("user_id", "account_id"),
    foreign_keys=(USER_KEY,),
    step=GENERATED,
    rows=SOME_ROWS,
    is_import_needed=True,
)

_WHO_AND_WHAT = (
    Column("name", "VARCHAR", "Bank's description line"),
    Column("merchant_name", "VARCHAR", "Clean merchant or counterparty name", nullable=True),
    Column("merchant_entity_id", "VARCHAR", "Stable identifier of the merchant", nullable=True),
    Column("payment_channel", "VARCHAR", "How it was made", nullable=True, allowed=PAYMENT_CHANNELS),
    Column("category_primary", "VARCHAR", "Plaid personal finance category (v2), primary", nullable=True),
    Column("category_detailed", "VARCHAR", "Plaid personal finance category (v2), detailed", nullable=True),
)
_TOWN = (
    Column("city", "VARCHAR", "City of an in-store purchase", nullable=True),
    Column("state", "VARCHAR", "State of an in-store purchase", nullable=True),
)

RAW_TRANSACTIONS = PipelineTable(
    "raw_transactions",
    "One row per posted or pending transaction, Plaid's sign: positive = money out of the account.",
    (
        Column("transaction_id", "VARCHAR", "Identifier of the row"),
        Column("account_id", "VARCHAR", "Account the row belongs to"),
        Column("user_id", "VARCHAR", "Holder of that account"),
        Column("date", "DATE", "Settlement date of a posted row; for a pending row the day it happened"),
        Column("authorized_date", "DATE", "Day the transaction happened", nullable=True),
        Column("amount", MONEY, "Positive = money out (purchase, payment made), negative = money in", unit="USD"),
        Column("authorized_amount", MONEY, "What it showed while it was pending, before a tip or in the place of a fuel hold; null if it never was or an import does not say", unit="USD", nullable=True),
        Column("iso_currency_code", "VARCHAR", "Currency, USD", nullable=True),
        *_WHO_AND_WHAT,
        Column("pending", "BOOLEAN", "True until the row posts; pending rows count in no balance and no feature"),
        Column("pending_transaction_id", "VARCHAR", "Id the row had while pending (not a key: that row is gone)", nullable=True, compression="zstd"),
        Column("transfer_id", "VARCHAR", "Joins the two legs of an own-account transfer or card payment", nullable=True),
        *_TOWN,
    ),
    primary_key=("transaction_id",),
    order_by=("user_id", "account_id", "date", "transaction_id"),
    foreign_keys=(ACCOUNT_KEY, USER_KEY),
    step=GENERATED,
    rows=SOME_ROWS,
    is_import_needed=True,
)

RAW_LIABILITIES = PipelineTable(
    "raw_liabilities",
    "One row per credit card: terms, latest statement and payment state at as_of.",
    (
        Column("account_id", "VARCHAR", "Card account"),
        Column("user_id", "VARCHAR", "Holder"),
        Column("apr_percentage", "DECIMAL(5,2)", "Annual percentage rate on revolving balances (0 on a promotional card)", unit="percent", nullable=True),
        Column("apr_type", "VARCHAR", "Plaid APR type", nullable=True, allowed=APR_TYPES),
        Column("minimum_payment_amount", MONEY, "Minimum of the latest statement", unit="USD", nullable=True),
        Column("last_payment_amount", MONEY, "Latest payment, positive; a transaction of that amount exists", unit="USD", nullable=True),
        Column("last_payment_date", "DATE", "Its date", nullable=True),
        Column("last_statement_balance", MONEY, "Balance of the latest statement", unit="USD", nullable=True),
        Column("last_statement_issue_date", "DATE", "Its issue date", nullable=True),
        Column("next_payment_due_date", "DATE", "Due date of the latest statement; stays when it has passed", nullable=True),
        Column("is_overdue", "BOOLEAN", "Some due date up to as_of has passed with its minimum unpaid as of as_of", nullable=True),
    ),
    primary_key=("account_id",),
    order_by=("user_id", "account_id"),
    foreign_keys=(ACCOUNT_KEY, USER_KEY),
    step=GENERATED,
    rows=RowCount("one per card", "select count(*) from raw_accounts where type = 'credit'"),
)

RAW_LOANS = PipelineTable(
    "raw_loans",
    "One row per loan account: its terms, and what has been paid on it at as_of.",
    (
        Column("account_id", "VARCHAR", "Loan account"),
        Column("user_id", "VARCHAR", "Holder"),
        Column("kind", "VARCHAR", "What the loan is for", allowed=LOAN_KINDS),
        Column("origination_date", "DATE", "Day it was made, a month before its first payment was due", nullable=True),
        Column("origination_principal_usd", MONEY, "What was lent", unit="USD", nullable=True),
        Column("interest_rate_percentage", "DECIMAL(6,3)", "Fixed yearly rate", unit="percent", nullable=True),
        Column("interest_convention", "VARCHAR", "monthly: a twelfth of the yearly rate on what is owed when a month's payment is due; daily: by the day on a year of 365, charged with each payment", nullable=True, allowed=INTEREST_CONVENTIONS),
        Column("term_months", "INTEGER", "Months it was lent for", unit="months", nullable=True),
        Column("maturity_date", "DATE", "Day the last payment is due", nullable=True),
        Column("principal_and_interest_usd", MONEY, "The equal payment of a month that pays it off in its term, without what is kept in escrow", unit="USD", nullable=True),
        Column("last_payment_amount_usd", MONEY, "Latest payment, positive; a transaction of that amount exists", unit="USD", nullable=True),
        Column("last_payment_date", "DATE", "Its date", nullable=True),
        Column("next_payment_due_date", "DATE", "Next day after as_of on which a payment is due; null once it is paid off", nullable=True),
        Column("next_monthly_payment_usd", MONEY, "What is due for that month, escrow included, in whatever parts it is paid", unit="USD", nullable=True),
        Column("ytd_interest_paid_usd", MONEY, "Interest paid in as_of's calendar year", unit="USD", nullable=True),
        Column("ytd_principal_paid_usd", MONEY, "Principal paid in as_of's calendar year", unit="USD", nullable=True),
        Column("is_overdue", "BOOLEAN", "A due date has passed without its payment", nullable=True),
        Column("escrow_balance_usd", MONEY, "Held by the servicer for property tax at as_of; null but for mortgages", unit="USD", nullable=True),
        Column("escrow_opening_usd", MONEY, "Held when the history began; null as above", unit="USD", nullable=True),
        Column("escrow_paid_out_usd", MONEY, "Paid out of it since, to the county twice a year; null as above", unit="USD", nullable=True),
    ),
    primary_key=("account_id",),
    order_by=("user_id", "account_id"),
    foreign_keys=(ACCOUNT_KEY, USER_KEY),
    step=GENERATED,
    rows=RowCount("one per loan", "select count(*) from raw_accounts where type = 'loan'"),
)

CARD_STATEMENTS = PipelineTable(
    "card_statements",
    "One row per card and billing cycle closed by as_of.",
    (
        Column("account_id", "VARCHAR", "Card account"),
        Column("statement_id", "VARCHAR", "Identifier of the statement"),
        Column("issued_on", "DATE", "Closing date; rows of that date belong to this statement"),
        Column("due_on", "DATE", "Payment due date, 21 to 25 days later"),
        Column("previous_balance", MONEY, "Balance of the statement before (opening balance for the first)", unit="USD"),
        Column("purchases", MONEY, "Purchases less refunds in the cycle", unit="USD"),
        Column("interest", MONEY, "Interest posted in the cycle", unit="USD"),
        Column("fees", MONEY, "Fees posted in the cycle", unit="USD"),
        Column("payments", MONEY, "Payments received in the cycle, positive", unit="USD"),
        Column("statement_balance", MONEY, "previous_balance + purchases + interest + fees - payments", unit="USD"),
        Column("minimum_payment_amount", MONEY, "max($25, 1 % of balance + interest + fees), capped at the balance", unit="USD"),
    ),
    primary_key=("statement_id",),
    order_by=("account_id", "issued_on"),
    foreign_keys=(ACCOUNT_KEY,),
    step=GENERATED,
    rows=AnyCount("a card whose first cycle is still open has no statement"),
)

STREAM_TRUTH = PipelineTable(
    "stream_truth",
    "One row per recurring stream the generator made; never an input to a feature, only to score detection.",
    (
        Column("stream_key", "VARCHAR", "Identifier of the true stream"),
        Column("user_id", "VARCHAR", "Person"),
        Column("account_id", "VARCHAR", "Account it posts to"),
        Column("kind", "VARCHAR", "What the stream is", allowed=STREAM_KINDS),
        Column("merchant_name", "VARCHAR", "Merchant or counterparty, as in raw_transactions"),
        Column("cadence", "VARCHAR", "weekly, biweekly, semimonthly, monthly, quarterly, semiannual, annual or irregular"),
        Column("started_on", "DATE", "First charge"),
        Column("ended_on", "DATE", "Its last charge, when it was cancelled or another landlord, provider or employer followed; null while it runs at as_of", nullable=True),
        Column("first_amount", MONEY, "Amount of the first charge, positive = money out", unit="USD"),
        Column("last_amount", MONEY, "Amount of the latest charge up to as_of", unit="USD"),
        Column("price_steps", "INTEGER", "How many price changes up to as_of", unit="steps"),
    ),
    primary_key=("stream_key",),
    order_by=("user_id", "stream_key"),
    foreign_keys=(USER_KEY, ACCOUNT_KEY),
    step=GENERATED,
    rows=AnyCount("an import has none, and not everybody has a recurring stream"),
    left_out=(LeftOut("imports", "only the generator knows which streams are true"),),
)

PENDING_TRUTH = PipelineTable(
    "pending_truth",
    "One row per hold that posts nothing: deposits of hotels and rental cars, orders sent twice. With the pending ids and authorized amounts of raw_transactions it tells what was pending on any day: from authorized_date until the day before date, or before vanished_on.",
    (
        Column("pending_transaction_id", "VARCHAR", "Id of the pending row"),
        Column("account_id", "VARCHAR", "Account the money was held on"),
        Column("user_id", "VARCHAR", "Holder of that account"),
        Column("authorized_date", "DATE", "Day it was authorized"),
        Column("authorized_amount", MONEY, "What was held, positive = money out", unit="USD"),
        Column("vanished_on", "DATE", "First day it was no longer pending; null while it is, at as_of", nullable=True),
        *_WHO_AND_WHAT,
        *_TOWN,
    ),
    primary_key=("pending_transaction_id",),
    order_by=("user_id", "authorized_date", "pending_transaction_id"),
    foreign_keys=(ACCOUNT_KEY, USER_KEY),
    step=GENERATED,
    rows=AnyCount("an import has none, and not everybody travels or sends an order twice"),
    left_out=(LeftOut("imports", "only the generator knows which holds will post"),),
)

LIFE_EVENTS = PipelineTable(
    "life_events",
    "One row per event that has happened by as_of and changed how somebody lives; never an input to a feature, only to score detection. Ordinary raises, rents and moves are not in it.",
    (
        Column("event_id", "VARCHAR", "Identifier of the event"),
        Column("user_id", "VARCHAR", "Person it happened to"),
        Column("kind", "VARCHAR", "What happened", allowed=LIFE_EVENT_KINDS),
        Column("happened_on", "DATE", "Day from which the person lives otherwise"),
        Column("ends_on", "DATE", "Day it was over and the person lived as before; null until then, and where what has changed stays so", nullable=True),
        Column("changes", "VARCHAR", "What changed, as a JSON list of objects with the keys what, from and to"),
        Column("persona_before", "VARCHAR", "Persona the person lived by until then", allowed=PERSONA_KEYS),
        Column("persona_after", "VARCHAR", "Persona the person lives by from then on, until ends_on", allowed=PERSONA_KEYS),
    ),
    primary_key=("event_id",),
    order_by=("user_id", "happened_on"),
    foreign_keys=(USER_KEY,),
    step=GENERATED,
    rows=AnyCount("an import has none, and nothing may have happened to anybody yet"),
    left_out=(LeftOut("imports", "only the generator knows what has happened to people"),),
)

GENERATED_TABLES: tuple[PipelineTable, ...] = (
    RAW_USERS,
    RAW_ACCOUNTS,
    RAW_TRANSACTIONS,
    RAW_LIABILITIES,
    RAW_LOANS,
    CARD_STATEMENTS,
    STREAM_TRUTH,
    PENDING_TRUTH,
    LIFE_EVENTS,
)
