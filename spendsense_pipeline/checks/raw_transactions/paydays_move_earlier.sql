-- A weekly or biweekly paycheck that misses its weekday comes before it, and only because the days between are closed.
with payday as (
  select distinct account_number, employer, date
  from _checks_paychecks
),
gap as (
  select
    *,
    isodow(date) as weekday,
    date - lag(date) over (partition by account_number, employer order by date) as days
  from payday
),
-- Three in four paydays on one weekday: twice a month comes near 14 days too, but on any weekday.
regular as (
  select account_number, employer, weekday
  from (
    select account_number, employer, mode(weekday) as weekday, list(weekday) as weekdays
    from gap
    group by account_number, employer
    having count(*) >= 5 and median(days) in (7, 14)
  )
  where len(list_filter(weekdays, lambda each: each = weekday)) >= 0.75 * len(weekdays)
),
moved as (
  select
    gap.account_number,
    gap.employer,
    gap.date,
    cast((regular.weekday - gap.weekday + 7) % 7 as integer) as days_early
  from gap
  join regular
    on regular.account_number = gap.account_number and regular.employer = gap.employer
  where gap.weekday <> regular.weekday
)
select
  account.account_id,
  moved.employer,
  moved.date,
  moved.date + moved.days_early as nominal_payday,
  moved.days_early,
  count(closed.date) as closed_days_between
from moved
join _checks_accounts as account on account.account_number = moved.account_number
left join _checks_closed_days as closed
  on closed.date > moved.date and closed.date <= moved.date + moved.days_early
group by all
having count(closed.date) <> moved.days_early
