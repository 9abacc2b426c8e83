"""Requests as Plaid's API version 2020-09-14 takes them, for every endpoint that is served.

A field that Plaid knows and that changes nothing here is taken and left alone; one that Plaid does
not know is an error.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LONGEST_HISTORY_DAYS = 730
MOST_ROWS = 500
MOST_CREATED = 10

Text = Annotated[str, Field(max_length=2_048)]
Token = Annotated[str, Field(min_length=1, max_length=200)]
AccountIds = Annotated[list[Text], Field(max_length=500)]
Countries = Annotated[list[Text], Field(min_length=1, max_length=50)]
Products = Annotated[list[Text], Field(max_length=50)]
Days = Annotated[int, Field(ge=1, le=LONGEST_HISTORY_DAYS)]
Count = Annotated[int, Field(ge=1, le=MOST_ROWS)]
CategoryVersion = Literal["v2"]
Unused = dict[str, Any]
"""Of a product that is not served here."""


class Known(BaseModel):
    """Fields of which none is unknown or of another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PlaidRequest(Known):
    """What every request may carry; the keys may stand in headers instead."""

    client_id: Text | None = None
    secret: Text | None = None


class OfItem(PlaidRequest):
    """A request about an Item."""

    access_token: Token


class AccountsOptions(Known):
    """Which accounts."""

    account_ids: AccountIds | None = None


class OfAccounts(OfItem):
    """A request about accounts of an Item."""

    options: AccountsOptions | None = None

    @property
    def account_ids(self) -> list[str] | None:
        """Those that are asked for; None: all."""
        return None if self.options is None else self.options.account_ids


class BalanceOptions(AccountsOptions):
    """Which accounts, and how old a balance may be; ours are always of the clock's day."""

    min_last_updated_datetime: dt.datetime | None = None


class BalanceGet(OfItem):
    """`/accounts/balance/get`."""

    options: BalanceOptions | None = None

    @property
    def account_ids(self) -> list[str] | None:
        """Those that are asked for; None: all."""
        return None if self.options is None else self.options.account_ids


class InstitutionsOptions(Known):
    """Which institutions, and how much of them."""

    products: Products | None = None
    routing_numbers: list[Text] | None = None
    oauth: bool | None = None
    include_optional_metadata: bool | None = None
    include_auth_metadata: bool | None = None
    include_payment_initiation_metadata: bool | None = None


class InstitutionsGet(PlaidRequest):
    """`/institutions/get`."""

    count: Count
    offset: Annotated[int, Field(ge=0)]
    country_codes: Countries
    options: InstitutionsOptions | None = None


class InstitutionOptions(Known):
    """How much of an institution."""

    include_optional_metadata: bool | None = None
    include_status: bool | None = None
    include_auth_metadata: bool | None = None
    include_payment_initiation_metadata: bool | None = None


class InstitutionsGetById(PlaidRequest):
    """`/institutions/get_by_id`."""

    institution_id: Text
    country_codes: Countries
    options: InstitutionOptions | None = None


class SearchOptions(Known):
    """How much of the institutions that are found."""

    oauth: bool | None = None
    include_optional_metadata: bool | None = None
    include_auth_metadata: bool | None = None
    include_payment_initiation_metadata: bool | None = None
    payment_initiation: Unused | None = None


class InstitutionsSearch(PlaidRequest):
    """`/institutions/search`."""

    query: Text
    country_codes: Countries
    products: Products | None = None
    options: SearchOptions | None = None


class LinkTokenGet(PlaidRequest):
    """`/link/token/get`."""

    link_token: Token


class SandboxTransactions(Known):
    """How much history an Item has: from a day on, or so many days."""

    start_date: dt.date | None = None
    end_date: dt.date | None = None
    days_requested: Days | None = None


class PublicTokenOptions(Known):
    """Whom to link, and where webhooks go."""

    webhook: Text | None = None
    override_username: Text | None = None
    override_password: Text | None = None
    transactions: SandboxTransactions | None = None
    statements: Unused | None = None
    income_verification: Unused | None = None


class PublicTokenCreate(PlaidRequest):
    """`/sandbox/public_token/create`."""

    institution_id: Text
    initial_products: Products
    options: PublicTokenOptions | None = None
    user_token: Text | None = None
    user_id: Text | None = None


class PublicTokenExchange(PlaidRequest):
    """`/item/public_token/exchange`."""

    public_token: Token


class ItemRemove(OfItem):
    """`/item/remove`."""

    reason_code: Text | None = None
    reason_note: Text | None = None


class WebhookUpdate(OfItem):
    """`/item/webhook/update`."""

    webhook: Text | None = None


class TransactionsOptions(Known):
    """Which page of which accounts' transactions, and how much of them."""

    account_ids: AccountIds | None = None
    count: Count | None = None
    offset: Annotated[int, Field(ge=0)] | None = None
    include_original_description: bool | None = None
    include_personal_finance_category: bool | None = None
    include_personal_finance_category_beta: bool | None = None
    include_logo_and_counterparty_beta: bool | None = None
    personal_finance_category_version: CategoryVersion | None = None
    days_requested: Days | None = None


class TransactionsGet(OfItem):
    """`/transactions/get`."""

    start_date: dt.date
    end_date: dt.date
    options: TransactionsOptions | None = None


class SyncOptions(Known):
    """Which account's changes, and how much of them."""

    account_id: Text | None = None
    include_original_description: bool | None = None
    include_personal_finance_category: bool | None = None
    include_logo_and_counterparty_beta: bool | None = None
    personal_finance_category_version: CategoryVersion | None = None
    days_requested: Days | None = None


class TransactionsSync(OfItem):
    """`/transactions/sync`."""

    cursor: Annotated[str, Field(max_length=256)] | None = None
    count: Count | None = None
    options: SyncOptions | None = None


class RecurringOptions(Known):
    """How much of the streams."""

    include_personal_finance_category: bool | None = None
    personal_finance_category_version: CategoryVersion | None = None


class RecurringGet(OfItem):
    """`/transactions/recurring/get`."""

    account_ids: AccountIds | None = None
    options: RecurringOptions | None = None


class CreatedTransaction(Known):
    """A transaction to be added to an Item."""

    date_transacted: dt.date
    date_posted: dt.date
    amount: Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
    description: Annotated[str, Field(min_length=1, max_length=200)]
    iso_currency_code: Literal["USD"] | None = None
    account_id: Text | None = None


class TransactionsCreate(OfItem):
    """`/sandbox/transactions/create`."""

    transactions: Annotated[list[CreatedTransaction], Field(min_length=1, max_length=MOST_CREATED)]


class FireWebhookOptions(Known):
    """What the webhook says."""

    new_transactions: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class FireWebhook(OfItem):
    """`/sandbox/item/fire_webhook`."""

    webhook_code: Text
    webhook_type: Text | None = None
    options: FireWebhookOptions | None = None


class SetError(OfItem):
    """`/sandbox/item/set_error`, ours: an error for an Item, or null to end it."""

    error_code: Text | None


class ClockAdvance(PlaidRequest):
    """`/sandbox/clock/advance`, ours: by so many days, or to a day."""

    days: Annotated[int, Field(ge=1, le=LONGEST_HISTORY_DAYS)] | None = None
    to: dt.date | None = None


class VerificationKeyGet(PlaidRequest):
    """`/webhook_verification_key/get`."""

    key_id: Text
