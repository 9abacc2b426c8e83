-- People who buy often: nearer to a high spender's number of purchases than to the ordinary one.
-- Trips are not bought day by day.
with shopper as (
  select
    person.user_id,
    count(purchase.cents) * $days_per_month / ($as_of - $history_start + 1) as monthly_purchases
  from raw_users as person
  left join _checks_everyday_purchases as purchase
    on purchase.user_id = person.user_id and purchase.spending_category <> 'travel'
  group by person.user_id
)
select
  'high_spender_probability' as control,
  count(*) filter (monthly_purchases > $frequent_from * $ordinary_purchases) / nullif(count(*), 0)
    as value,
  count(*) as units
from shopper
