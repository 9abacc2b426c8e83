-- Per person: the price rises of their subscriptions, and those that come within five weeks of
-- when most others who paid the same see theirs.
with charge as (
  select
    row.user_id,
    row.merchant_name,
    row.date,
    row.amount,
    lag(row.amount) over (
      partition by row.account_id, row.merchant_name order by row.date
    ) as amount_before
  from raw_transactions as row
  where not row.pending
    and row.amount > 0
    and row.user_id <= $last_person
    and exists (
      select 1 from _checks_subscription_series as series
      where series.account_id = row.account_id and series.merchant_name = row.merchant_name
    )
),
rise as (
  select
    user_id,
    date,
    median(date::timestamp) over prices as usual_date,
    count(*) over prices as people
  from charge
  where amount > amount_before
  window prices as (partition by merchant_name, amount_before, amount)
)
select
  user_id,
  count(*) as rises,
  count(*) filter (abs(date_diff('day', date, usual_date)) <= 35) as at_once
from rise
where people >= 3
group by user_id
order by user_id
