-- Opening balance and posted rows give the current balance of every account, to the cent.
with posted as (
  select account_id, sum(amount) as outflow
  from raw_transactions
  where not pending
  group by account_id
)
select
  account.account_id,
  account.type,
  account.opening_balance,
  coalesce(posted.outflow, 0) as posted_outflow,
  account.balance_current,
  account.opening_balance
  + case when account.type in ('credit', 'loan') then 1 else -1 end * coalesce(posted.outflow, 0)
    as expected_balance
from raw_accounts as account
left join posted on posted.account_id = account.account_id
where account.opening_balance is null
  or account.opening_balance
  + case when account.type in ('credit', 'loan') then 1 else -1 end * coalesce(posted.outflow, 0)
  <> account.balance_current
