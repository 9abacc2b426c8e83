-- What is available is the current balance less pending outflows, on a card the limit less what is
-- owed and pending.
with waiting as (
  select
    account_id,
    sum(amount) as pending_amount,
    sum(greatest(amount, 0)) as pending_outflow
  from raw_transactions
  where pending
  group by account_id
)
select
  account.account_id,
  account.type,
  account.balance_current,
  account.balance_limit,
  account.balance_available,
  coalesce(waiting.pending_outflow, 0) as pending_outflow
from raw_accounts as account
left join waiting on waiting.account_id = account.account_id
where account.balance_available is not null
  and account.balance_available not in (
    case
      when account.type = 'credit' then account.balance_limit else 2 * account.balance_current
    end
    - account.balance_current
    - coalesce(waiting.pending_outflow, 0),
    case
      when account.type = 'credit' then account.balance_limit else 2 * account.balance_current
    end
    - account.balance_current
    - coalesce(waiting.pending_amount, 0)
  )
