-- The balance every account closes with on each day something posted, in cents, and the day it next
-- changes. A day after a statement may be there twice, once of them for no days. Movements are
-- stored in order, so the running total needs no sort of its own; were they ever read in another
-- order, balances would be nonsense and the checks on them would fail, not pass.
with running as (
  select
    account_number,
    date,
    change_cents,
    is_posted,
    sum(change_cents) over (rows unbounded preceding) as closing_cents,  -- noqa: PRS
    lead(account_number) over () as next_account_number,
    lead(date) over () as next_date
  from _checks_movements
)
select
  account_number,
  date,
  change_cents,
  is_posted,
  cast(closing_cents as bigint) as closing_cents,
  case when next_account_number = account_number then next_date else $as_of + 1 end as next_date
from running
