-- Per person with subscriptions: how many they have, and whether one of them is paid by the year.
with yearly as (
  -- Two charges of a year and nothing in between.
  select distinct user_id
  from (
    select row.user_id
    from raw_transactions as row
    where row.user_id <= $last_person
      and not row.pending
      and row.amount > 0
      and row.merchant_name is not null
      and not list_contains($not_everyday, row.category_primary)
      and not list_contains($not_everyday_codes, row.category_detailed)
    group by row.user_id, row.account_id, row.merchant_name
    having count(*) = 2
      and max(row.date) - min(row.date) between 355 and 376
      and max(row.amount) <= 1.3 * min(row.amount)
  )
),
read as (
  select
    user_id,
    count(*) filter (is_active) as active,
    sum(monthly_usd) filter (is_active)::double as monthly_usd,
    count(*) as series,
    count(*) filter (not is_active) as ended
  from _checks_subscription_series
  group by user_id
)
select
  read.*,
  yearly.user_id is not null as has_annual
from read
left join yearly on yearly.user_id = read.user_id
order by read.user_id
