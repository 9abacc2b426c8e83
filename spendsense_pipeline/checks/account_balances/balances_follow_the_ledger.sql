-- An account's balances are of every day up to as_of, the last is its current one, and each differs
-- from the day before by that day's posted rows; if any account has balances, all that can have do.
with balance as (
  select
    account_id,
    date,
    balance_usd,
    lag(date) over days as previous_date,
    lag(balance_usd) over days as previous_usd,
    lead(date) over days is null as is_last
  from account_balances
  window days as (partition by account_id order by date)
),
posted as (
  select account_id, date, sum(amount) as outflow_usd
  from raw_transactions
  where not pending
  group by account_id, date
),
followed as (
  select
    balance.account_id,
    balance.date,
    balance.balance_usd,
    balance.previous_date,
    case
      when account.type in ('credit', 'loan')
      then balance.previous_usd + coalesce(posted.outflow_usd, 0)
      else balance.previous_usd - coalesce(posted.outflow_usd, 0)
    end as expected_usd,
    balance.is_last,
    account.balance_current
  from balance
  join raw_accounts as account on account.account_id = balance.account_id
  left join posted on posted.account_id = balance.account_id and posted.date = balance.date
)
select account_id, date, previous_date, balance_usd, expected_usd, balance_current
from followed
where previous_date <> date - 1
  or balance_usd <> expected_usd
  or (is_last and (date <> $as_of or balance_usd <> balance_current))
union all
select account.account_id, null, null, null, null, account.balance_current
from raw_accounts as account
join raw_users as person on person.user_id = account.user_id
where person.consent_status = 'granted'
  and account.type in ('depository', 'credit', 'loan')
  and account.balance_current is not null
  and exists (select 1 from account_balances)
  and account.account_id not in (select account_id from account_balances)
