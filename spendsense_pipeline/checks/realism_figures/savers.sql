-- Per saver: the standing order to savings, which is the amount moved most often, and what the
-- savings opened with in months of it.
with moved as (
  select
    row.user_id,
    cast(-100 * row.amount as bigint) as cents,
    count(*) as transfers,
    (max(row.date) - min(row.date)) / nullif(count(*) - 1, 0) as gap_days,
    max(account.opening_cents) as opening_cents
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where row.user_id <= $last_person
    and not row.pending
    and account.type = 'depository'
    and not account.is_business
    and list_contains($savings_subtypes, account.subtype)
    and row.amount < 0
    and row.transfer_id is not null
  group by row.user_id, row.amount
  having count(*) >= 4
),
usual as (
  select user_id, arg_max(moved, (transfers, cents)) as saved
  from moved
  group by user_id
)
select
  user_id,
  saved.cents % 100 = 0 as is_whole_dollars,
  saved.opening_cents / (saved.cents * $days_per_month / saved.gap_days) as months_at_opening
from usual
where saved.gap_days between 5 and 35
order by user_id
