-- People who buy often: nearer to 1.5 times the ordinary number of purchases than to that number.
with shopper as (
  select
    person.user_id,
    count(purchase.cents) * $days_per_month / ($as_of - $history_start + 1) as monthly_purchases
  from raw_users as person
  left join _checks_everyday_purchases as purchase on purchase.user_id = person.user_id
  group by person.user_id
)
select
  'high_spender_probability' as control,
  -- halfway, in standard deviations of a count, between the ordinary number and 1.5 times as many
  count(*) filter (monthly_purchases > 1.2 * $ordinary_purchases) / nullif(count(*), 0) as value,
  count(*) as units
from shopper
