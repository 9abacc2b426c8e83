-- Accounts open at the end of the day. Their balance is today's without what has posted since;
-- what is available is less by what was pending.
with since as (
  select row_.account_id, sum(row_.amount) as amount
  from now.raw_transactions as row_
  cross join _moments as moment
  where not row_.pending and row_.date > moment.as_of
  group by row_.account_id
),
waiting as (
  select shown.account_id, sum(greatest(shown.amount, 0)) as amount
  from _shown as shown
  cross join _moments as moment
  where shown.pending
    and shown.shown_from <= moment.as_of
    and (shown.shown_until is null or shown.shown_until > moment.as_of)
  group by shown.account_id
),
held as (
  select
    account.account_id,
    account.balance_current
    + if(account.type in ('credit', 'loan'), -1, 1) * coalesce(since.amount, 0) as current_usd,
    coalesce(waiting.amount, 0) as pending_usd
  from now.raw_accounts as account
  left join since on since.account_id = account.account_id
  left join waiting on waiting.account_id = account.account_id
)
select
  account.* replace (
    cast(held.current_usd as decimal(12, 2)) as balance_current,
    cast(
      case
        when account.balance_available is null then null
        when account.type = 'credit'
        then account.balance_limit - held.current_usd - held.pending_usd
        else held.current_usd - held.pending_usd
      end as decimal(12, 2)
    ) as balance_available
  )
from now.raw_accounts as account
join held on held.account_id = account.account_id
cross join _moments as moment
where account.opened_on is null or account.opened_on <= moment.as_of
