-- Cards in use, pay cadences and subscriptions of the population.
with card as (
  select user_id, greatest(balance_current / balance_limit, 0) as utilization
  from raw_accounts
  where type = 'credit' and balance_limit > 0 and balance_current is not null
),
cadence as (
  select
    sum((cadence = 'weekly')::integer) as weekly,
    sum((cadence = 'biweekly')::integer) as biweekly,
    sum((cadence = 'semimonthly')::integer) as semimonthly,
    sum((cadence = 'monthly')::integer) as monthly
  from _checks_pay
),
adopter as (
  select user_id, count(*) as subscriptions, sum(monthly_usd order by monthly_usd) as monthly_usd
  from _checks_subscription_series
  where is_active
  group by user_id
),
revolver as (
  select count(distinct row.user_id) as people
  from raw_transactions as row
  where row.category_detailed = $card_interest
)
select
  (select quantile_cont(utilization, 0.5) from card) as utilization_p50,
  (select quantile_cont(utilization, 0.75) from card) as utilization_p75,
  (select quantile_cont(utilization, 0.9) from card) as utilization_p90,
  (select any_value(revolver.people) / nullif(count(distinct user_id), 0) from card, revolver)
    as revolver_share,
  (
    select
      (
        abs(weekly / total - 0.27) + abs(biweekly / total - 0.43)
        + abs(semimonthly / total - 0.20) + abs(monthly / total - 0.10)
      ) / 2
    from (
      select *, nullif(weekly + biweekly + semimonthly + monthly, 0) as total from cadence
    )
  ) as cadence_distance,
  (select avg(subscriptions) from adopter) as subscriptions,
  (select avg(monthly_usd) from adopter) as subscription_usd,
  (
    select count(*) filter (not is_active) / nullif(count(*), 0) from _checks_subscription_series
  ) as ended_share
