-- Per person: paydays, the usual gap between them in days, and how much paychecks vary.
with payday as (
  select user_id, date, sum(cents) / 100 as pay_usd
  from _checks_paychecks
  where not is_business
  group by user_id, date
),
gap as (
  select *, date - lag(date) over (partition by user_id order by date) as days
  from payday
),
person as (
  select
    user_id,
    median(days) as usual_gap_days,
    stddev_samp(pay_usd) / nullif(avg(pay_usd), 0) as variability
  from gap
  group by user_id
)
select
  *,
  case
    when usual_gap_days < 10 then 'weekly'
    when usual_gap_days < 14.6 then 'biweekly'
    when usual_gap_days < 22 then 'semimonthly'
    when usual_gap_days <= 45 then 'monthly'
    -- a single payday in a history is a gap too
    else 'irregular'
  end as cadence
from person
