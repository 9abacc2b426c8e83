-- Everybody's paydays by payer: what one payer pays within a few days is one payday, however many
-- accounts it reaches.
with recursive days as (
  select
    user_no,
    payer_no,
    date,
    date - lag(date) over (partition by user_no, payer_no order by date) as gap_days
  from (select distinct user_no, payer_no, date from _paychecks)
),
close_payers as (
  select distinct user_no, payer_no
  from days
  where gap_days <= $same_payday_days
),
close_days as (
  select user_no, payer_no, date
  from days
  semi join close_payers using (user_no, payer_no)
),
close_paydays as (
  -- From one payday to the first day that is too far from it to belong to it.
  select user_no, payer_no, min(date) as date
  from close_days
  group by user_no, payer_no
  union all
  select payday.user_no, payday.payer_no, min(later.date) as date
  from close_paydays as payday
  join close_days as later
    on later.user_no = payday.user_no
    and later.payer_no = payday.payer_no
    and later.date > payday.date + $same_payday_days
  group by payday.user_no, payday.payer_no
)
select user_no, payer_no, date
from close_paydays
union all
select user_no, payer_no, date
from days
anti join close_payers using (user_no, payer_no)
