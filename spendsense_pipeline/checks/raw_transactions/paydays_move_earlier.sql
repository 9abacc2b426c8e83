-- A weekly or biweekly paycheck that misses its weekday comes before it, and only because the days
-- between are closed.
with payday as (
  select distinct account_number, employer_number, date
  from _checks_paychecks
),
gap as (
  select
    account_number,
    employer_number,
    date,
    isodow(date) as weekday,
    date - lag(date) over (partition by account_number, employer_number order by date) as days
  from payday
),
-- Paydays of one employer, numbered from a fixed Monday, in a round of one week or two. Six at
-- least: five of somebody paid twice a month may be in step (30 January to 13 March of 2026).
employment as (
  select
    account_number,
    employer_number,
    case when median(days) < 10 then 7 else 14 end as round_days,
    list(datediff('day', date '1970-01-05', date)) as paydays
  from gap
  group by account_number, employer_number
  having count(*) >= 6
    and count(*) filter (days between 5 and 9 or days between 12 and 16) >= 0.5 * (count(*) - 1)
),
placed as (
  select
    account_number,
    employer_number,
    list_transform(paydays, lambda each: each % round_days) as places
  from employment
),
-- Three in four paydays in one place of the round: twice a month comes near 14 days too, even on
-- one weekday for a while, but not in step.
regular as (
  select
    account_number,
    employer_number,
    usual_place % 7 + 1 as weekday
  from (select *, list_mode(places) as usual_place from placed)
  where len(list_filter(places, lambda each: each = usual_place)) >= 0.75 * len(places)
),
moved as (
  select
    gap.account_number,
    gap.employer_number,
    gap.date,
    cast((regular.weekday - gap.weekday + 7) % 7 as integer) as days_early
  from gap
  join regular
    on regular.account_number = gap.account_number
    and regular.employer_number = gap.employer_number
  where gap.weekday <> regular.weekday
),
unexplained as (
  select
    moved.account_number,
    moved.employer_number,
    moved.date,
    moved.days_early,
    count(closed.date) as closed_days_between
  from moved
  left join _checks_closed_days as closed
    on closed.date > moved.date and closed.date <= moved.date + moved.days_early
  group by all
  having count(closed.date) <> moved.days_early
)
select
  paycheck.account_id,
  paycheck.employer,
  paycheck.date,
  paycheck.date + unexplained.days_early as nominal_payday,
  unexplained.days_early,
  unexplained.closed_days_between
from unexplained
join _checks_paychecks as paycheck
  on paycheck.account_number = unexplained.account_number
  and paycheck.employer_number = unexplained.employer_number
  and paycheck.date = unexplained.date
