-- A weekly or biweekly paycheck that misses its weekday comes before it, and only because the days between are closed.
with payday as (
  select distinct
    row.user_id,
    row.account_id,
    coalesce(row.merchant_name, row.name) as employer,
    row.date
  from raw_transactions as row
  join raw_accounts as account on account.account_id = row.account_id
  where not row.pending
    and account.type = 'depository'
    and row.category_detailed in (
      'INCOME_WAGES', 'INCOME_SALARY', 'INCOME_GIG_ECONOMY', 'INCOME_CONTRACTOR'
    )
),
gap as (
  select
    user_id, account_id, employer, date,
    date - lag(date) over (partition by user_id, account_id, employer order by date) as days
  from payday
),
regular as (
  select user_id, account_id, employer, mode(isodow(date)) as weekday
  from gap
  group by user_id, account_id, employer
  having count(*) >= 5 and median(days) in (7, 14)
),
moved as (
  select
    gap.user_id,
    gap.account_id,
    gap.employer,
    gap.date,
    regular.weekday,
    cast((regular.weekday - isodow(gap.date) + 7) % 7 as integer) as days_early
  from gap
  join regular using (user_id, account_id, employer)
  where isodow(gap.date) <> regular.weekday
)
select
  moved.user_id, moved.account_id, moved.employer, moved.date,
  moved.date + moved.days_early as nominal_payday,
  moved.days_early,
  count(closed.date) as closed_days_between
from moved
left join _checks_closed_days as closed
  on closed.date > moved.date and closed.date <= moved.date + moved.days_early
group by all
having count(closed.date) <> moved.days_early
