-- A person is paid by at most three employers over the history, and each writes the same name every
-- time.
select
  user_id,
  count(*) as paychecks,
  count(distinct employer) as employers,
  count(distinct name) as names
from _checks_paychecks
group by user_id
having count(distinct employer) > 3 or count(distinct name) > count(distinct employer)
