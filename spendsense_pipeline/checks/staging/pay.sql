-- Per person: paydays, the usual gap between them in days, and how much paychecks vary.
with payday as (
  select paycheck.user_id, paycheck.date, sum(-paycheck.amount)::double as pay_usd
  from raw_transactions as paycheck
  join raw_accounts as account on account.account_id = paycheck.account_id
  where not paycheck.pending
    and account.type = 'depository'
    and account.holder_category is distinct from 'business'
    and paycheck.category_detailed in (
      'INCOME_WAGES', 'INCOME_SALARY', 'INCOME_GIG_ECONOMY', 'INCOME_CONTRACTOR'
    )
  group by paycheck.user_id, paycheck.date
),
gap as (
  select *, date - lag(date) over (partition by user_id order by date) as days
  from payday
),
person as (
  select
    user_id,
    count(*) as paydays,
    median(days) as usual_gap_days,
    stddev_samp(pay_usd) / nullif(avg(pay_usd), 0) as variability,
    sum(pay_usd) as income_usd
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
