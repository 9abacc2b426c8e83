"""`/link/token/create` as Plaid takes it: what an app configures Link with, for every product of
Plaid's. There is no Link here, so that nearly all of it changes nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from spendsense_pipeline.bank.requests import (
    Countries,
    Days,
    Known,
    PlaidRequest,
    Products,
    Text,
    Token,
    Unused,
)


class LinkUser(Known):
    """Whom the app links; nothing of it is kept."""

    client_user_id: Text
    legal_name: Text | None = None
    name: Unused | None = None
    phone_number: Text | None = None
    phone_number_verified_time: dt.datetime | None = None
    email_address: Text | None = None
    email_address_verified_time: dt.datetime | None = None
    ssn: Text | None = None
    date_of_birth: dt.date | None = None
    address: Unused | None = None
    id_number: Unused | None = None


class LinkTransactions(Known):
    """How much history is asked for."""

    days_requested: Days | None = None


class LinkTokenCreate(PlaidRequest):
    """`/link/token/create`."""

    client_name: Text
    language: Text
    country_codes: Countries
    user: LinkUser | None = None
    user_id: Text | None = None
    user_token: Text | None = None
    products: Products | None = None
    required_if_supported_products: Products | None = None
    optional_products: Products | None = None
    additional_consented_products: Products | None = None
    webhook: Text | None = None
    access_token: Token | None = None
    link_customization_name: Text | None = None
    redirect_uri: Text | None = None
    android_package_name: Text | None = None
    appearance_mode: Text | None = None
    institution_data: Unused | None = None
    institution_id: Text | None = None
    account_filters: Unused | None = None
    access_tokens: Annotated[list[Token], Field(max_length=50)] | None = None
    auth: Unused | None = None
    base_report: Unused | None = None
    card_switch: Unused | None = None
    cashflow_report: Unused | None = None
    consumer_report_permissible_purpose: Text | None = None
    cra_enabled: bool | None = None
    cra_options: Unused | None = None
    cra_report_parameter: Unused | None = None
    credit_partner_insights: Unused | None = None
    employment: Unused | None = None
    eu_config: Unused | None = None
    financekit_supported: bool | None = None
    hosted_link: Unused | None = None
    identity: Unused | None = None
    identity_verification: Unused | None = None
    income_verification: Unused | None = None
    investments: Unused | None = None
    investments_auth: Unused | None = None
    payment_configuration: Unused | None = None
    payment_initiation: Unused | None = None
    statements: Unused | None = None
    third_party_user_token: Text | None = None
    transfer: Unused | None = None
    update: Unused | None = None
    transactions: LinkTransactions | None = None
    enable_multi_item_link: bool | None = None
