-- Subscriptions as anybody would read them off the statements: one merchant, one account, charged
-- about once a month (or once a year) in a subscription category, at a price that changes at most
-- now and then.
with charge as (
  select
    row.user_id,
    row.account_id,
    row.merchant_name,
    row.date,
    row.amount,
    row.category_detailed
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and row.amount > 0
    and account.holder_category is distinct from 'business'
    and row.category_detailed in (select unnest($subscriptions))
)
select
  user_id,
  account_id,
  merchant_name,
  count(*) as charges,
  max(date) as last_date,
  -- the latest charge is today's price
  arg_max(amount, date)::double as monthly_usd,
  -- late by 1.6 months: cancelled
  max(date) > $as_of - 49 as is_active
from charge
group by user_id, account_id, merchant_name
having count(*) >= 2
  and count(distinct amount) <= 1 + count(*) / 4
  and (max(date) - min(date)) / (count(*) - 1) between 25 and 46
