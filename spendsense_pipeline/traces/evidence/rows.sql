-- Posted rows that could be evidence, of the accounts a trace needs them from, and what they are.
-- A reference names its accounts by its scope; of features proved by ids, each is named here.
with wanted as (
  select
    needed.user_id,
    bool_or(needed.feature in ('interest_charged_usd', 'minimum_payment_only')) as is_card_wanted,
    bool_or(proof.scope = 'savings' or needed.feature = 'savings_net_inflow_monthly_usd')
      as is_savings_wanted,
    bool_or(proof.scope in ('checking', 'primary_checking')) as is_checking_wanted,
    bool_or(proof.scope = 'spending' or needed.feature = 'subscription_spend_share')
      as is_spending_wanted,
    bool_or(needed.feature = 'subscription_spend_share') as is_charge_wanted,
    bool_or(needed.feature = 'median_pay_gap_days') as is_pay_wanted
  from _evidence_needed as needed
  join _proofs as proof on proof.feature = needed.feature
  group by needed.user_id
),
accounts as (
  select
    account.account_no,
    wanted.is_pay_wanted and account.is_depository as is_pay_wanted,
    wanted.is_charge_wanted
  from _measured_accounts as account
  join wanted on wanted.user_id = account.user_id
  where wanted.is_card_wanted and account.is_card
    or wanted.is_savings_wanted and account.is_savings
    or wanted.is_checking_wanted and account.is_checking
    or wanted.is_spending_wanted
    or wanted.is_pay_wanted and account.is_depository
)
select
  row_.user_id,
  row_.account_no,
  -- only of rows that may be named one by one: of the others there are too many to carry it along
  if(
    account.is_charge_wanted
    or account.is_pay_wanted and row_.cents < 0
    or row_.is_savings
    or row_.is_card_interest
    or row_.is_payment_received,
    row_.transaction_id,
    null
  ) as transaction_id,
  row_.date,
  row_.cents,
  row_.is_savings,
  row_.is_checking,
  row_.spend_cents,
  row_.is_savings and not row_.is_savings_interest and move.transaction_id is null
    as is_savings_flow,
  row_.is_card_interest,
  row_.is_payment_received as is_card_payment
from _categorised_rows as row_
join accounts as account on account.account_no = row_.account_no
left join _set_aside_moves as move on move.transaction_id = row_.transaction_id
-- a pay gap may have begun before the longest window
where row_.date > $as_of - $longest_window
  or account.is_pay_wanted and row_.cents < 0
