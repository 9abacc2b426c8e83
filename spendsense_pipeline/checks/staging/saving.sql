-- Per person: the standing order to savings, which is the transfer of the amount they move most
-- often (what an irregular household sweeps in on payday differs every time).
with deposit as (
  select
    row.user_id,
    cast(row.amount * -100 as bigint) as cents,
    count(*) as transfers,
    count(*) filter (row.date > $as_of - 30) as transfers_in_30_days,
    max(account.opening_cents) as opening_cents
  from raw_transactions as row
  join _checks_accounts as account on account.account_id = row.account_id
  where not row.pending
    and account.type = 'depository'
    and list_contains($savings_subtypes, account.subtype)
    and row.amount < 0
    and row.transfer_id is not null
  group by row.user_id, row.amount
)
select
  user_id,
  arg_max(transfers_in_30_days, (transfers, cents)) as transfers_in_30_days,
  arg_max(cents * transfers, (transfers, cents)) / 100 as transferred_usd,
  max(opening_cents) / 100 as opening_usd
from deposit
group by user_id
