-- The balance every account closes with on each day something posted, in cents, and the day it next
-- changes. Two kinds of empty days are added: the eve of history (the opening balance) and the day
-- after each card statement, so that no stretch of equal balance crosses the end of a billing cycle.
with movement as (
  select account_id, date, amount
  from raw_transactions
  where not pending
  union all
  select account_id, $history_start - 1, 0
  from raw_accounts
  union all
  select account_id, issued_on + 1, 0
  from card_statements
  where issued_on < $as_of
),
day as (
  select account_id, date, cast(sum(amount) * 100 as bigint) as out_cents
  from movement
  group by account_id, date
),
signed_day as (
  select
    day.account_id,
    day.date,
    case when account.type = 'credit' then day.out_cents else -day.out_cents end as change_cents,
    cast(account.opening_balance * 100 as bigint) as opening_cents
  from day
  join raw_accounts as account on account.account_id = day.account_id
  where account.opening_balance is not null
)
select
  account_id,
  date,
  change_cents,
  cast(opening_cents + sum(change_cents) over days as bigint) as closing_cents,
  coalesce(lead(date) over days, $as_of + 1) as next_date
from signed_day
window days as (partition by account_id order by date)
