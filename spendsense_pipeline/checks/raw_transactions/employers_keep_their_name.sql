-- A household is paid by at most four employers over the history, three of the main earner and one
-- of a second, and each writes the same name every time.
select
  user_id,
  count(*) as paychecks,
  count(distinct employer) as employers,
  count(distinct name) as names
from _checks_paychecks
group by user_id
having count(distinct employer) > 4 or count(distinct name) > count(distinct employer)
