-- Per person: transfers from checking into savings, and what they add up to.
select
  deposit.user_id,
  count(*) filter (deposit.date > $as_of - 30) as transfers_in_30_days,
  sum(-deposit.amount)::double as transferred_usd,
  any_value(account.opening_balance)::double as opening_usd
from raw_transactions as deposit
join raw_accounts as account on account.account_id = deposit.account_id
where not deposit.pending
  and account.type = 'depository'
  and account.subtype in ('savings', 'money market', 'cash management', 'hsa')
  and deposit.amount < 0
  and deposit.transfer_id is not null
group by deposit.user_id
