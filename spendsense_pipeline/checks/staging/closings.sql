-- The balance every account closes with on each day something posted, in cents, and the day it next
-- changes. A day after a statement may be there twice, once of them for no days.
-- Movements are stored in order, so the running total needs no sort of its own; were they ever read in
-- another order, balances would be nonsense and the checks on them would fail, not pass.
with running as (
  select
    account_day,
    change_cents,
    is_posted,
    sum(change_cents) over (rows unbounded preceding) as closing_cents,
    lead(account_day) over () as next_account_day
  from _checks_movements
)
select
  cast(account_day // 65536 as integer) as account_number,
  date '1970-01-01' + cast(account_day % 65536 as integer) as date,
  change_cents,
  is_posted,
  cast(closing_cents as bigint) as closing_cents,
  case
    when next_account_day // 65536 = account_day // 65536
      then date '1970-01-01' + cast(next_account_day % 65536 as integer)
    else $as_of + 1
  end as next_date
from running
