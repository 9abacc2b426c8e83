-- What changes each account's balance each day, in order of account and day. Added to the posted
-- rows: one row on the eve of history that brings the running total to the account's opening
-- balance, and an empty one on the day after each card statement, so that no stretch of equal
-- balance crosses the end of a billing cycle.
with total as (
  select account_number, sum(change_cents) as change_cents
  from _checks_days
  group by account_number
),
movement as (
  select account_number, date, change_cents, true as is_posted
  from _checks_days
  union all
  select
    account_number,
    cast($history_start - 1 as date),
    -- every account starts from its own opening balance: the running total of all accounts in a row
    -- is brought there by taking away what the account before ended with
    opening_cents - coalesce(lag(closing_cents) over (order by account_number), 0),
    false
  from (
    select
      account.account_number,
      coalesce(account.opening_cents, 0) as opening_cents,
      coalesce(account.opening_cents, 0) + coalesce(total.change_cents, 0) as closing_cents
    from _checks_accounts as account
    left join total on total.account_number = account.account_number
  )
  union all
  select account.account_number, statement.issued_on + 1, 0, false
  from card_statements as statement
  join _checks_accounts as account on account.account_id = statement.account_id
  where statement.issued_on < $as_of
)
select account_number, date, change_cents, is_posted
from movement
order by account_number, date
