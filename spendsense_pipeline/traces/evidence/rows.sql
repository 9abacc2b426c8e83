-- Posted rows that could be evidence, of the accounts a trace needs them from, and what they count as.
with wanted as (
  select
    user_id,
    bool_or(feature in ('interest_charged_usd', 'minimum_payment_only')) as is_card_wanted,
    bool_or(feature in ('savings_growth_rate', 'savings_net_inflow_monthly_usd')) as is_savings_wanted,
    bool_or(feature in ('cash_flow_buffer_months', 'low_balance_day_share', 'balance_volatility'))
      as is_checking_wanted,
    bool_or(feature in ('total_spend_usd', 'subscription_spend_share')) as is_spending_wanted,
    bool_or(feature = 'median_pay_gap_days') as is_pay_wanted
  from _evidence_needed
  group by user_id
),
accounts as (
  select account.*, wanted.is_pay_wanted and account.is_depository as is_pay_wanted
  from _measured_accounts as account
  join wanted on wanted.user_id = account.user_id
  where (wanted.is_card_wanted and account.is_card)
    or (wanted.is_savings_wanted and account.is_savings)
    or (wanted.is_checking_wanted and account.is_checking)
    or (wanted.is_spending_wanted and account.is_spending)
    or (wanted.is_pay_wanted and account.is_depository)
),
classified as (
  select
    account.user_id,
    account.account_id,
    account.is_savings,
    account.is_checking,
    account.is_card,
    account.is_depository,
    account.is_spending,
    row_.transaction_id,
    row_.date,
    cast(row_.amount * 100 as bigint) as cents,
    coalesce(row_.category_detailed, named.category_detailed, row_.category_primary) as code
  from raw_transactions as row_
  join accounts as account on account.account_id = row_.account_id
  -- as features/posted.sql: only rows without a category cost a look at their name
  left join _named_categories as named
    on named.description_key = case
      when row_.category_detailed is null then concat_ws(
        '|',
        case when row_.amount > 0 then 'out' when account.is_card then 'card in' else 'in' end,
        coalesce(row_.category_detailed, row_.category_primary, ''),
        coalesce(row_.merchant_name, ''),
        row_.name
      )
    end
  where row_.user_id between $first_id and $last_id
    and not row_.pending
    and row_.date <= $as_of
    -- a pay gap may have begun before the longest window
    and (row_.date > $as_of - $longest_window or (account.is_pay_wanted and row_.amount < 0))
)
select
  row_.user_id,
  row_.account_id,
  row_.transaction_id,
  row_.date,
  row_.cents,
  row_.is_savings,
  row_.is_checking,
  case
    when not row_.is_spending then 0
    when row_.cents > 0 then
      case when coalesce(category.is_spend, not starts_with(coalesce(row_.code, ''), 'TRANSFER_')) then row_.cents else 0 end
    when row_.code is null then case when row_.is_card then row_.cents else 0 end
    when coalesce(category.is_refund, not regexp_matches(row_.code, '^(INCOME|TRANSFER|LOAN)_')) then row_.cents
    else 0
  end as spend_cents,
  row_.is_depository and row_.cents < 0 and coalesce(category.is_pay, false) as is_paycheck,
  row_.is_savings and not coalesce(category.is_savings_interest, false) as is_savings_flow,
  row_.is_card and coalesce(category.is_card_interest, false) as is_card_interest,
  row_.is_card and row_.cents < 0 and coalesce(category.is_card_payment, false) as is_card_payment
from classified as row_
left join _category_rules as category on category.code = row_.code
