-- Amounts and counts: what adopters, savers and shoppers do, each as control and value.
with adopter as (
  select user_id, count(*) as subscriptions, sum(monthly_usd order by monthly_usd) as monthly_usd
  from _checks_subscription_series
  where is_active and user_id in (select user_id from _checks_undisturbed)
  group by user_id
),
heavy as (
  select * from adopter
  where subscriptions > $most_of_light
),
saver as (
  select
    user_id,
    transferred_usd * $days_per_month / ($as_of - $history_start + 1) as monthly_usd,
    -- scaled to six months, as the control is
    transferred_usd
    / nullif(opening_usd, 0)
    * $days_per_half_year
    / ($as_of - $history_start + 1) as growth
  from _checks_saving
  where transfers_in_30_days >= 2 and user_id in (select user_id from _checks_undisturbed)
),
shopper as (
  select
    person.user_id,
    count(purchase.cents) * $days_per_month / ($as_of - $history_start + 1) as monthly_purchases
  from raw_users as person
  left join _checks_everyday_purchases as purchase on purchase.user_id = person.user_id
  group by person.user_id
),
monthly as (
  select
    month(date) in (11, 12) as is_holiday_season,
    sum(cents) / count(distinct date) as daily_cents
  from _checks_everyday_purchases
  group by is_holiday_season
)
select 'subscription_count_min' as control, min(subscriptions)::double as value from heavy
union all
select 'subscription_count_max', max(subscriptions) from heavy
union all
select 'subscription_monthly_spend_range.low', quantile_cont(monthly_usd, 0.05) from heavy
union all
select 'subscription_monthly_spend_range.high', quantile_cont(monthly_usd, 0.95) from heavy
union all
select 'savings_transfer_range.low', quantile_cont(monthly_usd, 0.05) from saver
union all
select 'savings_transfer_range.high', quantile_cont(monthly_usd, 0.95) from saver
union all
select 'savings_growth_target_pct', 100 * median(growth) from saver
union all
select 'irregular_income_volatility', median(variability)
from _checks_pay
where cadence = 'irregular' and user_id in (select user_id from _checks_undisturbed)
union all
select 'transaction_multiplier', avg(monthly_purchases) from shopper
union all
select 'transaction_volatility', stddev_samp(ln(cents / 100)) from _checks_everyday_purchases
union all
select 'amount_distribution', skewness(ln(cents)) from _checks_everyday_purchases
union all
select
  'seasonality',
  max(daily_cents) filter (is_holiday_season) / max(daily_cents) filter (not is_holiday_season)
from monthly
union all
select
  'category_spending_ratios.' || spending_category,
  sum(cents) / sum(sum(cents)) over ()
from _checks_everyday_purchases
where spending_category not in ('cash', 'other')
group by spending_category
union all
select
  'custom_merchants',
  sum(cents) filter (merchant_name in (select unnest($custom_merchants)))
  / nullif(sum(cents) filter (spending_category in (select unnest($custom_categories))), 0)
from _checks_everyday_purchases
