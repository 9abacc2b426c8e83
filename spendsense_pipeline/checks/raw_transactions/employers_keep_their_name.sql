-- A household is paid by at most four employers over the history, three of the main earner and one
-- of a second, and three more for each event of its work; each writes the same name every time.
with work as (
  select user_id, count(*) as events
  from life_events
  where kind in ('job_loss', 'new_job')
  group by user_id
)
select
  paycheck.user_id,
  count(*) as paychecks,
  count(distinct employer) as employers,
  count(distinct name) as names
from _checks_paychecks as paycheck
left join work on work.user_id = paycheck.user_id
group by paycheck.user_id
having count(distinct employer) > 4 + 3 * coalesce(any_value(work.events), 0)
  or count(distinct name) > count(distinct employer)
