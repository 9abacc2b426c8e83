-- Who pays the main earner of each household: the one with the most pay in half a year.
with earned as (
  select
    paycheck.user_no,
    earner.earner_no,
    coalesce(-sum(paycheck.cents) filter (paycheck.date > $as_of - $main_earner_days), 0)
      as recent_cents,
    max(paycheck.date) as last_date
  from _paychecks as paycheck
  join _earners as earner
    on earner.user_no = paycheck.user_no and earner.payer_no = paycheck.payer_no
  group by paycheck.user_no, earner.earner_no
),
main_earners as (
  select
    user_no, first(earner_no order by recent_cents desc, last_date desc, earner_no) as earner_no
  from earned
  group by user_no
)
select earner.user_no, earner.payer_no
from _earners as earner
join main_earners as main_earner
  on main_earner.user_no = earner.user_no and main_earner.earner_no = earner.earner_no
union all
-- Who is paid by one alone is the main earner.
select user_no, any_value(payer_no)
from _paydays
where user_no not in (select user_no from _earners)
group by user_no
